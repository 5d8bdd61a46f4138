"""Words that wrap are seen whole, however narrow their place."""

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from corelab.domain.record_errors import SignInRefusedError
from corelab.ui.cards import EmptyState
from corelab.ui.lock_screen import LockScreen
from corelab.ui.sign_foot import WORDS_MS, SignFoot


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
    QTest.keyClicks(page.password, "x")
    assert not any("password" in label.text() for label in page.findChildren(QLabel) if label.text() != "Password")


def test_the_foot_breaks_what_is_too_long_for_a_line_and_leaves_it_there_longer(qtbot: QtBot) -> None:
    foot = SignFoot("Answered")
    qtbot.addWidget(foot)
    foot.resize(340, 100)
    foot.show()
    qtbot.waitExposed(foot)
    words = "That is the frame without pressure. Go to the one under pressure: Shift+K."
    foot.say(words)
    assert len(foot.words.shown_lines()) == 2
    assert " ".join(foot.words.shown_lines()) == words
    assert 2 * foot.words.fontMetrics().height() <= foot.words.height()
    assert foot._words_gone.interval() > WORDS_MS
    foot.say("There is nothing more.")
    assert foot.words.shown_lines() == ["There is nothing more."]
    assert foot._words_gone.interval() == WORDS_MS


def test_words_longer_than_two_lines_end_in_dots(qtbot: QtBot) -> None:
    foot = SignFoot("Answered")
    qtbot.addWidget(foot)
    foot.resize(200, 100)
    foot.show()
    qtbot.waitExposed(foot)
    foot.say("one two three four five six seven " * 5)
    first, last = foot.words.shown_lines()
    assert first.endswith(("one", "two", "three", "four", "five", "six", "seven"))
    assert last.endswith("\N{HORIZONTAL ELLIPSIS}")
