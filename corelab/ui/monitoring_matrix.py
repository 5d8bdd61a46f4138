"""Reader 1 by reader 2, category by category: the shade is the share of the row, every cell opens its list."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from corelab.domain.charter import ChoiceItem
from corelab.domain.monitoring.items import GradedItem
from corelab.domain.values import options_words
from corelab.domain.vocabulary import Missing
from corelab.ui.monitoring_chart import MIDDLE, RIGHT, Chart, Target, fits, write, write_wrapped
from corelab.ui.monitoring_list import Behind, of_pairs
from corelab.ui.parts import SWATCH_WIDTH, grade_style, paint_swatch
from corelab.ui.theme import RADIUS_CAP, Colour, Size, Weight

_SIDE, _TOP, _GAP = 92, 48, 4
_SIDE_NUMBERED = 116
_LEAST, _MOST = 44, 60
_WORDED = 5
"""So many categories have their words above the columns."""


class MatrixChart(Chart):
    """The table with NE as a category of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Grades of one reader by grades of the other", height=_TOP + 4 * _MOST, parent=parent)
        self._item: GradedItem | None = None
        self._scale: ChoiceItem | None = None

    def show_item(self, item: GradedItem | None, scale: ChoiceItem | None) -> None:
        """``scale`` is the item of the charter, whose ranks give the swatches."""
        self._item, self._scale = item, scale
        self.set_height(_TOP + len(self._table) * self._row + 4)
        self.changed()

    @property
    def _table(self) -> tuple[tuple[int, ...], ...]:
        return self._item.found.with_ne.table if self._item is not None else ()

    @property
    def _labels(self) -> tuple[str, ...]:
        words = options_words(self._item.labels[:-1]) if self._item is not None else ()
        return (*words, "NE")

    @property
    def _numbered(self) -> bool:
        """Whether there are more categories than words have room above the columns: then their numbers stand there."""
        return len(self._table) > _WORDED

    @property
    def _side(self) -> int:
        return _SIDE_NUMBERED if self._numbered else _SIDE

    @property
    def _row(self) -> int:
        return _LEAST if self._numbered else _MOST

    def _box(self, row: int, column: int) -> QRectF:
        width = (self.width() - self._side) / max(1, len(self._table))
        return QRectF(self._side + column * width, _TOP + row * self._row, width - _GAP, self._row - _GAP)

    def places(self) -> Sequence[Target]:
        item = self._item
        if item is None:
            return []
        named = [(row, column) for row in range(len(self._table)) for column in range(len(self._table))]
        return [Target(self._box(*at), self._words(*at), partial(self._behind, *at)) for at in named]

    def _words(self, row: int, column: int) -> str:
        return f"{self._labels[row]} by reader 1, {self._labels[column]} by reader 2: {self._table[row][column]}"

    def _behind(self, row: int, column: int) -> Behind:
        item = self._item
        return of_pairs(self._words(row, column), item.cell_of_table(row, column) if item is not None else ())

    def paint(self, painter: QPainter) -> None:
        for n, label in enumerate(self._labels if self._table else ()):
            self._paint_heading(painter, n, label)
        for row, counts in enumerate(self._table):
            for column, count in enumerate(counts):
                self._paint_cell(painter, self._box(row, column), count, sum(counts), same=row == column)

    def _paint_heading(self, painter: QPainter, n: int, label: str) -> None:
        above, beside = self._box(0, n), self._box(n, 0)
        number = str(n + 1) if self._numbered and n < len(self._table) - 1 else ""
        head = QRectF(above.left(), 4, above.width(), 18)
        write(painter, head, number or label, weight=Weight.VALUE, colour=Colour.TEXT, flags=MIDDLE)
        if above.width() > SWATCH_WIDTH:
            paint_swatch(painter, above.center().x() - SWATCH_WIDTH / 2, 34, grade_style(self._drawn(n)))
        left = QRectF(0, beside.top(), self._side - 12, beside.height())
        if number:
            write_wrapped(painter, left, f"{number} {label}", colour=Colour.TEXT)
        else:
            write(painter, left, label, colour=Colour.TEXT, flags=RIGHT)

    def _drawn(self, n: int) -> int | Missing | None:
        """The place of a category on its scale: best, between, worst; nominal ones have none."""
        if n == len(self._table) - 1:
            return Missing.NOT_EVALUABLE
        if self._scale is None or self._scale.scale != "ordinal":
            return None
        return 0 if n == 0 else 2 if n == self._scale.worst_rank else 1

    def _paint_cell(self, painter: QPainter, box: QRectF, count: int, whole: int, *, same: bool) -> None:
        share = count / whole if whole else 0.0
        fill = QColor(Colour.ACCENT_DEEP)
        fill.setAlphaF(0.06 + 0.64 * share)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Colour.RAISED)
        painter.drawRoundedRect(box, RADIUS_CAP, RADIUS_CAP)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, RADIUS_CAP, RADIUS_CAP)
        ink, weight = Colour.STRONG if count else Colour.THIRD, Weight.HEADING if same else Weight.VALUE
        if not fits(painter, "100 %", box.width(), size=Size.TICK):
            write(painter, box, str(count), size=Size.BODY, weight=weight, colour=ink, flags=MIDDLE)
            return
        upper, lower = (
            QRectF(box.left(), box.top() + 4, box.width(), box.height() / 2),
            QRectF(box.left(), box.center().y(), box.width(), box.height() / 2 - 4),
        )
        write(painter, upper, str(count), size=Size.OPTION, weight=weight, colour=ink, flags=MIDDLE)
        write(
            painter,
            lower,
            f"{100 * share:.0f} %" if whole else "",
            size=Size.TICK,
            colour=Colour.TEXT if count else Colour.THIRD,
            flags=MIDDLE,
        )
