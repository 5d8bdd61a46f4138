"""Win ratio, net benefit and win odds of compared pairs, each with two intervals whose variance is named.

With K = 1 where the treatment arm wins a pair and L = 1 where it loses, wins and losses are two-sample U-statistics. Strata are weighted
by 1/N (N: subjects of the stratum), the Mantel-Haenszel way of Dong, Qiu, Wang and Vandemeulebroecke (2018); without strata the weight
cancels. Sums are exact fractions until the last step, so neither the order of rows nor the platform changes a digit of them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from statistics import NormalDist

from corelab.domain.winratio.pairs import Tally

_Z = NormalDist().inv_cdf(0.975)
_Counts = Sequence[tuple[int, int]]


class NotEstimable(Enum):
    """Why a figure has no value."""

    NO_PAIRS = "no pairs"
    ALL_TIES = "all pairs tie"
    NO_WINS = "no wins"
    NO_LOSSES = "no losses"
    ONE_SUBJECT = "one subject in an arm"
    NO_SPREAD = "variance not positive"
    COUNTS_ONLY = "only counts are known"


class Variance(Enum):
    """Which variance an interval rests on."""

    NULL = "null_variance"
    """Dong, Li, Ballerstedt and Vandemeulebroecke (2016): under the hypothesis that both arms win equally often."""
    UNRESTRICTED = "unrestricted"
    """Bebu and Lachin (2016): large-sample U-statistics, no hypothesis."""


@dataclass(frozen=True, slots=True)
class Interval:
    """95 percent, two-sided."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A value with its interval under each variance; where there is none, why."""

    value: float | NotEstimable
    null: Interval | NotEstimable
    unrestricted: Interval | NotEstimable

    @classmethod
    def without(cls, why: NotEstimable) -> "Figure":
        return cls(why, why, why)

    def interval(self, variance: Variance) -> Interval | NotEstimable:
        return self.null if variance is Variance.NULL else self.unrestricted


@dataclass(frozen=True, slots=True)
class Estimates:
    """``z``: Finkelstein and Schoenfeld (1999), positive where the treatment arm does better."""

    ratio: Figure
    benefit: Figure
    odds: Figure
    z: float | NotEstimable


@dataclass(frozen=True, slots=True)
class _Spread:
    """Variances and covariance of the numbers of wins and losses."""

    wins: Fraction
    losses: Fraction
    both: Fraction

    @property
    def difference(self) -> Fraction:
        return self.wins - 2 * self.both + self.losses

    def of_log_ratio(self, wins: Fraction, losses: Fraction) -> Fraction:
        """The variance of log(wins / losses), by the delta method."""
        return self.wins / wins**2 - 2 * self.both / (wins * losses) + self.losses / losses**2


@dataclass(frozen=True, slots=True)
class _Weighted:
    """Strata added up by their weights; a spread is missing where a stratum has one subject in an arm."""

    wins: Fraction
    losses: Fraction
    pairs: Fraction
    null: _Spread | None
    unrestricted: _Spread | None

    @property
    def benefit(self) -> Fraction:
        return (self.wins - self.losses) / self.pairs

    def benefit_variance(self, spread: _Spread | None) -> Fraction | None:
        return None if spread is None else spread.difference / self.pairs**2


def estimates_of(tallies: Sequence[Tally]) -> Estimates:
    """The figures of all strata together. A stratum without subjects in one arm has no pairs and adds nothing."""
    paired = [tally for tally in tallies if tally.pairs]
    if not paired:
        none = Figure.without(NotEstimable.NO_PAIRS)
        return Estimates(none, none, none, NotEstimable.NO_PAIRS)
    weighted = _weighted(paired)
    return Estimates(_ratio(weighted), _benefit(weighted), _odds(weighted), _z(paired))


def ratio_of_counts(wins: int, losses: int) -> Figure:
    """The win ratio where only counts were published: no interval can be given."""
    value = _quotient(Fraction(wins), Fraction(losses))
    return Figure(value, NotEstimable.COUNTS_ONLY, NotEstimable.COUNTS_ONLY)


# ---------------------------------------------------------------- figures


def _ratio(of: _Weighted) -> Figure:
    value = _quotient(of.wins, of.losses)
    if isinstance(value, NotEstimable):
        return Figure.without(value)
    # Under the null both arms are expected to win what they win on average; without it each count stands for itself.
    null = None if of.null is None else of.null.difference / ((of.wins + of.losses) / 2) ** 2
    free = None if of.unrestricted is None else of.unrestricted.of_log_ratio(of.wins, of.losses)
    return Figure(value, _on_log_scale(value, null), _on_log_scale(value, free))


def _benefit(of: _Weighted) -> Figure:
    value = float(of.benefit)
    return Figure(value, _around(value, of.benefit_variance(of.null)), _around(value, of.benefit_variance(of.unrestricted)))


