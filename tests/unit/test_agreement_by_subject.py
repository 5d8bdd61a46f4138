"""Intervals by subject, what becomes of NE, NI and NA, and drift: the draws can be repeated by anyone, and one subject moves as a whole."""

import hashlib
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.agreement.bootstrap import Chance, Resampled, draws, interval_of, resampled_measures, resampled_tables
from corelab.domain.agreement.estimate import Interval, Undefined
from corelab.domain.agreement.graded_pairs import Agreement, GradedPair, agreement, coverage, drift
from corelab.domain.agreement.two_readers import Quotients, Weights, counts, kappa_of

few = settings(max_examples=50, deadline=None)

CHANCE = Chance(seed=20260101, repetitions=500)
RANKS = ("0", "1", "2")


def read(subjects: int, *, segments: int = 6, seed: int = 5) -> list[GradedPair]:
    """A trial of chance: the second reader repeats the first in three of four cells."""
    dice = random.Random(seed)  # noqa: S311 - readers of a test
    made = []
    for subject in range(subjects):
        for _ in range(segments):
            first = dice.choice("0001122")
            made.append(GradedPair(f"S{subject:02}", first, first if dice.random() < 0.75 else dice.choice("012")))
    return made


def intervals(found: Agreement) -> list[Resampled]:
    figures = (found.without_ne, found.with_ne)
    return [
        one.by_subject for each in figures for one in (each.percent, *(figure for _, figure in (*each.kappa, *each.ac)), *each.specific)
    ]


def test_a_draw_is_what_the_rule_says() -> None:
    """Each 32 bits of SHAKE-256 of seed|bootstrap|repetition, times the number of subjects, without the lower 32 bits."""
    (block,) = draws(Chance(seed=7, repetitions=3), 12)
    for repetition in range(3):
        digest = hashlib.shake_256(f"7|bootstrap|{repetition}".encode()).digest(48)
        chosen = [int.from_bytes(digest[4 * n : 4 * n + 4], "big") * 12 >> 32 for n in range(12)]
        assert block[repetition].tolist() == [Counter(chosen)[subject] for subject in range(12)]


def test_the_draws_of_a_seed_are_for_ever() -> None:
    (block,) = draws(Chance(seed=7, repetitions=2), 10)
    assert block.tolist() == [[2, 2, 1, 0, 1, 1, 0, 1, 1, 1], [1, 1, 1, 3, 0, 1, 0, 2, 1, 0]]


def test_more_repetitions_begin_with_the_same_ones() -> None:
    few, many = (np.concatenate(list(draws(Chance(1, repetitions), 10))) for repetitions in (700, 1200))
    assert many[:700].tolist() == few.tolist()
    assert set(many.sum(axis=1)) == {10}


def test_a_repetition_is_the_sum_of_the_subjects_drawn() -> None:
    tables = {f"S{n:02}": counts([[n, 1], [0, 2]]) for n in range(10)}
    repeated = resampled_tables(tables, CHANCE)
    assert repeated is not None
    (block,) = draws(CHANCE, 10)
    for repetition in (0, 17, 499):
        drawn = block[repetition].tolist()
        assert repeated[repetition].tolist() == [[sum(n * times for n, times in enumerate(drawn)), 10], [0, 20]]


def test_the_same_seed_gives_the_same_and_another_seed_another_interval() -> None:
    pairs = read(20)
    first, again = agreement(pairs, RANKS, CHANCE), agreement(pairs, RANKS, CHANCE)
    other = agreement(pairs, RANKS, Chance(seed=1, repetitions=500))
    assert first == again
    assert intervals(first) != intervals(other)
    assert first.without_ne.kappa[0][1].estimate == other.without_ne.kappa[0][1].estimate


def test_the_order_of_the_file_does_not_matter() -> None:
    pairs = read(15)
    assert agreement(pairs[::-1], RANKS, CHANCE) == agreement(pairs, RANKS, CHANCE)


def test_subjects_with_equal_tables_give_an_interval_without_width() -> None:
    one = [("0", "0"), ("1", "1"), ("1", "2"), ("2", "2"), ("0", "1")]
    found = agreement([GradedPair(f"S{n}", a, b) for n in range(12) for a, b in one], RANKS, CHANCE)
    for _, figure in (*found.without_ne.kappa, *found.without_ne.ac):
        assert figure.estimate.value is not None
        assert figure.by_subject.interval == Interval(figure.estimate.value, figure.estimate.value)


def test_every_interval_by_subject_holds_its_figure() -> None:
    found = agreement(read(40), RANKS, CHANCE)
    for _, figure in (*found.without_ne.kappa, *found.without_ne.ac):
        assert figure.by_subject.interval is not None
        assert figure.estimate.value is not None
        assert figure.by_subject.interval.low < figure.estimate.value < figure.by_subject.interval.high


