"""Measured values and many readers: sums written out, what cannot be estimated, and what must hold for all values."""

import math
from dataclasses import fields
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.agreement.distributions import chi_square_tail, fisher_quantile, student_quantile
from corelab.domain.agreement.estimate import Estimate, Undefined
from corelab.domain.agreement.many_readers import Metric, fleiss_kappa, krippendorff_alpha
from corelab.domain.agreement.measured import Icc, icc, limits_of_agreement

few = settings(max_examples=50, deadline=None)

decimals = st.integers(-500, 500).map(lambda tenths: tenths / 10)


def forms(found: Icc) -> list[Estimate]:
    return [getattr(found, field.name) for field in fields(found)]


def test_icc_with_its_sums_written_out() -> None:
    """Three veins, two readers: 4 7, 6 8, 8 9.

    Means of veins 5.5 7 8.5, of readers 6 8, of all 7. Squares between veins 2 (1.5**2 + 0 + 1.5**2) = 9 with 2 degrees; between readers
    3 (1 + 1) = 6 with 1; all 9 + 0 + 1 + 1 + 1 + 4 = 16, so the rest is 1 with 2; within veins 4.5 + 2 + 0.5 = 7 with 3.
    """
    between, judges, residual, within = Fraction(9, 2), Fraction(6, 1), Fraction(1, 2), Fraction(7, 3)
    found = icc([[4, 7], [6, 8], [8, 9]])
    expected = [
        (between - within) / (between + within),
        (between - residual) / (between + residual + Fraction(2, 3) * (judges - residual)),
        (between - residual) / (between + residual),
        (between - within) / between,
        (between - residual) / (between + (judges - residual) / 3),
        (between - residual) / between,
    ]
    assert [one.value for one in forms(found)] == [float(one) for one in expected]


def test_a_constant_difference_costs_absolute_agreement_and_not_consistency() -> None:
    found = icc([[1, 2], [2, 3], [3, 4]])
    assert found.three_one.value == 1
    assert found.two_one.value == float(Fraction(1, 1) / (1 + Fraction(2, 3) * Fraction(3, 4)))
    assert found.two_one.no_interval is Undefined.NO_ERROR


@pytest.mark.parametrize("ratings", [[], [[1.0, 2.0]], [[1.0], [2.0]]])
def test_icc_of_one_vein_or_one_reader_is_not_estimable(ratings: list[list[float]]) -> None:
    assert set(forms(icc(ratings))) == {Estimate(None, Undefined.FEWER_THAN_TWO)}


def test_icc_without_any_spread_is_not_estimable_also_of_decimals() -> None:
    assert set(forms(icc([[0.1, 0.1]] * 3))) == {Estimate(None, Undefined.NO_SPREAD)}


def test_limits_of_agreement_with_their_sums_written_out() -> None:
    """Differences 1, -1, 3: mean 1, squares 0 + 4 + 4 = 8, so the deviation is 2; Student's t with 2 degrees 4.302653."""
    found = limits_of_agreement([5, 6, 9], [4, 7, 6])
    assert (found.mean.value, found.deviation.value) == (1.0, 2.0)
    assert found.low.value == pytest.approx(1 - 1.959963985 * 2)
    assert found.high.value == pytest.approx(1 + 1.959963985 * 2)
    assert found.mean.interval is not None
    assert found.mean.interval.high == pytest.approx(1 + 4.30265273 * 2 / math.sqrt(3))
    assert found.low.interval is not None
    assert found.low.interval.low == pytest.approx(1 - 1.959963985 * 2 - 4.30265273 * 2)


def test_limits_of_one_pair_or_none_are_not_estimable() -> None:
    assert limits_of_agreement([1.0], [2.0]).mean == Estimate(None, Undefined.FEWER_THAN_TWO)
    assert limits_of_agreement([], []).high == Estimate(None, Undefined.NO_VALUES)


pairs = st.lists(st.tuples(decimals, decimals), min_size=2, max_size=12)


@few
@given(pairs)
def test_it_does_not_matter_who_measured_first(held: list[tuple[float, float]]) -> None:
    first, second = icc(held), icc([(b, a) for a, b in held])
    assert forms(first) == forms(second)
    there = limits_of_agreement([a for a, _ in held], [b for _, b in held])
    back = limits_of_agreement([b for _, b in held], [a for a, _ in held])
    assert there.mean.value is not None
    assert back.mean.value == -there.mean.value
    assert there.low.value is not None
    assert back.high.value == pytest.approx(-there.low.value)


@few
@given(st.lists(decimals, min_size=2, max_size=12))
def test_readers_who_measure_the_same_have_1(values: list[float]) -> None:
    found = icc([(value, value) for value in values])
    assert {one.value for one in forms(found)} == ({1.0} if len(set(values)) > 1 else {None})
    assert limits_of_agreement(values, values).high.value == 0


@few
@given(pairs, st.integers(-50, 50))
def test_a_ruler_that_starts_elsewhere_changes_no_icc(held: list[tuple[float, float]], shift: int) -> None:
    assert forms(icc([(round(a + shift, 1), round(b + shift, 1)) for a, b in held])) == forms(icc(held))


