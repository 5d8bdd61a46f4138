"""People of a lab: adding, activating, changing and locking out. Signing in, custody grants and training are re-exported from here."""

from collections.abc import Collection
from dataclasses import replace
from uuid import uuid4

from corelab.domain.access import Duty, IdentityCheck
from corelab.domain.accounts import (
    Command,
    PasswordFault,
    Person,
    Role,
    Status,
    is_printed_name,
    is_user_name,
    may_combine,
    password_fault,
    user_key,
)
from corelab.domain.record_errors import (
    CodeRefusedError,
    KeyRefusedError,
    PasswordRefusedError,
    PasswordWrongError,
    PersonRefusedError,
    SignInRefusedError,
)
from corelab.domain.vocabulary import AccountId
from corelab.services.custody_grants import grant_custody, holds_custody
from corelab.services.labs import OpenLab
from corelab.services.password_check import check_password, signer
from corelab.services.session import Session, box_public, custody_public, held_custody, lab_secret, permit
from corelab.services.sign_in import is_over, sign_in, sign_out
from corelab.services.training import is_trained, record_training, trained_for
from corelab.storage import people as records
from corelab.storage.codes import typed_code
from corelab.storage.keys import NewKeys, new_keys
from corelab.storage.people import Credential, Invitation, Wrapping
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Actor, Transaction

__all__ = [
    "Session",
    "activate",
    "add_person",
    "box_public",
    "change_password",
    "check_password",
    "custody_public",
    "deactivate",
    "grant_custody",
    "held_custody",
    "holds_custody",
    "is_over",
    "is_trained",
    "lab_secret",
    "people",
    "permit",
    "record_training",
    "rename",
    "reset",
    "set_roles",
    "sign_in",
    "sign_out",
    "signer",
    "trained_for",
    "unlock",
]


