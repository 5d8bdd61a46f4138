"""Custody on the people page: a new key by rotation or by the recovery code, and what coordinators are told afterwards."""

import re
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from corelab.domain.accounts import Role
from corelab.services import accounts, custody, custody_facts
from corelab.ui.people_page import PeoplePage
from tests.gui.desktop import PASSWORD, Desktop


def people_page(desktop: Desktop, user: str) -> PeoplePage:
    desktop.front.sign_out()
    desktop.sign_in(user)
    for told in _dialogs(desktop):
        told.accept()
    desktop.window.open_page("people")
    page = desktop.window.current
    assert isinstance(page, PeoplePage)
    return page


def grant(desktop: Desktop, user: str) -> None:
    session = accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)
    account = next(each.account for each in accounts.people(desktop.lab, session) if each.user_name == user)
    accounts.grant_custody(desktop.lab, session, account)
    accounts.sign_out(desktop.lab, session)


def give_reason(desktop: Desktop, words: str) -> None:
    dialog: Any = desktop.dialog()
    QTest.keyClicks(dialog.words, words)
    dialog.do.click()


def sign(desktop: Desktop, user: str, password: str = PASSWORD) -> None:
    dialog: Any = desktop.dialog()
    QTest.keyClicks(dialog.user, user)
    QTest.keyClicks(dialog.password, password)
    QTest.keyClick(dialog.password, Qt.Key.Key_Return)


def rotates(desktop: Desktop) -> str:
    """As the first coordinator, in the window; answers the new recovery code."""
    page = people_page(desktop, "coordinator-1")
    page.key.rotate.click()
    give_reason(desktop, "the second coordinator has left")
    sign(desktop, "coordinator-1")
    dialog = desktop.dialog()
    code = dialog.code.text()
    dialog.accept()
    return str(code)


def test_a_coordinator_rotates_custody_with_reason_and_signature(desktop: Desktop) -> None:
    page = people_page(desktop, "coordinator-1")
    assert "Key 1, held by coordinator-1." in desktop.words(page)
    page.key.rotate.click()
    give_reason(desktop, "somebody has left")
    assert "Meaning: custody change" in desktop.words(desktop.dialog())
    sign(desktop, "coordinator-1", "certainly not this one")
    assert "password is not right" in desktop.words(desktop.dialog())
    QTest.keyClicks(desktop.dialog().password, PASSWORD)
    QTest.keyClick(desktop.dialog().password, Qt.Key.Key_Return)
    dialog = desktop.dialog()
    assert "shown only now" in desktop.words(dialog)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog._on_copy()
    code = QGuiApplication.clipboard().text()
    dialog.accept()
    assert "Key 2, held by coordinator-1." in desktop.words(page)
    assert "Last rotated by coordinator-1" in desktop.words(page)
    session = accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)
    assert custody.recover(desktop.lab, session, code, PASSWORD) != code


def test_custody_is_recovered_with_the_code_by_a_coordinator_without_it(desktop: Desktop) -> None:
    code = rotates(desktop)
    page = people_page(desktop, "coordinator-2")
    assert not page.key.rotate.isEnabled()
    page.key.recover.click()
    QTest.keyClicks(desktop.dialog().code, code.lower())
    desktop.dialog().do.click()
    sign(desktop, "coordinator-2")
    assert desktop.dialog().code.text() != code
    desktop.dialog().accept()
    assert accounts.sign_in(desktop.lab, "coordinator-2", PASSWORD).custody is not None


def _dialogs(desktop: Desktop) -> list[Any]:
    return [each for each in desktop.window.findChildren(QDialog) if each.isVisible()]


def test_a_wrong_recovery_code_is_told_and_nothing_changes(desktop: Desktop) -> None:
    page = people_page(desktop, "coordinator-2")
    page.key.recover.click()
    QTest.keyClicks(desktop.dialog().code, "ABCD-EFGH")
    desktop.dialog().do.click()
    sign(desktop, "coordinator-2")
    assert "This code is not known" in desktop.words(desktop.dialog())
    desktop.dialog().reject()
    assert "Key 1," in desktop.words(page)


def test_every_other_coordinator_is_told_at_the_next_sign_in_and_only_once(desktop: Desktop) -> None:
    rotates(desktop)
    desktop.front.sign_out()
    desktop.sign_in("coordinator-2")
    words = desktop.words(desktop.dialog())
    assert "The custody key was changed. Last rotated by coordinator-1" in words
    assert "the second coordinator has left" in words
    desktop.dialog().accept()
    for user in ("coordinator-2", "coordinator-1", "reader-1"):
        desktop.front.sign_out()
        desktop.sign_in(user)
        assert _dialogs(desktop) == []


def test_the_page_says_to_rotate_when_somebody_left_with_the_key(desktop: Desktop) -> None:
    grant(desktop, "coordinator-2")
    administrator = accounts.sign_in(desktop.lab, "administrator", PASSWORD)
    account = next(each.account for each in accounts.people(desktop.lab, administrator) if each.user_name == "coordinator-2")
    accounts.set_roles(desktop.lab, administrator, account, {Role.AUDITOR}, "another task")
    page = people_page(desktop, "coordinator-1")
    assert "Rotate it: coordinator-2 had it and is no coordinator any more." in desktop.words(page)
    rotates(desktop)
    assert not custody_facts.custody_facts(desktop.lab, accounts.sign_in(desktop.lab, "coordinator-1", PASSWORD)).should_rotate


@pytest.mark.parametrize("user", ["administrator", "auditor-1"])
def test_who_is_no_coordinator_sees_who_holds_it_and_changes_nothing(desktop: Desktop, user: str) -> None:
    page = people_page(desktop, user)
    assert "Key 1, held by coordinator-1." in desktop.words(page)
    assert not page.key.rotate.isVisible()
    assert not page.key.recover.isVisible()


def test_words_on_the_cards_are_whole_on_a_small_screen(desktop: Desktop) -> None:
    grant(desktop, "coordinator-2")
    page = people_page(desktop, "coordinator-1")
    desktop.window.resize(QSize(1066, 666))
    QApplication.processEvents()
    labels = [each for each in page.findChildren(QLabel) if each.isVisible() and each.text() and each.wordWrap()]
    assert [each.text() for each in labels if each.height() < each.heightForWidth(each.width())] == []


def test_p11_45_the_dialog_of_a_signature_shows_printed_name_time_with_zone_and_meaning(desktop: Desktop) -> None:
    page = people_page(desktop, "coordinator-1")
    page.key.rotate.click()
    give_reason(desktop, "somebody has left")
    words = desktop.words(desktop.dialog())
    assert "coordinator-1" in words
    assert "Meaning: custody change" in words
    assert re.search(r"Time: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(UTC[^)]*\)", words)
