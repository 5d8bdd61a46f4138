"""Measured values of two readers: each difference over its mean, with the limits of agreement (Bland and Altman 1986)."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from corelab.domain.monitoring.items import MeasuredItem, Point
from corelab.ui.monitoring_chart import LEFT, MIDDLE, RIGHT, Chart, Target, dot, line, write
from corelab.ui.monitoring_list import Behind, of_pairs
from corelab.ui.segment_words import code_words
from corelab.ui.theme import Colour, Size

_LEFT, _RIGHT, _TOP, _BOTTOM, _HEIGHT = 52, 92, 12, 40, 288
_APART = 16.0


class BlandAltman(Chart):
    """One point for each pair; the mean difference, and the limits of 1.96 standard deviations."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Differences of measured values over their mean", height=_HEIGHT, parent=parent)
        self._item: MeasuredItem | None = None

    def show_item(self, item: MeasuredItem | None) -> None:
        self._item = item
        self.changed()

    @property
    def _points(self) -> tuple[Point, ...]:
        return self._item.points if self._item is not None else ()

    def places(self) -> Sequence[Target]:
        places = ((point, self._place(point)) for point in sorted(self._points, key=lambda point: point.mean))
        return [Target(QRectF(at.x() - 7, at.y() - 7, 14, 14), self._words(point), partial(self._behind, point)) for point, at in places]

    def _words(self, point: Point) -> str:
        unit = self._item.unit if self._item is not None else ""
        return f"{point.pair.exam} {code_words(point.pair.cell.segment)}: {point.pair.one} and {point.pair.other} {unit}"

    def _behind(self, point: Point) -> Behind:
        return of_pairs(self._words(point), [point.pair])

    @property
    def _span(self) -> tuple[float, float]:
        means = [point.mean for point in self._points] or [0.0, 1.0]
        low, high = min(means), max(means)
        room = (high - low or 1.0) * 0.06
        return low - room, high + room

    @property
    def _reach(self) -> float:
        """The scale of differences is the same above and below 0."""
        lines = [value for value, _ in self._lines()]
        return 1.15 * max([abs(point.difference) for point in self._points] + [abs(value) for value in lines] + [0.1])

    def _lines(self) -> list[tuple[float, str]]:
        if self._item is None:
            return []
        named = ((self._item.high, "upper limit"), (self._item.mean, "mean"), (self._item.low, "lower limit"))
        return [(figure.estimate.value, words) for figure, words in named if figure.estimate.value is not None]

    def _place(self, point: Point) -> QPointF:
        return QPointF(self._x(point.mean), self._y(point.difference))

    def _x(self, mean: float) -> float:
        low, high = self._span
        return _LEFT + (mean - low) / (high - low) * (self.width() - _LEFT - _RIGHT)

    def _y(self, difference: float) -> float:
        room = self.height() - _TOP - _BOTTOM
        return _TOP + room * (0.5 - difference / (2 * self._reach))

    def paint(self, painter: QPainter) -> None:
        right = float(self.width() - _RIGHT)
        line(painter, QPointF(_LEFT, self._y(0)), QPointF(right, self._y(0)))
        above = -_APART
        for value, words in self._lines():
            y = self._y(value)
            line(painter, QPointF(_LEFT, y), QPointF(right, y), Colour.SECOND, dashed=words != "mean")
            if y - above >= _APART:  # words on words say nothing: readers may differ by a constant, or not at all
                above = y
                write(painter, QRectF(0, y - 9, _LEFT - 8, 18), f"{value:+.1f}", size=Size.TICK, flags=RIGHT)
                write(painter, QRectF(right + 8, y - 9, _RIGHT - 8, 18), words, flags=LEFT)
        for point in self._points:
            dot(painter, self._place(point), Colour.ACCENT, 3.5)
        self._paint_scale(painter, right)

    def _paint_scale(self, painter: QPainter, right: float) -> None:
        foot, (low, high) = self.height() - _BOTTOM + 6, self._span
        for share in (0.0, 0.5, 1.0):
            mean = low + share * (high - low)
            write(painter, QRectF(self._x(mean) - 40, foot, 80, 16), f"{mean:.1f}", size=Size.TICK, flags=MIDDLE)
        unit = self._item.unit if self._item is not None else ""
        write(painter, QRectF(_LEFT, foot + 16, right - _LEFT, 16), f"mean of both, {unit}", size=Size.TICK, flags=MIDDLE)
