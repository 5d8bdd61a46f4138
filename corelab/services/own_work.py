"""What reading and adjudicating have in common: one's own work in its stored order, opened with one's own key, signed once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from corelab.domain.accounts import Role
from corelab.domain.allocation import Shut
from corelab.domain.content import Draft
from corelab.domain.reading_errors import (
    AlreadySignedError,
    KeptApartError,
    NotNextError,
    NotTrainedError,
    NotYetError,
    NotYoursError,
    UnattendedError,
)
from corelab.domain.reading_states import ReadingCommand, next_state
from corelab.domain.record_errors import NotSealedToError, ResealNeededError, SubmitConflictError
from corelab.domain.room import room_for
from corelab.domain.vocabulary import AssignmentId, ExamId, LabKind
from corelab.domain.worklist import WorkKind
from corelab.services import pacing, refusals, shown
from corelab.services.accounts import Session
from corelab.services.eligibility import require_able
from corelab.services.labs import OpenLab, charter_of
from corelab.services.packages.locking import require_unlocked
from corelab.services.pinned import known_custody
from corelab.storage import own_assignments, reading_life, readings
from corelab.storage.keys import BoxPublic
from corelab.storage.readings import Assignment, AssignmentKind, SignedRecord
from corelab.storage.store import Row, Snapshot, Transaction

KINDS: Mapping[AssignmentKind, WorkKind] = {
    readings.PRIMARY: WorkKind.READING,
    readings.REPEAT: WorkKind.READING,
    readings.CALIBRATION: WorkKind.READING,
    readings.ADJUDICATION: WorkKind.ADJUDICATION,
}
"""What a person knows of the kind of a piece of work: whoever asks for a reading gets any of them."""
OPENED = {WorkKind.READING: "reading.opened", WorkKind.ADJUDICATION: "adjudication.opened"}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that stands: ``record`` is the reading or adjudication, ``seq`` its event."""

    record: str
    at: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class Envelope:
    """To whom this person's grades are sealed (author, custody), and how many bytes each draft and record fills."""

    recipients: tuple[BoxPublic, ...]
    custody: BoxPublic
    room: int


def envelope(lab: OpenLab, snapshot: Snapshot, session: Session, of: AssignmentId, clips: int) -> Envelope:
    """As large as the charter of this exam asks, which may not be the one in force: a shorter one would tell the length of the grades.

    Raises CustodySwappedError.
    """
    custody, assigned = known_custody(lab, snapshot), snapshot.one("assignment", id=of) or {}
    charter = charter_of(snapshot, shown.exam_of(snapshot, ExamId(assigned["exam_id"])).charter_hash)
    return Envelope((session.box.public, custody), custody, room_for(charter, clips))


# ---------------------------------------------------------------- whose, and which one


def mine(snapshot: Snapshot, session: Session, assignment: AssignmentId, kind: AssignmentKind) -> Assignment:
    """The person's own open assignment. Raises NotYoursError, the same whether it is another's or does not exist."""
    return _own(readings.assignments(snapshot, id=assignment), session, assignment, kind)


def _own(found: Sequence[Assignment], session: Session, assignment: AssignmentId, kind: AssignmentKind) -> Assignment:
    own = next((one for one in found if one.account == session.account and KINDS[one.kind] is KINDS[kind]), None)
    if own is None:
        raise NotYoursError(assignment)
    return own


def _to_open(snapshot: Snapshot, session: Session, assignment: AssignmentId, kind: AssignmentKind) -> Assignment:
    """The person's own assignment, open or signed. Raises NotYoursError."""
    found = _own(readings.all_assignments(snapshot, id=assignment), session, assignment, kind)
    if has_ended(snapshot, found) and signed_record(snapshot, found) is None:
        raise NotYoursError(assignment)
    return found


def has_ended(snapshot: Snapshot, of: Assignment) -> bool:
    return snapshot.one("assignment_end", assignment_id=of.id) is not None


