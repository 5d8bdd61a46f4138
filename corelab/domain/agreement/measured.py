"""Measured values of two or more readers: intraclass correlation, and the limits of agreement of Bland and Altman, in exact fractions."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from corelab.domain.agreement.distributions import Z, fisher_quantile, student_quantile
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined, exact, ratio, undefined

_LEAST_DEGREES = 0.25
"""Below this the quantile of F is so large that the interval says nothing."""


@dataclass(frozen=True, slots=True)
class Icc:
    """The six forms of Shrout and Fleiss 1979; ``two_one`` is ICC(2,1), readers drawn at random, and the only one with an interval."""

    one_one: Estimate
    two_one: Estimate
    three_one: Estimate
    one_k: Estimate
    two_k: Estimate
    three_k: Estimate


@dataclass(frozen=True, slots=True)
class Limits:
    """Differences of reader 1 minus reader 2: mean, standard deviation (n - 1), limits of agreement; the unit is that of the values."""

    mean: Estimate
    deviation: Estimate
    low: Estimate
    high: Estimate


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of the two-way table: between subjects, between readers, residual, and within subjects."""

    subjects: int
    readers: int
    between: Fraction
    judges: Fraction
    residual: Fraction
    within: Fraction


def icc(ratings: Sequence[Sequence[float]]) -> Icc:
    """Rows are what was measured, columns readers; none missing, every row as long. Fewer than two of either is not estimable."""
    if len(ratings) < 2 or len(ratings[0]) < 2:
        few = undefined(Undefined.FEWER_THAN_TWO)
        return Icc(few, few, few, few, few, few)
    s = _mean_squares([[exact(value) for value in row] for row in ratings])
    k, across = s.readers, Fraction(s.readers, s.subjects) * (s.judges - s.residual)
    none = Undefined.NO_SPREAD
    return Icc(
        one_one=ratio(s.between - s.within, s.between + (k - 1) * s.within, none),
        two_one=_with_interval(ratio(s.between - s.residual, s.between + (k - 1) * s.residual + across, none), s),
        three_one=ratio(s.between - s.residual, s.between + (k - 1) * s.residual, none),
        one_k=ratio(s.between - s.within, s.between, none),
        two_k=ratio(s.between - s.residual, s.between + across / k, none),
        three_k=ratio(s.between - s.residual, s.between, none),
    )


def _mean_squares(ratings: Sequence[Sequence[Fraction]]) -> _Squares:
    subjects, readers = len(ratings), len(ratings[0])
    rows = _sum_of_squares(_sum(row) for row in ratings) / readers
    columns = _sum_of_squares(_sum(column) for column in zip(*ratings, strict=True)) / subjects
    every = _sum_of_squares(value for row in ratings for value in row)
    whole = _sum(value for row in ratings for value in row)
    middle = whole * whole / (subjects * readers)
    return _Squares(
        subjects=subjects,
        readers=readers,
        between=(rows - middle) / (subjects - 1),
        judges=(columns - middle) / (readers - 1),
        residual=(every - rows - columns + middle) / ((subjects - 1) * (readers - 1)),
        within=(every - rows) / (subjects * (readers - 1)),
    )


def _sum(values: Iterable[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _sum_of_squares(values: Iterable[Fraction]) -> Fraction:
    return _sum(value * value for value in values)


def _with_interval(found: Estimate, s: _Squares) -> Estimate:
    """The interval of ICC(2,1) with Satterthwaite's degrees of freedom (Shrout and Fleiss 1979, case 2)."""
    if found.value is None:
        return found
    if not s.residual:
        return Estimate(found.value, no_interval=Undefined.NO_ERROR)
    n, k, rho = s.subjects, s.readers, found.value
    judges, between, residual = float(s.judges), float(s.between), float(s.residual)
    f = judges / residual
    a, b = k * rho * f, n * (1 + (k - 1) * rho) - k * rho
    degrees = (k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a * a + b * b)
    if degrees < _LEAST_DEGREES:
        return Estimate(found.value, no_interval=Undefined.NO_DEGREES)
    upper, lower = fisher_quantile(0.975, n - 1, degrees), fisher_quantile(0.975, degrees, n - 1)
    own = k * judges + (k * n - k - n) * residual
    low = n * (between - upper * residual) / (upper * own + n * between)
    high = n * (lower * between - residual) / (own + n * lower * between)
    return Estimate(found.value, interval=Interval(low, high))


def limits_of_agreement(first: Sequence[float], second: Sequence[float]) -> Limits:
    """Bland and Altman 1986, with 1.96 standard deviations (their paper used 2).

    The mean difference and the limits have intervals by Student's t; the standard error of a limit is the root of 3 s squared / n.
    Raises ValueError where one is longer than the other.
    """
    differences = [exact(a) - exact(b) for a, b in zip(first, second, strict=True)]
    n = len(differences)
    if n < 2:
        few = undefined(Undefined.FEWER_THAN_TWO if n else Undefined.NO_VALUES)
        return Limits(few, few, few, few)
    mean = _sum(differences) / n
    deviation = math.sqrt(_sum_of_squares(each - mean for each in differences) / (n - 1))
    t, middle = student_quantile(0.975, n - 1), float(mean)
    return Limits(
        mean=_around(middle, t, deviation / math.sqrt(n)),
        deviation=Estimate(deviation),
        low=_around(middle - Z * deviation, t, deviation * math.sqrt(3 / n)),
        high=_around(middle + Z * deviation, t, deviation * math.sqrt(3 / n)),
    )


def _around(value: float, t: float, error: float) -> Estimate:
    return Estimate(value, error=error, interval=Interval(value - t * error, value + t * error))
