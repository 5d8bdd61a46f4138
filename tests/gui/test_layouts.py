"""One to four viewports: where the clips of a segment lie, which of them the keys belong to, and one clock for all in step."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import simplejpeg
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.clip import Clip
from corelab.services import assignment
from corelab.ui.cine import Track
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Layout
from tests.builders import Lab, a_lab
from tests.gui.adjudicator import Adjudicator
from tests.gui.exam_labs import FRAMES, a_clip_file, an_exam_with
from tests.gui.reader import COMP_CFV, SHIFT, Key, Reader, at_the_page
from tests.picture_files import a_picture, encapsulated

KEYS = {Key.Key_F3: Layout.ONE, Key.Key_F4: Layout.TWO, Key.Key_F5: Layout.STACKED, Key.Key_F6: Layout.FOUR}


@pytest.fixture
def many(tmp_path: Path, qtbot: QtBot) -> Iterator[Reader]:
    """Six clips of one segment, the last one longer than the others, and one of another."""
    lab: Lab = a_lab(tmp_path)
    for person in (lab.reader_1, lab.reader_2, lab.adjudicator):
        assert person.account
    clips = [a_clip_file(seed=seed) for seed in range(1, 6)]
    stream = simplejpeg.encode_jpeg(a_picture(1), 90, "RGB", "422")
    longest = encapsulated([stream] * 2 * FRAMES, NumberOfFrames=2 * FRAMES, FrameTime="600")
    an_exam_with(lab, {"CFV": [*clips, longest], "POPV": [a_clip_file("partial", seed=7)]})
    assignment.assign(lab.open, lab.coordinator)
    with at_the_page(lab, qtbot) as somebody:
        yield somebody


def own(reader: Reader) -> tuple[Clip, ...]:
    return reader.page.clips.exam.of(COMP_CFV.segment)


def numbers(reader: Reader) -> list[int]:
    """Which clips of the segment lie in the viewports that can be seen, counted from 1."""
    seen = [viewport.clip for viewport in reader.page.viewports.laid if viewport.isVisible()]
    return [own(reader).index(clip) + 1 for clip in seen if clip is not None]


def at_work(reader: Reader) -> int:
    clip = reader.page.viewports.active.clip
    assert clip is not None
    return own(reader).index(clip) + 1


def place(viewport: Viewport) -> tuple[int, int]:
    return viewport.x(), viewport.y()


@pytest.mark.parametrize(("key", "layout"), KEYS.items())
def test_a_key_lays_the_viewports_out_and_the_series_over_them(many: Reader, key: Qt.Key, layout: Layout) -> None:
    many.press(key)
    assert numbers(many) == list(range(1, layout.count + 1))
    many.page.viewports.grab()
    places = [place(viewport) for viewport in many.page.viewports.laid]
    assert places == sorted(places, key=lambda each: (each[1], each[0]))
    assert len({x for x, _ in places}) == layout.columns
    assert len(set(places)) == layout.count


def test_four_viewports_have_equal_room(many: Reader) -> None:
    many.press(Key.Key_F6)
    many.page.viewports.grab()
    for sizes in zip(*((viewport.width(), viewport.height()) for viewport in many.page.viewports.laid), strict=True):
        assert max(sizes) - min(sizes) <= 1


def test_the_clip_at_work_stays_where_the_layout_changes(many: Reader) -> None:
    many.press(Key.Key_PageDown, Key.Key_PageDown)
    for key in (Key.Key_F6, Key.Key_Tab, Key.Key_Tab, Key.Key_Tab):
        many.press(key)
    before = at_work(many)
    many.press(Key.Key_F4)
    assert at_work(many) == before
    assert before in numbers(many)
    many.press(Key.Key_F3)
    assert numbers(many) == [before]


def test_tab_goes_round_all_viewports_of_the_layout(many: Reader) -> None:
    many.press(Key.Key_F6)
    gone = []
    for _ in range(5):
        many.press(Key.Key_Tab)
        gone.append(at_work(many))
    assert gone == [2, 3, 4, 1, 2]


def test_the_next_clip_is_where_it_lies_already_and_else_comes_in_the_active_viewport(many: Reader) -> None:
    many.press(Key.Key_F4)
    steps = []
    for key in (Key.Key_PageDown, Key.Key_PageDown, Key.Key_PageUp, Key.Key_PageUp):
        many.press(key)
        steps.append((at_work(many), numbers(many)))
    assert steps == [(2, [1, 2]), (3, [1, 3]), (2, [1, 2]), (1, [1, 2])]


def test_a_thumbnail_of_a_clip_on_screen_makes_its_viewport_the_active_one(many: Reader) -> None:
    many.press(Key.Key_F6)
    third = own(many)[2]
    QTest.mouseClick(many.page.rail._thumbnails[third.sha256], Qt.MouseButton.LeftButton)
    assert (at_work(many), numbers(many)) == (3, [1, 2, 3, 4])
    sixth = own(many)[5]
    QTest.mouseClick(many.page.rail._thumbnails[sixth.sha256], Qt.MouseButton.LeftButton)
    assert (at_work(many), numbers(many)) == (6, [1, 2, 6, 4])


def test_a_double_click_shows_one_of_four_large_and_says_the_way_back(many: Reader) -> None:
    many.press(Key.Key_F6)
    second = many.page.viewports.laid[1]
    QTest.mouseDClick(second.view, Qt.MouseButton.LeftButton)
    assert numbers(many) == [2]
    assert second.status._hint == "Double click: back to 2x2"
    many.press(Key.Key_Tab)
    assert numbers(many) == [3]
    QTest.mouseDClick(many.page.viewports.active.view, Qt.MouseButton.LeftButton)
    assert numbers(many) == [1, 2, 3, 4]


def test_shift_and_the_wheel_step_through_the_clips(many: Reader) -> None:
    many.page.viewports.active.view.clip_stepped.emit(1)
    assert at_work(many) == 2


def test_a_segment_with_fewer_clips_says_where_there_are_no_more(many: Reader) -> None:
    many.press(Key.Key_F6)
    many.page.rail.segment_chosen.emit("POPV")
    words = [viewport.view.words for viewport in many.page.viewports.laid]
    assert words == ["", *["No further clip of this segment."] * 3]


def test_no_key_and_no_click_makes_an_empty_viewport_the_active_one(many: Reader) -> None:
    many.press(Key.Key_F6)
    many.page.rail.segment_chosen.emit("POPV")
    viewports = many.page.viewports
    clip = viewports.active.clip
    assert clip is not None
    many.press(Key.Key_Tab)
    assert viewports.active.clip == clip
    QTest.mouseClick(viewports.laid[3].view, Qt.MouseButton.LeftButton)
    assert viewports.active.clip == clip


def test_an_active_viewport_that_became_empty_gives_way_when_another_layout_is_chosen(many: Reader) -> None:
    many.press(Key.Key_F6)
    viewports = many.page.viewports
    viewports.active.show_nothing("")
    many.press(Key.Key_F3)
    assert viewports.active.clip is not None
    assert viewports.active.isVisible()


# ---------------------------------------------------------------- in step


def advance(reader: Reader, ms: float) -> None:
    reader.watch.now += ms
    reader.page.viewports.active.player.cine.advance()


def shown(reader: Reader) -> list[int | None]:
    return [viewport.frame_on_screen for viewport in reader.page.viewports.laid]


def at(reader: Reader, ms: float) -> list[int | None]:
    """The frames of that moment, each by the clip's own times."""
    clips = [viewport.clip for viewport in reader.page.viewports.laid]
    return [Track(clip.timing).frame_at(ms) if clip is not None else None for clip in clips]


