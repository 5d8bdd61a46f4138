"""Facts about a subject and its segments, entered by the coordinator; what readers were asked by is not changed under their hands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.attributes import NOT_PRESENT, Attributes
from corelab.domain.charter import Charter
from corelab.domain.completeness import Fact, facts_of
from corelab.domain.form import run_time_ids
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.reasons import reason_words
from corelab.domain.vocabulary import ExamState, SegmentId, VisitId
from corelab.services.accounts import Session, permit
from corelab.services.intake.exam_work import is_read_by_all, live_labels, require_names, require_side, run_time, settle
from corelab.services.labs import OpenLab, charter_of, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.services.received import completeness_of
from corelab.storage import reading_life, readings, registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

_WITH_READERS = frozenset({ExamState.ASSIGNED})
_READ = frozenset({ExamState.RELEASED, ExamState.FINAL, ExamState.LOCKED})


def set_subject(
    lab: OpenLab, session: Session, subject: str, values: Mapping[str, str], *, segments: Sequence[str] = (), reason: str = ""
) -> Attributes:
    """Sets what the charter wants to know of a subject, or the same of several ``segments`` (or groups of them). See ``set_facts``."""
    role = permit(session, Command.SUBJECT)
    with lab.store.begin(session.actor(role)) as transaction:
        places = _places(effective_charter(transaction), segments)
        facts = {Fact(name, place): value for name, value in values.items() for place in places}
        return _set(transaction, subject, facts, reason)


def set_facts(lab: OpenLab, session: Session, subject: str, facts: Mapping[Fact, str], *, reason: str = "") -> Attributes:
    """Sets facts of a subject and of its segments at once, all or none, and answers all that is known. A new subject is made.

    A reason is needed once an exam of the subject is with readers. Raises IntakeRefusedError: a fact or value that the charter does not
    have, a subject that a reader is reading or has read, clips that say otherwise; ReasonRefusedError for words that say nothing.
    """
    role = permit(session, Command.SUBJECT)
    with lab.store.begin(session.actor(role)) as transaction:
        return _set(transaction, subject, facts, reason)


def _places(charter: Charter, segments: Sequence[str]) -> tuple[SegmentId | None, ...]:
    """Segments at run time; a name that is no segment may be that of a group."""
    if not segments:
        return (None,)
    groups = {group.id: group.segments for group in charter.groups}
    return tuple(
        place
        for name in segments
        for place in (
            run_time(charter, SegmentId(name))
            if name not in groups or any(each.id == name for each in charter.segments)
            else run_time_ids(charter, groups[name])
        )
    )


def _set(transaction: Transaction, subject: str, facts: Mapping[Fact, str], reason: str) -> Attributes:
    require_unlocked(transaction)
    charter = effective_charter(transaction)
    require_names(charter, subject, charter.visits[0].id)
    _require_values(charter, facts)
    known = registry.subject_id(transaction, subject)
    if known is None:
        known, rows = str(uuid4()), []
        rows.append(registry.subject_row(known, subject))
    else:
        rows = []
    before = registry.attributes(transaction, known)
    new = {fact: value for fact, value in facts.items() if before.of(fact.attribute, fact.segment) != value}
    if not new and not rows:
        return before
    exams = tuple(registry.exam(transaction, row["id"]) for row in transaction.all("exam", subject_id=known))
    told = _require_changeable(transaction, tuple(exam for exam in exams if exam), new, reason)
    require_side(transaction, known, {fact.attribute: value for fact, value in new.items() if fact.segment is None})
    kind = "subject.set" if told is None else "subject.corrected"
    transaction.record(kind, "subject", known, rows=rows + _rows(transaction, known, new), payload=told)
    for exam in exams:
        _require_complete(transaction, exam)
    return registry.attributes(transaction, known)


def _rows(snapshot: Snapshot, subject: str, facts: Mapping[Fact, str]) -> list[NewRow]:
    ordered = sorted(facts.items(), key=lambda one: (one[0].attribute, one[0].segment or ""))
    return [registry.attribute_row(snapshot, subject, fact.attribute, value, fact.segment or "") for fact, value in ordered]


def _require_values(charter: Charter, facts: Mapping[Fact, str]) -> None:
    known = tuple(facts_of(charter))
    values = {each.id: each.values for each in charter.attributes}
    for fact, value in facts.items():
        if fact not in known:
            near = [one.words for one in known if one.attribute == fact.attribute] or list(values)
            raise IntakeRefusedError(Refusal.ATTRIBUTE, f"{fact.words}, not one of {', '.join(near)}")
        if value not in values[fact.attribute]:
            raise IntakeRefusedError(Refusal.ATTRIBUTE, f"{fact.words}={value}, not one of {', '.join(values[fact.attribute])}")
    if not facts:
        raise IntakeRefusedError(Refusal.ATTRIBUTE)


def _require_changeable(snapshot: Snapshot, exams: Collection[ExamRecord], facts: Mapping[Fact, str], reason: str) -> dict[str, str] | None:
    """What is recorded beside the change. A reader who has opened an exam was asked by the facts as they stood."""
    with_readers = False
    for exam in exams:
        known = set(facts_of(charter_of(snapshot, exam.charter_hash)))
        _require_unseen(snapshot, exam, (fact.segment for fact, value in facts.items() if value == NOT_PRESENT))
        if known & facts.keys() and is_read_by_all(snapshot, exam):
            raise IntakeRefusedError(Refusal.EXAM_CLOSED, f"{exam.subject}:{exam.visit}")
        if known & facts.keys() and exam.state in _READ:
            raise IntakeRefusedError(Refusal.FACT_COMPARED, f"{exam.subject}:{exam.visit}")
        if known & facts.keys() and exam.state in _WITH_READERS:
            with_readers = True
            if any(reading_life.begun(snapshot, one.id) for one in readings.assignments(snapshot, exam_id=exam.id)):
                raise IntakeRefusedError(Refusal.FACT_OPENED, f"{exam.subject}:{exam.visit}")
    if with_readers and not reason.strip():
        raise IntakeRefusedError(Refusal.FACT_REASON)
    return {"reason_text": reason_words(reason)} if with_readers else None


def _require_unseen(snapshot: Snapshot, exam: ExamRecord, absent: Iterable[SegmentId | None]) -> None:
    shown = {label.segment for label in live_labels(snapshot, exam.id)}
    for segment in absent:
        if segment in shown:
            raise IntakeRefusedError(Refusal.IMAGED, f"{VisitId(exam.visit)} {segment}")


def _require_complete(transaction: Transaction, exam: ExamRecord | None) -> None:
    """An exam that is with readers already is asked about what is there: a change may not make it lack clips."""
    if exam is None:
        return
    if exam.state in _WITH_READERS and not completeness_of(transaction, exam).ready:
        raise IntakeRefusedError(Refusal.FACT_LACKING, f"{exam.subject}:{exam.visit}")
    settle(transaction, exam.id)
