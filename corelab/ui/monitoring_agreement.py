"""Agreement item by item: kappa as a dot with its interval, AC as a hollow diamond, the numbers at the right; ICC for measured items."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from corelab.domain.agreement.graded_pairs import Figure
from corelab.domain.monitoring.items import GradedItem, MeasuredItem
from corelab.ui.monitoring_chart import LEFT, MIDDLE, RIGHT, Chart, Target, dot, fits, line, write
from corelab.ui.monitoring_list import Behind, of_pairs
from corelab.ui.monitoring_words import figure_words, number, percent, reason
from corelab.ui.parts import paint_diamond
from corelab.ui.segment_words import code_words
from corelab.ui.theme import RADIUS_ROW, Colour, Size, Weight

ROW, _TOP, _FOOT = 28, 24, 24
_NAME, _NAME_NARROW, _NUMBER = 204, 120, 50
_HEADINGS = ("agreed", "kappa", "AC", "n")


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One line: ``figure`` is kappa, or ICC(2,1) where ``ac`` is None; ``item`` is None for a part of the item above."""

    label: str
    item: GradedItem | MeasuredItem
    part: bool
    figure: Figure
    ac: Figure | None
    agreed: Figure | None
    n: int
    behind: Callable[[], Behind]

    @property
    def words(self) -> str:
        named = "kappa" if self.ac is not None else "ICC"
        return f"{self.label}: {named} {figure_words(self.figure)}, {self.n} pairs"


def graded_row(item: GradedItem, second: str) -> AgreementRow:
    figures = item.found.without_ne
    label = code_words(item.part) if item.part else item.label
    title = f"{item.label}, {code_words(item.part)}" if item.part else item.label
    return AgreementRow(
        label, item, bool(item.part), item.kappa, item.ac, figures.percent, item.counted, partial(of_pairs, title, item.pairs, second)
    )


def measured_row(item: MeasuredItem, second: str) -> AgreementRow:
    label = f"{item.label}, {item.unit}"
    return AgreementRow(
        label=label,
        item=item,
        part=False,
        figure=item.two_one,
        ac=None,
        agreed=None,
        n=len(item.points),
        behind=partial(of_pairs, label, item.pairs, second),
    )


class AgreementChart(Chart):
    """One row for each item, with its parts below.

    Signals:
        chosen: another row is current; carries the row.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Agreement between readers", height=_TOP + 3 * ROW + _FOOT, parent=parent)
        self._rows: tuple[AgreementRow, ...] = ()

    def show_rows(self, rows: Sequence[AgreementRow], current: int = 0) -> None:
        """``current`` is the row that is chosen from now on."""
        self._rows, self._at = tuple(rows), current
        self.set_height(_TOP + max(1, len(rows)) * ROW + _FOOT)
        self.changed()

    @property
    def rows(self) -> tuple[AgreementRow, ...]:
        return self._rows

    def choose(self, at: int) -> None:
        super().choose(at)
        if 0 <= at < len(self._rows):
            self.chosen.emit(self._rows[at])

    def places(self) -> Sequence[Target]:
        boxes = (QRectF(0, _TOP + n * ROW, self.width(), ROW) for n in range(len(self._rows)))
        return [Target(box, row.words, row.behind) for box, row in zip(boxes, self._rows, strict=True)]

    # ------------------------------------------------------------ painting

    @property
    def _axis(self) -> tuple[float, float]:
        """Left and right end of the scale in pixels."""
        name = _NAME if self.width() > 480 else _NAME_NARROW
        return float(name), float(self.width() - len(_HEADINGS) * _NUMBER - 12)

    @property
    def _least(self) -> float:
        """Where the scale begins: 0, or below the lowest figure where agreement is less than by chance."""
        lows = [row.figure.by_subject.interval.low for row in self._rows if row.figure.by_subject.interval]
        values = [row.figure.estimate.value for row in self._rows if row.figure.estimate.value is not None]
        return min(0.0, *(-0.2 * (1 + int(-low / 0.2)) for low in (*lows, *values, 0.0) if low < 0), 0.0)

    def _x(self, value: float) -> float:
        left, right = self._axis
        return left + (max(value, self._least) - self._least) / (1 - self._least) * (right - left)

    def paint(self, painter: QPainter) -> None:
        self._paint_scale(painter)
        for n, row in enumerate(self._rows):
            self._paint_row(painter, row, _TOP + n * ROW, current=n == self.current)

    def _paint_scale(self, painter: QPainter) -> None:
        bottom = _TOP + len(self._rows) * ROW
        steps = range(round(self._least * 5), 6)
        wide = self._axis[1] - self._axis[0] > 160
        for step in steps if wide else (steps[0], steps[-1]):
            x = self._x(step / 5)
            line(painter, QPointF(x, _TOP), QPointF(x, bottom))
            write(painter, QRectF(x - 20, bottom + 4, 40, 16), f"{step / 5:.1f}", size=Size.TICK, flags=MIDDLE)
        for n, words in enumerate(_HEADINGS):
            write(painter, self._number_box(n, 0, _TOP - 6), words, size=Size.TICK, weight=Weight.VALUE, flags=RIGHT)

    def _number_box(self, n: int, top: float, height: float = ROW) -> QRectF:
        return QRectF(self.width() - (len(_HEADINGS) - n) * _NUMBER, top, _NUMBER - 8, height)

    def _paint_row(self, painter: QPainter, row: AgreementRow, top: float, *, current: bool) -> None:
        if current:
            painter.setPen(QPen(Colour.SELECTED, 0))
            painter.setBrush(Colour.SELECTED)
            painter.drawRoundedRect(QRectF(0, top + 1, self.width(), ROW - 2), RADIUS_ROW, RADIUS_ROW)
        indent = 24 if row.part else 10
        name = QRectF(indent, top, self._axis[0] - indent - 8, ROW)
        write(
            painter,
            name,
            row.label,
            size=Size.BODY,
            weight=Weight.TEXT if row.part else Weight.HEADING,
            colour=Colour.TEXT if row.part else Colour.STRONG,
        )
        self._paint_figure(painter, row, top + ROW / 2)
        numbers = (percent(row.agreed), number(row.figure), number(row.ac), str(row.n))
        for n, words in enumerate(numbers):
            strong = n == 1
            ink, weight = (Colour.STRONG, Weight.HEADING) if strong else (Colour.SECOND, Weight.TEXT)
            write(painter, self._number_box(n, top), words, size=Size.BODY, weight=weight, colour=ink, flags=RIGHT)

    def _paint_figure(self, painter: QPainter, row: AgreementRow, middle: float) -> None:
        value, around = row.figure.estimate.value, row.figure.by_subject.interval
        if value is None:
            left, right = self._axis
            words, short = figure_words(row.figure), reason(row.figure.estimate.undefined)
            room = QRectF(left + 4, middle - 10, right - left - 4, 20)
            write(painter, room, words if fits(painter, words, room.width()) else short, colour=Colour.THIRD, flags=LEFT)
            return
        if around is not None:
            low, high = self._x(around.low), self._x(around.high)
            line(painter, QPointF(low, middle), QPointF(high, middle), Colour.ACCENT, 2)
            for end in (low, high):
                line(painter, QPointF(end, middle - 4), QPointF(end, middle + 4), Colour.ACCENT, 2)
        if row.ac is not None and row.ac.estimate.value is not None:
            paint_diamond(painter, QPointF(self._x(row.ac.estimate.value), middle), half=5, hollow=True, colour=Colour.TEXT)
        dot(painter, QPointF(self._x(value), middle), radius=5)