def test_four_clips_in_step_follow_one_clock_through_bounce_and_range(many: Reader) -> None:
    many.press(Key.Key_F6, Key.Key_S, Key.Key_Home)
    many.press(Key.Key_Right, Key.Key_BracketLeft, Key.Key_Right, Key.Key_Right, Key.Key_BracketRight, Key.Key_L, Key.Key_Home)
    cine = many.page.viewports.active.player.cine
    first, end = cine.starts_ms[1], cine.starts_ms[4]
    many.press(Key.Key_Space)
    for gone in range(0, round(2.4 * (end - first)), 7):
        advance(many, gone - many.watch.now)
        into = gone % (2 * (end - first))
        place = first + into if into < end - first else end - (into - (end - first)) - 1e-5
        assert shown(many) == at(many, place)


def test_the_longest_of_the_clips_in_step_is_seen_to_its_end(many: Reader) -> None:
    longest = next(clip for clip in own(many) if clip.frames > FRAMES)
    shortest = next(clip for clip in own(many) if clip.frames == FRAMES)
    assert longest.timing.duration_ms > shortest.timing.duration_ms
    many.press(Key.Key_F4)
    for clip in (longest, shortest):
        many.press(Key.Key_Tab)
        QTest.mouseClick(many.page.rail._thumbnails[clip.sha256], Qt.MouseButton.LeftButton)
    assert many.page.viewports.active.clip == shortest
    many.press(Key.Key_S, Key.Key_Home, Key.Key_Space)
    moment = longest.timing.duration_ms - 1
    advance(many, moment)
    assert shown(many) == at(many, moment)
    assert {longest.frames - 1, shortest.frames - 1} == set(shown(many))
    advance(many, 2)
    assert set(shown(many)) == {0}


def test_another_viewport_takes_the_clock_over_while_it_plays(many: Reader) -> None:
    many.press(Key.Key_F4, Key.Key_S, Key.Key_Home, Key.Key_Space)
    advance(many, 60)
    assert shown(many) == at(many, 60)
    many.press(Key.Key_Tab)
    assert many.page.viewports.active.player.cine.playing
    advance(many, 70)
    assert shown(many) == at(many, 130)
    assert [viewport.status._hint for viewport in many.page.viewports.laid] == ["In step", "In step"]


def test_one_that_is_let_go_stays_where_it_is(many: Reader) -> None:
    many.press(Key.Key_F4, Key.Key_S, Key.Key_End)
    let_go = shown(many)[1]
    many.press(Key.Key_S, Key.Key_Home)
    assert shown(many) == [0, let_go]
    assert let_go != 0


# ---------------------------------------------------------------- adjudication


def test_each_reads_frame_is_one_key_away_in_every_layout(adjudicator: Adjudicator) -> None:
    viewports = adjudicator.page.viewports
    a, b = adjudicator.frames()
    for key in (Key.Key_F3, Key.Key_F5, Key.Key_F6):
        adjudicator.press(key, Key.Key_End)
        for letter, frame, viewport in ((Key.Key_A, a, viewports.all[0]), (Key.Key_B, b, viewports.all[1])):
            adjudicator.press(letter, modifiers=SHIFT)
            assert viewports.active is viewport
            assert viewport.isVisible()
            assert viewport.frame_on_screen == frame


def test_four_viewports_of_a_case_keep_both_reads_and_show_other_clips_beside(adjudicator: Adjudicator) -> None:
    adjudicator.press(Key.Key_F6)
    both = [viewport.clip for viewport in adjudicator.page.viewports.laid[:2]]
    assert both[0] == both[1]
    beside = [viewport.clip for viewport in adjudicator.page.viewports.laid[2:]]
    assert both[0] not in beside
