"""Each reader on a line: discordance index as a bar with the limit, side taken by adjudicators, days to sign, minutes."""

from collections.abc import Callable, Sequence
from functools import partial
from statistics import median

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from corelab.domain.monitoring.readers import RdiLimit, ReaderFigures
from corelab.ui.monitoring_chart import MIDDLE, RIGHT, Chart, Target, line, write
from corelab.ui.monitoring_list import Behind, of_exams, of_times, of_verdicts
from corelab.ui.monitoring_words import between, share_words
from corelab.ui.parts import paint_diamond
from corelab.ui.theme import Colour, Size, Weight

_ROW, _TOP, _NAME, _NUMBER = 40, 28, 92, 56
_HEADINGS = ("index", "taken", "days", "min")
_HINTS = (
    "Decisions against the reader per 100 cells that could be compared",
    "Share of decisions for the reader",
    "Days from release to signature, middle value",
    "Minutes of active reading, middle value",
)


class ReadersChart(Chart):
    """Four numbers for each reader, each with its list; the bar shows the index against the limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Readers one by one", height=_TOP + 4 * _ROW, parent=parent)
        self._readers: tuple[ReaderFigures, ...] = ()
        self._limit: RdiLimit | None = None

    def show_readers(self, readers: Sequence[ReaderFigures], limit: RdiLimit | None) -> None:
        self._readers, self._limit = tuple(readers), limit
        self.set_height(_TOP + _ROW * max(1, len(readers)) + 20)
        self.changed()

    def places(self) -> Sequence[Target]:
        return [target for n, one in enumerate(self._readers) for target in self._of(n, one)]

    def _of(self, n: int, one: ReaderFigures) -> list[Target]:
        side = between(one.side.interval, 100, 0) if one.side.interval else "no decision yet"
        index = "no index yet" if one.rdi is None else f"discordance index {one.rdi:.1f}, {one.adverse} of {one.comparable} cells"
        told: tuple[tuple[str, Callable[[], Behind]], ...] = (
            (index, partial(of_verdicts, f"Decisions on cells of {one.reader}", [each for each in one.verdicts if each.adverse])),
            (f"side taken {share_words(one.side)}, {side}", partial(of_verdicts, f"Decisions on cells of {one.reader}", one.verdicts)),
            (f"{_middle([each.days for each in one.took])} days to sign", partial(of_times, f"Time of {one.reader}", one.took)),
            (f"{_middle([each.minutes for each in one.took])} active minutes", partial(of_times, f"Time of {one.reader}", one.took)),
        )
        name = Target(
            self._name_box(n), f"{one.reader}: {len(one.exams)} exams read", partial(of_exams, f"Read by {one.reader}", one.exams)
        )
        return [name, *(Target(self._box(n, at), f"{one.reader}: {words}", behind) for at, (words, behind) in enumerate(told))]

    def _name_box(self, n: int) -> QRectF:
        return QRectF(0, _TOP + n * _ROW + 2, self.width() - len(_HEADINGS) * _NUMBER - 4, _ROW - 4)

    def _box(self, n: int, at: int) -> QRectF:
        return QRectF(self.width() - (len(_HEADINGS) - at) * _NUMBER, _TOP + n * _ROW + 2, _NUMBER - 4, _ROW - 4)

    @property
    def _most(self) -> float:
        known = [one.rdi for one in self._readers if one.rdi is not None]
        return max([*known, self._limit.limit if self._limit else 0, 1.0]) * 1.1

    def _x(self, index: float) -> float:
        right = self.width() - len(_HEADINGS) * _NUMBER - 16
        return _NAME + index / self._most * max(0.0, right - _NAME)

    def paint(self, painter: QPainter) -> None:
        for at, words in enumerate(_HEADINGS):
            box = self._box(0, at)
            write(painter, QRectF(box.left(), 4, box.width() - 4, 18), words, size=Size.TICK, weight=Weight.VALUE, flags=RIGHT)
        for n, one in enumerate(self._readers):
            self._paint_reader(painter, n, one)
        if self._limit is not None:
            x, bottom = self._x(self._limit.limit), _TOP + _ROW * len(self._readers)
            line(painter, QPointF(x, _TOP), QPointF(x, bottom), Colour.SECOND, dashed=True)
            write(painter, QRectF(x - 60, bottom + 2, 120, 16), f"limit {self._limit.limit:.1f}", size=Size.TICK, flags=MIDDLE)

    def _paint_reader(self, painter: QPainter, n: int, one: ReaderFigures) -> None:
        box = self._name_box(n)
        write(
            painter, QRectF(8, box.top(), _NAME - 16, box.height()), one.reader, size=Size.BODY, weight=Weight.VALUE, colour=Colour.STRONG
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Colour.ATTENTION if one.alarm else Colour.ACCENT_DEEP)
        middle = box.center().y()
        if one.rdi is not None:
            painter.drawRoundedRect(QRectF(_NAME, middle - 6, max(3.0, self._x(one.rdi) - _NAME), 12), 3, 3)
        if one.alarm:
            paint_diamond(painter, QPointF(self._x(one.rdi or 0) + 12, middle))
        numbers = (
            "\u2013" if one.rdi is None else f"{one.rdi:.1f}",
            _share(one),
            _middle([each.days for each in one.took]),
            _middle([each.minutes for each in one.took]),
        )
        for at, words in enumerate(numbers):
            ink = Colour.ATTENTION if one.alarm and at == 0 else Colour.STRONG if at == 0 else Colour.TEXT
            weight = Weight.HEADING if at == 0 else Weight.TEXT
            write(painter, self._box(n, at).adjusted(0, 0, -4, 0), words, size=Size.BODY, weight=weight, colour=ink, flags=RIGHT)


def _share(one: ReaderFigures) -> str:
    return "\u2013" if one.side.value is None else f"{100 * one.side.value:.0f} %"


def _middle(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    return f"{median(known):.1f}" if known else "\u2013"
