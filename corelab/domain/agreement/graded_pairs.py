"""Two readings of the same cells: which pairs count, how often NE and NI were given, and every figure with its interval by subject."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from corelab.domain.agreement.bootstrap import Chance, Resampled, interval_of, resampled_tables, with_resampling
from corelab.domain.agreement.estimate import Estimate
from corelab.domain.agreement.two_readers import (
    Bias,
    Counts,
    Quotients,
    Weights,
    ac,
    ac_of,
    agreement_of,
    bias,
    kappa,
    kappa_of,
    percent_agreement,
    specific_agreement,
    specific_of,
)
from corelab.domain.vocabulary import Missing

NA, NE, NI = Missing.NOT_APPLICABLE.value, Missing.NOT_EVALUABLE.value, Missing.NOT_IMAGED.value


@dataclass(frozen=True, slots=True)
class GradedPair:
    """One cell as two readers graded it: a category each, or NA, NE, NI."""

    subject: str
    reader_1: str
    reader_2: str
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the pairs given. ``not_applicable``: NA of either reader; ``not_imaged``: NI of either, and no NA; both never enter.

    ``not_evaluable_one`` and ``_both`` enter only the figures with NE as a category of its own; ``graded`` enter all.
    """

    given: int
    graded: int
    not_evaluable_one: int
    not_evaluable_both: int
    not_imaged: int
    not_applicable: int
    subjects: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its interval by subject."""

    estimate: Estimate
    by_subject: Resampled


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure of one table of counts (rows reader 1): kappa beside AC, by weights; specific agreement by category."""

    categories: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    percent: Figure
    kappa: tuple[tuple[Weights, Figure], ...]
    ac: tuple[tuple[Weights, Figure], ...]
    specific: tuple[Figure, ...]
    bias: Bias


@dataclass(frozen=True, slots=True)
class Drift:
    """One batch: weighted kappa, and the share of each grade (by category, of both readers together)."""

    batch: str
    pairs: int
    kappa: Estimate
    shares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the same pairs: without NE with the weights asked for, and with NE as a category of its own, unweighted since NE has no rank."""

    coverage: Coverage
    without_ne: Figures
    with_ne: Figures
    chance: Chance


def agreement(
    pairs: Sequence[GradedPair], categories: Sequence[str], chance: Chance, weights: tuple[Weights, ...] = tuple(Weights)
) -> Agreement:
    """Every figure of these pairs. ``categories`` stand in the order of their ranks, without NA, NE and NI.

    Raises ValueError where a grade is neither a category nor NA, NE, NI.
    """
    known = {*categories, NA, NE, NI}
    unknown = sorted({grade for pair in pairs for grade in (pair.reader_1, pair.reader_2)} - known)
    if unknown:
        raise ValueError(f"no category of this item: {', '.join(unknown)}")
    return Agreement(
        coverage=coverage(pairs),
        without_ne=_figures(pairs, tuple(categories), weights, chance),
        with_ne=_figures(pairs, (*categories, NE), (Weights.UNWEIGHTED,), chance),
        chance=chance,
    )


def coverage(pairs: Iterable[GradedPair]) -> Coverage:
    """Counts each pair once: NA before NI before NE."""
    met: Counter[str] = Counter()
    subjects = set()
    for pair in pairs:
        subjects.add(pair.subject)
        grades = (pair.reader_1, pair.reader_2)
        first = next((code for code in (NA, NI, NE) if code in grades), "")
        met["both" if grades == (NE, NE) else first] += 1
    return Coverage(met.total(), met[""], met[NE], met["both"], met[NI], met[NA], len(subjects))


def drift(pairs: Sequence[GradedPair], categories: Sequence[str], weights: Weights) -> tuple[Drift, ...]:
    """By batch, in the order in which the batches are first met; of the pairs that both readers graded."""
    batches: dict[str, list[GradedPair]] = {}
    for pair in pairs:
        batches.setdefault(pair.batch, []).append(pair)
    found = []
    for batch, held in batches.items():
        table = _summed(_tables(held, categories), len(categories))
        used, whole = table.sum(axis=0) + table.sum(axis=1), int(table.sum())
        shares = tuple(int(count) / (2 * whole) for count in used) if whole else ()
        found.append(Drift(batch, whole, kappa(table, weights), shares))
    return tuple(found)


def _tables(pairs: Iterable[GradedPair], categories: Sequence[str]) -> dict[str, Counts]:
    """One table per subject that has a pair in these categories."""
    place = {category: n for n, category in enumerate(categories)}
    made: dict[str, Counts] = {}
    for pair in pairs:
        if pair.reader_1 in place and pair.reader_2 in place:
            table = made.setdefault(pair.subject, np.zeros((len(place), len(place)), dtype=np.int64))
            table[place[pair.reader_1], place[pair.reader_2]] += 1
    return made


def _summed(tables: dict[str, Counts], size: int) -> Counts:
    return sum(tables.values(), np.zeros((size, size), dtype=np.int64))


def _figures(pairs: Sequence[GradedPair], categories: tuple[str, ...], weights: tuple[Weights, ...], chance: Chance) -> Figures:
    tables = _tables(pairs, categories)
    table, repeated = _summed(tables, len(categories)), resampled_tables(tables, chance)

    def figure(found: Estimate, statistic: Callable[[Counts], Quotients]) -> Figure:
        return Figure(found, with_resampling(found, interval_of(repeated, statistic)))

    specific = specific_agreement(table)
    return Figures(
        categories=categories,
        table=tuple(tuple(int(count) for count in row) for row in table),
        percent=figure(percent_agreement(table), partial(agreement_of, weights=Weights.UNWEIGHTED)),
        kappa=tuple((each, figure(kappa(table, each), partial(kappa_of, weights=each))) for each in weights),
        ac=tuple((each, figure(ac(table, each), partial(ac_of, weights=each))) for each in weights),
        specific=tuple(figure(found, partial(specific_of, category=n)) for n, found in enumerate(specific)),
        bias=bias(table),
    )
