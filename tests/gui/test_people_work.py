"""Who reads what, on the people page: declared absent, back, replaced; and what a reader sees whose next reading waits for its day."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from corelab.domain.accounts import Role
from corelab.domain.vocabulary import LabKind
from corelab.ui.people_page import PeoplePage
from corelab.ui.worklist_page import WorklistPage
from tests.builders import PASSWORD as LAB_PASSWORD
from tests.builders import Lab
from tests.dealing_builders import a_design, a_trial, assigns, dealt, reads, ready
from tests.gui.desktop import Desktop
from tests.gui.test_people_page import choose, give_reason, people_page


def at_the_people(desktop: Desktop, lab: Lab) -> PeoplePage:
    desktop.lab = lab.open
    return people_page(desktop, "coordinator", LAB_PASSWORD)


def a_small_trial(folder: Path, **design: object) -> Lab:
    folder.mkdir()
    return a_trial(folder, a_design(**design), kind=LabKind.TRIAL)


def test_a_reader_is_declared_absent_and_back(desktop: Desktop, tmp_path: Path) -> None:
    lab = a_small_trial(tmp_path / "trial")
    third = lab.person("reader-3", Role.READER)
    page = at_the_people(desktop, lab)
    choose(page, "reader-3")
    page.work.absence.click()
    give_reason(desktop, "on leave until May")
    assert page.rows.texts()[page.rows.current][3] == "Absent"
    assert "Absent: nothing new is dealt" in page.work.told.text()
    ready(lab, ("S01", "S02"))
    assigns(lab)
    assert dealt(lab, third) == []
    assert page.work.absence.text() == "Declare back"
    page.work.absence.click()
    give_reason(desktop, "here again today")
    assert page.rows.texts()[page.rows.current][3] == "Active"


def test_a_reader_is_replaced_for_what_is_not_signed(desktop: Desktop, tmp_path: Path) -> None:
    lab = a_small_trial(tmp_path / "trial")
    ready(lab, ("S01", "S02"))
    assigns(lab)
    third = lab.person("reader-3", Role.READER)
    page = at_the_people(desktop, lab)
    choose(page, "reader-1")
    page.work.replace.click()
    dialog = desktop.dialog()
    assert not dialog.do.isEnabled(), "a choice alone is no reason"
    QTest.keyClicks(dialog.words, "left the core lab")
    dialog.do.click()
    assert "2 readings were dealt to others." in page.work.outcome.text()
    assert sorted(dealt(lab, third)) == ["S01:D10", "S02:D10"]
    choose(page, "reader-2")
    assert not page.work.outcome.isVisible()


def test_a_coordinator_has_these_buttons_only_for_who_reads_or_decides(desktop: Desktop, tmp_path: Path) -> None:
    lab = a_small_trial(tmp_path / "trial")
    page = at_the_people(desktop, lab)
    choose(page, "adjudicator-1")
    assert page.work.absence.isVisible()
    assert not page.work.replace.isEnabled()
    choose(page, "administrator")
    assert not page.work.isVisible()


def test_an_administrator_has_none_of_them(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    choose(page, "reader-1")
    assert not page.work.isVisible()


def test_the_worklist_says_when_the_next_reading_opens_and_nothing_of_what_waits(desktop: Desktop, tmp_path: Path) -> None:
    lab = a_small_trial(tmp_path / "trial", batch_exams=1, batch_gap_days=7)
    ready(lab, ("S01", "S02", "S03"))
    assigns(lab)
    reads(lab, lab.reader_1)
    desktop.lab = lab.open
    desktop.sign_in("reader-1", LAB_PASSWORD)
    page = desktop.window.current
    assert isinstance(page, WorklistPage)
    words = desktop.words(page)
    assert "Your next batch opens on 2026-01-19 (UTC)." in words
    assert page.rows.texts() == []
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is page
