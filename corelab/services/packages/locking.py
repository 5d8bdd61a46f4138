"""Locks the trial's data: after it no reading, decision or clip enters."""

from dataclasses import dataclass
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning
from corelab.domain.vocabulary import ExamId, ExamState
from corelab.services import accounts, checkpoints
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.errors import LockedError, NotFinalError
from corelab.services.packages.gather import Excluded
from corelab.services.queries.blocking import require_no_open
from corelab.services.verification import Progress, require_sound
from corelab.storage import calibration, readings
from corelab.storage.keys import make_opening
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow

SCOPE = "trial"


@dataclass(frozen=True, slots=True)
class Locked:
    exams: int
    seq: int


def is_locked(snapshot: Snapshot) -> bool:
    last = snapshot.latest("lock", scope=SCOPE)
    return last is not None and str(getattr(last["state"], "value", last["state"])) == "locked"


def require_unlocked(snapshot: Snapshot) -> None:
    """Every service that adds to the trial's data asks this. Raises LockedError."""
    if is_locked(snapshot):
        raise LockedError


def lock(lab: OpenLab, session: Session, reason: str, password: str, progress: Progress | None = None) -> Locked:
    """Locks every exam by a coordinator's signature, when the whole lab verifies; ``progress`` hears how far that is.

    Raises NotFinalError, OpenQueriesError, LockedError, LabFaultyError, SignInRefusedError, or ValueError for a blank reason; then nothing
    is locked.
    """
    role = accounts.permit(session, Command.LOCK)
    lab.store.require_writable()
    if not reason.strip():
        raise ValueError("a lock needs a reason")
    with lab.store.read(session.account) as snapshot:
        require_unlocked(snapshot)
        _final_exams(snapshot)
        require_no_open(snapshot)
    require_sound(lab, progress)
    with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        charter = effective_charter(transaction)
        exams = _final_exams(transaction)
        require_no_open(transaction)
        record = str(uuid4())
        opening = make_opening({"exams": len(exams), "reason_text": reason, "scope": SCOPE, "state": "locked"})
        signature = transaction.signature(
            signer,
            record_type="lock",
            record_id=record,
            revision=1,
            meaning=Meaning.LOCK_APPROVAL,
            charter_hash=charter.hash,
            content_digest=opening.digest,
        )
        last = transaction.latest("lock", scope=SCOPE)
        row = NewRow("lock", {"id": record, "n": (last["n"] if last else 0) + 1, "scope": SCOPE, "state": "locked"})
        states = [readings.state_row(transaction, exam, ExamState.LOCKED) for exam in exams]
        recorded = transaction.record("lock.approved", "lock", record, rows=[signature, row, *states], payload=opening)
        checkpoints.signed_row(transaction, signer)
    return Locked(len(exams), recorded.seq)


def _final_exams(snapshot: Snapshot) -> tuple[ExamId, ...]:
    states = {row["exam_id"]: row["state"] for row in snapshot.all("exam_status")}
    codes = {row["id"]: row["code"] for row in snapshot.all("subject")}
    exams = calibration.trial_exams(snapshot)
    waiting = tuple(
        Excluded(codes[exam["subject_id"]], exam["visit"], states.get(exam["id"], ExamState.RECEIVING.value))
        for exam in exams
        if states.get(exam["id"]) != ExamState.FINAL.value
    )
    if waiting or not exams:
        raise NotFinalError(waiting)
    return tuple(ExamId(exam["id"]) for exam in exams)
