"""Charts over batches: the adjudication rate between its limits, and each reader's agreement with the results."""

from collections.abc import Sequence
from functools import partial
from statistics import fmean

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from corelab.domain.agreement.graded_pairs import Drift
from corelab.domain.monitoring.cases import BatchShare
from corelab.domain.monitoring.readers import ReaderDrift
from corelab.ui.monitoring_chart import LEFT, MIDDLE, RIGHT, Chart, Target, dot, line, write
from corelab.ui.monitoring_list import Behind, of_exams, of_pairs
from corelab.ui.monitoring_words import not_estimable
from corelab.ui.parts import paint_diamond
from corelab.ui.theme import Colour, Size, Weight

_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 84, 16, 44
_HEIGHT = 236
_SHOWN = 24
"""Batches on the chart; those before stand in the list of the rate."""


class PChart(Chart):
    """Share of exams with a case, batch by batch; the centre is of all exams before, the limits three standard errors away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Adjudication rate by batch", height=_HEIGHT, parent=parent)
        self._batches: tuple[BatchShare, ...] = ()

    def show_batches(self, batches: Sequence[BatchShare]) -> None:
        self._batches = tuple(batches)[-_SHOWN:]
        self.changed()

    def places(self) -> Sequence[Target]:
        return [Target(self._hit(n), _batch_words(one), partial(_behind_batch, one)) for n, one in enumerate(self._batches)]

    def _hit(self, n: int) -> QRectF:
        step = self._step
        return QRectF(self._x(n) - step / 2 + 2, _TOP - 8, step - 4, self.height() - _TOP)

    @property
    def _step(self) -> float:
        return min(96.0, (self.width() - _LEFT - _RIGHT) / max(1, len(self._batches)))

    def _x(self, n: int) -> float:
        return _LEFT + self._step * (n + 0.5)

    @property
    def _most(self) -> float:
        """The top of the scale: a round share above everything that is drawn."""
        limits = [one.charted.limits.high for one in self._batches if one.charted.limits]
        highest = max([*limits, *(one.charted.share or 0 for one in self._batches), 0.1])
        return next(top for top in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 10.0) if top >= min(highest, 1.0))

    def _y(self, share: float) -> float:
        room = self.height() - _TOP - _BOTTOM
        return _TOP + room * (1 - min(share, self._most) / self._most)

    def paint(self, painter: QPainter) -> None:
        right = _LEFT + self._step * len(self._batches)
        for quarter in range(5):
            share = self._most * quarter / 4
            line(painter, QPointF(_LEFT, self._y(share)), QPointF(right, self._y(share)))
            write(painter, QRectF(0, self._y(share) - 9, _LEFT - 8, 18), f"{100 * share:.0f} %", size=Size.TICK, flags=RIGHT)
        for n, one in enumerate(self._batches):
            self._paint_limits(painter, n, one)
        painter.setPen(QPen(Colour.ACCENT, 1.6))
        painter.drawPolyline(QPolygonF([QPointF(self._x(n), self._y(one.charted.share or 0)) for n, one in enumerate(self._batches)]))
        for n, one in enumerate(self._batches):
            self._paint_point(painter, n, one)
        self._paint_names(painter, right)

    def _paint_limits(self, painter: QPainter, n: int, one: BatchShare) -> None:
        left, right = self._x(n) - self._step / 2, self._x(n) + self._step / 2
        if one.charted.centre is not None:
            y = self._y(one.charted.centre)
            line(painter, QPointF(left, y), QPointF(right, y), Colour.SECOND)
        for limit in (one.charted.limits.low, one.charted.limits.high) if one.charted.limits else ():
            line(painter, QPointF(left, self._y(limit)), QPointF(right, self._y(limit)), Colour.THIRD, dashed=True)

    def _paint_point(self, painter: QPainter, n: int, one: BatchShare) -> None:
        x, y = self._x(n), self._y(one.charted.share or 0)
        if one.charted.signal:
            paint_diamond(painter, QPointF(x, y), half=6)
            write(
                painter, QRectF(x - 40, max(0.0, y - 24), 80, 16), "outside", weight=Weight.HEADING, colour=Colour.ATTENTION, flags=MIDDLE
            )
        else:
            dot(painter, QPointF(x, y))
        foot = self.height() - _BOTTOM + 8
        name = one.charted.batch.name.removeprefix("batch ")
        write(painter, QRectF(x - self._step / 2, foot, self._step, 16), name, size=Size.HINT, colour=Colour.TEXT, flags=MIDDLE)
        write(painter, QRectF(x - self._step / 2, foot + 16, self._step, 16), f"n {one.charted.batch.exams}", size=Size.TICK, flags=MIDDLE)

    def _paint_names(self, painter: QPainter, right: float) -> None:
        last = next((one.charted for one in reversed(self._batches) if one.charted.limits), None)
        if last is not None and last.limits is not None and last.centre is not None:
            for share, words in ((last.limits.high, "upper limit"), (last.centre, "centre")):
                write(painter, QRectF(right + 8, self._y(share) - 9, _RIGHT - 8, 18), words, flags=LEFT)


def _batch_words(one: BatchShare) -> str:
    batch, limits = one.charted.batch, one.charted.limits
    words = f"{batch.name}: {batch.cases} of {batch.exams} exams with a case"
    if limits is None:
        return f"{words}; no limits: {one.charted.reason.value if one.charted.reason else ''}"
    return f"{words}, limits {100 * limits.low:.0f} to {100 * limits.high:.0f} %{', outside' if one.charted.signal else ''}"


def _behind_batch(one: BatchShare) -> Behind:
    return of_exams(one.charted.batch.name.capitalize(), one.with_case, _batch_words(one))


_ROW, _NAME, _NUMBERS, _LAST = 56, 92, 132, 6
_LEAST = 3
"""With fewer batches nothing is said of a fall."""


class DriftChart(Chart):
    """One small line for each reader: kappa with the results in the last six batches, and how the grades were spread in the last."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Agreement of each reader with the results, by batch", height=_HEIGHT, parent=parent)
        self._rows: tuple[tuple[str, ReaderDrift], ...] = ()

    def show_readers(self, rows: Sequence[tuple[str, ReaderDrift]]) -> None:
        self._rows = tuple(rows)
        self.set_height(max(_HEIGHT, 8 + _ROW * len(self._rows)))
        self.changed()

    def places(self) -> Sequence[Target]:
        boxes = (QRectF(0, 4 + n * _ROW, self.width(), _ROW - 4) for n in range(len(self._rows)))
        return [
            Target(box, f"{reader}: {_drift_words(found)}", partial(of_pairs, f"{reader}, {found.label}", found.pairs, "Result"))
            for box, (reader, found) in zip(boxes, self._rows, strict=True)
        ]

    def paint(self, painter: QPainter) -> None:
        for n, (reader, found) in enumerate(self._rows):
            self._paint_reader(painter, 4 + n * _ROW, reader, found.batches[-_LAST:])

    def _paint_reader(self, painter: QPainter, top: float, reader: str, batches: Sequence[Drift]) -> None:
        write(painter, QRectF(8, top, _NAME - 16, _ROW - 4), reader, size=Size.BODY, weight=Weight.VALUE, colour=Colour.STRONG)
        values = [one.kappa.value for one in batches]
        ink = Colour.ATTENTION if falls(batches) else Colour.ACCENT
        left, right = float(_NAME), float(self.width() - _NUMBERS)
        step = (right - left) / max(1, len(values) - 1)
        points = [
            QPointF(left + n * step, top + 8 + (_ROW - 24) * (1 - max(0.0, value))) for n, value in enumerate(values) if value is not None
        ]
        line(painter, QPointF(left, top + _ROW - 16), QPointF(right, top + _ROW - 16))
        painter.setPen(QPen(ink, 1.6))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF(points))
        for point in points:
            dot(painter, point, ink, 3)
        last = next((value for value in reversed(values) if value is not None), None)
        said = "\u2013" if last is None else f"{last:.2f}"
        write(painter, QRectF(right + 12, top, 40, _ROW - 4), said, size=Size.OPTION, weight=Weight.HEADING, colour=Colour.STRONG)
        words = QRectF(right + 56, top, _NUMBERS - 60, _ROW - 4)
        if falls(batches):
            paint_diamond(painter, QPointF(words.left() + 5, words.center().y()))
            write(painter, words.adjusted(16, 0, 0, 0), "falls", weight=Weight.VALUE, colour=Colour.ATTENTION)
        else:
            write(painter, words, "steady" if len(points) > 1 else "one batch" if points else "no results")


def falls(batches: Sequence[Drift]) -> bool:
    """Whether kappa of the last of these batches lies below the mean of those before, by more than twice its standard error."""
    known = [one.kappa for one in batches if one.kappa.value is not None and one.kappa.error is not None]
    if len(known) < _LEAST:
        return False
    *before, last = known
    mean = fmean(one.value or 0.0 for one in before)
    return (last.value or 0.0) + 2 * (last.error or 0.0) < mean


def _drift_words(found: ReaderDrift) -> str:
    if not found.batches:
        return "no results yet"
    last = found.batches[-1]
    kappa = not_estimable(last.kappa.undefined) if last.kappa.value is None else f"kappa {last.kappa.value:.2f}"
    shares = ", ".join(f"{label} {100 * share:.0f} %" for label, share in zip(found.labels, last.shares, strict=False))
    return f"{kappa} with the results of {last.batch}, {last.pairs} cells: {shares}"