def _odds(of: _Weighted) -> Figure:
    """(wins + half the ties) / (losses + half the ties) = (1 + NB) / (1 - NB); its variance follows from that of the net benefit."""
    value = _quotient(1 + of.benefit, 1 - of.benefit)
    if isinstance(value, NotEstimable):
        return Figure.without(value)
    null, free = of.benefit_variance(of.null), of.benefit_variance(of.unrestricted)
    slope = 2 / (1 - of.benefit**2)  # of the logarithm of the odds; 2 under the null, where the net benefit is 0
    return Figure(
        value,
        _on_log_scale(value, None if null is None else 4 * null),
        _on_log_scale(value, None if free is None else slope**2 * free),
    )


def _z(tallies: Sequence[Tally]) -> float | NotEstimable:
    """Stratified: sum of (wins - losses) over the root of the summed permutation variances."""
    variance = Fraction(0)
    for tally in tallies:
        treatment, control = len(tally.treatment), len(tally.control)
        subjects = treatment + control
        variance += Fraction(treatment * control * sum(score**2 for score in tally.scores), subjects * (subjects - 1))
    if not variance:
        return NotEstimable.NO_SPREAD
    return sum(tally.wins - tally.losses for tally in tallies) / math.sqrt(variance)


def _quotient(wins: Fraction, losses: Fraction) -> float | NotEstimable:
    if not wins and not losses:
        return NotEstimable.ALL_TIES
    if not losses:
        return NotEstimable.NO_LOSSES
    return float(wins / losses) if wins else NotEstimable.NO_WINS


def _around(value: float, variance: Fraction | None) -> Interval | NotEstimable:
    if variance is None:
        return NotEstimable.ONE_SUBJECT
    if variance <= 0:
        return NotEstimable.NO_SPREAD
    half = _Z * math.sqrt(variance)
    return Interval(value - half, value + half)


def _on_log_scale(value: float, variance: Fraction | None) -> Interval | NotEstimable:
    logarithms = _around(math.log(value), variance)
    return logarithms if isinstance(logarithms, NotEstimable) else Interval(math.exp(logarithms.low), math.exp(logarithms.high))


# ---------------------------------------------------------------- variances


def _weighted(tallies: Sequence[Tally]) -> _Weighted:
    weights = [Fraction(1, len(tally.scores)) for tally in tallies]
    wins, losses, pairs = (
        sum((weight * count for weight, count in zip(weights, counts, strict=True)), Fraction(0))
        for counts in zip(*((tally.wins, tally.losses, tally.pairs) for tally in tallies), strict=True)
    )
    if any(1 in (len(tally.treatment), len(tally.control)) for tally in tallies):
        return _Weighted(wins, losses, pairs, None, None)
    spreads = ([spread(tally) for tally in tallies] for spread in (_null_spread, _unrestricted_spread))
    return _Weighted(wins, losses, pairs, *(_added(weights, each) for each in spreads))


def _added(weights: Sequence[Fraction], spreads: Sequence[_Spread]) -> _Spread:
    scaled = [(weight**2, spread) for weight, spread in zip(weights, spreads, strict=True)]
    return _Spread(
        sum((weight * spread.wins for weight, spread in scaled), Fraction(0)),
        sum((weight * spread.losses for weight, spread in scaled), Fraction(0)),
        sum((weight * spread.both for weight, spread in scaled), Fraction(0)),
    )


def _null_spread(tally: Tally) -> _Spread:
    """Dong et al. 2016: n_t n_c^2 xi10 + n_t^2 n_c xi01 about the common probability (wins + losses) / 2 pairs.

    xi10 averages (K_ij - p)(K_ij' - p) over pairs that share the treatment subject (j != j'), xi01 over those that share the control.
    """
    share = Fraction(tally.wins + tally.losses, 2 * tally.pairs)

    def covariance(one: int, other: int) -> Fraction:
        totals = sum(counts[one] + counts[other] for counts in tally.treatment)
        itself = (tally.wins, tally.losses)[one] if one == other else 0  # a pair is never both won and lost
        same_pair = itself - share * totals + tally.pairs * share**2
        sums = []
        for own, others in ((tally.treatment, tally.control), (tally.control, tally.treatment)):
            opposite = len(others)
            shared = sum(counts[one] * counts[other] for counts in own) - opposite * share * totals + len(own) * (opposite * share) ** 2
            sums.append((shared - same_pair) * Fraction(opposite, opposite - 1))
        return sum(sums, Fraction(0))

    return _Spread(covariance(0, 0), covariance(1, 1), covariance(0, 1))


def _unrestricted_spread(tally: Tally) -> _Spread:
    """Bebu and Lachin 2016: sample (co)variances of each subject's numbers of wins and losses, each arm about its own mean."""

    def covariance(one: int, other: int) -> Fraction:
        return sum((len(own) * _sample_covariance(own, one, other) for own in (tally.treatment, tally.control)), Fraction(0))

    return _Spread(covariance(0, 0), covariance(1, 1), covariance(0, 1))


def _sample_covariance(counts: _Counts, one: int, other: int) -> Fraction:
    products = sum(each[one] * each[other] for each in counts)
    means = Fraction(sum(each[one] for each in counts) * sum(each[other] for each in counts), len(counts))
    return (products - means) / (len(counts) - 1)
