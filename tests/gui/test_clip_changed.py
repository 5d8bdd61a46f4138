"""A clip whose file is not the released one is never shown, and the reader is told in words."""

import pytest
from pytestqt.qtbot import QtBot

from corelab.services import reading
from tests.builders import Lab
from tests.gui.reader import Key, at_the_page


@pytest.fixture
def damaged(reading_lab: Lab) -> Lab:
    """One byte of every clip file is another."""
    for place in reading_lab.open.clips.rglob("*.dcm"):
        content = bytearray(place.read_bytes())
        content[len(content) // 2] ^= 1
        place.chmod(0o644)
        place.write_bytes(content)
    return reading_lab


def test_p11_44_a_changed_clip_is_not_shown_and_the_reader_is_told(damaged: Lab, qtbot: QtBot) -> None:
    with at_the_page(damaged, qtbot) as reader:
        view = reader.page.viewports.active.view
        assert view._message.startswith("A clip is not the file that was released.")
        assert "Your answers are kept." in view._message
        assert view.frame is None


def test_p11_44_no_question_is_answered_from_a_changed_clip(damaged: Lab, qtbot: QtBot) -> None:
    with at_the_page(damaged, qtbot) as reader:
        reader.press(Key.Key_1, Key.Key_1)
        assert reader.grading.reading.progress == (0, 4)
        assert not any(words.startswith("Saved ") for words in reader.saved)
        assert reading.worklist(damaged.open, damaged.reader_1).next is not None
