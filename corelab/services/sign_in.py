"""Signing in and out, the check of a password for a signature, and the keys that a sign-in unlocks."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from corelab.domain.accounts import FAILURE_WINDOW, MOST_FAILURES, Command, Person, Role, Status, locks, role_for
from corelab.domain.record_errors import (
    AccountLockedError,
    ClockBackwardError,
    CustodyMissingError,
    KeyRefusedError,
    LabError,
    NotPermittedError,
    SignedOutError,
    SignInRefusedError,
)
from corelab.domain.vocabulary import AccountId
from corelab.services.labs import OpenLab
from corelab.storage import people
from corelab.storage.keys import BoxPublic, BoxSecret, Kdf, Signer, granted_custody, open_lab_secret
from corelab.storage.people import Credential
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Actor, NewRow, Transaction
from corelab.storage.transaction import BACKWARD

_NOBODYS_SALT = b"corelab nobody\0\0"


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, with the keys that the password unlocked. ``custody`` only for coordinators who hold a grant.

    ``lab`` is where the sign-in stands: what is refused to it is written down there.
    """

    id: str
    account: AccountId
    user_name: str
    printed_name: str
    roles: frozenset[Role]
    workstation: str
    box: BoxSecret = field(repr=False)
    custody: BoxSecret | None = field(repr=False, default=None)
    lab: OpenLab | None = field(repr=False, compare=False, default=None)

    def actor(self, role: Role | None) -> Actor:
        return Actor(self.account, role, self.id, self.workstation)


def permit(session: Session, command: Command) -> Role:
    """The role in which this person may do this. Raises NotPermittedError, and leaves an event of the refusal.

    It is asked before anything is looked up and outside of every transaction, so that a refusal is the same for what is there and what
    is not.
    """
    role = role_for(session.roles, command)
    if role is None:
        _record_refusal(session, command)
        raise NotPermittedError(command)
    return role


def _record_refusal(session: Session, command: Command) -> None:
    """Where it cannot be written (a read-only lab, a sign-in that is over), the refusal stands all the same."""
    if session.lab is None:
        return
    with suppress(LabError, SignedOutError), session.lab.store.begin(session.actor(None)) as transaction:
        payload = {"command": command.value, "roles": sorted(role.value for role in session.roles)}
        transaction.record("command.refused", "account", session.account, payload=payload)


# ---------------------------------------------------------------- in and out


@dataclass(frozen=True, slots=True)
class _Known:
    """What the lab knows about the one who types a user name."""

    person: Person | None
    credential: Credential | None
    kdf: Kdf


def sign_in(lab: OpenLab, user: str, password: str) -> Session:
    """Raises SignInRefusedError (the same for a wrong password and an unknown user), AccountLockedError."""
    with lab.store.read() as snapshot:
        known = _known(snapshot, people.person_named(snapshot, user))
    kek = _password_key(known, password)
    _refuse_locked(lab, known.person)
    box = _opened_box(lab, known, kek)
    if box is None or known.person is None or known.credential is None or not known.person.active:
        _record_failure(lab, known.person, Actor(workstation=lab.workstation), "signin.failed")
        raise SignInRefusedError
    return _opened_session(lab, known.person, known.credential, box, (kek, password))


def _known(snapshot: Snapshot, person: Person | None) -> _Known:
    credential = people.credential(snapshot, person.account) if person else None
    return _Known(person, credential, people.kdf_of(snapshot))


def _password_key(known: _Known, password: str) -> bytes:
    """The same derivation whether or not there is such a person, so that the time tells nothing."""
    if known.credential is None:
        return known.kdf.password_key(password, _NOBODYS_SALT)
    return known.credential.kdf.password_key(password, known.credential.salt)


def _opened_box(lab: OpenLab, known: _Known, kek: bytes) -> BoxSecret | None:
    if known.credential is None:
        return None
    try:
        box = known.credential.box(kek, lab.lab_id)
    except KeyRefusedError:
        return None
    return box if box.public == known.credential.box_public else None


def _opened_session(lab: OpenLab, person: Person, credential: Credential, box: BoxSecret, typed: tuple[bytes, str]) -> Session:
    session, machine = str(uuid4()), lab.machine
    with lab.store.begin(Actor(person.account, None, None, machine.id)) as transaction:
        custody = _custody(transaction, lab, person, box)
        rows = [
            NewRow("session", {"id": session, "account_id": person.account, "workstation_id": machine.id}),
            people.attempt_row(person, machine.id, ok=True),
            *_workstation_rows(transaction, lab),
        ]
        transaction.record("session.opened", "session", session, rows=rows)
        _raise_cost(transaction, lab, credential, typed)
    return Session(session, person.account, person.user_name, person.printed_name, person.roles, machine.id, box, custody, lab)


def _workstation_rows(transaction: Transaction, lab: OpenLab) -> tuple[NewRow, ...]:
    """A row where this machine is new, or its name or system changed."""
    machine = lab.machine
    last = transaction.latest("workstation", id=machine.id)
    if last is not None and (last["host"], last["os"]) == (machine.host, machine.os):
        return ()
    values = {"id": machine.id, "n": last["n"] + 1 if last else 1, "host": machine.host, "os": machine.os, "enrolled": False}
    return (NewRow("workstation", values),)


