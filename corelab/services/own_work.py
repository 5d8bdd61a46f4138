"""What reading and adjudicating have in common: one's own work in its stored order, saved sealed, signed once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from corelab.domain.accounts import Role
from corelab.domain.clip import Clip
from corelab.domain.content import Draft, Json, Viewing, ranges_of, viewing_json
from corelab.domain.reading_errors import AlreadySignedError, DraftChangedError, NotNextError, NotYoursError, UnattendedError
from corelab.domain.record_errors import NotSealedToError, ResealNeededError, SubmitConflictError
from corelab.domain.room import room_for
from corelab.domain.vocabulary import AssignmentId, ExamId, LabKind, Sha256
from corelab.domain.worklist import WorkKind
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.storage import readings
from corelab.storage.keys import BoxPublic
from corelab.storage.readings import Assignment, AssignmentKind, SignedRecord
from corelab.storage.store import Snapshot, Transaction

KINDS = {readings.PRIMARY: WorkKind.READING, readings.ADJUDICATION: WorkKind.ADJUDICATION}
NOTE_ROOM = 2048
_TOLD_EVIDENCE = 4


@dataclass(frozen=True, slots=True)
class Saved:
    """When the draft was kept, and its version: the next save names it."""

    at: datetime
    version: int


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


def envelope(lab: OpenLab, session: Session, clips: int) -> Envelope:
    custody = accounts.custody_public(lab)
    return Envelope((session.box.public, custody), custody, room_for(lab.charter, clips))


# ---------------------------------------------------------------- whose, and which one


def mine(snapshot: Snapshot, session: Session, assignment: AssignmentId, kind: AssignmentKind) -> Assignment:
    """The person's own open assignment. Raises NotYoursError, the same whether it is another's or does not exist."""
    found = readings.assignment(snapshot, assignment)
    if found is None or found.account != session.account or found.kind != kind:
        raise NotYoursError(assignment)
    return found


def signed_record(snapshot: Snapshot, of: Assignment) -> SignedRecord | None:
    if of.kind == readings.PRIMARY:
        return readings.signed_reading(snapshot, of.id)
    case = next(iter(readings.cases(snapshot, assignment_id=of.id)), None)
    return readings.signed_adjudication(snapshot, case) if case else None


def unsigned(snapshot: Snapshot, session: Session, kind: AssignmentKind) -> Iterator[Assignment]:
    """What this person still has to do, in their own stored order."""
    signed = readings.signed_assignments(snapshot)
    own = readings.assignments(snapshot, account_id=session.account, kind=kind)
    return (one for one in own if one.id not in signed)


def require_next(snapshot: Snapshot, session: Session, of: Assignment) -> None:
    """Raises NotNextError unless it is the first unsigned one in the stored order."""
    if next(unsigned(snapshot, session, of.kind), None) != of:
        raise NotNextError(of.id)


def writable(snapshot: Snapshot, session: Session, assignment: AssignmentId, kind: AssignmentKind) -> Assignment:
    """The assignment, when it may be changed now. Raises NotYoursError, LockedError, AlreadySignedError, NotNextError."""
    found = mine(snapshot, session, assignment, kind)
    require_unlocked(snapshot)
    if signed_record(snapshot, found) is not None:
        raise AlreadySignedError(assignment)
    require_next(snapshot, session, found)
    return found


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


# ---------------------------------------------------------------- what was shown


def viewing_of(clips: Sequence[Clip], played: Mapping[Sha256, frozenset[int]]) -> tuple[Viewing, ...]:
    """For every clip of the exam, in shown order, what was seen of it."""
    return tuple(Viewing(clip.sha256, clip.frames, ranges_of(played.get(clip.sha256, frozenset()))) for clip in clips)


def played_of(viewing: Sequence[Viewing]) -> dict[Sha256, frozenset[int]]:
    return {one.clip: frozenset(frame for first, last in one.shown for frame in range(first, last + 1)) for one in viewing if one.shown}


# ---------------------------------------------------------------- saving


def follows(of: Assignment, before: Draft, after: Draft, version: int) -> Draft:
    """``after`` with its version, when ``before`` is the draft that the window knows. Raises DraftChangedError.

    Saving once more what stands already is no change: a window that never heard of its success can ask again.
    A draft that is kept for a signature has no version of its own: when the password is wrong, the window saves on from what it knew.
    """
    same = after.says_as(before)
    if before.version != version and not same:
        raise DraftChangedError(of.id, KINDS[of.kind])
    return replace(after, version=before.version + (0 if same or after.submit else 1))


def require_kept(of: Assignment, kept: Draft | None, signed: Draft) -> None:
    """What is signed is what was saved last. Raises DraftChangedError."""
    if kept is None or not kept.says_as(signed):
        raise DraftChangedError(of.id, KINDS[of.kind])


@dataclass(frozen=True, slots=True)
class Saving:
    """One save of a draft: what stood before, what stands now, and one sealed event for each thing that changed."""

    transaction: Transaction
    envelope: Envelope
    before: Draft
    after: Draft

    def run(self, cells: Sequence[tuple[Json, Json | None, Json | None]]) -> Saved:
        """``cells``: (segment and item, old answer, new answer) of each cell to be recorded."""
        for cell, old, new in cells:
            self._record("answer.changed", {**cell, "old": _told(old), "new": _told(new)})
        if self.after.note != self.before.note:
            self._record("note.changed", {"note": self.after.note}, NOTE_ROOM)
        if self.after.viewing != self.before.viewing:
            seen = {one.clip: one for one in self.before.viewing}
            more = [viewing_json(one) for one in self.after.viewing if seen.get(one.clip) != one]
            self._record("clips.shown", {"viewing": more}, NOTE_ROOM)
        readings.put_draft(self.transaction, self.after, self.envelope.recipients, self.envelope.room)
        return Saved(self.transaction.now, self.after.version)

    def _record(self, kind: str, payload: Mapping[str, Any], pad_to: int = readings.ANSWER_ROOM) -> None:
        of = self.after.assignment
        self.transaction.record(kind, "assignment", of, payload=payload, seal_to=self.envelope.recipients, pad_to=pad_to)


def _told(answer: Json | None) -> Json | None:
    """An answer as its event tells it: short enough that no answer takes a longer envelope than another."""
    if answer is None:
        return None
    pieces = [[one["clip"][:16], *one["frames"]] for one in answer["evidence"]]
    short = {key: value for key, value in answer.items() if key not in {"evidence", "item", "segment"}}
    return {**short, "evidence": pieces[:_TOLD_EVIDENCE], "pieces": len(pieces)}


def record_alerts(transaction: Transaction, exam: ExamId, after: str, record: str, custody: BoxPublic) -> None:
    """What fired after a signature or comparison: one row each time, so that the row alone tells nothing.

    A charter with alerts is refused by this version, so none fires yet.
    """
    alert = str(uuid4())
    payload = {"after": after, "fired": [], "record": record}
    transaction.record("alerts.checked", "alert", alert, rows=[readings.alert_row(alert, exam)], payload=payload, seal_to=[custody])


# ---------------------------------------------------------------- signing


def signed_before(lab: OpenLab, session: Session, role: Role, submit: str, kind: str, of: AssignmentId) -> Signed | None:
    """What this same command signed already. Raises SubmitConflictError when the id was another's, or of another assignment."""
    with lab.store.begin(session.actor(role)) as transaction:
        seq = transaction.found_submit(submit, kind=kind)
        event = transaction.one("event", seq=seq) if seq is not None else None
        if event is not None and readings.signed_under(transaction, event["id"]) != of:
            raise SubmitConflictError(submit, event["seq"])
        return Signed(event["id"], event["at"], event["seq"]) if event else None