def signed_record(snapshot: Snapshot, of: Assignment) -> SignedRecord | None:
    """What the person signed last and nobody gave back. What they signed stays theirs to look at when the assignment has ended."""
    if of.kind == readings.ADJUDICATION:
        case = next(iter(readings.cases(snapshot, assignment_id=of.id)), None)
        return readings.signed_adjudication(snapshot, case) if case else None
    if has_ended(snapshot, of):
        return next(reversed(readings.revisions(snapshot, of.id)), None)
    return readings.signed_reading(snapshot, of.id)


def unsigned(snapshot: Snapshot, session: Session, kind: AssignmentKind) -> tuple[Assignment, ...]:
    """What this person still has to do, in their own stored order.

    A reading that was given back comes first, but for the one that the reader is in the middle of: nothing is taken out of their hands.
    """
    own = own_assignments.unsigned(snapshot, session.account, _kinds(kind))
    return tuple(sorted(own, key=partial(_turn, snapshot, _back(snapshot, session, kind))))


def _kinds(kind: AssignmentKind) -> list[AssignmentKind]:
    """To the person these are the same."""
    return [one for one, work in KINDS.items() if work is KINDS[kind]]


def _back(snapshot: Snapshot, session: Session, kind: AssignmentKind) -> Mapping[AssignmentId, Row]:
    return reading_life.reopened(snapshot, session.account) if KINDS[kind] is WorkKind.READING else {}


def _turn(snapshot: Snapshot, back: Mapping[AssignmentId, Row], of: Assignment) -> int:
    """0: begun, 1: given back, 2: as stored."""
    since = back[of.id]["event_seq"] if of.id in back else 0
    return 0 if reading_life.begun(snapshot, of.id, since) else 1 if since else 2


def offered(snapshot: Snapshot, session: Session, kind: AssignmentKind) -> tuple[Assignment, ...]:
    """What can be opened now: the next one, and the visits that the charter shows together with it."""
    first = own_assignments.first_unsigned(snapshot, session.account, _kinds(kind))
    if first is None or not _may_differ(snapshot, session, first):
        return () if first is None else (first,)
    own = unsigned(snapshot, session, kind)
    return pacing.shown_together(snapshot, own[0], own)


def _may_differ(snapshot: Snapshot, session: Session, first: Assignment) -> bool:
    """Whether something else than the first in the stored order may be next, or more than that: asked before all of it is read.

    Exams that came later may stand before the one that was begun: in a batch of another type, or the calibration set.
    """
    if first.kind == readings.ADJUDICATION:
        return False
    if pacing.together(snapshot, first) or _back(snapshot, session, first.kind):
        return True
    begun = reading_life.begun(snapshot, first.id)
    return not begun and own_assignments.any_begun(snapshot, session.account, _kinds(first.kind))


def require_next(snapshot: Snapshot, session: Session, of: Assignment) -> None:
    """Raises NotNextError unless it is the first unsigned one in the stored order, or read together with that."""
    if of not in offered(snapshot, session, of.kind):
        raise NotNextError(of.id)


def shut(lab: OpenLab, snapshot: Snapshot, work: Sequence[Assignment]) -> Shut | None:
    """Whether what is offered waits for its day. What was begun, or given back, or belongs to a begun group, never does."""
    waits = [one for one in work if KINDS[one.kind] is WorkKind.READING]
    if not waits or any(reading_life.begun(snapshot, one.id) for one in waits):
        return None
    return pacing.shut(lab, snapshot, waits[0])


def writable(snapshot: Snapshot, session: Session, assignment: AssignmentId, kind: AssignmentKind) -> Assignment:
    """The assignment, when it may be changed now.

    Raises NotYoursError, LockedError, AlreadySignedError, NotNextError, and StateRefusedError when it was not opened (again).
    """
    found = mine(snapshot, session, assignment, kind)
    require_unlocked(snapshot)
    if signed_record(snapshot, found) is not None:
        raise AlreadySignedError(assignment)
    require_next(snapshot, session, found)
    if KINDS[kind] is WorkKind.READING:
        before = snapshot.latest("reading", by="revision", assignment_id=found.id) is not None
        next_state(assignment, reading_life.reading_state(snapshot, assignment), ReadingCommand.ANSWER, signed_before=before)
    return found


