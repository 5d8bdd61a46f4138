"""How reading goes, for coordinators: counts, agreement with intervals, cases by batch, readers; every number opens the list behind it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from corelab.domain.charter import ChoiceItem
from corelab.domain.forecast.load import Forecast
from corelab.domain.monitoring.expected import Expected, expected
from corelab.domain.monitoring.items import GradedItem, MeasuredItem, by_segment, by_visit
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.report import Report, StoppedError
from corelab.services import monitoring
from corelab.services.monitoring import expecting
from corelab.ui.buttons import Button, Look
from corelab.ui.cards import Card, EmptyState, Working, scrolled
from corelab.ui.desk import Desk
from corelab.ui.jobs import Cancel
from corelab.ui.monitoring_agreement import AgreementChart, AgreementRow, graded_row, measured_row
from corelab.ui.monitoring_batches import DriftChart, PChart
from corelab.ui.monitoring_counts import Counts
from corelab.ui.monitoring_forecast import ForecastDialog
from corelab.ui.monitoring_list import Behind, BehindDialog
from corelab.ui.monitoring_matrix import MatrixChart
from corelab.ui.monitoring_measured import BlandAltman
from corelab.ui.monitoring_readers import ReadersChart
from corelab.ui.monitoring_words import KIND_WORDS, WEIGHT_WORDS, no_pairs
from corelab.ui.page import Page
from corelab.ui.parts import key_hint, text_label
from corelab.ui.segment_words import option_words
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time


class MonitoringPage(Page):
    name = "monitoring"
    title = "Monitoring"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.report: Report | None = None
        self.expected: Expected | None = None
        self._kind, self._parts, self._cancel = Kind.READERS, "", Cancel()
        self.counts = Counts()
        self.agreement, self.matrix, self.measured = AgreementChart(), MatrixChart(), BlandAltman()
        self.p_chart, self.drift, self.readers = PChart(), DriftChart(), ReadersChart()
        self.empty, self.working = EmptyState(), Working()
        self.empty.chosen.connect(partial(self.go.emit, "overview", None))
        self.working.cancelled.connect(self._stop)
        for chart in (self.agreement, self.matrix, self.measured, self.p_chart, self.drift, self.readers, self.counts):
            chart.opened.connect(self._show_list)
        self.counts.forecast_wanted.connect(self._show_forecast)
        self.agreement.chosen.connect(self._on_item)
        self.pairs_of = Button("Pairs", look=Look.PLAIN, cap="P")
        self.by_segment = Button("By segment", look=Look.PLAIN, cap="S")
        self.by_visit = Button("By visit", look=Look.PLAIN, cap="V")
        for command, button, work in (
            ("next_pairs", self.pairs_of, self._next_kind),
            ("by_segment", self.by_segment, partial(self._show_parts, "segment")),
            ("by_visit", self.by_visit, partial(self._show_parts, "visit")),
        ):
            button.clicked.connect(work)
            self.bind(command, work)
        self.bind("refresh", self.look)
        self._lay_out()

    # ------------------------------------------------------------ layout

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 0)
        outer.setSpacing(16)
        head = QHBoxLayout()
        head.setSpacing(32)
        self._second = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        head.addWidget(text_label("Monitoring", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self._second, 1)
        head.addWidget(self.working, 1)
        for words, caps in (("open the list behind a number", ("Enter",)), ("look again", ("Ctrl+R",))):
            head.addWidget(key_hint(words, caps))
        outer.addLayout(head)
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(0, 0, 0, 24)
        self._grid.setSpacing(16)
        self._cards = self._make_cards()
        self._area = scrolled(self._body)
        outer.addWidget(self._area, 1)
        outer.addWidget(self.empty, 1)
        self._narrow: bool | None = None
        self._place_cards(narrow=False)

    def _make_cards(self) -> tuple[QWidget, ...]:
        self._agreement_title, self._agreement_note = _title(), _note()
        agreement = Card()
        row = QHBoxLayout()
        row.addWidget(self._agreement_title, 1)
        for button in (self.by_segment, self.by_visit, self.pairs_of):
            row.addWidget(button)
        agreement.lines.addLayout(row)
        self._no_pairs = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        _fill(agreement, self._agreement_note, self.agreement, self._no_pairs)
        self._item_title, self._item_note, self._item_foot = _title(), _note(), _note()
        item = _fill(Card(), self._item_title, self._item_note, self.matrix, self.measured, self._item_foot)
        self._batch_note, self._drift_title, self._reader_note = _note(), _title(), _note()
        batches = _card("Adjudication rate by batch", self._batch_note, self.p_chart)
        drift_note = _note("Kappa with the results, last six batches; a fall of more than 0.1 is said")
        drift = _fill(Card(), self._drift_title, drift_note, self.drift)
        readers = _card("Readers", self._reader_note, self.readers)
        return agreement, item, readers, batches, drift

    def _place_cards(self, *, narrow: bool) -> None:
        """Three and two beside each other; in a narrow window two, and the rest below."""
        if narrow is self._narrow:
            return
        self._narrow = narrow
        agreement, item, readers, batches, drift = self._cards
        grid = self._grid
        wide = ((self.counts, 0, 0, 12), (agreement, 1, 0, 5), (item, 1, 5, 4), (readers, 1, 9, 3), (batches, 2, 0, 7), (drift, 2, 7, 5))
        small = ((self.counts, 0, 0, 12), (agreement, 1, 0, 12), (item, 2, 0, 7), (readers, 2, 7, 5), (batches, 3, 0, 7), (drift, 3, 7, 5))
        for column in range(12):
            grid.setColumnStretch(column, 1)
        for widget, row, column, span in small if narrow else wide:
            grid.addWidget(widget, row, column, 1, span)
        self.counts.show_narrow(narrow=narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_cards(narrow=self.width() < NARROW_BELOW)
        super().resizeEvent(event)

    # ------------------------------------------------------------ looking

    def opened(self, _argument: object = None) -> None:
        """A look at sealed readings is on record each time: coming back to the page shows what was counted, until somebody looks again."""
        if self.report is None:
            self.look()

    def look(self) -> None:
        """Count everything anew."""
        if self.working.isVisible():
            return
        self._cancel = Cancel()
        self.working.begin("Looking...")
        told = self.desk.jobs.relay(self, self.working.tell)
        work = partial(monitoring.look, self.desk.lab, self.desk.session, told, self._cancel)
        self.desk.jobs.query(self, work, self._on_report, self._on_failed)

    def _stop(self) -> None:
        self._cancel.ask()

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        if isinstance(error, StoppedError):
            self._second.setText("Stopped; what was counted before stands. Ctrl+R looks again.")
        else:
            self.show_error(error)

    def _on_report(self, report: Report) -> None:
        self.working.end()
        self.report, self.expected = report, None
        observed = report.observed
        sealed = f", {observed.unopened} sealed and not counted: you hold no custody" if observed.unopened else ""
        count = len(observed.compared)
        self._second.setText(
            f"Charter {observed.charter.version}, {count} {'pair' if count == 1 else 'pairs'} of readings{sealed}, "
            f"counted at {clock_time(observed.at, self.desk.lab.clock)[:5]}"
        )
        self._show()
        self.desk.jobs.pixels(self, partial(expected, observed, len(report.rate.with_case)), self._on_expected, self.show_error)

    def _on_expected(self, found: Expected | None) -> None:
        self.expected = found
        if self.report is not None:
            self.counts.show_expected(found)

    # ------------------------------------------------------------ showing

    def _show(self) -> None:
        report = self.report
        if report is None:
            return
        nothing = not report.observed.reads and not report.observed.waiting
        self._area.setVisible(not nothing)
        self.empty.setVisible(nothing)
        self.empty.show_words(
            "Nothing is read yet.", "When exams are assigned and readers sign, how they agree stands here.", "Go to the overview"
        )
        self.counts.show_report(report)
        self._show_agreement()
        self.p_chart.show_batches(report.batches)
        least = report.observed.charter.monitoring.p_chart_batch_min
        limits = f"limits from {least} exams a batch, three standard errors from the centre of all before"
        self._batch_note.setText(limits if report.batches else "No batch is released yet. Release and compare on the overview makes one.")
        self.p_chart.setVisible(bool(report.batches))
        self.readers.show_readers(report.readers, report.rdi)
        alarm = "above the dashed limit is said" if report.rdi else "no limit: fewer than three readers, or the charter sets none"
        self._reader_note.setText(f"Discordance index and {alarm}" if report.readers else "Nobody has signed a reading yet.")

    def _show_agreement(self) -> None:
        report = self.report
        if report is None:
            return
        found, (title, _, second) = report.of(self._kind), KIND_WORDS[self._kind]
        rows: list[AgreementRow] = []
        for item in found.graded:
            rows.append(graded_row(item, second))
            rows += [graded_row(part, second) for part in self._parts_of(item)]
        rows += [measured_row(item, second) for item in found.measured]
        self._agreement_title.setText(title)
        chance = report.chance
        weights = WEIGHT_WORDS[found.graded[0].weights] if found.graded else "ICC"
        self._agreement_note.setText(
            f"Dot kappa ({weights}), diamond AC, bar 95 %: {chance.repetitions} draws of whole subjects, seed {chance.seed}"
        )
        self.agreement.show_rows(rows if found.pairs else ())
        self.agreement.setVisible(bool(found.pairs and rows))
        self._no_pairs.setVisible(not (found.pairs and rows))
        self._no_pairs.setText(no_pairs(self._kind, report))
        self._on_item(rows[min(self.agreement.current, len(rows) - 1)] if rows and found.pairs else None)

    def _parts_of(self, item: GradedItem) -> Sequence[GradedItem]:
        if self.report is None or not self._parts:
            return ()
        split = by_segment if self._parts == "segment" else by_visit
        return split(self.report.observed.charter, item.pairs, item.item)

    def _on_item(self, row: AgreementRow | None) -> None:
        item, (_, one, other) = row.item if row is not None else None, KIND_WORDS[self._kind]
        graded, measured = item if isinstance(item, GradedItem) else None, item if isinstance(item, MeasuredItem) else None
        self._cards[1].setVisible(item is not None)
        self.matrix.setVisible(graded is not None)
        self.measured.setVisible(measured is not None)
        if graded is not None and row is not None:
            scale = self.report.observed.charter.item(graded.item) if self.report else None
            self.matrix.show_item(graded, scale if isinstance(scale, ChoiceItem) else None)
            self._item_title.setText(f"{graded.label}{f', {row.label}' if row.part else ''}: {one.lower()} by {other.lower()}")
            self._item_note.setText(f"{one} down, {other.lower()} across; the shade is the share of the row")
            self._item_foot.setText(_bias_words(graded))
        elif measured is not None:
            self.measured.show_item(measured)
            self._item_title.setText(f"{measured.label}: {one.lower()} minus {other.lower()}")
            self._item_note.setText(f"Difference over the mean of both, {measured.unit}; every point is a pair")
            self._item_foot.setText(
                f"{measured.coverage.not_evaluable_one + measured.coverage.not_evaluable_both} pairs were not evaluable to one or both"
            )
        self._show_drift(graded)

    def _show_drift(self, item: GradedItem | None) -> None:
        report = self.report
        if report is None:
            return
        named = item or next(iter(report.of(Kind.READERS).graded), None)
        rows = [(one.reader, found) for one in report.readers for found in one.drift if named is not None and found.item == named.item]
        self._drift_title.setText(f"Drift by reader: {named.label}" if named is not None else "Drift by reader")
        self.drift.show_readers(rows)

    def _next_kind(self) -> None:
        kinds = list(Kind)
        self._kind = kinds[(kinds.index(self._kind) + 1) % len(kinds)]
        self._show_agreement()

    def _show_parts(self, parts: str) -> None:
        self._parts = "" if self._parts == parts else parts
        self._show_agreement()

    # ------------------------------------------------------------ lists

    def _show_list(self, behind: Behind) -> None:
        dialog = BehindDialog(self, behind)
        dialog.exam_chosen.connect(self._to_audit)
        dialog.open()

    def _to_audit(self, exam: str) -> None:
        self.go.emit("audit", exam)

    def _show_forecast(self) -> None:
        ForecastDialog(self, self.expected.forecast if self.expected else None, self.expected, self._ask_rates).open()

    def _ask_rates(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "A file of rates", "", "Rates (*.toml)")
        if chosen:
            work = partial(expecting.from_file, self.desk.lab, self.desk.session, Path(chosen))
            self.desk.jobs.query(self, work, self._on_forecast, self.show_error)

    def _on_forecast(self, forecast: Forecast) -> None:
        ForecastDialog(self, forecast, None, self._ask_rates).open()


def _title() -> QLabel:
    return text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG)


def _note(words: str = "") -> QLabel:
    return text_label(words, Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)


def _card(title: str, note: QWidget, chart: QWidget) -> Card:
    return _fill(Card().titled(title), note, chart)


def _fill(card: Card, *widgets: QWidget) -> Card:
    for widget in widgets:
        card.lines.addWidget(widget)
    card.lines.addStretch(1)
    return card


def _bias_words(item: GradedItem) -> str:
    """What the table says beside kappa: agreement of each grade, and whether one reads higher."""
    figures = item.found.without_ne
    each = [
        f"{option_words(label)} {figure.estimate.value:.2f}"
        for label, figure in zip(item.labels, figures.specific, strict=False)
        if figure.estimate.value is not None
    ]
    bias = f"{figures.bias.test} p {figures.bias.p:.2f}" if figures.bias.p is not None else "no pair differs"
    return f"Specific agreement: {', '.join(each)}. {bias}." if each else bias
