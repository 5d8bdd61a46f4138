"""Quantiles and tails of the normal, Student, Fisher and chi-square distributions, to about 12 digits, from the standard library alone."""

import math
from collections.abc import Callable
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
"""The normal quantile of a 95 % interval; "1.96" in print."""

_TINY = 1e-300
_UNBOUNDED = 1e15
_STEPS, _SETTLED = 100_000, 4e-15


def chi_square_tail(statistic: float, degrees: int) -> float:
    """P(chi-square with ``degrees`` > ``statistic``), by the recurrence over two degrees (Abramowitz and Stegun 26.4.4 and 26.4.5)."""
    half = statistic / 2
    tail, done = (math.erfc(math.sqrt(half)), 1) if degrees % 2 else (math.exp(-half), 2)
    while done < degrees and half > 0:
        tail += math.exp(done / 2 * math.log(half) - half - math.lgamma(done / 2 + 1))
        done += 2
    return min(tail, 1.0)


def student_quantile(probability: float, degrees: float) -> float:
    """The Student quantile of a ``probability`` of at least 0.5: t squared is Fisher's F with 1 and ``degrees``."""
    return math.sqrt(fisher_quantile(2 * probability - 1, 1, degrees))


def fisher_quantile(probability: float, first: float, second: float) -> float:
    """The quantile of F with ``first`` and ``second`` degrees of freedom, which need not be whole (> 0); ``0 <= probability < 1``.

    Infinite where it is over 1e15: so few degrees bound nothing.
    """

    def below(value: float) -> bool:
        return _fisher_cumulative(value, first, second) < probability

    high = 1.0
    while below(high):
        high *= 2
        if high > _UNBOUNDED:
            return math.inf
    return _bisected(below, high)


def _bisected(below: Callable[[float], bool], high: float) -> float:
    low = 0.0
    while (middle := (low + high) / 2) not in {low, high}:
        low, high = (middle, high) if below(middle) else (low, middle)
    return middle


def _fisher_cumulative(value: float, first: float, second: float) -> float:
    scaled = first * value
    return _beta_cumulative(scaled / (scaled + second), second / (scaled + second), first / 2, second / 2)


def _beta_cumulative(x: float, rest: float, a: float, b: float) -> float:
    """The regularised incomplete beta function; ``rest`` is 1 - x without loss. Continued fraction of DLMF 8.17.22."""
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest))
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _beta_fraction(rest, b, a) / b
    return front * _beta_fraction(x, a, b) / a


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Evaluated from the front by Lentz's method, until a step changes nothing."""
    value, over, under = 1.0, math.inf, 1.0
    for step in range(1, _STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        under = 1 / _off_zero(1 + term * under)
        over = _off_zero(1 + term / over)
        value *= over * under
        if abs(over * under - 1) < _SETTLED:
            break
    return value


def _off_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
