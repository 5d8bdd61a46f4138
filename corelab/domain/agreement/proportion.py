"""A share of a whole, with its interval."""

import math

from corelab.domain.agreement.distributions import Z
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined, undefined


def proportion(part: int, whole: int) -> Estimate:
    """``part`` of ``whole`` (0 <= part <= whole) with the score interval of Wilson 1927, without continuity correction."""
    if not whole:
        return undefined(Undefined.NO_PAIRS)
    share, square = part / whole, Z * Z
    centre = share + square / (2 * whole)
    reach = Z * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    low = 0.0 if part == 0 else (centre - reach) / (1 + square / whole)
    high = 1.0 if part == whole else (centre + reach) / (1 + square / whole)
    return Estimate(share, interval=Interval(low, high))
