"""Win ratio, net benefit, win odds: a second way of counting, and what must hold for any two arms."""

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.winratio import (
    Better,
    Estimates,
    Figure,
    IfMissing,
    Interval,
    NotEstimable,
    Stratum,
    Tier,
    Values,
    Variance,
    by_tier,
    compare,
    estimates_of,
)

Z = 1.959963984540054
few = settings(max_examples=40, deadline=None)


def found(*strata: Stratum, tiers: Sequence[Tier]) -> Estimates:
    return estimates_of(compare(tiers, strata))


# ---------------------------------------------------------------- a second way of counting

values = st.one_of(st.none(), st.integers(-2, 2).map(Decimal), st.sampled_from([Decimal("0.1"), Decimal("0.3")]))
subjects = st.lists(st.tuples(values, values), min_size=2, max_size=5)
tiers = st.builds(
    Tier, st.just("any"), st.sampled_from(Better), st.sampled_from([Decimal(0), Decimal("0.2"), Decimal(1)]), st.sampled_from(IfMissing)
)
hierarchies = st.tuples(tiers, tiers)


def signs(of: Sequence[Tier], one: Sequence[Values], other: Sequence[Values]) -> list[list[int]]:
    """1, 0, -1 for each pair, written out as the protocol says it."""

    def outcome(mine: Values, theirs: Values) -> int:
        for tier, a, b in zip(of, mine, theirs, strict=True):
            worst = Decimal(-(10**6)) if tier.better is Better.HIGHER else Decimal(10**6)
            if tier.missing is IfMissing.WORST:
                a, b = (worst if value is None else value for value in (a, b))  # noqa: PLW2901 - as the policy says
            if a is None or b is None or abs(a - b) <= tier.margin:
                continue
            return 1 if (a > b) == (tier.better is Better.HIGHER) else -1
        return 0

    return [[outcome(mine, theirs) for theirs in other] for mine in one]


def covariance(x: list[list[float]], y: list[list[float]], *, null: bool) -> float:
    """The formulas of the two papers as sums over pairs of pairs; x and y hold K - p or L - p."""
    rows, columns = range(len(x)), range(len(x[0]))
    m, n = len(rows), len(columns)
    if null:
        xi10 = sum(x[i][j] * y[i][k] for i in rows for j, k in itertools.permutations(columns, 2)) / (m * n * (n - 1))
        xi01 = sum(x[i][j] * y[k][j] for j in columns for i, k in itertools.permutations(rows, 2)) / (m * n * (m - 1))
        return m * n**2 * xi10 + m**2 * n * xi01
    xi10 = sum(sum(x[i]) / n * sum(y[i]) / n for i in rows) / (m - 1)
    xi01 = sum(sum(x[i][j] for i in rows) / m * sum(y[i][j] for i in rows) / m for j in columns) / (n - 1)
    return m * n**2 * xi10 + m**2 * n * xi01


def spreads(table: list[list[int]], *, null: bool) -> tuple[float, float, float]:
    pairs = len(table) * len(table[0])
    wins, losses = (sum(row.count(sign) for row in table) for sign in (1, -1))
    p, q = ((wins + losses) / 2 / pairs,) * 2 if null else (wins / pairs, losses / pairs)
    won = [[(sign == 1) - p for sign in row] for row in table]
    lost = [[(sign == -1) - q for sign in row] for row in table]
    return covariance(won, won, null=null), covariance(lost, lost, null=null), covariance(won, lost, null=null)


@few
@given(hierarchies, subjects, subjects)
def test_counts_and_intervals_equal_the_definitions_summed_pair_by_pair(
    of: tuple[Tier, Tier], one: list[Values], other: list[Values]
) -> None:
    table = signs(of, one, other)
    wins, losses = (sum(row.count(sign) for row in table) for sign in (1, -1))
    tallies = compare(of, [Stratum("", tuple(one), tuple(other))])
    assert (tallies[0].wins, tallies[0].losses, tallies[0].ties) == (wins, losses, len(one) * len(other) - wins - losses)
    figures = estimates_of(tallies)
    for variance in Variance:
        null = variance is Variance.NULL
        of_wins, of_losses, both = spreads(table, null=null)
        if wins and losses:
            delta = of_wins / wins**2 - 2 * both / wins / losses + of_losses / losses**2
            expected = (of_wins - 2 * both + of_losses) / ((wins + losses) / 2) ** 2 if null else delta
            assert_interval(figures.ratio, variance, math.log(wins / losses), expected, math.log)
        benefit = (wins - losses) / len(one) / len(other)
        assert_interval(figures.benefit, variance, benefit, (of_wins - 2 * both + of_losses) / (len(one) * len(other)) ** 2, float)


