"""The monitoring page: what a coordinator sees at once, and that every number opens the list behind it, by keys and by clicks."""

from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from corelab.domain.accounts import Command, Role
from corelab.domain.charter import load_charter
from corelab.domain.monitoring import expected
from corelab.domain.monitoring.items import measured
from corelab.domain.monitoring.observed import ExamName
from corelab.domain.monitoring.pairing import CellPair, Kind
from corelab.domain.monitoring.report import StoppedError
from corelab.domain.queries import QueryKind
from corelab.services import monitoring, queries
from corelab.ui.desk import Desk
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.monitoring_agreement import measured_row
from corelab.ui.monitoring_cards import ItemCard
from corelab.ui.monitoring_chart import Chart
from corelab.ui.monitoring_forecast import ForecastDialog
from corelab.ui.monitoring_list import BehindDialog
from corelab.ui.monitoring_page import MonitoringPage
from corelab.ui.pages import PAGES
from tests.builders import Lab, a_lab
from tests.charter_builders import DVT, full
from tests.exam_builders import cell
from tests.monitored import a_watched_lab, watched_charter


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return a_watched_lab(tmp_path_factory.mktemp("watched"), people=3, batches=2, subjects=6, sealed=1)


@pytest.fixture(autouse=True)
def few_exams(monkeypatch: pytest.MonkeyPatch) -> None:
    """A forecast of few exams: how narrow it is does not matter here."""
    monkeypatch.setattr(expected, "EXAMS", 50)


@pytest.fixture
def page(lab: Lab, qtbot: QtBot) -> Iterator[MonitoringPage]:
    yield from a_page(Desk(lab.open, lab.coordinator, ImmediateJobs()), qtbot)


def a_page(desk: Desk, qtbot: QtBot) -> Iterator[MonitoringPage]:
    made = MonitoringPage(desk)
    made.resize(1500, 950)
    qtbot.addWidget(made)
    made.show()
    made.opened()
    yield made
    made.close()


def shown_list(page: QWidget) -> BehindDialog:
    return next(child for child in page.findChildren(BehindDialog) if child.isVisible())


def texts(page: QWidget) -> list[list[str]]:
    dialog = shown_list(page)
    rows = dialog.rows.texts()
    dialog.reject()
    return rows


def enter(chart: Chart) -> None:
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_Return)


def test_open_queries_are_counted_and_their_page_lies_behind_the_number(page: MonitoringPage, lab: Lab) -> None:
    gone: list[str] = []
    page.go.connect(lambda name, _argument: gone.append(name))
    assert page.counts.queries.accessibleName() == "Open queries: 0. nothing is asked"
    asked = queries.raise_query(lab.open, lab.coordinator, QueryKind.OTHER, site="S01", words="Is the machine repaired?")
    page.opened()
    assert page.counts.queries.accessibleName() == "Open queries: 1. 1 for you"
    queries.cancel(lab.open, lab.coordinator, asked, "Was asked by mistake")
    page.counts.queries.click()
    assert gone == ["queries"]


def test_the_counts_stand_on_top_and_each_opens_its_exams(page: MonitoringPage) -> None:
    report = page.report
    assert report is not None
    assert (page.counts.read.accessibleName(), page.counts.overdue.accessibleName()) == (
        "Read twice: 26. of 26 exams",
        "Overdue: 0. no day is set",
    )
    page.counts.rate.click()
    assert [(row[0], row[1]) for row in texts(page)] == [(exam.subject, exam.visit) for exam in report.rate.with_case]
    page.counts.read.click()
    assert len(texts(page)) == 26


def test_every_number_of_every_chart_opens_a_list(page: MonitoringPage) -> None:
    for chart in (page.agreement.chart, page.item.matrix, page.p_chart, page.drift, page.readers):
        assert chart.targets, chart.accessibleName()
        for at, target in enumerate(chart.targets):
            chart.choose(at)
            assert chart.accessibleDescription() == target.words
            enter(chart)
            assert shown_list(page).heading.text()
            shown_list(page).reject()


