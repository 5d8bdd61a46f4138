"""Two readers, one table of counts: percent agreement, weighted kappa, AC1 and AC2, specific agreement, and whether one reads higher.

A table has the categories in their order, rows of reader 1, columns of reader 2. What is computed for one table is computed in the same way
for many (a stack ``... x q x q``): numerators and denominators are whole numbers, divided once, so that every machine gives the same bytes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from corelab.domain.agreement.distributions import Z, chi_square_tail
from corelab.domain.agreement.estimate import Estimate, Interval, Undefined, ratio, undefined
from corelab.domain.agreement.proportion import proportion

Counts: TypeAlias = npt.NDArray[np.int64]
MOST_CATEGORIES, MOST_PAIRS = 20, 1_000_000
"""Within these the whole numbers below stay under 2**63."""


class Weights(Enum):
    """How much of an agreement a pair of categories is: 1 on the diagonal, less with distance."""

    UNWEIGHTED = "unweighted"
    LINEAR = "linear"
    QUADRATIC = "quadratic"


@dataclass(frozen=True, slots=True)
class Quotients:
    """A statistic of each table of a stack as numerator over denominator; ``defined`` says where it can be estimated."""

    numerator: Counts
    denominator: Counts
    defined: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bias:
    """Whether the readers differ in direction: McNemar's test of 2 categories, Bowker's of more. ``p`` is two-sided."""

    test: str
    statistic: Estimate
    degrees: int
    p: float | None


def counts(table: Sequence[Sequence[int]]) -> Counts:
    """A table as an array. Raises ValueError unless it is square, of 1 to 20 categories, with counts of 0 to a million in all."""
    made = np.array(table, dtype=np.int64)
    if made.ndim != 2 or made.shape[0] != made.shape[1] or not 1 <= len(made) <= MOST_CATEGORIES:
        raise ValueError(f"a table of counts is square, of 1 to {MOST_CATEGORIES} categories, not {made.shape}")
    if (made < 0).any() or (made > MOST_PAIRS).any() or made.sum() > MOST_PAIRS:
        raise ValueError(f"counts are 0 or more, {MOST_PAIRS} at most in all")
    return made


def whole_weights(categories: int, weights: Weights) -> tuple[Counts, int]:
    """The weights of a table times the number that makes them whole, and that number.

    Identity; linear 1 - |i - j| / (q - 1); quadratic 1 - ((i - j) / (q - 1)) squared (Cohen 1968).
    """
    steps = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories)))
    longest = max(categories - 1, 1)
    match weights:
        case Weights.UNWEIGHTED:
            return (steps == 0).astype(np.int64), 1
        case Weights.LINEAR:
            return longest - steps, longest
        case Weights.QUADRATIC:
            return longest**2 - steps**2, longest**2


def agreement_of(tables: Counts, weights: Weights) -> Quotients:
    """Percent agreement p_o = sum of w_ij p_ij, of each table."""
    whole, scale = whole_weights(tables.shape[-1], weights)
    pairs = tables.sum(axis=(-2, -1))
    return Quotients((whole * tables).sum(axis=(-2, -1)), scale * pairs, pairs > 0)


def kappa_of(tables: Counts, weights: Weights) -> Quotients:
    """Weighted kappa of each table: (p_o - p_e) / (1 - p_e), p_e = sum of w_ij p_i. p_.j (Cohen 1960, 1968)."""
    whole, scale = whole_weights(tables.shape[-1], weights)
    pairs = tables.sum(axis=(-2, -1))
    observed = (whole * tables).sum(axis=(-2, -1))
    expected = (whole * tables.sum(axis=-1)[..., :, None] * tables.sum(axis=-2)[..., None, :]).sum(axis=(-2, -1))
    return Quotients(pairs * observed - expected, scale * pairs**2 - expected, _estimable(tables))


def ac_of(tables: Counts, weights: Weights) -> Quotients:
    """Gwet's AC1 (unweighted) or AC2 of each table: (p_o - p_g) / (1 - p_g) (Gwet 2008).

    p_g = T / (q (q - 1)) x sum of pi_k (1 - pi_k), pi_k = (p_k. + p_.k) / 2, T = sum of the weights. One category only is not
    estimable, as for kappa.
    """
    categories = tables.shape[-1]
    whole, scale = whole_weights(categories, weights)
    pairs = tables.sum(axis=(-2, -1))
    used = tables.sum(axis=-1) + tables.sum(axis=-2)
    chance = whole.sum() * (used * (2 * pairs[..., None] - used)).sum(axis=-1)
    spread = 4 * categories * (categories - 1)
    observed = spread * pairs * (whole * tables).sum(axis=(-2, -1))
    return Quotients(observed - chance, spread * scale * pairs**2 - chance, _estimable(tables))


def specific_of(tables: Counts, category: int) -> Quotients:
    """Specific agreement of a category, of each table: 2 n_kk / (n_k. + n_.k); of two categories: positive and negative agreement."""
    used = tables[..., category, :].sum(axis=-1) + tables[..., :, category].sum(axis=-1)
    return Quotients(2 * tables[..., category, category], used, used > 0)


def _estimable(tables: Counts) -> npt.NDArray[np.bool_]:
    """At least two pairs, and more than one category used by the two readers together."""
    used = (tables.sum(axis=-1) + tables.sum(axis=-2)) > 0
    estimable: npt.NDArray[np.bool_] = (tables.sum(axis=(-2, -1)) > 1) & (used.sum(axis=-1) > 1)
    return estimable


def percent_agreement(table: Counts, weights: Weights = Weights.UNWEIGHTED) -> Estimate:
    """Share of pairs that agree; the Wilson interval for the unweighted one."""
    if weights is Weights.UNWEIGHTED:
        return proportion(int(np.trace(table)), int(table.sum()))
    return _single(agreement_of(table, weights), Undefined.NO_PAIRS)


def kappa(table: Counts, weights: Weights) -> Estimate:
    """Weighted kappa with the large-sample standard error of Fleiss, Cohen and Everitt 1969 and the interval of 1.96 of them."""
    found = _single(kappa_of(table, weights), _too_few(table))
    if found.value is None:
        return found
    error = _kappa_error(table, weights)
    return Estimate(found.value, error=error, interval=Interval(found.value - Z * error, found.value + Z * error))


def _kappa_error(table: Counts, weights: Weights) -> float:
    whole, scale = whole_weights(len(table), weights)
    weight, share = whole / scale, table / table.sum()
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    observed, expected = float((weight * share).sum()), float((weight * np.outer(rows, columns)).sum())
    mean = (weight * columns).sum(axis=1)[:, None] + (weight * rows[:, None]).sum(axis=0)[None, :]
    first = float((share * (weight * (1 - expected) - mean * (1 - observed)) ** 2).sum())
    second = (observed * expected - 2 * expected + observed) ** 2
    return math.sqrt(max(first - second, 0.0) / float(table.sum())) / (1 - expected) ** 2


def ac(table: Counts, weights: Weights) -> Estimate:
    """Gwet's AC1 (unweighted) or AC2."""
    return _single(ac_of(table, weights), _too_few(table))


