"""Measuring at the reading page by real clicks and keys: lines, areas, spectral strips; kept, picked, moved, deleted, signed."""

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from corelab.domain.clip import Clip, Region, RegionKind
from corelab.domain.measurement import MOST, Measurement, Quantity
from corelab.services import assignment
from corelab.services.inspection import measure
from corelab.ui.clip_view import ClipView
from corelab.ui.viewport import Viewport
from tests.builders import a_lab
from tests.charter_builders import DVT
from tests.gui.exam_labs import a_clip_file, an_exam_with
from tests.gui.exams import a_cell
from tests.gui.full_labs import a_full_lab
from tests.gui.reader import CONTROL, SHIFT, Key, Reader, at_the_page

ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier
PLAIN = (("min_seconds = 60", "min_seconds = 0"), ('unplayed_clips = "soft"', 'unplayed_clips = "off"'))


def uncalibrated(data: bytes) -> bytes:
    header = pydicom.dcmread(BytesIO(data))
    del header[0x00186011]
    out = BytesIO()
    header.save_as(out)
    return out.getvalue()


AtClips = Callable[..., Reader]


@pytest.fixture
def at_clips(tmp_path: Path, qtbot: QtBot) -> Iterator[AtClips]:
    """The reading page of an exam with these clips of one segment."""
    opened = []

    def begin(*files: bytes) -> Reader:
        lab = a_lab(tmp_path)
        for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
            assert person.account
        an_exam_with(lab, {"CFV": list(files)})
        assignment.assign(lab.open, lab.coordinator)
        page = at_the_page(lab, qtbot)
        opened.append(page)
        reader = page.__enter__()
        QApplication.processEvents()  # keys find the page once its window is the active one
        reader.press(Key.Key_Space)
        return reader

    yield begin
    for page in opened:
        page.__exit__(None, None, None)


@pytest.fixture
def reader(at_clips: AtClips) -> Reader:
    """A clip of tissue stands still."""
    return at_clips(a_clip_file(seed=1))


