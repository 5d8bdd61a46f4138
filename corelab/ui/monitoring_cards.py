"""The two cards about agreement: all items with the parts of the chosen one, and the chosen one in full."""

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from corelab.domain.charter import ChoiceItem
from corelab.domain.monitoring.items import GradedItem, MeasuredItem, by_segment, by_visit
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.report import Report
from corelab.domain.values import options_words
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.jobs import Jobs
from corelab.ui.monitoring_agreement import AgreementChart, AgreementRow, graded_row, measured_row
from corelab.ui.monitoring_matrix import MatrixChart
from corelab.ui.monitoring_measured import BlandAltman
from corelab.ui.monitoring_words import KIND_WORDS, WEIGHT_WORDS, no_pairs
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

_SPLITS = {"segment": by_segment, "visit": by_visit}


def title(words: str = "") -> QLabel:
    return text_label(words, Size.PANEL, Weight.HEADING, Colour.STRONG, wrap=True)


def note(words: str = "") -> QLabel:
    return text_label(words, Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)


def filled(card: Card, *widgets: QWidget) -> Card:
    """The card with these from top to bottom, and room below."""
    for widget in widgets:
        card.lines.addWidget(widget)
    card.lines.addStretch(1)
    return card


class AgreementCard(Card):
    """Item by item; below the chosen item its segments or visits.

    Signals:
        chosen: another item or part is current; carries its row, or None.
        opened: the list behind a row is wanted; carries it.
        failed: the parts of an item could not be counted; carries the error.
    """

    chosen = Signal(object)
    opened = Signal(object)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._report = jobs, None  # type: Jobs, Report | None
        self._counted: dict[tuple[Kind, str, str], tuple[GradedItem, ...]] = {}
        self._kind, self._split, self._item = Kind.READERS, "segment", ""
        self._title, self._note, self._nothing = title(), note(), text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.chart = AgreementChart()
        self.chart.opened.connect(self.opened)
        self.chart.chosen.connect(self._on_chosen)
        self.pairs = Button("Pairs", key="next_pairs")
        self.by_segment, self.by_visit = Button("Segments", key="by_segment"), Button("Visits", key="by_visit")
        self.pairs.clicked.connect(self.next_pairs)
        self.by_segment.clicked.connect(partial(self.split, "segment"))
        self.by_visit.clicked.connect(partial(self.split, "visit"))
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        for button in (self.by_segment, self.by_visit, self.pairs):
            head.addWidget(button)
        self.lines.addLayout(head)
        filled(self, self._note, self.chart, self._nothing)

    @property
    def kind(self) -> Kind:
        return self._kind

    def next_pairs(self) -> None:
        """From two readers to hidden repeats to the calibration set, and around."""
        kinds = list(Kind)
        self._kind = kinds[(kinds.index(self._kind) + 1) % len(kinds)]
        self._show()

    def split(self, parts: str) -> None:
        """Show the chosen item by ``segment`` or ``visit``; the same again shows none."""
        self._split = "" if self._split == parts else parts
        self._show()

    def show_report(self, report: Report) -> None:
        self._report = report
        self._counted.clear()
        self._show()

    def _show(self) -> None:
        report = self._report
        if report is None:
            return
        found = report.of(self._kind)
        names = [*(one.item for one in found.graded), *(one.item for one in found.measured)]
        self._item = self._item if self._item in names else next(iter(names), "")
        rows = tuple(self._rows(report)) if found.pairs else ()
        self._title.setText(KIND_WORDS[self._kind][0])
        weights = next((WEIGHT_WORDS[one.weights] for one in found.graded), "no weights")
        chance = report.chance
        self._note.setText(
            f"Dot kappa ({weights}), diamond AC, bar 95 % from {chance.repetitions} draws of whole subjects, seed {chance.seed}"
        )
        self._note.setVisible(bool(rows))
        self.chart.setVisible(bool(rows))
        self._nothing.setVisible(not rows)
        self._nothing.setText(no_pairs(self._kind, report))
        place = next((n for n, row in enumerate(rows) if row.item.item == self._item and not row.part), 0)
        self.chart.show_rows(rows, place)
        if not rows:
            self.chosen.emit(None)

    def _rows(self, report: Report) -> Iterator[AgreementRow]:
        second = KIND_WORDS[self._kind][2]
        for item in report.of(self._kind).graded:
            yield graded_row(item, second)
            for part in self._parts(report, item) if item.item == self._item else ():
                yield graded_row(part, second)
        for measured in report.of(self._kind).measured:
            yield measured_row(measured, second)

    def _parts(self, report: Report, item: GradedItem) -> tuple[GradedItem, ...]:
        """Counted once, not on the window's thread: the intervals of a large trial take a while. Until then there are none."""
        key, split = (self._kind, self._split, item.item), _SPLITS.get(self._split)
        if key not in self._counted:
            self._counted[key] = ()
            if split is not None:
                work = partial(split, report.observed.charter, item.pairs, item.item)
                self._jobs.pixels(self, work, partial(self._on_parts, report, key), self.failed.emit)
        return self._counted[key]

    def _on_parts(self, report: Report, key: tuple[Kind, str, str], parts: tuple[GradedItem, ...]) -> None:
        if report is self._report:
            self._counted[key] = parts
            self._show()

    def _on_chosen(self, row: AgreementRow) -> None:
        if row.item.item != self._item:
            self._item = row.item.item
            self._show()
        else:
            self.chosen.emit(row)


