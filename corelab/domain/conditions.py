"""Conditions of a charter about the cells of one exam, asked in three-valued logic as often as a grade changes."""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from corelab.domain.charter.model_item import ChoiceItem, Item, NumberItem
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, ItemId, Missing, SegmentId

Truth = bool | None
"""True, false, or None: unknown."""
Comparable = str | Decimal
_Grades = Mapping[Cell, Grade]
ORDERS: Mapping[str, Callable[[Decimal, Decimal], bool]] = MappingProxyType(
    {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
)
ALL_MISSING: Final = frozenset(Missing)


@dataclass(frozen=True, slots=True)
class Facts:
    """What a check may know beside the grades. ``unplayed``: clips never played to the end, by segment and under ``""`` for the exam.

    ``label_differs``: segments with evidence from a clip that is labelled for another one. ``seconds``: of active reading, None where
    nobody counts.
    """

    unplayed: Mapping[SegmentId, int] = field(default_factory=lambda: MappingProxyType({}))
    label_differs: frozenset[SegmentId] = frozenset()
    seconds: int | None = None

    def of(self, fact: str, segment: SegmentId | None) -> bool | Decimal | None:
        match fact:
            case "evidence_label_differs":
                return bool(self.label_differs) if segment is None else segment in self.label_differs
            case "unplayed_clips":
                return Decimal(self.unplayed.get(segment or WHOLE_EXAM, 0))
            case _:
                return None if self.seconds is None else Decimal(self.seconds)


NO_FACTS: Final = Facts()


@dataclass(frozen=True, slots=True)
class Known:
    """A part that no grade changes."""

    truth: Truth


@dataclass(frozen=True, slots=True)
class OnCells:
    """A comparison of one item in one cell, or in ``any`` or ``all`` cells of a group.

    ``operands`` are decimals for a number, ranks for an order of options, values otherwise. ``other`` is a number of the same segment,
    times ``factor``, in their place.
    """

    item: Item
    cells: tuple[Cell, ...]
    match: Literal["any", "all"] | None
    op: str
    operands: tuple[Comparable, ...] = ()
    kinds: frozenset[Missing] = ALL_MISSING
    other: ItemId | None = None
    factor: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class OnFact:
    """A comparison of something that is not a grade."""

    fact: str
    segment: SegmentId | None
    op: str
    operands: tuple[bool | Decimal, ...]


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Test", ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    part: "Test"


Test = Known | OnCells | OnFact | Every | Some | Opposite


def truth(test: Test, grades: _Grades, facts: Facts = NO_FACTS) -> Truth:
    """Whether a test holds of these grades (Kleene's logic). A cell that is not among them is blank."""
    match test:
        case Known():
            return test.truth
        case OnCells():
            return _of_cells(test, grades)
        case OnFact():
            return _of_fact(test, facts)
        case Every():
            return _all(truth(part, grades, facts) for part in test.parts)
        case Some():
            return _any(truth(part, grades, facts) for part in test.parts)
        case Opposite():
            part = truth(test.part, grades, facts)
            return None if part is None else not part


def _all(parts: Iterable[Truth]) -> Truth:
    unknown = False
    for part in parts:
        if part is False:
            return False
        unknown = unknown or part is None
    return None if unknown else True


def _any(parts: Iterable[Truth]) -> Truth:
    unknown = False
    for part in parts:
        if part:
            return True
        unknown = unknown or part is None
    return None if unknown else False


def _of_cells(test: OnCells, grades: _Grades) -> Truth:
    if test.match is None:
        return _of_cell(test, test.cells[0], grades)
    left = [cell for cell in test.cells if (grade := grades.get(cell)) is None or grade.missing is not Missing.NOT_APPLICABLE]
    if not left:
        return None
    return (_all if test.match == "all" else _any)(_of_cell(test, cell, grades) for cell in left)


def _of_cell(test: OnCells, cell: Cell, grades: _Grades) -> Truth:
    grade = grades.get(cell)
    if test.op == "answered":
        return grade is not None and grade.value is not None
    if test.op == "missing":
        return grade is not None and grade.missing in test.kinds
    if grade is None or grade.value is None:
        return None
    operands = test.operands
    if test.other is not None:
        beside = grades.get(Cell(cell.segment, test.other))
        if beside is None or beside.value is None:
            return None
        operands = (Decimal(beside.value) * test.factor,)
    return _compared(test.op, _value(test.item, test.op, grade.value), operands)


def _value(item: Item, op: str, value: str) -> Comparable:
    if isinstance(item, NumberItem):
        return Decimal(value)
    return Decimal(item.rank(value) or 0) if isinstance(item, ChoiceItem) and op in ORDERS else value


def _compared(op: str, value: Comparable, operands: tuple[Comparable, ...]) -> bool:
    if op in ORDERS:
        first = operands[0]
        return isinstance(value, Decimal) and isinstance(first, Decimal) and ORDERS[op](value, first)
    return (value in operands) == (op in {"eq", "in"})


def _of_fact(test: OnFact, facts: Facts) -> Truth:
    value = facts.of(test.fact, test.segment)
    if value is None:
        return None
    if test.op in ORDERS:
        return ORDERS[test.op](Decimal(value), Decimal(test.operands[0]))
    return (value in test.operands) == (test.op in {"eq", "in"})


def undecided(test: Test, grades: _Grades, facts: Facts = NO_FACTS) -> Iterator[Cell]:
    """The cells that keep an unknown test from being known: those of its unknown parts that hold no value."""
    match test:
        case OnCells():
            yield from (cell for cell in _cells(test) if (grade := grades.get(cell)) is None or grade.value is None)
        case Every() | Some():
            yield from (cell for part in test.parts if truth(part, grades, facts) is None for cell in undecided(part, grades, facts))
        case Opposite():
            yield from undecided(test.part, grades, facts)
        case _:
            return


def cells_of(test: Test) -> tuple[Cell, ...]:
    """Every cell that a test looks at, without repeats, in the order in which it names them."""
    return tuple(dict.fromkeys(_cells(test)))


def _cells(test: Test) -> Iterator[Cell]:
    match test:
        case OnCells():
            for cell in test.cells:
                yield cell
                if test.other is not None:
                    yield Cell(cell.segment, test.other)
        case Every() | Some():
            for part in test.parts:
                yield from _cells(part)
        case Opposite():
            yield from _cells(test.part)
        case _:
            return


def looks_beside_grades(test: Test) -> bool:
    """Whether a test asks for a fact that no grade tells: clips played, labels of evidence, time."""
    match test:
        case OnFact():
            return True
        case Every() | Some():
            return any(map(looks_beside_grades, test.parts))
        case Opposite():
            return looks_beside_grades(test.part)
        case _:
            return False


def fired(test: Test, grades: _Grades, facts: Facts = NO_FACTS) -> bool:
    """Whether a rule fires: unknown does not."""
    return truth(test, grades, facts) is True
