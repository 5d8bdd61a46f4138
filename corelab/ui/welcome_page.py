"""The first window where no lab is known: open one, or look around in a demo lab."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Working
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.words import words_for


class WelcomePage(QWidget):
    """Offers the two ways in.

    Signals:
        lab_chosen: carries the folder of a lab.
        demo_requested: carries the folder in which to make a demo lab.
    """

    lab_chosen = Signal(str)
    demo_requested = Signal(str)

    def __init__(self, *, offers_demo: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choose a lab")
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.working = Working()
        self.open_button = Button("Open a lab", look=Look.PRIMARY)
        self.demo_button = Button("Make a demo lab")
        self.open_button.clicked.connect(self._on_open)
        self.demo_button.clicked.connect(self._on_demo)
        self.demo_button.setVisible(offers_demo)
        column = QWidget()
        column.setFixedWidth(520)
        lines = QVBoxLayout(column)
        lines.setSpacing(16)
        lines.addWidget(text_label("Corelab", Size.COUNT, Weight.HEADING, Colour.STRONG))
        words = "A lab is one folder: its records, its clips, its packages. Open the one of your trial, or make a demo lab to look around."
        lines.addWidget(text_label(words, Size.OPTION, Weight.TEXT, Colour.SECOND, wrap=True))
        for widget in (self.open_button, self.demo_button, self.working, self._fault):
            lines.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(column, 0, Qt.AlignmentFlag.AlignHCenter)
        outer.addStretch(2)
        self.open_button.setFocus()

    def refuse(self, error: Exception) -> None:
        self.working.end()
        self._fault.setText(words_for(error).all)

    def _on_open(self) -> None:
        self._choose("Open a lab", self.lab_chosen.emit)

    def _on_demo(self) -> None:
        self._choose("An empty folder for the demo lab", self.demo_requested.emit)

    def _choose(self, title: str, chosen: object) -> None:
        folder = QFileDialog.getExistingDirectory(self, title)
        if folder and callable(chosen):
            self._fault.setText("")
            chosen(folder)
