"""How many cases are still to come, and how many hours they take: by the real comparison, from what the readers do now."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from corelab.domain.agreement.distributions import Z
from corelab.domain.agreement.estimate import Interval
from corelab.domain.forecast.load import Forecast, foretold
from corelab.domain.monitoring.observed import Observed
from corelab.domain.monitoring.rates import rates_of

EXAMS = 500
"""Exams by chance: the share is known to 5 % to either side, less than what so few real readings leave open."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Cases in all exams that are known: those met, and those expected of the exams without two signed readings."""

    exams: int
    met: int
    cases: float
    interval: Interval
    forecast: Forecast

    def hours(self, cases: float) -> float:
        """Of adjudication for so many cases."""
        return cases * self.forecast.minutes_per_case / 60


def expected(observed: Observed, met: int, told: Callable[[int, int], None] | None = None) -> Expected | None:
    """None while no exam has two signed readings. ``met``: exams with a case so far.

    The interval is that of a share known from so many exams, applied to so many more (normal approximation of both binomials).
    """
    read = len({each.exam for each in observed.compared})
    rates = rates_of(observed, len(observed.states))
    if rates is None or not read:
        return None
    found = foretold(observed.charter, rates, EXAMS, told or (lambda _done, _of: None))
    left = max(0, len(observed.states) - read)
    reach = Z * sqrt(found.share * (1 - found.share) * (left * left / read + left))
    more = found.share * left
    low, high = met + max(0.0, more - reach), met + min(float(left), more + reach)
    return Expected(len(observed.states), met, met + more, Interval(low, high), found)
