"""The check of a password, at sign-in, for a signature and for the lock: opening the wrapped keys is the check, failures count."""

from dataclasses import dataclass
from datetime import datetime

from corelab.domain.accounts import FAILURE_WINDOW, MOST_FAILURES, Person, Role, Status, locks
from corelab.domain.record_errors import AccountLockedError, ClockBackwardError, KeyRefusedError, PasswordWrongError
from corelab.services.labs import OpenLab
from corelab.services.session import Session
from corelab.storage import people
from corelab.storage.keys import BoxSecret, Kdf, Signer
from corelab.storage.people import Credential
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Actor, Transaction
from corelab.storage.transaction import BACKWARD

_NOBODYS_SALT = b"corelab nobody\0\0"


@dataclass(frozen=True, slots=True)
class Known:
    """What the lab knows about the one who types a user name."""

    person: Person | None
    credential: Credential | None
    kdf: Kdf


def known(snapshot: Snapshot, person: Person | None) -> Known:
    credential = people.credential(snapshot, person.account) if person else None
    return Known(person, credential, people.kdf_of(snapshot))


def password_key(of: Known, password: str) -> bytes:
    """The same derivation whether or not there is such a person, so that the time tells nothing."""
    if of.credential is None:
        return of.kdf.password_key(password, _NOBODYS_SALT)
    return of.credential.kdf.password_key(password, of.credential.salt)


def opened_box(lab: OpenLab, of: Known, kek: bytes) -> BoxSecret | None:
    """The secret box key, or None where the password was wrong."""
    if of.credential is None:
        return None
    try:
        box = of.credential.box(kek, lab.lab_id)
    except KeyRefusedError:
        return None
    return box if box.public == of.credential.box_public else None


# ---------------------------------------------------------------- of who is signed in


def signer(lab: OpenLab, session: Session, password: str) -> Signer:
    """The signing key, for one signature; use it in a ``with``.

    Raises PasswordWrongError, which counts towards the lockout; AccountLockedError; ClockBackwardError.
    """
    with lab.store.read(session.account) as snapshot:
        last, of = snapshot.latest("event", by="seq"), _allowed(snapshot, lab, session)
    if last is not None:
        _refuse_backward_clock(lab, session, last["at"])
    return _unwrapped(lab, session, of, (password, "signature.refused"))


def check_password(lab: OpenLab, session: Session, password: str) -> None:
    """Whether it is still the same person who sits there. Raises PasswordWrongError, which counts, and AccountLockedError."""
    with lab.store.read(session.account) as snapshot:
        of = _allowed(snapshot, lab, session)
    with _unwrapped(lab, session, of, (password, "unlock.refused")):
        return


def _allowed(snapshot: Snapshot, lab: OpenLab, session: Session) -> Known:
    """Who types the password, when the account is not locked. Raises AccountLockedError."""
    of = known(snapshot, people.person(snapshot, session.account))
    refuse_locked(snapshot, of.person, lab.clock.now())
    return of


def _unwrapped(lab: OpenLab, session: Session, of: Known, typed: tuple[str, str]) -> Signer:
    """``typed``: the password, and the kind of event that a wrong one leaves."""
    password, failure = typed
    kek = password_key(of, password)
    try:
        return _signer(lab, of, kek)
    except KeyRefusedError:
        record_failure(lab, of.person, session.actor(None), failure)
        raise PasswordWrongError from None


def _signer(lab: OpenLab, of: Known, kek: bytes) -> Signer:
    """With the printed name as it is now: it may have changed since this sign-in."""
    if of.credential is None or of.person is None:
        raise KeyRefusedError
    return of.credential.signer(kek, lab.lab_id, of.person.printed_name)


def _refuse_backward_clock(lab: OpenLab, session: Session, last: datetime) -> None:
    now = lab.clock.now()
    if now < last - BACKWARD:
        with lab.store.begin(session.actor(None)):
            pass  # the transaction writes down by itself that the clock went back
        raise ClockBackwardError(now, last)


# ---------------------------------------------------------------- failures


def refuse_locked(snapshot: Snapshot, person: Person | None, now: datetime) -> None:
    """Raises AccountLockedError."""
    if person is None:
        return
    failures = people.failures_since_success(snapshot, person)
    if person.status is Status.LOCKED:
        raise AccountLockedError
    if locks(failures, now):
        raise AccountLockedError(_free_again(failures))


def _free_again(failures: tuple[datetime, ...]) -> datetime:
    return sorted(failures)[-MOST_FAILURES] + FAILURE_WINDOW


def record_failure(lab: OpenLab, person: Person | None, actor: Actor, kind: str) -> None:
    """Write the failure down; the one too many locks the account."""
    if not lab.store.writable:
        return  # nothing can be counted in a lab that takes no records
    with lab.store.begin(actor) as transaction:
        id_ = person.account if person else None
        transaction.record(kind, "account", id_, rows=[people.attempt_row(person, lab.workstation, ok=False)])
        if person is not None and person.active and locks(people.failures_since_success(transaction, person), transaction.now):
            _lock(transaction, person)


def _lock(transaction: Transaction, person: Person) -> None:
    """The last administrator is not locked for good, since nobody could unlock: the failures themselves refuse for their 15 minutes."""
    if person.roles == {Role.ADMINISTRATOR} and _active(transaction, Role.ADMINISTRATOR) == 1:
        return
    locked = Person(person.account, person.user_name, person.printed_name, person.roles, Status.LOCKED)
    transaction.record("account.locked", "account", person.account, rows=[people.next_revision(transaction, locked)])


def _active(snapshot: Snapshot, role: Role) -> int:
    return sum(each.active and role in each.roles for each in people.all_people(snapshot))
