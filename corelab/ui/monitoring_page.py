"""How reading goes, for coordinators: counts, agreement with intervals, cases by batch, readers; every number opens the list behind it."""

from functools import partial
from pathlib import Path

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from corelab.domain.forecast.load import Forecast
from corelab.domain.monitoring.expected import Expected, expected
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.report import Report, StoppedError
from corelab.domain.queries import Query
from corelab.services import monitoring, queries
from corelab.services.monitoring import expecting
from corelab.ui.cards import Card, EmptyState, Working, scrolled
from corelab.ui.commands import with_keys
from corelab.ui.desk import Desk
from corelab.ui.jobs import Cancel
from corelab.ui.key_parts import command_hint
from corelab.ui.monitoring_agreement import AgreementRow
from corelab.ui.monitoring_batches import DriftChart, PChart
from corelab.ui.monitoring_cards import AgreementCard, ItemCard, filled, note, title
from corelab.ui.monitoring_counts import Counts
from corelab.ui.monitoring_forecast import ForecastDialog
from corelab.ui.monitoring_list import Behind, BehindDialog
from corelab.ui.monitoring_readers import ReadersChart
from corelab.ui.page import Page
from corelab.ui.parts import key_hint, text_label
from corelab.ui.query_words import waiting
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time

_DRIFT = "Kappa with the results, last six batches; it falls where the last lies below those before, beyond chance"


class MonitoringPage(Page):
    name = "monitoring"
    title = "Monitoring"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.report: Report | None = None
        self.expected: Expected | None = None
        self._cancel = Cancel()
        self.counts, self.agreement, self.item = Counts(), AgreementCard(desk.jobs), ItemCard()
        self.p_chart, self.drift, self.readers = PChart(), DriftChart(), ReadersChart()
        self.empty, self.working = EmptyState(), Working()
        self.empty.chosen.connect(partial(self.go.emit, "overview", None))
        self.working.cancelled.connect(self._stop)
        for shown in (self.agreement, self.item, self.p_chart, self.drift, self.readers, self.counts):
            shown.opened.connect(self._show_list)
        self.counts.forecast_wanted.connect(self._show_forecast)
        self.counts.queries_wanted.connect(partial(self.go.emit, "queries", None))
        self.agreement.chosen.connect(self._on_item)
        self.agreement.failed.connect(self.show_error)
        self.bind("next_pairs", self.agreement.next_pairs)
        self.bind("by_segment", partial(self.agreement.split, "segment"))
        self.bind("by_visit", partial(self.agreement.split, "visit"))
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
        self._second.setMinimumWidth(0)
        self._second.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._second.setWordWrap(True)
        head.addWidget(self._second, 1)
        head.addWidget(self.working, 1)
        head.addWidget(key_hint("open the list behind a number", ("Enter",)))
        head.addWidget(command_hint("look again", "refresh"))
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

    def _make_cards(self) -> tuple[Card, Card, Card]:
        self._batch_note, self._drift_title, self._reader_note = note(), title(), note()
        self._drift_note = note(_DRIFT)
        readers = filled(Card().titled("Readers"), self._reader_note, self.readers)
        batches = filled(Card().titled("Adjudication rate by batch"), self._batch_note, self.p_chart)
        return readers, batches, filled(Card(), self._drift_title, self._drift_note, self.drift)

    def _place_cards(self, *, narrow: bool) -> None:
        """Three and two beside each other; in a narrow window two, and the rest below."""
        if narrow is self._narrow:
            return
        self._narrow = narrow
        readers, batches, drift = self._cards
        grid, agreement, item = self._grid, self.agreement, self.item
        wide = ((self.counts, 0, 0, 12), (agreement, 1, 0, 5), (item, 1, 5, 3), (readers, 1, 8, 4), (batches, 2, 0, 7), (drift, 2, 7, 5))
        small = ((self.counts, 0, 0, 12), (agreement, 1, 0, 12), (item, 2, 0, 6), (readers, 2, 6, 6), (batches, 3, 0, 7), (drift, 3, 7, 5))
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
        work = partial(queries.queries, self.desk.lab, self.desk.session)
        self.desk.jobs.query(self, work, self._on_queries, self.show_error)

    def _on_queries(self, found: tuple[Query, ...]) -> None:
        asked = waiting(found, self.desk.lab.clock)
        self.counts.show_queries(asked.number, asked.note, attention=asked.attention)

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
            self._second.setText(with_keys("Stopped; what was counted before stands. {refresh} looks again."))
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
        self.agreement.show_report(report)
        self.p_chart.show_batches(report.batches)
        least = report.observed.charter.monitoring.p_chart_batch_min
        limits = (
            f"Limits{f' for batches of at least {least} exams' if least else ''}: three standard errors from the centre of all exams before"
        )
        self._batch_note.setText(limits if report.batches else "No batch is released yet. Release and compare on the overview makes one.")
        self.p_chart.setVisible(bool(report.batches))
        self.readers.show_readers(report.readers, report.rdi)
        limit = "" if report.rdi else ". No limit with fewer than three readers, or where the charter sets none"
        index = f"Index: decisions against the reader per 100 cells; taken: decisions for the reader{limit}"
        self._reader_note.setText(index if report.readers else "Nobody has signed a reading yet.")

    def _on_item(self, row: AgreementRow | None) -> None:
        if self.report is not None:
            scale = self.report.observed.charter.item(row.item.item) if row is not None else None
            self.item.show_row(row, self.agreement.kind, scale)
            self._show_drift(row.item.item if row is not None else "")

    def _show_drift(self, name: str) -> None:
        """Of the chosen item; of a measured one that has no kappa the first item that is graded."""
        report = self.report
        if report is None:
            return
        graded = report.of(Kind.READERS).graded
        item = next((one for one in graded if one.item == name), next(iter(graded), None))
        rows = [(one.reader, found) for one in report.readers for found in one.drift if item is not None and found.item == item.item]
        self._drift_title.setText(f"Drift by reader: {item.label.lower()}" if item is not None else "Drift by reader")
        self._drift_note.setText(
            _DRIFT if rows else "Kappa of each reader with the results stands here, batch by batch, once an item of the charter is watched."
        )
        self.drift.setVisible(bool(rows))
        self.drift.show_readers(rows)

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
