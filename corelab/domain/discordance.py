"""Two readings of one exam: what differs, in which class, what the adjudicator decides and what stands already."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from corelab.domain.allocation import Slot
from corelab.domain.charter import Charter, ChoiceItem, DifferenceClass
from corelab.domain.charter.model_class import AnyDifference, CellRule, ClassRule, DerivedDifference, OrdinalDistance, Partition
from corelab.domain.form import run_time_ids
from corelab.domain.result import Result, has, inputs_of, value_of
from corelab.domain.vocabulary import Cell, Grade, ItemId, Missing, Source

CLOSURE = "CLOSURE"
_SEVERITY = "ABCED"
_Grades = Mapping[Cell, Grade]


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
    """``disputed`` by a class, ``closure`` added so that no endpoint rests on a reference grade, ``results`` of all other cells."""

    disputed: tuple[Disputed, ...]
    closure: tuple[Disputed, ...]
    results: tuple[Result, ...]
    grades_1: _Grades
    grades_2: _Grades

    @property
    def to_decide(self) -> tuple[Disputed, ...]:
        """Everything the adjudicator decides: disputed first, then what closure added."""
        return self.disputed + self.closure


def same(one: Grade, other: Grade) -> bool:
    """Whether two grades say the same: equal values, or the same kind of missing whatever the reasons."""
    return one is other or (one.value == other.value and one.missing == other.missing)


def compare(charter: Charter, visit: str, grades_1: _Grades, grades_2: _Grades, reference_slot: Slot) -> Comparison:
    """Compares two signed readings of one exam, given as complete grids in one order. Raises ValueError when their cells differ.

    The same input gives the same output; the order of the readings matters only through the reference slot.
    """
    if grades_1.keys() != grades_2.keys():
        raise ValueError("two readings of one exam answer the same cells")
    classes = _classes_of(charter, visit, grades_1, grades_2)
    adjudicated = {difference.id for difference in charter.classes if difference.action == "adjudicate"}
    disputed = tuple(Disputed(cell, _letters(rules), rules) for cell, rules in classes.items() if adjudicated.intersection(_letters(rules)))
    cells = {dispute.cell for dispute in disputed}
    closure = tuple(Disputed(cell, (), (CLOSURE,)) for cell in _closure(charter, visit, cells, grades_1, grades_2))
    open_cells = cells | {added.cell for added in closure}
    pairs = ((cell, one, grades_2[cell]) for cell, one in grades_1.items())
    settled = (pair for pair in pairs if pair[0] not in open_cells) if open_cells else pairs
    results = tuple(_settled(*pair, reference_slot, classes.get(pair[0], ()) if classes else ()) for pair in settled)
    return Comparison(disputed, closure, results, grades_1, grades_2)


def _settled(cell: Cell, one: Grade, two: Grade, reference_slot: Slot, rules: tuple[str, ...]) -> Result:
    grade = one if reference_slot == 1 else two
    source = Source.CONCORDANT if same(one, two) else Source.REFERENCE
    return Result(cell, grade, source, one.code, two.code, None, _letters(rules) if rules else (), rules)


def _letters(rules: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule.partition(".")[0] for rule in rules))


def _classes_of(charter: Charter, visit: str, grades_1: _Grades, grades_2: _Grades) -> dict[Cell, tuple[str, ...]]:
    """For every cell that a rule finds discordant, in form order: the rules, most severe class first."""
    found: dict[Cell, list[str]] = {}
    if all(same(one, grades_2[cell]) for cell, one in grades_1.items()):
        return {}  # every rule is about differing cells
    for difference in sorted(charter.classes, key=lambda one: _SEVERITY.index(one.id)):
        for n, rule in enumerate(difference.rules if difference.applies_at(visit) else (), 1):
            for cell in _discordant(charter, visit, rule, grades_1, grades_2):
                found.setdefault(cell, []).append(f"{difference.id}.{n}")
    return {cell: tuple(found[cell]) for cell in grades_1 if cell in found}


def _discordant(charter: Charter, visit: str, rule: ClassRule, grades_1: _Grades, grades_2: _Grades) -> Iterator[Cell]:
    match rule:
        case DerivedDifference():
            return _by_derivation(charter, visit, rule, grades_1, grades_2)
        case AnyDifference() | OrdinalDistance() | Partition():
            return _by_cell(charter, rule, grades_1, grades_2)
        case _:
            return iter(())


def _by_derivation(charter: Charter, visit: str, rule: DerivedDifference, grades_1: _Grades, grades_2: _Grades) -> Iterator[Cell]:
    for derivation in map(charter.derivation, rule.derivations):
        if value_of(charter, visit, derivation, grades_1) != value_of(charter, visit, derivation, grades_2):
            yield from _differing(inputs_of(charter, derivation), grades_1, grades_2)


def _by_cell(charter: Charter, rule: CellRule, grades_1: _Grades, grades_2: _Grades) -> Iterator[Cell]:
    members = dict.fromkeys((*rule.segments, *(member for group in rule.groups for member in charter.group(group).segments)))
    segments = run_time_ids(charter, members)
    cells = [Cell(segment, ItemId(item)) for item in rule.items for segment in segments]
    for cell in _differing(cells, grades_1, grades_2):
        item = charter.item(cell.item)
        if isinstance(item, ChoiceItem) and _matters(rule, item, grades_1[cell], grades_2[cell]):
            yield cell


def _differing(cells: Iterable[Cell], grades_1: _Grades, grades_2: _Grades) -> Iterator[Cell]:
    return (cell for cell in cells if cell in grades_1 and not same(grades_1[cell], grades_2[cell]))


def _matters(rule: CellRule, item: ChoiceItem, one: Grade, two: Grade) -> bool:
    """Whether a rule finds two differing grades discordant. NA or NI against anything never is."""
    if one.value is None or two.value is None:
        return rule.ne_vs_value and {one.missing, two.missing} == {None, Missing.NOT_EVALUABLE}
    match rule:
        case OrdinalDistance():
            return abs((item.rank(one.value) or 0) - (item.rank(two.value) or 0)) >= rule.min
        case Partition():
            parts = [_part(rule, one.value), _part(rule, two.value)]
            return None not in parts and parts[0] != parts[1]
        case _:
            return True


def _part(rule: Partition, value: str) -> int | None:
    return next((n for n, part in enumerate(rule.parts) if value in part), None)


def endpoint_cells(charter: Charter, visit: str) -> tuple[Cell, ...]:
    """The cells that feed a class A derivation at this visit."""
    names = dict.fromkeys(name for difference in charter.classes for name in _endpoints(difference, visit))
    derivations = [charter.derivation(name) for name in names]
    return tuple(dict.fromkeys(cell for one in derivations if has(charter, visit, one) for cell in inputs_of(charter, one)))


def _endpoints(difference: DifferenceClass, visit: str) -> Iterator[str]:
    if difference.id == "A" and difference.applies_at(visit):
        for rule in difference.rules:
            if isinstance(rule, DerivedDifference):
                yield from rule.derivations


def _closure(charter: Charter, visit: str, disputed: set[Cell], grades_1: _Grades, grades_2: _Grades) -> Iterator[Cell]:
    """The differing endpoint cells that no class disputes, once any endpoint cell is disputed.

    Without it, two readers who agree on an endpoint by different cells would leave it to the reference draw after a decision.
    """
    endpoint = endpoint_cells(charter, visit) if disputed and charter.adjudication.closure else ()
    if disputed & set(endpoint):
        yield from (cell for cell in _differing(endpoint, grades_1, grades_2) if cell not in disputed)
