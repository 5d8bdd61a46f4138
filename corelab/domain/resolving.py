"""The conditions of a charter, resolved once for an exam.

The cells of the exam take the place of "each", groups and neighbours, and what is known of the subject that of its attributes, so that
a resolved test names cells and nothing else: a form that holds it tells its reader nothing of the subject.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_condition import AllOf, AnyOf, AttributeLeaf, Condition, FactLeaf, ItemLeaf, Not
from corelab.domain.charter.model_item import ChoiceItem, Item, NumberItem
from corelab.domain.conditions import ALL_MISSING, ORDERS, Comparable, Every, Known, OnCells, OnFact, Opposite, Some, Test
from corelab.domain.places import charter_id, members_of, run_time_ids
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, ItemId, Missing, SegmentId

_NEIGHBOURS: Final = {"before": -1, "after": 1}
_NOBODY_KNOWS: Final = Known(None)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of an exam before anybody grades it."""

    charter: Charter
    attributes: Attributes = UNKNOWN
    visit: str = ""
    blocks: frozenset[str] = frozenset()


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
        kinds=frozenset(map(Missing, _texts(leaf.value))) if leaf.op == "missing" and leaf.value is not None else ALL_MISSING,
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
        beside = _neighbour(ground, each, _NEIGHBOURS[leaf.segment], group)
        return None if beside is None else (beside,)
    one = _one(ground, leaf.segment, each)
    return (one,) if one is not None else run_time_ids(ground.charter, (leaf.segment or "",))


def _neighbour(ground: Ground, each: SegmentId | None, step: int, group: tuple[SegmentId, ...]) -> SegmentId | None:
    """The segment before or after this one in its group, on its side; none at the ends, nor where nothing tells the side."""
    if each is None or each not in group:
        return None
    names = list(dict.fromkeys(map(charter_id, group)))
    place = names.index(charter_id(each)) + step
    return _one(ground, names[place], each) if 0 <= place < len(names) else None


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
    if isinstance(item, ChoiceItem) and leaf.op in ORDERS:
        return tuple(Decimal(item.rank(str(value)) or 0) for value in values)
    return tuple(map(str, values))


def _equal(op: str, value: str, operands: tuple[str, ...]) -> bool:
    return (value in operands) == (op in {"eq", "in"})
