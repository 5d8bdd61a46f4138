"""From the readings so far to the rates of a forecast: how grades are distributed, and which answer each reader gives for which truth.

Nobody knows the truth of a cell that two readers graded. Dawid and Skene 1979: begin with what both say, half and half where they differ;
then take turns at the readers' matrices and at the share of each truth, as often as it changes anything.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from statistics import fmean, pstdev, stdev

from corelab.domain.charter.model_item import ChoiceItem, NumberItem
from corelab.domain.forecast.rates import NOT_EVALUABLE, ItemRates, Rates
from corelab.domain.monitoring.observed import Observed
from corelab.domain.monitoring.pairing import CellPair, Kind, pairs_of
from corelab.domain.vocabulary import Missing

MINUTES_PER_CASE = 10.0
"""Nothing in a lab measures an adjudicator's minutes; the figure is shown beside the hours that rest on it."""
_TURNS = 60
_DIGITS = 6
_NI = Missing.NOT_IMAGED.value

Matrix = Mapping[str, Mapping[str, float]]


def rates_of(observed: Observed, planned_exams: int) -> Rates | None:
    """None while no two readings of an exam are signed. Items of several answers and free text have no rates: never different."""
    pairs = [pair for pair in pairs_of(observed, Kind.READERS) if _NI not in (pair.one, pair.other)]
    names = sorted({reader for pair in pairs for reader in pair.readers})
    held: dict[str, list[CellPair]] = defaultdict(list)
    for pair in pairs:
        held[pair.cell.item].append(pair)
    items = tuple(_items(observed, names, held))
    if not items:
        return None
    told = {
        "seed": observed.charter.monitoring.bootstrap_seed,
        "planned_exams": max(1, planned_exams),
        "minutes_per_case": MINUTES_PER_CASE,
        "visits": tuple(visit.id for visit in observed.charter.visits if any(pair.exam.visit == visit.id for pair in pairs)),
        "item": items,
        "imaged": _imaged(observed),
    }
    return Rates.model_validate(told)


def _items(observed: Observed, names: Sequence[str], held: Mapping[str, Sequence[CellPair]]) -> Iterator[ItemRates]:
    for item in observed.charter.items:
        pairs = held.get(item.id, ())
        if pairs and isinstance(item, ChoiceItem):
            yield from _choice(item.id, names, pairs)
        elif pairs and isinstance(item, NumberItem):
            yield from _number(item.id, pairs)


def _imaged(observed: Observed) -> dict[str, float]:
    """Of each segment, the share of readings in which it was imaged."""
    there: Counter[str] = Counter()
    for each in observed.compared:
        there.update({cell.segment.partition(".")[0] for cell, grade in each.one.grades.items() if grade.value is not None})
    whole = len(observed.compared)
    return {segment.id: round(there[segment.id] / whole, _DIGITS) for segment in observed.charter.segments}


def _choice(item: str, names: Sequence[str], pairs: Sequence[CellPair]) -> Iterator[ItemRates]:
    """One entry for each segment, for the share of each truth differs; the readers' matrices are those of the whole item."""
    truth, matrices = dawid_skene([(pair.readers, (pair.one, pair.other)) for pair in pairs])
    by_segment: dict[str, list[int]] = defaultdict(list)
    for n, pair in enumerate(pairs):
        by_segment[pair.cell.segment.partition(".")[0]].append(n)
    readers = tuple(_rounded(matrices.get(name, {})) for name in names)
    for segment, places in sorted(by_segment.items()):
        shares = _summed([truth[n] for n in places])
        yield ItemRates.model_validate({"item": item, "segments": (segment,) if segment else (), "truth": _row(shares), "reader": readers})


def _number(item: str, pairs: Sequence[CellPair]) -> Iterator[ItemRates]:
    both = [(float(pair.one), float(pair.other)) for pair in pairs if NOT_EVALUABLE not in (pair.one, pair.other)]
    if len(both) < 2:
        return
    codes = [code for pair in pairs for code in (pair.one, pair.other)]
    unread = codes.count(NOT_EVALUABLE) / len(codes)
    middle = [fmean(values) for values in both]
    error = stdev(one - other for one, other in both) / sqrt(2)
    told = {"mean": round(fmean(middle), _DIGITS), "sd": round(pstdev(middle), _DIGITS), NOT_EVALUABLE: round(unread, _DIGITS)}
    yield ItemRates.model_validate({"item": item, "truth": told, "reader": ({"bias": 0.0, "sd": round(error, _DIGITS)},)})


# ---------------------------------------------------------------- what each reader says for which truth

Said = tuple[tuple[str, str], tuple[str, str]]
"""Two readers and what they said."""


def dawid_skene(said: Sequence[Said]) -> tuple[list[dict[str, float]], dict[str, Matrix]]:
    """Of each pair the share of each possible truth, and each reader's matrix, truth -> (answer -> share)."""
    truth = [_begin(answers) for _, answers in said]
    matrices: dict[str, Matrix] = {}
    for _ in range(_TURNS):
        matrices = _matrices(said, truth)
        prior = _summed(truth)
        truth = [_posterior(prior, matrices, one) for one in said]
    return truth, matrices


def _begin(answers: tuple[str, str]) -> dict[str, float]:
    one, other = answers
    return {one: 1.0} if one == other else {one: 0.5, other: 0.5}


def _matrices(said: Sequence[Said], truth: Sequence[Mapping[str, float]]) -> dict[str, Matrix]:
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for (readers, answers), shares in zip(said, truth, strict=True):
        for reader, answer in zip(readers, answers, strict=True):
            for grade, share in shares.items():
                counts[reader][grade][answer] += share  # type: ignore[assignment]  # shares of a count
    return {reader: {grade: _shares(row) for grade, row in rows.items()} for reader, rows in counts.items()}


def _posterior(prior: Mapping[str, float], matrices: Mapping[str, Matrix], said: Said) -> dict[str, float]:
    readers, answers = said
    weights = dict(prior)
    for reader, answer in zip(readers, answers, strict=True):
        weights = {grade: weight * matrices[reader].get(grade, {}).get(answer, 0.0) for grade, weight in weights.items()}
    return _shares({grade: weight for grade, weight in weights.items() if weight > 0}) or _begin(answers)


def _summed(truth: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for shares in truth:
        for grade, share in shares.items():
            total[grade] = total.get(grade, 0.0) + share
    return _shares(total)


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    whole = sum(counts.values())
    return {grade: counts[grade] / whole for grade in sorted(counts)} if whole else {}


def _rounded(matrix: Matrix) -> dict[str, dict[str, float]]:
    return {grade: _row(row) for grade, row in sorted(matrix.items())}


def _row(shares: Mapping[str, float]) -> dict[str, float]:
    """Rounded shares that still sum to 1: the largest takes the difference."""
    row = {grade: round(share, _DIGITS) for grade, share in shares.items()}
    largest = max(row, key=lambda grade: row[grade])
    row[largest] = round(row[largest] + 1 - sum(row.values()), _DIGITS)
    return row
