"""Endpoints of choices: the worst, how many, their sum, the highest level, and whether all could be judged."""

from collections.abc import Iterator
from dataclasses import dataclass

from corelab.domain.charter.model_derivation import CountOf, Evaluable, HighestLevel, Sum, Worst
from corelab.domain.charter.model_item import ChoiceItem, MultiItem
from corelab.domain.charter.table import Selection
from corelab.domain.derived.numbers import NO, YES, whole
from corelab.domain.derived.setting import NOT_APPLICABLE, Gathered, Kinds, Setting, holds, is_kind, missing
from corelab.domain.result import Value
from corelab.domain.vocabulary import Cell, ItemId, Missing, SegmentId


def worst(setting: Setting, of: Worst, segment: SegmentId) -> Value:
    item, cells = setting.charter.item(of.item), setting.gather(of.item, of.over, segment)
    if not isinstance(item, ChoiceItem) or cells.empty:
        return NOT_APPLICABLE
    highest = max((item.rank(value) or 0 for value in cells.known), default=None)
    if cells.kinds and of.missing == "worst_case":
        return whole(item.worst_rank)
    certain = highest == item.worst_rank and of.missing == "certain"
    if highest is not None and (not cells.kinds or certain or of.missing == "available"):
        return whole(highest)
    return missing(cells.kinds)


def count(setting: Setting, of: CountOf, segment: SegmentId) -> Value:
    item, cells = setting.charter.item(of.item), setting.gather(of.item, of.over, segment)
    if not isinstance(item, ChoiceItem | MultiItem) or cells.empty:
        return NOT_APPLICABLE
    counted = sum(holds(value, of.values) for value in cells.known)
    return _summed(cells, of.missing, counted, worst=int(item.options[-1].value in of.values))


def total(setting: Setting, of: Sum, segment: SegmentId) -> Value:
    item, cells = setting.charter.item(of.item), setting.gather(of.item, of.over, segment)
    if not isinstance(item, ChoiceItem) or cells.empty:
        return NOT_APPLICABLE
    return _summed(cells, of.missing, sum(item.rank(value) or 0 for value in cells.known), worst=item.worst_rank)


def _summed(cells: Gathered, policy: str, known: int, *, worst: int) -> Value:
    """What is known, with the missing cells left out, at their worst, or making it missing."""
    if policy == "worst_case":
        return whole(known + worst * len(cells.kinds))
    if not cells.kinds or (policy == "available" and cells.known):
        return whole(known)
    return missing(cells.kinds)


def evaluable(setting: Setting, of: Evaluable, segment: SegmentId) -> Value:
    """N as soon as one cell is not evaluable or not imaged, whatever is open still."""
    cells = setting.gather(of.item, of.over, segment)
    if cells.empty:
        return NOT_APPLICABLE
    if set(cells.kinds) - {None}:
        return NO
    return Value() if cells.kinds else YES


# ---------------------------------------------------------------- highest level


def highest_level(setting: Setting, of: HighestLevel, segment: SegmentId) -> Value:
    """The highest level with an involved segment. A lower level that could not be judged does not change it."""
    found = [(level.level, where) for level in of.levels for where in _involvement(setting, of, level.over, segment)]
    if not found:
        return NOT_APPLICABLE
    reached = max((level for level, one in found if one.involved), default=0)
    kinds = [(level, one.kinds) for level, one in found if one.kinds]
    match of.missing:
        case "worst_case":
            return whole(max([reached, *(level for level, _ in kinds)]))
        case "available":
            known = any(one.known for _, one in found)
            return whole(reached) if known else _lacking(kinds)
        case "strict":
            return _lacking(kinds) if kinds else whole(reached)
        case _:
            above = [(level, why) for level, why in kinds if level > reached]
            return _lacking(above) if above else whole(reached)


def _lacking(kinds: list[tuple[int, Kinds]]) -> Value:
    return missing(kind for _, why in kinds for kind in why)


@dataclass(frozen=True, slots=True)
class _Involvement:
    """Of one segment: involved by an item that is known, and why the other items have no value."""

    involved: bool
    known: bool
    kinds: Kinds


def _involvement(setting: Setting, of: HighestLevel, over: Selection, only: SegmentId) -> Iterator[_Involvement]:
    for segment in setting.segments(over, only):
        grades = [(item, setting.grade(Cell(segment, ItemId(item)))) for item in of.items]
        used = [(item, grade) for item, grade in grades if not is_kind(grade, Missing.NOT_APPLICABLE)]
        known = [(item, grade.value) for item, grade in used if grade is not None and grade.value is not None]
        if used:
            involved = any(holds(value, of.involved[item]) for item, value in known)
            kinds = tuple(None if grade is None else grade.missing for _, grade in used if grade is None or grade.value is None)
            yield _Involvement(involved, bool(known), kinds)