class ItemCard(Card):
    """One item in full: the table of grades, or the differences of measured values.

    Signals:
        opened: the list behind a number is wanted; carries it.
    """

    opened = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._note, self._foot = title(), note(), note()
        self.matrix, self.measured = MatrixChart(), BlandAltman()
        for chart in (self.matrix, self.measured):
            chart.opened.connect(self.opened)
        filled(self, self._title, self._note, self.matrix, self.measured, self._foot)

    def show_row(self, row: AgreementRow | None, kind: Kind, scale: object) -> None:
        """``scale`` is the charter's item."""
        item, (_, one, other) = row.item if row is not None else None, KIND_WORDS[kind]
        self._foot.setText("")
        self.matrix.setVisible(isinstance(item, GradedItem))
        self.measured.setVisible(isinstance(item, MeasuredItem))
        if isinstance(item, GradedItem) and row is not None:
            self.matrix.show_item(item, scale if isinstance(scale, ChoiceItem) else None)
            self._title.setText(f"{item.label}{f', {row.label}' if row.part else ''}: {one.lower()} by {other.lower()}")
            self._note.setText(f"Rows {one.lower()}, columns {other.lower()}; shade: share of the row")
            self._foot.setText(bias_words(item))
        elif isinstance(item, MeasuredItem):
            self.measured.show_item(item)
            self._title.setText(f"{item.label}: {one.lower()} minus {other.lower()}")
            self._note.setText(f"Difference over the mean of both, {item.unit}; every point is a pair")
            unread = item.coverage.not_evaluable_one + item.coverage.not_evaluable_both
            self._foot.setText(f"{unread} pairs were not evaluable to one or both" if unread else "")
        else:
            self._title.setText("Grade by grade")
            self._note.setText("The table of an item stands here once there are pairs of it: which grades are taken for which.")


def bias_words(item: GradedItem) -> str:
    """What the table says beside kappa: agreement of each grade, and whether one reads higher."""
    figures = item.found.without_ne
    named = zip(options_words(item.labels), figures.specific, strict=False)
    each = [f"{word} {one.estimate.value:.2f}" for word, one in named if one.estimate.value is not None]
    bias = f"{figures.bias.test} p {figures.bias.p:.2f}" if figures.bias.p is not None else "No pair differs"
    return f"Specific agreement: {', '.join(each)}. {bias}." if each else f"{bias}."
