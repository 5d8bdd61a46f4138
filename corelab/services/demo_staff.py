"""The people of a lab to try things out: everybody called by their role, trained, signed in, with passwords that are handed back."""

import secrets
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Self

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.addresses import Place, ServerAddress
from corelab.domain.charter import Charter, load_charter
from corelab.domain.clock import Clock
from corelab.domain.vocabulary import LabKind
from corelab.services import accounts, acknowledgements, certification, labs
from corelab.services.accounts import Session
from corelab.services.lab_installing import create_on_server
from corelab.services.labs import LabSecrets, NewPerson, OpenLab
from corelab.storage.keys import Kdf

_ROLES: Mapping[str, Role] = MappingProxyType({role.value: role for role in Role})

_ELSEWHERE = "A lab to try things out: nobody read a calibration set."


@dataclass(frozen=True, slots=True)
class Account:
    """An account of a lab to try things out, with its password."""

    user: str
    role: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Staffed(AbstractContextManager["Staffed"]):
    """A new lab with everybody signed in; at the end of its ``with`` all are signed out and the lab is closed."""

    lab: OpenLab
    accounts: tuple[Account, ...]
    sessions: Mapping[str, Session]

    @property
    def coordinator(self) -> Session:
        return self.sessions["coordinator-1"]

    @property
    def second_coordinator(self) -> Session:
        return self.sessions["coordinator-2"]

    def having(self, role: Role) -> tuple[Session, ...]:
        return tuple(session for user, session in self.sessions.items() if _role(user) is role)

    def password(self, session: Session) -> str:
        return next(one.password for one in self.accounts if one.user == session.user_name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for session in self.sessions.values():
            accounts.sign_out(self.lab, session)
        self.lab.close()


def _role(user: str) -> Role:
    """``reader-2`` is a reader."""
    return _ROLES[user.partition("-")[0]]


def _staff(charter: Charter) -> tuple[str, ...]:
    """As few as the charter can do with: nobody reads an exam in two ways, nor decides about it twice."""
    apart = sum(bool(kind.apart_from) for kind in charter.reading_types) or 1
    readers = max(sum(kind.readers for kind in charter.reading_types), max(kind.min_pool for kind in charter.reading_types) - 1)
    named = (f"reader-{number}" for number in range(1, readers + 1))
    deciding = (f"adjudicator-{number}" for number in range(1, apart + 1))
    return ("administrator", "coordinator-1", "coordinator-2", *named, *deciding, "auditor-1")


def staffed_lab(lab_place: Place, charter: bytes, here: tuple[Clock, Path], kdf: Kdf, chosen: LabSecrets | None = None) -> Staffed:
    """A lab of kind demo: two coordinators, readers, an adjudicator, an auditor. ``here``: clock, and this person's configuration.

    Raises LabExistsError, CharterError, and for a place on a server what goes wrong between here and there.
    """
    clock, configuration = here
    staff = {user: Account(user, _role(user).value, secrets.token_urlsafe(12)) for user in _staff(load_charter(charter))}
    state = configuration / "state"
    create = partial(create_on_server, lab_place, state=state) if isinstance(lab_place, ServerAddress) else partial(labs.create, lab_place)
    made = create(
        charter,
        kind=LabKind.DEMO,
        administrator=_new(staff["administrator"]),
        coordinator=_new(staff["coordinator-1"]),
        clock=clock,
        configuration=configuration,
        kdf=kdf,
        secrets=chosen,
    )
    lab = labs.open_lab(lab_place, clock, configuration, state)
    sessions: dict[str, Session] = {}
    for user, one in staff.items():
        if user not in {"administrator", "coordinator-1"}:
            _join(lab, sessions, one, made.charter_sha256)
        sessions[user] = _signed_in(lab, one)
    return Staffed(lab, tuple(staff.values()), MappingProxyType(sessions))


def _signed_in(lab: OpenLab, one: Account) -> Session:
    """Who signs in this lab accepts the statement by the program: its records are of kind demo for ever."""
    session = accounts.sign_in(lab, one.user, one.password)
    statement = acknowledgements.due(lab, session)
    if statement is not None:
        acknowledgements.accept(lab, session, statement.digest)
    return session


def _new(one: Account) -> NewPerson:
    return NewPerson(one.user, printed_name(one.user), one.password)


def printed_name(user: str) -> str:
    """``Reader 1``."""
    return user.replace("-", " ").capitalize()


def _join(lab: OpenLab, sessions: Mapping[str, Session], one: Account, charter_hash: str) -> None:
    """Invited, activated with an own password, then given custody, or trained where they read."""
    role = _role(one.user)
    code = accounts.add_person(lab, sessions["administrator"], one.user, printed_name(one.user), {role}, IdentityCheck.KNOWN)
    account = accounts.activate(lab, code, one.password).account
    if role is Role.COORDINATOR:
        accounts.grant_custody(lab, sessions["coordinator-1"], account)
    elif role in {Role.READER, Role.ADJUDICATOR}:
        accounts.record_training(lab, sessions["coordinator-1"], account, charter_hash)
        if role is Role.READER and lab.charter.certification.calibration_exams:
            certification.certify_elsewhere(lab, sessions["coordinator-1"], account, _ELSEWHERE)
