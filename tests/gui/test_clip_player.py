"""Frames reach the screen when they are due; late ones, and those of a clip that was left, do not."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import pytest
from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from corelab.domain.clip import Clip, Timing, TimingSource
from corelab.domain.vocabulary import SegmentId, Sha256
from corelab.imaging.archive import FolderArchive
from corelab.imaging.header import read_header
from corelab.services.clips import ClipShelf
from corelab.ui.cine import Cine
from corelab.ui.cine_strip import CineStrip
from corelab.ui.clip_player import AT_ONCE, ClipPlayer
from corelab.ui.first_frames import FirstFrames
from corelab.ui.jobs import Failed, ImmediateJobs, Job, ThreadJobs
from corelab.ui.thumbnails import Thumbnails
from corelab.ui.time_line import Handle, StripMark
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Layout, Viewports
from tests.builders import Lab, a_lab
from tests.gui.exam_labs import FRAMES, a_clip_file
from tests.gui.test_cine import FakeStopwatch

T = TypeVar("T")


class WaitingJobs(ImmediateJobs):
    """Pixel work is done when the test says so, the last asked first if it likes."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], object]] = []

    def pixels(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        self.waiting.append(lambda: super(WaitingJobs, self).query(owner, work, done, failed))
        return self.query(owner, lambda: None, lambda _nothing: None, failed)

    def do_next(self) -> None:
        self.waiting.pop(0)()

    def do_all(self) -> None:
        while self.waiting:
            self.do_next()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


@pytest.fixture
def shelf(lab: Lab) -> ClipShelf:
    return ClipShelf(lab.open, lab.reader_1)


def a_stored_clip(lab: Lab, data: bytes, name: str = "a") -> Clip:
    candidate = lab.open.folder / f"{name}.dcm"
    candidate.write_bytes(data)
    archive = FolderArchive(Path(lab.open.clips))
    digest = archive.put(candidate)
    header = read_header(archive.path(digest))
    return Clip(Sha256(digest), header.rows, header.columns, header.timing, header.regions, SegmentId("CFV"))


def test_a_late_frame_is_dropped_when_another_is_wanted(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs, shown = WaitingJobs(), list[int]()
    player = ClipPlayer(jobs, shelf, FakeStopwatch())
    player.frame_ready.connect(lambda frame: shown.append(frame.index))
    player.open(a_stored_clip(lab, a_clip_file()))
    jobs.do_next()
    player.cine.seek(5)
    jobs.do_all()
    assert shown == [5]


def test_a_frame_of_the_clip_that_was_left_never_appears(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs, shown = WaitingJobs(), list[int]()
    first, second = a_stored_clip(lab, a_clip_file(seed=1)), a_stored_clip(lab, a_clip_file(seed=2), "b")
    player = ClipPlayer(jobs, shelf, FakeStopwatch())
    player.frame_ready.connect(lambda frame: shown.append(frame.index))
    player.open(first)
    jobs.do_next()
    player.open(second, 3)
    jobs.do_all()
    assert shown == [3]
    assert player.clip == second


def test_frames_ahead_are_there_before_they_are_due(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    clip = a_stored_clip(lab, a_clip_file())
    player = ClipPlayer(ImmediateJobs(), shelf, FakeStopwatch())
    player.open(clip)
    assert all(shelf.open(clip).ready(frame) for frame in range(FRAMES))


def test_frames_ahead_follow_the_way_of_play(qtbot: QtBot, lab: Lab) -> None:
    """Of a clip longer than the cache: round the loop range, and back from the turn of a bounce."""
    clip, jobs = a_stored_clip(lab, a_clip_file(frames=30)), ImmediateJobs()
    shelf, watch = ClipShelf(lab.open, lab.reader_1, budget_bytes=12 * 320 * 240 * 4), FakeStopwatch()
    player = ClipPlayer(jobs, shelf, watch)
    player.open(clip)
    player.cine.set_range(10, 25)
    player.cine.play()
    opened = shelf.open(clip)

    def go(frame: int, rounds: int) -> None:
        starts = player.cine.starts_ms
        watch.now = rounds * (starts[26] - starts[10]) + starts[frame] - starts[10] + 1
        player.cine.advance()

    for frame in range(10, 24):
        go(frame, 0)
    assert all(opened.ready(frame) for frame in (24, 25, 10, 11, 12, 13, 14, 15))
    player.cine.next_loop()
    for frame in range(23, 26):
        go(frame, 0)
    for frame in (24, 23, 22):
        watch.now = (
            2 * (player.cine.starts_ms[26] - player.cine.starts_ms[10]) - (player.cine.starts_ms[frame] - player.cine.starts_ms[10]) - 1
        )
        player.cine.advance()
    assert player.cine.backwards
    assert all(opened.ready(frame) for frame in range(player.wanted - 8, player.wanted))
    player.close()


def test_two_players_share_the_threads(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs = WaitingJobs()
    players = [ClipPlayer(jobs, shelf, FakeStopwatch()) for _ in range(2)]
    for number, player in enumerate(players):
        player.open(a_stored_clip(lab, a_clip_file(seed=number + 1), str(number)))
    for _ in range(4):
        jobs.do_next()
    assert len(jobs.waiting) == 2 * AT_ONCE
    jobs.do_all()
    assert all(len(player._ahead) == 0 for player in players)


def test_what_was_due_and_never_came_is_counted_and_told(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs, watch = WaitingJobs(), FakeStopwatch()
    viewport = Viewport(jobs, ClipShelf(lab.open, lab.reader_1, budget_bytes=0), watch)
    qtbot.addWidget(viewport)
    viewport.show_clip(a_stored_clip(lab, a_clip_file()), "Clip 1 of 1", play=True)
    jobs.do_all()
    cine = viewport.player.cine
    assert cine.playing
    assert not any(words.startswith("Dropped") for words in viewport.status.words)
    for frame in (1, 2, 3):
        watch.now = cine.starts_ms[frame] + 1
        cine.advance()
    jobs.do_all()
    assert viewport.player.dropped == 2
    watch.now = cine.starts_ms[6] + 1
    cine.advance()
    jobs.do_all()
    assert viewport.player.dropped == 4
    assert "Dropped 4" in viewport.status.words
    viewport.player.close()


def test_a_clip_that_is_ready_is_on_screen_at_once(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    """No work of a thread lies between the key and the first frame."""
    jobs, shown = WaitingJobs(), list[int]()
    clip = a_stored_clip(lab, a_clip_file())
    first = FirstFrames(jobs, shelf)
    first.want([clip])
    first.work()
    jobs.do_all()
    player = ClipPlayer(jobs, shelf, FakeStopwatch())
    player.frame_ready.connect(lambda frame: shown.append(frame.index))
    player.open(clip)
    assert shown == [0]
    player.close()


def test_first_frames_come_one_after_the_other_and_only_those_still_wanted(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs = WaitingJobs()
    a, b, c = (a_stored_clip(lab, a_clip_file(seed=number), str(number)) for number in (1, 2, 3))
    first = FirstFrames(jobs, shelf)
    first.want([a, b])
    first.work()
    assert len(jobs.waiting) == 1
    first.want([c])
    jobs.do_all()
    assert [shelf.opened(clip) is not None for clip in (a, b, c)] == [True, False, True]


def test_pictures_that_went_out_of_sight_are_not_made(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs, made = WaitingJobs(), list[str]()
    a, b, c = (a_stored_clip(lab, a_clip_file(seed=number), str(number)) for number in (1, 2, 3))
    pictures = Thumbnails(jobs, shelf)
    pictures.made.connect(lambda clip, _picture: made.append(clip))
    pictures.want([a, b])
    pictures.work()
    pictures.rest()
    pictures.want([c])
    jobs.do_all()
    assert made == [a.sha256, c.sha256]
    pictures.want([b])
    pictures.work()
    jobs.do_all()
    assert made[-1] == b.sha256


def test_no_picture_is_made_for_an_exam_that_was_left(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs, made = WaitingJobs(), list[str]()
    pictures = Thumbnails(jobs, shelf)
    pictures.made.connect(lambda clip, _picture: made.append(clip))
    pictures.want([a_stored_clip(lab, a_clip_file())])
    pictures.work()
    pictures.forget()
    shelf.wipe()
    jobs.do_all()
    assert (made, shelf.bytes_held) == ([], 0)


def test_a_frame_dropped_from_the_cache_is_decoded_off_the_windows_thread(qtbot: QtBot, lab: Lab) -> None:
    clip, jobs, shown = a_stored_clip(lab, a_clip_file()), WaitingJobs(), list[int]()
    shelf = ClipShelf(lab.open, lab.reader_1, budget_bytes=320 * 240 * 4)
    player = ClipPlayer(jobs, shelf, FakeStopwatch())
    player.frame_ready.connect(lambda frame: shown.append(frame.index))
    player.open(clip)
    jobs.do_all()
    other = a_stored_clip(lab, a_clip_file(seed=2), "b")
    source = player._source
    assert source is not None
    with patch.object(source, "ready", return_value=True):
        shelf.open(other).frame(0)
        player.cine.seek(3)
        assert shown == [0]
        jobs.do_all()
    assert shown == [0, 3]


def test_a_damaged_frame_says_so_and_the_others_can_be_seen(qtbot: QtBot, lab: Lab, shelf: ClipShelf, ultrasound: Path) -> None:
    clip = a_stored_clip(lab, (ultrasound / "malformed" / "corrupt_frames_10_20.dcm").read_bytes())
    viewport = Viewport(ImmediateJobs(), shelf, FakeStopwatch())
    qtbot.addWidget(viewport)
    viewport.show_clip(clip, "Clip 1 of 1")
    seen = []
    for frame in range(clip.frames):
        viewport.player.cine.seek(frame)
        seen.append(viewport.view.words)
    unreadable = [frame for frame, words in enumerate(seen) if words]
    assert 0 < len(unreadable) < clip.frames
    assert seen[unreadable[0]].startswith(f"Frame {unreadable[0] + 1} cannot be read.")


def test_a_clip_that_is_gone_says_so(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    clip = a_stored_clip(lab, a_clip_file())
    FolderArchive(Path(lab.open.clips)).path(clip.sha256).unlink()
    viewport = Viewport(ImmediateJobs(), shelf, FakeStopwatch())
    qtbot.addWidget(viewport)
    viewport.show_clip(clip, "Clip 1 of 1")
    assert viewport.view.words
    assert viewport.frame_on_screen is None


def test_frames_come_from_real_threads_too(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> None:
    jobs = ThreadJobs()
    player = ClipPlayer(jobs, shelf)
    pictures = Thumbnails(jobs, shelf)
    clip = a_stored_clip(lab, a_clip_file())
    pictures.want([clip])
    with qtbot.waitSignal(player.frame_ready, timeout=60_000) as ready:
        player.open(clip, play=True)
    assert ready.args is not None
    assert ready.args[0].index == 0
    with qtbot.waitSignal(pictures.made, timeout=60_000) as made:
        pictures.work()
    assert made.args is not None
    assert made.args[0] == clip.sha256
    player.close()
    jobs.close()


@pytest.fixture
def two(qtbot: QtBot, lab: Lab, shelf: ClipShelf) -> Viewports:
    made = Viewports(ImmediateJobs(), shelf, layout=Layout.TWO, in_step=True, stopwatch=FakeStopwatch())
    qtbot.addWidget(made)
    made.resize(1000, 500)
    made.show()
    for number, viewport in enumerate(made.laid):
        with made.apart():
            viewport.show_clip(a_stored_clip(lab, a_clip_file(seed=number + 1), str(number)), f"Clip {number + 1} of 2")
    return made


def test_viewports_in_step_step_together_until_they_are_let_go(two: Viewports) -> None:
    two.active.player.cine.step(3)
    assert two.laid[1].frame_on_screen == 3
    two.toggle_in_step()
    two.active.player.cine.step(1)
    assert [viewport.frame_on_screen for viewport in two.laid] == [4, 3]


def test_a_double_click_makes_one_viewport_large_and_back(two: Viewports) -> None:
    QTest.mouseDClick(two.all[1].view, Qt.MouseButton.LeftButton)
    assert [viewport.isVisible() for viewport in two.all].count(True) == 1
    QTest.mouseDClick(two.active.view, Qt.MouseButton.LeftButton)
    assert [viewport.isVisible() for viewport in two.all] == [True, True, False, False]


def test_a_click_makes_a_viewport_the_active_one(two: Viewports, qtbot: QtBot) -> None:
    with qtbot.waitSignal(two.activated, timeout=60_000):
        QTest.mouseClick(two.all[1].view, Qt.MouseButton.LeftButton)
    assert two.active is two.all[1]


@pytest.fixture
def strip(qtbot: QtBot, two: Viewports) -> CineStrip:
    two.set_layout(Layout.ONE)
    made = CineStrip(two.active.player.cine)
    qtbot.addWidget(made)
    made.resize(960, 184)
    made.show()
    two.serve(made)
    return made


def test_a_click_on_the_time_line_goes_to_its_frame(strip: CineStrip, two: Viewports) -> None:
    line = strip.line
    at = QPointF(line._x(line._start_of(5)) + 2, 30)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert two.active.frame_on_screen == 5


def test_a_click_on_a_mark_goes_to_its_very_frame(qtbot: QtBot) -> None:
    """Where one pixel of the line is several frames."""
    cine = Cine(FakeStopwatch())
    cine.open(Timing(TimingSource.FRAME_TIME, (40.0,) * 3000))
    strip, sought = CineStrip(cine), list[int]()
    qtbot.addWidget(strip)
    strip.resize(900, 184)
    strip.show()
    strip.sought.connect(sought.append)
    strip.show_marks((StripMark(1234, "rest"), StripMark(1901, "compressed")))
    for frame in (1234, 1901):
        at = QPointF(strip.line._x(strip.line._start_of(frame)) + 3, 30)
        QTest.mouseClick(strip.line, Qt.MouseButton.LeftButton, pos=at.toPoint())
    assert sought == [1234, 1901]


def test_the_head_is_dragged_away_from_a_mark_it_stands_on(strip: CineStrip, two: Viewports) -> None:
    line = strip.line
    strip.show_marks((StripMark(2, "rest"),))
    start = QPointF(line._x(line._start_of(2)) + 1, 30).toPoint()
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(line, start + QPoint(2, 0))
    assert two.active.frame_on_screen == 2
    QTest.mouseMove(line, QPointF(line._x(line._start_of(5)) + 2, 30).toPoint())
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton)
    assert two.active.frame_on_screen == 5


def test_a_grip_is_dragged_to_another_frame(strip: CineStrip, two: Viewports) -> None:
    line, cine = strip.line, two.active.player.cine
    cine.set_range(2, 5)
    start = QPointF(line._x(line._start_of(2)), 30).toPoint()
    assert line.handle_at(start.x()) is Handle.IN
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(line, QPointF(line._x(line._start_of(4)) + 1, 30).toPoint())
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=start)
    assert cine.range == (4, 5)


def test_the_play_button_plays_and_pauses(strip: CineStrip, two: Viewports) -> None:
    QTest.mouseClick(strip._play, Qt.MouseButton.LeftButton)
    assert two.active.player.cine.playing
    assert strip._play.accessibleName() == "Pause"
    QTest.mouseClick(strip._play, Qt.MouseButton.LeftButton)
    assert not two.active.player.cine.playing


def test_marks_are_said_in_words(strip: CineStrip) -> None:
    strip.show_marks((StripMark(3, "rest"), StripMark(6, "compressed")))
    assert strip.line.accessibleDescription() == "rest: frame 4; compressed: frame 7"
    strip.grab()
