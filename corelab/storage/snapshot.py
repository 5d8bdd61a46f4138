"""Reading the records: rows of a table, the latest of several, events and their payloads, all as of one moment."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from corelab.domain import audit
from corelab.domain.accounts import Role
from corelab.domain.record_errors import NotSealedToError, PayloadSealedError, RecordDamagedError, SignedOutError
from corelab.domain.vocabulary import AccountId, AssignmentId
from corelab.storage import rows
from corelab.storage.keys import BoxSecret, boxed_key, opened_with, recipients
from corelab.storage.rows import Row, Rows, plain

__all__ = ["Head", "Row", "Snapshot", "plain"]


_SIGNED_IN = """
SELECT session.account_id, session_end.session_id AS ended, revision.status, revision.roles,
    EXISTS (SELECT 1 FROM account_revision AS later
            WHERE later.account_id = session.account_id AND later.event_seq > session.event_seq AND later.status = 'invited') AS was_reset
FROM session
JOIN account_revision AS revision ON revision.account_id = session.account_id
LEFT JOIN session_end ON session_end.session_id = session.id
WHERE session.id = ? ORDER BY revision.n DESC LIMIT 1
"""


_LARGE = frozenset({"event_payload", "opening", "draft", "regrant", "package_table", "clip_frames"})
"""Tables of envelopes, and of what packages held: nobody asks for one twice, and many of them would fill the memory."""
_MOST_ASKED = 256
_MOST_ROWS = 64


@dataclass(frozen=True, slots=True)
class Head:
    """The place of the next event: its number, and the hash that it continues."""

    seq: int
    prev: str


class Snapshot:
    """The records as of one moment; every read of one snapshot agrees with every other."""

    def __init__(self, source: Rows) -> None:
        self._rows = source
        self._asked: dict[tuple[Any, ...], tuple[Row, ...]] = {}
        self._unboxed: dict[bytes, bytes] = {}

    def all(self, table: str, **equals: Any) -> tuple[Row, ...]:
        """Rows with these values, in the order in which they were recorded."""
        return self._found(table, equals, rows.in_order(table))

    def values(self, table: str, column: str) -> tuple[Any, ...]:
        """One column of every row, as it is stored: for questions about all of a lab."""
        return self._rows.column(table, column)

    def one(self, table: str, **equals: Any) -> Row | None:
        """The first row with these values."""
        found = self._found(table, equals, rows.first(table))
        return found[0] if found else None

    def latest(self, table: str, *, by: str = "n", **equals: Any) -> Row | None:
        """The row with these values whose column ``by`` is highest."""
        found = self._found(table, equals, rows.highest(by))
        return found[0] if found else None

    def _found(self, table: str, equals: Mapping[str, Any], end: str) -> tuple[Row, ...]:
        """What one moment answered once it answers again, for a command asks for the same exam a dozen times; a write forgets it all."""
        if table in _LARGE:
            return self._rows.found(table, equals, end=end)
        asked = (table, end, *equals.items())
        found = self._asked.get(asked)
        if found is None:
            found = self._rows.found(table, equals, end=end)
            self._keep(asked, found)
        return found

    def _keep(self, asked: tuple[Any, ...], found: tuple[Row, ...]) -> None:
        if len(self._asked) >= _MOST_ASKED:
            self._asked.clear()
        if len(found) <= _MOST_ROWS:
            self._asked[asked] = found

    def query(self, statement: Select[Any], **bound: Any) -> tuple[Row, ...]:
        """Rows of several tables, or under other conditions than equal values; ``bound`` are the values of its named parameters."""
        asked = (statement, *bound.items())
        found = self._asked.get(asked)
        if found is None:
            found = self._rows.selected(statement, bound)
            self._keep(asked, found)
        return found

    def events(self, *, kind: str | None = None, entity: str | None = None, id: str | None = None, after: int = 0) -> tuple[Row, ...]:  # noqa: A002 - the column's name
        """Headers of events in their order, those with a number above ``after``."""
        wanted = {name: value for name, value in (("kind", kind), ("entity", entity), ("id", id)) if value is not None}
        return self._rows.found("event", wanted, after=(("seq", after),), end=rows.in_order("event"))

    def require_signed_in(self, session: str, account: AccountId | None, role: Role | None) -> None:
        """Raises SignedOutError: a sign-in in another window may be over, or the person's role gone, since this one began."""
        found = self._rows.cells(_SIGNED_IN, (session,))
        if found is None:
            raise SignedOutError
        person, ended, status, roles, was_reset = found
        if person != account or ended is not None or status != "active" or was_reset:
            raise SignedOutError
        if role is not None and role.value not in roles.split(","):
            raise SignedOutError

    def draft(self, assignment: AssignmentId) -> bytes | None:
        """The sealed draft of an assignment."""
        found = self.one("draft", assignment_id=assignment)
        return bytes(found["body"]) if found else None

    def opening_of(self, seq: int, secret: BoxSecret | None = None) -> dict[str, Any]:
        """The payload of an event: clear, opened at release, or opened now with ``secret``; empty for an event without payload.

        Raises PayloadSealedError when none of these is possible, RecordDamagedError when the payload is not the recorded one.
        """
        event = self.one("event", seq=seq)
        if event is None or event["payload"] is None:
            return {}
        body = self._opening(seq, secret)
        if audit.payload_digest(body) != event["payload"]:
            raise RecordDamagedError(seq, "payload differs from its digest")
        return audit.payload_of(body)

    def _opening(self, seq: int, secret: BoxSecret | None) -> bytes:
        stored, opened = self.one("event_payload", seq=seq), self.one("opening", seq=seq)
        if stored is None:
            raise RecordDamagedError(seq, "payload is gone")
        if opened is not None and opened["body"] is not None:
            return bytes(opened["body"])
        if stored["body"] is None or (stored["form"] == "sealed" and secret is None):
            raise PayloadSealedError(seq)
        if stored["form"] == "clear" or secret is None:
            return bytes(stored["body"])
        return self.unsealed(stored["body"], secret)

    def unsealed(self, envelope: bytes, secret: BoxSecret) -> bytes:
        """What is inside an envelope that was sealed to this key, or handed over to it since. Raises KeyRefusedError."""
        return opened_with(envelope, self.content_key(envelope, secret))

    def content_key(self, envelope: bytes, secret: BoxSecret) -> bytes:
        """The envelope's own key. Raises NotSealedToError when it was neither sealed nor handed over to this one."""
        boxed = boxed_key(envelope, secret.public.key_id)
        if boxed is not None:
            return self._unsealed_key(boxed, secret)
        handed_over = self.one("regrant", envelope_sha256=hashlib.sha256(envelope).hexdigest(), key_id=secret.public.key_id)
        if handed_over is None:
            raise NotSealedToError
        return secret.unseal(handed_over["sealed_key"])

    def _unsealed_key(self, boxed: bytes, secret: BoxSecret) -> bytes:
        """Envelopes of one transaction hold the same sealed key: it is unsealed once. Raises KeyRefusedError."""
        if boxed not in self._unboxed:
            if len(self._unboxed) >= _MOST_ASKED:
                self._unboxed.clear()
            self._unboxed[boxed] = secret.unseal(boxed)
        return self._unboxed[boxed]

    def is_open_to(self, envelope: bytes, key_id: str) -> bool:
        """Whether the holder of this key can open the envelope."""
        if key_id in recipients(envelope):
            return True
        return self.one("regrant", envelope_sha256=hashlib.sha256(envelope).hexdigest(), key_id=key_id) is not None
