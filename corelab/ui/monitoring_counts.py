"""The six counts on top of the monitoring page; each opens its list."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from corelab.domain.monitoring.expected import Expected
from corelab.domain.monitoring.report import Report
from corelab.ui.cards import LinkNumber
from corelab.ui.monitoring_list import Behind, of_exams, of_waiting
from corelab.ui.monitoring_words import between, share_words, signal_counts, signals


def _oldest(days: Sequence[int]) -> str:
    if not days:
        return "nothing waits"
    return "since today" if max(days) == 0 else f"oldest {max(days)} {'day' if max(days) == 1 else 'days'}"


class Counts(QWidget):
    """Seven cards.

    Signals:
        opened: a count was chosen; carries the list behind it.
        forecast_wanted: the forecast was chosen.
        queries_wanted: the queries to the sites were chosen.
    """

    opened = Signal(object)
    forecast_wanted = Signal()
    queries_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report: Report | None = None
        self.read = LinkNumber("Read twice")
        self.waiting = LinkNumber("Wait for a signature")
        self.overdue = LinkNumber("Overdue")
        self.rate = LinkNumber("Adjudication rate")
        self.forecast = LinkNumber("Forecast cases")
        self.signals = LinkNumber("Signals")
        self.queries = LinkNumber("Open queries")
        self.cards = (self.read, self.waiting, self.overdue, self.queries, self.rate, self.forecast, self.signals)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(16)
        self.show_narrow(narrow=False)
        for card, made in (
            (self.read, self._of_read),
            (self.waiting, self._of_waiting),
            (self.overdue, self._of_overdue),
            (self.rate, self._of_rate),
            (self.signals, self._of_signals),
        ):
            card.clicked.connect(partial(self._open, made))
        self.forecast.clicked.connect(self.forecast_wanted)
        self.queries.clicked.connect(self.queries_wanted)

    def show_narrow(self, *, narrow: bool) -> None:
        columns = 4 if narrow else 7
        for n, card in enumerate(self.cards):
            self._grid.addWidget(card, n // columns, n % columns)

    def show_report(self, report: Report) -> None:
        self._report = report
        observed, rate = report.observed, report.rate
        read = len(rate.with_case) + len(rate.without)
        self.read.show_number(read, f"of {len(observed.states)} exams")
        days = [(observed.at - one.since).days for one in observed.waiting]
        self.waiting.show_number(len(days), _oldest(days))
        due = any(one.due for one in observed.waiting)
        self.overdue.show_number(len(report.overdue), "past their day" if due else "no day is set", attention=bool(report.overdue))
        around = rate.share.interval
        self.rate.show_number(
            share_words(rate.share), f"{rate.part} of {rate.whole}, {between(around, 100, 1)}" if around else "no pair is signed"
        )
        told = list(signals(report))
        self.signals.show_number(len(told), signal_counts(report), attention=bool(told))
        self.forecast.show_number("\u2026", "counting") if read else self.show_expected(None)

    def show_queries(self, number: int, note: str, *, attention: bool) -> None:
        self.queries.show_number(number, note, attention=attention)

    def show_expected(self, found: Expected | None) -> None:
        if found is None:
            self.forecast.show_number("\u2013", "from a file of rates")
        else:
            around = found.interval
            self.forecast.show_number(f"{found.cases:.0f}", f"in {found.exams} exams, {around.low:.0f} to {around.high:.0f}")

    # ------------------------------------------------------------ lists

    def _open(self, made: object) -> None:
        if self._report is not None and callable(made):
            self.opened.emit(made(self._report))

    @staticmethod
    def _of_read(report: Report) -> Behind:
        return of_exams("Exams with two signed readings", sorted((*report.rate.with_case, *report.rate.without)))

    @staticmethod
    def _of_waiting(report: Report) -> Behind:
        return of_waiting("Waits for a signature", report.observed.waiting)

    @staticmethod
    def _of_overdue(report: Report) -> Behind:
        return of_waiting("Overdue", report.overdue)

    @staticmethod
    def _of_rate(report: Report) -> Behind:
        note = f"{report.rate.part} of {report.rate.whole} {report.rate.unit}s, by classes {', '.join(report.rate.classes)}"
        return of_exams("Exams with a case", report.rate.with_case, note)

    @staticmethod
    def _of_signals(report: Report) -> Behind:
        told = list(signals(report))
        exams = {exam for one in report.batches if one.charted.signal for exam in one.with_case}
        exams |= {verdict.exam for reader in report.readers if reader.alarm for verdict in reader.verdicts if verdict.adverse}
        exams |= {exam for one in report.alike for exam in one.exams}
        return of_exams("Signals", sorted(exams), "\n".join(told) or "Nothing is outside its limits.")
