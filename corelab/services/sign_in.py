"""Signing in and out: password, machine, second factor, and one open window for one person."""

from dataclasses import dataclass, field, replace
from uuid import uuid4

from corelab.domain.access import Way
from corelab.domain.accounts import Person, Role
from corelab.domain.moving import LabMovedError
from corelab.domain.record_errors import (
    KeyRefusedError,
    SecondFactorClosedError,
    SecondFactorNeededError,
    SecondFactorRefusedError,
    SignedInElsewhereError,
    SignedOutError,
    SignInRefusedError,
    WorkstationRefusedError,
)
from corelab.domain.totp import matching_step
from corelab.domain.vocabulary import AccountId
from corelab.services import password_check, presence, witness
from corelab.services.labs import OpenLab
from corelab.services.session import Session
from corelab.services.witness import WitnessFailedError
from corelab.storage import people, sessions
from corelab.storage.keys import BoxSecret, granted_custody, opened_factor
from corelab.storage.people import Credential
from corelab.storage.sessions import OpenSession
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Actor, NewRow, Transaction

_WHOLE = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR})
"""Roles that may read everything on a server."""
ABANDONED, ENDED_ELSEWHERE = "abandoned", "ended_elsewhere"


@dataclass(frozen=True, slots=True)
class _Proven:
    """Who typed the right password, with what it opened; ``step`` of the second factor's code, where there is one."""

    person: Person
    credential: Credential
    box: BoxSecret
    kek: bytes = field(repr=False)
    password: str = field(repr=False)
    step: int | None = None


def sign_in(lab: OpenLab, user: str, password: str, *, code: str | None = None, way: Way = Way.COMMAND, end_other: bool = False) -> Session:
    """One person has one window: another is refused unless its program is gone, or ``end_other`` ends it. Commands do not count.

    ``code`` is that of the second factor. Raises SignInRefusedError (the same for a wrong password and an unknown user),
    AccountLockedError, WorkstationRefusedError, SecondFactorNeededError, SecondFactorClosedError, SignedInElsewhereError.
    """
    entered = lab.store.enter(user, password, lab.workstation)
    try:
        proven = _proven(lab, (user, password, code), entered)
        _check_server(lab, proven.person)
        if not lab.store.writable:
            return _looking_session(lab, proven, way)
        _require_alone(lab, proven.person, way, end_other=end_other)
        return _opened_session(lab, proven, way)
    except BaseException:
        lab.store.leave(entered)
        raise


def _check_server(lab: OpenLab, person: Person) -> None:
    """The quick look that a lab in a folder gets when it is opened; on a server it needs somebody who may read everything."""
    if lab.address is None or not _WHOLE & person.roles:
        return
    from corelab.services.verification import check_server_start  # noqa: PLC0415 - brings what checks packages

    check_server_start(lab)


def _proven(lab: OpenLab, typed: tuple[str, str, str | None], entered: AccountId | None) -> _Proven:
    """``typed``: user, password, code of the second factor; ``entered`` is whom a server let in already."""
    user, password, code = typed
    with lab.store.read(entered) as snapshot:
        known = password_check.known(snapshot, people.person_named(snapshot, user))
    kek = password_check.password_key(known, password)
    with lab.store.read(entered) as snapshot:  # only now, so that a locked account takes as long as any other
        password_check.refuse_locked(snapshot, known.person, lab.clock.now())
    box = password_check.opened_box(lab, known, kek)
    if box is None or known.person is None or known.credential is None or not known.person.active:
        password_check.record_failure(lab, known.person, Actor(entered, workstation=lab.workstation), "signin.failed")
        raise SignInRefusedError
    _require_enrolled(lab, known.person)
    step = _factor_step(lab, known.person, box, code, entered)
    return _Proven(known.person, known.credential, box, kek, password, step)


