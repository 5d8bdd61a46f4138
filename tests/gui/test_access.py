"""Every page can be used without a mouse, by people who hear it read out, and keeps what its keys promise."""

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QWidget

from corelab.services import accounts
from corelab.ui.buttons import Pill
from corelab.ui.commands import ACTIONS, BoundAction
from corelab.ui.desk import Desk
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.pages import PAGES
from tests.gui.desktop import PASSWORD, Desktop

USERS = ("administrator", "coordinator-1", "reader-1", "adjudicator-1", "auditor-1")
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QPlainTextEdit)


def spoken(widget: QWidget) -> str:
    return widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")


@pytest.mark.parametrize("user", USERS)
def test_every_control_of_every_page_has_a_name(desktop: Desktop, user: str) -> None:
    desktop.sign_in(user)
    for entry in desktop.window._entries:
        if not entry.listed:
            continue
        desktop.window.open_page(entry.name)
        page = desktop.window.current
        assert page is not None
        assert page.accessibleName()
        controls = [each for each in page.findChildren(QWidget) if isinstance(each, CONTROLS) and each.isVisible()]
        nameless = [each for each in controls if each.focusPolicy() != Qt.FocusPolicy.NoFocus and not spoken(each)]
        assert not nameless, (entry.name, nameless)


@pytest.mark.parametrize(("user", "page"), [("administrator", "people"), ("coordinator-1", "intake"), ("coordinator-1", "overview")])
def test_tab_reaches_every_control(desktop: Desktop, user: str, page: str) -> None:
    desktop.sign_in(user)
    desktop.window.open_page(page)
    shown = desktop.window.current
    assert shown is not None
    wanted = {
        each
        for each in shown.findChildren(QWidget)
        if isinstance(each, CONTROLS) and each.isVisible() and each.isEnabled() and each.focusPolicy() & Qt.FocusPolicy.TabFocus
    }
    reached = set()
    for _ in range(4 * len(wanted) + 40):
        desktop.press(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        if focus is not None:
            reached.add(focus)
    # Of a choice in a row Tab reaches one, arrows go to the others.
    rows = {each.parent() for each in reached if isinstance(each, Pill)}
    missed = [each for each in wanted - reached if not (isinstance(each, Pill) and each.parent() in rows)]
    assert not missed, [spoken(each) for each in missed]


def test_arrows_go_from_one_choice_of_a_row_to_the_next(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    desktop.window.open_page("intake")
    shown = desktop.window.current
    assert shown is not None
    pills = [each for each in shown.findChildren(Pill) if each.isVisible() and each.text() in {"Clip", "Exam", "Take in"}]
    chosen = next(each for each in pills if each.isChecked())
    chosen.setFocus()
    seen = {chosen.text()}
    for _ in pills:
        desktop.press(Qt.Key.Key_Left)
        seen |= {each.text() for each in pills if each.isChecked() and each.hasFocus()}
    assert seen == {"Clip", "Exam", "Take in"}


def test_every_action_of_the_table_does_something_somewhere(desktop: Desktop) -> None:
    bound = {each.command for each in desktop.window.actions() if isinstance(each, BoundAction)}
    for user in USERS:
        session = accounts.sign_in(desktop.lab, user, PASSWORD)
        desk = Desk(desktop.lab, session, ImmediateJobs())
        for entry in PAGES:
            page = entry.make(desk)
            desktop.qtbot.addWidget(page)
            bound |= {each.command for each in page.findChildren(BoundAction)}
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert {row.id for row in ACTIONS} == bound
