"""Segments that were not imaged, and the overview of what is there and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from corelab.domain.accounts import Command
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.completeness import Completeness
from corelab.domain.form import run_time_ids
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.vocabulary import ExamId, ExamState, SegmentId, SubjectCode, VisitId
from corelab.services.accounts import Session, lab_secret, permit
from corelab.services.intake.exam_work import exam_rows, live_labels, require_names, require_open, run_time, settle
from corelab.services.labs import OpenLab, charter_of, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.services.queries import closed as queries_closed
from corelab.services.received import completeness_of
from corelab.storage import registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class ExamOverview:
    """One exam as the coordinator sees it. ``attributes`` are the subject's, ``calibration``: it is one of the set, not of the trial."""

    id: ExamId
    subject: SubjectCode
    visit: VisitId
    visit_label: str
    code: str
    state: ExamState
    attributes: Attributes
    completeness: Completeness
    calibration: bool = False

    @property
    def ready(self) -> bool:
        return self.completeness.ready


def set_not_imaged(lab: OpenLab, session: Session, exam: str, segments: Sequence[SegmentId], reason: str | None) -> ExamOverview:
    """Closes segments of an exam (its id, code, or SUBJECT:VISIT) as not imaged, with a reason code of the charter; None opens them again.

    A subject's exam that has not come in yet is made. Raises IntakeRefusedError, also for a segment that a clip's label names.
    """
    role = permit(session, Command.EXAM)
    key = lab_secret(lab, session, "deid")
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        found, rows = _exam(transaction, exam, key)
        require_open(transaction, found)
        charter = charter_of(transaction, found.charter_hash)
        closed = _closed(charter, found.not_imaged, segments, reason)
        if reason is not None:
            _require_unseen(transaction, charter, found, segments)
        if rows:
            transaction.record("exam.expected", "exam", found.id, rows=rows)
        row = registry.status_row(transaction, found.id, ExamState.RECEIVING if rows else found.state, closed)
        transaction.record("exam.not_imaged", "exam", found.id, rows=[row])
        if reason is not None:
            queries_closed(transaction, exam=found.id, segments=[place for one in segments for place in run_time(charter, one)])
        settle(transaction, found.id)
        return _overview(transaction, found.id)


def _exam(transaction: Transaction, name: str, key: bytes) -> tuple[ExamRecord, list[NewRow]]:
    known = registry.exam_named(transaction, name)
    if known is not None:
        return known, []
    subject, _, visit = name.rpartition(":")
    if not subject:
        raise IntakeRefusedError(Refusal.EXAM, name)
    charter = effective_charter(transaction)
    return exam_rows(transaction, charter, require_names(charter, subject, visit), key)


def _closed(charter: Charter, before: Mapping[SegmentId, str], segments: Sequence[SegmentId], reason: str | None) -> dict[SegmentId, str]:
    reasons = [each.id for each in charter.missing.ni]
    if reason is not None and reason not in reasons:
        raise IntakeRefusedError(Refusal.REASON, f"{reason}; it has {', '.join(reasons)}")
    known = {segment for each in charter.segments for segment in run_time_ids(charter, [each.id])}
    closed = dict(before)
    for segment in (place for one in segments for place in run_time(charter, one)):
        if segment not in known:
            raise IntakeRefusedError(Refusal.SEGMENT, segment)
        if reason is None:
            closed.pop(segment, None)
        else:
            closed[segment] = reason
    return closed


def _require_unseen(snapshot: Snapshot, charter: Charter, exam: ExamRecord, segments: Sequence[SegmentId]) -> None:
    shown, attributes = {label.segment for label in live_labels(snapshot, exam.id)}, registry.attributes(snapshot, exam.subject_id)
    for segment in (place for one in segments for place in run_time(charter, one)):
        if segment in shown:
            raise IntakeRefusedError(Refusal.IMAGED, segment)
        if attributes.absent(segment):
            raise IntakeRefusedError(Refusal.ABSENT, segment)


def exams(lab: OpenLab, session: Session) -> tuple[ExamOverview, ...]:
    """Every exam, by subject and visit."""
    permit(session, Command.STATUS)
    with lab.store.read(session.account) as snapshot:
        order = {visit.id: visit.number for visit in effective_charter(snapshot).visits}
        found = [_overview(snapshot, exam.id) for exam in registry.all_exams(snapshot)]
    return tuple(sorted(found, key=lambda one: (one.subject, order.get(one.visit, 0))))


def _overview(snapshot: Snapshot, exam_id: str) -> ExamOverview:
    exam = registry.exam(snapshot, exam_id)
    if exam is None:
        raise IntakeRefusedError(Refusal.EXAM, exam_id)
    visit = charter_of(snapshot, exam.charter_hash).visit(exam.visit)
    return ExamOverview(
        exam.id,
        exam.subject,
        exam.visit,
        visit.label,
        exam.code,
        exam.state,
        registry.attributes(snapshot, exam.subject_id),
        completeness_of(snapshot, exam),
        snapshot.one("calibration_exam", exam_id=exam.id) is not None,
    )