@pytest.fixture
def leg(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    lab = a_full_lab(tmp_path, DVT, {"FV_MID": [a_clip_file("partial", seed=3)]}, *PLAIN, visit="D10")
    with at_the_page(lab, qtbot) as somebody:
        QApplication.processEvents()
        somebody.press(Key.Key_Space)
        yield somebody


def viewport(reader: Reader) -> Viewport:
    return reader.page.viewports.active


def on_screen(view: ClipView, x: float, y: float) -> QPointF:
    """The logical point of the view over this point of the image, counted from the centre of its first pixel."""
    at = view.placement.to_view(x + 0.5, y + 0.5)
    return QPointF(*at) / view.devicePixelRatioF()


def sent(view: ClipView, kind: QMouseEvent.Type, at: QPointF, *, down: bool) -> None:
    button = Qt.MouseButton.LeftButton
    held = button if down else Qt.MouseButton.NoButton
    pressed = Qt.MouseButton.NoButton if kind is QMouseEvent.Type.MouseMove else button
    QApplication.sendEvent(view, QMouseEvent(kind, at, view.mapToGlobal(at), pressed, held, NONE))


def click(reader: Reader, *points: tuple[float, float]) -> None:
    """Real presses and releases, at fractions of a logical pixel as a fine pointer gives them."""
    view = viewport(reader).view
    for x, y in points:
        at = on_screen(view, x, y)
        sent(view, QMouseEvent.Type.MouseMove, at, down=False)
        sent(view, QMouseEvent.Type.MouseButtonPress, at, down=True)
        sent(view, QMouseEvent.Type.MouseButtonRelease, at, down=False)


def drag(reader: Reader, start: tuple[float, float], end: tuple[float, float]) -> None:
    view = viewport(reader).view
    first, last = on_screen(view, *start), on_screen(view, *end)
    sent(view, QMouseEvent.Type.MouseButtonPress, first, down=True)
    for step in range(1, 5):
        sent(view, QMouseEvent.Type.MouseMove, first + (last - first) * step / 4, down=True)
    sent(view, QMouseEvent.Type.MouseButtonRelease, last, down=False)


def double_click(reader: Reader, x: float, y: float) -> None:
    click(reader, (x, y))
    sent(viewport(reader).view, QMouseEvent.Type.MouseButtonDblClick, on_screen(viewport(reader).view, x, y), down=True)


def kept(reader: Reader) -> tuple[Measurement, ...]:
    """What the lab holds."""
    return reader.stored.measurements


def values(reader: Reader) -> list[tuple[Quantity, str]]:
    return [(one.quantity, one.value) for one in kept(reader)]


def words(reader: Reader) -> str:
    return " | ".join(viewport(reader).status.words)


def region(reader: Reader, kind: RegionKind) -> Region:
    clip = viewport(reader).clip
    assert clip is not None
    return next(one for one in clip.regions if one.kind is kind)


def the_file(reader: Reader, clip: Clip) -> Path:
    return next(file for file in Path(reader.lab.open.clips).rglob("*") if clip.sha256 in file.name)


# ---------------------------------------------------------------- lines


def test_a_line_that_no_question_asked_for_is_kept_as_inspect_measures_it(reader: Reader) -> None:
    clip = viewport(reader).clip
    assert clip is not None
    reader.press(Key.Key_Right, Key.Key_Right, Key.Key_M)
    click(reader, (100, 60), (140, 120))
    (one,) = kept(reader)
    assert (one.clip, one.frame, one.quantity, one.region) == (clip.sha256, 2, Quantity.LENGTH, 0)
    found = measure(the_file(reader, clip), *((x / 100, y / 100) for x, y in one.points), frame=2)
    assert found == {"length_mm": float(one.value), "region": 0}
    assert f"{one.value} mm" in words(reader)


def test_a_value_stands_in_the_status_line_of_its_own_frame_only(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (140, 120))
    (one,) = kept(reader)
    assert f"{one.value} mm" in words(reader)
    reader.press(Key.Key_Right)
    assert f"{one.value} mm" not in words(reader)
    reader.press(Key.Key_Left)
    assert f"{one.value} mm" in words(reader)
    reader.press(Key.Key_I)
    assert f"{one.value} mm" not in words(reader)
    assert viewport(reader).view.strokes.shapes == ()


def test_what_is_in_hand_is_said_until_it_is_put_away_also_beside_values_and_refusals(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (140, 120))
    assert "Caliper: Esc leaves" in words(reader)
    click(reader, (100, 60), (100, 60))
    assert "nothing is measured" in words(reader)
    assert "Caliper: Esc leaves" in words(reader)
    reader.press(Key.Key_Escape)
    assert "Esc leaves" not in words(reader)


def test_the_line_under_the_hand_says_what_it_measures(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60))
    sent(viewport(reader).view, QMouseEvent.Type.MouseMove, on_screen(viewport(reader).view, 140, 120), down=False)
    live = viewport(reader).status.words[-1]
    click(reader, (140, 120))
    assert live == f"{kept(reader)[0].value} mm"


@pytest.mark.parametrize("keys", [(), (Key.Key_Plus,) * 9, (Key.Key_Minus,) * 5])
def test_points_are_exact_to_a_pixel_at_every_zoom(reader: Reader, keys: tuple[Qt.Key, ...]) -> None:
    reader.press(*keys, Key.Key_M)
    click(reader, (150, 110), (170, 130))
    (one,) = kept(reader)
    (x0, y0), (x1, y1) = one.points
    assert max(abs(x0 - 15000), abs(y0 - 11000), abs(x1 - 17000), abs(y1 - 13000)) <= 100


def test_two_clicks_on_one_point_measure_nothing(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 60))
    assert kept(reader) == ()
    assert "nothing is measured" in words(reader)


def test_a_line_out_of_the_region_is_refused_in_words(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (2, 2), (140, 120))
    assert kept(reader) == ()
    assert "outside the calibrated regions" in words(reader)


def test_no_more_are_kept_than_there_is_room_for(reader: Reader) -> None:
    reader.press(Key.Key_M)
    for n in range(MOST):
        click(reader, (100, 60), (140, 80 + n))
    assert len(kept(reader)) == MOST
    click(reader, (100, 60), (120, 60))
    assert len(kept(reader)) == MOST
    assert "delete it (Del) first" in words(reader)


# ---------------------------------------------------------------- areas


def test_an_area_is_clicked_and_closed_by_enter(reader: Reader) -> None:
    reader.press(Key.Key_A)
    click(reader, (100, 60), (140, 60), (140, 100), (100, 100))
    assert kept(reader) == ()
    reader.press(Key.Key_Return)
    (one,) = kept(reader)
    clip = viewport(reader).clip
    assert clip is not None
    assert (one.quantity, len(one.points), one.unit) == (Quantity.AREA, 4, "mm2")
    assert measure(the_file(reader, clip), *((x / 100, y / 100) for x, y in one.points))["area_mm2"] == float(one.value)
    assert f"{one.value} mm²" in words(reader)


