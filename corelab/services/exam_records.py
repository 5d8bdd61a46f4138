"""Where the readings and cases of exams stand, for coordinators: who, which revision, since when. Never a grade."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from corelab.domain.accounts import Command
from corelab.domain.reading_states import CaseState, ReadingState
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ReadingTypeId, SubjectCode, VisitId
from corelab.domain.worklist import WorkKind
from corelab.services import accounts, own_work
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage import people, reading_life, readings, registry
from corelab.storage.readings import READING_KINDS, Assignment, AssignmentKind, SignedRecord
from corelab.storage.store import Snapshot
from corelab.storage.unblinding import unblinded


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One assignment of an exam. ``purpose``: a first reading, a repeat, one of the calibration set, or a case.

    ``record`` is its latest signed reading or decision; ``reopened``: given back, not signed again. ``barred``: its reader may know the
    treatment, so that no further exam of the subject is dealt to them.
    """

    assignment: AssignmentId
    exam: ExamId
    subject: SubjectCode
    visit: VisitId
    kind: WorkKind
    purpose: AssignmentKind
    reading_type: ReadingTypeId
    slot: int
    reader: str
    account: AccountId
    state: ReadingState | CaseState
    record: str | None
    revision: int
    signed_at: datetime | None
    reopened: bool
    barred: bool


def exam_records(lab: OpenLab, session: Session, exam: ExamId | None = None) -> tuple[RecordRow, ...]:
    """Every assignment of an exam, or of all exams, also those that are over; by subject, visit, slot, then as their holders followed."""
    accounts.permit(session, Command.STATUS)
    with lab.store.read(session.account) as snapshot:
        rows = tuple(_rows(snapshot, {} if exam is None else {"exam_id": exam}))
    return tuple(sorted(rows, key=lambda row: (row.subject, row.visit, row.reading_type, row.slot)))


def _rows(snapshot: Snapshot, of: dict[str, str]) -> Iterator[RecordRow]:
    users, known = {person.account: person.user_name for person in people.all_people(snapshot)}, unblinded(snapshot)
    for one in sorted(readings.all_assignments(snapshot, **of), key=lambda one: one.attempt):
        exam = registry.exam(snapshot, one.exam)
        if exam is not None:
            signed, state, reopened = _reading(snapshot, one) if one.kind in READING_KINDS else _case(snapshot, one)
            yield RecordRow(
                assignment=one.id,
                exam=one.exam,
                subject=exam.subject,
                visit=exam.visit,
                kind=own_work.KINDS[one.kind],
                purpose=one.kind,
                reading_type=one.reading_type,
                slot=one.slot,
                reader=users[one.account],
                account=one.account,
                state=state,
                record=signed.id if signed else None,
                revision=signed.revision if signed else 0,
                signed_at=signed.at if signed else None,
                reopened=reopened,
                barred=one.account in known.get(exam.subject, ()),
            )


def _reading(snapshot: Snapshot, of: Assignment) -> tuple[SignedRecord | None, ReadingState, bool]:
    signed, state = next(reversed(readings.revisions(snapshot, of.id)), None), reading_life.reading_state(snapshot, of.id)
    return signed, state, signed is not None and state in {ReadingState.ASSIGNED, ReadingState.IN_PROGRESS}


def _case(snapshot: Snapshot, of: Assignment) -> tuple[SignedRecord | None, CaseState, bool]:
    case = readings.cases(snapshot, assignment_id=of.id)[0]
    return readings.signed_adjudication(snapshot, case), reading_life.case_state(snapshot, case), False
