"""What is released without a comparison, each in one transaction: the one reading of a type with one reader, and second looks."""

from uuid import uuid4

from corelab.domain.single import results_of_one
from corelab.domain.vocabulary import AssignmentId, ExamId, ReadingTypeId
from corelab.services import alerts, shown
from corelab.services.alerts import TypeCompared
from corelab.services.exam_comparison import DONE, Batch
from corelab.services.labs import charter_of
from corelab.services.openings import Proving, opened_readings
from corelab.storage import by_type, readings, released
from corelab.storage.readings import PRIMARY, Assignment, SignedRecord
from corelab.storage.store import NewRow, Transaction


def release_single(transaction: Transaction, *, batch: Batch, exam: ExamId, kind: ReadingTypeId) -> str:
    """Every result is the grade of the one reading: ``single``, or ``done`` by another window. Raises RecordRejectedError."""
    if kind in by_type.standing(transaction, exam):
        return DONE
    of, record = _the_one(transaction, exam, kind)
    work = Proving(transaction, batch.custody, exam)
    results = results_of_one(work.content(record, of.pseudonym).grades)
    found, new = shown.exam_of(transaction, exam), str(uuid4())
    due = tuple(one.id for one in charter_of(transaction, found.charter_hash).types_at(found.visit))
    revision = released.next_result_revision(transaction, exam)
    rows = [
        _release_row(new, record, batch, exam),
        *opened_readings(work, exam, kind, (record,)),
        *(released.result_row(exam, result, record, revision) for result in results),
        *by_type.state_rows(transaction, exam, due, kind, finished=True),
    ]
    transaction.record("reading.released", "single_release", new, rows=rows)
    alerts.after_comparison(transaction, TypeCompared(exam, kind, batch.id), results, batch.custody.public)
    return "single"


def _the_one(transaction: Transaction, exam: ExamId, kind: ReadingTypeId) -> tuple[Assignment, SignedRecord]:
    of = readings.assignments(transaction, exam_id=exam, reading_type=kind, kind=PRIMARY)[0]
    record = readings.signed_reading(transaction, of.id)
    if record is None:
        raise LookupError(of.id)
    return of, record


def _release_row(new: str, record: SignedRecord, batch: Batch, exam: ExamId) -> NewRow:
    named = {"id": new, "exam_id": exam, "batch_id": batch.id}
    return NewRow("single_release", {**named, "reading_id": record.id, "charter_hash": record.charter_hash})


def release_repeat(transaction: Transaction, *, batch: Batch, exam: ExamId, repeat: AssignmentId) -> str:
    """A second look that was signed after its exam was released is opened for good: ``repeat``, or ``done``. It makes no result."""
    of = readings.all_assignments(transaction, id=repeat)[0]
    record = readings.signed_reading(transaction, repeat)
    if record is None or not released.is_sealed(transaction, record.seq):
        return DONE
    rows = tuple(opened_readings(Proving(transaction, batch.custody, exam), exam, of.reading_type, (record,)))
    transaction.record("repeat.released", "reading", record.id, rows=rows)
    return "repeat"
