"""Labs and people with defaults, so that a test says only what matters."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Role
from corelab.domain.vocabulary import AccountId, LabKind
from corelab.services import accounts, acknowledgements, certification, labs
from corelab.services.accounts import Session
from corelab.services.labs import LabSecrets, NewPerson, OpenLab
from corelab.storage import people
from corelab.storage.keys import Kdf
from tests.charter_builders import REDUCED

FAST_KDF = Kdf(1, 8192)
PASSWORD = "correct horse battery"
FIRST = ("administrator", "coordinator")
"""Whom every lab has."""
NOON = datetime(2026, 1, 12, 12, 0, tzinfo=UTC)


class Engine(Protocol):
    """Where the labs of a test lie."""

    def __call__(self, lab: "Lab", tmp_path: Path) -> "Lab":
        """The lab, moved to where this test wants it."""
        ...


ENGINES: list[Engine] = []
"""The engine of the test that runs now; none: a file in a folder."""


@dataclass
class TickingClock:
    """A clock of its own: each look is a millisecond later, and a test may move it."""

    at: datetime = NOON
    tz: int = 60

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def offset_minutes(self) -> int:
        return self.tz

    def forward(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class Lab:
    """A lab with an administrator and a coordinator, and whoever else a test calls by name."""

    open: OpenLab
    clock: TickingClock
    recovery_code: str
    charter_sha256: str
    certifies: bool = True
    _sessions: dict[str, Session] = field(default_factory=dict)

    @property
    def administrator(self) -> Session:
        return self.person("administrator", Role.ADMINISTRATOR)

    @property
    def coordinator(self) -> Session:
        return self.person("coordinator", Role.COORDINATOR)

    @property
    def coordinator_2(self) -> Session:
        return self.person("coordinator-2", Role.COORDINATOR)

    @property
    def reader_1(self) -> Session:
        return self.person("reader-1", Role.READER)

    @property
    def reader_2(self) -> Session:
        return self.person("reader-2", Role.READER)

    @property
    def adjudicator(self) -> Session:
        return self.person("adjudicator-1", Role.ADJUDICATOR)

    @property
    def auditor(self) -> Session:
        return self.person("auditor-1", Role.AUDITOR)

    def person(self, user: str, *roles: Role) -> Session:
        """Signed in under this name; added, activated, trained and granted custody first where the roles need it."""
        if user not in self._sessions:
            if user not in FIRST and not self._knows(user):
                self.add(user, roles)
            self._sessions[user] = self.sign_in(user)
        return self._sessions[user]

    def _knows(self, user: str) -> bool:
        with self.open.store.read(self.administrator.account) as snapshot:
            return people.person_named(snapshot, user) is not None

    def add(self, user: str, roles: Collection[Role]) -> AccountId:
        code = accounts.add_person(self.open, self.administrator, user, user.replace("-", " ").capitalize(), roles, IdentityCheck.KNOWN)
        account = accounts.activate(self.open, code, PASSWORD).account
        if {Role.READER, Role.ADJUDICATOR} & set(roles):
            accounts.record_training(self.open, self.coordinator, account, self.charter_sha256)
            if self.certifies and Role.READER in roles and self.open.charter.certification.calibration_exams:
                certification.certify_elsewhere(self.open, self.coordinator, account, "certified in the lab for training")
        if Role.COORDINATOR in roles:
            accounts.grant_custody(self.open, self.coordinator, account)
        return account

    def sign_in(self, user: str, password: str = PASSWORD) -> Session:
        session = accounts.sign_in(self.open, user, password)
        accepted(self.open, session)
        return session


def accepted(lab: OpenLab, session: Session) -> None:
    """The person accepts that the electronic signature binds, where they sign anything."""
    statement = acknowledgements.due(lab, session)
    if statement is not None:
        acknowledgements.accept(lab, session, statement.digest)


def a_lab(
    tmp_path: Path,
    *,
    kind: LabKind = LabKind.DEMO,
    charter: bytes | None = None,
    name: str = "lab",
    secrets: LabSecrets | None = None,
    clock: TickingClock | None = None,
) -> Lab:
    """A new lab in ``tmp_path / name`` with cheap passwords; everybody's is PASSWORD."""
    clock = clock or TickingClock()
    configuration = tmp_path / "configuration"
    made = labs.create(
        tmp_path / name,
        charter or REDUCED.read_bytes(),
        kind=kind,
        administrator=NewPerson("administrator", "Administrator", PASSWORD),
        coordinator=NewPerson("coordinator", "Coordinator", PASSWORD),
        clock=clock,
        configuration=configuration,
        kdf=FAST_KDF,
        secrets=secrets,
    )
    lab = Lab(labs.open_lab(made.folder, clock, configuration), clock, made.recovery_code, made.charter_sha256)
    return ENGINES[-1](lab, tmp_path) if ENGINES else lab
