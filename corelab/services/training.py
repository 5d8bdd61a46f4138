"""The gate before reading: who was trained for which charter."""

from corelab.domain.accounts import Command, Role
from corelab.domain.charter import Charter
from corelab.domain.record_errors import PersonRefusedError
from corelab.domain.vocabulary import AccountId
from corelab.services.labs import OpenLab, charter_of
from corelab.services.session import Session, permit
from corelab.storage import people as records
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow

CERTIFIED = "certified"


def record_training(lab: OpenLab, session: Session, account: AccountId, charter_hash: str) -> None:
    """The person has passed the training for this charter, and so for every charter of its major version."""
    role = permit(session, Command.TRAINING)
    with lab.store.begin(session.actor(role)) as transaction:
        if records.person(transaction, account) is None:
            raise PersonRefusedError("unknown", account)
        charter_of(transaction, charter_hash)
        values = {"account_id": account, "charter_hash": charter_hash, "passed_at": transaction.now}
        transaction.record("training.recorded", "account", account, rows=[NewRow("training", values)])


def is_trained(lab: OpenLab, account: AccountId, charter_hash: str) -> bool:
    """Whether this person's training is of the major version of this charter."""
    with lab.store.read() as snapshot:
        return trained_for(snapshot, account, charter_hash)


def trained_for(snapshot: Snapshot, account: AccountId, charter_hash: str) -> bool:
    """True for everybody where the charter asks for no record of training."""
    charter = charter_of(snapshot, charter_hash)
    passed = snapshot.all("training", account_id=account)
    return not charter.certification.training_record or any(
        charter_of(snapshot, row["charter_hash"]).major == charter.major for row in passed
    )


def able_for(snapshot: Snapshot, account: AccountId, charter: Charter) -> bool:
    """Whether this person may read exams of the trial: trained for the charter's major version, and certified where it asks for that.

    Who only adjudicates reads no calibration set and needs no certificate.
    """
    if not trained_for(snapshot, account, charter.hash):
        return False
    person = records.person(snapshot, account)
    reads = person is not None and Role.READER in person.roles
    return not reads or charter.certification.calibration_exams == 0 or _certified(snapshot, account, charter)


def _certified(snapshot: Snapshot, account: AccountId, charter: Charter) -> bool:
    """The last verdict about the person under this major version."""
    verdicts = (
        row["verdict"]
        for row in sorted(snapshot.all("certification", account_id=account), key=lambda row: row["event_seq"])
        if charter_of(snapshot, row["charter_hash"]).major == charter.major
    )
    return next(reversed(tuple(verdicts)), None) == CERTIFIED


def trained_again(snapshot: Snapshot, account: AccountId, reading_type: str) -> bool:
    """Fell short of the calibration set and was trained since, but not dealt it anew: it is read once more."""
    verdict = max(snapshot.all("certification", account_id=account), key=lambda row: row["event_seq"], default=None)
    if verdict is None or verdict["verdict"] == CERTIFIED:
        return False
    dealt = snapshot.all("assignment", account_id=account, kind="calibration", reading_type=reading_type)
    last = max((row["event_seq"] for row in (*dealt, verdict)), default=0)
    return any(row["event_seq"] > last for row in snapshot.all("training", account_id=account))