def test_cells_of_a_subject_that_go_together_make_the_interval_wider() -> None:
    """20 subjects of 12 equal cells each know no more than 20 cells do; the large-sample interval thinks they are 240."""
    dice = random.Random(3)  # noqa: S311 - readers of a test
    grades = [(a := dice.choice("012"), a if dice.random() < 0.7 else dice.choice("012")) for _ in range(20)]
    (_, figure), *_ = agreement([GradedPair(f"S{n:02}", *grades[n]) for n in range(20) for _ in range(12)], RANKS, CHANCE).without_ne.kappa
    naive, honest = figure.estimate.interval, figure.by_subject.interval
    assert naive is not None
    assert honest is not None
    assert honest.high - honest.low > 2.5 * (naive.high - naive.low)


def test_fewer_than_ten_subjects_have_no_interval() -> None:
    few = agreement(read(9), RANKS, CHANCE).without_ne
    assert {figure.by_subject for _, figure in (*few.kappa, *few.ac)} == {Resampled(None, Undefined.FEWER_THAN_TEN_SUBJECTS, 0)}
    assert agreement(read(10), RANKS, CHANCE).without_ne.percent.by_subject.interval is not None


def test_repetitions_that_cannot_be_estimated_are_counted() -> None:
    """Only one of 10 subjects has a second category: where it is not drawn there is no kappa."""
    tables = {f"S{n}": counts([[3, 0], [0, 0]]) for n in range(9)} | {"S9": counts([[0, 0], [0, 3]])}
    found = interval_of(resampled_tables(tables, CHANCE), lambda stack: kappa_of(stack, Weights.UNWEIGHTED))
    (block,) = draws(CHANCE, 10)
    one_kind = int(((block[:, 9] == 0) | (block[:, 9] == 10)).sum())
    assert 0 < one_kind < 250
    assert found == Resampled(Interval(1.0, 1.0), None, one_kind)


def test_where_most_repetitions_cannot_be_estimated_there_is_no_interval() -> None:
    tables = {f"S{n}": counts([[3, 0], [0, 0]]) for n in range(10)}
    found = interval_of(resampled_tables(tables, CHANCE), lambda stack: kappa_of(stack, Weights.UNWEIGHTED))
    assert found == Resampled(None, Undefined.NO_REPLICATES, 500)


def test_the_interval_cuts_off_a_fortieth_at_each_end() -> None:
    """Of the values 0 to 499 in any order: 499 x 0.025 and 499 x 0.975."""
    shuffled = np.arange(500)[::-1]
    repeated = np.zeros((500, 2, 2), dtype=np.int64)
    found = interval_of(repeated, lambda _stack: Quotients(shuffled, np.ones(500, dtype=np.int64), np.ones(500, dtype=np.bool_)))
    assert found.interval is not None
    assert (round(found.interval.low, 9), round(found.interval.high, 9)) == (12.475, 486.525)


# ---------------------------------------------------------------- NE, NI, NA


def test_ne_is_its_own_category_in_one_figure_and_left_out_of_the_other() -> None:
    """8 of 10 graded pairs agree; with NE 8 and 1 of 12. NI and NA are nowhere."""
    graded = [("0", "0")] * 5 + [("1", "1")] * 3 + [("0", "1")] * 2
    pairs = [GradedPair("S1", a, b) for a, b in [*graded, ("NE", "NE"), ("NE", "0"), ("NI", "0"), ("NE", "NI"), ("NA", "NI"), ("0", "NA")]]
    found = agreement(pairs, ("0", "1"), CHANCE)
    held = found.coverage
    assert (held.given, held.graded, held.not_evaluable_one, held.not_evaluable_both) == (16, 10, 1, 1)
    assert (held.not_imaged, held.not_applicable, held.subjects) == (2, 2, 1)
    assert found.without_ne.table == ((5, 2), (0, 3))
    assert found.with_ne.table == ((5, 2, 0), (0, 3, 0), (1, 0, 1))
    assert found.without_ne.percent.estimate.value == 8 / 10
    assert found.with_ne.percent.estimate.value == 9 / 12
    assert [weights for weights, _ in found.with_ne.kappa] == [Weights.UNWEIGHTED]


@few
@given(st.lists(st.tuples(st.sampled_from(["0", "1", "NE", "NI", "NA"]), st.sampled_from(["0", "1", "NE", "NI", "NA"]))))
def test_every_pair_is_counted_once(grades: list[tuple[str, str]]) -> None:
    held = coverage(GradedPair("S", a, b) for a, b in grades)
    parts = (held.graded, held.not_evaluable_one, held.not_evaluable_both, held.not_imaged, held.not_applicable)
    assert sum(parts) == held.given == len(grades)