def _raise_cost(transaction: Transaction, lab: OpenLab, credential: Credential, typed: tuple[bytes, str]) -> None:
    """Wrap the keys anew where the lab has raised the cost of passwords since."""
    wanted = people.kdf_of(transaction)
    if credential.kdf == wanted:
        return
    kek, password = typed
    wrapping = people.Wrapping(lab.lab_id, credential.account, credential.n + 1, wanted, "parameters")
    row = wrapping.row(credential.keys(kek, lab.lab_id), password)
    transaction.record("credential.changed", "account", credential.account, rows=[row])
    transaction.forget_old_wraps(credential.account)


def sign_out(lab: OpenLab, session: Session, cause: str = "signed_out") -> None:
    """End the sign-in and overwrite its keys, also where the end cannot be recorded; a sign-in that is over already stays so."""
    try:
        with lab.store.begin(Actor(session.account, None, None, session.workstation)) as transaction:
            if transaction.one("session_end", session_id=session.id) is None:
                row = NewRow("session_end", {"session_id": session.id, "cause": cause})
                transaction.record("session.closed", "session", session.id, rows=[row])
    finally:
        session.box.wipe()
        if session.custody is not None:
            session.custody.wipe()


# ---------------------------------------------------------------- failures


def _refuse_locked(lab: OpenLab, person: Person | None) -> None:
    if person is None:
        return
    with lab.store.read() as snapshot:
        failures = people.failures_since_success(snapshot, person)
    if person.status is Status.LOCKED:
        raise AccountLockedError
    if locks(failures, lab.clock.now()):
        raise AccountLockedError(_free_again(failures))


def _free_again(failures: tuple[datetime, ...]) -> datetime:
    return sorted(failures)[-MOST_FAILURES] + FAILURE_WINDOW


def _record_failure(lab: OpenLab, person: Person | None, actor: Actor, kind: str) -> None:
    """Write the failure down; the one too many locks the account."""
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


# ---------------------------------------------------------------- keys of the signed-in


def signer(lab: OpenLab, session: Session, password: str) -> Signer:
    """The signing key, for one signature; use it in a ``with``.

    Raises SignInRefusedError for a wrong password, which counts towards the lockout; AccountLockedError; ClockBackwardError.
    """
    with lab.store.read() as snapshot:
        known = _known(snapshot, people.person(snapshot, session.account))
        last = snapshot.latest("event", by="seq")
    _refuse_locked(lab, known.person)
    if last is not None:
        _refuse_backward_clock(lab, session, last["at"])
    try:
        return _unwrapped_signer(lab, session, known, password)
    except KeyRefusedError:
        _record_failure(lab, known.person, session.actor(None), "signature.refused")
        raise SignInRefusedError from None


def _unwrapped_signer(lab: OpenLab, session: Session, known: _Known, password: str) -> Signer:
    if known.credential is None:
        raise KeyRefusedError
    return known.credential.signer(_password_key(known, password), lab.lab_id, session.printed_name)


def _refuse_backward_clock(lab: OpenLab, session: Session, last: datetime) -> None:
    now = lab.clock.now()
    if now < last - BACKWARD:
        with lab.store.begin(session.actor(None)):
            pass  # the transaction writes down by itself that the clock went back
        raise ClockBackwardError(now, last)


def _custody(snapshot: Snapshot, lab: OpenLab, person: Person, box: BoxSecret) -> BoxSecret | None:
    if Role.COORDINATOR not in person.roles:
        return None
    sealed = people.sealed_custody(snapshot, person.account, box.public.key_id)
    return granted_custody(lab.lab_id, box, sealed) if sealed else None


def held_custody(session: Session) -> BoxSecret:
    """The custody key of this sign-in. Raises CustodyMissingError, and SignedOutError when the lab has another one since."""
    if session.custody is None:
        raise CustodyMissingError
    if session.lab is not None:
        with session.lab.store.read() as snapshot:
            _require_current(snapshot, session.custody)
    return session.custody


def _require_current(snapshot: Snapshot, held: BoxSecret) -> None:
    if people.custody(snapshot).public != held.public:
        raise SignedOutError


def lab_secret(lab: OpenLab, session: Session, name: str) -> bytes:
    """The lab's secret ``deid``, ``chance`` or ``package``; only a coordinator with custody can compute it.

    Raises CustodyMissingError, and SignedOutError when the custody key was changed since this sign-in.
    """
    held = held_custody(session)
    with lab.store.read() as snapshot:
        _require_current(snapshot, held)
        sealed = people.sealed_lab_secret(snapshot, name)
    return open_lab_secret(lab.lab_id, name, held, sealed)


def custody_public(lab: OpenLab) -> BoxPublic:
    """The key to which everything secret is also sealed."""
    with lab.store.read() as snapshot:
        return people.custody(snapshot).public


def box_public(lab: OpenLab, account: AccountId) -> BoxPublic:
    """The key to which something for this person is sealed. Raises LookupError for a person who has no keys yet."""
    with lab.store.read() as snapshot:
        found = people.credential(snapshot, account)
    if found is None:
        raise LookupError(account)
    return found.box_public
