"""Segments of a charter that no drawing knows: a plain list of swatches and codes instead of a map."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.domain.vocabulary import SegmentId
from corelab.ui.parts import SWATCH_WIDTH, grade_style, paint_swatch
from corelab.ui.rail_parts import paint_state
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight, font
from corelab.ui.vein_map import MapSegment

_ROW: Final = 26
_COLUMN: Final = 150


class SwatchList(QWidget):
    """As many columns as there is room for.

    Signals:
        segment_chosen: a row was clicked; carries the segment's id.
    """

    segment_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments: tuple[MapSegment, ...] = ()
        self._current: SegmentId | None = None
        self.setAccessibleName("Segments at a glance")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_segments(self, segments: tuple[MapSegment, ...], current: SegmentId | None) -> None:
        self._segments, self._current = segments, current
        self.setAccessibleDescription("; ".join(segment.words for segment in segments))
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(2 * _COLUMN, 16 + _ROW * -(-len(self._segments) // self._columns))

    @property
    def _columns(self) -> int:
        return max(1, self.width() // _COLUMN)

    def _box(self, number: int) -> QRectF:
        wide = self.width() / self._columns
        return QRectF(wide * (number % self._columns), 8 + _ROW * (number // self._columns), wide - 4, _ROW - 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, segment in enumerate(self._segments):
            box, current = self._box(number), segment.id == self._current
            if current:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(Colour.SELECTED)
                painter.drawRoundedRect(box, RADIUS_ROW - 1, RADIUS_ROW - 1)
            paint_swatch(painter, box.left() + 8, box.center().y(), grade_style(segment.grade))
            paint_state(painter, QPointF(box.left() + 8 + SWATCH_WIDTH + 7, box.center().y()), segment.state)
            painter.setFont(font(Size.HINT, Weight.HEADING if current else Weight.TEXT))
            painter.setPen(Colour.STRONG if current else Colour.SECOND)
            painter.drawText(box.adjusted(SWATCH_WIDTH + 22, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, segment.code)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, segment in enumerate(self._segments):
            if event.button() is Qt.MouseButton.LeftButton and self._box(number).contains(event.position()):
                self.segment_chosen.emit(segment.id)