def assert_interval(figure: Figure, variance: Variance, middle: float, expected: float, scale: Any) -> None:
    limits = figure.interval(variance)
    if isinstance(limits, NotEstimable):
        assert limits is NotEstimable.NO_SPREAD
        assert expected < 1e-12
    else:
        half = Z * math.sqrt(expected)
        assert (scale(limits.low), scale(limits.high)) == pytest.approx((middle - half, middle + half), abs=1e-9)


@few
@given(hierarchies, subjects, subjects)
def test_the_scores_of_finkelstein_and_schoenfeld_are_those_of_the_pooled_sample(
    of: tuple[Tier, Tier], one: list[Values], other: list[Values]
) -> None:
    everybody = [*one, *other]
    scores = [sum(row) for row in signs(of, everybody, everybody)]
    assert compare(of, [Stratum("", tuple(one), tuple(other))])[0].scores == tuple(scores)


# ---------------------------------------------------------------- what must hold for any two arms


@few
@given(hierarchies, st.lists(st.tuples(subjects, subjects), min_size=1, max_size=3))
def test_swapping_the_arms_inverts_the_ratio_and_turns_the_net_benefit(
    of: tuple[Tier, Tier], arms: list[tuple[list[Values], list[Values]]]
) -> None:
    there = found(*(Stratum(str(n), tuple(a), tuple(b)) for n, (a, b) in enumerate(arms)), tiers=of)
    back = found(*(Stratum(str(n), tuple(b), tuple(a)) for n, (a, b) in enumerate(arms)), tiers=of)
    turned = {NotEstimable.NO_WINS: NotEstimable.NO_LOSSES, NotEstimable.NO_LOSSES: NotEstimable.NO_WINS}
    for one, other in ((there.ratio, back.ratio), (there.odds, back.odds)):
        if isinstance(one.value, NotEstimable):
            assert other.value is turned.get(one.value, one.value)
            continue
        assert other.value == pytest.approx(1 / one.value)
        for variance in Variance:
            one_interval, other_interval = one.interval(variance), other.interval(variance)
            if isinstance(one_interval, Interval):
                assert isinstance(other_interval, Interval)
                assert (1 / other_interval.high, 1 / other_interval.low) == pytest.approx((one_interval.low, one_interval.high))
            else:
                assert other_interval is one_interval
    assert isinstance(there.benefit.value, float)
    assert back.benefit.value == -there.benefit.value
    assert back.z == (there.z if isinstance(there.z, NotEstimable) else -there.z)


@few
@given(hierarchies, subjects, subjects, st.randoms())
def test_the_order_of_rows_does_not_matter(of: tuple[Tier, Tier], one: list[Values], other: list[Values], chance: random.Random) -> None:
    before = found(Stratum("", tuple(one), tuple(other)), tiers=of)
    chance.shuffle(one)
    chance.shuffle(other)
    assert found(Stratum("", tuple(one), tuple(other)), tiers=of) == before


@few
@given(hierarchies, subjects, subjects, st.integers(-1000, 1000))
def test_adding_a_constant_to_a_tier_changes_nothing(of: tuple[Tier, Tier], one: list[Values], other: list[Values], more: int) -> None:
    def raised(subject: Values) -> Values:
        return (None if subject[0] is None else subject[0] + more, subject[1])

    arms = Stratum("", tuple(one), tuple(other))
    assert compare(of, [Stratum("", tuple(map(raised, one)), tuple(map(raised, other)))]) == compare(of, [arms])


@few
@given(hierarchies, subjects, subjects)
def test_a_wider_margin_only_moves_pairs_to_later_tiers(of: tuple[Tier, Tier], one: list[Values], other: list[Values]) -> None:
    arms = [Stratum("", tuple(one), tuple(other))]
    wider = (replace(of[0], margin=of[0].margin + 1), of[1])
    before, after = by_tier(compare(of, arms))[0], by_tier(compare(wider, arms))[0]
    assert after.wins <= before.wins
    assert after.losses <= before.losses
    assert after.ties >= before.ties


@few
@given(hierarchies, subjects, subjects)
def test_no_figure_is_ever_nan(of: tuple[Tier, Tier], one: list[Values], other: list[Values]) -> None:
    result = found(Stratum("", tuple(one), tuple(other)), tiers=of)
    numbers = [result.z, *(figure.value for figure in (result.ratio, result.benefit, result.odds))]
    for figure in (result.ratio, result.benefit, result.odds):
        numbers += [
            limit
            for one_interval in (figure.null, figure.unrestricted)
            if isinstance(one_interval, Interval)
            for limit in (one_interval.low, one_interval.high)
        ]
    assert all(math.isfinite(number) for number in numbers if not isinstance(number, NotEstimable))
