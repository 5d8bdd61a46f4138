"""The trace page: a row typed, its chain with the picture of the frame, back from the frame; and nothing of it for readers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel
from pytestqt.qtbot import QtBot

from corelab.services import assignment, comparison
from corelab.services.accounts import Session
from corelab.ui.application import Doors, Front
from corelab.ui.desk import Desk
from corelab.ui.jobs import ImmediateJobs
from corelab.ui.main_window import MainWindow
from corelab.ui.trace_page import TracePage
from tests.builders import PASSWORD, Lab
from tests.gui.exam_labs import a_clip_file, an_exam_with
from tests.reading_builders import REQUIRED, a_staffed_lab, rows_of, signs

Key = Qt.Key
ROW, BOUND = "S01/D10/CFV/VNCOMPR", 3


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A released exam of two clips: what both readers said is full compressibility, bound to the fourth frame."""
    made = a_staffed_lab(tmp_path)
    an_exam_with(made, {"CFV": [a_clip_file()], "POPV": [a_clip_file(seed=2)]}, required=REQUIRED)
    assignment.assign(made.open, made.coordinator)
    signs(made, made.reader_1)
    signs(made, made.reader_2)
    comparison.release_and_compare(made.open, made.coordinator)
    return made


def window_of(qtbot: QtBot, lab: Lab, session: Session) -> MainWindow:
    window = MainWindow()
    qtbot.addWidget(window)
    window.resize(1600, 1000)
    window.begin(Desk(lab.open, session, ImmediateJobs()))
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return window


def page_of(window: MainWindow) -> TracePage:
    page = window.current
    assert isinstance(page, TracePage)
    return page


def words(page: TracePage) -> str:
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())


def looked_at(lab: Lab) -> int:
    return len([row for row in rows_of(lab, "event") if row["kind"] == "frame.looked_at"])


@pytest.fixture
def traced(qtbot: QtBot, lab: Lab) -> Iterator[TracePage]:
    """The page of an auditor who came from the audit page by its key and typed a row."""
    window = window_of(qtbot, lab, lab.auditor)
    window.open_page("audit")
    QTest.keyClick(window, Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    page = page_of(window)
    assert page.row.hasFocus()
    QTest.keyClicks(page.row, ROW)
    QTest.keyClick(page.row, Key.Key_Return)
    QApplication.processEvents()
    yield page  # the window lives as long as this does
    assert window.current is not None


def test_a_row_shows_its_grade_readings_signatures_and_the_frame(traced: TracePage, lab: Lab) -> None:
    told = words(traced)
    for part in ("Compressibility, Common femoral vein", "Both readings agree", "Reader 1, R", "Reader 2, R", "accepted"):
        assert part in told
    assert told.count("meaning: reading authorship") == 2
    assert traced.view.frame is not None
    assert (traced.view.frame.index, traced.view.frame.width) == (BOUND, 320)
    assert traced.status.text().endswith(f"frame {BOUND + 1}")
    assert looked_at(lab) == 1


def test_the_frame_leads_back_to_all_that_rests_on_it_and_enter_follows_one(traced: TracePage) -> None:
    listed = [(row[0], row[2]) for row in traced.rows.texts()]
    assert [row for row, _ in listed] == [ROW, ROW, "S01/D10/CFV/VNFLOW", "S01/D10/CFV/VNFLOW"]
    assert traced.counted.text() == "2 results, 2 more grades of the readings beside them"
    assert traced.rows.hasFocus()
    traced.rows.choose(2)
    QTest.keyClick(traced.rows, Key.Key_Return)
    QApplication.processEvents()
    assert traced.row.text() == "S01/D10/CFV/VNFLOW"
    assert "Row S01/D10/CFV/VNFLOW" in words(traced)


def test_each_frame_has_a_button_that_is_pressed_without_a_mouse(traced: TracePage, lab: Lab) -> None:
    (buttons,) = traced.chain.frames.values()
    assert len(buttons) == 2
    buttons[1].setFocus()
    QTest.keyClick(buttons[1], Key.Key_Return)
    assert looked_at(lab) == 2
    assert all(button.accessibleName() for button in buttons)


def test_another_row_begins_by_the_key_of_filters_and_an_unknown_one_is_said(traced: TracePage) -> None:
    QTest.keyClick(traced.rows, Key.Key_Slash)
    assert traced.row.hasFocus()
    traced.row.setText("S99/D10/CFV/VNCOMPR")
    QTest.keyClick(traced.row, Key.Key_Return)
    assert "No released result has the name S99/D10/CFV/VNCOMPR." in words(traced)
    assert traced.view.frame is None
    assert not traced.chain.isVisible()


def test_a_clip_that_is_not_what_was_released_is_not_shown(traced: TracePage, lab: Lab) -> None:
    (key,) = traced.chain.frames
    path = lab.open.clips / key[0][:2] / f"{key[0]}.dcm"
    path.chmod(0o644)
    path.write_bytes(a_clip_file(seed=9))
    traced.ask()
    assert traced.view.frame is None
    assert traced.view.words
    assert looked_at(lab) == 1


@pytest.mark.parametrize("who", ["reader_1", "reader_2", "adjudicator", "administrator"])
def test_others_have_no_such_page(qtbot: QtBot, lab: Lab, who: str) -> None:
    window = window_of(qtbot, lab, getattr(lab, who))
    before = window.current
    window.open_page("trace", ROW)
    assert window.current is before
    assert window.findChildren(TracePage) == []


# ---------------------------------------------------------------- opened at a row


def signed_in(qtbot: QtBot, lab: Lab, user: str) -> MainWindow:
    """The window as the command opens it, after this person signed in."""
    window = MainWindow()
    qtbot.addWidget(window)
    front = Front(window, ImmediateJobs(), Doors(lambda _folder: lab.open, None, lambda _folder: None), ("trace", (ROW, None)))
    form = front.ask_sign_in(lab.open)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    QTest.keyClicks(form.user, user)
    QTest.keyClick(form.user, Key.Key_Return)
    QTest.keyClicks(form.password, PASSWORD)
    QTest.keyClick(form.password, Key.Key_Return)
    QApplication.processEvents()
    return window


def test_the_window_opens_at_the_row_for_a_person_with_the_right(qtbot: QtBot, lab: Lab) -> None:
    page = page_of(signed_in(qtbot, lab, "coordinator"))
    assert page.row.text() == ROW
    assert page.view.frame is not None
    assert page.view.frame.index == BOUND


def test_a_reader_who_opens_a_row_is_refused_in_words_and_on_record(qtbot: QtBot, lab: Lab) -> None:
    window = signed_in(qtbot, lab, "reader-1")
    (dialog,) = [one for one in window.findChildren(QDialog) if one.isVisible()]
    told = "\n".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Your role does not allow this" in told
    assert "S01" not in told
    assert window.findChildren(TracePage) == []
    assert [row["reason"] for row in rows_of(lab, "event") if row["kind"] == "command.refused"] == ["role"]
    dialog.accept()
