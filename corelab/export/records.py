"""What an exam brings into a package: its signed readings, the decisions, and what follows from them by the charter."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

from corelab.domain.adjudication import Decision, DecisionReason, Take, finish
from corelab.domain.allocation import Slot
from corelab.domain.attributes import UNKNOWN, Attributes
from corelab.domain.charter import Charter
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.content import Viewing
from corelab.domain.derived import EarlierExam, History, derive
from corelab.domain.discordance import compare
from corelab.domain.measurement import Measurement
from corelab.domain.places import run_time_ids
from corelab.domain.reading import Confirmed
from corelab.domain.result import Derived, Result
from corelab.domain.single import results_of_one
from corelab.domain.vocabulary import (
    WHOLE_EXAM,
    Answer,
    Cell,
    Grade,
    ItemId,
    NotApplicableCause,
    ReadingTypeId,
    SegmentId,
    Side,
    Source,
    not_applicable,
)
from corelab.export.versions import Versions

Purpose = Literal["PRIMARY", "REPEAT", "ADJUDICATION"]


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """How an adjudicator decided, opened with the result: whose grade was taken and why, and which readings stood as A and B."""

    taken: Mapping[Cell, tuple[Take, DecisionReason | None]]
    a: Mapping[SegmentId, str]
    b: Mapping[SegmentId, str]


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """One signed reading (``slot`` 1 or 2) or adjudication (``slot`` None) as it stands in readings.csv.

    ``current``: neither superseded nor invalidated. ``number`` tells a second reading of the same reader from the first.
    """

    record: str
    slot: Slot | None
    reader: str
    revision: int
    current: bool
    signed_at: str
    event: int
    answers: Mapping[Cell, Answer]
    kind: ReadingTypeId
    purpose: Purpose = "PRIMARY"
    number: int = 0
    seconds: int = 0
    note: str = ""
    checks: tuple[Confirmed, ...] = ()
    viewing: tuple[Viewing, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    adjudicated: Adjudicated | None = None

    @property
    def role(self) -> str:
        return "ADJUDICATOR 1" if self.slot is None else f"READER {self.slot}"


@dataclass(frozen=True, slots=True)
class ExamRecord:
    """One exam of one subject at one visit. ``date`` is the moved date or empty, ``day`` counts from the baseline exam."""

    study: str
    site: str
    subject: str
    visit: str
    date: str
    day: str
    limb: str
    reference_slot: Slot
    charter_version: str
    charter_hash: str
    sides: Mapping[SegmentId, Side]
    records: tuple[SignedRecord, ...] = field(default=())
    attributes: Attributes = UNKNOWN

    def reading(self, slot: Slot, kind: ReadingTypeId) -> SignedRecord:
        """The current reading of a slot of a reading type. Raises LookupError where there is none."""
        own = (one for one in self.records if one.purpose == "PRIMARY" and one.kind == kind)
        found = next((one for one in own if one.slot == slot and one.current), None)
        if found is None:
            raise LookupError(f"{self.subject} {self.visit} has no reading {slot} of {kind}")
        return found

    def record(self, id_: str) -> SignedRecord | None:
        return next((one for one in self.records if one.record == id_), None)

    def decision(self, kind: ReadingTypeId) -> SignedRecord | None:
        return next((one for one in self.records if one.slot is None and one.current and one.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Final grades and endpoints of an exam, recomputed from its records."""

    results: tuple[Result, ...]
    derived: tuple[Derived, ...]
    accepted: Mapping[Cell, str]
    """The id of the record whose grade is the result, by cell."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An exam of a subject that is there and not final: what looks back to it stays open."""

    subject: str
    visit: str


def outcomes(versions: Versions, exams: Iterable[ExamRecord], waiting: Iterable[Waiting] = ()) -> Iterator[tuple[ExamRecord, Outcome]]:
    """Every exam with what follows from its records and those of the subject's earlier exams, by subject and visit.

    Raises LookupError or DecisionRefusedError where a record is missing.
    """
    open_, before = frozenset(waiting), list[tuple[ExamRecord, Outcome]]()
    for exam in sorted(exams, key=lambda one: (one.subject, versions.under(one.charter_hash).visit(one.visit).number)):
        charter = versions.under(exam.charter_hash)
        made = outcome(charter, exam, _history(charter, exam, before, open_))
        before.append((exam, made))
        yield exam, made


