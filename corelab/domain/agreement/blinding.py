"""How blind the readers were: the indices of Bang and of James, of what they guessed.

For the statistician, outside the lab: the program holds no treatment arm. A table has the arms 1 and 2 as rows and the answers "arm 1",
"arm 2", "do not know" as columns. Readings of one subject are not independent: the intervals are too narrow where a reader guessed more
than once for a subject.
"""

import math
from collections.abc import Sequence
from fractions import Fraction

from corelab.domain.agreement.distributions import Z
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined, undefined

Guesses = Sequence[Sequence[int]]
"""2 x 3 counts, 0 or more."""


def bang(guesses: Guesses) -> tuple[Estimate, Estimate]:
    """Bang 2004, of arm 1 and arm 2: (right - wrong) / all of the arm. 0 as by chance, 1 all right, -1 all wrong.

    Variance (p_r (1 - p_r) + p_w (1 - p_w) + 2 p_r p_w) / n, interval of 1.96 standard errors.
    """
    first, second = guesses
    return _bang(first[0], first[1], sum(first)), _bang(second[1], second[0], sum(second))


def _bang(right: int, wrong: int, whole: int) -> Estimate:
    if not whole:
        return undefined(Undefined.NOBODY_IN_ARM)
    r, w = Fraction(right, whole), Fraction(wrong, whole)
    return _normal(float(r - w), float((r * (1 - r) + w * (1 - w) + 2 * r * w) / whole))


def james(guesses: Guesses) -> Estimate:
    """James 1996 with the weights 0 right, 0.5 wrong, 1 do not know: 1 all do not know, 0.5 random, 0 all right.

    J = (1 + d + (1 - d) K) / 2, K = (o - e) / e; with the shares of all answers that is d + w m**2 / (2 E): d do not know,
    m = 1 - d, w wrong, E = a_1 g_2 + a_2 g_1. The variance is that of the multinomial table, carried through
    by the derivatives (delta method).
    """
    whole = sum(sum(row) for row in guesses)
    if not whole:
        return undefined(Undefined.NO_VALUES)
    p = [[Fraction(count, whole) for count in row] for row in guesses]
    arms, named = [row[0] + row[1] for row in p], [p[0][0] + p[1][0], p[0][1] + p[1][1]]
    naming, wrong, expected = sum(arms, Fraction(0)), p[0][1] + p[1][0], arms[0] * named[1] + arms[1] * named[0]
    if not naming:
        return Estimate(1.0, error=0.0, interval=Interval(1.0, 1.0))
    if not expected:
        return undefined(Undefined.NOTHING_EXPECTED)
    slopes = [[Fraction(1)] * 3, [Fraction(1)] * 3]
    for arm in (0, 1):
        for guess in (0, 1):
            by_expected = wrong * naming**2 / (2 * expected**2) * (named[1 - arm] + arms[1 - guess])
            slopes[arm][guess] = (arm != guess) * naming**2 / (2 * expected) + naming * wrong / expected - by_expected
    mean = sum((p[i][j] * slopes[i][j] for i in (0, 1) for j in range(3)), Fraction(0))
    square = sum((p[i][j] * slopes[i][j] ** 2 for i in (0, 1) for j in range(3)), Fraction(0))
    return _normal(float(1 - naming + wrong * naming**2 / (2 * expected)), float((square - mean**2) / whole))


def _normal(value: float, variance: float) -> Estimate:
    error = math.sqrt(variance)
    return Estimate(value, error=error, interval=Interval(value - Z * error, value + Z * error))
