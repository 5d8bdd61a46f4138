"""What is drawn to measure: a line between two points, an outline of several; how they look, and the grips at their points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import Final

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from corelab.ui.theme import Colour

_TICK: Final = 6.0
_GRIP: Final = 4.0
_WIDTHS: Final = ((Colour.CALIPER_EDGE, 3.5), (Colour.CALIPER, 1.6))

Point = tuple[float, float]
"""In pixels from the upper left corner of the image."""


@dataclass(frozen=True, slots=True)
class Caliper:
    """Two points of an image, in pixels from its upper left corner, on one frame. ``dashed``: it is of another read."""

    frame: int
    start: Point
    end: Point
    dashed: bool = False

    @property
    def points(self) -> tuple[Point, ...]:
        return self.start, self.end

    def moved(self, number: int, point: Point) -> "Caliper":
        """With one end there."""
        return replace(self, start=point) if number == 0 else replace(self, end=point)


@dataclass(frozen=True, slots=True)
class Outline:
    """The corners of an area, as the points of a caliper; the last is joined to the first."""

    frame: int
    points: tuple[Point, ...]
    dashed: bool = False

    def moved(self, number: int, point: Point) -> "Outline":
        """With one corner there."""
        return replace(self, points=(*self.points[:number], point, *self.points[number + 1 :]))


Shape = Caliper | Outline


def paint_caliper(painter: QPainter, start: QPointF, end: QPointF, scale: float = 1.0, *, dashed: bool = False) -> None:
    """A line with end ticks, bright on a dark edge so that it shows on any tissue; ``scale`` is device pixels per logical pixel."""
    lines = [QLineF(start, end), *(_tick(start, end, at, scale) for at in (start, end))]
    for pen in _pens(scale, dashed=dashed):
        painter.setPen(pen)
        painter.drawLines(lines)


def paint_outline(painter: QPainter, points: Sequence[QPointF], scale: float, *, dashed: bool = False, closed: bool = True) -> None:
    """The edges of an outline; of one that is not ``closed`` yet, those drawn so far."""
    polygon = QPolygonF(list(points))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(scale, dashed=dashed):
        painter.setPen(pen)
        (painter.drawPolygon if closed else painter.drawPolyline)(polygon)


def paint_grip(painter: QPainter, at: QPointF, scale: float, *, picked: bool) -> None:
    """A point that can be moved; the picked one is filled."""
    painter.setBrush(Colour.CALIPER if picked else Colour.CALIPER_EDGE)
    for pen in _pens(scale, dashed=False):
        painter.setPen(pen)
        painter.drawEllipse(at, _GRIP * scale, _GRIP * scale)


def _pens(scale: float, *, dashed: bool) -> tuple[QPen, ...]:
    style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
    pens = tuple(QPen(colour, width * scale, style, Qt.PenCapStyle.RoundCap) for colour, width in _WIDTHS)
    if dashed:
        for pen, (_, width) in zip(pens, _WIDTHS, strict=True):
            pen.setDashPattern([7.0 / width, 6.0 / width])  # both in step: a pattern is told in widths of its pen
    return pens


def _tick(start: QPointF, end: QPointF, at: QPointF, scale: float) -> QLineF:
    dx, dy = end.x() - start.x(), end.y() - start.y()
    length = hypot(dx, dy)
    across = QPointF(-dy, dx) / length * _TICK * scale if length else QPointF(_TICK * scale, 0)
    return QLineF(at - across, at + across)
