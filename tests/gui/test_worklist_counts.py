"""How far a reading is, on the worklist: what must be answered after the answers so far, details that now apply among it."""

from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.services import reading
from tests.charter_builders import DVT
from tests.gui.exam_labs import a_clip_file
from tests.gui.full_labs import a_full_lab
from tests.gui.reader import CONTROL, Key, Reader, at_the_page
from tests.gui.test_full_reading import PLAIN


def counted(reader: Reader) -> tuple[int, int]:
    row = reading.worklist(reader.lab.open, reader.lab.reader_1).next
    assert row is not None
    return row.answered, row.asked


def test_the_worklist_counts_what_must_be_answered_as_the_page_does(tmp_path: Path, qtbot: QtBot) -> None:
    lab = a_full_lab(tmp_path, DVT, {"FV_MID": [a_clip_file("partial", seed=3)]}, *PLAIN, visit="D10")
    with at_the_page(lab, qtbot) as reader:
        QApplication.processEvents()
        assert counted(reader) == (0, 2)
        reader.press(Key.Key_Space, Key.Key_2)
        assert counted(reader) == (1, 5)
        assert {one.item for one in reader.stored.unanswered} == {"FLOW", "THR", "D_REST", "D_COMP"}
        assert counted(reader) == reader.stored.progress
        reader.press(Key.Key_Z, modifiers=CONTROL)
        assert counted(reader) == (0, 2)
        reader.press(Key.Key_1, Key.Key_1)
        assert counted(reader) == reader.stored.progress == (2, 2)
