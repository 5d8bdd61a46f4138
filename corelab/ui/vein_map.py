"""The venous tree of both limbs, or of one organ, coloured and lined by grade; a click on a vein chooses its segment."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QPaintEvent,
    QPen,
    QTransform,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from corelab.domain.vocabulary import Missing, SegmentId, Side
from corelab.ui.parts import grade_style, paint_diamond
from corelab.ui.segment_state import NOTHING_OPEN, SegmentState
from corelab.ui.theme import Colour, Size, Weight, font
from corelab.ui.vein_paths import BOX, Vein, VeinTree, vein_tree

HEIGHT: Final = 374
HEIGHT_NARROW: Final = 196
_STRETCH: Final = 1.24
_LABEL_GAP: Final = 112.0
_BESIDE: Final = 48.0
"""Room at each side of a single organ for the labels, into which its outline may reach."""
_REACHES: Final = (5.0, 9.0, 14.0)
"""How near a click must come to a vein, in logical pixels: the nearest vein wins."""


@dataclass(frozen=True, slots=True)
class MapSegment:
    """One asked segment as the map shows it. ``grade``: rank, kind of missing, or None; ``words`` stand in the tool tip."""

    id: SegmentId
    map: str
    side: Side
    code: str
    words: str
    grade: int | Missing | None = None
    state: SegmentState = NOTHING_OPEN


@dataclass(frozen=True, slots=True)
class _Drawn:
    segment: MapSegment
    vein: Vein
    path: QPainterPath


class VeinMap(QWidget):
    """The patient's right is on the left, as on a drawing of somebody who faces the reader.

    Signals:
        segment_chosen: a vein or its label was clicked; carries the segment's id.
    """

    segment_chosen = Signal(str)

    def __init__(self, tree: VeinTree | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tree = tree or vein_tree()
        self._segments: tuple[MapSegment, ...] = ()
        self._current: SegmentId | None = None
        self._narrow = False
        self.setAccessibleName("Vein map")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_segments(self, segments: tuple[MapSegment, ...], current: SegmentId | None) -> None:
        self._segments, self._current = segments, current
        self.setAccessibleDescription("; ".join(segment.words for segment in segments))
        self.update()

    def show_tree(self, tree: VeinTree) -> None:
        """The veins on which the segments of this exam lie."""
        self._tree = tree
        self.update()

    def show_narrow(self, *, narrow: bool) -> None:
        """Lower and without labels."""
        self._narrow = narrow
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(296, HEIGHT_NARROW if self._narrow else HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, HEIGHT_NARROW if self._narrow else HEIGHT)

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for side in self._sides:
            self._paint_limb(painter, side)
        drawn = tuple(self._drawn())
        for each in sorted(drawn, key=self._depth):
            self._paint_segment(painter, each)
        if not self._narrow:
            self._paint_words(painter, drawn)

    def _paint_limb(self, painter: QPainter, side: Side) -> None:
        """The soft shape of the limb, and every vein of it that is not asked."""
        transform = self._transform(side)
        shape = transform.map(self._tree.silhouette)
        painter.fillPath(shape, _soft(shape.boundingRect(), self._studied(side)))
        asked = {segment.map for segment in self._segments if segment.side in (side, Side.UNPAIRED)}
        for vein in self._tree.veins.values():
            if vein.map not in asked and not (vein.unpaired and side is Side.LEFT):
                painter.strokePath(transform.map(vein.path), _pen(Missing.NOT_APPLICABLE, vein.calibre, self._scale))

    def _paint_segment(self, painter: QPainter, drawn: _Drawn) -> None:
        pen = _pen(drawn.segment.grade, drawn.vein.calibre, self._scale)
        if drawn.segment.id == self._current:
            for colour, more in ((Colour.STRONG, 7.0), (Colour.PANEL, 4.0)):
                painter.strokePath(drawn.path, QPen(colour, max(pen.widthF(), 2.6) + more, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        elif pen.style() is Qt.PenStyle.SolidLine:
            painter.strokePath(drawn.path, QPen(Colour.PANEL, pen.widthF() + 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.strokePath(drawn.path, pen)
        if drawn.segment.state.words:
            self._paint_state(painter, drawn)

    def _paint_state(self, painter: QPainter, drawn: _Drawn) -> None:
        """On the vein itself: a filled diamond for a check to confirm, a hollow one for what is open; the tool tip has the words."""
        at = drawn.path.pointAtPercent(0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Colour.PANEL)
        painter.drawEllipse(at, 7, 7)
        paint_diamond(painter, at, half=4.0, hollow=not drawn.segment.state.checks)

    def _paint_words(self, painter: QPainter, drawn: tuple[_Drawn, ...]) -> None:
        for side in () if self._tree.single else (Side.RIGHT, Side.LEFT):
            painter.setFont(font(Size.BODY, Weight.HEADING))
            painter.setPen(Colour.TEXT if self._studied(side) else Colour.THIRD)
            at = QPointF(100.0 + (73.0 if side is Side.LEFT else -73.0), 20.0)
            painter.drawText(_around(self._transform(Side.RIGHT).map(at)), Qt.AlignmentFlag.AlignCenter, side.letter)
        for each in drawn:
            self._paint_label(painter, each)

    def _paint_label(self, painter: QPainter, drawn: _Drawn) -> None:
        box = self._label_box(drawn)
        if box is None or drawn.vein.tip is None:
            return
        current = drawn.segment.id == self._current
        near = box.left() - 4 if self._labels_right(drawn) else box.right() + 4
        if self._tree.single or not drawn.vein.unpaired:
            tip = self._transform(drawn.segment.side).map(drawn.vein.tip)
            painter.setPen(QPen(Colour.SECOND if current else Colour.LINE_STRONG, 1))
            painter.drawLine(QLineF(QPointF(near, box.center().y()), tip))
        painter.setFont(font(Size.TICK, Weight.HEADING if current else Weight.TEXT))
        painter.setPen(Colour.STRONG if current else Colour.SECOND)
        right = Qt.AlignmentFlag.AlignLeft if self._labels_right(drawn) else Qt.AlignmentFlag.AlignRight
        painter.drawText(box, right | Qt.AlignmentFlag.AlignVCenter, drawn.segment.code)

    # -- geometry --------------------------------------------------------------------------------------------------------------

    @property
    def _scale(self) -> float:
        wide, high = self._tree.box
        tall = (self.height() - 12) / high
        return min(tall, (self.width() - (16 if self._narrow else 2 * _BESIDE)) / wide) if self._tree.single else tall

    @property
    def _sides(self) -> tuple[Side, ...]:
        return (Side.RIGHT,) if self._tree.single else (Side.RIGHT, Side.LEFT)

    def _transform(self, side: Side) -> QTransform:
        """From the drawing of the right limb to this widget."""
        scale = self._scale
        if self._tree.single:
            wide, high = self._tree.box
            return QTransform(scale, 0, 0, scale, (self.width() - scale * wide) / 2, (self.height() - scale * high) / 2)
        mirror = -1.0 if side is Side.LEFT else 1.0
        return QTransform(mirror * scale * _STRETCH, 0, 0, scale, self._middle - mirror * scale * _STRETCH * BOX[0] / 2, 6)

    @property
    def _middle(self) -> float:
        """Labels stand beside the limb under study, so the tree gives way to the other side."""
        if self._narrow:
            return self.width() / 2
        return self.width() / 2 + 20 * (self._studied(Side.RIGHT) - self._studied(Side.LEFT))

    def _studied(self, side: Side) -> bool:
        return self._tree.single or any(segment.side is side for segment in self._segments)

    def _drawn(self) -> Iterator[_Drawn]:
        for segment in self._segments:
            vein = self._tree.veins.get(segment.map)
            if vein is not None:
                yield _Drawn(segment, vein, self._transform(segment.side).map(vein.path))

    def _depth(self, drawn: _Drawn) -> tuple[bool, float]:
        """Thick veins over thin ones, the current one over all."""
        return drawn.segment.id == self._current, drawn.vein.calibre

    def _labels_right(self, drawn: _Drawn) -> bool:
        if self._tree.single:
            return drawn.vein.label_right
        return drawn.vein.unpaired or drawn.segment.side is Side.LEFT

    def _label_box(self, drawn: _Drawn) -> QRectF | None:
        if drawn.vein.label is None or drawn.vein.tip is None:
            return None
        y = self._transform(Side.RIGHT).map(QPointF(0, drawn.vein.label)).y()
        if self._tree.single:
            return QRectF(self.width() - 80 if drawn.vein.label_right else 4, y - 9, 76, 18)
        if drawn.vein.unpaired:
            return QRectF(self._middle + 14, y - 9, 60, 18)
        left = self._middle + _LABEL_GAP if self._labels_right(drawn) else self._middle - _LABEL_GAP - 76
        return QRectF(left, y - 9, 76, 18)

    # -- hands -----------------------------------------------------------------------------------------------------------------

    def segment_at(self, at: QPointF) -> MapSegment | None:
        """The segment whose vein or label lies under a point, or None."""
        drawn = tuple(self._drawn())
        for reach in _REACHES:
            for each in drawn:
                stroker = QPainterPathStroker(QPen(Qt.GlobalColor.black, reach))
                if stroker.createStroke(each.path).contains(at):
                    return each.segment
        boxes = () if self._narrow else ((self._label_box(each), each.segment) for each in drawn)
        return next((segment for box, segment in boxes if box is not None and box.contains(at)), None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        segment = self.segment_at(event.position())
        if segment is not None and event.button() is Qt.MouseButton.LeftButton:
            self.segment_chosen.emit(segment.id)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            segment = self.segment_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), segment.words if segment else "", self)
            return True
        return super().event(event)


def _pen(grade: int | Missing | None, calibre: float, scale: float) -> QPen:
    pen = grade_style(grade).pen(calibre * min(max(scale, 0.6), 1.0))
    if pen.style() is Qt.PenStyle.SolidLine:
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen


def _soft(box: QRectF, studied: bool) -> QLinearGradient:  # noqa: FBT001 - one of two looks
    """A limb that fades out at both ends."""
    body = QColor(Colour.RAISED)
    body.setAlphaF(1.0 if studied else 0.45)
    clear = QColor(body)
    clear.setAlphaF(0.0)
    gradient = QLinearGradient(box.topLeft(), box.bottomLeft())
    for at, colour in ((0.0, clear), (0.25, body), (0.85, body), (1.0, clear)):
        gradient.setColorAt(at, colour)
    return gradient


def _around(at: QPointF) -> QRectF:
    return QRectF(at.x() - 12, at.y() - 10, 24, 20)
