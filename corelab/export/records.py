"""What an exam brings into a package: its signed readings, the decision, and what follows from them by the charter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from corelab.domain.adjudication import Decision, Take, finish
from corelab.domain.allocation import Slot
from corelab.domain.charter import Charter
from corelab.domain.derived import derive
from corelab.domain.discordance import compare
from corelab.domain.result import Derived, Result
from corelab.domain.vocabulary import Answer, Cell, Grade, ItemId, NotApplicableCause, SegmentId, Side, Source, not_applicable


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """One signed reading (``slot`` 1 or 2) or adjudication (``slot`` None) as it stands in readings.csv."""

    record: str
    slot: Slot | None
    reader: str
    revision: int
    current: bool
    signed_at: str
    event: int
    answers: Mapping[Cell, Answer]

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

    def reading(self, slot: Slot) -> SignedRecord:
        """The current reading of a slot. Raises LookupError where there is none."""
        return next(record for record in self.records if record.slot == slot and record.current)

    @property
    def decision(self) -> SignedRecord | None:
        return next((record for record in self.records if record.slot is None and record.current), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Final grades and endpoints of an exam, recomputed from its records."""

    results: tuple[Result, ...]
    derived: tuple[Derived, ...]
    accepted: Mapping[Cell, str]
    """The id of the record whose grade is the result, by cell."""


def outcome(charter: Charter, exam: ExamRecord) -> Outcome:
    """Compares the readings anew and applies the decision. Raises LookupError or DecisionRefusedError where a record is missing."""
    one, two = (_grades(charter, exam.reading(slot)) for slot in (1, 2))
    comparison = compare(charter, exam.visit, one, two, exam.reference_slot)
    results = finish(comparison, _decisions(exam.decision))
    adjudicated, reference = exam.decision, exam.reading(exam.reference_slot)
    final = {result.cell: adjudicated if result.source is Source.ADJUDICATED else reference for result in results}
    accepted = {cell: record.record for cell, record in final.items() if record is not None}
    return Outcome(results, derive(charter, exam.visit, results), MappingProxyType(accepted))


def _decisions(record: SignedRecord | None) -> tuple[Decision, ...]:
    """Only the decided grades matter for the results; whose side was taken stands in the audit trail."""
    if record is None:
        return ()
    return tuple(Decision(cell, Take.OWN, answer.grade) for cell, answer in record.answers.items())


def _grades(charter: Charter, record: SignedRecord) -> Mapping[Cell, Grade]:
    """The complete grid: what readings.csv leaves out is what the charter does not ask."""
    unasked = not_applicable(NotApplicableCause.CHARTER)
    given = {cell: answer.grade for cell, answer in record.answers.items()}
    return {cell: given.get(cell, unasked) for cell in grid(charter)}


def grid(charter: Charter) -> tuple[Cell, ...]:
    """Every cell of the charter in form order."""
    return tuple(Cell(segment, ItemId(item.id)) for segment in segment_ids(charter) for item in charter.items)


def segment_ids(charter: Charter) -> tuple[SegmentId, ...]:
    sides = {"both": (".L", ".R")}
    return tuple(SegmentId(f"{segment.id}{suffix}") for segment in charter.segments for suffix in sides.get(segment.side, ("",)))
