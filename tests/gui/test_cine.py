"""A cine follows the clock: frames come when they are due, and are dropped when they are late."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from corelab.domain.clip import Timing, TimingSource
from corelab.ui.cine import Cine, Loop


class FakeStopwatch:
    def __init__(self) -> None:
        self.now = 0.0

    def elapsed_ms(self) -> float:
        return self.now


def even(frames: int, ms: float = 40.0) -> Timing:
    return Timing(TimingSource.FRAME_TIME, (ms,) * frames)


class Player:
    """A cine, its clock, and the frames it asked for."""

    def __init__(self, timing: Timing) -> None:
        self.watch, self.due = FakeStopwatch(), list[int]()
        self.cine = Cine(self.watch)
        self.cine.frame_due.connect(self.due.append)
        self.cine.open(timing)

    def at(self, ms: float) -> int:
        self.watch.now = ms
        self.cine.advance()
        return self.cine.frame


@pytest.fixture
def player(qapp: QApplication) -> Iterator[Player]:
    player = Player(even(10))
    yield player
    player.cine.pause()


def test_the_frame_on_screen_is_the_one_the_clock_says(player: Player) -> None:
    player.cine.play()
    assert [player.at(ms) for ms in (0, 39, 40, 79.9, 80, 399)] == [0, 0, 1, 1, 2, 9]


def test_a_clip_starts_again_after_its_last_frame_has_had_its_time(player: Player) -> None:
    player.cine.play()
    assert [player.at(ms) for ms in (399, 400, 440, 4000 + 80)] == [9, 0, 1, 2]


def test_late_frames_are_dropped_and_counted_and_time_does_not_stretch(player: Player) -> None:
    player.cine.play()
    assert player.at(200) == 5
    assert player.cine.dropped == 4
    assert player.due == [0, 5]


def test_an_irregular_clip_keeps_the_time_of_each_frame(qapp: QApplication) -> None:
    player = Player(Timing(TimingSource.FRAME_TIME_VECTOR, (10.0, 100.0, 33.4, 50.0)))
    player.cine.play()
    assert [player.at(ms) for ms in (9, 10, 109, 110, 143.3, 143.5)] == [0, 1, 1, 2, 2, 3]
    player.cine.pause()


def test_a_minute_of_play_ends_where_the_clock_says(qapp: QApplication) -> None:
    player = Player(even(60, 1000 / 30))
    player.cine.play()
    late = 0.0
    while late < 60_000:
        late += 37.3
        player.at(late)
    assert player.cine.frame == int(late % 2000 / (1000 / 30))
    player.cine.pause()


def test_the_last_frame_stays_when_playing_once(player: Player) -> None:
    player.cine.next_loop()
    player.cine.next_loop()
    assert player.cine.loop is Loop.ONCE
    player.cine.play()
    assert player.at(395) == 9
    assert player.at(1000) == 9
    assert not player.cine.playing


def test_bounce_goes_back_frame_by_frame(player: Player) -> None:
    player.cine.next_loop()
    assert player.cine.loop is Loop.BOUNCE
    player.cine.play()
    assert [player.at(ms) for ms in (380, 410, 450, 790, 810, 850)] == [9, 9, 8, 0, 0, 1]


def test_a_loop_range_plays_only_its_frames(player: Player) -> None:
    player.cine.set_range(3, 5)
    player.cine.play()
    assert player.cine.frame == 3
    assert [player.at(ms) for ms in (40, 80, 119, 120, 160)] == [4, 5, 5, 3, 4]


def test_in_and_out_points_are_where_the_reader_stands(player: Player) -> None:
    player.cine.seek(2)
    player.cine.set_in()
    player.cine.seek(6)
    player.cine.set_out()
    assert player.cine.range == (2, 6)
    player.cine.home()
    assert player.cine.frame == 2
    player.cine.clear_range()
    player.cine.home()
    assert player.cine.frame == 0


def test_an_out_point_before_the_in_point_takes_the_in_point_with_it(player: Player) -> None:
    player.cine.seek(6)
    player.cine.set_in()
    player.cine.seek(2)
    player.cine.set_out()
    assert player.cine.range == (2, 2)


def test_a_change_of_speed_does_not_jump(player: Player) -> None:
    player.cine.play()
    assert player.at(120) == 3
    player.cine.set_speed(0.5)
    assert player.cine.frame == 3
    assert player.at(120 + 79) == 3
    assert player.at(120 + 80) == 4
    player.cine.set_speed(4.0)
    assert player.at(200 + 10) == 5


def test_speeds_end_at_a_quarter_and_at_four_times(player: Player) -> None:
    for _ in range(20):
        player.cine.slower()
    assert player.cine.speed == 0.25
    for _ in range(20):
        player.cine.faster()
    assert player.cine.speed == 4.0


def test_a_step_stops_and_goes_round_at_the_ends(player: Player) -> None:
    player.cine.play()
    player.cine.step(-1)
    assert (player.cine.playing, player.cine.frame) == (False, 9)
    player.cine.step(1)
    assert player.cine.frame == 0


def test_play_goes_on_from_where_it_stopped(player: Player) -> None:
    player.cine.play()
    player.at(90)
    player.cine.pause()
    player.watch.now = 5000
    player.cine.play()
    assert player.cine.frame == 2
    assert player.at(5040) == 3


def test_a_still_does_not_play(qapp: QApplication) -> None:
    player = Player(even(1, 0.0))
    player.cine.play()
    assert not player.cine.playing
    assert player.due == [0]


def test_the_clock_wakes_at_the_boundaries_of_a_synchronised_clip_too(player: Player) -> None:
    player.cine.follow([even(10, 25.0)])
    player.cine.play()
    assert player.cine._timer.interval() == 25
    player.at(25)
    assert player.cine._timer.interval() == 15