def _history(charter: Charter, exam: ExamRecord, before: Iterable[tuple[ExamRecord, Outcome]], waiting: frozenset[Waiting]) -> History:
    known = {one.visit: (one, made) for one, made in before if one.subject == exam.subject}
    exams = []
    for visit in sorted(charter.visits, key=lambda one: one.number):
        if visit.number >= charter.visit(exam.visit).number:
            break
        if visit.id in known:
            earlier, made = known[visit.id]
            exams.append(EarlierExam.of(visit.id, made.results, _days(earlier.date, exam.date)))
        elif Waiting(exam.subject, visit.id) in waiting:
            exams.append(EarlierExam.of(visit.id, (), None))
    return History(tuple(exams))


def _days(first: str, then: str) -> int | None:
    return (date.fromisoformat(then) - date.fromisoformat(first)).days if first and then else None


def outcome(charter: Charter, exam: ExamRecord, history: History) -> Outcome:
    """Compares the readings of each type anew and applies its decision. Raises LookupError or DecisionRefusedError."""
    results: list[Result] = []
    accepted: dict[Cell, str] = {}
    for kind in charter.types_at(exam.visit):
        made = _of_type(charter, exam, kind)
        results += made
        final = _sources(exam, kind)
        accepted |= {one.cell: _accepted(exam, kind, one) or final[one.source] for one in made}
    derived = derive(charter, exam.visit, results, history, exam.attributes)
    return Outcome(tuple(results), derived, MappingProxyType(accepted))


def _of_type(charter: Charter, exam: ExamRecord, kind: ReadingType) -> tuple[Result, ...]:
    of = ReadingTypeId(kind.id)
    if kind.readers == 1:
        return results_of_one(_grades(charter, exam.reading(1, of)))
    one, two = (_grades(charter, exam.reading(slot, of)) for slot in (1, 2))
    comparison = compare(charter, exam.visit, one, two, exam.reference_slot, attributes=exam.attributes)
    return finish(comparison, _decisions(exam.decision(of)))


def _sources(exam: ExamRecord, kind: ReadingType) -> Mapping[Source, str]:
    of = ReadingTypeId(kind.id)
    reference, decided = exam.reading(exam.reference_slot if kind.readers > 1 else 1, of), exam.decision(of)
    return dict.fromkeys(Source, reference.record) | ({Source.ADJUDICATED: decided.record} if decided is not None else {})


def _accepted(exam: ExamRecord, kind: ReadingType, result: Result) -> str | None:
    """The reading whose grade stands though the cell was decided: in an independent third read two of three win, or the middle one."""
    code = result.grade.code
    if result.source is not Source.ADJUDICATED or result.decision == code:
        return None
    slots: tuple[Slot, Slot] = (1, 2) if exam.reference_slot == 1 else (2, 1)
    said = {1: result.reading_1, 2: result.reading_2}
    return next((exam.reading(slot, ReadingTypeId(kind.id)).record for slot in slots if said[slot] == code), None)


def _decisions(record: SignedRecord | None) -> tuple[Decision, ...]:
    """Only the decided grades matter for the results; whose side was taken stands in the audit trail."""
    if record is None:
        return ()
    return tuple(Decision(cell, Take.OWN, answer.grade) for cell, answer in record.answers.items())


def _grades(charter: Charter, record: SignedRecord) -> Mapping[Cell, Grade]:
    """The complete grid of the record's type: what readings.csv leaves out is what the charter does not ask."""
    unasked = not_applicable(NotApplicableCause.CHARTER)
    given = {cell: answer.grade for cell, answer in record.answers.items()}
    return {cell: given.get(cell, unasked) for cell in grid(charter, record.kind)}


def grid(charter: Charter, kind: ReadingTypeId) -> tuple[Cell, ...]:
    """Every cell of a reading type in form order; items of the whole exam last."""
    blocks = set(charter.reading_type(kind).blocks)
    asked = {item for ask in charter.asks if blocks & set(ask.blocks) for item in ask.items}
    items = [item for item in charter.items if item.id in asked]
    segments = run_time_ids(charter, [one.id for one in charter.segments])
    cells = [Cell(segment, ItemId(item.id)) for segment in segments for item in items if item.scope == "segment"]
    return (*cells, *(Cell(WHOLE_EXAM, ItemId(item.id)) for item in items if item.scope == "exam"))
