"""Identifiers and dates under the lab's key: the published vectors, and what must hold for any input."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from corelab.imaging.deid.keyed import Keyed, is_uid

KEYED = Keyed(b"\x88" * 32, "DEMO-001")
DAYS = st.dates(date(1900, 1, 1), date(2100, 1, 1))


def test_the_vectors_of_the_record() -> None:
    assert KEYED.uid("1.2.3") == "2.25.339540164418894058407097454633074180618"
    assert KEYED.uid("1.2.276.0.7230010.3.1.4.1") == "2.25.43938728125443787326763711668548736093"
    assert KEYED.weeks == 92
    assert KEYED.date_text("20260112") == "20240408"


def test_uids_of_the_standard_stay() -> None:
    assert KEYED.uid("1.2.840.10008.5.1.4.1.1.3.1") == "1.2.840.10008.5.1.4.1.1.3.1"
    assert KEYED.uid("1.2.840.10008.1.4.1.1") == "1.2.840.10008.1.4.1.1"


def test_the_root_of_the_standard_hides_no_number() -> None:
    assert KEYED.uid("1.2.840.10008.71300456.1").startswith("2.25.")


@given(st.lists(st.integers(0, 10**30), min_size=2, max_size=40, unique=True))
def test_different_uids_stay_different_and_valid(numbers: list[int]) -> None:
    changed = {KEYED.uid(f"1.2.{number}") for number in numbers}
    assert len(changed) == len(numbers)
    assert all(is_uid(uid) for uid in changed)


@given(DAYS, DAYS)
def test_intervals_and_weekdays_stay(one: date, other: date) -> None:
    a, b = KEYED.shifted(one), KEYED.shifted(other)
    assert a is not None
    assert b is not None
    assert a - b == one - other
    assert a.weekday() == one.weekday()
    assert timedelta(weeks=52) <= one - a < timedelta(weeks=208)


def test_a_time_is_dropped_and_a_bad_date_becomes_empty() -> None:
    assert KEYED.date_text("20260112101112.123+0100") == "20240408"
    for bad in ("", "00000000", "20240230", "2024.03.17", "202403", "17/03/24", "00010101", "20260112-20260113", "20260112x"):
        assert KEYED.date_text(bad) == ""


def test_the_key_stays_out_of_sight() -> None:
    assert "\\x88" not in repr(KEYED)
    assert "DEMO-001" not in repr(KEYED)
