"""More than two readers, and ratings that are missing: Fleiss kappa and Krippendorff's alpha, in exact fractions."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from fractions import Fraction
from itertools import permutations

from corelab.domain.agreement.estimate import Estimate, Undefined, exact, ratio, undefined

Rating = float | None
"""A number, or nothing where a reader did not rate."""
Values = Counter[Fraction]
Distance = Callable[[Fraction, Fraction], Fraction]


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
    distance = _distance(metric, totals)
    observed = sum((_disagreement(values, distance) / (len(values) - 1) for values in paired), Fraction(0))
    chance = sum((totals[a] * totals[b] * distance(a, b) for a, b in permutations(totals, 2)), Fraction(0))
    if not chance:
        return undefined(Undefined.NO_SPREAD)
    return ratio(chance - (totals.total() - 1) * observed, chance, Undefined.NO_SPREAD)


def _disagreement(values: Sequence[Fraction], distance: Distance) -> Fraction:
    """Over the ordered pairs of ratings of one unit."""
    held = Counter(values)
    return sum((held[a] * held[b] * distance(a, b) for a, b in permutations(held, 2)), Fraction(0))


def _distance(metric: Metric, totals: Values) -> Distance:
    """The squared difference of two different values."""
    match metric:
        case Metric.NOMINAL:
            return lambda _a, _b: Fraction(1)
        case Metric.ORDINAL:
            return _by_rank(totals)
        case Metric.INTERVAL:
            return lambda a, b: (a - b) ** 2
        case Metric.RATIO:
            return lambda a, b: ((a - b) / (a + b)) ** 2


def _by_rank(totals: Values) -> Distance:
    """Ratings from the middle of one value's to the middle of the other's, squared."""
    middle: dict[Fraction, Fraction] = {}
    before = 0
    for value in sorted(totals):
        middle[value] = before + Fraction(totals[value], 2)
        before += totals[value]
    return lambda a, b: (middle[a] - middle[b]) ** 2
