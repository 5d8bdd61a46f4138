"""The reading types of dealt exams that are neither compared nor released yet, and which of them can be now."""

from collections.abc import Iterator
from dataclasses import dataclass

from corelab.domain.vocabulary import ExamId, ExamState, ReadingTypeId
from corelab.services import shown
from corelab.services.labs import charter_of
from corelab.storage import by_type, calibration, readings
from corelab.storage.readings import PRIMARY
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class TypeOfExam:
    """One reading type of one exam. ``single``: one person reads. ``complete``: all is signed, and no second look is open."""

    exam: ExamId
    kind: ReadingTypeId
    single: bool
    complete: bool


def waiting_types(snapshot: Snapshot) -> tuple[TypeOfExam, ...]:
    """Of the exams that are dealt and not released, in the order in which they became so."""
    states = {row["exam_id"]: ExamState(row["state"]) for row in snapshot.all("exam_status")}
    assigned = (ExamId(exam) for exam, state in states.items() if state is ExamState.ASSIGNED)
    left_out, signed = calibration.marked(snapshot), readings.signed_assignments(snapshot)
    return tuple(one for exam in assigned if exam not in left_out for one in _of_exam(snapshot, exam, signed))


def _of_exam(snapshot: Snapshot, exam: ExamId, signed: frozenset[str]) -> Iterator[TypeOfExam]:
    found, done = shown.exam_of(snapshot, exam), by_type.standing(snapshot, exam)
    kept = bool(readings.open_repeats(snapshot, exam))
    for kind in charter_of(snapshot, found.charter_hash).types_at(found.visit):
        if kind.id not in done:
            primary = readings.assignments(snapshot, exam_id=exam, reading_type=kind.id, kind=PRIMARY)
            complete = len(primary) == kind.readers and all(one.id in signed for one in primary)
            yield TypeOfExam(exam, ReadingTypeId(kind.id), kind.readers == 1, complete and not kept)
