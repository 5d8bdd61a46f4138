"""A later version of the charter: read, compared with the one in force, stored as it is, and signed by a coordinator."""

import hashlib
import tomllib
from dataclasses import dataclass

from corelab.domain.accounts import Command, Meaning, Role
from corelab.domain.charter import Charter, CharterError, load_charter, not_executed
from corelab.domain.charter.step import Step, step_between, step_needed
from corelab.domain.reading_errors import CharterRefusal, CharterRefusedError
from corelab.services.accounts import Session, permit, signer
from corelab.services.eligibility import Pool
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.storage.keys import Opening, Signer, make_opening
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class Approved:
    """``untrained``: how many active readers and adjudicators open nothing until their training is recorded.

    ``exams``: how many exams stay under an earlier charter.
    """

    charter: str
    version: str
    former: str
    untrained: int
    exams: int


def approve(lab: OpenLab, session: Session, toml: bytes, password: str) -> Approved:
    """The charter in these bytes is in force from now on, for exams that come in from now on.

    Exams that are in the lab keep the charter they came in under: their readings and decisions name it. Training counts for its major
    version, so a new one closes reading to everybody until theirs is recorded.
    Raises CharterError (faults, or what is not carried out), CharterRefusedError, LockedError, SignInRefusedError; nothing is kept then.
    """
    role = permit(session, Command.CHARTER)
    charter = _executable(toml)
    with lab.store.read() as snapshot:
        _require_successor(snapshot, charter, toml)
    with signer(lab, session, password) as signing, lab.store.begin(session.actor(role)) as transaction:
        former = _require_successor(transaction, charter, toml)
        _load(transaction, charter, toml)
        _sign(transaction, charter, former, signing)
        untrained, exams = _untrained(transaction, charter), len(transaction.all("exam"))
    return Approved(charter.hash, charter.version, former.version, untrained, exams)


def _executable(toml: bytes) -> Charter:
    charter = load_charter(toml)
    faults = not_executed(charter)
    if faults:
        raise CharterError(faults)
    return charter


def _require_successor(snapshot: Snapshot, charter: Charter, toml: bytes) -> Charter:
    """The charter in force, when this one may follow it. Raises CharterRefusedError, LockedError."""
    require_unlocked(snapshot)
    former = effective_charter(snapshot)
    if (charter.id, charter.trial.id) != (former.id, former.trial.id):
        raise CharterRefusedError(CharterRefusal.OTHER, former.version)
    if snapshot.one("charter", version=charter.version) is not None:
        raise CharterRefusedError(CharterRefusal.VERSION_USED, charter.version)
    given = step_between(former.version, charter.version)
    if given is Step.NONE or former.version not in charter.header.supersedes:
        raise CharterRefusedError(CharterRefusal.NOT_LATER, former.version)
    if given < step_needed(_tree(_stored(snapshot, former)), _tree(toml)):
        raise CharterRefusedError(CharterRefusal.STEP, former.version)
    gone = _used(snapshot) - _named(charter)
    if gone:
        raise CharterRefusedError(CharterRefusal.IN_USE, ", ".join(sorted(gone)))
    return former


def _tree(toml: bytes) -> dict[str, object]:
    return tomllib.loads(toml.decode("utf-8"))


def _stored(snapshot: Snapshot, charter: Charter) -> bytes:
    row = snapshot.one("charter", hash=charter.hash)
    if row is None:
        raise LookupError(charter.hash)
    return bytes(row["toml"])


def _used(snapshot: Snapshot) -> set[str]:
    """Visits and reading types that the lab's exams already name: without them they could be neither dealt nor shown."""
    return {row["visit"] for row in snapshot.all("exam")} | {row["reading_type"] for row in snapshot.all("assignment")}


def _named(charter: Charter) -> set[str]:
    return {visit.id for visit in charter.visits} | {kind.id for kind in charter.reading_types}


def _load(transaction: Transaction, charter: Charter, toml: bytes) -> None:
    file_sha256 = hashlib.sha256(toml).hexdigest()
    values = {"hash": charter.hash, "file_sha256": file_sha256, "version": charter.version, "toml": toml}
    payload = {"charter": charter.id, "version": charter.version, "file": file_sha256}
    transaction.record("charter.loaded", "charter", charter.hash, rows=[NewRow("charter", values)], payload=payload)


def _sign(transaction: Transaction, charter: Charter, former: Charter, signing: Signer) -> None:
    approved: Opening = make_opening(
        {"charter": charter.id, "version": charter.version, "hash": charter.hash, "former": former.hash, "changes": charter.header.changes}
    )
    row = transaction.signature(
        signing,
        record_type="charter",
        record_id=charter.hash,
        revision=1,
        meaning=Meaning.CHARTER_APPROVAL,
        charter_hash=charter.hash,
        content_digest=approved.digest,
    )
    transaction.record("charter.approved", "charter", charter.hash, rows=[row], payload=approved)


def _untrained(snapshot: Snapshot, charter: Charter) -> int:
    pool = Pool(snapshot, charter)
    able = [one for one in pool.everybody if one.active and one.roles & {Role.READER, Role.ADJUDICATOR}]
    return len(able) - len(pool.trained)
