"""More than two readers, and ratings that are missing: Fleiss kappa and Krippendorff's alpha, in exact sums."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from fractions import Fraction
from functools import partial
from itertools import combinations

from corelab.domain.agreement.estimate import Estimate, Undefined, exact, ratio, undefined

Rating = float | None
"""A number, or nothing where a reader did not rate."""
Values = Counter[Fraction]


class Metric(Enum):
    """How far two values are apart."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"
    RATIO = "ratio"


def fleiss_kappa(table: Sequence[Sequence[int]]) -> Estimate:
    """Fleiss 1971: rows are what was rated, columns categories, cells how many readers chose it; every row has the same sum.

    The kappa of Fleiss, not the exact kappa of Conger 1980. Raises ValueError where the sums differ.
    """
    sums = {sum(row) for row in table}
    if len(sums) > 1:
        raise ValueError(f"every row has the same number of ratings, not {sorted(sums)}")
    if not table:
        return undefined(Undefined.NO_PAIRS)
    (readers,) = sums
    if readers < 2:
        return undefined(Undefined.FEWER_THAN_TWO)
    observed = Fraction(sum(count * (count - 1) for row in table for count in row), len(table) * readers * (readers - 1))
    chance = sum((Fraction(sum(column), len(table) * readers) ** 2 for column in zip(*table, strict=True)), Fraction(0))
    return ratio(observed - chance, 1 - chance, Undefined.ONE_CATEGORY)


def krippendorff_alpha(units: Iterable[Sequence[Rating]], metric: Metric) -> Estimate:
    """Krippendorff 2011: ``units`` are rows of one rating per reader or None; a unit with fewer than two ratings takes no part."""
    rated = [[exact(value) for value in unit if value is not None] for unit in units]
    paired = [values for values in rated if len(values) > 1]
    totals: Values = Counter(value for values in paired for value in values)
    if not totals:
        return undefined(Undefined.NO_PAIRS)
    if metric is Metric.RATIO and min(totals) < 0:
        return undefined(Undefined.NEGATIVE_VALUES)
    apart = _apart(metric, totals)
    observed = sum((apart(Counter(values)) / (len(values) - 1) for values in paired), Fraction(0))
    chance = apart(totals)
    if not chance:
        return undefined(Undefined.NO_SPREAD)
    return ratio(chance - (totals.total() - 1) * observed, chance, Undefined.NO_SPREAD)


def _apart(metric: Metric, totals: Values) -> Callable[[Values], Fraction]:
    """The sum of the squared distances over the ordered pairs of values that are held."""
    match metric:
        case Metric.NOMINAL:
            return lambda held: Fraction(held.total() ** 2 - sum(times**2 for times in held.values()))
        case Metric.ORDINAL:
            return partial(_apart_at, place=_middles(totals))
        case Metric.INTERVAL:
            return partial(_apart_at, place={value: value for value in totals})
        case Metric.RATIO:
            return _apart_by_ratio


def _apart_at(held: Values, place: Mapping[Fraction, Fraction]) -> Fraction:
    """Of places on a line: twice n times the sum of squares less the square of the sum, so that no pair is visited."""
    squares = sum((times * place[value] ** 2 for value, times in held.items()), Fraction(0))
    whole = sum((times * place[value] for value, times in held.items()), Fraction(0))
    return 2 * (held.total() * squares - whole**2)


def _apart_by_ratio(held: Values) -> Fraction:
    """Every pair is visited; fractions of so many denominators would grow without end, and an exact sum of doubles is as repeatable."""
    pairs = combinations([(float(value), times) for value, times in held.items()], 2)
    parts = ((n * m, (a - b) / (a + b)) for (a, n), (b, m) in pairs)
    return 2 * Fraction(math.fsum(times * share * share for times, share in parts))


def _middles(totals: Values) -> dict[Fraction, Fraction]:
    """Where the middle of each value's ratings stands, all ratings in order: the distance of ranks counts the ratings between."""
    middle: dict[Fraction, Fraction] = {}
    before = 0
    for value in sorted(totals):
        middle[value] = before + Fraction(totals[value], 2)
        before += totals[value]
    return middle