def people(lab: OpenLab, session: Session) -> tuple[Person, ...]:
    """Everybody who ever had an account."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return records.all_people(snapshot)


# ---------------------------------------------------------------- coming in


def add_person(lab: OpenLab, session: Session, user: str, name: str, roles: Collection[Role], identity: IdentityCheck | None) -> str:
    """A new account; answers the one-time code that its owner turns into a password, within 7 days.

    ``identity``: how it was checked who the person is; nobody is invited without. Raises PersonRefusedError, and on a
    server UserNameTooLongError.
    """
    role = permit(session, Command.ACCOUNT)
    _require_person(user, name, roles)
    if lab.address is not None:
        lab.address.role_of(user_key(user))
    checked = _checked(identity)
    account = AccountId(str(uuid4()))
    with lab.store.begin(session.actor(role)) as transaction:
        if records.person_named(transaction, user) is not None:
            raise PersonRefusedError("taken", user)
        code, row = records.invitation(account, transaction.now, records.kdf_of(transaction))
        rows = [records.account_row(account, user), records.first_revision(account, name, roles, Status.INVITED), row]
        payload = {"user": user_key(user), "name": name, "roles": sorted(each.value for each in roles), "identity": checked}
        transaction.record("account.invited", "account", account, rows=rows, payload=payload)
    return code.text


def _require_person(user: str, name: str, roles: Collection[Role]) -> None:
    if not is_user_name(user):
        raise PersonRefusedError("user_name", user)
    if not is_printed_name(name):
        raise PersonRefusedError("printed_name", name)
    if not may_combine(roles):
        raise PersonRefusedError("roles", ", ".join(sorted(role.value for role in roles)))


def _checked(identity: IdentityCheck | None) -> str:
    if identity is None:
        raise PersonRefusedError("identity")
    return identity.value


def activate(lab: OpenLab, code: str, password: str) -> Person:
    """Turn a one-time code into a password and keys of one's own. Raises CodeRefusedError (an event), PasswordRefusedError.

    Somebody who has keys already, in a lab that was moved to a server since, keeps them: the code lets them in with the password that
    they have. Raises PasswordWrongError when it is not that one; the code is good for another try.
    """
    _require_password(password)
    entered = lab.store.admit(code, password, lab.workstation)
    try:
        known = _with_keys(lab, entered, password) if entered is not None else None
        return known or _activated(lab, _invitation(lab, code, entered), password)
    finally:
        lab.store.leave(entered)


def _with_keys(lab: OpenLab, account: AccountId, password: str) -> Person | None:
    """The person, active already; None for one who is invited. Raises PasswordWrongError."""
    with lab.store.read(account) as snapshot:
        person, credential = records.person(snapshot, account), records.credential(snapshot, account)
    if person is None or credential is None or not person.active:
        return None
    try:
        credential.box(credential.kdf.password_key(password, credential.salt), lab.lab_id).wipe()
    except KeyRefusedError:
        raise PasswordWrongError from None
    return person


def _invitation(lab: OpenLab, code: str, entered: AccountId | None) -> Invitation:
    """The open invitation of this code. Raises CodeRefusedError, written down."""
    try:
        return _found_invitation(lab, code, entered)
    except CodeRefusedError:
        with lab.store.begin(Actor(entered, workstation=lab.workstation)) as transaction:
            transaction.record("code.refused", "lab", lab.lab_id)
        raise


def _found_invitation(lab: OpenLab, code: str, entered: AccountId | None) -> Invitation:
    typed = typed_code(code)
    with lab.store.read(entered) as snapshot:
        found = records.invitations(snapshot, typed.prefix)
    invitation = next((each for each in found if typed.matches(each.id, each.code_hash)), None)
    if invitation is None:
        raise CodeRefusedError
    if lab.clock.now() > invitation.expires_at:
        raise CodeRefusedError(expired=True)
    return invitation


def _activated(lab: OpenLab, invitation: Invitation, password: str) -> Person:
    account = invitation.account
    with lab.store.begin(Actor(account, None, None, lab.workstation)) as transaction:
        person, last = _invited(transaction, account), records.credential(transaction, account)
        active = replace(person, status=Status.ACTIVE)
        reason = "activation" if last is None else "reset"
        wrapping = Wrapping(lab.lab_id, account, last.n + 1 if last else 1, records.kdf_of(transaction), reason)
        rows = [records.next_revision(transaction, active), wrapping.row(new_keys(), password)]
        transaction.record("account.activated", "account", account, rows=rows)
        transaction.forget_old_wraps(account)
    return active


def _invited(snapshot: Snapshot, account: AccountId) -> Person:
    person = records.person(snapshot, account)
    if person is None or person.status is not Status.INVITED:
        raise CodeRefusedError
    return person


def _require_password(password: str) -> None:
    fault = password_fault(password)
    if fault is not None:
        raise PasswordRefusedError(fault)


def change_password(lab: OpenLab, session: Session, old: str, new: str) -> Session:
    """The same keys under a new password; answers the sign-in without the duty to change it.

    Raises PasswordRefusedError, and PasswordWrongError when the old one is wrong.
    """
    _require_password(new)
    if old == new:
        raise PasswordRefusedError(PasswordFault.SAME)
    check_password(lab, session, old)
    with lab.store.begin(session.actor(None)) as transaction:
        credential = records.credential(transaction, session.account)
        if credential is None:
            raise SignInRefusedError
        keys = _keys(lab, credential, old)
        wrapping = Wrapping(lab.lab_id, session.account, credential.n + 1, records.kdf_of(transaction), "password")
        transaction.record("credential.changed", "account", session.account, rows=[wrapping.row(keys, new)], reason="password")
        transaction.forget_old_wraps(session.account)
        transaction.set_password(session.account, session.user_name, new)
    return replace(session, duties=session.duties - {Duty.NEW_PASSWORD})


def _keys(lab: OpenLab, credential: Credential, password: str) -> NewKeys:
    return credential.keys(credential.kdf.password_key(password, credential.salt), lab.lab_id)


# ---------------------------------------------------------------- changing


def deactivate(lab: OpenLab, session: Session, account: AccountId, reason: str) -> Person:
    """Nobody signs in with this account any more; its records stay."""
    return _change(lab, session, account, "account.deactivated", reason, status=Status.DEACTIVATED)


def unlock(lab: OpenLab, session: Session, account: AccountId, reason: str) -> Person:
    """Let a person who failed too often try again. Raises PersonRefusedError when the account is not locked."""
    return _change(lab, session, account, "account.unlocked", reason, status=Status.ACTIVE)


def set_roles(lab: OpenLab, session: Session, account: AccountId, roles: Collection[Role], reason: str) -> Person:
    """Other roles from now on; sign-ins that used a role now lost are over. Nobody changes their own."""
    if not may_combine(roles):
        raise PersonRefusedError("roles", ", ".join(sorted(role.value for role in roles)))
    return _change(lab, session, account, "account.roles", reason, roles=frozenset(roles))


def rename(lab: OpenLab, session: Session, account: AccountId, name: str, reason: str) -> Person:
    """Another printed name from now on; what was signed before keeps the name it was signed with. The user name never changes."""
    if not is_printed_name(name):
        raise PersonRefusedError("printed_name", name)
    return _change(lab, session, account, "account.renamed", reason, name=name)


def reset(lab: OpenLab, session: Session, account: AccountId, reason: str, identity: IdentityCheck | None) -> str:
    """A new one-time code for a person whose password is lost or known to others; the old keys sign nothing any more."""
    role = permit(session, Command.ACCOUNT)
    checked = _checked(identity)
    with lab.store.begin(session.actor(role)) as transaction:
        person = _changeable(transaction, session, account, reason)
        _require_another(transaction, person)
        code, row = records.invitation(account, transaction.now, records.kdf_of(transaction))
        rows = [records.next_revision(transaction, replace(person, status=Status.INVITED)), row]
        transaction.record("account.reset", "account", account, rows=rows, payload={"reason_text": reason, "identity": checked})
    return code.text


def _change(  # noqa: PLR0913 - what a change of an account consists of
    lab: OpenLab,
    session: Session,
    account: AccountId,
    kind: str,
    reason: str,
    *,
    status: Status | None = None,
    roles: frozenset[Role] | None = None,
    name: str | None = None,
) -> Person:
    role = permit(session, Command.ACCOUNT)
    with lab.store.begin(session.actor(role)) as transaction:
        person = _changeable(transaction, session, account, reason)
        changed = replace(person, status=status or person.status, roles=roles or person.roles, printed_name=name or person.printed_name)
        _require_possible(transaction, person, changed)
        payload = {
            "reason_text": reason,
            "from": _said_of(person),
            "to": _said_of(changed),
        }
        transaction.record(kind, "account", account, rows=[records.next_revision(transaction, changed)], payload=payload)
    return changed


def _said_of(person: Person) -> dict[str, str]:
    return {"name": person.printed_name, "status": person.status.value, "roles": records.roles_text(person.roles)}


def _changeable(transaction: Transaction, session: Session, account: AccountId, reason: str) -> Person:
    if not reason.strip():
        raise PersonRefusedError("reason")
    if account == session.account:
        raise PersonRefusedError("self")
    person = records.person(transaction, account)
    if person is None:
        raise PersonRefusedError("unknown", account)
    return person


def _require_possible(transaction: Transaction, person: Person, changed: Person) -> None:
    unlocked = changed.active and not person.active
    if changed == person or (unlocked and person.status is not Status.LOCKED):
        raise PersonRefusedError("status", person.status.value)
    if not changed.active or Role.COORDINATOR not in changed.roles:
        _require_another(transaction, person)


def _require_another(snapshot: Snapshot, person: Person) -> None:
    """Without a coordinator who holds custody, sealed records could be opened by the recovery code only.

    A person who is locked out still holds it: unlocked, their keys open everything again.
    """
    if not records.holds_custody(snapshot, replace(person, status=Status.ACTIVE) if person.status is Status.LOCKED else person):
        return
    if not any(each.account != person.account and records.holds_custody(snapshot, each) for each in records.all_people(snapshot)):
        raise PersonRefusedError("last", person.user_name)