def test_an_area_is_closed_by_a_double_click_that_adds_no_corner(reader: Reader) -> None:
    reader.press(Key.Key_A)
    click(reader, (100, 60), (140, 60))
    double_click(reader, 120, 110)
    assert [len(one.points) for one in kept(reader)] == [3]


def test_enter_with_two_corners_says_what_is_missing(reader: Reader) -> None:
    reader.press(Key.Key_A)
    click(reader, (100, 60), (140, 60))
    reader.press(Key.Key_Return)
    assert "An outline needs three points" in words(reader)


def test_an_outline_that_crosses_itself_is_refused(reader: Reader) -> None:
    reader.press(Key.Key_A)
    click(reader, (100, 60), (140, 100), (140, 60), (100, 100))
    reader.press(Key.Key_Return)
    assert kept(reader) == ()
    assert "crosses itself" in words(reader)


# ---------------------------------------------------------------- spectral strips


def test_a_strip_gives_seconds_across_and_cm_per_s_down(at_clips: AtClips) -> None:
    reader = at_clips(a_clip_file("spectral_reflux", seed=4))
    x0, y0, x1, y1 = region(reader, RegionKind.SPECTRAL).box
    spot = region(reader, RegionKind.SPECTRAL)
    middle = (y0 + y1) // 2
    reader.press(Key.Key_T)
    click(reader, (x0 + 20, middle), (x0 + 70, middle))
    click(reader, (x0 + 20, y0 + 10), (x0 + 20, y0 + 30))
    across, down = kept(reader)
    assert (across.quantity, down.quantity) == (Quantity.DURATION, Quantity.VELOCITY)
    assert abs(float(across.value) - 50 * abs(spot.dx)) <= 2 * abs(spot.dx)
    assert abs(float(down.value) - 20 * abs(spot.dy)) <= 2 * abs(spot.dy)
    clip = viewport(reader).clip
    assert clip is not None
    said = measure(the_file(reader, clip), *((x / 100, y / 100) for x, y in across.points))
    assert said["seconds"] == float(across.value)
    del x1


def test_t_on_tissue_and_on_a_clip_without_a_strip_say_why_not(at_clips: AtClips) -> None:
    reader = at_clips(a_clip_file(seed=1))
    reader.press(Key.Key_T)
    assert "no spectral strip" in words(reader)
    assert not viewport(reader).view.measuring


def test_an_area_across_a_spectral_strip_is_refused(at_clips: AtClips) -> None:
    reader = at_clips(a_clip_file("spectral_reflux", seed=4))
    x0, y0, _, _ = region(reader, RegionKind.SPECTRAL).box
    reader.press(Key.Key_A)
    click(reader, (x0 + 10, y0 + 10), (x0 + 30, y0 + 10), (x0 + 30, y0 + 30))
    reader.press(Key.Key_Return)
    assert "not on the spectral strip" in words(reader)


# ---------------------------------------------------------------- without calibration


def test_two_lines_without_calibration_give_a_ratio_that_says_so(at_clips: AtClips) -> None:
    reader = at_clips(uncalibrated(a_clip_file(seed=1)))
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 160))
    assert "draw a second line" in words(reader)
    assert kept(reader) == ()
    click(reader, (150, 60), (150, 110))
    (one,) = kept(reader)
    assert (one.quantity, one.region, one.spacing, one.unit) == (Quantity.RATIO, None, None, "percent")
    assert abs(float(one.value) - 50) < 1.5
    assert f"Ratio {one.value} %, not calibrated" in words(reader)


def test_on_a_side_of_a_pair_no_second_line_is_asked_for(at_clips: AtClips) -> None:
    reader = at_clips(uncalibrated(a_clip_file(seed=1)))
    reader.press(Key.Key_1, Key.Key_K, Key.Key_Right)
    reader.press(Key.Key_K, modifiers=SHIFT)
    reader.press(Key.Key_P, Key.Key_M)
    click(reader, (160, 100), (160, 140))
    assert "second line" not in words(reader)
    reader.press(Key.Key_M, Key.Key_Tab, Key.Key_M)
    click(reader, (160, 110), (160, 130))
    assert "Residual 50 % (of pixels: this clip is not calibrated)" in reader.page.strip.found.words
    reader.press(Key.Key_Escape, Key.Key_P, Key.Key_M)
    click(reader, (100, 60), (100, 160))
    assert "second line" in words(reader)


