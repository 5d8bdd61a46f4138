"""A later version of the charter: read, compared with the one in force, stored as it is, and signed by a coordinator."""

import tomllib
from dataclasses import dataclass

from corelab.domain.accounts import Command, Role
from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.step import Step, step_between, step_needed
from corelab.domain.reading_errors import CharterRefusal, CharterRefusedError
from corelab.services import charter_records
from corelab.services.accounts import Session, permit, signer
from corelab.services.eligibility import Pool
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.storage.snapshot import Snapshot


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
    Raises CharterError, CharterRefusedError, LockedError, SignInRefusedError; nothing is kept then.
    """
    role = permit(session, Command.CHARTER)
    charter = load_charter(toml)
    with lab.store.read(session.account) as snapshot:
        _require_successor(snapshot, charter, toml)
    with signer(lab, session, password) as signing, lab.store.begin(session.actor(role)) as transaction:
        former = _require_successor(transaction, charter, toml)
        charter_records.record_loaded(transaction, charter, toml)
        charter_records.record_approved(transaction, charter, signing, former)
        untrained, exams = _untrained(transaction, charter), len(transaction.all("exam"))
    return Approved(charter.hash, charter.version, former.version, untrained, exams)


def require_approvable(lab: OpenLab, toml: bytes) -> None:
    """Raises what ``approve`` would refuse this file with, apart from the password."""
    charter = load_charter(toml)
    with lab.store.read() as snapshot:
        _require_successor(snapshot, charter, toml)


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


def _untrained(snapshot: Snapshot, charter: Charter) -> int:
    pool = Pool(snapshot, charter)
    able = [one for one in pool.everybody if one.active and one.roles & {Role.READER, Role.ADJUDICATOR}]
    return len(able) - len(pool.trained)
