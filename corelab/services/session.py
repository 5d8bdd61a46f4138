"""Who is signed in: what the roles permit, and the keys that the password unlocked."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from corelab.domain.access import Duty, LastSignIns, Way
from corelab.domain.accounts import Command, Role, role_for
from corelab.domain.record_errors import CustodyMissingError, DutyOpenError, LabError, NotPermittedError, SignedOutError
from corelab.domain.vocabulary import AccountId
from corelab.services.labs import OpenLab
from corelab.services.pinned import known_custody
from corelab.services.presence import Presence
from corelab.storage import people
from corelab.storage.keys import BoxPublic, BoxSecret, open_lab_secret
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Actor


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, with the keys that the password unlocked. ``custody`` only for coordinators who hold a grant.

    ``lab`` is where the sign-in stands: what is refused to it is written down there. While one of ``duties`` is open nothing else is
    permitted.
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
    way: Way = Way.COMMAND
    duties: frozenset[Duty] = frozenset()
    last: LastSignIns = LastSignIns()  # noqa: RUF009 - frozen, and holds nothing yet
    presence: Presence | None = field(repr=False, compare=False, default=None)
    clocks: tuple[datetime, datetime] | None = field(repr=False, compare=False, default=None)
    """What the clock of this machine showed at the sign-in, and that of the lab's server."""

    def actor(self, role: Role | None) -> Actor:
        return Actor(self.account, role, self.id, self.workstation)


def permit(session: Session, command: Command) -> Role:
    """The role in which this person may do this. Raises NotPermittedError, and leaves an event of the refusal; DutyOpenError.

    Raises SignedOutError too: what only reads ends with the sign-in, the account or the role as well as what writes.

    It is asked before anything is looked up and outside of every transaction, so that a refusal is the same for what is there and what
    is not.
    """
    role = role_for(session.roles, command)
    if role is None:
        _record_refusal(session, command)
        raise NotPermittedError(command)
    if session.duties:
        raise DutyOpenError(session.duties)
    _require_in_force(session, role)
    return role


def _require_in_force(session: Session, role: Role) -> None:
    """In a lab that takes no records the sign-in is not on record either; the person still has to be one of it."""
    if session.lab is None:
        return
    with session.lab.store.read(session.account) as snapshot:
        if session.lab.store.writable:
            snapshot.require_signed_in(session.id, session.account, role)
            return
        person = people.person(snapshot, session.account)
    if person is None or not person.active or role not in person.roles:
        raise SignedOutError


def _record_refusal(session: Session, command: Command) -> None:
    """Where it cannot be written (a read-only lab, a sign-in that is over), the refusal stands all the same."""
    if session.lab is None:
        return
    with suppress(LabError, SignedOutError), session.lab.store.begin(session.actor(None)) as transaction:
        payload = {"command": command.value, "roles": sorted(role.value for role in session.roles)}
        transaction.record("command.refused", "account", session.account, reason="role", payload=payload)


# ---------------------------------------------------------------- keys


def held_custody(session: Session) -> BoxSecret:
    """The custody key of this sign-in. Raises CustodyMissingError, and SignedOutError when the lab has another one since."""
    if session.custody is None:
        raise CustodyMissingError
    if session.lab is not None:
        with session.lab.store.read(session.account) as snapshot:
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
    with lab.store.read(session.account) as snapshot:
        _require_current(snapshot, held)
        sealed = people.sealed_lab_secret(snapshot, name)
    return open_lab_secret(lab.lab_id, name, held, sealed)


def custody_public(lab: OpenLab) -> BoxPublic:
    """The key to which everything secret is also sealed. Raises CustodySwappedError for one that this workstation must not trust."""
    with lab.store.read() as snapshot:
        return known_custody(lab, snapshot)


def box_public(lab: OpenLab, account: AccountId) -> BoxPublic:
    """The key to which something for this person is sealed. Raises LookupError for a person who has no keys yet."""
    with lab.store.read() as snapshot:
        found = people.credential(snapshot, account)
    if found is None:
        raise LookupError(account)
    return found.box_public
