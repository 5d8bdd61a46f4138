"""Words that wrap are seen whole, however narrow their place."""

from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from corelab.domain.record_errors import SignInRefusedError
from corelab.ui.cards import EmptyState
from corelab.ui.lock_screen import LockScreen


def _cut(page: QWidget) -> list[str]:
    labels = [label for label in page.findChildren(QLabel) if label.isVisible() and label.text()]
    return [label.text() for label in labels if label.wordWrap() and label.height() < label.heightForWidth(label.width())]


def test_an_empty_page_shows_all_of_what_to_do_next(qtbot: QtBot) -> None:
    page = EmptyState()
    qtbot.addWidget(page)
    page.resize(620, 300)
    page.show_words("No clip waits.", "Type the subject, choose the visit, then take in what the site sent: files, a folder or a ZIP.")
    page.show()
    qtbot.waitExposed(page)
    assert _cut(page) == []


def test_a_refused_password_leaves_the_field_of_the_lock_screen_whole(qtbot: QtBot) -> None:
    page = LockScreen("Reader one")
    qtbot.addWidget(page)
    page.resize(1280, 800)
    page.show()
    qtbot.waitExposed(page)
    before = page.password.height()
    page.refuse(SignInRefusedError())
    qtbot.wait(50)
    assert page.password.height() == before
    assert _cut(page) == []
