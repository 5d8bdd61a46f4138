"""Lines about the checks of the charter that decisions set off, each with the mark of attention."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from corelab.ui.parts import paint_diamond
from corelab.ui.sign_foot import ElidedWords
from corelab.ui.theme import Size, Weight


class CheckLines(QWidget):
    """Empty, it takes no room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: tuple[str, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.hide()

    @property
    def texts(self) -> tuple[str, ...]:
        return self._words

    def show_words(self, words: tuple[str, ...]) -> None:
        if words == self._words:
            return
        self._words = words
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for each in words:
            self._column.addWidget(_Line(each))
        self.setAccessibleName("; ".join(words))
        self.setVisible(bool(words))


class _Line(QWidget):
    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(20)
        said = ElidedWords(Size.HINT, Weight.VALUE)
        said.show_words(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 0, 0, 0)
        column.addWidget(said)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_diamond(painter, QPointF(6, self.height() / 2), half=4.0)
