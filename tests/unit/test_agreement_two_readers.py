"""Two readers, one table: the oracles, sums written out, what cannot be estimated, and what must hold for every table."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.agreement.estimate import Estimate, Interval, Undefined
from corelab.domain.agreement.proportion import proportion
from corelab.domain.agreement.two_readers import (
    Weights,
    ac,
    ac_of,
    agreement_of,
    bias,
    counts,
    kappa,
    kappa_of,
    percent_agreement,
    specific_agreement,
    specific_of,
)

few = settings(max_examples=50, deadline=None)

Table = list[list[int]]

M1 = [[80, 10], [5, 5]]
M2 = [[170, 8, 1], [6, 22, 4], [1, 3, 25]]
M6 = [[50, 0], [0, 0]]


def known(found: Estimate) -> float:
    assert found.value is not None
    return found.value


@pytest.mark.parametrize(
    ("oracle", "table", "weights", "agreed", "kappas", "acs"),
    [
        ("M1", M1, Weights.UNWEIGHTED, 0.8500, 0.3182, 0.8080),
        ("M2", M2, Weights.UNWEIGHTED, 0.9042, 0.7699, 0.8790),
        ("M3", M2, Weights.LINEAR, 0.9479, 0.8261, 0.9202),
        ("M4", M2, Weights.QUADRATIC, 0.9698, 0.8746, 0.9482),
    ],
)
def test_oracles_m1_to_m4(*, oracle: str, table: Table, weights: Weights, agreed: float, kappas: float, acs: float) -> None:
    held = counts(table)
    found = (percent_agreement(held, weights), kappa(held, weights), ac(held, weights))
    assert [round(known(one), 4) for one in found] == [agreed, kappas, acs]


@pytest.mark.parametrize(("table", "low", "high"), [(M1, 0.7672, 0.9069), (M2, 0.8603, 0.9353)])
def test_m1_and_m2_have_the_interval_of_wilson(table: Table, low: float, high: float) -> None:
    found = percent_agreement(counts(table)).interval
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(("table", "expected"), [(M1, [0.9143, 0.4000]), (M2, [0.9551, 0.6769, 0.8475])])
def test_m5_specific_agreement_of_each_category(table: Table, expected: list[float]) -> None:
    assert [round(known(one), 4) for one in specific_agreement(counts(table))] == expected


@pytest.mark.parametrize("weights", Weights)
def test_m6_one_category_is_not_estimable(weights: Weights) -> None:
    held = counts(M6)
    assert percent_agreement(held).value == 1
    assert kappa(held, weights) == ac(held, weights) == Estimate(None, Undefined.ONE_CATEGORY)
    assert specific_agreement(held)[1] == Estimate(None, Undefined.CATEGORY_NOT_USED)
    assert bias(held).statistic == Estimate(None, Undefined.NO_DIFFERENCE)


def test_kappa_with_its_sums_written_out() -> None:
    """20 + 15 of 50 agree; by chance 25 x 30 + 25 x 20 of 2500."""
    found = kappa(counts([[20, 5], [10, 15]]), Weights.UNWEIGHTED)
    observed, chance = Fraction(35, 50), Fraction(25 * 30 + 25 * 20, 50 * 50)
    assert (observed, chance) == (Fraction(7, 10), Fraction(1, 2))
    assert found.value == float((observed - chance) / (1 - chance)) == 0.4


def test_linear_kappa_and_ac2_with_their_sums_written_out() -> None:
    """Ranks 0, 1, 2; 10 pairs: 4 + 2 + 1 agree, 1 + 1 are one step apart (half), 1 is two steps apart (nothing)."""
    table = counts([[4, 1, 1], [0, 2, 0], [0, 1, 1]])
    observed = Fraction(7, 10) + Fraction(2, 10) / 2
    # margins: reader 1 6 2 2, reader 2 4 4 2
    agree, one_step = 6 * 4 + 2 * 4 + 2 * 2, 6 * 4 + 2 * 4 + 2 * 2 + 2 * 4
    chance = (agree + Fraction(one_step, 2)) / 100
    assert (observed, chance) == (Fraction(8, 10), Fraction(58, 100))
    assert kappa(table, Weights.LINEAR).value == float((observed - chance) / (1 - chance))
    # both readers together: 10 6 4 of 20; the weights sum to 3 + 4 x 1/2
    spread = Fraction(10, 20) * Fraction(10, 20) + Fraction(6, 20) * Fraction(14, 20) + Fraction(4, 20) * Fraction(16, 20)
    gwet = Fraction(5, 3 * 2) * spread
    assert ac(table, Weights.LINEAR).value == float((observed - gwet) / (1 - gwet))


def test_readers_who_never_agree_have_a_kappa_of_zero_and_not_none() -> None:
    assert kappa(counts([[0, 8], [0, 0]]), Weights.UNWEIGHTED).value == 0


def test_mcnemar_with_its_sums_written_out() -> None:
    """(10 - 5) squared / (10 + 5)."""
    found = bias(counts(M1))
    assert (found.test, found.degrees) == ("McNemar", 1)
    assert known(found.statistic) == pytest.approx(25 / 15)
    assert found.p == pytest.approx(math.erfc(math.sqrt(25 / 15 / 2)))


def test_bowker_takes_the_pairs_of_categories_that_were_met() -> None:
    """(4 - 1) squared / 5 + (6 - 0) squared / 6; categories 2 and 3 were never taken for each other."""
    found = bias(counts([[9, 4, 6], [1, 9, 0], [0, 0, 9]]))
    assert (found.test, found.degrees) == ("Bowker", 2)
    assert known(found.statistic) == pytest.approx(9 / 5 + 36 / 6)
    assert found.p == pytest.approx(math.exp(-(9 / 5 + 6) / 2))


@pytest.mark.parametrize(
    ("table", "reason"),
    [([[0, 0], [0, 0]], Undefined.NO_PAIRS), ([[0, 1], [0, 0]], Undefined.FEWER_THAN_TWO), ([[7]], Undefined.ONE_CATEGORY)],
)
def test_too_little_to_estimate_has_its_reason(table: Table, reason: Undefined) -> None:
    assert kappa(counts(table), Weights.LINEAR) == ac(counts(table), Weights.QUADRATIC) == Estimate(None, reason)


@pytest.mark.parametrize("table", [[[1, 2]], [[1, -1], [0, 0]], [[0] * 21] * 21, [[1_000_000, 1], [0, 0]], [[2**40, 0], [0, 0]]])
def test_what_is_no_table_is_refused(table: Table) -> None:
    with pytest.raises(ValueError, match="counts"):
        counts(table)


def test_the_largest_table_does_not_overflow() -> None:
    table = [[0] * 20 for _ in range(20)]
    table[0][0], table[19][19] = 500_000, 500_000
    assert kappa(counts(table), Weights.QUADRATIC).value == 1
    assert ac(counts(table), Weights.QUADRATIC).value == 1


def test_wilson_at_the_ends_is_exactly_0_and_1() -> None:
    none, every = proportion(0, 20).interval, proportion(20, 20).interval
    assert none is not None
    assert every is not None
    assert (none.low, every.high) == (0.0, 1.0)
    assert every.low == pytest.approx(1 - none.high)
    assert proportion(0, 0) == Estimate(None, Undefined.NO_PAIRS)


# ---------------------------------------------------------------- what holds for every table


def _tables(size: int) -> st.SearchStrategy[Table]:
    row = st.lists(st.integers(0, 30), min_size=size, max_size=size)
    return st.lists(row, min_size=size, max_size=size)


tables = st.integers(2, 5).flatmap(_tables)
weightings = st.sampled_from(Weights)


def by_definition(table: Table, weights: Weights) -> tuple[Fraction, Fraction, Fraction]:
    """Observed, chance of kappa and chance of AC, as the formulas stand in the books: shares, in fractions."""
    q, n = len(table), sum(map(sum, table))
    step = Fraction(1, q - 1)
    weight = [
        [
            {
                Weights.UNWEIGHTED: Fraction(i == j),
                Weights.LINEAR: 1 - abs(i - j) * step,
                Weights.QUADRATIC: 1 - (abs(i - j) * step) ** 2,
            }[weights]
            for j in range(q)
        ]
        for i in range(q)
    ]
    share = [[Fraction(count, n) for count in row] for row in table]
    rows, columns = [sum(row, Fraction(0)) for row in share], [sum(column, Fraction(0)) for column in zip(*share, strict=True)]
    cells = [(i, j) for i in range(q) for j in range(q)]
    observed = sum((weight[i][j] * share[i][j] for i, j in cells), Fraction(0))
    chance = sum((weight[i][j] * rows[i] * columns[j] for i, j in cells), Fraction(0))
    used = [Fraction(rows[k] + columns[k]) / 2 for k in range(q)]
    gwet = sum((one for row in weight for one in row), Fraction(0)) / (q * (q - 1)) * sum((each * (1 - each) for each in used), Fraction(0))
    return observed, chance, gwet


@few
@given(tables, weightings)
def test_every_table_gives_what_the_formulas_say_or_a_reason(table: Table, weights: Weights) -> None:
    held = counts(table)
    found, gwets = kappa(held, weights), ac(held, weights)
    if found.undefined is not None:
        used = sum(1 for k in range(len(table)) if any(table[k]) or any(row[k] for row in table))
        assert (sum(map(sum, table)) < 2) or used == 1
        assert found.value is gwets.value is None
        return
    observed, chance, gwet = by_definition(table, weights)
    assert found.value == float((observed - chance) / (1 - chance))
    assert gwets.value == float((observed - gwet) / (1 - gwet))
    assert found.interval is not None
    assert found.interval.low <= found.value <= found.interval.high


@few
@given(tables, weightings)
def test_it_does_not_matter_who_is_reader_1(table: Table, weights: Weights) -> None:
    held = counts(table)
    assert kappa(held, weights).value == kappa(held.T, weights).value
    assert ac(held, weights) == ac(held.T, weights)
    assert specific_agreement(held) == specific_agreement(held.T)
    assert bias(held).p == bias(held.T).p


@few
@given(tables, st.randoms())
def test_names_of_categories_do_not_matter_without_weights(table: Table, chance: object) -> None:
    order = list(range(len(table)))
    chance.shuffle(order)  # type: ignore[attr-defined]  # a random.Random, as hypothesis hands it in
    moved = counts([[table[i][j] for j in order] for i in order])
    assert kappa(moved, Weights.UNWEIGHTED).value == kappa(counts(table), Weights.UNWEIGHTED).value
    assert ac(moved, Weights.UNWEIGHTED) == ac(counts(table), Weights.UNWEIGHTED)


@few
@given(tables, weightings)
def test_ranks_read_from_the_other_end_change_nothing(table: Table, weights: Weights) -> None:
    turned = counts([row[::-1] for row in table[::-1]])
    assert kappa(turned, weights).value == kappa(counts(table), weights).value
    assert ac(turned, weights) == ac(counts(table), weights)


@few
@given(st.lists(st.integers(0, 50), min_size=2, max_size=6), weightings)
def test_readers_who_always_agree_have_1(diagonal: list[int], weights: Weights) -> None:
    held = counts(np.diag(diagonal).tolist())
    expected = None if sum(map(bool, diagonal)) < 2 else 1.0
    assert kappa(held, weights).value == ac(held, weights).value == expected
    assert {one.value for one in specific_agreement(held)} <= {1.0, None}


@few
@given(st.lists(_tables(3), min_size=1, max_size=5), weightings)
def test_many_tables_at_once_give_what_each_gives_alone(stack: list[Table], weights: Weights) -> None:
    held = np.array(stack, dtype=np.int64)
    for statistic in (kappa_of, ac_of, agreement_of):
        together = statistic(held, weights)
        for n, table in enumerate(stack):
            alone = statistic(counts(table), weights)
            assert (together.numerator[n], together.denominator[n], together.defined[n]) == (
                alone.numerator,
                alone.denominator,
                alone.defined,
            )
    assert specific_of(held, 1).numerator.tolist() == [2 * table[1][1] for table in stack]


@few
@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_lies_in_its_interval(part: int, rest: int) -> None:
    found = proportion(part, part + rest)
    if not part + rest:
        assert found.value is None
        return
    assert isinstance(found.interval, Interval)
    assert 0 <= found.interval.low <= known(found) <= found.interval.high <= 1
