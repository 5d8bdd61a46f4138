"""Queries on their page: raised, sent, answered and closed by keys; filters, refusals that lose no word, print, and the ways to it."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QFileDialog

from corelab.domain.queries import QueryKind, QueryState
from corelab.domain.vocabulary import SegmentId
from corelab.services import accounts, intake, queries
from corelab.services.accounts import Session
from corelab.ui.export_page import ExportPage
from corelab.ui.overview_page import OverviewPage
from corelab.ui.queries_filter import Wanted
from corelab.ui.queries_page import QueriesPage
from tests.gui.desktop import PASSWORD, Desktop
from tests.gui.test_coordinator_pages import page

CONTROL = Qt.KeyboardModifier.ControlModifier


def coordinator(desktop: Desktop) -> Session:
    return accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)


def asked(desktop: Desktop, words: str, site: str = "S01") -> str:
    return queries.raise_query(desktop.lab, coordinator(desktop), QueryKind.OTHER, site=site, words=words)


def at_the_queries(desktop: Desktop, user: str = "coordinator-1") -> QueriesPage:
    desktop.sign_in(user)
    return page(desktop, QueriesPage)


def on_screen(desktop: Desktop) -> str:
    found = desktop.window.current
    return found.name if found is not None else ""


def listed(shown: QueriesPage) -> list[str]:
    return [row[0] for row in shown.rows.texts()]


def states(desktop: Desktop) -> list[QueryState]:
    return [one.state for one in queries.queries(desktop.lab, coordinator(desktop))]


def typed(desktop: Desktop, field: Any, words: str) -> None:
    field.setFocus()
    QTest.keyClicks(field, words)


def test_a_page_without_queries_says_what_raises_them(desktop: Desktop) -> None:
    shown = at_the_queries(desktop)
    assert shown.empty.isVisible()
    assert "No query yet." in desktop.words(shown)
    shown.empty.chosen.emit()
    assert on_screen(desktop) == "intake"


def test_a_query_is_raised_sent_answered_and_closed_by_keys(desktop: Desktop) -> None:
    shown = at_the_queries(desktop)
    desktop.press(Qt.Key.Key_N, modifier=CONTROL)
    dialog = desktop.dialog()
    dialog.kind.setCurrentIndex(dialog.kind.findData(QueryKind.OTHER.value))
    typed(desktop, dialog.site, "S01")
    typed(desktop, dialog.words, "Is the machine repaired?")
    dialog.do.click()
    assert listed(shown) == ["S01-1"]
    shown.rows.setFocus()
    desktop.press("s")
    desktop.dialog().do.click()
    assert "with the site" in shown.rows.texts()[0][4]
    assert shown.rows.texts()[0][6] != ""
    desktop.press("a")
    typed(desktop, desktop.dialog().words, "It is repaired")
    desktop.dialog().do.click()
    assert "It is repaired" in shown.chosen.said.text()
    shown.rows.setFocus()
    desktop.press(Qt.Key.Key_Return)
    desktop.dialog().do.click()
    assert states(desktop) == [QueryState.CLOSED]
    assert "No query is open." in desktop.words(shown)
    assert "S01-1 is closed." in shown.told.text()
    shown.filter.want(Wanted.OVER)
    assert listed(shown) == ["S01-1"]
    assert not any(button.isEnabled() for button in shown.chosen.buttons)


def test_what_was_typed_stays_when_it_is_refused_and_the_refusal_repeats_nothing(desktop: Desktop) -> None:
    asked(desktop, "Is the probe repaired?")
    shown = at_the_queries(desktop)
    desktop.press("s")
    dialog = desktop.dialog()
    typed(desktop, dialog.words, "Born 12.03.1970")
    dialog.do.click()
    assert desktop.dialog() is dialog
    assert dialog.words.toPlainText() == "Born 12.03.1970"
    assert "a date" in dialog.fault.text()
    assert "1970" not in dialog.fault.text()
    dialog.words.setPlainText("")
    dialog.due.setText("soon")
    dialog.do.click()
    assert "2026-01-12" in dialog.fault.text()
    dialog.due.setText("")
    dialog.do.click()
    assert states(desktop) == [QueryState.SENT]
    assert "with the site" in shown.rows.texts()[0][4]


def test_an_answer_that_does_not_settle_it_goes_back_with_words(desktop: Desktop) -> None:
    query = asked(desktop, "Is the probe repaired?")
    queries.send(desktop.lab, coordinator(desktop), query)
    queries.answer(desktop.lab, coordinator(desktop), query, "Perhaps")
    shown = at_the_queries(desktop)
    assert shown.chosen.send.text() == "Send back"
    desktop.press("s")
    desktop.dialog().do.click()
    assert "words are needed" in desktop.dialog().fault.text()
    typed(desktop, desktop.dialog().words, "Please ask the machine's owner")
    desktop.dialog().do.click()
    assert states(desktop) == [QueryState.SENT]
    assert shown.chosen.send.text() == "Remind"


def test_counts_a_site_and_words_are_filters(desktop: Desktop) -> None:
    sent = asked(desktop, "Is the probe repaired?")
    asked(desktop, "Which machine is it?", "S02")
    queries.send(desktop.lab, coordinator(desktop), sent)
    shown = at_the_queries(desktop)
    assert listed(shown) == ["S02-1", "S01-1"]
    shown.filter.counts[Wanted.WITH_SITE].click()
    assert listed(shown) == ["S01-1"]
    shown.filter.counts[Wanted.WITH_SITE].click()
    assert listed(shown) == ["S02-1", "S01-1"]
    shown.filter.site.setCurrentIndex(shown.filter.site.findData("S02"))
    assert listed(shown) == ["S02-1"]
    shown.filter.site.setCurrentIndex(0)
    desktop.press("/")
    QTest.keyClicks(shown.filter.words, "probe")
    assert listed(shown) == ["S01-1"]
    assert states(desktop) == [QueryState.SENT, QueryState.OPEN], "letters typed into the filter are no steps"


def test_a_query_is_excluded_and_included_and_given_to_another_coordinator_who_cancels_it(desktop: Desktop) -> None:
    query = asked(desktop, "Is the probe repaired?")
    shown = at_the_queries(desktop)
    desktop.press("e")
    typed(desktop, desktop.dialog().words, "The site closed and answers no more")
    desktop.dialog().do.click()
    assert shown.rows.texts()[0][4] == "to be sent, excluded"
    assert "The site closed and answers no more" in desktop.words(shown.chosen)
    desktop.press("e")
    assert shown.rows.texts()[0][4] == "to be sent"
    desktop.press("g")
    assert desktop.dialog().person.currentText() == "coordinator-2"
    desktop.dialog().do.click()
    assert queries.query(desktop.lab, coordinator(desktop), query).owner == "coordinator-2"
    assert shown.rows.texts()[0][7] == "coordinator-2"
    desktop.press(Qt.Key.Key_Delete)
    typed(desktop, desktop.dialog().words, "Raised about the wrong site")
    desktop.dialog().do.click()
    assert states(desktop) == [QueryState.CANCELLED]


def test_what_is_listed_is_printed(desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked(desktop, "Is the probe repaired?")
    asked(desktop, "Which machine is it?", "S02")
    shown = at_the_queries(desktop)
    shown.filter.site.setCurrentIndex(shown.filter.site.findData("S02"))
    out = tmp_path / "letters.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_of: (str(out), ""))
    desktop.press(Qt.Key.Key_P, modifier=CONTROL)
    assert [line.split(",")[0] for line in out.read_text("utf-8").splitlines()] == ["query", "S02-1"]
    assert f"1 query printed to {out}." in shown.told.text()


def test_an_auditor_reads_and_does_no_step(desktop: Desktop) -> None:
    asked(desktop, "Is the probe repaired?")
    desktop.sign_in("auditor-1")
    assert on_screen(desktop) == "audit"
    shown = page(desktop, QueriesPage)
    assert listed(shown) == ["S01-1"]
    assert not any(button.isVisible() for button in (*shown.chosen.buttons, shown.new))
    for key in "saceg":
        desktop.press(key)
    desktop.press(Qt.Key.Key_Delete)
    desktop.press(Qt.Key.Key_N, modifier=CONTROL)
    shown.rows.setFocus()
    desktop.press(Qt.Key.Key_Return)
    assert states(desktop) == [QueryState.OPEN]
    assert not [dialog for dialog in desktop.window.findChildren(QDialog) if dialog.isVisible()]


@pytest.mark.parametrize("user", ["reader-1", "adjudicator-1"])
def test_readers_and_adjudicators_have_no_such_page(desktop: Desktop, user: str) -> None:
    asked(desktop, "Is the probe repaired?")
    desktop.sign_in(user)
    desktop.window.open_page("queries")
    assert on_screen(desktop) == "worklist"
    assert "uer" not in "".join(word for word in desktop.words().split() if word.startswith("Q"))


def test_the_site_is_asked_about_an_exam_of_the_overview(desktop: Desktop) -> None:
    expected = intake.set_not_imaged(desktop.lab, coordinator(desktop), "S001:D10", (SegmentId("SSV"),), "NOT_SCANNED")
    desktop.sign_in("coordinator-1")
    page(desktop, OverviewPage).rows.setFocus()
    desktop.press("q")
    assert on_screen(desktop) == "queries"
    dialog: Any = desktop.dialog()
    assert f"It is about {expected.subject} {expected.visit}." in desktop.words(dialog)
    typed(desktop, dialog.segment, "POPV")
    dialog.do.click()
    assert page(desktop, QueriesPage).rows.texts()[0][:4] == ["Q1", "\u2013", "S001 D10", "View missing: POPV"]


def test_an_exam_that_is_not_there_is_refused_and_what_was_typed_stays(desktop: Desktop) -> None:
    shown = at_the_queries(desktop)
    shown.new.click()
    dialog: Any = desktop.dialog()
    typed(desktop, dialog.exam, "S001:D10")
    dialog.do.click()
    assert "no such clip or exam" in dialog.fault.text()
    assert dialog.exam.text() == "S001:D10"
    dialog.reject()
    assert listed(shown) == []


def test_overview_and_export_count_open_queries_and_lead_to_them(desktop: Desktop) -> None:
    sent = asked(desktop, "Is the probe repaired?")
    asked(desktop, "Which machine is it?")
    queries.send(desktop.lab, coordinator(desktop), sent)
    desktop.sign_in("coordinator-1")
    overview = page(desktop, OverviewPage)
    assert overview.queries.accessibleName() == "Queries: 2. 1 for you"
    overview.queries.click()
    assert on_screen(desktop) == "queries"
    export = page(desktop, ExportPage)
    assert export.queries.accessibleName() == "Open queries: 2. close, cancel or exclude them"
    assert "query to a site is open" in export.write.toolTip()
    export.queries.click()
    assert on_screen(desktop) == "queries"
