"""The words of a reading: grades, sides, what a clip tells of its time, and how times are written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from corelab.domain.clip import Clip, Region, RegionKind, Timing, TimingSource
from corelab.domain.clock import SystemClock, stamp
from corelab.domain.vocabulary import Grade, Missing, NotApplicableCause, Sha256, Side, not_applicable, not_evaluable, not_imaged


@pytest.mark.parametrize(("value", "missing"), [(None, None), ("full", Missing.NOT_EVALUABLE)])
def test_a_grade_is_a_value_or_one_kind_of_missing(value: str | None, missing: Missing | None) -> None:
    with pytest.raises(ValueError, match="never both, never neither"):
        Grade(value, missing)


def test_the_three_kinds_of_missing_are_three_different_grades() -> None:
    kinds = [not_applicable(NotApplicableCause.ABSENT), not_evaluable("X"), not_imaged("X")]
    assert [grade.code for grade in kinds] == ["NA", "NE", "NI"]
    assert len(set(kinds)) == 3
    assert Grade("full").code == "full"


def test_sides_have_letters() -> None:
    assert [side.letter for side in (Side.LEFT, Side.RIGHT, Side.UNPAIRED)] == ["L", "R", ""]


def test_a_clip_of_uneven_frames_shows_each_as_long_as_the_file_says() -> None:
    timing = Timing(TimingSource.FRAME_TIME_VECTOR, (40.0, 80.0, 40.0))
    assert timing.starts_ms == (0.0, 40.0, 120.0)
    assert timing.duration_ms == 160.0
    assert timing.rate == pytest.approx(18.75)
    assert [timing.frame_at(at) for at in (-5.0, 0.0, 39.9, 40.0, 119.0, 120.0, 999.0)] == [0, 0, 0, 1, 1, 2, 2]
    assert Clip(Sha256("a"), 2, 2, timing).frames == 3


def test_a_still_has_no_rate() -> None:
    assert Timing(TimingSource.ASSUMED, (0.0,)).rate == 0.0


def test_a_region_holds_its_edges() -> None:
    region = Region(RegionKind.TISSUE, (10, 20, 30, 40), 0.1, 0.1, "cm", "cm", usable=True)
    assert [region.contains(*point) for point in ((10, 20), (30, 40), (31, 40), (10, 19))] == [True, True, False, False]


def test_times_are_written_in_utc_with_three_digits() -> None:
    at = datetime(2026, 1, 12, 9, 0, 0, 123999, tzinfo=timezone(timedelta(hours=1)))
    assert stamp(at) == "2026-01-12T08:00:00.123Z"


def test_a_time_without_zone_is_not_recorded() -> None:
    with pytest.raises(ValueError, match="without zone"):
        stamp(datetime(2026, 1, 12))  # noqa: DTZ001 - the naive time is the point


def test_the_system_clock_tells_an_aware_time_and_whole_minutes_of_offset() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert -24 * 60 < clock.offset_minutes() < 24 * 60
