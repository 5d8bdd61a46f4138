"""A figure, or the reason why there is none: what cannot be estimated is never 0 and never NaN."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction


class Undefined(Enum):
    """Why a figure cannot be estimated."""

    NO_PAIRS = "no pairs"
    FEWER_THAN_TWO = "fewer than two pairs"
    ONE_CATEGORY = "one category"
    CATEGORY_NOT_USED = "neither reader used this category"
    NO_DIFFERENCE = "no pair differs"
    NO_SPREAD = "all values are the same"
    NO_ERROR = "the readers differ by a constant or not at all"
    NO_DEGREES = "too few degrees of freedom"
    NEGATIVE_VALUES = "a ratio needs values of 0 or more"
    FEWER_THAN_TEN_SUBJECTS = "fewer than 10 subjects"
    NO_REPLICATES = "fewer than half of the repetitions could be estimated"
    NOBODY_IN_ARM = "nobody in this arm"
    NOTHING_EXPECTED = "no wrong answer could be expected by chance"
    BATCH_TOO_SMALL = "fewer exams than the least batch"
    NOTHING_BEFORE = "no exams before this batch"
    NO_VALUES = "no values"


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval, ``low <= high``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its large-sample standard error and interval where it has them. Either ``value`` or ``undefined`` is None.

    ``no_interval``: why a figure that is known has no interval.
    """

    value: float | None
    undefined: Undefined | None = None
    error: float | None = None
    interval: Interval | None = None
    no_interval: Undefined | None = None


def undefined(reason: Undefined) -> Estimate:
    return Estimate(None, reason)


def ratio(numerator: Fraction | int, denominator: Fraction | int, otherwise: Undefined) -> Estimate:
    """The exact quotient, rounded once to a double; ``otherwise`` where the denominator is 0."""
    return Estimate(float(Fraction(numerator) / denominator)) if denominator else undefined(otherwise)


def exact(value: float) -> Fraction:
    """The decimal that a person wrote, not the double nearest to it: equal values have no spread, on every machine."""
    return Fraction(repr(value))