@few
@given(pairs)
def test_the_interval_of_icc_holds_its_figure_and_no_figure_is_nan(held: list[tuple[float, float]]) -> None:
    found = icc(held)
    for one in forms(found):
        assert (one.value is None) != (one.undefined is None)
        assert one.value is None or math.isfinite(one.value)
    if found.two_one.interval is not None and found.two_one.value is not None:
        assert found.two_one.interval.low <= found.two_one.value <= found.two_one.interval.high


# ---------------------------------------------------------------- many readers


def test_fleiss_kappa_with_its_sums_written_out() -> None:
    """Two veins, three readers: 3 0 and 1 2. Pairs that agree 6 of 6 and 2 of 6; shares 4/6 and 2/6."""
    observed, chance = Fraction(6 + 2, 12), Fraction(4, 6) ** 2 + Fraction(2, 6) ** 2
    assert fleiss_kappa([[3, 0], [1, 2]]).value == float((observed - chance) / (1 - chance))


def test_fleiss_kappa_that_cannot_be_estimated() -> None:
    assert fleiss_kappa([[3, 0], [3, 0]]) == Estimate(None, Undefined.ONE_CATEGORY)
    assert fleiss_kappa([[1, 0], [0, 1]]) == Estimate(None, Undefined.FEWER_THAN_TWO)
    assert fleiss_kappa([]) == Estimate(None, Undefined.NO_PAIRS)
    with pytest.raises(ValueError, match="same number"):
        fleiss_kappa([[2, 1], [1, 1]])


def test_nominal_alpha_with_its_sums_written_out() -> None:
    """Ratings 1 1, 1 2, 2 2 and a lone 9 that takes no part: 2 ordered pairs differ of 6; by chance 2 x 3 x 3 of 6 x 5."""
    units: list[list[float | None]] = [[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [9.0, None]]
    assert krippendorff_alpha(units, Metric.NOMINAL).value == float(1 - Fraction(2, 6) / Fraction(18, 30))


def test_interval_and_ordinal_alpha_with_their_sums_written_out() -> None:
    """Ratings 0 1 and 3 3. Interval: 2 x 1 seen; by chance 2 (1 + 2 x 9 + 2 x 4) / 3.

    Ordinal: the middles of 0, 1, 3 are at 0.5, 1.5, 3 of 4: 2 x 1 seen; by chance 2 (1 + 2 x 2.5**2 + 2 x 1.5**2) / 3.
    """
    units = [[0.0, 1.0], [3.0, 3.0]]
    assert krippendorff_alpha(units, Metric.INTERVAL).value == float(1 - Fraction(2) / (Fraction(2 * (1 + 18 + 8), 3)))
    assert krippendorff_alpha(units, Metric.ORDINAL).value == float(1 - Fraction(2) / (Fraction(2 * 18, 3)))


def test_ratio_alpha_with_its_sums_written_out() -> None:
    """Ratings 0 1 and 3 3. Seen 2 x (1 / 1) squared; by chance 2 (1 + 2 x (3 / 3) squared + 2 x (2 / 4) squared) / 3."""
    units = [[0.0, 1.0], [3.0, 3.0]]
    assert krippendorff_alpha(units, Metric.RATIO).value == pytest.approx(1 - 2 / ((2 * (1 + 2) + 1) / 3))


def test_alpha_that_cannot_be_estimated() -> None:
    assert krippendorff_alpha([[0.1, 0.1], [0.1, None]], Metric.INTERVAL) == Estimate(None, Undefined.NO_SPREAD)
    assert krippendorff_alpha([[1.0, None]], Metric.NOMINAL) == Estimate(None, Undefined.NO_PAIRS)
    assert krippendorff_alpha([[-1.0, 1.0]], Metric.RATIO) == Estimate(None, Undefined.NEGATIVE_VALUES)


ratings: st.SearchStrategy[float | None] = st.one_of(st.none(), st.integers(0, 4).map(float))


@few
@given(st.lists(st.lists(ratings, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(Metric))
def test_alpha_does_not_know_the_readers(units: list[list[float | None]], metric: Metric) -> None:
    assert krippendorff_alpha(units, metric) == krippendorff_alpha([unit[::-1] for unit in units[::-1]], metric)


# ---------------------------------------------------------------- distributions, by printed tables


@pytest.mark.parametrize(("degrees", "t"), [(1, 12.7062), (2, 4.3027), (16, 2.1199), (30, 2.0423), (1000, 1.9623)])
def test_student_as_in_the_tables(degrees: int, t: float) -> None:
    assert student_quantile(0.975, degrees) == pytest.approx(t, abs=6e-5)


@pytest.mark.parametrize(("first", "second", "f"), [(1, 1, 647.789), (5, 4, 9.3645), (3, 20, 3.8587), (10, 10, 3.7168), (120, 60, 1.5810)])
def test_fisher_as_in_the_tables(first: int, second: int, f: float) -> None:
    assert fisher_quantile(0.975, first, second) == pytest.approx(f, rel=2e-4)


@pytest.mark.parametrize(("degrees", "statistic"), [(1, 3.8415), (2, 5.9915), (3, 7.8147), (4, 9.4877), (10, 18.3070), (45, 61.6562)])
def test_chi_square_as_in_the_tables(degrees: int, statistic: float) -> None:
    assert chi_square_tail(statistic, degrees) == pytest.approx(0.05, abs=2e-6)
    assert chi_square_tail(0, degrees) == 1


def test_fisher_without_a_bound_is_infinite() -> None:
    assert fisher_quantile(0.975, 5, 0.05) == math.inf
