"""The coordinator's view of an exam's records, unlocking, and a reader who signs again: by keys and clicks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.accounts import Role
from corelab.domain.reading_states import ReadingState
from corelab.domain.vocabulary import ExamState
from corelab.services import packages, reading
from corelab.services.accounts import Session
from corelab.ui.cards import Working
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import ReasonDialog, SignDialog
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.overview_page import OverviewPage
from corelab.ui.records_dialog import RecordsDialog
from corelab.ui.worklist_page import WorklistPage
from tests.builders import PASSWORD, Lab
from tests.life_builders import assignment_of, compares, dealt, exam_state, reading_state, reopens, withdraws
from tests.reading_builders import a_staffed_lab, rows_of, signs

WHY = "The reader asked to look once more"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_staffed_lab(tmp_path)
    dealt(made)
    signs(made, made.reader_1)
    return made


def overview(lab: Lab, qtbot: QtBot, session: Session | None = None) -> OverviewPage:
    page = OverviewPage(Desk(lab.open, session or lab.coordinator, ImmediateJobs()))
    qtbot.addWidget(page)
    page.show()
    page.opened()
    return page


def dialog(kind: type[Dialog]) -> Dialog:
    QApplication.processEvents()
    found = [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def records(lab: Lab, qtbot: QtBot) -> Iterator[RecordsDialog]:
    """Opened by Enter on the exam's row."""
    page = overview(lab, qtbot)
    page.rows.choose(0)
    page.rows.setFocus()
    QTest.keyClick(page.rows, Qt.Key.Key_Return)
    found = dialog(RecordsDialog)
    assert isinstance(found, RecordsDialog)
    yield found
    found.close()


def choose(shown: RecordsDialog, user: str) -> None:
    shown.rows.choose([row[1] for row in shown.rows.texts()].index(user))


def gives_reason(words: str = WHY) -> None:
    asked = dialog(ReasonDialog)
    assert isinstance(asked, ReasonDialog)
    assert not asked.do.isEnabled()
    QTest.keyClicks(asked.words, "ok")
    assert not asked.do.isEnabled()
    asked.words.clear()
    QTest.keyClicks(asked.words, words)
    asked.do.click()


def types_password(user: str = "") -> None:
    asked = dialog(SignDialog)
    assert isinstance(asked, SignDialog)
    if asked.user.isVisible():
        QTest.keyClicks(asked.user, user)
    QTest.keyClicks(asked.password, PASSWORD)
    asked.do.click()


def test_the_records_of_an_exam_say_who_where_and_which_revision_and_never_a_grade(records: RecordsDialog) -> None:
    rows = {row[1]: row for row in records.rows.texts()}
    assert (rows["reader-1"][2], rows["reader-1"][3]) == ("signed", "1")
    assert (rows["reader-2"][2], rows["reader-2"][3]) == ("assigned", "")
    shown = " ".join(cell for row in records.rows.texts() for cell in row)
    assert not any(grade in shown for grade in ("full", "partial", "none", "complete"))


def test_a_signed_reading_is_given_back_with_a_choice_and_words(lab: Lab, records: RecordsDialog) -> None:
    choose(records, "reader-1")
    assert (records.reopen.isEnabled(), records.withdraw.isEnabled(), records.invalidate.isEnabled()) == (True, False, True)
    records.reopen.click()
    gives_reason()
    assert reading_state(lab, assignment_of(lab, lab.reader_1)) is ReadingState.ASSIGNED
    assert "given back, assigned" in {row[2] for row in records.rows.texts()}


def test_an_assignment_is_withdrawn(lab: Lab, records: RecordsDialog) -> None:
    choose(records, "reader-2")
    assert (records.reopen.isEnabled(), records.withdraw.isEnabled(), records.invalidate.isEnabled()) == (False, True, False)
    records.withdraw.click()
    gives_reason()
    assert reading_state(lab, assignment_of(lab, lab.reader_2)) is ReadingState.WITHDRAWN


def test_a_free_slot_is_told_on_the_overview_and_can_be_assigned(lab: Lab, qtbot: QtBot) -> None:
    withdraws(lab, lab.reader_2)
    third = lab.person("reader-3", Role.READER)
    page = overview(lab, qtbot)
    assert page.assign.isEnabled()
    page.assign.click()
    assert "1 reading assigned." in page.told.text()
    assert reading.worklist(lab.open, third).next is not None
    assert not page.assign.isEnabled()


def test_a_reading_is_invalidated_with_the_password(lab: Lab, records: RecordsDialog) -> None:
    choose(records, "reader-1")
    records.invalidate.click()
    gives_reason()
    assert rows_of(lab, "reading_invalidation") == []
    types_password("coordinator")
    assert reading_state(lab, assignment_of(lab, lab.reader_1)) is ReadingState.INVALIDATED
    assert not records.invalidate.isEnabled()


def test_before_a_lock_the_dialog_says_what_is_verified(lab: Lab, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    signs(lab, lab.reader_2)
    compares(lab)
    told: list[tuple[int, int, str]] = []
    monkeypatch.setattr(Working, "tell", lambda _shown, *how_far: told.append(how_far))
    page = overview(lab, qtbot)
    page.lock.click()
    asked = dialog(ReasonDialog)
    assert isinstance(asked, ReasonDialog)
    QTest.keyClicks(asked.words, "All exams are in")
    asked.do.click()
    types_password("coordinator")
    assert "Locked: 1 exam" in page.told.text()
    assert "Verifying signatures" in {words for _, _, words in told}
    assert [done for done, _, _ in told] == list(range(told[0][1]))


def test_a_locked_trial_is_unlocked_by_two_on_the_overview(lab: Lab, qtbot: QtBot) -> None:
    signs(lab, lab.reader_2)
    compares(lab)
    second = lab.coordinator_2
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    exam = rows_of(lab, "exam")[0]["id"]
    for session, words in ((lab.coordinator, "Another coordinator has to agree"), (second, "Unlocked: 1 exam")):
        page = overview(lab, qtbot, session)
        assert page.lock.text() == "Unlock the database"
        page.lock.click()
        asked = dialog(ReasonDialog)
        assert isinstance(asked, ReasonDialog)
        QTest.keyClicks(asked.words, "A query of the sponsor came late")
        asked.do.click()
        types_password(session.user_name)
        assert words in page.told.text()
        page.close()
    assert exam_state(lab, exam) is ExamState.FINAL


def test_the_worklist_says_that_a_reading_was_given_back_and_never_the_coordinators_words(lab: Lab, qtbot: QtBot) -> None:
    reopens(lab, lab.reader_1, why="the other reader saw zyxwv")
    page = WorklistPage(Desk(lab.open, lab.reader_1, ImmediateJobs()))
    qtbot.addWidget(page)
    page.show()
    page.opened()
    assert [row[-1] for row in page.rows.texts()] == ["Given back: you asked for it"]
    assert reading.worklist(lab.open, lab.reader_1).next is not None
