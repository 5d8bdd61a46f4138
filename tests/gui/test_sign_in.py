"""Coming in, being locked out, locking the screen, going."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.services import accounts
from corelab.ui.page import Page
from tests.gui.desktop import PASSWORD, Desktop


def test_nothing_of_the_trial_is_shown_before_sign_in(desktop: Desktop) -> None:
    assert desktop.window.windowTitle() == "Corelab"
    assert desktop.lab.trial_id not in desktop.words()
    assert not desktop.window.header.isVisible()


def test_user_password_enter_signs_in_and_the_title_names_trial_role_and_demo(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    assert desktop.window.windowTitle() == f"{desktop.lab.trial_id} - Administrator - DEMO - Corelab"
    assert desktop.window.current is not None
    assert desktop.window.current.name == "people"


def test_a_wrong_password_is_told_in_words_and_the_field_is_ready_again(desktop: Desktop) -> None:
    desktop.sign_in("administrator", "certainly not this one")
    assert "User name or password is not right." in desktop.words()
    form = desktop.front._sign_in
    assert form is not None
    assert form.password.text() == ""
    assert form.password.hasFocus()


def test_p11_17_an_unknown_user_gets_the_same_words_as_a_wrong_password(desktop: Desktop) -> None:
    said = []
    for user, password in (("administrator", "certainly not this one"), ("nobody-at-all", PASSWORD)):
        desktop.sign_in(user, password)
        form = desktop.front._sign_in
        assert form is not None
        said.append(desktop.words(form))
    assert said[0].replace("administrator", "nobody-at-all") == said[1]


def test_five_wrong_passwords_lock_the_account_and_the_page_says_what_to_do(desktop: Desktop) -> None:
    for _ in range(5):
        desktop.sign_in("reader-1", "certainly not this one")
    desktop.sign_in("reader-1")
    assert "locked" in desktop.words()
    assert "administrator" in desktop.words()
    assert desktop.window.current is None


def test_a_one_time_code_becomes_an_own_password(desktop: Desktop) -> None:
    administrator = accounts.sign_in(desktop.lab, "administrator", PASSWORD)
    code = accounts.add_person(desktop.lab, administrator, "reader-9", "Reader nine", {Role.READER}, IdentityCheck.KNOWN)
    form = desktop.front._sign_in
    assert form is not None
    form.show_activation()
    QTest.keyClicks(form.code, code)
    desktop.press(Qt.Key.Key_Return)
    QTest.keyClicks(form.new_password, "a quiet evening by the lake")
    desktop.press(Qt.Key.Key_Return)
    QTest.keyClicks(form.again, "a quiet evening by the lake")
    desktop.press(Qt.Key.Key_Return)
    assert "Your password is set." in desktop.words()
    desktop.sign_in("reader-9", "a quiet evening by the lake")
    desktop.press(Qt.Key.Key_Return)  # accepts that the signature binds
    assert "Reader" in desktop.window.windowTitle()


def test_two_different_new_passwords_change_nothing(desktop: Desktop) -> None:
    form = desktop.front._sign_in
    assert form is not None
    form.show_activation()
    form.code.setText("ABCD")
    form.new_password.setText("a quiet evening by the lake")
    form.again.setText("a quiet evening by the lane")
    desktop.press(Qt.Key.Key_Return)
    QTest.keyClick(form.again, Qt.Key.Key_Return)
    assert "The two passwords differ." in desktop.words()


def test_p11_20_the_locked_window_shows_nothing_of_the_work(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    QGuiApplication.clipboard().setText("something copied")
    desktop.press(Qt.Key.Key_L, modifier=Qt.KeyboardModifier.ControlModifier)
    assert desktop.window.current is None
    assert not desktop.window.header.isVisible()
    assert not any(page.isVisible() for page in desktop.window.findChildren(Page))
    assert QGuiApplication.clipboard().text() == ""


def test_a_page_that_is_asked_for_while_the_window_is_locked_does_not_come_up(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    page = desktop.window.current
    assert page is not None
    desktop.front.lock()
    page.go.emit("help", None)
    assert desktop.window.current is None
    assert not any(each.isVisible() for each in desktop.window.findChildren(Page))


def test_p11_20_only_the_same_person_unlocks(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.front.lock()
    lock = desktop.front._lock
    assert lock is not None
    QTest.keyClicks(lock.password, "certainly not this one")
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is None
    assert "not right" in desktop.words(lock)
    QTest.keyClicks(lock.password, PASSWORD)
    desktop.press(Qt.Key.Key_Return)
    assert desktop.window.current is not None
    assert desktop.window.current.name == "people"


def test_p11_20_an_idle_desk_locks_itself(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    assert desktop.front.idle.running
    desktop.front.idle.idle.emit()
    assert desktop.front._lock is not None
    assert desktop.window.current is None


def test_from_the_lock_one_may_sign_out_but_not_look(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    desktop.front.lock()
    lock = desktop.front._lock
    assert lock is not None
    lock.sign_out_requested.emit()
    assert desktop.window.windowTitle() == "Corelab"
    assert desktop.window.current is None
    desktop.sign_in("auditor-1")
    assert "Auditor" in desktop.window.windowTitle()


def test_sign_out_by_key_forgets_the_person(desktop: Desktop) -> None:
    desktop.sign_in("administrator")
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    desktop.press(Qt.Key.Key_L, modifier=both)
    assert desktop.window.windowTitle() == "Corelab"
    assert not desktop.front.idle.running
    with desktop.lab.store.read() as snapshot:
        last = snapshot.latest("session", by="event_seq")
        assert last is not None
        assert snapshot.one("session_end", session_id=last["id"]) is not None


@pytest.mark.parametrize(("user", "first"), [("administrator", "people"), ("auditor-1", "audit")])
def test_each_person_sees_only_the_pages_of_their_roles(desktop: Desktop, user: str, first: str) -> None:
    desktop.sign_in(user)
    desktop.window.open_page("export")
    assert desktop.window.current is not None
    assert desktop.window.current.name == first
    assert "Export" not in desktop.words(desktop.window.header)


def test_every_control_on_the_way_in_has_an_accessible_name(desktop: Desktop) -> None:
    form = desktop.front._sign_in
    assert form is not None
    controls = [each for each in form.findChildren(QWidget) if isinstance(each, QLineEdit | QAbstractButton)]
    assert len(controls) >= 9
    assert all(each.accessibleName() for each in controls)
