"""The first window where no lab is known: open one, restore one from a backup, or look around in a demo lab."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.record_errors import LabOpenElsewhereError
from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Working
from corelab.ui.parts import text_label
from corelab.ui.server_dialog import ServerDialog
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.words import words_for

if TYPE_CHECKING:
    from corelab.domain.addresses import Place

_WORDS = (
    "A lab is one folder: its records, its clips, its packages; or a database on a server, where many work at once. "
    "Open the one of your trial, or make a demo lab to look around."
)


class WelcomePage(QWidget):
    """Offers the ways in. A lab that is open in another window is offered again, and for reading only.

    Signals:
        lab_chosen: carries the folder or the address of a lab.
        look_requested: the same, for reading only.
        restore_requested: a backup should become a lab.
        demo_requested: carries the folder in which to make a demo lab.
    """

    lab_chosen = Signal(object)
    look_requested = Signal(object)
    restore_requested = Signal()
    demo_requested = Signal(str)

    def __init__(self, *, offers_demo: bool, offers_restore: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Choose a lab")
        self._elsewhere: Place | None = None
        self._fault = text_label("", Size.BODY, Weight.VALUE, Colour.ATTENTION, wrap=True)
        self.working = Working()
        self.open_button = Button("Open a lab", look=Look.PRIMARY)
        self.server_button = Button("Open a lab on a server")
        self.demo_button = Button("Make a demo lab")
        self.restore_button = Button("Restore a backup")
        self.open_button.clicked.connect(self._on_open)
        self.server_button.clicked.connect(self._on_server)
        self.demo_button.clicked.connect(self._on_demo)
        self.restore_button.clicked.connect(self._on_restore)
        self.demo_button.setVisible(offers_demo)
        self.restore_button.setVisible(offers_restore)
        column = QWidget()
        column.setFixedWidth(520)
        lines = QVBoxLayout(column)
        lines.setSpacing(16)
        lines.addWidget(text_label("Corelab", Size.COUNT, Weight.HEADING, Colour.STRONG))
        lines.addWidget(text_label(_WORDS, Size.OPTION, Weight.TEXT, Colour.SECOND, wrap=True))
        for widget in (
            self.open_button,
            self.server_button,
            self.demo_button,
            self.restore_button,
            self.working,
            self._fault,
            self._elsewhere_choice(),
        ):
            lines.addWidget(widget)
        middle = QHBoxLayout()  # stretches, not an alignment: that would not ask how high the wrapped words are
        middle.addStretch(1)
        middle.addWidget(column)
        middle.addStretch(1)
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        self.open_button.setFocus()

    def _elsewhere_choice(self) -> QWidget:
        """What can be done about a lab that is open in another window."""
        self.choice = QWidget()
        line = QHBoxLayout(self.choice)
        line.setContentsMargins(0, 0, 0, 0)
        self.again = Button("Try again")
        self.look = Button("Look at it, change nothing")
        self.again.clicked.connect(self._on_again)
        self.look.clicked.connect(self._on_look)
        line.addWidget(self.again)
        line.addWidget(self.look)
        line.addStretch(1)
        self.choice.hide()
        return self.choice

    def refuse(self, error: Exception) -> None:
        """Say why not. Fits ``failed`` of jobs."""
        self.working.end()
        self._fault.setText(words_for(error).all)
        self._elsewhere = error.path if isinstance(error, LabOpenElsewhereError) else None
        self.choice.setVisible(self._elsewhere is not None)
        if self._elsewhere is not None:
            self.again.setFocus()

    def _forget(self) -> None:
        self._fault.setText("")
        self.choice.hide()

    def _on_open(self) -> None:
        self._choose("Open a lab", self._on_folder)

    def _on_folder(self, folder: str) -> None:
        self.lab_chosen.emit(Path(folder))

    def _on_server(self) -> None:
        self._forget()
        ServerDialog(self, self.lab_chosen.emit).open()

    def _on_demo(self) -> None:
        self._choose("An empty folder for the demo lab", self.demo_requested.emit)

    def _on_restore(self) -> None:
        self._forget()
        self.restore_requested.emit()

    def _on_again(self) -> None:
        self._forget()
        self.lab_chosen.emit(self._elsewhere)

    def _on_look(self) -> None:
        self._forget()
        self.look_requested.emit(self._elsewhere)

    def _choose(self, title: str, chosen: Callable[[str], object]) -> None:
        folder = QFileDialog.getExistingDirectory(self, title)
        if folder:
            self._forget()
            chosen(folder)
