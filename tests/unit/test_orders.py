"""In which order a reader gets exams: by chance, in time, by subject; and how a reading that joins later finds its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.allocation import Dealt, Mode, Place, deal_pairs, inserted, key, presented, reader_order
from corelab.domain.allocation.chance import Purpose
from corelab.domain.vocabulary import SubjectCode, VisitId

VISITS = ("BL", "D10", "D30", "M6")
EXAMS = tuple(
    Place(SubjectCode(subject), VisitId(visit), number) for subject in ("S1", "S2", "S3", "S4") for number, visit in enumerate(VISITS, 1)
)


def order(mode: Mode, exams: tuple[Place, ...] = EXAMS, *, reader: str = "R1", spacing: int = 0) -> list[str]:
    return [one.exam for one in presented(mode, "demo", reader, "B1", exams, spacing=spacing)]


def subjects(exams: list[str]) -> list[str]:
    return list(dict.fromkeys(exam.partition(":")[0] for exam in exams))


@pytest.mark.parametrize("mode", [Mode.INDEPENDENT, Mode.SIMULTANEOUS_TIMEPOINT, Mode.HYBRID])
def test_one_exam_at_a_time_is_the_keyed_order_with_its_spacing(mode: Mode) -> None:
    wanted = [one.exam for one in reader_order("demo", "R1", "B1", {one.exam: one.subject for one in EXAMS}, spacing=2)]
    assert order(mode, spacing=2) == wanted


@pytest.mark.parametrize("mode", [Mode.SEQUENTIAL, Mode.SIMULTANEOUS])
def test_the_visits_of_a_subject_come_one_after_another_in_time(mode: Mode) -> None:
    found = order(mode)
    assert found == [f"{subject}:{visit}" for subject in subjects(found) for visit in VISITS]


def test_subjects_come_in_the_order_of_chance_for_each_reader() -> None:
    for reader in ("R1", "R2"):
        wanted = sorted({one.subject for one in EXAMS}, key=lambda one: key("demo", Purpose.ORDER, reader, "B1", one))
        assert subjects(order(Mode.SEQUENTIAL, reader=reader)) == wanted


def test_the_order_of_visits_may_be_keyed_while_they_stand_together() -> None:
    found = order(Mode.SIMULTANEOUS_RANDOM)
    assert sorted(found) == sorted(one.exam for one in EXAMS)
    for n, subject in enumerate(subjects(found)):
        own = found[4 * n : 4 * n + 4]
        assert own == sorted((f"{subject}:{visit}" for visit in VISITS), key=lambda one: key("demo", Purpose.ORDER, "R1", "B1", one))
    assert found != order(Mode.SIMULTANEOUS)


def test_only_some_modes_open_the_visits_of_a_subject_together_or_wait_for_visits() -> None:
    assert {mode for mode in Mode if mode.together} == {Mode.SIMULTANEOUS, Mode.SIMULTANEOUS_RANDOM}
    assert {mode for mode in Mode if mode.in_time} == {Mode.SIMULTANEOUS, Mode.SIMULTANEOUS_RANDOM, Mode.SEQUENTIAL}


def test_the_keyed_places_of_exams_do_not_depend_on_those_that_are_added() -> None:
    few = EXAMS[::3]
    assert [exam for exam in order(Mode.INDEPENDENT) if exam in {one.exam for one in few}] == order(Mode.INDEPENDENT, few)


# ---------------------------------------------------------------- a reading that joins a batch


def test_a_reading_that_joins_stands_where_its_key_puts_it() -> None:
    unread = [one for one in EXAMS if one.exam in {"S1:BL", "S2:BL", "S3:BL", "S4:BL"}]
    ranks = sorted(unread, key=lambda one: key("demo", Purpose.ORDER, "R1", "B2", one.exam))
    joins = EXAMS[1]
    before = sum(key("demo", Purpose.ORDER, "R1", "B2", one.exam) < key("demo", Purpose.ORDER, "R1", "B2", joins.exam) for one in ranks)
    assert inserted("demo", "R1", "B2", joins, ranks, spacing=0) == before


@settings(max_examples=60, deadline=None)
@given(st.permutations(EXAMS), st.integers(0, 3), st.integers(0, 6))
def test_a_reading_that_joins_keeps_the_spacing_where_a_place_does(exams: list[Place], spacing: int, read: int) -> None:
    joins, before, unread = exams[0], [one.subject for one in exams[1 : 1 + read]], exams[1 + read :]
    at = inserted("demo", "R1", "B2", joins, unread, spacing=spacing, before=before)
    assert 0 <= at <= len(unread)

    def kept(place: int) -> bool:
        every = [*before, *(one.subject for one in unread)]
        here = len(before) + place
        return joins.subject not in every[max(0, here - spacing) : here + spacing]

    first = sum(key("demo", Purpose.ORDER, "R1", "B2", one.exam) < key("demo", Purpose.ORDER, "R1", "B2", joins.exam) for one in unread)
    assert kept(at) or not any(kept(place) for place in range(first, len(unread) + 1))


# ---------------------------------------------------------------- one reader for each unit


def test_one_reader_each_is_dealt_by_the_same_rule() -> None:
    units = [f"S{n}" for n in range(9)]
    deal = deal_pairs("demo", units, lambda _: ("R1", "R2", "R3"), readers=1)
    assert sorted(one.unit for one in deal.dealt) == sorted(units)
    assert all(one.slot_2 is None and one.readers == one.pair == (one.slot_1,) for one in deal.dealt)
    counts = [sum(one.slot_1 == reader for one in deal.dealt) for reader in ("R1", "R2", "R3")]
    assert counts == [3, 3, 3]


@settings(max_examples=30, deadline=None)
@given(st.text("abc", min_size=1, max_size=8), st.integers(1, 2), st.lists(st.integers(1, 30), min_size=2, max_size=4))
def test_units_that_are_added_never_move_those_dealt_before(seed: str, readers: int, deals: list[int]) -> None:
    held: list[Dealt] = []
    units = 0
    for more in deals:
        new = [f"S{n}" for n in range(units, units + more)]
        units += more
        before = {one.unit: one for one in held}
        held += deal_pairs(seed, new, lambda _: ("R1", "R2", "R3", "R4"), held, readers=readers).dealt
        assert {unit: one for unit, one in {one.unit: one for one in held}.items() if unit in before} == before
    loads = [sum(reader in one.readers for one in held) for reader in ("R1", "R2", "R3", "R4")]
    assert max(loads) - min(loads) <= readers