def _require_enrolled(lab: OpenLab, person: Person) -> None:
    """The machine is written down all the same, so that an administrator can enrol it."""
    machine = lab.machine
    with lab.store.read(person.account) as snapshot:
        last = sessions.machine(snapshot, machine.id)
        open_to_all = not sessions.access_rules(snapshot).enrolled_only
    if open_to_all or (last is not None and last["enrolled"] and last["host"] == machine.host):
        return
    if lab.store.writable:
        with lab.store.begin(Actor(person.account, None, None, machine.id)) as transaction:
            transaction.record("workstation.refused", "account", person.account, rows=_workstation_rows(transaction, lab))
    raise WorkstationRefusedError(machine.id, machine.host)


def _factor_step(lab: OpenLab, person: Person, box: BoxSecret, code: str | None, entered: AccountId | None) -> int | None:
    with lab.store.read(person.account) as snapshot:
        factor = sessions.second_factor(snapshot, person.account)
    if factor is None:
        return None
    try:
        secret = opened_factor(lab.lab_id, box, factor.sealed)
    except KeyRefusedError:
        raise SecondFactorClosedError from None
    if code is None:
        raise SecondFactorNeededError
    step = matching_step(secret, code, lab.clock.now(), factor.spent)
    if step is None:
        password_check.record_failure(lab, person, Actor(entered, workstation=lab.workstation), "signin.failed")
        raise SecondFactorRefusedError
    return step


# ---------------------------------------------------------------- one window for one person


def _require_alone(lab: OpenLab, person: Person, way: Way, *, end_other: bool) -> None:
    """What a program that died left open here is ended; another open window refuses, or is ended where that was asked."""
    with lab.store.read(person.account) as snapshot:
        found = sessions.open_sessions_of(snapshot, person.account)
    for each in found:
        here = each.workstation == lab.workstation
        if here and not presence.is_alive(lab.configuration, each.id):
            _end(lab, person, each, ABANDONED)
        elif each.way is Way.WINDOW and not (here and way is Way.COMMAND):
            _end_or_refuse(lab, person, each, end_other=end_other)


def _require_still_alone(snapshot: Snapshot, lab: OpenLab, person: Person, way: Way) -> None:
    """Two windows that are opened in the same moment both find nobody; the one that is recorded first is the one."""
    others = sessions.open_sessions_of(snapshot, person.account) if way is Way.WINDOW else ()
    for each in others:
        if each.way is Way.WINDOW:
            raise SignedInElsewhereError(each.host, each.since, here=each.workstation == lab.workstation)


def _end_or_refuse(lab: OpenLab, person: Person, other: OpenSession, *, end_other: bool) -> None:
    if end_other:
        _end(lab, person, other, ENDED_ELSEWHERE)
        return
    with lab.store.begin(Actor(person.account, None, None, lab.workstation)) as transaction:
        transaction.record("signin.elsewhere", "account", person.account, payload={"open": other.id, "workstation": other.workstation})
    raise SignedInElsewhereError(other.host, other.since, here=other.workstation == lab.workstation)


def _end(lab: OpenLab, person: Person, other: OpenSession, cause: str) -> None:
    with lab.store.begin(Actor(person.account, None, None, lab.workstation)) as transaction:
        if transaction.one("session_end", session_id=other.id) is None:
            transaction.record("session.closed", "session", other.id, rows=[sessions.session_end(other.id, cause)], reason=cause)


# ---------------------------------------------------------------- in and out


def _opened_session(lab: OpenLab, proven: _Proven, way: Way) -> Session:
    session, machine, person = str(uuid4()), lab.machine, proven.person
    held = presence.hold(lab.configuration, session)
    with lab.store.begin(Actor(person.account, None, None, machine.id)) as transaction:
        _require_still_alone(transaction, lab, person, way)
        rules, last = sessions.access_rules(transaction), sessions.last_sign_ins(transaction, person)
        chosen = sessions.password_chosen(transaction, person.account)
        duties = rules.duties(person.roles, has_factor=proven.step is not None, chosen=chosen, now=transaction.now)
        custody = _custody(transaction, lab, person, proven.box)
        rows = [
            NewRow("session", {"id": session, "account_id": person.account, "workstation_id": machine.id}),
            people.attempt_row(person, machine.id, ok=True),
            *_workstation_rows(transaction, lab),
        ]
        transaction.record("session.opened", "session", session, rows=rows, payload={"way": way.value, "step": proven.step})
        _raise_cost(transaction, lab, proven)
        clocks = (lab.clock.now(), transaction.now) if lab.address is not None else None
    return replace(_session(lab, proven, way, session), custody=custody, duties=duties, last=last, presence=held, clocks=clocks)


