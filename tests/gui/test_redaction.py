"""Redaction in the window: a coordinator asks, another person agrees, and the trail says who emptied what, when and why."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from corelab.domain.accounts import Role
from corelab.services import accounts, redaction
from corelab.services.accounts import Session
from corelab.services.verification import verify_lab
from corelab.ui.confirm_redaction import ConfirmRedaction
from corelab.ui.dialogs import ErrorDialog, ReasonDialog
from tests.builders import PASSWORD, Lab
from tests.gui.test_audit_page import Auditor
from tests.reading_builders import a_staffed_lab

Key = Qt.Key
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
NAME = "Xenophora Zwischenstein"
WHY = "A name stands in the words"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """The reason of a change of roles holds a name."""
    made = a_staffed_lab(tmp_path)
    assert made.coordinator_2.account
    accounts.set_roles(made.open, made.administrator, made.reader_2.account, {Role.READER, Role.ADJUDICATOR}, f"asked by {NAME}")
    return made


def at_the_event(qtbot: QtBot, lab: Lab, session: Session) -> Auditor:
    """Before the audit page, with the event of the name chosen."""
    here = Auditor(qtbot, lab, session)
    here.click(here.kinds.index("Roles changed"))
    return here


def the_event(here: Auditor) -> int:
    current = here.page.list.current
    assert current is not None
    return current.seq


def says(here: Auditor) -> str:
    return here.page.redaction.told.text()


def asks(here: Auditor) -> ReasonDialog:
    here.press(Key.Key_R, CTRL_SHIFT)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ReasonDialog)
    return dialog


def agrees(words: str, password: str) -> ConfirmRedaction:
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ConfirmRedaction)
    dialog.words.setFocus()
    QTest.keyClicks(dialog.words, words)
    QTest.keyClick(dialog.words, Key.Key_Tab)
    assert dialog.focusWidget() is dialog.password
    QTest.keyClicks(dialog.password, password)
    QTest.keyClick(dialog.password, Key.Key_Return)
    return dialog


def in_files(lab: Lab) -> bool:
    return any(NAME.encode() in path.read_bytes() for path in lab.open.folder.rglob("*") if path.is_file())


def test_p11_42_a_coordinator_asks_by_key_and_another_person_confirms_by_click(qtbot: QtBot, lab: Lab) -> None:
    here = at_the_event(qtbot, lab, lab.coordinator)
    seq, dialog = the_event(here), asks(here)
    assert [dialog.choice.itemText(n) for n in range(dialog.choice.count())][:2] == ["A name", "A date of birth"]
    QTest.keyClicks(dialog.words, "name")
    assert not dialog.do.isEnabled()
    dialog.words.setPlainText(WHY)
    QTest.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    assert "Another coordinator or the auditor has to agree" in here.page.tasks.told.text()
    assert here.page.waiting.isVisible()
    assert (len(here.page.waiting.looks), here.page.waiting.confirms) == (1, [])
    assert in_files(lab)

    second = Auditor(qtbot, lab, lab.auditor)
    said = "\n".join(label.text() for label in second.page.waiting.findChildren(QLabel))
    for words in (f"Event {seq}: Roles changed", f"Asked by {lab.coordinator.printed_name}", WHY, "A name"):
        assert words in said
    (look,), (confirm,) = second.page.waiting.looks, second.page.waiting.confirms
    QTest.mouseClick(look, Qt.MouseButton.LeftButton)
    assert the_event(second) == seq
    QTest.mouseClick(confirm, Qt.MouseButton.LeftButton)
    refused = agrees("Seen: it is one", "not the password at all")
    assert refused.fault.isVisible()
    assert in_files(lab)
    agrees("", PASSWORD)
    assert not in_files(lab)
    assert "Older backups still hold its words" in second.page.tasks.told.text()
    assert not second.page.waiting.isVisible()
    assert second.kinds[0] == "Content redacted by a second person"
    assert verify_lab(lab.open.folder).ok

    second.click(second.kinds.index("Roles changed"))
    for words in (
        "Emptied on 2026-01-12",
        "(UTC+01:00)",
        lab.coordinator.printed_name,
        lab.auditor.printed_name,
        "Seen: it is one",
        "A name",
    ):
        assert words in says(second)
    assert not second.page.redaction.do.isVisible()


def test_the_second_person_confirms_by_keys_on_the_event(qtbot: QtBot, lab: Lab) -> None:
    here = at_the_event(qtbot, lab, lab.coordinator_2)
    redaction.request_redaction(lab.open, lab.coordinator, the_event(here), WHY, "NAME")
    here.press(Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    here.click(here.kinds.index("Roles changed"))
    assert "Asked by" in says(here)
    here.press(Key.Key_R, CTRL_SHIFT)
    agrees("Seen: it is one", PASSWORD)
    assert not in_files(lab)


def test_who_asked_is_not_offered_to_confirm(qtbot: QtBot, lab: Lab) -> None:
    here = at_the_event(qtbot, lab, lab.coordinator)
    redaction.request_redaction(lab.open, lab.coordinator, the_event(here), WHY, "NAME")
    here.page.opened()
    here.click(here.kinds.index("Roles changed"))
    assert "another coordinator or the auditor has to agree" in says(here)
    assert not here.page.redaction.do.isVisible()
    here.press(Key.Key_R, CTRL_SHIFT)
    assert QApplication.activeModalWidget() is None


def test_an_auditor_does_not_ask_and_is_told_who_can(qtbot: QtBot, lab: Lab) -> None:
    here = at_the_event(qtbot, lab, lab.auditor)
    assert "A coordinator can ask" in says(here)
    assert not here.page.redaction.do.isVisible()
    here.press(Key.Key_R, CTRL_SHIFT)
    assert QApplication.activeModalWidget() is None


def test_what_has_to_stay_says_why_and_offers_nothing(qtbot: QtBot, lab: Lab) -> None:
    here = Auditor(qtbot, lab, lab.coordinator)
    here.click(here.kinds.index("Charter approved"))
    assert says(here).startswith("Never emptied: grades, decisions, signed words")
    assert not here.page.redaction.do.isVisible()


def test_a_reason_that_repeats_a_date_of_birth_is_refused_in_words(qtbot: QtBot, lab: Lab) -> None:
    here = at_the_event(qtbot, lab, lab.coordinator)
    dialog = asks(here)
    dialog.words.setPlainText("born 12.03.1961, see the words")
    QTest.mouseClick(dialog.do, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    (error,) = here.window.findChildren(ErrorDialog)
    assert "seems to name a person" in error.heading.text()
    assert not here.page.waiting.isVisible()


def test_a_request_is_shown_although_the_filter_leaves_its_event_out(qtbot: QtBot, lab: Lab) -> None:
    here = at_the_event(qtbot, lab, lab.coordinator_2)
    seq = the_event(here)
    redaction.request_redaction(lab.open, lab.coordinator, seq, WHY, "NAME")
    here.page.filter.case.setText("S99")
    QTest.keyClick(here.page.filter.case, Key.Key_Return)
    here.page.opened()
    assert here.kinds == []
    QTest.mouseClick(here.page.waiting.looks[0], Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert f"Event {seq}" in "\n".join(label.text() for label in here.page.event_card.findChildren(QLabel) if not label.isHidden())
    assert here.page.redaction.do.isVisible()
