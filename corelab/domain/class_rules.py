"""The rules of the classes: which of the cells where two readings differ each finds discordant (charter format, section 11)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_class import (
    AcrossCutoff,
    AnyDifference,
    CellRule,
    ClassRule,
    DerivedDifference,
    DerivedTolerance,
    NumericTolerance,
    OrdinalDistance,
    Partition,
)
from corelab.domain.places import charter_id
from corelab.domain.result import Value
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, Missing

SEVERITY = "ABCED"
"""The letters of the classes, most severe first."""
_PERCENT_OF_MEAN = 200
"""A difference is more than p percent of the mean of x and y when 200 times it is more than p times their sum: no division is rounded."""

Grades = Mapping[Cell, Grade]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One derivation, on one segment where it has a segment: its value from each reading alone, and the differing cells that feed it."""

    one: Value
    two: Value
    differing: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two readings of one exam as the rules see them.

    ``differing`` are the cells that both hold and that differ, in form order. ``endpoints`` gives a derivation by its id: once, or once
    for each of its segments; none at a visit that does not have it.
    """

    charter: Charter
    visit: str
    attributes: Attributes
    one: Grades
    two: Grades
    differing: tuple[Cell, ...]
    endpoints: Callable[[str], Iterable[Endpoint]]


def same(one: Grade, other: Grade) -> bool:
    """Whether two grades say the same: equal values, or the same kind of missing whatever the reasons."""
    return one is other or (one.value == other.value and one.missing is other.missing)


def letters(rules: Iterable[str]) -> tuple[str, ...]:
    """The classes of these rules, in their order."""
    return tuple(dict.fromkeys(rule.partition(".")[0] for rule in rules))


def found(pair: Pair) -> dict[Cell, tuple[str, ...]]:
    """For every cell that a rule finds discordant, in form order: the names of the rules (``B.1``), most severe class first."""
    said: dict[Cell, list[str]] = {}
    if not pair.differing:
        return {}  # every rule is about differing cells
    for difference in sorted(pair.charter.classes, key=lambda one: SEVERITY.index(one.id)):
        for n, rule in enumerate(difference.rules if difference.applies_at(pair.visit) else (), 1):
            for cell in dict.fromkeys(_discordant(pair, rule)):
                said.setdefault(cell, []).append(f"{difference.id}.{n}")
    return {cell: tuple(said[cell]) for cell in pair.differing if cell in said}


def _discordant(pair: Pair, rule: ClassRule) -> Iterator[Cell]:
    match rule:
        case DerivedDifference():
            return _of_endpoints(pair, rule.derivations, _differ)
        case DerivedTolerance():
            percent = _decimal(rule.percent)
            return _of_endpoints(pair, rule.derivations, lambda one, two: _beyond(one, two, percent))
        case _:
            return (cell for cell in pair.differing if _is_target(pair, rule, cell) and _matters(pair, rule, cell))


# ---------------------------------------------------------------- what is derived from each reading alone


def _of_endpoints(pair: Pair, derivations: Iterable[str], discordant: Callable[[Value, Value], bool]) -> Iterator[Cell]:
    for endpoint in (one for derivation in derivations for one in pair.endpoints(derivation)):
        if endpoint.differing and discordant(endpoint.one, endpoint.two):
            yield from endpoint.differing


def _differ(one: Value, two: Value) -> bool:
    """NA, NE and NI count as values; what an open cell keeps from being known differs from nothing."""
    return bool(one.code and two.code) and one.code != two.code


def _beyond(one: Value, two: Value, percent: Decimal) -> bool:
    if one.value is None or two.value is None:
        return False
    return _further_apart(Decimal(one.value), Decimal(two.value), None, percent)


# ---------------------------------------------------------------- cells


def _is_target(pair: Pair, rule: CellRule, cell: Cell) -> bool:
    """Whether the rule looks at this cell: by item, by segment or group, and by the attribute of the segment."""
    if cell.item not in rule.items:
        return False
    if cell.segment == WHOLE_EXAM:
        return True
    name = charter_id(cell.segment)
    if name not in rule.segments and not any(name in pair.charter.group(group).segments for group in rule.groups):
        return False
    return rule.where is None or pair.attributes.of(rule.where.attribute, cell.segment) in rule.where.values


def _matters(pair: Pair, rule: CellRule, cell: Cell) -> bool:
    """Whether a rule finds two differing grades discordant. NA against anything never is unless it has a meaning, NI never."""
    one, two = _meaning(rule, pair.one[cell]), _meaning(rule, pair.two[cell])
    if one.value is None or two.value is None:
        return rule.ne_vs_value and {one.missing, two.missing} == {None, Missing.NOT_EVALUABLE}
    item = pair.charter.item(cell.item)
    match rule:
        case AnyDifference():
            return one.value != two.value
        case OrdinalDistance():
            return isinstance(item, ChoiceItem) and abs((item.rank(one.value) or 0) - (item.rank(two.value) or 0)) >= rule.min
        case Partition():
            parts = {_part(rule, one.value), _part(rule, two.value)}
            return None not in parts and len(parts) > 1
        case NumericTolerance():
            return _further_apart(Decimal(one.value), Decimal(two.value), _known(rule.absolute), _known(rule.percent))
        case AcrossCutoff():
            cutoff = _decimal(rule.cutoff)
            return (Decimal(one.value) > cutoff) != (Decimal(two.value) > cutoff)


def _meaning(rule: CellRule, grade: Grade) -> Grade:
    """The grade, or what NA stands for where the rule says so."""
    if isinstance(rule, Partition) and rule.na_as is not None and grade.missing is Missing.NOT_APPLICABLE:
        return Grade(rule.na_as)
    return grade


def _part(rule: Partition, value: str) -> int | None:
    return next((n for n, part in enumerate(rule.parts) if value in part), None)


def _further_apart(one: Decimal, two: Decimal, absolute: Decimal | None, percent: Decimal | None) -> bool:
    """Whether two numbers differ by more than both tolerances, as far as there are any."""
    apart = abs(one - two)
    if absolute is not None and apart <= absolute:
        return False
    return percent is None or _PERCENT_OF_MEAN * apart > percent * abs(one + two)


def _known(number: float | None) -> Decimal | None:
    return None if number is None else _decimal(number)


def _decimal(number: float) -> Decimal:
    """As the charter writes it: 0.2 is 0.2, not the nearest double."""
    return Decimal(repr(number))
