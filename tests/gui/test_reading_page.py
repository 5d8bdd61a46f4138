"""The reading page by keys and mouse: moving images, calipers, grades."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.vocabulary import Binding
from tests.gui.exam_labs import FRAMES
from tests.gui.exams import a_cell
from tests.gui.reader import COMP_CFV, CONTROL, Key, Reader


def grabbed(reader: Reader) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    view = reader.page.viewports.active.view
    image = view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    left, top, width, height = view.placement.rect
    return pixels[top : top + height, left : left + width, :3].copy()


# ---------------------------------------------------------------- the moving image


def test_the_first_clip_of_the_first_open_segment_plays_on_opening(reader: Reader) -> None:
    viewport = reader.page.viewports.active
    assert viewport.clip is not None
    assert viewport.clip.segment == "CFV"
    assert viewport.player.cine.playing
    assert viewport.status.words[:2] == ("Clip 1 of 2", f"Frame 1 of {FRAMES}")


def test_the_painted_pixels_are_the_decoded_ones_at_three_instants_of_play(reader: Reader) -> None:
    reader.press(Key.Key_Z)
    viewport = reader.page.viewports.active
    assert viewport.view.zoom == 1.0
    source = viewport.player._source
    assert source is not None
    for frame in (0, 3, FRAMES - 1):
        reader.watch.now = frame * viewport.player.cine.duration_ms / FRAMES + 1
        viewport.player.cine.advance()
        decoded = source.frame(frame)
        expected = np.frombuffer(decoded.pixels, np.uint8).reshape(decoded.height, decoded.width, 4)[..., :3]
        assert viewport.frame_on_screen == frame
        assert np.array_equal(grabbed(reader), expected)


def test_space_stops_arrows_step_and_home_goes_back(reader: Reader) -> None:
    cine = reader.page.viewports.active.player.cine
    reader.press(Key.Key_Space)
    assert not cine.playing
    reader.press(Key.Key_Right, Key.Key_Right, Key.Key_Left)
    assert reader.page.viewports.active.frame_on_screen == 1
    reader.press(Key.Key_End)
    assert reader.page.viewports.active.frame_on_screen == FRAMES - 1
    reader.press(Key.Key_Home)
    assert reader.page.viewports.active.frame_on_screen == 0


def test_plus_and_minus_zoom_about_the_middle(reader: Reader) -> None:
    view = reader.page.viewports.active.view
    fitted = view.zoom
    reader.press(Key.Key_Plus, Key.Key_Plus)
    assert view.zoom > fitted
    reader.press(Key.Key_Minus, Key.Key_Minus)
    assert abs(view.zoom - fitted) < 1e-6


def test_page_down_plays_the_next_clip_of_the_segment(reader: Reader) -> None:
    reader.press(Key.Key_PageDown)
    assert reader.page.viewports.active.status.words[0] == "Clip 2 of 2"
    reader.press(Key.Key_PageDown)
    assert "last clip" in reader.page.form.foot.words.text()


def test_a_thumbnail_brings_its_clip_on_screen(reader: Reader, qtbot: QtBot) -> None:
    second = reader.page.clips.exam.of(COMP_CFV.segment)[1]
    thumbnail = reader.page.rail._thumbnails[second.sha256]
    with qtbot.waitSignal(thumbnail.wanted):
        thumbnail.repaint()
    assert not thumbnail._picture.isNull()
    QTest.mouseClick(thumbnail, Qt.MouseButton.LeftButton)
    assert reader.page.viewports.active.clip == second


def test_a_clip_seen_to_its_end_is_ticked_and_that_is_kept(reader: Reader) -> None:
    reader.play_to_the_end()
    clip = reader.page.viewports.active.clip
    assert clip is not None
    assert "seen" in reader.page.rail._thumbnails[clip.sha256].accessibleName()
    assert reader.stored.played[clip.sha256] == frozenset(range(FRAMES))


def test_two_viewports_show_two_clips_and_tab_changes_between_them(reader: Reader) -> None:
    reader.press(Key.Key_F4)
    both = reader.page.viewports.laid
    assert [viewport.clip for viewport in both] == list(reader.page.clips.exam.of(COMP_CFV.segment))
    reader.press(Key.Key_Tab)
    assert reader.page.viewports.active is both[1]
    reader.press(Key.Key_F3)
    assert not both[0].isVisible()


def test_a_caliper_gives_millimetres_in_the_status_line(reader: Reader) -> None:
    viewport = reader.page.viewports.active
    clip = viewport.clip
    assert clip is not None
    x0, y0, x1, y1 = next(region.box for region in clip.regions if region.usable)
    middle = (x0 + x1) / 2
    reader.press(Key.Key_M)
    for y in (y0 + 10, y1 - 10):
        at = viewport.view.placement.to_view(middle, y)
        QTest.mouseClick(viewport.view, Qt.MouseButton.LeftButton, pos=QPoint(round(at[0]), round(at[1])))
    value, in_hand = viewport.status.words[-2:]
    assert value.endswith(" mm")
    assert in_hand == "Caliper: Esc leaves"


# ---------------------------------------------------------------- grading


def test_a_digit_answers_goes_on_and_is_saved(reader: Reader) -> None:
    reader.press(Key.Key_1)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"
    assert reader.grading.cell == a_cell("CFV", "FLOW")
    assert reader.saved[-1].startswith("Saved ")
    assert reader.page.form.foot.words.text() == "R CFV: compressibility full - Ctrl+Z"


def test_the_frame_on_screen_is_bound_to_the_answer(reader: Reader) -> None:
    reader.press(Key.Key_Space, Key.Key_Right, Key.Key_Right, Key.Key_1)
    (evidence,) = reader.stored.answers[COMP_CFV].evidence
    assert (evidence.frame_a, evidence.bound) == (2, Binding.AUTO)


def test_an_abnormal_grade_asks_for_its_frame_right_there(reader: Reader) -> None:
    reader.press(Key.Key_2)
    assert "mark its frame: K" in reader.page.form.foot.words.text()
    assert "Mark the frame that shows it" in reader.page.form.questions.texts
    reader.press(Key.Key_Space, Key.Key_Right, Key.Key_K)
    (evidence,) = reader.stored.answers[COMP_CFV].evidence
    assert (evidence.frame_a, evidence.bound) == (1, Binding.MARKED)
    assert "Mark the frame that shows it" not in reader.page.form.questions.texts


def test_nine_then_a_digit_says_why_it_is_not_evaluable(reader: Reader) -> None:
    reader.press(Key.Key_9)
    assert "Why is it not evaluable?" in reader.page.form.questions.texts
    reader.press(Key.Key_2)
    assert reader.stored.answers[COMP_CFV].grade.reason == "WINDOW"


def test_undo_takes_the_answer_back_on_screen_and_in_the_lab(reader: Reader) -> None:
    reader.press(Key.Key_1)
    reader.press(Key.Key_Z, modifiers=CONTROL)
    assert COMP_CFV not in reader.stored.answers
    assert reader.grading.cell == COMP_CFV
    reader.press(Key.Key_Y, modifiers=CONTROL)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_zero_clears_the_answer(reader: Reader) -> None:
    reader.press(Key.Key_1, Key.Key_0)
    assert COMP_CFV not in reader.stored.answers


def test_a_click_on_an_option_answers_too(reader: Reader) -> None:
    reader.page.form.picked.emit(1)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


def test_digits_typed_into_the_note_are_words(reader: Reader) -> None:
    reader.press(Key.Key_N)
    reader.press(Key.Key_1, Key.Key_2)
    assert reader.grading.reading.note == "12"
    assert COMP_CFV not in reader.grading.reading.answers
    assert reader.saved[-1] == "Not saved yet"
    reader.press(Key.Key_Escape)
    assert reader.stored.note == "12"
    assert reader.saved[-1].startswith("Saved ")


def test_up_and_down_change_the_segment_and_one_not_imaged_says_so(reader: Reader) -> None:
    reader.press(Key.Key_Up)
    assert reader.grading.segment == "EIV"
    assert any(text.startswith("Not imaged: Segment not scanned") for text in reader.page.form.questions.texts)
    assert reader.page.viewports.active.view.words == "No clip of R EIV."
    reader.press(Key.Key_G)
    assert reader.grading.cell == COMP_CFV


def test_a_click_on_the_map_or_the_rail_goes_to_the_segment(reader: Reader) -> None:
    reader.page.form.map.segment_chosen.emit("POPV")
    assert reader.grading.segment == "POPV"
    QTest.mouseClick(reader.page.rail._rows[COMP_CFV.segment], Qt.MouseButton.LeftButton)
    assert reader.grading.segment == "CFV"


def test_the_digits_of_the_number_pad_grade_too(reader: Reader) -> None:
    reader.press(Key.Key_1, modifiers=Qt.KeyboardModifier.KeypadModifier)
    assert reader.stored.answers[COMP_CFV].grade.value == "full"


# ---------------------------------------------------------------- the window


def test_a_narrow_window_keeps_half_its_width_for_the_image(reader: Reader) -> None:
    reader.page.resize(1066, 620)
    QApplication.processEvents()
    assert reader.page.rail.width() == 184
    assert reader.page.form.width() == 296
    assert reader.page.viewports.width() >= 1066 / 2
