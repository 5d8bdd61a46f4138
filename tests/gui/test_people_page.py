"""People: what an administrator and a coordinator do with accounts, by keys and clicks."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role, Status
from corelab.services import accounts, assignment, reading
from corelab.services.accounts import Session
from corelab.ui.people_page import PeoplePage
from corelab.ui.worklist_page import WorklistPage
from tests.builders import PASSWORD as LAB_PASSWORD
from tests.builders import Lab, a_lab
from tests.gui.desktop import PASSWORD, Desktop
from tests.gui.exam_labs import a_clip_file, an_exam_with
from tests.reading_builders import first


def people_page(desktop: Desktop, user: str, password: str = PASSWORD) -> PeoplePage:
    desktop.sign_in(user, password)
    desktop.window.open_page("people")
    page = desktop.window.current
    assert isinstance(page, PeoplePage)
    return page


def choose(page: PeoplePage, user: str) -> None:
    page.rows.choose(next(at for at, row in enumerate(page.rows.texts()) if row[1] == user))


def status_of(desktop: Desktop, user: str) -> Status:
    session = accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)
    return next(each.status for each in accounts.people(desktop.lab, session) if each.user_name == user)


def give_reason(desktop: Desktop, words: str) -> None:
    dialog: Any = desktop.dialog()
    QTest.keyClicks(dialog.words, words)
    desktop.press(Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    desktop.press(Qt.Key.Key_Return)


def test_a_new_person_gets_a_one_time_code_that_is_shown_and_can_be_copied(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    QTest.keyClicks(page.invite.user, "reader-7")
    QTest.keyClicks(page.invite.printed, "Reader seven")
    page.invite.boxes.boxes[Role.READER].click()
    page.invite.identity.setCurrentIndex(1)
    page.invite.make.click()
    dialog = desktop.dialog()
    code = dialog.code.text()
    dialog._on_copy()
    assert QGuiApplication.clipboard().text() == code
    assert accounts.activate(desktop.lab, code, PASSWORD).user_name == "reader-7"
    dialog.accept()
    assert any(row[1] == "reader-7" for row in page.rows.texts())


def test_roles_that_exclude_one_another_are_told_before_asking(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    page.invite.boxes.boxes[Role.READER].click()
    page.invite.boxes.boxes[Role.COORDINATOR].click()
    assert "may not have these together" in desktop.words(page)


def test_an_account_is_deactivated_with_a_reason_only(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    choose(page, "reader-2")
    page.chosen.deactivate.click()
    dialog = desktop.dialog()
    assert not dialog.do.isEnabled()
    give_reason(desktop, "left the trial")
    assert status_of(desktop, "reader-2") is Status.DEACTIVATED
    assert not page.chosen.deactivate.isEnabled()


def test_a_locked_person_is_unlocked(desktop: Desktop) -> None:
    for _ in range(5):
        desktop.sign_in("reader-1", "certainly not this one")
    page = people_page(desktop, "administrator")
    choose(page, "reader-1")
    assert "Locked" in page.rows.texts()[page.rows.current]
    page.chosen.unlock.click()
    give_reason(desktop, "called back, it was the keyboard")
    assert status_of(desktop, "reader-1") is Status.ACTIVE


def test_nobody_changes_the_own_account(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    choose(page, "administrator")
    assert not page.chosen.deactivate.isEnabled()
    assert not page.chosen.reset.isEnabled()
    assert not page.chosen.roles.isEnabled()


def test_p11_13_an_administrator_changes_a_printed_name_with_a_reason(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    choose(page, "reader-1")
    page.chosen.rename.click()
    dialog = desktop.dialog()
    assert "What was signed keeps the former name" in desktop.words(dialog)
    QTest.keyClicks(dialog.printed, "Reader one, RVT")
    assert not dialog.do.isEnabled()
    QTest.keyClicks(dialog.reason, "new title")
    dialog.do.click()
    row = page.rows.texts()[page.rows.current]
    assert (row[0], row[1]) == ("Reader one, RVT", "reader-1")


def test_a_reset_shows_a_new_code(desktop: Desktop) -> None:
    page = people_page(desktop, "administrator")
    choose(page, "reader-1")
    page.chosen.reset.click()
    dialog = desktop.dialog()
    QTest.keyClicks(dialog.reason, "password lost")
    assert not dialog.do.isEnabled()
    dialog.identity.setCurrentIndex(3)
    dialog.do.click()
    assert accounts.activate(desktop.lab, desktop.dialog().code.text(), "another evening by the lake").user_name == "reader-1"


def test_a_coordinator_records_training_and_grants_custody(desktop: Desktop) -> None:
    page = people_page(desktop, "coordinator-1")
    choose(page, "reader-1")
    page.chosen.training.click()
    desktop.press(Qt.Key.Key_Return)
    assert page.rows.texts()[page.rows.current][5] == "Yes"
    choose(page, "coordinator-2")
    page.chosen.custody.click()
    desktop.press(Qt.Key.Key_Return)
    assert page.rows.texts()[page.rows.current][4] == "Yes"
    assert accounts.sign_in(desktop.lab, "coordinator-2", PASSWORD).custody is not None


def test_a_coordinator_has_no_button_that_changes_accounts(desktop: Desktop) -> None:
    page = people_page(desktop, "coordinator-1")
    assert not page.chosen.deactivate.isVisible()
    assert not page.invite.isVisible()


def test_a_coordinator_re_seals_the_open_work_of_a_reader_who_was_reset(desktop: Desktop, tmp_path: Path) -> None:
    lab = a_lab_with_work(tmp_path / "with-work")
    desktop.lab = lab.open
    is_reset(lab, lab.reader_1)
    page = people_page(desktop, "coordinator", LAB_PASSWORD)
    choose(page, "reader-2")
    assert not page.chosen.reseal.isEnabled()
    choose(page, "reader-1")
    assert page.rows.texts()[page.rows.current][3] == "Re-seal"
    assert "sealed to the keys from before a reset" in desktop.words(page)
    page.chosen.reseal.click()
    desktop.press(Qt.Key.Key_Return)
    assert page.rows.texts()[page.rows.current][3] == "Active"
    assert not page.chosen.reseal.isEnabled()
    session = lab.sign_in("reader-1")
    assert reading.open_reading(lab.open, session, first(lab, session)).reading.note == "half way"


def test_until_then_the_reader_is_told_whom_to_ask(desktop: Desktop, tmp_path: Path) -> None:
    lab = a_lab_with_work(tmp_path / "with-work")
    desktop.lab = lab.open
    is_reset(lab, lab.reader_1)
    desktop.sign_in("reader-1", LAB_PASSWORD)
    page = desktop.window.current
    assert isinstance(page, WorklistPage)
    assert "kept until a coordinator re-seals it" in desktop.words(page)
    assert "not known until then" in desktop.words(page)
    page.card.button.click()
    words = desktop.words(desktop.dialog())
    assert "Your keys are new since a reset." in words
    assert "A coordinator must hand over your open work: People, Re-seal." in words
    assert "password" not in words.casefold()


def a_lab_with_work(folder: Path) -> Lab:
    folder.mkdir()
    lab = a_lab(folder)
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    an_exam_with(lab, {"CFV": [a_clip_file()]})
    assignment.assign(lab.open, lab.coordinator)
    opened = reading.open_reading(lab.open, lab.reader_1, first(lab, lab.reader_1))
    reading.save(lab.open, lab.reader_1, opened.reading.with_note("half way"))
    return lab


def is_reset(lab: Lab, session: Session) -> None:
    code = accounts.reset(lab.open, lab.administrator, session.account, "forgot the password", IdentityCheck.KNOWN)
    accounts.activate(lab.open, code, LAB_PASSWORD)
