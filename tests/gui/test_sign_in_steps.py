"""What may follow the password, what is told under the header, and what everybody may do about their own account."""

from base64 import b32decode
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.access import IdentityCheck, Way
from corelab.domain.accounts import Meaning, Role
from corelab.domain.record_errors import SecondFactorNeededError, SignInRefusedError
from corelab.domain.statement import signature_statement
from corelab.domain.totp import code_of, step_at
from corelab.services import access, accounts, labs, workstations
from corelab.services.accounts import Session
from corelab.services.workstations import DisplaySeen
from corelab.ui import dialogs
from corelab.ui.dialogs import SignDialog
from corelab.ui.notice_watch import PERIOD_MS
from corelab.ui.reading_page import ReadingPage
from corelab.ui.sign_in_steps import CodeStep, EndOtherStep, EnrolStep, NewPasswordStep, StatementStep, Step
from corelab.ui.worklist_page import WorklistPage
from tests.builders import PASSWORD as LAB_PASSWORD
from tests.gui.desktop import PASSWORD, Desktop
from tests.gui.exams import a_cell
from tests.gui.reader import a_reading_lab

NEW_PASSWORD = "a quiet evening by the lake"
CONTROL = Qt.KeyboardModifier.ControlModifier


def step(desktop: Desktop, kind: type[Step]) -> Any:
    """The step on screen, which must be of this kind."""
    form = desktop.front._sign_in
    assert form is not None
    assert isinstance(form.step, kind)
    return form.step


def told(desktop: Desktop) -> str:
    """What stands under the header."""
    bar = desktop.window.notices
    return desktop.words(bar) if bar.isVisible() else ""


def administrator(desktop: Desktop) -> Session:
    return accounts.sign_in(desktop.lab, "administrator", PASSWORD)


def a_new_reader(desktop: Desktop) -> None:
    code = accounts.add_person(desktop.lab, administrator(desktop), "reader-9", "Reader nine", {Role.READER}, IdentityCheck.KNOWN)
    accounts.activate(desktop.lab, code, PASSWORD)


def command(desktop: Desktop, words: str) -> None:
    desktop.press(Qt.Key.Key_K, modifier=CONTROL)
    QTest.keyClicks(desktop.dialog().words, words)
    desktop.press(Qt.Key.Key_Return)


# ---------------------------------------------------------------- the statement


def test_p11_30_the_statement_is_shown_before_the_pages_and_accepted_once(desktop: Desktop) -> None:
    a_new_reader(desktop)
    desktop.sign_in("reader-9")
    statement = step(desktop, StatementStep)
    assert signature_statement().words in desktop.words(statement)
    assert desktop.window.current is None
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None
    desktop.front.sign_out()
    desktop.sign_in("reader-9")
    assert desktop.window.current is not None


def test_who_does_not_accept_is_signed_out(desktop: Desktop) -> None:
    a_new_reader(desktop)
    desktop.sign_in("reader-9")
    step(desktop, StatementStep).leave.click()
    assert desktop.window.current is None
    with desktop.lab.store.read() as snapshot:
        assert snapshot.events()[-1]["kind"] == "session.closed"


# ---------------------------------------------------------------- a second window


