"""Somebody at the server of a lab with a bare connection of their own, who writes events by hand, and can lie in any part of them."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from corelab.domain import audit
from corelab.services.verification import record_faults
from corelab.storage.postgres import copying, making, people
from corelab.storage.schema import COLUMNS, SCHEMA, hashed_columns
from tests.servers import Server

SERVER_PASSWORD = "their own"
NEVER = (1, "0" * 64, "", "2026-01-12T08:00:00.000Z")
OPENING = b"s" * 32 + b'{"seen":"all"}'
MACHINE = "00000000-0000-4000-8000-0000000000c1"
Rows = Sequence[tuple[str, Mapping[str, Any]]]
"""Tables, and the values of their rows without ``event_seq``; what is left out is null."""


@contextmanager
def refused(state: str, words: str = "") -> Iterator[None]:
    """What is done inside is refused by the server with this SQLSTATE, in a message with these words."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    assert (caught.value.sqlstate, str(caught.value)) == (state, str(caught.value)), caught.value
    assert words in str(caught.value)


@dataclass
class Said:
    """What is said of an event otherwise than it would be right: before its digests are made, and after."""

    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    rows: Rows | None = None
    body: bytes | None = None
    begun: bool = True


@dataclass
class Somebody:
    """A person of the lab, with an open sign-in."""

    connection: "psycopg.Connection[Any]"
    lab: str
    account: str | None
    user: str
    session: str | None

    def begins(self) -> tuple[int, str, str, str]:
        """(seq, prev, last_at, at)."""
        seq, prev, last_at, at = self.connection.execute("SELECT seq, prev, last_at, at FROM core.append_begin()").fetchone() or NEVER
        return seq, prev, last_at, at

    def writes(
        self,
        kind: str,
        about: tuple[str, str | None],
        rows: Rows = (),
        *,
        role: str | None = None,
        payload: bytes | None = None,
        form: str = "clear",
        said: Said | None = None,
    ) -> audit.Header:
        """One event in a transaction of its own, kept at the end."""
        with self.connection.transaction():
            return self.appends(kind, about, rows, role=role, payload=payload, form=form, said=said)

    def appends(
        self,
        kind: str,
        about: tuple[str, str | None],
        rows: Rows = (),
        *,
        role: str | None = None,
        payload: bytes | None = None,
        form: str = "clear",
        said: Said | None = None,
        begun: tuple[int, str, str, str] | None = None,
    ) -> audit.Header:
        """One event within the transaction, which begins with it unless it was ``begun``."""
        said = said or Said()
        seq, prev, _, at = begun or (self.begins() if said.begun else NEVER)
        stored = [(table, whole_row(table, {"event_seq": seq, **values})) for table, values in rows]
        values: dict[str, Any] = {
            "lab": self.lab,
            "seq": seq,
            "at": at,
            "tz": 60,
            "clock": "server",
            "actor": self.account,
            "role": role,
            "session": self.session,
            "workstation": MACHINE,
            "app": "1.0.0",
            "schema": SCHEMA,
            "kind": kind,
            "entity": about[0],
            "id": about[1],
            "reason": None,
            "submit": None,
            "payload": audit.payload_digest(OPENING if form == "sealed" else payload) if payload is not None else None,
            "sealed": _sealed(stored, payload if form == "sealed" else None),
            "rows": audit.rows_digest(_digest(table, cells) for table, cells in stored),
            "prev": prev,
        }
        header = audit.Header(**{**values, **said.before})
        sent = {name: getattr(header, name) for name in COLUMNS["event"] if name != "hash"} | dict(said.after)
        given = stored if said.rows is None else [(table, whole_row(table, {"event_seq": seq, **cells})) for table, cells in said.rows]
        made = json.dumps([[table, {name: _json(cell) for name, cell in cells.items()}] for table, cells in given])
        body = payload if said.body is None else said.body
        self.connection.execute(
            "SELECT core.append_event(%s::jsonb, %s, %s, %s::jsonb, %s)", (json.dumps(sent), form, body, made, header.hash)
        )
        return header


def whole_row(table: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Every column of the table; others that are named stay."""
    return {**dict.fromkeys(COLUMNS.get(table, ())), **values}


def _digest(table: str, cells: Mapping[str, Any]) -> str:
    names = hashed_columns(table) if table in COLUMNS else tuple(cells)
    return audit.row_digest(table, {name: cells[name] for name in names})


def _sealed(rows: Rows, envelope: bytes | None) -> str | None:
    keys = [cells["wrapped_sign"] + cells["wrapped_box"] for table, cells in rows if table == "credential"]
    found = keys[0] if keys else envelope
    return sha256(found).hexdigest() if found is not None else None


def _json(cell: Any) -> Any:
    return {"b64": b64encode(cell).decode("ascii")} if isinstance(cell, bytes) else cell


# ---------------------------------------------------------------- the lab


@dataclass
class Place:
    """A lab in a database of a server; ``installing`` is the connection that made it, outside any transaction."""

    server: Server
    database: str
    installing: "psycopg.Connection[Any]"

    @classmethod
    def of(cls, server: Server, source: Path) -> "Place":
        """The lab in this file, copied in; everybody's password is SERVER_PASSWORD."""
        database = server.new_database()
        connection = server.connect(database)
        copying.copy_in(source, connection, database, record_faults, lambda _done, _of: None)
        connection.commit()
        connection.autocommit = True
        place = cls(server, database, connection)
        for (user,) in place.asked("SELECT user_name FROM core.account ORDER BY event_seq"):
            place.opens(user)
        return place

    def opens(self, user: str) -> None:
        """This person comes in by SERVER_PASSWORD from now on."""
        with self.installing.transaction():
            making.set_login(self.installing, self.database, user, self.verifier(user))

    def verifier(self, user: str, password: str = SERVER_PASSWORD) -> str:
        login = people.login(self.database, user)
        return self.installing.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256").decode()

    def asked(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the superuser is answered."""
        return self.installing.execute(statement.encode(), values).fetchall()

    def one(self, statement: str, *values: Any) -> Any:
        return self.asked(statement, *values)[0][0]

    @contextmanager
    def somebody(self, user: str) -> Iterator[Somebody]:
        """This person, signed in by the last of their sign-ins that nobody ended."""
        account = self.one("SELECT id FROM core.account WHERE user_name = %s", user)
        opened = """SELECT max(id) FROM core.session WHERE account_id = %s
            AND NOT EXISTS (SELECT FROM core.session_end WHERE session_id = session.id)"""
        with self.connected(people.login(self.database, user), SERVER_PASSWORD) as connection:
            yield Somebody(connection, self.one("SELECT lab_id FROM core.lab"), account, user, self.one(opened, account))

    @contextmanager
    def connected(self, login: str, password: str) -> Iterator["psycopg.Connection[Any]"]:
        with self.server.connect(self.database, login, password) as connection:
            yield connection

    @contextmanager
    def at_the_door(self) -> Iterator["psycopg.Connection[Any]"]:
        with self.connected(people.door(self.database), people.DOOR_PASSWORD) as connection:
            connection.autocommit = True
            yield connection

    def assignment(self, user: str) -> str:
        """The first assignment of this person."""
        found = (
            "SELECT a.id FROM core.assignment AS a JOIN core.account AS p ON p.id = a.account_id WHERE user_name = %s ORDER BY order_key"
        )
        return str(self.one(found, user))

    def close(self) -> None:
        self.installing.close()


def new_id() -> str:
    return str(uuid4())
