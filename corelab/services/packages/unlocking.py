"""Opens a locked trial again: by signature, by two coordinators where the lab has two."""

from dataclasses import dataclass
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning, Role, Status
from corelab.domain.audit import Hex
from corelab.domain.reasons import reason_words
from corelab.domain.record_errors import NotLockedError, SecondPersonError
from corelab.domain.vocabulary import AccountId, ExamId, ExamState
from corelab.services import accounts, refusals
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import SCOPE, is_locked
from corelab.storage import people, readings
from corelab.storage.keys import Opening, Signer, make_opening
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class Unlocked:
    """``confirmed``: the data are open again, ``exams`` are final as before the lock; else a second coordinator has to agree."""

    confirmed: bool
    exams: int
    seq: int


@dataclass(frozen=True, slots=True)
class UnlockRequest:
    """What one coordinator asked for; ``record`` is what both sign."""

    record: str
    by: AccountId
    seq: int


def unlock(lab: OpenLab, session: Session, reason: str, password: str) -> Unlocked:
    """The first of two coordinators asks, another one agrees with an own reason; a lab with one coordinator needs no second.

    Packages that were made stay what they were, and a later lock counts on.
    Raises NotLockedError, SecondPersonError when who asked asks again, ReasonRefusedError, SignInRefusedError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.LOCK)
    with refusals.recorded(lab, session, "unlock", "lab", lab.lab_id):
        words = reason_words(reason)
        with lab.store.read(session.account) as snapshot:
            _require_my_turn(snapshot, session)
        with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
            _require_my_turn(transaction, session)
            asked = pending(transaction)
            if asked is None and two_needed(transaction):
                return _request(transaction, signer, words)
            return _approve(transaction, signer, words, asked)


def pending(snapshot: Snapshot) -> UnlockRequest | None:
    """The request that waits for a second coordinator, of a person who still is one."""
    last = snapshot.latest("lock", scope=SCOPE)
    if last is None or not is_locked(snapshot):
        return None
    for event in reversed(snapshot.events(kind="unlock.requested", after=last["event_seq"])):
        person = people.person(snapshot, event["actor"])
        if person is not None and person.active and Role.COORDINATOR in person.roles:
            return UnlockRequest(event["id"], person.account, event["seq"])
    return None


def two_needed(snapshot: Snapshot) -> bool:
    """Whether the lab has a second coordinator. One who is locked out counts: anybody can lock out another by wrong passwords."""
    there = (each for each in people.all_people(snapshot) if each.status in {Status.ACTIVE, Status.LOCKED})
    return sum(Role.COORDINATOR in each.roles for each in there) > 1


def _require_my_turn(snapshot: Snapshot, session: Session) -> None:
    if not is_locked(snapshot):
        raise NotLockedError
    asked = pending(snapshot)
    if asked is not None and asked.by == session.account and two_needed(snapshot):
        raise SecondPersonError


def _request(transaction: Transaction, signer: Signer, words: str) -> Unlocked:
    record, opening = str(uuid4()), _opening(words, "requested")
    signature = _signature(transaction, signer, record, opening.digest)
    recorded = transaction.record("unlock.requested", "lock", record, rows=[signature], payload=opening)
    return Unlocked(confirmed=False, exams=0, seq=recorded.seq)


def _approve(transaction: Transaction, signer: Signer, words: str, asked: UnlockRequest | None) -> Unlocked:
    record = asked.record if asked is not None and asked.by != signer.account else str(uuid4())
    opening = _opening(words, "unlocked")
    signature = _signature(transaction, signer, record, opening.digest)
    exams = tuple(ExamId(row["exam_id"]) for row in _locked_exams(transaction))
    states = [readings.state_row(transaction, exam, ExamState.FINAL) for exam in exams]
    last = transaction.latest("lock", scope=SCOPE)
    row = NewRow("lock", {"id": record, "n": (last["n"] if last else 0) + 1, "scope": SCOPE, "state": "unlocked"})
    recorded = transaction.record("unlock.approved", "lock", record, rows=[signature, row, *states], payload=opening)
    return Unlocked(confirmed=True, exams=len(exams), seq=recorded.seq)


def _opening(words: str, state: str) -> Opening:
    return make_opening({"reason_text": words, "scope": SCOPE, "state": state})


def _signature(transaction: Transaction, signer: Signer, record: str, digest: Hex) -> NewRow:
    return transaction.signature(
        signer,
        record_type="lock",
        record_id=record,
        revision=1,
        meaning=Meaning.UNLOCK_APPROVAL,
        charter_hash=effective_charter(transaction).hash,
        content_digest=digest,
    )


def _locked_exams(snapshot: Snapshot) -> list[Row]:
    latest = {row["exam_id"]: row for row in sorted(snapshot.all("exam_status"), key=lambda row: row["n"])}
    return [row for row in latest.values() if row["state"] == ExamState.LOCKED.value]
