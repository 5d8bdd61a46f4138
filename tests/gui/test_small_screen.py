"""On a small screen, 1066 x 666 logical pixels, every word can be read and nothing lies outside the window."""

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.ui.fields import ElidedBox
from corelab.ui.form_parts import Choice, Folded, FoldedQuestion, OptionButton
from corelab.ui.intake_page import IntakePage
from corelab.ui.viewport import STATUS_HEIGHT
from tests.gui.adjudicator import Adjudicator
from tests.gui.desktop import Desktop
from tests.gui.reader import Key

SMALL = QSize(1066, 666)


@pytest.mark.parametrize("user", ["administrator", "coordinator-1", "reader-1", "auditor-1"])
def test_every_page_fits(desktop: Desktop, user: str) -> None:
    desktop.sign_in(user)
    desktop.window.resize(SMALL)
    for number in range(1, 10):
        desktop.window._on_screen(f"Ctrl+{number}")
        page = desktop.window.current
        assert page is not None
        page.headline.emit("Pixel check", "DEMO-003 BL, clip 2 of an exam with a long name")
        QApplication.processEvents()
        least = desktop.window.minimumSizeHint()
        assert (least.width() <= SMALL.width(), least.height() <= SMALL.height()) == (True, True), (page.name, least)


@pytest.mark.parametrize("key", [Key.Key_F5, Key.Key_F6])
def test_viewports_above_each_other_need_hardly_more_room_than_one(adjudicator: Adjudicator, key: Qt.Key) -> None:
    adjudicator.press(Key.Key_F3)
    one = adjudicator.page.minimumSizeHint().height()
    adjudicator.press(key)
    assert adjudicator.page.minimumSizeHint().height() <= one + 2 * STATUS_HEIGHT + 48


def test_an_option_goes_on_in_a_second_line_where_it_must(qtbot: QtBot) -> None:
    button = OptionButton(Choice(1, "Full: walls meet under light pressure", 0, ranked=True))
    qtbot.addWidget(button)
    button.resize(360, 30)
    button.show()
    one_line = button.height()
    button.resize(230, button.height())
    assert button.height() > one_line
    button.resize(360, button.height())
    assert button.height() == one_line


def test_a_folded_question_goes_on_in_a_second_line_where_it_must(qtbot: QtBot) -> None:
    row = FoldedQuestion(Folded("Is the image quality sufficient?", "Diagnostic", 0, ranked=False, preset=True))
    qtbot.addWidget(row)
    row.resize(500, 30)
    row.show()
    one_line = row.height()
    row.resize(260, row.height())
    assert row.height() > one_line


def test_the_options_of_an_own_grade_lie_inside_their_card(adjudicator: Adjudicator) -> None:
    adjudicator.page.resize(1066, 618)
    QApplication.processEvents()
    options = [each for each in adjudicator.page.own.findChildren(OptionButton) if each.isVisible()]
    assert len(options) == 4
    card = adjudicator.page.own.rect()
    assert all(card.contains(each.rect().translated(each.mapTo(adjudicator.page.own, each.rect().topLeft()))) for each in options)


def test_a_long_visit_ends_in_dots_and_says_all_in_its_tool_tip(qtbot: QtBot) -> None:
    box = ElidedBox()
    qtbot.addWidget(box)
    box.addItem("BL  Baseline, before treatment")
    box.resize(160, 36)
    box.show()
    assert box.shown_words.endswith("\u2026")
    assert box.toolTip() == "BL  Baseline, before treatment"
    box.resize(400, 36)
    assert box.shown_words == box.currentText()


def test_what_a_clip_waits_for_is_short_enough_for_its_column(desktop: Desktop) -> None:
    desktop.sign_in("coordinator-1")
    desktop.window.resize(SMALL)
    desktop.window.open_page("intake")
    page = desktop.window.current
    assert isinstance(page, IntakePage)
    page.rows.setVisible(True)
    QApplication.processEvents()
    room = page.rows.columnWidth(9) - 28
    assert page.rows.fontMetrics().horizontalAdvance("Nothing: released") + 18 < room
