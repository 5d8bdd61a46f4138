"""Final grades and derived endpoints: pure functions of readings, decisions and the charter. Nothing is ever averaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_derivation import CountOf, Derivation, Worst
from corelab.domain.form import run_time_ids
from corelab.domain.vocabulary import Cell, DerivationId, Grade, ItemId, Missing, Source


@dataclass(frozen=True, slots=True)
class Result:
    """The final grade of a cell: where it comes from, what each reading and the decision said, and the rules that looked at it.

    ``classes`` are the classes of difference the cell fell in, most severe first; ``rules`` name each (``B.1`` = first rule of class B,
    ``CLOSURE`` = adjudicated because an endpoint rests on it).
    """

    cell: Cell
    grade: Grade
    source: Source
    reading_1: str
    reading_2: str
    decision: str | None = None
    classes: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        return self.reading_1 != self.reading_2


@dataclass(frozen=True, slots=True)
class Value:
    """What a derivation gives: a value, one kind of missing, or neither while a cell that matters is still open."""

    value: str | None = None
    missing: Missing | None = None

    @property
    def code(self) -> str:
        return self.value if self.value is not None else self.missing.value if self.missing is not None else ""


@dataclass(frozen=True, slots=True)
class Derived:
    """A derived endpoint with the cells it was made from (not applicable ones left out), and the weakest source among them."""

    id: DerivationId
    value: str | None
    missing: Missing | None
    source: Source
    inputs: tuple[Cell, ...]


def derive(charter: Charter, visit: str, results: Sequence[Result]) -> tuple[Derived, ...]:
    """Every derivation of the charter from these results, in the charter's order. One that the visit does not have is NA."""
    grades = {result.cell: result.grade for result in results}
    sources = {result.cell: result.source for result in results}
    return tuple(_derived(charter, visit, derivation, grades, sources) for derivation in charter.derivations)


def _derived(charter: Charter, visit: str, derivation: Derivation, grades: Mapping[Cell, Grade], sources: Mapping[Cell, Source]) -> Derived:
    value = value_of(charter, visit, derivation, grades)
    had = inputs_of(charter, derivation) if has(charter, visit, derivation) else ()
    inputs = tuple(cell for cell in had if cell in grades and grades[cell].missing is not Missing.NOT_APPLICABLE)
    return Derived(DerivationId(derivation.id), value.value, value.missing, _source([sources[cell] for cell in inputs]), inputs)


def _source(sources: Sequence[Source]) -> Source:
    """CONCORDANT if all inputs are, ADJUDICATED if any is, else REFERENCE."""
    if all(source is Source.CONCORDANT for source in sources):
        return Source.CONCORDANT
    return Source.ADJUDICATED if Source.ADJUDICATED in sources else Source.REFERENCE


def has(charter: Charter, visit: str, derivation: Derivation) -> bool:
    """Whether a visit has this derivation: by its visits, or by its blocks."""
    if derivation.visits is not None and visit not in derivation.visits:
        return False
    return bool(set(derivation.blocks) & set(charter.visit(visit).blocks))


def inputs_of(charter: Charter, derivation: Derivation) -> tuple[Cell, ...]:
    """The cells that feed a derivation, in the order of its group."""
    match derivation:
        case Worst() | CountOf():
            members = derivation.over.segments or charter.group(derivation.over.group or "").segments
            return tuple(Cell(segment, ItemId(derivation.item)) for segment in run_time_ids(charter, members))
        case _:
            return ()


def value_of(charter: Charter, visit: str, derivation: Derivation, grades: Mapping[Cell, Grade]) -> Value:
    """A derivation from these grades alone. A cell without a grade is open."""
    item = charter.item(derivation.item) if isinstance(derivation, Worst | CountOf) else None
    if not isinstance(derivation, Worst | CountOf) or not isinstance(item, ChoiceItem) or not has(charter, visit, derivation):
        return Value(missing=Missing.NOT_APPLICABLE)
    cells = [grades.get(cell) for cell in inputs_of(charter, derivation)]
    used = [grade for grade in cells if grade is None or grade.missing is not Missing.NOT_APPLICABLE]
    if not used:
        return Value(missing=Missing.NOT_APPLICABLE)
    known = [grade.value for grade in used if grade is not None and grade.value is not None]
    number = _worst(derivation, item, known, len(used)) if isinstance(derivation, Worst) else _count(derivation, item, known, len(used))
    return Value(str(number)) if number is not None else _missing(used)


def _missing(used: Sequence[Grade | None]) -> Value:
    """Open before NE before NI."""
    if None in used:
        return Value()
    not_evaluable = any(grade is not None and grade.missing is Missing.NOT_EVALUABLE for grade in used)
    return Value(missing=Missing.NOT_EVALUABLE if not_evaluable else Missing.NOT_IMAGED)


def _worst(derivation: Worst, item: ChoiceItem, known: Sequence[str], used: int) -> int | None:
    """The highest rank among the known cells; None where the missing ones keep it from being a result."""
    worst = max((item.rank(value) or 0 for value in known), default=None)
    if len(known) == used or derivation.missing == "available":
        return worst
    if derivation.missing == "worst_case":
        return item.worst_rank
    return worst if derivation.missing == "certain" and worst == item.worst_rank else None


def _count(derivation: CountOf, item: ChoiceItem, known: Sequence[str], used: int) -> int | None:
    """How many known cells hold one of the values; None where the missing ones keep it from being a result."""
    counted = sum(value in derivation.values for value in known)
    absent = used - len(known)
    if not absent:
        return counted
    if derivation.missing == "worst_case":
        return counted + absent * (item.options[-1].value in derivation.values)
    return counted if derivation.missing == "available" and known else None
