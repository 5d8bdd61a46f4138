"""Agreement item by item: graded answers by kappa and AC, measured ones by ICC and limits of agreement; whole, by segment and by visit."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from corelab.domain.agreement.bootstrap import Chance, resampled_measures, with_resampling
from corelab.domain.agreement.estimate import Estimate
from corelab.domain.agreement.graded_pairs import NE, NI, Agreement, Coverage, Figure, GradedPair, agreement, coverage
from corelab.domain.agreement.measured import icc, limits_of_agreement
from corelab.domain.agreement.two_readers import MOST_CATEGORIES, Weights
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_item import Item, NumberItem
from corelab.domain.monitoring.pairing import CellPair

_WEIGHTS: Mapping[str, Weights] = MappingProxyType({"linear": Weights.LINEAR, "quadratic": Weights.QUADRATIC, "none": Weights.UNWEIGHTED})
_CODES = frozenset({NE, NI})
_MEASURED = "measured"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class GradedItem:
    """Agreement about one item. ``weights`` are the charter's for an ordinal item, none for a nominal one.

    ``part``: the segment or visit that it is about, empty for all; ``labels`` are the words of the categories, NE last.
    """

    item: str
    label: str
    part: str
    weights: Weights
    labels: tuple[str, ...]
    pairs: tuple[CellPair, ...]
    found: Agreement

    @property
    def kappa(self) -> Figure:
        return dict(self.found.without_ne.kappa)[self.weights]

    @property
    def ac(self) -> Figure:
        """AC1 without weights, AC2 with them."""
        return dict(self.found.without_ne.ac)[self.weights]

    @property
    def counted(self) -> int:
        return self.found.coverage.graded

    def cell_of_table(self, row: int, column: int) -> tuple[CellPair, ...]:
        """The pairs behind one count of the table with NE."""
        names = self.found.with_ne.categories
        return tuple(pair for pair in self.pairs if (pair.one, pair.other) == (names[row], names[column]))


@dataclass(frozen=True, slots=True)
class Point:
    """One pair of measured values: reader 1 and reader 2, in the item's unit."""

    pair: CellPair
    one: float
    other: float

    @property
    def mean(self) -> float:
        return (self.one + self.other) / 2

    @property
    def difference(self) -> float:
        return self.one - self.other


@dataclass(frozen=True, slots=True)
class MeasuredItem:
    """Agreement about one measured item: differences are reader 1 minus reader 2."""

    item: str
    label: str
    part: str
    unit: str
    decimals: int
    pairs: tuple[CellPair, ...]
    points: tuple[Point, ...]
    coverage: Coverage
    two_one: Figure
    mean: Figure
    deviation: Estimate
    low: Figure
    high: Figure


def by_segment(charter: Charter, pairs: Sequence[CellPair], item: str) -> tuple[GradedItem, ...]:
    """One item, segment by segment in form order; both sides of a segment together."""
    return _parts(charter, pairs, item, lambda pair: pair.cell.segment.partition(".")[0], [one.id for one in charter.segments])


def by_visit(charter: Charter, pairs: Sequence[CellPair], item: str) -> tuple[GradedItem, ...]:
    """One item, visit by visit."""
    return _parts(charter, pairs, item, lambda pair: pair.exam.visit, [one.id for one in charter.visits])


def _parts(
    charter: Charter, pairs: Sequence[CellPair], item: str, part_of: Callable[[CellPair], str], order: Iterable[str]
) -> tuple[GradedItem, ...]:
    own = _of_item(pairs, item)
    split = {part: tuple(pair for pair in own if part_of(pair) == part) for part in order}
    return tuple(graded(charter, charter.item(item), held, part) for part, held in split.items() if _counted(held))


def _counted(pairs: Iterable[CellPair]) -> bool:
    """Whether anything of it was imaged in both readings."""
    return any(NI not in (pair.one, pair.other) for pair in pairs)


def _of_item(pairs: Iterable[CellPair], item: str) -> tuple[CellPair, ...]:
    return tuple(pair for pair in pairs if pair.cell.item == item)


def chance_of(charter: Charter) -> Chance:
    """Repetitions and seed as the charter fixes them beforehand."""
    return Chance(charter.monitoring.bootstrap_seed, charter.monitoring.bootstrap_reps)


def graded(charter: Charter, item: Item, pairs: tuple[CellPair, ...], part: str = "") -> GradedItem:
    categories = categories_of(item, pairs)
    weights = weights_of(charter, item)
    found = agreement(graded_pairs(pairs, categories), categories, chance_of(charter), tuple(dict.fromkeys((Weights.UNWEIGHTED, weights))))
    return GradedItem(item.id, item.label, part, weights, (*(_label(item, each) for each in categories), "not evaluable"), pairs, found)


def weights_of(charter: Charter, item: Item) -> Weights:
    """Grades without an order have no distance."""
    ordinal = isinstance(item, ChoiceItem) and item.scale == "ordinal"
    return _WEIGHTS[charter.monitoring.weights] if ordinal else Weights.UNWEIGHTED


def categories_of(item: Item, pairs: Iterable[CellPair]) -> tuple[str, ...]:
    """The options in the order of their ranks; of an item of another kind what was said, the most frequent first.

    What is said beyond the most that a table holds is one category, ``OTHER``.
    """
    if isinstance(item, ChoiceItem):
        return tuple(option.value for option in item.options)
    said = Counter(code for pair in pairs for code in (pair.one, pair.other) if code not in _CODES)
    ranked = sorted(said, key=lambda code: (-said[code], code))
    return (*ranked[: MOST_CATEGORIES - 2], OTHER)


def graded_pairs(pairs: Iterable[CellPair], categories: Sequence[str]) -> tuple[GradedPair, ...]:
    known = {*categories, *_CODES}

    def told(code: str) -> str:
        return code if code in known else OTHER

    return tuple(GradedPair(pair.exam.subject, told(pair.one), told(pair.other), pair.batch) for pair in pairs)


def _label(item: Item, value: str) -> str:
    option = item.option(value) if isinstance(item, ChoiceItem) else None
    return option.label if option else value


def measured(charter: Charter, item: NumberItem, pairs: tuple[CellPair, ...], part: str = "") -> MeasuredItem:
    points = tuple(Point(pair, float(pair.one), float(pair.other)) for pair in pairs if not _CODES & {pair.one, pair.other})
    held: dict[str, list[tuple[float, float]]] = {}
    for point in points:
        held.setdefault(point.pair.exam.subject, []).append((point.one, point.other))
    values = [(point.one, point.other) for point in points]
    differences = limits_of_agreement([one for one, _ in values], [other for _, other in values])
    again, two_one = resampled_measures(held, chance_of(charter)), icc(values).two_one
    return MeasuredItem(
        item=item.id,
        label=item.label,
        part=part,
        unit=item.unit,
        decimals=item.decimals,
        pairs=pairs,
        points=points,
        coverage=coverage(GradedPair(pair.exam.subject, _code(pair.one), _code(pair.other)) for pair in pairs),
        two_one=Figure(two_one, with_resampling(two_one, again.two_one)),
        mean=Figure(differences.mean, with_resampling(differences.mean, again.mean)),
        deviation=differences.deviation,
        low=Figure(differences.low, with_resampling(differences.low, again.low)),
        high=Figure(differences.high, with_resampling(differences.high, again.high)),
    )


def _code(said: str) -> str:
    return said if said in _CODES else _MEASURED
