"""Batches of a reader: how they are filled, when the next exam opens, and how many hidden repeats follow."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.allocation import Limits, Shut, Wait, door, filled, order_key, place_of, repeats_due, room

LIMITS = Limits(batch_exams=4, batch_gap_days=7, session_exams=3)
NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)


def test_the_last_batch_is_filled_up_before_a_new_one_begins() -> None:
    assert filled(LIMITS, [1] * 6, last=2, ordinal=2, holds=3, fresh=5) == (2, 5, 5, 5, 5, 6)


def test_a_reader_without_a_batch_begins_with_the_first() -> None:
    assert filled(LIMITS, [1] * 5, last=0, ordinal=0, holds=0, fresh=1) == (1, 1, 1, 1, 2)


def test_visits_that_are_shown_together_are_never_divided_over_batches() -> None:
    assert filled(LIMITS, [3, 3, 1, 6, 2], last=0, ordinal=0, holds=0, fresh=1) == (1, 2, 2, 3, 4)


def test_later_batches_keep_places_free_for_repeats() -> None:
    limits = Limits(batch_exams=40, batch_gap_days=0, session_exams=40, repeat_share=0.05)
    assert (room(limits, 1), room(limits, 2)) == (40, 38)
    assert room(Limits(1, 0, 1, 0.5), 2) == 1, "a batch of one takes one"


@pytest.mark.parametrize(
    ("share", "signed", "due"), [(0.05, 40, 2), (0.05, 41, 3), (0.07, 100, 7), (0.1, 30, 3), (0.0, 40, 0), (0.5, 1, 1)]
)
def test_the_number_of_repeats_is_exact_on_the_digits_of_the_charter(share: float, signed: int, due: int) -> None:
    assert repeats_due(share, signed) == due


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 5), max_size=30), st.integers(1, 6), st.integers(0, 6))
def test_no_batch_holds_more_than_its_room_but_a_group_that_is_larger(groups: list[int], size: int, holds: int) -> None:
    limits = Limits(batch_exams=size, batch_gap_days=0, session_exams=1)
    last, ordinal = (3, 2) if holds else (0, 0)
    batches = filled(limits, groups, last=last, ordinal=ordinal, holds=min(holds, size), fresh=4)
    assert list(batches) == sorted(batches)
    for batch in set(batches):
        own = [group for group, one in zip(groups, batches, strict=True) if one == batch]
        stands = min(holds, size) if batch == last else 0
        assert sum(own) + stands <= size or (len(own) == 1 and not stands)


# ---------------------------------------------------------------- when the next exam opens


def opens(now: datetime, *, before: tuple[datetime, ...] = (), signed: tuple[datetime, ...] = ()) -> Shut | None:
    return door(LIMITS, now, before=before, signed=signed)


def test_the_first_batch_opens_at_once() -> None:
    assert opens(NOON) is None


def test_the_next_batch_opens_so_many_days_after_the_last_signature_of_the_one_before() -> None:
    before = (NOON - timedelta(days=9), NOON - timedelta(days=6))
    assert opens(NOON, before=before) == Shut(Wait.BATCH, date(2026, 1, 13))
    assert opens(NOON + timedelta(hours=11, minutes=59), before=before) == Shut(Wait.BATCH, date(2026, 1, 13))
    assert opens(NOON + timedelta(hours=12), before=before) is None


def test_one_day_of_reading_takes_so_many_exams_whoever_signs_out_in_between() -> None:
    today = tuple(NOON - timedelta(minutes=n) for n in (1, 2, 3))
    assert opens(NOON, signed=today[:2]) is None
    assert opens(NOON, signed=today) == Shut(Wait.SESSION, date(2026, 1, 13))
    assert opens(NOON + timedelta(days=1), signed=today) is None


def test_the_day_is_that_of_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    signed = tuple(datetime(2026, 1, 12, 8, 30, tzinfo=tokyo) + timedelta(minutes=n) for n in range(3))
    assert opens(datetime(2026, 1, 12, 9, 30, tzinfo=tokyo), signed=signed) is None, "it is the next day in UTC"


def test_of_two_doors_the_one_that_opens_later_is_told() -> None:
    assert opens(NOON, before=(NOON,), signed=(NOON,) * 3) == Shut(Wait.BATCH, date(2026, 1, 19))
    assert opens(NOON, before=(NOON - timedelta(days=7),), signed=(NOON,) * 3) == Shut(Wait.SESSION, date(2026, 1, 13))


# ---------------------------------------------------------------- places


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.integers(0, 999))
def test_a_place_is_read_back_from_its_key(batch: int, place: int, joined: int) -> None:
    assert place_of(order_key(batch, place, joined)) == (batch, place, joined)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99)), max_size=20))
def test_keys_sort_as_text_like_their_places(places: list[tuple[int, int, int]]) -> None:
    assert [place_of(one) for one in sorted(order_key(*place) for place in places)] == sorted(places)