def specific_agreement(table: Counts) -> tuple[Estimate, ...]:
    """Of each category, in their order (Fleiss 1975; of two categories: Cicchetti and Feinstein 1990)."""
    return tuple(_single(specific_of(table, category), Undefined.CATEGORY_NOT_USED) for category in range(len(table)))


def bias(table: Counts) -> Bias:
    """McNemar 1947 without continuity correction; of more than two categories Bowker 1948, over the pairs of categories that were met."""
    met = [(int(table[i, j]), int(table[j, i])) for i in range(len(table)) for j in range(i) if table[i, j] + table[j, i]]
    test = "Bowker" if len(table) > 2 else "McNemar"
    if not met:
        return Bias(test, undefined(Undefined.NO_DIFFERENCE), 0, None)
    statistic = math.fsum((a - b) ** 2 / (a + b) for a, b in met)
    return Bias(test, Estimate(statistic), len(met), chi_square_tail(statistic, len(met)))


def _too_few(table: Counts) -> Undefined:
    pairs = int(table.sum())
    return (Undefined.NO_PAIRS, Undefined.FEWER_THAN_TWO)[pairs] if pairs < 2 else Undefined.ONE_CATEGORY


def _single(found: Quotients, otherwise: Undefined) -> Estimate:
    if not bool(found.defined):
        return undefined(otherwise)
    return ratio(int(found.numerator), int(found.denominator), otherwise)