@contextmanager
def opening(
    lab: OpenLab, session: Session, role: Role, assignment: AssignmentId, kind: AssignmentKind
) -> Iterator[tuple[Transaction, Assignment]]:
    """The transaction in which the next one, or an own signed one, is opened.

    Raises NotYoursError, NotNextError, NotYetError, NotTrainedError, KeptApartError, ResealNeededError; a refusal leaves an event.
    """
    event = OPENED[KINDS[kind]]
    command = event.removesuffix("ed")
    try:
        with lab.store.begin(session.actor(role)) as transaction:
            found = _to_open(transaction, session, assignment, kind)
            if signed_record(transaction, found) is None:
                require_next(transaction, session, found)
                require_able(transaction, found, shown.exam_of(transaction, found.exam))
                _require_its_day(lab, transaction, session, found)
            transaction.record(event, "assignment", assignment)
            yield transaction, found
    except tuple(_NOT_OPENED) as error:
        record_refusal(lab, session, command, assignment, _NOT_OPENED[type(error)])
        raise
    except NotYoursError:
        with refusals.recorded(lab, session, command, "assignment", assignment):
            raise


def _require_its_day(lab: OpenLab, snapshot: Snapshot, session: Session, of: Assignment) -> None:
    found = shut(lab, snapshot, offered(snapshot, session, of.kind))
    if found is not None:
        raise NotYetError(of.id, found)


_NOT_OPENED: Mapping[type[Exception], str] = {
    KeptApartError: "kept_apart",
    NotNextError: "not_next",
    NotYetError: "not_yet",
    NotTrainedError: "not_trained",
    ResealNeededError: "reseal_needed",
}


def record_refusal(lab: OpenLab, session: Session, command: str, assignment: AssignmentId, reason: str) -> None:
    """A command that was refused leaves an event."""
    with lab.store.begin(session.actor(None)) as transaction:
        transaction.record(f"{command}.refused", "assignment", assignment, reason=reason)


def require_attended(lab: OpenLab, *, attended: bool) -> None:
    if not attended and lab.kind is not LabKind.DEMO:
        raise UnattendedError


# ---------------------------------------------------------------- with the person's own key


def kept_draft(snapshot: Snapshot, session: Session, of: AssignmentId) -> Draft | None:
    """What this person saved last. Raises ResealNeededError."""
    with _own_key():
        return readings.draft(snapshot, of, session.box)


def opened(snapshot: Snapshot, session: Session, seq: int) -> dict[str, Any]:
    """The payload of an event that was sealed to this person. Raises ResealNeededError."""
    with _own_key():
        return snapshot.opening_of(seq, session.box)


@contextmanager
def _own_key() -> Iterator[None]:
    """Own work that the own key does not open was sealed before a reset."""
    try:
        yield
    except NotSealedToError:
        raise ResealNeededError from None


# ---------------------------------------------------------------- signing


def signed_before(lab: OpenLab, session: Session, role: Role, submit: str, kind: str, of: AssignmentId) -> Signed | None:
    """What this same command signed already. Raises SubmitConflictError when the id was another's, or of another assignment."""
    with lab.store.read(session.account) as snapshot:
        if snapshot.one("event", submit=submit) is None:
            return None
    with lab.store.begin(session.actor(role)) as transaction:
        seq = transaction.found_submit(submit, kind=kind)
        event = transaction.one("event", seq=seq) if seq is not None else None
        if event is not None and readings.signed_under(transaction, event["id"]) != of:
            raise SubmitConflictError(submit, event["seq"])
        return Signed(event["id"], event["at"], event["seq"]) if event else None
