"""Writing to the server of a lab: whole events go to a function there, which checks all of them again."""

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from corelab.domain import audit
from corelab.domain.vocabulary import AccountId, AssignmentId, LabId
from corelab.storage.rows import Rows
from corelab.storage.schema import COLUMNS
from corelab.storage.schema.columns import parsed
from corelab.storage.snapshot import Head
from corelab.storage.transaction import Begun, Payload, StoredRows

_HEADER = tuple(name for name in COLUMNS["event"] if name != "hash")


def begun(rows: Rows, lab: LabId, tz: int) -> Begun:
    """The turn of a transaction: nobody else writes until it ends. The time is the server's, in the zone of this machine."""
    found = rows.cells("SELECT seq, prev, last_at, at FROM core.append_begin()", ())
    if found is None:
        raise LookupError("append_begin")
    seq, prev, last_at, at = found
    return Begun(Head(seq, prev or audit.genesis(lab)), parsed(last_at) if last_at else None, parsed(at), tz, "server")


@dataclass(slots=True)
class ServerPen:
    """Writes by this connection. ``last`` is the hash of the last event that was written by it."""

    rows: Rows
    set_login: Callable[[Rows, str, str], None]
    """(rows, user name, password): what the server asks of this person from now on."""
    last: str | None = None

    def event(self, header: audit.Header, payload: Payload, rows: StoredRows) -> None:
        """An event with its payload and rows; the server makes every digest anew."""
        said = json.dumps({name: getattr(header, name) for name in _HEADER})
        made = json.dumps([[table, dict(zip(COLUMNS[table], map(_json, cells), strict=True))] for table, cells in rows])
        form = payload.form if payload.digest is not None else None
        self._call("SELECT core.append_event(?::jsonb, ?, ?, ?::jsonb, ?)", said, form, payload.body, made, header.hash)
        self.last = header.hash

    def put_draft(self, assignment: AssignmentId, envelope: bytes, at: str) -> None:
        self._call("SELECT core.draft_put(?, ?, ?)", assignment, envelope, at)

    def drop_draft(self, assignment: AssignmentId) -> None:
        self._call("SELECT core.draft_drop(?)", assignment)

    def empty_payload(self, seq: int, by: int) -> None:
        self._call("SELECT core.payload_empty(?, ?)", seq, by)

    def forget_old_wraps(self, account: AccountId) -> None:
        self._call("SELECT core.wraps_forget(?)", account)

    def set_password(self, account: AccountId, user: str, password: str) -> None:  # noqa: ARG002 - the server knows whose it is
        self.set_login(self.rows, user, password)

    def _call(self, statement: str, *values: Any) -> None:
        self.rows.cells(statement, values)


def _json(cell: Any) -> Any:
    return {"b64": b64encode(cell).decode("ascii")} if isinstance(cell, bytes) else cell
