"""The lines under the header: what has to be seen and confirmed, and what is only told."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.ui.buttons import Button
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

_MOST = 3


class NoticeBar(QWidget):
    """Takes no room while there is nothing to tell.

    Signals:
        confirmed: the person has seen all that is on screen.
    """

    confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Notices")
        self._covered = False
        self._attention = text_label("", Size.BODY, Weight.HEADING, Colour.ATTENTION, wrap=True)
        self._away = text_label("", Size.BODY, Weight.HEADING, Colour.TEXT, wrap=True)
        self._told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.seen = Button("I have seen this", writes=True)
        self.seen.clicked.connect(self.confirmed)
        self.close_told = Button("Close")
        self.close_told.clicked.connect(self.forget_told)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 8, 12, 8)
        lines.setSpacing(8)
        self._attention_row = _row(self._attention, self.seen)
        self._told_row = _row(self._told, self.close_told)
        lines.addWidget(self._attention_row)
        lines.addWidget(self._away)
        lines.addWidget(self._told_row)
        self._show()

    def show_attention(self, words: Sequence[str]) -> None:
        """What stays until it is confirmed; nothing takes it away again. The newest stand on top, what is too much is counted."""
        newest = list(reversed(words))
        more = [f"And {len(newest) - _MOST} more: they stand in the trail."] if len(newest) > _MOST else []
        self._attention.setText("\n".join([*newest[:_MOST], *more]))
        self._show()

    def show_away(self, words: str) -> None:
        """What stands while the server is away; it goes by itself."""
        self._away.setText(words)
        self._show()

    def show_told(self, words: Sequence[str]) -> None:
        """What may be closed, and is gone when another page is opened."""
        self._told.setText("\n".join(words))
        self._show()

    def forget_told(self) -> None:
        self.show_told(())

    def cover(self) -> None:
        """The window is locked or nobody is signed in: nothing is told."""
        self._covered = True
        self._show()

    def uncover(self) -> None:
        self._covered = False
        self._show()

    def _show(self) -> None:
        self._attention_row.setVisible(bool(self._attention.text()))
        self._away.setVisible(bool(self._away.text()))
        self._told_row.setVisible(bool(self._told.text()))
        self.setVisible(not self._covered and bool(self._attention.text() or self._away.text() or self._told.text()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.RAISED)
            painter.fillRect(0, self.height() - 1, self.width(), 1, Colour.LINE)


def _row(words: QWidget, button: Button) -> QWidget:
    box = QWidget()
    line = QHBoxLayout(box)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(16)
    line.addWidget(words, 1)
    line.addWidget(button)
    return box