# ---------------------------------------------------------------- picking, moving, deleting


def test_an_end_is_dragged_and_the_value_follows(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100))
    reader.press(Key.Key_Escape)
    before = kept(reader)[0]
    drag(reader, (100, 100), (100, 140))
    (after,) = kept(reader)
    assert after.points[0] == before.points[0]
    assert abs(after.points[1][1] - before.points[1][1] - 4000) <= 100
    assert abs(float(after.value) - 2 * float(before.value)) < 0.3


def test_h_picks_points_and_alt_arrows_move_them_by_one_pixel(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100))
    (before,) = kept(reader)
    reader.press(Key.Key_H, Key.Key_H)
    assert "Alt+arrows" in words(reader)
    reader.press(Key.Key_Right, modifiers=ALT)
    reader.press(Key.Key_Down, Key.Key_Down, modifiers=ALT)
    (x, y) = before.points[1]
    assert reader.grading.reading.measurements[0].points == (before.points[0], (x + 100, y + 200))
    assert viewport(reader).frame_on_screen == 0
    reader.press(Key.Key_H, modifiers=SHIFT)
    reader.press(Key.Key_Left, modifiers=ALT)
    (x0, y0) = before.points[0]
    assert reader.grading.reading.measurements[0].points == ((x0 - 100, y0), (x + 100, y + 200))


def test_a_point_that_is_nudged_is_kept_when_the_hand_rests(reader: Reader, qtbot: QtBot) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100))
    reader.press(Key.Key_H)
    reader.press(Key.Key_Up, Key.Key_Up, modifiers=ALT)
    qtbot.waitUntil(lambda: kept(reader) == reader.grading.reading.measurements, timeout=60_000)


def test_one_step_takes_back_a_point_that_was_nudged_many_times(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100))
    (before,) = kept(reader)
    reader.press(Key.Key_H)
    reader.press(*(Key.Key_Up,) * 5, modifiers=ALT)
    assert reader.grading.reading.measurements != (before,)
    reader.press(Key.Key_Z, modifiers=CONTROL)
    assert kept(reader) == (before,)


def test_without_a_picked_point_alt_arrows_say_what_to_do(reader: Reader) -> None:
    reader.press(Key.Key_Left, modifiers=ALT)
    assert "Pick a point first" in words(reader)
    reader.press(Key.Key_H)
    assert "Nothing is measured on this frame" in words(reader)


def test_del_deletes_what_is_picked_and_undo_brings_it_back(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100), (150, 60), (150, 100))
    both = kept(reader)
    reader.press(Key.Key_H, Key.Key_Delete)
    assert kept(reader) == both[1:]
    reader.press(Key.Key_Z, modifiers=CONTROL)
    assert kept(reader) == both
    reader.press(Key.Key_Y, modifiers=CONTROL)
    assert kept(reader) == both[1:]


def test_what_undo_brings_back_is_not_what_was_picked(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100), (150, 60), (150, 100))
    both = kept(reader)
    reader.press(Key.Key_H, Key.Key_Delete, Key.Key_H)
    reader.press(Key.Key_Z, modifiers=CONTROL)
    reader.press(Key.Key_Delete)
    assert kept(reader) == both


def test_a_tool_in_hand_brings_what_is_measured_back_to_sight(reader: Reader) -> None:
    reader.press(Key.Key_I, Key.Key_M)
    click(reader, (100, 60), (100, 100))
    assert kept(reader)[0].value in words(reader)
    reader.press(Key.Key_Escape, Key.Key_I, Key.Key_H)
    assert "Alt+arrows" in words(reader)


def test_del_without_a_picked_point_clears_the_answer_as_ever(reader: Reader) -> None:
    reader.press(Key.Key_1)
    reader.press(Key.Key_Delete)
    assert a_cell("CFV", "COMP") not in reader.stored.answers