def test_a_window_that_is_open_elsewhere_is_ended_with_the_password_once_more(desktop: Desktop, tmp_path: Path) -> None:
    elsewhere = labs.open_lab(desktop.lab.folder, desktop.lab.clock, tmp_path / "another machine")
    first = accounts.sign_in(elsewhere, "reader-1", PASSWORD, way=Way.WINDOW)
    desktop.sign_in("reader-1")
    asked = step(desktop, EndOtherStep)
    assert desktop.lab.machine.host in desktop.words(asked)
    QTest.keyClicks(asked.password, "not the password at all")
    desktop.press(Qt.Key.Key_Return)
    assert not accounts.is_over(elsewhere, first)
    QTest.keyClicks(asked.password, PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    assert accounts.is_over(elsewhere, first)
    assert desktop.window.current is not None


def test_a_window_that_was_ended_elsewhere_locks_and_can_be_left(desktop: Desktop, tmp_path: Path) -> None:
    desktop.sign_in("reader-1")
    elsewhere = labs.open_lab(desktop.lab.folder, desktop.lab.clock, tmp_path / "another machine")
    accounts.sign_in(elsewhere, "reader-1", PASSWORD, way=Way.WINDOW, end_other=True)
    desktop.front.watch.timer.timeout.emit()
    lock = desktop.front._lock
    assert lock is not None
    QTest.keyClicks(lock.password, PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    assert "This sign-in is over" in desktop.words(lock)
    lock.sign_out_requested.emit()
    assert desktop.window.windowTitle() == "Corelab"


# ---------------------------------------------------------------- passwords


def test_p11_19_an_aged_password_is_changed_before_the_pages(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    access.set_rule(desktop.lab, administrator(desktop), "password_age_days", "1", "policy of the lab")
    monkeypatch.setattr("corelab.storage.sessions.password_chosen", lambda _snapshot, _account: desktop.lab.clock.now().replace(year=2020))
    desktop.sign_in("reader-1")
    monkeypatch.undo()
    asked = step(desktop, NewPasswordStep)
    assert desktop.window.current is None
    for field_, words in ((asked.new, NEW_PASSWORD), (asked.again, NEW_PASSWORD)):
        QTest.keyClicks(field_, words)
        desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None
    assert accounts.sign_in(desktop.lab, "reader-1", NEW_PASSWORD).duties == frozenset()


@pytest.mark.parametrize("user", ["administrator", "coordinator-1", "reader-1", "adjudicator-1", "auditor-1"])
def test_everybody_changes_their_own_password_from_the_list_of_commands(desktop: Desktop, user: str) -> None:
    desktop.sign_in(user)
    command(desktop, "change your password")
    dialog = desktop.dialog()
    for field_, words in ((dialog.old, PASSWORD), (dialog.new, NEW_PASSWORD), (dialog.again, NEW_PASSWORD)):
        QTest.keyClicks(field_, words)
        desktop.press(Qt.Key.Key_Return)
    assert "Your password is changed." in told(desktop)
    with pytest.raises(SignInRefusedError):
        accounts.sign_in(desktop.lab, user, PASSWORD)
    assert accounts.sign_in(desktop.lab, user, NEW_PASSWORD).user_name == user


def test_a_wrong_old_password_changes_nothing_and_is_told(desktop: Desktop) -> None:
    desktop.sign_in("reader-1")
    desktop.window.password_requested.emit()
    dialog = desktop.dialog()
    for field_, words in ((dialog.old, "not the password at all"), (dialog.new, NEW_PASSWORD), (dialog.again, NEW_PASSWORD)):
        QTest.keyClicks(field_, words)
    dialog.do.click()
    assert "The password is not right." in desktop.words(dialog)
    assert accounts.sign_in(desktop.lab, "reader-1", PASSWORD).user_name == "reader-1"


# ---------------------------------------------------------------- second factor


def now_code(desktop: Desktop, secret: bytes, ahead: int = 0) -> str:
    return code_of(secret, step_at(desktop.lab.clock.now()) + ahead)


def test_p11_21_a_second_factor_is_set_up_in_the_window_and_asked_after_the_password(desktop: Desktop) -> None:
    desktop.sign_in("reader-1")
    desktop.window.factor_requested.emit()
    dialog = desktop.dialog()
    secret = _secret(dialog.key.text())
    assert dialog.address.text().startswith("otpauth://totp/")
    QTest.keyClicks(dialog.code, now_code(desktop, secret))
    desktop.press(Qt.Key.Key_Return)
    assert "asked after your password" in told(desktop)
    desktop.front.sign_out()
    with pytest.raises(SecondFactorNeededError):
        accounts.sign_in(desktop.lab, "reader-1", PASSWORD)
    desktop.sign_in("reader-1")
    asked = step(desktop, CodeStep)
    QTest.keyClicks(asked.code, "000000")
    desktop.press(Qt.Key.Key_Return)
    assert "not right" in desktop.words()
    QTest.keyClicks(asked.code, now_code(desktop, secret, ahead=1))
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None


def test_p11_21_where_the_role_needs_one_it_is_set_up_at_sign_in(desktop: Desktop) -> None:
    access.set_rule(desktop.lab, administrator(desktop), "second_factor_roles", "reader", "policy of the lab")
    desktop.sign_in("reader-1")
    asked = step(desktop, EnrolStep)
    assert desktop.window.current is None
    QTest.keyClicks(asked.code, now_code(desktop, _secret(asked.key.text())))
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None


def _secret(typed: str) -> bytes:
    return b32decode(typed.replace(" ", ""))


# ---------------------------------------------------------------- what is told


def test_p11_22_the_last_good_and_the_last_failed_sign_in_are_shown_after_signing_in(desktop: Desktop) -> None:
    desktop.sign_in("reader-1", "not the password at all")
    desktop.sign_in("reader-1")
    host = desktop.lab.machine.host
    words = told(desktop)
    assert words.count(f"on {host}") == 2
    assert "Last sign-in: 20" in words
    assert "Last failed sign-in: 20" in words
    desktop.window.open_page("help")
    assert told(desktop) == ""


def test_p11_18_an_administrator_at_work_is_told_of_a_lockout_until_it_is_confirmed(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in(desktop.lab, "reader-1", "not the password at all")
    assert "locked out" not in told(desktop)
    watch = desktop.front.watch
    assert (watch.timer.isActive(), watch.timer.interval()) == (True, PERIOD_MS)
    watch.timer.timeout.emit()
    assert "reader-1 was locked out" in told(desktop)
    desktop.window.open_page("help")
    assert "reader-1 was locked out" in told(desktop)
    desktop.window.notices.seen.click()
    assert told(desktop) == ""
    with desktop.lab.store.read() as snapshot:
        assert len(snapshot.events(kind="notice.seen")) == 1
    desktop.window.open_page("people")
    assert told(desktop) == ""


def test_p11_18_a_change_of_page_looks_too(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in(desktop.lab, "reader-1", "not the password at all")
    desktop.window.open_page("help")
    assert "reader-1 was locked out" in told(desktop)


def test_nobody_else_is_told_and_nothing_shows_over_the_lock(desktop: Desktop) -> None:
    desktop.sign_in("reader-2")
    for _ in range(5):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in(desktop.lab, "reader-1", "not the password at all")
    desktop.front.watch.timer.timeout.emit()
    assert "locked out" not in told(desktop)
    desktop.front.sign_out()
    desktop.sign_in("administrator")
    assert "locked out" in told(desktop)
    desktop.front.lock()
    assert not desktop.window.notices.isVisible()


def test_who_was_reset_is_told_at_the_next_sign_in_by_whom(desktop: Desktop) -> None:
    session = administrator(desktop)
    account = next(each.account for each in accounts.people(desktop.lab, session) if each.user_name == "reader-1")
    code = accounts.reset(desktop.lab, session, account, "forgot the password", IdentityCheck.KNOWN)
    accounts.activate(desktop.lab, code, NEW_PASSWORD)
    desktop.sign_in("reader-1", NEW_PASSWORD)
    assert "administrator reset your password and keys" in told(desktop)


# ---------------------------------------------------------------- display, lock, passwords at signing


def test_p11_28_what_is_seen_of_the_grey_steps_is_recorded(desktop: Desktop) -> None:
    desktop.sign_in("reader-1")
    command(desktop, "check this")
    desktop.press(Qt.Key.Key_Return)
    found = workstations.this_machine(desktop.lab)
    assert found is not None
    assert found.display is DisplaySeen.ALL
    assert "recorded" in told(desktop)


def test_p11_20_the_picture_is_gone_and_the_clipboard_empty_when_nobody_was_there(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    before = desktop.window.grab().toImage()
    QGuiApplication.clipboard().setText("something copied")
    desktop.front.idle.idle.emit()
    lock = desktop.front._lock
    assert lock is not None
    after = desktop.window.grab().toImage()
    assert QGuiApplication.clipboard().text() == ""
    corner = desktop.window.rect().adjusted(0, 0, 0, -desktop.window.height() * 3 // 4)
    assert len(_colours(before.copy(corner))) > 20
    assert len(_colours(after.copy(corner))) == 1


def locked_grab(desktop: Desktop) -> QImage:
    """The whole window as it looks when nobody was there; then the same person is back."""
    desktop.front.idle.idle.emit()
    lock = desktop.front._lock
    assert lock is not None
    lock.password.clearFocus()
    QApplication.processEvents()
    image = desktop.window.grab().toImage()
    lock.password.setFocus()
    QTest.keyClicks(lock.password, LAB_PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    return image


def test_p11_20_no_frame_is_seen_on_the_locked_window_and_the_draft_is_kept(tmp_path: Path, qtbot: QtBot) -> None:
    desktop = Desktop(qtbot, a_reading_lab(tmp_path).open)
    desktop.sign_in("reader-1", LAB_PASSWORD)
    over_the_worklist = locked_grab(desktop)
    assert isinstance(desktop.window.current, WorklistPage)
    desktop.press(Qt.Key.Key_Return)
    page = desktop.window.current
    assert isinstance(page, ReadingPage)
    desktop.press("1")
    assert locked_grab(desktop) == over_the_worklist, "nothing of what lies behind the lock is seen"
    assert desktop.window.current is page
    assert page.grading is not None
    assert a_cell("CFV", "COMP") in page.grading.reading.answers


def _colours(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}


def test_p11_20_another_person_must_sign_in_and_sees_their_own_page(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.front.idle.idle.emit()
    lock = desktop.front._lock
    assert lock is not None
    assert "Only administrator can unlock it" in desktop.words(lock)
    QTest.keyClicks(lock.password, "somebody else's password")
    desktop.press(Qt.Key.Key_Return)
    assert "The password is not right." in desktop.words(lock)
    assert "User name" not in desktop.words(lock)
    lock.sign_out_requested.emit()
    desktop.sign_in("reader-1")
    assert desktop.window.current is not None
    assert desktop.window.current.name == "worklist"


def test_p11_47_user_name_and_password_first_then_the_password_and_both_again_after_the_lock(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")

    def asks_user() -> bool:
        desk = desktop.front._desk
        assert desk is not None
        asked: list[str] = []
        dialog = dialogs.ask_signature(desktop.window, desk, Meaning.RELEASE, "a test", given=asked.append)
        shown = dialog.user.isVisible()
        dialog.accept()
        return shown

    assert [asks_user(), asks_user(), asks_user()] == [True, False, False]
    desktop.front.lock()
    lock = desktop.front._lock
    assert lock is not None
    QTest.keyClicks(lock.password, PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    assert [asks_user(), asks_user()] == [True, False]
    desktop.front.sign_out()
    desktop.sign_in("coordinator-1")
    assert asks_user()


def test_p11_48_the_password_is_typed_for_each_signature_and_no_dialog_keeps_it(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    desk = desktop.front._desk
    assert desk is not None
    for _ in range(2):
        dialog = dialogs.ask_signature(desktop.window, desk, Meaning.RELEASE, "a test", given=lambda _password: None)
        assert isinstance(dialog, SignDialog)
        assert dialog.password.text() == ""
        QTest.keyClicks(dialog.password, PASSWORD)
        dialog.accept()