def test_a_click_on_a_count_of_the_table_lists_its_cells(page: MonitoringPage) -> None:
    matrix, report = page.item.matrix, page.report
    assert report is not None
    item = report.of(Kind.READERS).graded[0]
    place = 1  # full by one reader, partial by the other
    QTest.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.targets[place].box.center().toPoint())
    rows = texts(page)
    assert len(rows) == item.found.with_ne.table[0][1] > 0
    assert all(row[3].startswith("full, reader-") and row[4].startswith("partial, reader-") for row in rows)


def test_from_a_list_to_the_audit_trail_of_the_exam(page: MonitoringPage, qtbot: QtBot) -> None:
    page.counts.read.click()
    with qtbot.waitSignal(page.go) as asked:
        QTest.keyClick(shown_list(page).rows, Qt.Key.Key_Return)
    assert asked.args == ["audit", "S001:BL"]


def test_the_audit_page_shows_the_exam_it_was_asked_for(lab: Lab, qtbot: QtBot) -> None:
    window = MainWindow([entry for entry in PAGES if entry.name in {"monitoring", "audit"}])
    qtbot.addWidget(window)
    window.show()
    window.begin(Desk(lab.open, lab.coordinator, ImmediateJobs()))
    window.open_page("audit", "S001:D10")
    assert window.current is not None
    filter_card = window.current.filter  # type: ignore[attr-defined]  # of the audit page
    assert filter_card.case.text() == "S001:D10"
    rows = window.current.list.rows.texts()  # type: ignore[attr-defined]  # the same
    assert 0 < len(rows) < 60
    window.end()


def test_the_chosen_item_is_shown_by_segment_by_visit_and_alone(page: MonitoringPage) -> None:
    chart = page.agreement.chart
    assert [row.label for row in chart.rows] == ["Compressibility", "CFV", "FV prox", "FV mid", "POPV", "Colour filling"]
    page.agreement.by_visit.click()
    assert [row.label for row in chart.rows] == ["Compressibility", "BL", "D10", "Colour filling"]
    chart.choose(3)
    assert [row.label for row in chart.rows] == ["Compressibility", "Colour filling", "BL", "D10"]
    assert "Colour filling" in page.item.matrix.parentWidget()._title.text()  # type: ignore[union-attr]
    page.agreement.by_visit.click()
    assert [row.label for row in chart.rows] == ["Compressibility", "Colour filling"]


def test_what_has_no_pairs_says_so_in_words(page: MonitoringPage) -> None:
    page.agreement.next_pairs()
    assert page.agreement.kind is Kind.REPEATS
    assert page.agreement._nothing.text().startswith("No hidden repeat is signed yet.")
    assert not page.agreement.chart.isVisible()
    assert not page.item.matrix.isVisible()
    page.agreement.next_pairs()
    page.agreement.next_pairs()
    assert page.agreement.chart.isVisible()
    assert page.item.matrix.isVisible()


def test_the_forecast_says_cases_and_hours(page: MonitoringPage) -> None:
    found = page.expected
    assert found is not None
    assert found.exams == 26
    page.counts.forecast.click()
    dialog = next(child for child in page.findChildren(ForecastDialog) if child.isVisible())
    assert [row[0][0] for row in dialog.rows.texts()][:4] == ["A", "B", "C", "D"]
    dialog.accept()


def test_a_forecast_before_the_trial_comes_from_a_file(page: MonitoringPage, tmp_path: Path) -> None:
    rates = tmp_path / "rates.toml"
    rates.write_text(
        'minutes_per_case = 6\nplanned_exams = 300\n[[item]]\nitem = "COMP"\n[item.truth]\nfull = 0.7\npartial = 0.1\nnone = 0.2\n'
        "[[item.reader]]\nfull = { full = 0.96, partial = 0.04 }\n",
        encoding="utf-8",
    )
    with patch("corelab.ui.monitoring_page.QFileDialog.getOpenFileName", return_value=(str(rates), "")):
        page._ask_rates()
    dialog = next(child for child in page.findChildren(ForecastDialog) if child.isVisible())
    said = [label.text() for label in dialog.findChildren(type(dialog.heading))]
    assert any("300 exams at 6 minutes a case" in words for words in said)
    dialog.accept()


