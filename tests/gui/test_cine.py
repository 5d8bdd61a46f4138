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


# ---------------------------------------------------------------- what is dropped, and what is not


def test_a_whole_round_that_was_missed_is_counted_too(player: Player) -> None:
    player.cine.play()
    assert player.at(400 + 400 + 80) == 2
    assert player.cine.dropped == 10 + 10 + 2 - 1


def test_the_turn_of_a_bounce_drops_nothing(player: Player) -> None:
    player.cine.next_loop()
    player.cine.play()
    for ms in range(0, 2000, 20):
        player.at(ms)
    assert player.cine.dropped == 0


def test_frames_that_a_bounce_passes_over_are_counted_on_both_ways(player: Player) -> None:
    player.cine.next_loop()
    player.cine.play()
    assert [player.at(320), player.cine.dropped] == [8, 7]
    assert [player.at(450), player.cine.dropped] == [8, 8]
    assert [player.at(610), player.cine.dropped] == [4, 8 + 3]


def test_sixty_frames_a_second_come_one_by_one(qapp: QApplication) -> None:
    player = Player(even(120, 1000 / 60))
    player.cine.play()
    shown = [player.at(ms) for ms in range(0, 2000, 5)]
    assert list(dict.fromkeys(shown)) == list(range(120))
    assert player.cine.dropped == 0
    player.cine.pause()


def test_no_frame_is_asked_for_faster_than_a_screen_can_show_it(qapp: QApplication) -> None:
    player = Player(even(120, 1000 / 60))
    player.cine.set_speed(4.0)
    player.cine.play()
    player.at(5)
    assert player.cine.frame == 1
    assert player.cine._timer.interval() >= 8
    player.cine.pause()


def test_an_hour_of_three_thousand_frames_is_where_the_clock_says(qapp: QApplication) -> None:
    player = Player(even(3000, 1000 / 30))
    player.cine.play()
    assert player.at(3_600_000 + 50_017) == int(50_017 // (1000 / 30))
    player.cine.pause()


# ---------------------------------------------------------------- how it goes on


def test_a_change_of_speed_on_the_way_back_goes_on_back(player: Player) -> None:
    player.cine.next_loop()
    player.cine.play()
    assert player.at(450) == 8
    player.cine.set_speed(2.0)
    assert player.at(450 + 20) == 7


def test_a_bounce_that_was_paused_on_its_way_back_goes_on_back(player: Player) -> None:
    player.cine.next_loop()
    player.cine.play()
    assert player.at(450) == 8
    player.cine.pause()
    player.watch.now = 9000
    player.cine.play()
    assert player.at(9041) == 7


def test_the_frames_that_come_next_follow_loop_range_and_direction(player: Player) -> None:
    cine = player.cine
    assert cine.upcoming(cine._track, 8, 4) == (9, 0, 1, 2)
    cine.set_range(5, 8)
    assert cine.upcoming(cine._track, 8, 4) == (5, 6, 7)
    cine.next_loop()
    assert cine.upcoming(cine._track, 7, 4) == (8, 6, 5)
    cine.play()
    player.at(4 * 40 + 50)
    assert cine.backwards
    assert cine.upcoming(cine._track, 7, 4) == (6, 5, 8)
    cine.next_loop()
    assert cine.upcoming(cine._track, 7, 4) == (8,)


def test_a_longer_clip_in_step_is_played_to_its_end(player: Player) -> None:
    player.cine.follow([even(20)])
    player.cine.play()
    moments: list[float] = []
    player.cine.moved.connect(moments.append)
    assert [player.at(ms) for ms in (360, 500, 790, 800, 840)] == [9, 9, 9, 0, 1]
    assert moments == [360, 500, 790, 0, 40]
    assert player.cine.time_ms <= player.cine.duration_ms


def test_what_takes_over_goes_on_at_the_same_moment_in_the_same_way(player: Player) -> None:
    other = Cine(player.watch)
    other.open(even(20, 20.0))
    player.cine.set_speed(2.0)
    player.cine.next_loop()
    player.cine.set_range(2, 7)
    player.cine.play()
    player.at(30)
    other.take_over(player.cine)
    assert (other.playing, other.speed, other.loop, other.range) == (True, 2.0, Loop.BOUNCE, (4, 14))
    assert other.moment_ms == 80 + 60
    assert not player.cine.playing
    other.pause()