def _looking_session(lab: OpenLab, proven: _Proven, way: Way) -> Session:
    """For a lab that takes no records: whoever has the password may look, as their role allows."""
    session, person = str(uuid4()), proven.person
    with lab.store.read(person.account) as snapshot:
        custody, last = _custody(snapshot, lab, person, proven.box), sessions.last_sign_ins(snapshot, person)
    held = presence.hold(lab.configuration, session)
    return replace(_session(lab, proven, way, session), custody=custody, last=last, presence=held)


def _session(lab: OpenLab, proven: _Proven, way: Way, id_: str) -> Session:
    """Who it is and where."""
    person = proven.person
    return Session(
        id=id_,
        account=person.account,
        user_name=person.user_name,
        printed_name=person.printed_name,
        roles=person.roles,
        workstation=lab.workstation,
        box=proven.box,
        lab=lab,
        way=way,
    )


def _workstation_rows(transaction: Transaction, lab: OpenLab) -> tuple[NewRow, ...]:
    """A row where this machine is new, or its name or system changed. One that changed its name has to be enrolled anew."""
    machine = lab.machine
    last = sessions.machine(transaction, machine.id)
    if last is None:
        return (NewRow("workstation", {"id": machine.id, "n": 1, "host": machine.host, "os": machine.os, "enrolled": False}),)
    if (last["host"], last["os"]) == (machine.host, machine.os):
        return ()
    enrolled = bool(last["enrolled"]) and last["host"] == machine.host
    return (sessions.machine_row(last, host=machine.host, os=machine.os, enrolled=enrolled),)


def _raise_cost(transaction: Transaction, lab: OpenLab, proven: _Proven) -> None:
    """Wrap the keys anew where the lab has raised the cost of passwords since."""
    credential, wanted = proven.credential, people.kdf_of(transaction)
    if credential.kdf == wanted:
        return
    wrapping = people.Wrapping(lab.lab_id, credential.account, credential.n + 1, wanted, "parameters")
    row = wrapping.row(credential.keys(proven.kek, lab.lab_id), proven.password)
    transaction.record("credential.changed", "account", credential.account, rows=[row])
    transaction.forget_old_wraps(credential.account)


def _custody(snapshot: Snapshot, lab: OpenLab, person: Person, box: BoxSecret) -> BoxSecret | None:
    if Role.COORDINATOR not in person.roles:
        return None
    sealed = people.sealed_custody(snapshot, person.account, box.public.key_id)
    return granted_custody(lab.lab_id, box, sealed) if sealed else None


def is_over(lab: OpenLab, session: Session) -> bool:
    """Whether this sign-in was ended, here or elsewhere, or its person is not active any more."""
    if not lab.store.writable:
        return False
    with lab.store.read(session.account) as snapshot:
        try:
            snapshot.require_signed_in(session.id, session.account, None)
        except SignedOutError:
            return True
    return False


def sign_out(lab: OpenLab, session: Session, cause: str = "signed_out") -> WitnessFailedError | None:
    """End the sign-in and overwrite its keys, also where the end cannot be recorded; a sign-in that is over already stays so.

    Answers why the witness, where this workstation has one, got no copy of the head of the trail.
    """
    if not lab.store.writable:
        _forgotten(lab, session)
        return None
    try:
        with lab.store.begin(Actor(session.account, None, None, session.workstation)) as transaction:
            if transaction.one("session_end", session_id=session.id) is None:
                transaction.record("session.closed", "session", session.id, rows=[sessions.session_end(session.id, cause)])
        return witness.leave_copy(lab, session.account)
    except LabMovedError:  # by this very person, perhaps: there is nothing to write it down in any more
        return None
    finally:
        _forgotten(lab, session)


def _forgotten(lab: OpenLab, session: Session) -> None:
    lab.store.leave(session.account)
    session.box.wipe()
    if session.custody is not None:
        session.custody.wipe()
    if session.presence is not None:
        session.presence.release()
