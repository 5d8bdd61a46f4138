"""The second factor of a person: enrolled by its owner, removed by two others. Its secret opens with the owner's keys only."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from corelab.domain.access import Duty
from corelab.domain.accounts import Command, Role
from corelab.domain.record_errors import PersonRefusedError, SecondFactorClosedError, SecondFactorRefusedError
from corelab.domain.totp import SECRET_BYTES, address, matching_step, spoken
from corelab.domain.vocabulary import AccountId
from corelab.services.labs import OpenLab
from corelab.services.session import Session, permit
from corelab.storage import people, sessions
from corelab.storage.keys import new_secret, seal_factor
from corelab.storage.snapshot import Row, Snapshot

_REQUEST_LIFE = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that is not in force yet: to be typed or read into an authenticator, then proved by its first code."""

    secret: bytes = field(repr=False)
    typed: str = field(repr=False)
    address: str = field(repr=False)


def begin(lab: OpenLab, session: Session) -> Enrolment:
    """A fresh secret, kept nowhere yet. Raises SecondFactorClosedError for who has a second factor."""
    _require_none(lab, session)
    secret = new_secret(SECRET_BYTES)
    return Enrolment(secret, spoken(secret), address(secret, f"corelab {lab.trial_id}", session.user_name))


def enrol(lab: OpenLab, session: Session, secret: bytes, code: str) -> Session:
    """From now on asked after the password; answers the sign-in without the duty to set it up. Raises SecondFactorRefusedError."""
    _require_none(lab, session)
    step = matching_step(secret, code, lab.clock.now())
    if step is None:
        raise SecondFactorRefusedError
    with lab.store.begin(session.actor(None)) as transaction:
        row = sessions.second_factor_row(transaction, session.account, seal_factor(lab.lab_id, session.box.public, secret))
        transaction.record("factor.enrolled", "account", session.account, rows=[row], payload={"step": step})
    return replace(session, duties=session.duties - {Duty.SECOND_FACTOR})


def is_on(lab: OpenLab, session: Session) -> bool:
    """Whether the person has one."""
    with lab.store.read(session.account) as snapshot:
        return sessions.second_factor(snapshot, session.account) is not None


def _require_none(lab: OpenLab, session: Session) -> None:
    if is_on(lab, session):
        raise SecondFactorClosedError


# ---------------------------------------------------------------- two people remove it


def request_removal(lab: OpenLab, session: Session, account: AccountId, reason: str) -> None:
    """An administrator asks, because the device is lost; nothing changes until another person confirms. Raises PersonRefusedError."""
    role = permit(session, Command.ACCOUNT)
    with lab.store.begin(session.actor(role)) as transaction:
        _require_other(transaction, session, account)
        if not reason.strip():
            raise PersonRefusedError("reason")
        transaction.record("factor.removal.requested", "account", account, payload={"reason_text": reason})


def confirm_removal(lab: OpenLab, session: Session, account: AccountId) -> None:
    """The second person: another administrator, or a coordinator; neither the one who asked nor the owner. Raises PersonRefusedError."""
    role = permit(session, Command.FACTOR)
    with lab.store.begin(session.actor(role)) as transaction:
        _require_other(transaction, session, account)
        request = _open_request(transaction, account)
        if request is None or transaction.now - request["at"] > _REQUEST_LIFE:
            raise PersonRefusedError("not_requested")
        if request["actor"] == session.account:
            raise PersonRefusedError("second_person")
        row = sessions.second_factor_row(transaction, account, None)
        transaction.record("factor.removed", "account", account, rows=[row], payload={"requested": request["seq"]})


def removals(lab: OpenLab, session: Session) -> tuple[AccountId, ...]:
    """Whose second factor waits for the confirmation of a second person."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        having = (each.account for each in people.all_people(snapshot) if sessions.second_factor(snapshot, each.account))
        now = lab.clock.now()
        found = ((account, _open_request(snapshot, account)) for account in having)
        return tuple(account for account, request in found if request is not None and now - request["at"] <= _REQUEST_LIFE)


def holders(lab: OpenLab, session: Session) -> tuple[AccountId, ...]:
    """Who has a second factor."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return tuple(each.account for each in people.all_people(snapshot) if sessions.second_factor(snapshot, each.account))


def _require_other(snapshot: Snapshot, session: Session, account: AccountId) -> None:
    if account == session.account:
        raise PersonRefusedError("self")
    if people.person(snapshot, account) is None:
        raise PersonRefusedError("unknown", account)
    if sessions.second_factor(snapshot, account) is None:
        raise PersonRefusedError("no_factor", account)


def _open_request(snapshot: Snapshot, account: AccountId) -> Row | None:
    """The last request since the second factor was set up."""
    factor = sessions.second_factor(snapshot, account)
    found = snapshot.events(kind="factor.removal.requested", id=account, after=factor.seq) if factor else ()
    return found[-1] if found else None


def required_of(lab: OpenLab) -> frozenset[Role]:
    """The roles of which this lab asks a second factor."""
    with lab.store.read() as snapshot:
        return sessions.access_rules(snapshot).second_factor
