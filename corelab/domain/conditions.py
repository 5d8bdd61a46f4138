"""Conditions of a charter in three-valued logic: resolved once for an exam, then asked as often as a grade changes.

``resolve`` puts the cells of the exam in place of "each", groups and neighbours, and what is known of the subject in place of its
attributes, so that a resolved test names cells and nothing else: a form that holds it tells its reader nothing of the subject.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Literal

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_condition import AllOf, AnyOf, AttributeLeaf, Condition, FactLeaf, ItemLeaf, Not
from corelab.domain.charter.model_item import ChoiceItem, Item, NumberItem
from corelab.domain.places import charter_id, members_of, run_time_ids
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, ItemId, Missing, SegmentId

Truth = bool | None
"""True, false, or None: unknown."""
Comparable = str | Decimal
_Grades = Mapping[Cell, Grade]
_NEIGHBOURS: Final = {"before": -1, "after": 1}
_ORDERS: Mapping[str, Callable[[Decimal, Decimal], bool]] = MappingProxyType(
    {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge}
)
_ALL_MISSING: Final = frozenset(Missing)


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
class Ground:
    """What is known of an exam before anybody grades it."""

    charter: Charter
    attributes: Attributes = UNKNOWN
    visit: str = ""
    blocks: frozenset[str] = frozenset()


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
    kinds: frozenset[Missing] = _ALL_MISSING
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
_NOBODY_KNOWS: Final = Known(None)

# ---------------------------------------------------------------- resolving


def resolve(condition: Condition, ground: Ground, each: SegmentId | None = None, group: tuple[SegmentId, ...] = ()) -> Test:
    """The condition about this exam. ``each`` is the segment under consideration, ``group`` the ones that "each" goes through, in order."""
    match condition:
        case AllOf():
            return Every(tuple(resolve(part, ground, each, group) for part in condition.all_of))
        case AnyOf():
            return Some(tuple(resolve(part, ground, each, group) for part in condition.any_of))
        case Not():
            return Opposite(resolve(condition.negated, ground, each, group))
        case ItemLeaf():
            return _on_cells(condition, ground, each, group)
        case AttributeLeaf():
            where = each if condition.segment == "each" else _one(ground, condition.segment, each) if condition.segment else None
            value = ground.attributes.of(condition.attribute, where)
            return Known(None if value is None else _equal(condition.op, value, _texts(condition.value)))
        case FactLeaf():
            return _on_fact(condition, ground, each)


def _on_cells(leaf: ItemLeaf, ground: Ground, each: SegmentId | None, group: tuple[SegmentId, ...]) -> Test:
    item = ground.charter.item(leaf.item)
    segments = _segments(leaf, item, ground, each, group)
    if segments is None:
        return _NOBODY_KNOWS
    one = leaf.group is None and len(segments) == 1
    return OnCells(
        item=item,
        cells=tuple(Cell(segment, ItemId(item.id)) for segment in segments),
        match=None if one else leaf.match or "any",
        op=leaf.op,
        operands=() if leaf.op in {"answered", "missing"} else _operands(item, leaf),
        kinds=frozenset(map(Missing, _texts(leaf.value))) if leaf.op == "missing" and leaf.value is not None else _ALL_MISSING,
        other=ItemId(leaf.other) if leaf.other else None,
        factor=Decimal(1) if leaf.factor is None else _decimal(leaf.factor),
    )


def _segments(
    leaf: ItemLeaf, item: Item, ground: Ground, each: SegmentId | None, group: tuple[SegmentId, ...]
) -> tuple[SegmentId, ...] | None:
    """None where there is no such segment: before the first, after the last."""
    if item.scope == "exam":
        return (WHOLE_EXAM,)
    if leaf.group is not None:
        return members_of(ground.charter, ground.attributes, groups=(leaf.group,), where=leaf.where)
    if leaf.segment == "each":
        return (each,) if each is not None else None
    if leaf.segment in _NEIGHBOURS:
        place = group.index(each) + _NEIGHBOURS[leaf.segment] if each in group else -1
        return (group[place],) if 0 <= place < len(group) else None
    one = _one(ground, leaf.segment, each)
    return (one,) if one is not None else run_time_ids(ground.charter, (leaf.segment or "",))


def _one(ground: Ground, segment: str | None, each: SegmentId | None) -> SegmentId | None:
    """A named segment: the one of the same side as ``each`` where it stands for both sides; None where nothing tells which."""
    ids = run_time_ids(ground.charter, (segment,)) if segment else ()
    same_side = [one for one in ids if each is not None and one.partition(".")[2] == each.partition(".")[2]]
    return ids[0] if len(ids) == 1 else next(iter(same_side), None)


def _on_fact(leaf: FactLeaf, ground: Ground, each: SegmentId | None) -> Test:
    texts = _texts(leaf.value)
    match leaf.fact:
        case "segment":
            return Known(None if each is None else _equal(leaf.op, charter_id(each), texts))
        case "visit":
            return Known(_equal(leaf.op, ground.visit, texts))
        case "block":
            return Known((not ground.blocks.isdisjoint(texts)) == (leaf.op in {"eq", "in"}))
        case _:
            values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
            operands = tuple(value if isinstance(value, bool) else _decimal(value) for value in values)
            return OnFact(leaf.fact, each if leaf.segment == "each" else None, leaf.op, operands)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple) else (str(value),)


def _decimal(value: object) -> Decimal:
    """As it is written: 2.67 is 2.67, not the nearest double."""
    return Decimal(str(value))


def _operands(item: Item, leaf: ItemLeaf) -> tuple[Comparable, ...]:
    if leaf.value is None:
        return ()
    values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
    if isinstance(item, NumberItem):
        return tuple(map(_decimal, values))
    if isinstance(item, ChoiceItem) and leaf.op in _ORDERS:
        return tuple(Decimal(item.rank(str(value)) or 0) for value in values)
    return tuple(map(str, values))


# ---------------------------------------------------------------- asking


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
    return Decimal(item.rank(value) or 0) if isinstance(item, ChoiceItem) and op in _ORDERS else value


def _compared(op: str, value: Comparable, operands: tuple[Comparable, ...]) -> bool:
    if op in _ORDERS:
        first = operands[0]
        return isinstance(value, Decimal) and isinstance(first, Decimal) and _ORDERS[op](value, first)
    return (value in operands) == (op in {"eq", "in"})


def _equal(op: str, value: str, operands: tuple[str, ...]) -> bool:
    return (value in operands) == (op in {"eq", "in"})


def _of_fact(test: OnFact, facts: Facts) -> Truth:
    value = facts.of(test.fact, test.segment)
    if value is None:
        return None
    if test.op in _ORDERS:
        return _ORDERS[test.op](Decimal(value), Decimal(test.operands[0]))
    return (value in test.operands) == (test.op in {"eq", "in"})


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


def fired(test: Test, grades: _Grades, facts: Facts = NO_FACTS) -> bool:
    """Whether a rule fires: unknown does not."""
    return truth(test, grades, facts) is True
