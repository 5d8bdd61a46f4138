"""Who leaves an exam leaves nothing of it behind in the window: no grade, no word, no picture."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from corelab.domain.adjudication import CaseDraft
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Answer, Cell
from corelab.services.clips import ClipShelf, Frame, ShelfWipedError
from tests.builders import Lab
from tests.gui.adjudicator import Adjudicator
from tests.gui.held import held
from tests.gui.reader import CONTROL, Key, Reader, SlowJobs, at_the_page
from tests.gui.test_clip_player import WaitingJobs


def words(root: QWidget) -> str:
    """What stands in labels, tool tips and names for listeners."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    said = []
    for widget in root.findChildren(QWidget):
        text = getattr(widget, "text", str)
        said += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), text()]
    return "\n".join(said)


def test_a_reading_that_is_left_leaves_no_grade_no_word_and_no_picture(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_2, Key.Key_N, Key.Key_X)
    assert held(reader.page, Reading, Answer)
    assert held(reader.page, QImage, Frame)
    assert "CFV" in words(reader.page)
    reader.page.closing()
    assert "CFV" not in words(reader.page)
    assert held(reader.page, Reading, Answer) == []
    assert held(reader.page, QImage, Frame) == []


def test_what_was_written_in_the_note_cannot_be_undone_into_the_next_exam(reader: Reader) -> None:
    note = reader.page.form.note
    reader.press(Key.Key_N, Key.Key_X, Key.Key_Y, Key.Key_Backspace, Key.Key_Backspace)
    assert note.document().isUndoAvailable()
    reader.page.closing()
    assert not note.document().isUndoAvailable()
    note.undo()
    assert note.toPlainText() == ""


def test_a_reading_comes_back_whole_after_it_was_left(reader: Reader) -> None:
    reader.press(Key.Key_1)
    before = words(reader.page.form)
    reader.page.closing()
    assert words(reader.page.form) != before
    reader.page.opened(None)
    reader.page.form.foot.words.clear()
    assert "1 of 4" in words(reader.page.form)
    assert "R CFV" in words(reader.page.rail)
    assert not reader.page.viewports.active.view._image.isNull()


def test_a_case_that_is_left_leaves_no_grade_no_word_and_no_picture(adjudicator: Adjudicator) -> None:
    page = adjudicator.page
    assert held(page, CaseDraft, Cell)
    assert held(page, QImage, Frame)
    assert "CFV" in words(page)
    page.closing()
    assert "CFV" not in words(page)
    assert held(page, CaseDraft, Cell) == []
    assert held(page, QImage, Frame) == []


def test_a_small_picture_that_comes_too_late_is_dropped(reading_lab: Lab, qtbot: QtBot) -> None:
    jobs = WaitingJobs()
    with at_the_page(reading_lab, qtbot, jobs) as reader:
        jobs.do_all()
        made: list[str] = []
        reader.page.clips.thumbnails.made.connect(lambda clip, _picture: made.append(clip))
        reader.page.clips.thumbnails.forget()
        reader.page.clips.thumbnails.want(reader.page.clips.exam.clips)
        reader.page.clips.thumbnails.work()
        reader.page.closing()
        jobs.do_all()
        assert made == []
        assert held(reader.page, QImage, Frame) == []


def test_work_that_waited_while_the_exam_was_left_opens_no_file_again(reading_lab: Lab, qtbot: QtBot) -> None:
    with at_the_page(reading_lab, qtbot) as reader:
        clip = reader.page.clips.exam.clips[0]
        shelf = ClipShelf(reading_lab.open, reading_lab.reader_1)
        waiting = shelf.opening(clip)
        shelf.wipe()
        with pytest.raises(ShelfWipedError):
            waiting()
        assert shelf._open == {}
        assert shelf.open(clip).frame(0).index == 0
        shelf.wipe()


def test_what_was_checked_of_a_reading_that_was_left_is_not_told_over_the_next(reader: Reader) -> None:
    jobs = SlowJobs()
    object.__setattr__(reader.page._signing._desk, "jobs", jobs)
    reader.press(Key.Key_Return, modifiers=CONTROL)
    reader.page.closing()
    before = len(reader.page.findChildren(QObject))
    jobs.go_on()
    assert len(reader.page.findChildren(QObject)) == before
