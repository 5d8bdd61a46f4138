"""Facts of segments by digits on the intake page; training, the calibration set and certificates on the People page."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.completeness import Fact
from corelab.domain.vocabulary import ExamState, SegmentId
from corelab.services import assignment, calibration, intake
from corelab.storage import registry
from corelab.ui.facts_dialog import FactsDialog
from corelab.ui.intake_page import IntakePage
from corelab.ui.people_page import PeoplePage
from corelab.ui.people_training import FiguresDialog
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import changed
from tests.gui.desktop import Desktop
from tests.integration.test_subject_facts import CORE, ROLE
from tests.reading_builders import a_ready_exam
from tests.training_builders import a_training_lab, reads_the_set, small_pictures, with_a_set

__all__ = ["small_pictures"]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path, charter=changed(("[[block]]", ROLE)))
    a_ready_exam(made)
    return made


def intake_page(desktop: Desktop) -> IntakePage:
    desktop.sign_in("coordinator", PASSWORD)
    desktop.window.open_page("intake")
    page = desktop.window.current
    assert isinstance(page, IntakePage)
    return page


def people_page(desktop: Desktop, user: str) -> PeoplePage:
    desktop.sign_in("coordinator", PASSWORD)
    desktop.window.open_page("people")
    page = desktop.window.current
    assert isinstance(page, PeoplePage)
    page.rows.choose(next(at for at, row in enumerate(page.rows.texts()) if row[1] == user))
    return page


def facts_dialog(desktop: Desktop) -> FactsDialog:
    found = desktop.dialog()
    assert isinstance(found, FactsDialog)
    return found


def roles(lab: Lab) -> dict[str, str]:
    with lab.open.store.read() as snapshot:
        found = registry.attributes(snapshot, snapshot.all("subject")[0]["id"])
    return {str(segment): value for (_, segment), value in found.segments.items()}


def test_every_segment_gets_its_fact_by_one_digit_and_all_are_kept_at_once(lab: Lab, qtbot: QtBot) -> None:
    desktop = Desktop(qtbot, lab.open)
    page = intake_page(desktop)
    assert "5 missing" in page.exam.segments.text()
    assert "5 facts missing" in desktop.words(page) or "ready" in desktop.words(page)
    desktop.press(Qt.Key.Key_E, modifier=Qt.KeyboardModifier.ControlModifier)
    dialog = facts_dialog(desktop)
    assert "5 missing" in dialog.told.text()
    assert not dialog.keep.isEnabled()
    assert dialog.grid.accessibleName().startswith("Common femoral vein: not known yet. 1 target, 2 other, 3 not present")
    desktop.press("1", "2", "1", "1", "2")
    assert "All that is required is known" in dialog.told.text()
    desktop.press(Qt.Key.Key_Return)
    assert roles(lab) == dict(zip(CORE, ("target", "other", "target", "target", "other"), strict=True))
    assert len({row["event_seq"] for row in _rows(lab)}) == 1
    assert page.exam.segments.text() == "Facts of segments"


def _rows(lab: Lab) -> tuple[dict[str, object], ...]:
    with lab.open.store.read() as snapshot:
        return tuple(dict(row) for row in snapshot.all("subject_attribute", attribute="ROLE"))


def test_what_is_still_unknown_is_filled_with_one_key(lab: Lab, qtbot: QtBot) -> None:
    desktop = Desktop(qtbot, lab.open)
    page = intake_page(desktop)
    page.exam.segments.click()
    dialog = facts_dialog(desktop)
    desktop.press("2", Qt.Key.Key_Up, "f", Qt.Key.Key_Down, Qt.Key.Key_Left)
    assert dialog.grid.changed[Fact("ROLE", SegmentId(CORE[1]))] == "target"
    dialog.keep.click()
    assert roles(lab) == {**dict.fromkeys(CORE, "other"), CORE[1]: "target"}


def test_nothing_is_kept_after_escape(lab: Lab, qtbot: QtBot) -> None:
    desktop = Desktop(qtbot, lab.open)
    intake_page(desktop).exam.segments.click()
    desktop.press("1", Qt.Key.Key_Escape)
    assert roles(lab) == {}


def test_once_readers_have_an_exam_a_reason_is_asked(lab: Lab, qtbot: QtBot) -> None:
    intake.set_subject(lab.open, lab.coordinator, "S01", {"ROLE": "target"}, segments=["CORE"])
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    assignment.assign(lab.open, lab.coordinator)
    desktop = Desktop(qtbot, lab.open)
    page = intake_page(desktop)
    assert intake.exams(lab.open, lab.coordinator)[0].state is ExamState.ASSIGNED
    page.exam.segments.click()
    dialog = facts_dialog(desktop)
    desktop.press(Qt.Key.Key_Down, "2")
    assert not dialog.keep.isEnabled()
    QTest.keyClicks(dialog.reason, "the site corrected its form")
    dialog.keep.click()
    assert roles(lab)["CFV"] == "other"


# ---------------------------------------------------------------- certification


@pytest.mark.usefixtures(small_pictures.__name__)
def test_the_set_is_made_from_the_people_page(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_training_lab(tmp_path)
    assert lab.reader_1.account
    desktop = Desktop(qtbot, lab.open)
    page = people_page(desktop, "reader-1")
    assert "0 of 2 exams made" in desktop.words(page.set)
    page.set.make.click()
    desktop.dialog().accept()
    assert calibration.calibration_set(lab.open, lab.coordinator).made == 2
    assert "2 of 2 exams made, 0 ready" in desktop.words(page.set)
    assert not page.set.make.isEnabled()


@pytest.mark.usefixtures(small_pictures.__name__)
def test_a_reader_is_certified_and_the_figures_are_shown_on_demand(tmp_path: Path, qtbot: QtBot) -> None:
    lab = with_a_set(a_training_lab(tmp_path))
    reads_the_set(lab, lab.reader_1)
    desktop = Desktop(qtbot, lab.open)
    page = people_page(desktop, "reader-1")
    assert page.rows.texts()[page.rows.current][-1] == "Trained"
    assert "Not certified for any charter" in desktop.words(page.certification)
    assert not page.certification.figures.isEnabled()
    page.certification.certify.click()
    desktop.dialog().accept()
    shown = desktop.dialog()
    assert isinstance(shown, FiguresDialog)
    assert "100.0%" in desktop.words(shown)
    shown.accept()
    assert page.rows.texts()[page.rows.current][-1] == "Yes"
    assert "100.0%" not in desktop.words(page)
    page.certification.figures.click()
    assert "kappa 1.00" in desktop.words(desktop.dialog())


@pytest.mark.usefixtures(small_pictures.__name__)
def test_who_has_not_read_the_set_is_told_what_to_do(tmp_path: Path, qtbot: QtBot) -> None:
    lab = with_a_set(a_training_lab(tmp_path))
    desktop = Desktop(qtbot, lab.open)
    page = people_page(desktop, "reader-2")
    page.certification.certify.click()
    desktop.dialog().accept()
    assert "0 of 2 calibration readings are signed" in desktop.words(desktop.dialog())
    desktop.dialog().reject()
    page.certification.elsewhere.click()
    dialog = desktop.dialog()
    QTest.keyClicks(dialog.words, "lab for training, record 12")
    dialog.do.click()
    assert "lab for training, record 12" in desktop.words(desktop.dialog())
    desktop.dialog().accept()
    assert page.rows.texts()[page.rows.current][-1] == "Yes"


def test_a_charter_without_a_set_shows_no_certification(lab: Lab, qtbot: QtBot) -> None:
    assert lab.reader_1.account
    desktop = Desktop(qtbot, lab.open)
    page = people_page(desktop, "reader-1")
    assert page.certification.isHidden()
    assert page.set.isHidden()
    assert page.rows.texts()[page.rows.current][-1] == "Yes"