def test_a_grade_that_is_no_category_is_refused() -> None:
    with pytest.raises(ValueError, match="9"):
        agreement([GradedPair("S", "0", "9")], RANKS, CHANCE)


def test_no_pair_at_all_has_no_figure() -> None:
    found = agreement([GradedPair("S", "NI", "NI")], RANKS, CHANCE)
    assert found.without_ne.percent.estimate.undefined is Undefined.NO_PAIRS
    assert {one.interval for one in intervals(found)} == {None}


def test_drift_by_batch_with_its_sums_written_out() -> None:
    """B1: 2 + 1 of 4 agree, margins 3 1 and 2 2, so (12/16 - 8/16) / (1 - 8/16); grades 5 and 3 of 8. B2 has one category."""
    first = [("0", "0"), ("0", "0"), ("1", "1"), ("0", "1")]
    pairs = [GradedPair("S1", a, b, "B1") for a, b in first] + [GradedPair("S2", "1", "1", "B2"), GradedPair("S2", "1", "1", "B2")]
    pairs += [GradedPair("S3", "NE", "1", "B2"), GradedPair("S3", "NI", "NI", "B3")]
    one, two, three = drift(pairs, ("0", "1"), Weights.LINEAR)
    assert (one.batch, one.pairs, one.kappa.value, one.shares) == ("B1", 4, 0.5, (5 / 8, 3 / 8))
    assert (two.pairs, two.kappa.undefined, two.shares) == (2, Undefined.ONE_CATEGORY, (0.0, 1.0))
    assert (three.pairs, three.kappa.undefined, three.shares) == (0, Undefined.NO_PAIRS, ())


# ---------------------------------------------------------------- measured values


def measured(subjects: int) -> dict[str, list[tuple[float, float]]]:
    dice = random.Random(4)  # noqa: S311 - readers of a test
    return {
        f"S{n:02}": [(x := round(dice.gauss(9, 2), 1), round(x + dice.gauss(0, 0.4), 1)) for _ in range(1 + n % 3)] for n in range(subjects)
    }


def test_a_repetition_of_measures_is_what_its_pairs_give() -> None:
    """The first repetition alone, computed from the pairs it drew by the formulas for pairs."""
    from corelab.domain.agreement.bootstrap import _measures, _moments, _summed  # noqa: PLC0415 - what one repetition gives is not public
    from corelab.domain.agreement.measured import icc, limits_of_agreement  # noqa: PLC0415

    held = measured(10)
    (block,) = draws(CHANCE, 10)
    sums = _summed(np.array([_moments(held[subject], 9.0) for subject in sorted(held)]), block)
    mean, deviation, correlation, spread = _measures(sums)
    assert spread.all()
    for repetition in (0, 250):
        drawn = [pair for n, subject in enumerate(sorted(held)) for pair in held[subject] * int(block[repetition, n])]
        limits = limits_of_agreement([a for a, _ in drawn], [b for _, b in drawn])
        assert mean[repetition] == pytest.approx(limits.mean.value, abs=1e-9)
        assert deviation[repetition] == pytest.approx(limits.deviation.value)
        assert correlation[repetition] == pytest.approx(icc(drawn).two_one.value)


def test_measures_have_intervals_by_subject_that_hold_their_figures() -> None:
    from corelab.domain.agreement.measured import icc, limits_of_agreement  # noqa: PLC0415

    held = measured(30)
    pairs = [pair for each in held.values() for pair in each]
    limits, found = limits_of_agreement([a for a, _ in pairs], [b for _, b in pairs]), resampled_measures(held, CHANCE)
    figures = ((icc(pairs).two_one, found.two_one), (limits.mean, found.mean), (limits.low, found.low), (limits.high, found.high))
    for figure, resampled in figures:
        assert resampled.interval is not None
        assert figure.value is not None
        assert resampled.interval.low < figure.value < resampled.interval.high
    assert resampled_measures(dict(reversed(held.items())), CHANCE) == found


def test_measures_of_few_subjects_or_without_spread_have_no_interval() -> None:
    few = resampled_measures(measured(9), CHANCE)
    assert {few.two_one, few.mean, few.low, few.high} == {Resampled(None, Undefined.FEWER_THAN_TEN_SUBJECTS, 0)}
    flat = resampled_measures({f"S{n}": [(0.1, 0.1), (0.1, 0.1)] for n in range(10)}, CHANCE)
    assert flat.two_one == Resampled(None, Undefined.NO_REPLICATES, 500)
    assert flat.mean.interval == Interval(0.0, 0.0)
