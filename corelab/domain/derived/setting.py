"""Where a derivation is made: one exam with its grades, what came before it, and what is known of the subject."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Self

from corelab.domain.attributes import NOT_PRESENT, UNKNOWN, Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_derivation import Derivation
from corelab.domain.charter.table import Selection
from corelab.domain.derived.history import EarlierExam, History
from corelab.domain.derived.plan import Plan, plan_for
from corelab.domain.kept_for import KeptFor
from corelab.domain.result import Value
from corelab.domain.values import parts
from corelab.domain.vocabulary import WHOLE_EXAM, Cell, Grade, ItemId, Missing, NotApplicableCause, SegmentId, Source, not_applicable

NOT_APPLICABLE: Final = Value(missing=Missing.NOT_APPLICABLE)
NOT_EVALUABLE: Final = Value(missing=Missing.NOT_EVALUABLE)
_ABSENT: Final = not_applicable(NotApplicableCause.ABSENT)
_NO_SOURCES: Mapping[Cell, Source] = MappingProxyType({})
Kinds = tuple[Missing | None, ...]
"""Why cells have no value; None: open."""


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """One exam, seen from one derivation. ``rule`` evaluates any derivation in a setting; what it gave is kept in ``settled``."""

    charter: Charter
    visit: str
    grades: Mapping[Cell, Grade]
    rule: Callable[["Setting", Derivation, SegmentId], Value]
    history: History = field(default_factory=History)
    attributes: Attributes = UNKNOWN
    sources: Mapping[Cell, Source] = field(default_factory=lambda: _NO_SOURCES)
    plan: Plan = field(init=False)
    absent: frozenset[SegmentId] = field(init=False)
    settled: dict[tuple[str, SegmentId], Value] = field(default_factory=dict, init=False)
    before: dict[int, "Setting"] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        absent = frozenset(segment for (_, segment), value in self.attributes.segments.items() if value == NOT_PRESENT)
        object.__setattr__(self, "absent", absent)
        object.__setattr__(self, "plan", plan_for(KeptFor(self.charter, self.visit, self.attributes)))

    def value(self, derivation: Derivation, segment: SegmentId = WHOLE_EXAM) -> Value:
        """A derivation here, made once. One of the whole exam is the same for every segment."""
        key = (derivation.id, segment if derivation.scope == "segment" else WHOLE_EXAM)
        if key not in self.settled:
            self.settled[key] = self.rule(self, derivation, key[1])
        return self.settled[key]

    def at(self, exam: EarlierExam) -> Self:
        """The setting of an earlier exam of the subject."""
        if id(exam) not in self.before:
            history = self.history.before(exam)
            there = replace(self, visit=exam.visit, grades=exam.grades, history=history, sources=exam.sources)
            self.before[id(exam)] = there
        return self.before[id(exam)]  # type: ignore[return-value]  # replace gives the same class

    def grade(self, cell: Cell) -> Grade | None:
        """None for an open cell; a cell of a segment that the subject does not have is not applicable."""
        return self.grades.get(cell, _ABSENT if cell.segment in self.absent else None)

    def on(self, item: str, segment: SegmentId) -> Cell | None:
        """The cell of an item for a derivation of a segment or of the whole exam; None where the item has none."""
        if self.charter.item(item).scope == "exam":
            return Cell(WHOLE_EXAM, ItemId(item))
        return None if segment == WHOLE_EXAM else Cell(segment, ItemId(item))

    def segments(self, over: Selection, only: SegmentId = WHOLE_EXAM) -> tuple[SegmentId, ...]:
        """The segments of a selection that the subject has; ``only`` the one of a derivation per segment."""
        kept = self.plan.kept(over)
        return kept if only == WHOLE_EXAM else tuple(segment for segment in kept if segment == only)

    def gather(self, item: str, over: Selection, only: SegmentId) -> "Gathered":
        """What stands in the cells of an item over a selection."""
        return gathered(map(self.grade, (Cell(segment, ItemId(item)) for segment in self.segments(over, only))))


@dataclass(frozen=True, slots=True)
class Gathered:
    """A set of cells without those that do not apply: the values known, and why the others have none."""

    known: tuple[str, ...]
    kinds: Kinds

    @property
    def empty(self) -> bool:
        return not self.known and not self.kinds


def gathered(grades: Iterable[Grade | None]) -> Gathered:
    used = [grade for grade in grades if not is_kind(grade, Missing.NOT_APPLICABLE)]
    known = tuple(grade.value for grade in used if grade is not None and grade.value is not None)
    return Gathered(known, tuple(grade.missing if grade is not None else None for grade in used if grade is None or grade.value is None))


def holds(value: str, values: tuple[str, ...]) -> bool:
    """Whether a choice is one of the values, or one of several chosen options is."""
    return not set(values).isdisjoint(parts(value))


def is_kind(grade: Grade | None, kind: Missing) -> bool:
    return grade is not None and grade.missing is kind


def missing(kinds: Iterable[Missing | None]) -> Value:
    """The missing result that these cells give: open before NE before NI; NA where nothing is left."""
    found = set(kinds)
    if None in found:
        return Value()
    for kind in (Missing.NOT_EVALUABLE, Missing.NOT_IMAGED):
        if kind in found:
            return Value(missing=kind)
    return NOT_APPLICABLE