def test_coming_back_opens_no_sealed_reading_again_but_looking_again_does(page: MonitoringPage, lab: Lab) -> None:
    def looks() -> int:
        with lab.open.store.read() as snapshot:
            return len(snapshot.events(kind="sealed.opened", entity="lab"))

    before = looks()
    page.opened()
    assert looks() == before
    page.look()
    assert looks() == before + 1


def test_a_look_that_takes_long_shows_its_progress_and_can_be_stopped(lab: Lab, qtbot: QtBot) -> None:
    page = MonitoringPage(Desk(lab.open, lab.coordinator, ImmediateJobs()))
    qtbot.addWidget(page)
    page.show()
    seen: list[bool] = []

    def asked(_lab: object, _session: object, told: Callable[[int, int, str], None], stopped: Callable[[], bool]) -> None:
        told(1, 2, "Opening readings")
        seen.append(page.working.isVisible())
        page.working.cancelled.emit()
        seen.append(stopped())
        raise StoppedError

    with patch.object(monitoring, "look", asked):
        page.opened()
    assert seen == [True, True]
    assert not page.working.isVisible()
    assert page._second.text().startswith("Stopped;")


def test_an_empty_lab_says_what_to_do(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_lab(tmp_path, charter=watched_charter())
    for page in a_page(Desk(lab.open, lab.coordinator, ImmediateJobs()), qtbot):
        assert page.empty.isVisible()
        assert not page.p_chart.isVisible()
        with qtbot.waitSignal(page.go) as asked:
            page.empty.chosen.emit()
        assert asked.args == ["overview", None]


def test_measured_values_are_drawn_as_differences_over_their_mean(qtbot: QtBot) -> None:
    charter = load_charter(full(DVT).encode())
    said = [("9.0", "10.0"), ("8.0", "8.0"), ("7.5", "7.0")]
    pairs = tuple(CellPair(ExamName(f"S{n}", "D10"), cell("D_REST.CFV"), one, other, ("a", "b")) for n, (one, other) in enumerate(said))
    card = ItemCard()
    card.resize(500, 400)
    qtbot.addWidget(card)
    item = measured(charter, charter.item("D_REST"), pairs)  # type: ignore[arg-type]  # it is a number
    card.show_row(measured_row(item, "Reader 2"), Kind.READERS, charter.item("D_REST"))
    card.show()
    chart = card.measured
    assert [target.words.split(":")[0] for target in chart.targets] == ["S2 D10 CFV", "S1 D10 CFV", "S0 D10 CFV"], "by their mean"
    heights = [target.box.center().y() for target in chart.targets]
    assert heights[0] < heights[1] < heights[2], "a difference above 0 stands higher"
    with qtbot.waitSignal(card.opened) as opened:
        QTest.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPointF(chart.targets[1].box.center()).toPoint())
    assert [line.exam.subject for line in opened.args[0].lines] == ["S1"]


def test_only_coordinators_have_the_page(lab: Lab, qtbot: QtBot) -> None:
    (entry,) = (each for each in PAGES if each.name == "monitoring")
    assert entry.commands == {Command.AGREEMENT}
    window = MainWindow()
    qtbot.addWidget(window)
    window.begin(Desk(lab.open, lab.person("reader-1", Role.READER), ImmediateJobs()))
    with patch.object(monitoring, "look") as asked:
        window.open_page("monitoring")
    assert not asked.called
    assert window.current is None or window.current.name != "monitoring"
    window.end()
