"""Which exams come back as hidden repeats: the oracle of the keyed choice, and never one before its distance or a second time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.allocation import chosen_repeats

NOW = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
EXAMS = tuple(f"E0{n}" for n in range(1, 7))
LONG_AGO = dict.fromkeys(EXAMS, NOW - timedelta(days=90))


def chosen(signed: dict[str, datetime], *, due: int = 2, repeated: tuple[str, ...] = (), min_days: int = 28) -> tuple[str, ...]:
    return chosen_repeats("demo", "R1", signed, repeated=repeated, due=due, now=NOW, min_days=min_days)


def test_a05_the_smallest_keys_come_back() -> None:
    assert chosen(LONG_AGO) == ("E05", "E02")


def test_what_came_back_once_does_not_come_again() -> None:
    assert "E05" not in chosen(LONG_AGO, repeated=("E05",))
    assert chosen(LONG_AGO, repeated=("E05",))[0] == "E02"


def test_nothing_comes_back_where_nothing_is_due() -> None:
    assert chosen(LONG_AGO, due=0) == chosen(LONG_AGO, due=-1) == ()


def test_the_day_itself_is_far_enough() -> None:
    assert chosen({"E01": NOW - timedelta(days=28)}) == ("E01",)
    assert chosen({"E01": NOW - timedelta(days=28) + timedelta(milliseconds=1)}) == ()


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(EXAMS), st.integers(0, 90)),
    st.integers(0, 6),
    st.integers(0, 60),
    st.sets(st.sampled_from(EXAMS)),
)
def test_a_repeat_is_always_at_the_distance_and_only_once(days: dict[str, int], due: int, min_days: int, repeated: set[str]) -> None:
    signed = {exam: NOW - timedelta(days=ago) for exam, ago in days.items()}
    found = chosen(signed, due=due, repeated=tuple(repeated), min_days=min_days)
    able = {exam for exam, ago in days.items() if ago >= min_days} - repeated
    assert set(found) <= able
    assert len(found) == len(set(found)) == min(due, len(able))
