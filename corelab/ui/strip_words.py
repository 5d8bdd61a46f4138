"""A row of the cine strip: what a curve or a pair says, in words, and the keys that go on from it."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.ui.parts import CAP_HEIGHT, cap_width, paint_diamond, paint_key_cap
from corelab.ui.theme import PADDING, Colour, Size, Weight, font

ROW: Final = 26
_NEXT_LINE: Final = 15
_LEFT: Final = PADDING + 18
_GAP: Final = 14
_WRAPPED: Final = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap


class StripWords(QWidget):
    """Words at the left, on as many lines as they need; key caps at the right, the last one always, others where there is room.

    Signals:
        resized: it takes another height now.
    """

    resized = Signal()

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
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(320, self.height())

    def _fit(self) -> None:
        metrics = QFontMetricsF(font(Size.HINT, Weight.VALUE))
        room = QRectF(0, 0, max(self._right - _LEFT, 1.0), 10_000)
        lines = max(1, round(metrics.boundingRect(room, _WRAPPED, self.words).height() / metrics.lineSpacing()))
        height = ROW + (lines - 1) * _NEXT_LINE
        if height != self.height():
            self.setFixedHeight(height)
            self.resized.emit()

    @property
    def _advance(self) -> float:
        return QFontMetricsF(font(Size.HINT, Weight.VALUE)).horizontalAdvance(self.words) + 2

    @property
    def _placed(self) -> tuple[tuple[str, str, float], ...]:
        """The keys that have room beside the words, from the right, each with the place of its cap."""
        metrics, x = QFontMetricsF(font(Size.HINT)), float(self.width() - PADDING)
        placed: list[tuple[str, str, float]] = []
        for what, cap in reversed(self._keys):
            left = x - metrics.horizontalAdvance(what) - 10 - cap_width(cap)
            if placed and left - _GAP < _LEFT + self._advance:
                break
            placed.append((what, cap, left))
            x = left - _GAP
        return tuple(placed)

    @property
    def _right(self) -> float:
        """Where the words end at the latest."""
        return min((left for _, _, left in self._placed), default=float(self.width() - PADDING)) - _GAP

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            middle = self.height() / 2
            for what, cap, left in self._placed:
                width = cap_width(cap)
                paint_key_cap(painter, QRectF(left, middle - CAP_HEIGHT / 2, width, CAP_HEIGHT), cap)
                painter.setFont(font(Size.HINT))
                painter.setPen(Colour.SECOND)
                painter.drawText(QRectF(left + width + 8, 0, 400, self.height()), Qt.AlignmentFlag.AlignVCenter, what)
            paint_diamond(painter, QPointF(PADDING + 6, middle), hollow=True, colour=Colour.ACCENT)
            painter.setFont(font(Size.HINT, Weight.VALUE))
            painter.setPen(Colour.STRONG)
            painter.drawText(QRectF(_LEFT, 0, self._right - _LEFT, self.height()), _WRAPPED, self.words)
