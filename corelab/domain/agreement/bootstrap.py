"""Intervals that know that the segments of one subject are not independent: whole subjects are drawn again, with replacement.

The rule of chance (no generator of a library, so that no version of one changes a figure): repetition r of n subjects in the order of their
codes draws the subjects ``word x n >> 32`` for the n words of 32 bits, big-endian, of SHAKE-256 of the text ``seed|bootstrap|r``.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from corelab.domain.agreement.distributions import Z
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined
from corelab.domain.agreement.two_readers import Counts, Quotients

LEAST_SUBJECTS = 10
LEAST_REPETITIONS, MOST_REPETITIONS = 500, 20_000
_BLOCK = 500
"""Repetitions at a time: memory stays small, whatever the number of subjects."""
_NARROW = 2**16

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Chance:
    """The seed and the number of repetitions, as the charter fixes them beforehand."""

    seed: int
    repetitions: int


@dataclass(frozen=True, slots=True)
class Resampled:
    """The percentile interval of a figure (Kang 2013), or why it has none; ``undefined``: repetitions in which it was not estimable."""

    interval: Interval | None
    reason: Undefined | None
    undefined: int


def draws(chance: Chance, subjects: int) -> Iterator[Counts]:
    """How often each subject is drawn in each repetition, in blocks of repetitions x subjects, each row with the sum ``subjects``."""
    for begin in range(0, chance.repetitions, _BLOCK):
        yield _block(chance.seed, begin, min(begin + _BLOCK, chance.repetitions), subjects).astype(np.int64)


@lru_cache(maxsize=64)  # every item and every figure of a page is drawn again by the same subjects: 0.3 MB for 300 of them
def _block(seed: int, begin: int, end: int, subjects: int) -> npt.NDArray[np.uint16 | np.uint32]:
    narrow: type[np.uint16 | np.uint32] = np.uint16 if subjects < _NARROW else np.uint32
    return np.stack([_drawn(seed, repetition, subjects).astype(narrow) for repetition in range(begin, end)])


def _drawn(seed: int, repetition: int, subjects: int) -> Counts:
    digest = hashlib.shake_256(f"{seed}|bootstrap|{repetition}".encode()).digest(4 * subjects)
    words = np.frombuffer(digest, dtype=">u4").astype(np.uint64)
    chosen = (words * np.uint64(subjects)) >> np.uint64(32)
    return np.bincount(chosen.astype(np.int64), minlength=subjects)


def resampled_tables(tables: Mapping[str, Counts], chance: Chance) -> Counts | None:
    """The summed table of each repetition (repetitions x q x q) of one table per subject; None for fewer than 10 subjects."""
    if len(tables) < LEAST_SUBJECTS:
        return None
    stack = np.stack([tables[subject] for subject in sorted(tables)])
    # Whole numbers below 2**53: the sum is exact in every order in which a machine may take it, and several times as fast as in integers.
    flat = stack.reshape(len(stack), -1).astype(np.float64)
    summed = np.concatenate([times.astype(np.float64) @ flat for times in draws(chance, len(stack))])
    return summed.astype(np.int64).reshape(-1, *stack.shape[1:])


def interval_of(repeated: Counts | None, statistic: Callable[[Counts], Quotients]) -> Resampled:
    """The interval of a statistic of tables, from what ``resampled_tables`` gave."""
    if repeated is None:
        return Resampled(None, Undefined.FEWER_THAN_TEN_SUBJECTS, 0)
    found = statistic(repeated)
    defined = found.defined & (found.denominator != 0)
    return _percentiles(found.numerator[defined] / found.denominator[defined], len(repeated))


def _percentiles(values: Floats, repetitions: int) -> Resampled:
    lost = repetitions - len(values)
    if 2 * lost > repetitions:
        return Resampled(None, Undefined.NO_REPLICATES, lost)
    ordered = [float(value) for value in np.sort(values)]
    return Resampled(Interval(_quantile(ordered, 0.025), _quantile(ordered, 0.975)), None, lost)


def _quantile(ordered: Sequence[float], probability: float) -> float:
    """Between the two nearest in order, as most programs do (type 7 of Hyndman and Fan 1996)."""
    place = (len(ordered) - 1) * probability
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@dataclass(frozen=True, slots=True)
class ResampledMeasures:
    """Intervals by subject of ICC(2,1), the mean difference and the limits of agreement."""

    two_one: Resampled
    mean: Resampled
    low: Resampled
    high: Resampled


def resampled_measures(values: Mapping[str, Sequence[tuple[float, float]]], chance: Chance) -> ResampledMeasures:
    """``values``: per subject the pairs of reader 1 and reader 2; at least two pairs in all."""
    if len(values) < LEAST_SUBJECTS:
        none = Resampled(None, Undefined.FEWER_THAN_TEN_SUBJECTS, 0)
        return ResampledMeasures(none, none, none, none)
    subjects = [values[subject] for subject in sorted(values)]
    both = [value for pairs in subjects for pair in pairs for value in pair]
    middle = math.fsum(both) / len(both)
    moments = np.array([_moments(pairs, middle) for pairs in subjects])
    sums = np.concatenate([_summed(moments, times) for times in draws(chance, len(subjects))])
    mean, deviation, icc, spread = _measures(sums)
    some, reach = sums[:, 0] > 1, Z * deviation
    repetitions = chance.repetitions
    return ResampledMeasures(
        two_one=_percentiles(icc[some & spread], repetitions),
        mean=_percentiles(mean[some], repetitions),
        low=_percentiles((mean - reach)[some], repetitions),
        high=_percentiles((mean + reach)[some], repetitions),
    )


def _moments(pairs: Sequence[tuple[float, float]], middle: float) -> tuple[float, ...]:
    """Count, sums, sums of squares and of products, of values taken from the middle of all: nothing is lost where they are large."""
    moved = [(a - middle, b - middle) for a, b in pairs]
    parts = ((1.0, a, b, a * a, b * b, a * b) for a, b in moved)
    return tuple(math.fsum(column) for column in zip(*parts, strict=True))


def _summed(moments: Floats, times: Counts) -> Floats:
    """Subject after subject: a matrix product may add in another order on another machine, and its last digits differ."""
    total = np.zeros((len(times), moments.shape[1]))
    for subject, held in enumerate(moments):
        total += times[:, subject, None] * held
    return total


def _measures(sums: Floats) -> tuple[Floats, Floats, Floats, npt.NDArray[np.bool_]]:
    """Mean difference, its standard deviation, ICC(2,1) of two readers, and where the ICC has a spread to work on; of each repetition."""
    n, a, b, aa, bb, ab = np.moveaxis(sums, 1, 0)
    pairs, free = np.maximum(n, 2), np.maximum(n - 1, 1)
    mean = (a - b) / pairs
    deviation = np.sqrt(np.maximum(aa + bb - 2 * ab - pairs * mean * mean, 0) / free)
    whole = (a + b) * (a + b) / (2 * pairs)
    between = ((aa + bb + 2 * ab) / 2 - whole) / free
    judges = (a * a + b * b) / pairs - whole
    residual = deviation * deviation / 2
    under = between + residual + 2 / pairs * (judges - residual)
    spread = under > 1e-12 * np.maximum(aa + bb, np.finfo(np.float64).tiny)
    return mean, deviation, (between - residual) / np.where(spread, under, 1.0), spread


def with_resampling(found: Estimate, resampled: Resampled) -> Resampled:
    """No interval around a figure that is not there itself."""
    return resampled if found.value is not None else Resampled(None, found.undefined, resampled.undefined)
