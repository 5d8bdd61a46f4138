"""Writing into the SQLite file of a lab: each part of an event by a statement of its own, within the transaction of the connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from corelab.domain import audit
from corelab.domain.clock import Clock
from corelab.domain.moving import Engine, has_left
from corelab.domain.vocabulary import AccountId, AssignmentId, LabId
from corelab.storage.rows import Row, Rows, highest
from corelab.storage.schema import COLUMNS
from corelab.storage.snapshot import Head
from corelab.storage.transaction import Begun, Payload, StoredRows


def begun(rows: Rows, lab: LabId, clock: Clock) -> Begun:
    """The head of the chain as it stands, and the time of this machine."""
    last = next(iter(rows.found("event", {}, end=highest("seq"))), None)
    now = clock.now()
    head = Head(last["seq"] + 1, last["hash"]) if last else Head(1, audit.genesis(lab))
    whole = now.replace(microsecond=now.microsecond // 1000 * 1000)
    left_to = _left_to(rows, last) if last else None
    return Begun(head, last["at"] if last else None, whole, clock.offset_minutes(), left_to=left_to)


def _left_to(rows: Rows, last: Row) -> str | None:
    """Where the lab is now, if not in this file."""
    if not has_left(last, Engine.FOLDER):
        return None
    stored = next(iter(rows.found("event_payload", {"seq": last["seq"]})), None)
    return str(audit.payload_of(stored["body"])["to"]) if stored else ""


@dataclass(frozen=True, slots=True)
class FilePen:
    """Writes by this connection."""

    rows: Rows

    def event(self, header: audit.Header, payload: Payload, rows: StoredRows) -> None:
        """An event with its payload and rows."""
        values = {name: getattr(header, name) for name in COLUMNS["event"] if name != "hash"}
        self._insert("event", {**values, "hash": header.hash})
        if payload.digest is not None:
            self._insert("event_payload", {"seq": header.seq, "form": payload.form, "body": payload.body, "redaction_seq": None})
        for table, together in groupby(rows, key=itemgetter(0)):
            self.rows.driver.executemany(_insert_statement(table), [cells for _, cells in together])

    def _insert(self, table: str, values: Mapping[str, Any]) -> None:
        self.rows.driver.execute(_insert_statement(table), tuple(values[name] for name in COLUMNS[table]))

    def put_draft(self, assignment: AssignmentId, envelope: bytes, at: str) -> None:
        statement = (
            "INSERT INTO draft (assignment_id, body, updated_at) VALUES (?, ?, ?) "
            "ON CONFLICT (assignment_id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at"
        )
        self.rows.driver.execute(statement, (assignment, envelope, at))

    def drop_draft(self, assignment: AssignmentId) -> None:
        self.rows.driver.execute("DELETE FROM draft WHERE assignment_id = ?", (assignment,))

    def empty_payload(self, seq: int, by: int) -> None:
        for table in ("event_payload", "opening"):
            statement = f"UPDATE {table} SET body = NULL, redaction_seq = ? WHERE seq = ?"  # noqa: S608 - names of our own tables
            self.rows.driver.execute(statement, (by, seq))

    def forget_old_wraps(self, account: AccountId) -> None:
        statement = (
            "UPDATE credential SET wrapped_sign = NULL, wrapped_box = NULL WHERE account_id = ? AND wrapped_sign IS NOT NULL "
            "AND n < (SELECT max(n) FROM credential WHERE account_id = ?)"
        )
        self.rows.driver.execute(statement, (account, account))

    def set_password(self, account: AccountId, user: str, password: str) -> None:
        """A file asks for none."""


@cache
def _insert_statement(table: str) -> str:
    names = ", ".join(f'"{name}"' for name in COLUMNS[table])
    return f'INSERT INTO "{table}" ({names}) VALUES ({", ".join("?" * len(COLUMNS[table]))})'  # noqa: S608 - names of our own tables
