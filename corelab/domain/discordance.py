"""Two readings of one exam: what differs, in which class, what the adjudicator decides, what waits for that, and what stands already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from corelab.domain.allocation import Slot
from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_class import DerivedDifference, DerivedTolerance, DifferenceClass
from corelab.domain.class_rules import Endpoint, Grades, Pair, found, letters, same
from corelab.domain.derived import has, inputs_of, segments_of, values_of
from corelab.domain.details import Controlled, controlled_by
from corelab.domain.kept_for import KeptFor
from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, Grade, SegmentId, Source

__all__ = ["CLOSURE", "Comparison", "Disputed", "compare", "endpoint_cells", "same"]

CLOSURE = "CLOSURE"


@dataclass(frozen=True, slots=True)
class Disputed:
    """A cell that goes to the adjudicator. ``classes`` most severe first, empty for one that closure added; ``rules`` say why."""

    cell: Cell
    classes: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def by_closure(self) -> bool:
        return not self.classes


@dataclass(frozen=True, slots=True)
class Comparison:
    """``disputed`` by a class, ``closure`` added so that no endpoint rests on a reference grade, ``results`` of what stands already.

    ``details`` are those whose segment has a controlling cell to decide; the ones among them that differ are ``waiting`` and have no
    result yet. ``hanging`` are these and those to decide themselves, each after those it hangs on. A cell that is blank in one of the
    readings (never in signed ones) has no result either.
    """

    disputed: tuple[Disputed, ...]
    closure: tuple[Disputed, ...]
    results: tuple[Result, ...]
    grades_1: Grades
    grades_2: Grades
    charter: Charter = field(repr=False, compare=False)
    reference: Slot = 1
    details: tuple[Controlled, ...] = ()
    hanging: tuple[Controlled, ...] = ()
    waiting: tuple[Cell, ...] = ()
    rules: Mapping[Cell, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @property
    def to_decide(self) -> tuple[Disputed, ...]:
        """Everything the adjudicator decides: disputed first, then what closure added."""
        return self.disputed + self.closure

    def grades(self, slot: Slot) -> Grades:
        return self.grades_1 if slot == 1 else self.grades_2


def compare(
    charter: Charter,
    visit: str,
    grades_1: Grades,
    grades_2: Grades,
    reference_slot: Slot,
    *,
    attributes: Attributes = UNKNOWN,
) -> Comparison:
    """Compares two signed readings of one exam and one type, given as complete grids in one order.

    ``attributes`` are the subject's. Its earlier exams do not enter: no class rests on an endpoint that looks back.
    The same input gives the same output; the order of the readings matters only through the reference slot.
    Raises ValueError when the cells of the two differ.
    """
    if grades_1.keys() != grades_2.keys():
        raise ValueError("two readings of one exam answer the same cells")
    return compare_drafts(KeptFor(charter, visit, attributes), grades_1, grades_2, reference_slot)


def compare_drafts(of: KeptFor, grades_1: Grades, grades_2: Grades, reference_slot: Slot) -> Comparison:
    """As ``compare``, of readings that may have blank cells: a blank one is no difference, and has no result."""
    charter, pair = of.charter, _pair(of, grades_1, grades_2)
    rules = found(pair)
    adjudicated = {difference.id for difference in charter.classes if difference.action == "adjudicate"}
    disputed = tuple(Disputed(cell, letters(said), said) for cell, said in rules.items() if adjudicated.intersection(letters(said)))
    added, details = _closure(pair, {one.cell for one in disputed}) if disputed else ((), ())
    decided = {one.cell for one in disputed} | set(added)
    waiting = tuple(one.cell for one in details if one.cell not in decided and one.cell in pair.differing)
    open_cells = decided | set(waiting)
    reference = grades_1 if reference_slot == 1 else grades_2
    results = tuple(
        _settled(cell, one, two, reference[cell], rules.get(cell, ()))
        for cell, one in grades_1.items()
        if cell not in open_cells and (two := grades_2.get(cell)) is not None
    )
    return Comparison(
        disputed,
        tuple(Disputed(cell, (), (CLOSURE,)) for cell in added),
        results,
        grades_1,
        grades_2,
        charter,
        reference_slot,
        tuple(one for one in details if one.cell not in decided),
        details,
        waiting,
        MappingProxyType(rules),
    )


def _settled(cell: Cell, one: Grade, two: Grade, grade: Grade, rules: tuple[str, ...]) -> Result:
    if same(one, two):
        return _agreed(cell, grade)
    return Result(cell, grade, Source.REFERENCE, one.code, two.code, None, letters(rules), rules)


@lru_cache(maxsize=8192)  # most cells of most exams hold the same as everywhere
def _agreed(cell: Cell, grade: Grade) -> Result:
    return Result(cell, grade, Source.CONCORDANT, grade.code, grade.code)


def _pair(of: KeptFor, one: Grades, two: Grades) -> Pair:
    differing = tuple(cell for cell, grade in one.items() if (other := two.get(cell)) is not None and not same(grade, other))
    ours, charter, visit, attributes = set(differing), of.charter, of.visit, of.attributes

    def endpoints(name: str) -> Iterator[Endpoint]:
        moved = [(segment, cells) for segment, inputs in _inputs(of, name) if (cells := tuple(cell for cell in inputs if cell in ours))]
        if moved:
            values = [values_of(charter, visit, charter.derivation(name), grades, attributes=attributes) for grades in (one, two)]
            yield from (Endpoint(values[0][segment], values[1][segment], cells) for segment, cells in moved)

    return Pair(charter, visit, attributes, one, two, differing, endpoints)


@lru_cache(maxsize=1024)
def _inputs(of: KeptFor, name: str) -> tuple[tuple[SegmentId, tuple[Cell, ...]], ...]:
    """What feeds a derivation, by the segment it is about; nothing at a visit that does not have it."""
    derivation = of.charter.derivation(name)
    if not has(of.charter, of.visit, derivation):
        return ()
    return tuple((segment, inputs_of(of.charter, derivation, of.attributes, segment)) for segment in segments_of(of.charter, derivation))


# ---------------------------------------------------------------- closure


def endpoint_cells(charter: Charter, visit: str, attributes: Attributes = UNKNOWN) -> tuple[Cell, ...]:
    """The cells that feed a class A derivation at this visit."""
    of = KeptFor(charter, visit, attributes)
    names = dict.fromkeys(name for difference in charter.classes for name in _endpoints(difference, visit))
    return tuple(dict.fromkeys(cell for name in names for _, inputs in _inputs(of, name) for cell in inputs))


def _endpoints(difference: DifferenceClass, visit: str) -> Iterator[str]:
    if difference.id == "A" and difference.applies_at(visit):
        for rule in difference.rules:
            if isinstance(rule, DerivedDifference | DerivedTolerance):
                yield from rule.derivations


def _closure(pair: Pair, disputed: set[Cell]) -> tuple[tuple[Cell, ...], tuple[Controlled, ...]]:
    """What closure adds, in form order, and the details that are controlled by a cell to decide.

    Once any endpoint cell is disputed, every differing endpoint cell is decided: without it, two readers who agree on an endpoint by
    different cells would leave it to the reference draw after a decision. A detail that waits for a decision counts as disputed here:
    the decision moves it.
    """
    details = controlled_by(pair.charter, pair.visit, pair.attributes, disputed)
    differing = set(pair.differing)
    endpoint = endpoint_cells(pair.charter, pair.visit, pair.attributes) if pair.charter.adjudication.closure else ()
    moved = disputed | {one.cell for one in details if one.cell in differing}
    if moved.isdisjoint(endpoint):
        return (), details
    added = {cell for cell in endpoint if cell in differing and cell not in disputed}
    if added:
        details = controlled_by(pair.charter, pair.visit, pair.attributes, disputed | added)
    return tuple(cell for cell in pair.differing if cell in added), details
