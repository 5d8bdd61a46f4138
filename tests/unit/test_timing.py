"""How fast a clip plays."""

import pytest

from corelab.domain.clip import Timing, TimingSource
from corelab.imaging.elements import DataSet, Element
from corelab.imaging.timing import timing_of

VECTOR, FRAME_TIME, CINE_RATE, RECOMMENDED = 0x00181065, 0x00181063, 0x00180040, 0x00082144


def timed(frames: int, values: dict[int, str]) -> tuple[Timing, list[str]]:
    buffer, elements = b"", {}
    for tag, text in values.items():
        elements[tag] = Element(tag, b"DS", len(buffer), len(text))
        buffer += text.encode()
    timing, faults = timing_of(DataSet(buffer, big=False, elements=elements), frames)
    return timing, [fault.code for fault in faults]


def test_the_vector_comes_before_all_other_sources() -> None:
    timing, faults = timed(3, {VECTOR: "0\\20\\40", FRAME_TIME: "33", CINE_RATE: "30"})
    assert timing.source is TimingSource.FRAME_TIME_VECTOR
    assert timing.frame_times_ms == (20.0, 40.0, 30.0)
    assert faults == []


def test_a_vector_of_one_time_less_than_frames_holds_the_times_between_them() -> None:
    assert timed(3, {VECTOR: "20\\40"})[0].frame_times_ms == (20.0, 40.0, 30.0)


def test_the_first_time_of_a_full_vector_belongs_to_no_frame_even_if_it_is_not_zero() -> None:
    assert timed(3, {VECTOR: "7\\20\\40"})[0].frame_times_ms == (20.0, 40.0, 30.0)


@pytest.mark.parametrize("vector", ["0\\20", "0\\20\\x", "0\\20\\-1", "0\\0\\20", "0\\20\\nan", "0\\20\\99999999"])
def test_a_vector_that_cannot_be_is_told_and_the_frame_time_used(vector: str) -> None:
    timing, faults = timed(4 if vector.count("\\") == 1 else 3, {VECTOR: vector, FRAME_TIME: "40"})
    assert timing.source is TimingSource.FRAME_TIME
    assert faults == ["timing_invalid"]


def test_the_frame_time_is_the_duration_of_every_frame() -> None:
    timing, faults = timed(3, {FRAME_TIME: "33.333", CINE_RATE: "30"})
    assert (timing.source, timing.frame_times_ms, faults) == (TimingSource.FRAME_TIME, (33.333,) * 3, [])


def test_a_decimal_comma_is_read_and_told() -> None:
    timing, faults = timed(2, {FRAME_TIME: "33,5"})
    assert (timing.frame_times_ms, faults) == ((33.5, 33.5), ["timing_invalid"])


@pytest.mark.parametrize("text", ["0", "-40", "abc", "inf", "1e9"])
def test_an_impossible_frame_time_is_told_and_the_rate_used(text: str) -> None:
    timing, faults = timed(2, {FRAME_TIME: text, CINE_RATE: "50"})
    assert (timing.source, timing.frame_times_ms, faults) == (TimingSource.CINE_RATE, (20.0, 20.0), ["timing_invalid"])


def test_the_recommended_rate_is_the_last_source() -> None:
    timing, faults = timed(2, {CINE_RATE: "0", RECOMMENDED: "25"})
    assert (timing.source, timing.rate, faults) == (TimingSource.RECOMMENDED_RATE, 25.0, ["timing_invalid"])


def test_without_any_source_25_frames_a_second_are_assumed_and_told() -> None:
    timing, faults = timed(2, {})
    assert (timing.source, timing.rate, faults) == (TimingSource.ASSUMED, 25.0, ["timing_missing"])


def test_a_still_needs_no_timing() -> None:
    timing, faults = timed(1, {})
    assert (timing.rate, timing.frame_at(500), faults) == (0.0, 0, [])
