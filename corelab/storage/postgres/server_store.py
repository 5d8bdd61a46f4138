"""The records of one lab on a PostgreSQL server: a connection for each person who is signed in, and one at the door for nobody yet."""

import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, Self

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

import corelab
from corelab.domain.accounts import Command, Role, user_key
from corelab.domain.addresses import ServerAddress
from corelab.domain.audit import Fault
from corelab.domain.clock import Clock
from corelab.domain.record_errors import (
    AccountLockedError,
    CodeRefusedError,
    CommitUnknownError,
    NotPermittedError,
    ServerAwayError,
    ServerRefusal,
    ServerRefusedError,
    SignedOutError,
    SignInRefusedError,
)
from corelab.domain.vocabulary import AccountId, LabId, LabKind
from corelab.storage.codes import typed_code
from corelab.storage.keys import Kdf
from corelab.storage.postgres.checking import connected, server_faults
from corelab.storage.postgres.connecting import DOOR, DOOR_PASSWORD, connect, server_password, told, verifier
from corelab.storage.postgres.copying import copy_out, copy_recent
from corelab.storage.postgres.server_pen import ServerPen, begun
from corelab.storage.rows import Manner, Rows
from corelab.storage.schema import REVISIONS
from corelab.storage.schema.columns import parsed
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Store
from corelab.storage.transaction import Actor, Transaction

