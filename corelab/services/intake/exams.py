"""Facts about subjects, segments that were not imaged, and the overview of what is there and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.charter import Charter
from corelab.domain.completeness import Completeness
from corelab.domain.form import run_time_ids, side_of
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.vocabulary import ExamId, ExamState, SegmentId, SubjectCode, VisitId
from corelab.services.accounts import Session, lab_secret, permit
from corelab.services.intake.exam_work import completeness_of, exam_rows, live_labels, require_names, require_open, settle
from corelab.services.labs import OpenLab, charter_of, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.storage import registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

_WHOLE_SUBJECT = ""


@dataclass(frozen=True, slots=True)
class ExamOverview:
    """One exam as the coordinator sees it. ``attributes`` are the subject's, ``charter`` the one it came in under."""

    id: ExamId
    subject: SubjectCode
    visit: VisitId
    visit_label: str
    code: str
    state: ExamState
    attributes: Mapping[str, str]
    completeness: Completeness

    @property
    def ready(self) -> bool:
        return self.completeness.ready


def set_subject(
    lab: OpenLab, session: Session, subject: str, values: Mapping[str, str], *, segment: SegmentId | None = None
) -> Mapping[str, str]:
    """Sets what the charter wants to know of a subject, and answers all that is known. A new subject is made.

    Raises IntakeRefusedError: an attribute or value that the charter does not have, an exam of the subject that is with the readers
    already, a side under study other than that of the labels.
    """
    role = permit(session, Command.SUBJECT)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        charter = effective_charter(transaction)
        require_names(charter, subject, charter.visits[0].id)
        _require_values(charter, values, segment)
        rows, known = _subject_rows(transaction, subject)
        if segment is None:
            _require_labelled_side(transaction, known, values)
        rows += [
            registry.attribute_row(transaction, known, name, value, segment or _WHOLE_SUBJECT) for name, value in sorted(values.items())
        ]
        transaction.record("subject.set", "subject", known, rows=rows)
        for exam in transaction.all("exam", subject_id=known):
            settle(transaction, exam["id"])
        return registry.attributes(transaction, known)


def _require_values(charter: Charter, values: Mapping[str, str], segment: SegmentId | None) -> None:
    known = {each.id: each for each in charter.attributes}
    for name, value in values.items():
        per = "segment" if segment else "subject"
        if name not in known or known[name].per != per or value not in known[name].values:
            raise IntakeRefusedError(Refusal.ATTRIBUTE, f"{name}={value}")
    if not values:
        raise IntakeRefusedError(Refusal.ATTRIBUTE)


def _subject_rows(transaction: Transaction, subject: str) -> tuple[list[NewRow], str]:
    known = registry.subject_id(transaction, subject)
    if known is None:
        known = str(uuid4())
        return [registry.subject_row(known, subject)], known
    for row in transaction.all("exam", subject_id=known):
        exam = registry.exam(transaction, row["id"])
        if exam is not None:
            require_open(exam)
    return [], known


def _require_labelled_side(snapshot: Snapshot, subject: str, values: Mapping[str, str]) -> None:
    """The side under study is what labels of its segments already say: readers would be asked about one limb and shown the other."""
    attributes = {**registry.attributes(snapshot, subject), **values}
    for row in snapshot.all("exam", subject_id=subject):
        charter = charter_of(snapshot, row["charter_hash"])
        if charter.exam.side_attribute not in values:
            continue
        study = {each.id: each for each in charter.segments if each.side == "study"}
        for label in live_labels(snapshot, row["id"]):
            if label.segment in study and side_of(charter, study[label.segment], attributes) is not label.side:
                raise IntakeRefusedError(Refusal.LABELLED_SIDE, f"{row['visit']} {label.segment}")


def set_not_imaged(lab: OpenLab, session: Session, exam: str, segments: Sequence[SegmentId], reason: str | None) -> ExamOverview:
    """Closes segments of an exam (its id, code, or SUBJECT:VISIT) as not imaged, with a reason code of the charter; None opens them again.

    A subject's exam that has not come in yet is made. Raises IntakeRefusedError, also for a segment that a clip's label names.
    """
    role = permit(session, Command.EXAM)
    key = lab_secret(lab, session, "deid")
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        found, rows = _exam(transaction, exam, key)
        require_open(found)
        charter = charter_of(transaction, found.charter_hash)
        closed = _closed(charter, found.not_imaged, segments, reason)
        if reason is not None:
            _require_unseen(transaction, charter, found, segments)
        if rows:
            transaction.record("exam.expected", "exam", found.id, rows=rows)
        row = registry.status_row(transaction, found.id, ExamState.RECEIVING if rows else found.state, closed)
        transaction.record("exam.not_imaged", "exam", found.id, rows=[row])
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
    if reason is not None and reason not in {each.id for each in charter.missing.ni}:
        raise IntakeRefusedError(Refusal.REASON, reason)
    known = {segment for each in charter.segments for segment in run_time_ids(charter, [each.id])}
    closed = dict(before)
    for segment in (run_time for one in segments for run_time in _run_time(charter, one)):
        if segment not in known:
            raise IntakeRefusedError(Refusal.SEGMENT, segment)
        if reason is None:
            closed.pop(segment, None)
        else:
            closed[segment] = reason
    return closed


def _require_unseen(snapshot: Snapshot, charter: Charter, exam: ExamRecord, segments: Sequence[SegmentId]) -> None:
    shown = {label.segment for label in live_labels(snapshot, exam.id)}
    for segment in (run_time for one in segments for run_time in _run_time(charter, one)):
        if segment in shown:
            raise IntakeRefusedError(Refusal.IMAGED, segment)


def _run_time(charter: Charter, segment: SegmentId) -> tuple[SegmentId, ...]:
    """``R:CFV`` as ``CFV.R``; a segment of both sides without a side means both."""
    side, _, code = segment.rpartition(":")
    if side in {"L", "R"}:
        return (
            (SegmentId(f"{code}.{side}"),)
            if any(each.id == code and each.side == "both" for each in charter.segments)
            else (SegmentId(code),)
        )
    if any(each.id == code for each in charter.segments):
        return run_time_ids(charter, [code])
    return (SegmentId(code),)


def exams(lab: OpenLab, session: Session) -> tuple[ExamOverview, ...]:
    """Every exam, by subject and visit."""
    permit(session, Command.STATUS)
    with lab.store.read() as snapshot:
        order = {visit.id: visit.number for visit in effective_charter(snapshot).visits}
        found = [_overview(snapshot, exam.id) for exam in registry.all_exams(snapshot)]
    return tuple(sorted(found, key=lambda one: (one.subject, order.get(one.visit, 0))))


def _overview(snapshot: Snapshot, exam_id: str) -> ExamOverview:
    exam = registry.exam(snapshot, exam_id)
    if exam is None:
        raise IntakeRefusedError(Refusal.EXAM, exam_id)
    visit = charter_of(snapshot, exam.charter_hash).visit(exam.visit)
    attributes = registry.attributes(snapshot, exam.subject_id)
    return ExamOverview(exam.id, exam.subject, exam.visit, visit.label, exam.code, exam.state, attributes, completeness_of(snapshot, exam))
