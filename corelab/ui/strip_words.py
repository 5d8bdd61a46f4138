"""One row of the cine strip: what a curve or a pair says, in words, and the keys that go on from it."""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.ui.parts import CAP_HEIGHT, cap_width, paint_diamond, paint_key_cap
from corelab.ui.theme import PADDING, Colour, Size, Weight, font

ROW: Final = 26
_GAP: Final = 14


class StripWords(QWidget):
    """Words at the left, as much as fits, the whole of them as tool tip; key caps with their words at the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.words: str = ""
        self._keys: tuple[tuple[str, str], ...] = ()
        self.hide()

    def show_words(self, words: str, keys: tuple[tuple[str, str], ...] = ()) -> None:
        """``keys``: (what it does, key cap) each. No words: the row is hidden."""
        self.words, self._keys = words, keys if words else ()
        self.setAccessibleName(". ".join((words, *(f"{cap}: {what}" for what, cap in self._keys))) if words else "")
        self.setToolTip(words)
        self.setVisible(bool(words))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            right = self._paint_keys(painter)
            paint_diamond(painter, QRectF(PADDING, 0, 12, ROW).center(), hollow=True, colour=Colour.ACCENT)
            painter.setFont(font(Size.HINT, Weight.VALUE))
            painter.setPen(Colour.STRONG)
            box = QRectF(PADDING + 18, 0, right - PADDING - 18 - _GAP, ROW)
            shown = painter.fontMetrics().elidedText(self.words, Qt.TextElideMode.ElideRight, round(box.width()))
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _paint_keys(self, painter: QPainter) -> float:
        """From right to left; no more than half of the row. Answers where they begin."""
        x, least = float(self.width() - PADDING), self.width() / 2
        painter.setFont(font(Size.HINT))
        for what, cap in reversed(self._keys):
            words, key = painter.fontMetrics().horizontalAdvance(what), cap_width(cap)
            if x - words - key - 8 < least:
                break
            painter.setPen(Colour.SECOND)
            painter.setFont(font(Size.HINT))
            painter.drawText(QRectF(x - words, 0, words + 2, ROW), Qt.AlignmentFlag.AlignVCenter, what)
            x -= words + 8 + key
            paint_key_cap(painter, QRectF(x, (ROW - CAP_HEIGHT) / 2, key, CAP_HEIGHT), cap)
            x -= _GAP
        return x