def test_a_corner_of_an_area_is_moved(reader: Reader) -> None:
    reader.press(Key.Key_A)
    click(reader, (100, 60), (140, 60), (140, 100), (100, 100))
    reader.press(Key.Key_Return, Key.Key_Escape)
    (before,) = kept(reader)
    drag(reader, (140, 100), (160, 120))
    (after,) = kept(reader)
    assert float(after.value) > float(before.value)
    assert [a == b for a, b in zip(before.points, after.points, strict=True)] == [True, True, False, True]


def test_a_move_that_cannot_be_measured_is_refused_and_nothing_changes(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (100, 100))
    reader.press(Key.Key_Escape)
    before = kept(reader)
    drag(reader, (100, 100), (2, 2))
    assert kept(reader) == before
    assert "outside the calibrated regions" in words(reader)


def test_a_double_click_beside_what_is_measured_still_enlarges(reader: Reader) -> None:
    reader.press(Key.Key_F4)
    double_click(reader, 40, 180)
    assert [one.isVisible() for one in reader.page.viewports.all[:2]].count(True) == 1


# ---------------------------------------------------------------- what was measured is there again


def test_it_is_there_again_when_the_reading_is_opened_again(reader: Reader) -> None:
    reader.press(Key.Key_M)
    click(reader, (100, 60), (140, 120))
    (one,) = kept(reader)
    reader.page.closing()
    reader.page.opened(reader.assignment)
    reader.press(Key.Key_Space, Key.Key_Home)
    assert f"{one.value} mm" in words(reader)
    reader.press(Key.Key_H)
    assert "Alt+arrows" in words(reader)


def test_after_the_signature_it_is_shown_and_cannot_be_changed(at_clips: AtClips) -> None:
    reader = at_clips(a_clip_file(seed=1))
    reader.press(Key.Key_M)
    click(reader, (100, 60), (140, 120))
    reader.press(Key.Key_Escape, Key.Key_Space)
    reader.play_to_the_end()
    for _ in reader.grading.reading.unanswered:
        reader.press(Key.Key_1)
    assert reader.grading.reading.unanswered == ()
    before = kept(reader)
    reader.signs()
    reader.press(Key.Key_Home)
    assert f"{before[0].value} mm" in words(reader)
    drag(reader, (140, 120), (150, 140))
    reader.press(Key.Key_H, Key.Key_Delete)
    assert kept(reader) == before
    reader.press(Key.Key_M)
    click(reader, (100, 60), (120, 60))
    assert "Not kept: " in words(reader)
    assert kept(reader) == before


# ---------------------------------------------------------------- calipers of answers


def test_a_moved_caliper_of_an_answer_changes_its_value_and_undo_brings_it_back(leg: Reader) -> None:
    leg.press(Key.Key_2)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_M)
    click(leg, (100, 60), (100, 100))
    leg.press(Key.Key_Escape)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    cell = a_cell("FV_MID", "D_REST")
    before = leg.stored.answers[cell]
    drag(leg, (100, 100), (100, 90))
    after = leg.stored.answers[cell]
    assert float(after.grade.value or 0) < float(before.grade.value or 0)
    assert after.evidence[0].caliper is not None
    assert after.evidence[0].caliper.value == after.grade.value
    assert leg.stored.measurements == ()
    leg.press(Key.Key_Z, modifiers=CONTROL)
    assert leg.stored.answers[cell] == before
    leg.press(Key.Key_Y, modifiers=CONTROL)
    assert leg.stored.answers[cell] == after
    leg.press(Key.Key_H)
    leg.press(Key.Key_Up, modifiers=ALT)
    assert leg.stored.answers[cell].evidence != after.evidence


def test_a_point_moved_after_undo_is_a_step_of_its_own(leg: Reader) -> None:
    leg.press(Key.Key_2)
    leg.page.form.question_chosen.emit(a_cell("FV_MID", "D_REST"))
    leg.press(Key.Key_M)
    click(leg, (100, 60), (100, 100))
    leg.press(Key.Key_Escape)
    cell = a_cell("FV_MID", "D_REST")
    leg.page.form.question_chosen.emit(cell)
    before = leg.stored.answers[cell]
    leg.press(Key.Key_H)
    leg.press(Key.Key_Up, modifiers=ALT)
    leg.press(Key.Key_Z, modifiers=CONTROL)
    leg.press(Key.Key_H)
    leg.press(Key.Key_Up, modifiers=ALT)
    assert leg.stored.answers[cell] != before
    leg.press(Key.Key_Z, modifiers=CONTROL)
    assert leg.stored.answers[cell] == before
