"""Who reads what: the oracles of the keyed choices, balance of pairs, and the order of a reader's exams."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.allocation import (
    Dealt,
    Purpose,
    choose_adjudicator,
    deal_pairs,
    exam_part,
    key,
    ranked,
    reader_order,
    reference_slot,
    slot_of_a,
)
from corelab.domain.vocabulary import SegmentId, SubjectCode, VisitId

EXAMS = tuple(f"E0{n}" for n in range(1, 7))
SUBJECTS = tuple(f"S{n}" for n in range(1, 7))
READERS = ("R1", "R2", "R3")
ALONE = {exam: SubjectCode(f"of {exam}") for exam in EXAMS}


def test_a_key_is_the_digest_of_seed_purpose_and_parts() -> None:
    assert key("demo", Purpose.SLOT, "S1") == "839ca55918965b10764558b1bc8a1e1cdb37fb5fb71870714c3179c282243f57"


def test_a01_and_a02_two_readers_get_one_batch_in_their_own_orders() -> None:
    first = [place.exam for place in reader_order("demo", "R1", "B1", ALONE, spacing=0)]
    second = [place.exam for place in reader_order("demo", "R2", "B1", ALONE, spacing=0)]
    assert first == ["E01", "E05", "E03", "E02", "E06", "E04"]
    assert second == ["E06", "E01", "E02", "E04", "E03", "E05"]


def test_a03_every_exam_has_its_reference_slot_before_anyone_reads() -> None:
    assert [reference_slot("demo", exam) for exam in EXAMS] == [1, 1, 2, 2, 1, 1]


def test_a04_which_reading_is_a_is_drawn_by_segment() -> None:
    assert [slot_of_a("demo", "E01", SegmentId(segment)) for segment in ("CFV", "FV_MID", "POPV")] == [2, 2, 2]
    assert {slot_of_a("demo", "E01", SegmentId(f"S{n}")) for n in range(20)} == {1, 2}


def test_which_reading_is_a_may_be_drawn_for_the_whole_exam() -> None:
    first_digits = {exam: int(key("demo", Purpose.AB, exam)[0], 16) for exam in EXAMS}
    assert [slot_of_a("demo", exam, None) for exam in EXAMS] == [1 if first_digits[exam] % 2 == 0 else 2 for exam in EXAMS]


def test_a05_repeats_are_the_smallest_keys() -> None:
    assert ranked("demo", Purpose.REPEAT, ("R1",), EXAMS)[:2] == ("E05", "E02")


def test_a06_units_are_dealt_in_the_order_of_chance() -> None:
    assert ranked("demo", Purpose.UNIT, (), SUBJECTS) == ("S6", "S5", "S4", "S1", "S2", "S3")


def test_a07_pairs_are_balanced() -> None:
    deal = deal_pairs("demo", SUBJECTS, lambda _: READERS)
    assert [(one.unit, "+".join(one.pair)) for one in deal.dealt] == [
        ("S6", "R2+R3"),
        ("S5", "R1+R3"),
        ("S4", "R1+R2"),
        ("S1", "R1+R3"),
        ("S2", "R2+R3"),
        ("S3", "R1+R2"),
    ]
    assert Counter(one.pair for one in deal.dealt) == {("R1", "R2"): 2, ("R1", "R3"): 2, ("R2", "R3"): 2}


def test_the_slots_of_a_pair_follow_the_key_of_the_unit() -> None:
    for one in deal_pairs("demo", SUBJECTS, lambda _: READERS).dealt:
        even = int(key("demo", Purpose.SLOT, one.unit)[0], 16) % 2 == 0
        assert (one.slot_1, one.slot_2) == (one.pair if even else one.pair[::-1])


def test_a_unit_without_two_eligible_readers_waits() -> None:
    deal = deal_pairs("demo", ("S1", "S2"), lambda unit: ("R1",) if unit == "S1" else ("R1", "R2"))
    assert deal.without_readers == ("S1",)
    assert [one.unit for one in deal.dealt] == ["S2"]


def test_what_was_dealt_before_counts_in_the_balance() -> None:
    held = [Dealt("S8", "R1", "R2"), Dealt("S9", "R3", "R1")]
    assert deal_pairs("demo", ("S1",), lambda _: READERS, held).dealt[0].pair == ("R2", "R3")


@settings(max_examples=30, deadline=None)
@given(st.text("abc", min_size=1, max_size=8), st.integers(2, 5), st.integers(1, 30))
def test_after_any_prefix_of_units_pair_counts_differ_by_at_most_one(seed: str, readers: int, units: int) -> None:
    pool = tuple(f"R{n}" for n in range(readers))
    counts: Counter[tuple[str, str]] = Counter({(a, b): 0 for a in pool for b in pool if a < b})
    for one in deal_pairs(seed, [f"S{n}" for n in range(units)], lambda _: pool).dealt:
        first, second = one.pair
        counts[first, second] += 1
        assert max(counts.values()) - min(counts.values()) <= 1


@settings(max_examples=20, deadline=None)
@given(st.permutations(SUBJECTS), st.permutations(READERS))
def test_the_deal_does_not_depend_on_the_order_of_names(subjects: list[str], readers: list[str]) -> None:
    assert deal_pairs("demo", subjects, lambda _: readers) == deal_pairs("demo", SUBJECTS, lambda _: READERS)


def test_exams_of_one_subject_are_kept_apart() -> None:
    exams = {f"{subject}:{visit}": SubjectCode(subject) for subject in "ABCDEF" for visit in ("BL", "D10", "D30", "M6")}
    order = reader_order("demo", "R1", "B1", exams, spacing=3)
    assert sorted(place.exam for place in order) == sorted(exams)
    subjects = [exams[place.exam] for place in order]
    kept = [n for n, place in enumerate(order) if not place.breach]
    assert all(subjects[n] not in subjects[max(0, n - 3) : n] for n in kept)


def test_when_no_exam_fits_the_subject_seen_longest_ago_is_taken_and_told() -> None:
    exams = {"A:1": SubjectCode("A"), "A:2": SubjectCode("A"), "B:1": SubjectCode("B")}
    order = reader_order("demo", "R1", "B1", exams, spacing=5)
    assert [place.breach for place in order] == [False, False, True]
    assert order[2].exam.startswith("A")


def test_spacing_looks_back_to_the_batch_before() -> None:
    exams = {"A:2": SubjectCode("A"), "B:2": SubjectCode("B"), "C:1": SubjectCode("C")}
    order = reader_order("demo", "R1", "B2", exams, spacing=2, before=[SubjectCode("A"), SubjectCode("B")])
    assert [place.exam for place in order] == ["C:1", "A:2", "B:2"]


def test_the_adjudicator_with_the_fewest_cases_is_chosen_and_ties_go_by_key() -> None:
    assert choose_adjudicator("demo", "E01", {"adj-1": 2, "adj-2": 1}) == "adj-2"
    tied = {"adj-1": 1, "adj-2": 1}
    assert choose_adjudicator("demo", "E01", tied) == ranked("demo", Purpose.ADJUDICATOR, ("E01",), tied)[0]
    assert choose_adjudicator("demo", "E01", {}) is None


def test_an_exam_stands_in_a_key_as_subject_and_visit() -> None:
    assert exam_part(SubjectCode("S01"), VisitId("D10")) == "S01:D10"
