"""Calipers: two clicks on the image, and the line between them. What the line measures is asked of the services."""

from dataclasses import dataclass
from math import hypot
from typing import Final

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QPainter, QPen

from corelab.ui.theme import Colour

_TICK: Final = 6.0


@dataclass(frozen=True, slots=True)
class Caliper:
    """Two points of an image, in pixels from its upper left corner, on one frame."""

    frame: int
    start: tuple[float, float]
    end: tuple[float, float]


def paint_caliper(painter: QPainter, start: QPointF, end: QPointF, scale: float = 1.0) -> None:
    """A line with end ticks, bright on a dark edge so that it shows on any tissue; ``scale`` is device pixels per logical pixel."""
    lines = [QLineF(start, end), *(_tick(start, end, at, scale) for at in (start, end))]
    for colour, width in ((Colour.CALIPER_EDGE, 3.5), (Colour.CALIPER, 1.6)):
        painter.setPen(QPen(colour, width * scale, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLines(lines)


def _tick(start: QPointF, end: QPointF, at: QPointF, scale: float) -> QLineF:
    dx, dy = end.x() - start.x(), end.y() - start.y()
    length = hypot(dx, dy)
    across = QPointF(-dy, dx) / length * _TICK * scale if length else QPointF(_TICK * scale, 0)
    return QLineF(at - across, at + across)