_PATHS = {Manner.WHOLE: "core,pg_temp", Manner.OWN: "seen,pg_temp"}
_TRIES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between asking a server that broke off whether it kept what it was given."""
_HOLD = "SELECT pg_advisory_xact_lock_shared(0)"


@dataclass(frozen=True, slots=True)
class LabFacts:
    """What the door tells of a lab: enough to sign in. ``kdf`` is the cost of the passwords of the server."""

    lab_id: LabId
    kind: LabKind
    trial_id: str
    revision: str
    kdf: Kdf


@dataclass(slots=True)
class _Person:
    """A person who came in, how often, and the engine that asks as them."""

    account: AccountId
    role: str
    manner: Manner
    password: str = field(repr=False)
    engine: Engine = field(init=False, repr=False)
    times: int = 1


class ServerStore(Store):
    """Who is signed in is who the server knows: nothing is read or written in another's name, and nothing in nobody's."""

    def __init__(self, address: ServerAddress, folder: Path, clock: Clock, facts: LabFacts) -> None:
        super().__init__(folder / "corelab.db", facts.lab_id)
        self.address = address
        self.facts = facts
        self._clock = clock
        self._people: dict[AccountId, _Person] = {}
        self._guard = threading.Lock()
        self._closing = weakref.finalize(self, _leave_all, self._people)

    @classmethod
    def open(cls, address: ServerAddress, folder: Path, clock: Clock) -> Self:
        """The lab in the database of this address; ``folder`` is for what this workstation keeps of it.

        Raises ServerAwayError, ServerRefusedError for a server or a database that cannot be used.
        """
        with _at_the_door(address) as door:
            facts = _facts(address, door)
        if facts.revision not in REVISIONS:
            raise ServerRefusedError(address, ServerRefusal.NEWER_SCHEMA, facts.revision)
        return cls(address, folder, clock, facts)

    # ------------------------------------------------------------ who is there

    def enter(self, user: str, password: str, workstation: str) -> AccountId:
        """Raises SignInRefusedError, AccountLockedError, ServerAwayError."""
        proof = server_password(self.lab_id, user, password, self.facts.kdf)
        found = self._entered(user, proof)
        if found is None:
            self._refused(user, workstation)
        with self._guard:
            known = self._people.pop(found.account, None)
            if known is not None:
                found.times += known.times
                known.engine.dispose()
            self._people[found.account] = found
        return found.account

    def _entered(self, user: str, proof: str) -> _Person | None:
        """None where the server refuses the name, the password, or the account."""
        role = self.address.role_of(user_key(user))
        try:
            connection = connect(self.address, role, proof, _PATHS[Manner.OWN])
        except psycopg.OperationalError as error:
            with _at_the_door(self.address, error):
                return None
        with told(self.address), connection:
            asked = [f"{self.address.database}:{each.value}" for each in (Role.COORDINATOR, Role.ADMINISTRATOR, Role.AUDITOR)]
            (whole,) = _one(connection, "SELECT bool_or(pg_has_role(session_user, each, 'MEMBER')) FROM unnest(%s::text[]) AS each", asked)
            (account,) = _one(connection, "SELECT seen.own_account()")
        connection.close()
        person = _Person(AccountId(account), role, Manner.WHOLE if whole else Manner.OWN, proof)
        person.engine = self._engine(person)
        return person

    def _refused(self, user: str, workstation: str) -> NoReturn:
        """A wrong password is counted by the server itself, which also says whether the account is locked now."""
        with _at_the_door(self.address) as door, told(self.address):
            statement = "SELECT state, until FROM seen.door_failed(%s, %s, %s, %s)"
            found = door.execute(statement, (user_key(user), workstation, corelab.__version__, self._clock.offset_minutes())).fetchone()
            door.commit()
        if found is not None and found[0] == "locked":
            raise AccountLockedError(_time(found[1]))
        raise SignInRefusedError

    def admit(self, code: str, password: str, workstation: str) -> AccountId:
        """Let the owner of a one-time code in, from now on by this password. Raises CodeRefusedError."""
        with _at_the_door(self.address) as door, told(self.address):
            user = self._redeemed(door, code, password)
            if user is None:
                door.execute("SELECT seen.door_code_refused(%s, %s, %s)", (workstation, corelab.__version__, self._clock.offset_minutes()))
            door.commit()
        if user is None:
            raise CodeRefusedError
        return self.enter(user, password, workstation)

    def _redeemed(self, door: "psycopg.Connection[Any]", code: str, password: str) -> str | None:
        """The user name of the one whose code this is; None where it is nobody's."""
        try:
            typed = typed_code(code)
        except CodeRefusedError:
            return None
        for invitation, opslimit, memlimit in door.execute("SELECT id, opslimit, memlimit FROM seen.door_invited(%s)", (typed.prefix,)):
            hashed = typed.proof(Kdf(opslimit, memlimit), invitation)
            (user,) = _one(door, "SELECT seen.door_user(%s, %s)", invitation, hashed)
            if user is not None:
                proof = verifier(door, self.address.role_of(user), server_password(self.lab_id, user, password, self.facts.kdf))
                _one(door, "SELECT seen.door_enter(%s, %s, %s)", invitation, hashed, proof)
                return str(user)
        return None

    def leave(self, account: AccountId | None) -> None:
        with self._guard:
            found = self._people.get(account) if account is not None else None
            if found is None:
                return
            found.times -= 1
            if found.times <= 0:
                del self._people[found.account]
                found.engine.dispose()

    def close(self) -> None:
        """Everybody's connections; a store that is simply dropped gives them back too."""
        with self._guard:
            self._closing()

    def _newest(self) -> _Person:
        """Who came in last; where several are in one program, as in a simulation, who came last of those who may see the most."""
        if not self._people:
            raise SignedOutError
        whole = [each for each in self._people.values() if each.manner is Manner.WHOLE]
        return (whole or list(self._people.values()))[-1]

    def _person(self, account: AccountId | None) -> _Person:
        with self._guard:
            found = self._newest() if account is None else self._people.get(account)
        if found is None:
            raise SignedOutError
        return found

    def _engine(self, person: _Person) -> Engine:
        """Few connections for one person; each is tried before it is used, since a server may have been started anew."""
        make = lambda: connect(self.address, person.role, person.password, _PATHS[person.manner])  # noqa: E731 - the password may change
        return create_engine(
            "postgresql+psycopg://", creator=make, poolclass=QueuePool, pool_size=1, max_overflow=4, pool_pre_ping=True, pool_timeout=10
        )

    # ------------------------------------------------------------ reading and writing

    @contextmanager
    def read(self, account: AccountId | None = None) -> Iterator[Snapshot]:
        person = self._person(account)
        with told(self.address), person.engine.connect() as connection:
            asked = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with asked.begin():
                yield Snapshot(Rows(asked, person.manner))

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[Transaction]:
        self.require_writable()
        if actor.account is None:
            raise SignedOutError
        person, passwords = self._person(actor.account), list[str]()
        with told(self.address), person.engine.connect() as connection:
            rows = Rows(connection, person.manner)
            pen = ServerPen(rows, partial(self._set_login, passwords))
            transaction = connection.begin()
            try:
                yield Transaction(rows, pen, self.lab_id, actor, begun(rows, self.lab_id, self._clock.offset_minutes()))
            except BaseException:
                with suppress(DBAPIError):
                    transaction.rollback()
                raise
            try:
                transaction.commit()
            except DBAPIError as error:
                self._require_kept(person, pen.last, error)
        person.password = next(reversed(passwords), person.password)

    def _set_login(self, passwords: list[str], rows: Rows, user: str, password: str) -> None:
        proof = server_password(self.lab_id, user, password, self.facts.kdf)
        rows.cells("SELECT core.login_set(?)", (verifier(rows.driver, self.address.role_of(user_key(user)), proof),))
        passwords.append(proof)

    def _require_kept(self, person: _Person, last: str | None, error: DBAPIError) -> None:
        """The connection broke while the server was keeping a transaction: it is asked whether it did, once it answers again.

        The line of writers is joined first: the server may still be at it. Raises ServerAwayError when nothing was kept, and
        CommitUnknownError when the server does not answer.
        """
        if not error.connection_invalidated and getattr(error.orig, "sqlstate", None):
            raise error
        detail = str(error.orig)
        if last is None:
            raise ServerAwayError(self.address, detail) from error
        for pause in _TRIES:
            time.sleep(pause)
            with suppress(DBAPIError, psycopg.Error), person.engine.connect() as connection, connection.begin():
                rows = Rows(connection, person.manner)
                begun(rows, self.lab_id, 0)
                if rows.found("event", {"hash": last}):
                    return
                raise ServerAwayError(self.address, detail) from error
        raise CommitUnknownError(self.address, detail) from error

    # ------------------------------------------------------------ all of it

    @contextmanager
    def _whole(self) -> Iterator["psycopg.Connection[Any]"]:
        """A connection of its own for what takes long, of somebody who may read everything. Raises NotPermittedError."""
        person = self._person(None)
        if person.manner is not Manner.WHOLE:
            raise NotPermittedError(Command.AUDIT)
        with told(self.address), connect(self.address, person.role, person.password, _PATHS[Manner.WHOLE]) as connection:
            yield connection

    def copy_to(self, target: Path, progress: Callable[[int, int], None]) -> None:
        with self._whole() as connection:
            copy_out(connection, target, progress)

    def copy_recent(self, target: Path, events: int) -> None:
        with self._whole() as connection:
            copy_recent(connection, target, events)

    def own_faults(self) -> tuple[Fault, ...]:
        with self._whole() as connection:
            return server_faults(connection, self.address.database)

    def others(self) -> tuple[str, ...]:
        with self._whole() as connection:
            return connected(connection, self.address.database)


