"""From the lab's records to what a package shows: final exams with their opened readings, and why the others are left out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TypedDict

from corelab.domain.allocation import exam_part, reference_slot
from corelab.domain.charter import Charter
from corelab.domain.clock import stamp
from corelab.domain.content import AdjudicationContent, ReadingContent
from corelab.domain.form import segments_of
from corelab.domain.vocabulary import Answer, ExamId, ExamState, SubjectCode, VisitId
from corelab.export.records import ExamRecord, Purpose, SignedRecord
from corelab.services.labs import charter_of, effective_charter
from corelab.services.packages.decided import adjudicated
from corelab.services.packages.lab_rows import trial_subjects
from corelab.storage import by_type, calibration, readings, registry
from corelab.storage.final_grades import exam_dates
from corelab.storage.readings import PRIMARY, REPEAT, Assignment, CaseRecord
from corelab.storage.snapshot import Row, Snapshot

_PURPOSES: Mapping[str, Purpose] = MappingProxyType({PRIMARY: "PRIMARY", REPEAT: "REPEAT"})
_ADJUDICATION = 3
"""Stands where the number of a reading would."""
_FINAL = (ExamState.FINAL.value, ExamState.LOCKED.value)
_WHY = MappingProxyType(
    {
        ExamState.RECEIVING.value: "clips, labels or the pixel check are not complete",
        ExamState.READY.value: "not assigned to readers yet",
        ExamState.ASSIGNED.value: "waits for readings, or for their release",
        ExamState.RELEASED.value: "waits for adjudication, or for its release",
    }
)


@dataclass(frozen=True, slots=True)
class Excluded:
    """An exam that is not in the package, and why."""

    subject: str
    visit: str
    state: str

    @property
    def why(self) -> str:
        return _WHY[self.state]


class _Signed(TypedDict):
    """What every signed record has in common."""

    record: str
    reader: str
    revision: int
    current: bool
    signed_at: str
    event: int


@dataclass(frozen=True, slots=True)
class SubjectExams:
    """A subject of the trial with its exams, of which it may have none yet: those that are final, and those that are left out."""

    row: Row
    final: tuple[Row, ...]
    excluded: tuple[Excluded, ...]

    @property
    def code(self) -> str:
        return str(self.row["code"])


@dataclass(frozen=True, slots=True)
class Scope:
    """What is in a package and what is not, known before any reading is opened.

    ``charters``: those that the final exams came in under; the one in force where no exam is final. ``subjects`` by their codes.
    """

    charters: tuple[Charter, ...]
    subjects: tuple[SubjectExams, ...]

    @property
    def included(self) -> int:
        return sum(len(one.final) for one in self.subjects)

    @property
    def excluded(self) -> tuple[Excluded, ...]:
        return tuple(exam for one in self.subjects for exam in one.excluded)


def scope(snapshot: Snapshot) -> Scope:
    """Every exam of the trial, under the charter that it came in under: in are those whose every cell has a result."""
    states = {row["exam_id"]: row["state"] for row in snapshot.all("exam_status")}
    in_force = effective_charter(snapshot)
    order = {visit.id: visit.number for visit in in_force.visits}
    exams: dict[str, list[Row]] = {}
    for exam in sorted(calibration.trial_exams(snapshot), key=lambda row: order[row["visit"]]):
        exams.setdefault(exam["subject_id"], []).append(exam)
    found = tuple(_of_subject(row, exams.get(row["id"], []), states) for row in trial_subjects(snapshot))
    under = {exam["charter_hash"] for one in found for exam in one.final} or {in_force.hash}
    return Scope(tuple(charter_of(snapshot, one) for one in sorted(under)), found)


def _of_subject(subject: Row, exams: Sequence[Row], states: Mapping[str, str]) -> SubjectExams:
    final = tuple(exam for exam in exams if states.get(exam["id"]) in _FINAL)
    others = ((exam, states.get(exam["id"], ExamState.RECEIVING.value)) for exam in exams if exam not in final)
    return SubjectExams(subject, final, tuple(Excluded(subject["code"], exam["visit"], state) for exam, state in others))


class Gatherer:
    """Reads one exam after the other from one moment of the lab: ``seed`` is the lab's chance, which drew the reference readings."""

    def __init__(self, snapshot: Snapshot, seed: str) -> None:
        self._snapshot, self._seed = snapshot, seed
        self._study = str(snapshot.all("lab")[0]["trial_id"])
        self._pseudonyms = pseudonyms_of(snapshot)
        self._dates = exam_dates(snapshot)

    def exams(self, subject: SubjectExams) -> tuple[ExamRecord, ...]:
        """The final exams of a subject as records, in the order of their visits."""
        return tuple(self._exam(exam, subject.row) for exam in subject.final)

    def _exam(self, exam: Row, subject: Row) -> ExamRecord:
        attributes = registry.attributes(self._snapshot, subject["id"])
        charter = charter_of(self._snapshot, exam["charter_hash"])
        at = self._dates.get(exam["id"])
        return ExamRecord(
            study=self._study,
            site=subject["site_code"] or "",
            subject=subject["code"],
            visit=exam["visit"],
            date=at.isoformat() if at else "",
            day=self._day(charter, exam, at),
            limb=attributes.of(charter.exam.side_attribute or "") or "",
            reference_slot=reference_slot(self._seed, exam_part(SubjectCode(subject["code"]), VisitId(exam["visit"]))),
            charter_version=charter.version,
            charter_hash=exam["charter_hash"],
            sides=MappingProxyType({place.id: place.side for place in segments_of(charter, attributes)}),
            records=self._records(exam["id"]),
            attributes=attributes,
        )

    def _records(self, exam: ExamId) -> tuple[SignedRecord, ...]:
        """Every signed record that is opened; current are those that the results rest on, and second readings that stand."""
        stood = by_type.standing(self._snapshot, exam)
        current = {reading for one in stood.values() for reading in one.readings}
        assigned = sorted(readings.all_assignments(self._snapshot, exam_id=exam), key=lambda one: (one.reading_type, one.slot, one.attempt))
        read = [of for of in assigned if of.kind in _PURPOSES]
        signed = ((of, record) for of in read for record in readings.revisions(self._snapshot, of.id))
        found = [self._reading(of, record, read, current) for of, record in signed if self._is_open(record)]
        live = {one.case.id for one in stood.values() if one.case is not None}
        for case in readings.cases_of(self._snapshot, exam):
            decided = readings.signed_adjudication(self._snapshot, case)
            if decided is not None and self._is_open(decided):
                found.append(self._decision(case, decided, current=case.id in live))
        return tuple(found)

    def _is_open(self, record: readings.SignedRecord) -> bool:
        return self._snapshot.one("opening", seq=record.seq) is not None

    def _reading(
        self, of: Assignment, signed: readings.SignedRecord, assigned: Sequence[Assignment], current: Collection[str]
    ) -> SignedRecord:
        content = ReadingContent.from_json(self._snapshot.opening_of(signed.seq))
        stands = readings.signed_reading(self._snapshot, of.id)
        second = of.kind == REPEAT and stands is not None and stands.id == signed.id
        return SignedRecord(
            **self._signed(signed, current=signed.id in current or second),
            slot=1 if _first_slot(of, assigned) == 1 else 2,
            answers=MappingProxyType({answer.cell: answer for answer in content.answers}),
            kind=of.reading_type,
            purpose=_PURPOSES[of.kind],
            number=of.slot,
            seconds=content.seconds,
            note=content.note,
            checks=content.checks,
            viewing=content.viewing,
            measurements=content.measurements,
        )

    def _decision(self, case: CaseRecord, signed: readings.SignedRecord, *, current: bool) -> SignedRecord:
        content = AdjudicationContent.from_json(self._snapshot.opening_of(signed.seq))
        answers = {one.cell: Answer(one.cell, one.grade, one.evidence) for one in content.decisions}
        return SignedRecord(
            **self._signed(signed, current=current),
            slot=None,
            answers=MappingProxyType(answers),
            kind=by_type.type_of(self._snapshot, case.reading_1),
            purpose="ADJUDICATION",
            number=_ADJUDICATION,
            note=content.note,
            checks=content.checks,
            viewing=content.viewing,
            measurements=content.measurements,
            adjudicated=adjudicated(self._snapshot, case, content),
        )

    def _signed(self, signed: readings.SignedRecord, *, current: bool) -> _Signed:
        assigned = self._snapshot.one("assignment", id=signed.assignment) or {}
        return _Signed(
            record=signed.id,
            reader=self._pseudonyms[assigned["account_id"]],
            revision=signed.revision,
            current=current,
            signed_at=stamp(signed.at),
            event=signed.seq,
        )

    def _day(self, charter: Charter, exam: Row, at: date | None) -> str:
        """Days since the baseline exam, which counts as its nominal day."""
        baseline = next(visit for visit in charter.visits if visit.baseline)
        first = self._snapshot.one("exam", subject_id=exam["subject_id"], visit=baseline.id)
        began = self._dates.get(first["id"]) if first is not None else None
        return "" if at is None or began is None else str((at - began).days + baseline.day)


def _first_slot(of: Assignment, assigned: Iterable[Assignment]) -> int:
    """The slot in which this person first read the exam: a second reading is in the role of the first."""
    if of.kind == PRIMARY:
        return of.slot
    own = (one.slot for one in assigned if one.kind == PRIMARY and (one.account, one.reading_type) == (of.account, of.reading_type))
    return next(own, 2)


def pseudonyms_of(snapshot: Snapshot) -> Mapping[str, str]:
    """R01, R02, ... in the order of first assignments, so that nobody is called otherwise in a later package."""
    assigned = sorted(snapshot.all("assignment"), key=lambda row: (row["event_seq"], row["slot"]))
    accounts = dict.fromkeys(row["account_id"] for row in assigned)
    return {account: f"R{number:02d}" for number, account in enumerate(accounts, 1)}
