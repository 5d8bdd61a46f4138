"""What every question and message has: a title, what it is about, and a row of buttons at the foot."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from corelab.ui.buttons import Button, Look
from corelab.ui.parts import text_label
from corelab.ui.theme import GRID, Colour, Size, Weight


class Dialog(QDialog):
    """Window-modal: it answers by a call, and nothing else stands still while it is open."""

    def __init__(self, parent: QWidget | None, title: str, *, width: int = 480) -> None:
        super().__init__(parent)
        self.setWindowTitle("Corelab")
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setFixedWidth(width)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        outer.setSpacing(16)
        self.heading = text_label(title, Size.SEGMENT, Weight.HEADING, Colour.STRONG, wrap=True)
        outer.addWidget(self.heading)
        self.lines = QVBoxLayout()
        self.lines.setSpacing(12)
        outer.addLayout(self.lines)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(GRID)
        self.foot.addStretch(1)
        outer.addLayout(self.foot)

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its words need: on a small or enlarged screen Qt would cut it at two thirds, and the fields with it."""
        super().showEvent(event)
        self._grow()

    def event(self, event: QEvent) -> bool:
        """Words that come later, such as a refused password, must not squeeze the fields above them."""
        answer = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest and self.isVisible():
            self._grow()
        return answer

    def _grow(self) -> None:
        layout = self.layout()
        if layout is not None:
            needed = min(layout.totalHeightForWidth(self.width()), self.screen().availableGeometry().height())
            self.resize(self.width(), max(needed, self.height()))

    def add_words(self, words: str, *, strong: bool = False) -> None:
        ink = (Weight.VALUE, Colour.STRONG) if strong else (Weight.TEXT, Colour.TEXT)
        self.lines.addWidget(text_label(words, Size.BODY, *ink, wrap=True))

    def add_button(self, words: str, pressed: Callable[[], object], *, primary: bool = False, cap: str = "") -> Button:
        button = Button(words, look=Look.PRIMARY if primary else Look.PLAIN, cap=cap)
        button.clicked.connect(pressed)
        self.foot.addWidget(button)
        return button