def _leave_all(people: dict[AccountId, _Person]) -> None:
    for each in people.values():
        each.engine.dispose()
    people.clear()


# ---------------------------------------------------------------- at the door


@contextmanager
def _at_the_door(address: ServerAddress, cause: Exception | None = None) -> Iterator["psycopg.Connection[Any]"]:
    """As nobody yet. ``cause`` is why it is tried: where the door does not open either, it was not about the person."""
    try:
        door = connect(address, f"{address.database}:{DOOR}", DOOR_PASSWORD, _PATHS[Manner.OWN])
    except psycopg.OperationalError as error:
        raise closed(address, error) from cause or error
    with door:
        yield door
    door.close()


def closed(address: ServerAddress, error: psycopg.OperationalError) -> Exception:
    """Our own error for a server that lets nobody in: it and the network say in words only why; where TLS fails, in English."""
    said = str(error).strip()
    for words, why in _SAID:
        if words in said:
            return ServerRefusedError(address, why, said)
    return ServerAwayError(address, said)


_SAID = (
    ("no pg_hba.conf entry", ServerRefusal.NOT_ADMITTED),
    ("root certificate file", ServerRefusal.ROOT),
    ("could not read root certificate", ServerRefusal.ROOT),
    ("certificate verify failed", ServerRefusal.CERTIFICATE),
    ("server certificate for", ServerRefusal.CERTIFICATE),
    ("does not support SSL", ServerRefusal.NO_TLS),
    ("does not exist", ServerRefusal.NO_DATABASE),
    ("password authentication failed", ServerRefusal.NO_LAB),
)


def _facts(address: ServerAddress, door: "psycopg.Connection[Any]") -> LabFacts:
    try:
        row = door.execute("SELECT lab_id, kind, trial_id, revision, kdf FROM seen.door_lab()").fetchone()
    except psycopg.Error as error:
        raise ServerRefusedError(address, ServerRefusal.NO_LAB, str(error)) from error
    if row is None:
        raise ServerRefusedError(address, ServerRefusal.NO_LAB)
    _, opslimit, memlimit = str(row[4]).split(":")
    return LabFacts(LabId(row[0]), LabKind(row[1]), row[2], row[3], Kdf(int(opslimit), int(memlimit)))


def _one(connection: "psycopg.Connection[Any]", statement: str, *values: Any) -> tuple[Any, ...]:
    found = connection.execute(statement, values).fetchone()
    if found is None:
        raise LookupError(statement)
    return tuple(found)


def _time(text: str | None) -> datetime | None:
    return parsed(text) if text else None
