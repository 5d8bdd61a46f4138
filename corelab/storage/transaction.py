"""Writing the records: one transaction, one or more events, and with each event the rows that it made."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol
from uuid import uuid4

import corelab
from corelab.domain import audit
from corelab.domain.accounts import Meaning, Role, role_of_meaning
from corelab.domain.clock import stamp
from corelab.domain.moving import LabMovedError, may_follow_move
from corelab.domain.record_errors import (
    ClockBackwardError,
    NotPermittedError,
    StatementNotAcceptedError,
    SubmitConflictError,
)
from corelab.domain.statement import SIGNATURE, signature_statement
from corelab.domain.vocabulary import AccountId, AssignmentId, LabId
from corelab.storage.keys import ANSWER_PAD, BoxPublic, Opening, Sealer, Signer, make_opening
from corelab.storage.rows import Rows
from corelab.storage.schema import COLUMNS, REGULATED, SCHEMA, hashed_columns
from corelab.storage.snapshot import Head, Snapshot, plain

BACKWARD = timedelta(seconds=120)
"""How far the clock may stand before the last event until nothing can be signed."""


StoredRows = Sequence[tuple[str, tuple[Any, ...]]]
"""Tables and the cells of their columns, in the columns' order."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: account, the role that permits it, the sign-in, the workstation. All empty: the program itself."""

    account: AccountId | None = None
    role: Role | None = None
    session: str | None = None
    workstation: str | None = None


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to be written by an event, without its ``event_seq``; columns left out are null."""

    table: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The number of the event that was written, and its commitment to the payload."""

    seq: int
    payload_digest: str | None


@dataclass(frozen=True, slots=True)
class Begun:
    """What a transaction begins with: the place of its first event, when the last one was, the time of all its events, and whose it is.

    ``now`` is in whole milliseconds; ``tz`` in minutes; ``clock`` as the header says it. ``left_to``: the other place to which the lab
    was moved.
    """

    head: Head
    last_at: datetime | None
    now: datetime
    tz: int
    clock: str = "system"
    left_to: str | None = None


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event commits to: its digest, its form, and the bytes that are stored of it."""

    digest: str | None = None
    form: str = "clear"
    body: bytes | None = None

    @property
    def sealed(self) -> str | None:
        return hashlib.sha256(self.body).hexdigest() if self.body is not None and self.form == "sealed" else None


class Pen(Protocol):
    """How one database takes what a transaction writes; what it refuses, it refuses with its own errors, and `told` names them."""

    def event(self, header: audit.Header, payload: Payload, rows: StoredRows) -> None:
        """An event with its payload and rows."""
        ...

    def put_draft(self, assignment: AssignmentId, envelope: bytes, at: str) -> None: ...

    def drop_draft(self, assignment: AssignmentId) -> None: ...

    def empty_payload(self, seq: int, by: int) -> None: ...

    def forget_old_wraps(self, account: AccountId) -> None: ...

    def set_password(self, account: AccountId, user: str, password: str) -> None:
        """What opens the database itself for this person, where it asks for anything."""
        ...


class Transaction(Snapshot):
    """All of it is kept at the end of its ``with``, or nothing. ``now`` is one time for all its events."""

    def __init__(self, source: Rows, pen: Pen, lab: LabId, actor: Actor, begun: Begun) -> None:
        super().__init__(source)
        self.now = begun.now
        self._pen = pen
        self._lab = lab
        self._actor = actor
        self._tz, self._clock = begun.tz, begun.clock
        self._sealer = Sealer()
        self._head = begun.head
        self._left_to = begun.left_to
        self._later = begun.last_at if begun.last_at and begun.now < begun.last_at - BACKWARD else None
        if actor.session is not None:
            self.require_signed_in(actor.session, actor.account, actor.role)
        if self._later is not None:
            self.record("clock.backward", "lab", lab)

    def next_head(self) -> Head:
        """What the next recorded event will get; a signature is over it."""
        return self._head

    def found_submit(self, submit: str, *, kind: str) -> int | None:
        """The event that this command already wrote, if it was done before. Raises SubmitConflictError when it was another's."""
        event = self.one("event", submit=submit)
        if event is None:
            return None
        if event["actor"] != self._actor.account or event["kind"] != kind:
            raise SubmitConflictError(submit, event["seq"])
        return int(event["seq"])

    def record(  # noqa: PLR0913 - the parts of an event
        self,
        kind: str,
        entity: str,
        id: str | None,  # noqa: A002 - the header's own word
        *,
        rows: Sequence[NewRow] = (),
        payload: Mapping[str, Any] | Opening | None = None,
        seal_to: Sequence[BoxPublic] = (),
        pad_to: int = ANSWER_PAD,
        reason: str | None = None,
        submit: str | None = None,
    ) -> Recorded:
        """Write one event with its rows and payload. ``reason`` is a code of a pick list; text belongs in the payload.

        The payload is clear unless ``seal_to`` names who may open it; a signature among the rows signs this payload, for this
        entity and id. Raises RecordRefusedError, SubmitConflictError, or LabMovedError.
        """
        self._require_here(kind)
        made = self._payload(payload, seal_to, pad_to)
        stored = [(row.table, _stored(row, self._head.seq)) for row in rows]
        _require_signed_content(stored, made, self._head, (entity, id))
        header = audit.Header(
            lab=self._lab,
            seq=self._head.seq,
            at=stamp(self.now),
            tz=self._tz,
            clock=self._clock,
            actor=self._actor.account,
            role=self._actor.role.value if self._actor.role else None,
            session=self._actor.session,
            workstation=self._actor.workstation,
            app=corelab.__version__,
            schema=SCHEMA,
            kind=kind,
            entity=entity,
            id=id,
            reason=reason,
            submit=self._unused(submit),
            payload=made.digest,
            sealed=_sealed(made, stored),
            rows=audit.rows_digest(_digest(table, cells) for table, cells in stored),
            prev=self._head.prev,
        )
        self._write(header, made, stored)
        return Recorded(header.seq, made.digest)

    def _require_here(self, kind: str = "") -> None:
        """What the lab has left stays as it was: whatever were written there would be missing in the new place."""
        if self._left_to is not None and not may_follow_move(kind):
            raise LabMovedError(self._left_to)

    def _payload(self, payload: Mapping[str, Any] | Opening | None, seal_to: Sequence[BoxPublic], pad_to: int) -> Payload:
        if payload is None:
            return Payload()
        opening = payload if isinstance(payload, Opening) else make_opening(payload)
        if not seal_to:
            return Payload(opening.digest, "clear", opening.body)
        return Payload(opening.digest, "sealed", self.sealed(opening, seal_to, pad_to))

    def sealed(self, opening: Opening, recipients: Sequence[BoxPublic], pad_to: int) -> bytes:
        """The envelope of something that is kept by this transaction."""
        return self._sealer.seal(opening.body, recipients, pad_to)

    def _unused(self, submit: str | None) -> str | None:
        used = self.one("event", submit=submit) if submit is not None else None
        if used is not None:
            raise SubmitConflictError(submit or "", used["seq"])
        return submit

    def _write(self, header: audit.Header, payload: Payload, rows: StoredRows) -> None:
        self._asked.clear()
        self._pen.event(header, payload, rows)
        self._head = Head(header.seq + 1, header.hash)

    def signature(  # noqa: PLR0913 - the parts of a signed document
        self,
        signer: Signer,
        *,
        record_type: str,
        record_id: str,
        revision: int,
        meaning: Meaning,
        charter_hash: str | None,
        content_digest: str,
    ) -> NewRow:
        """The signature row for the very next ``record``: here every signature is made.

        Raises NotPermittedError when this role does not sign so, StatementNotAcceptedError, ClockBackwardError.
        """
        if self._actor.role is not role_of_meaning(meaning) or self._actor.account != signer.account:
            raise NotPermittedError(meaning.value)
        self._require_statement(signer.account)
        if self._later is not None:
            raise ClockBackwardError(self.now, self._later)
        document = audit.SignedDocument(
            account=signer.account,
            at=stamp(self.now),
            charter=charter_hash,
            content=content_digest,
            key=signer.key_id,
            lab=self._lab,
            meaning=meaning.value,
            name=signer.printed_name,
            prev=self._head.prev,
            record=record_id,
            record_type=record_type,
            revision=revision,
            seq=self._head.seq,
            trial=self._trial(),
            tz=self._tz,
        )
        return NewRow("signature", signature_values(document, signer.sign(document.signed_bytes)))

    def _require_statement(self, account: AccountId) -> None:
        """The person has accepted, in the words that ship now, that the signature binds like a handwritten one."""
        accepted = self.one("acknowledgement", account_id=account, what=SIGNATURE, text_hash=signature_statement().digest)
        if accepted is None:
            raise StatementNotAcceptedError

    def _trial(self) -> str:
        lab = self.one("lab")
        return str(lab["trial_id"]) if lab else ""

    def put_draft(self, assignment: AssignmentId, envelope: bytes) -> None:
        """Keep the sealed draft of an assignment in place of the one before. Raises LabMovedError."""
        self._require_here()
        self._asked.clear()
        self._pen.put_draft(assignment, envelope, stamp(self.now))

    def drop_draft(self, assignment: AssignmentId) -> None:
        self._asked.clear()
        self._pen.drop_draft(assignment)

    def empty_payload(self, seq: int, by: int) -> None:
        """Destroy the payload of event ``seq``, sealed and opened, for the redaction that is event ``by``."""
        self._asked.clear()
        self._pen.empty_payload(seq, by)

    def forget_old_wraps(self, account: AccountId) -> None:
        """Destroy the wrapped keys of all credentials of an account but the newest."""
        self._asked.clear()
        self._pen.forget_old_wraps(account)

    def set_password(self, account: AccountId, user: str, password: str) -> None:
        """From now on this password opens the database itself too, where that is a server."""
        self._pen.set_password(account, user, password)


def signature_values(document: audit.SignedDocument, signature: bytes) -> dict[str, Any]:
    """The row of a signature: every field of the signed document that its event does not already say."""
    return {
        "id": str(uuid4()),
        "record_type": document.record_type,
        "record_id": document.record,
        "revision": document.revision,
        "account_id": document.account,
        "key_id": document.key,
        "printed_name": document.name,
        "meaning": document.meaning,
        "at": document.at,
        "tz": document.tz,
        "charter_hash": document.charter,
        "content_digest": document.content,
        "prev_hash": document.prev,
        "signature": signature,
    }


def _require_signed_content(rows: StoredRows, payload: Payload, head: Head, record: tuple[str, str | None]) -> None:
    """A signature is over the payload of its own event, in its own place of the chain, for the record that the event names."""
    expected = (payload.digest, head.prev, *record)
    for table, cells in rows:
        if table == "signature" and tuple(_named(table, cells)[name] for name in _BOUND) != expected:
            raise ValueError("the signature was made for another event")


_BOUND = ("content_digest", "prev_hash", "record_type", "record_id")


def _stored(row: NewRow, seq: int) -> tuple[Any, ...]:
    """Every column of the row as the database will hold it."""
    columns, values = COLUMNS[row.table], row.values
    if row.table not in REGULATED or not _names(columns).issuperset(values):
        raise ValueError(f"{row.table} has no column {sorted(values.keys() - set(columns))}")
    cells = [cell if cell is None or (type(cell) is str and cell.isascii()) else _cell(cell) for cell in map(values.get, columns)]
    cells[columns.index("event_seq")] = seq
    return tuple(cells)


@cache
def _names(columns: tuple[str, ...]) -> frozenset[str]:
    return frozenset(columns)


def _named(table: str, cells: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(COLUMNS[table], cells, strict=True))


def _cell(value: Any) -> Any:
    if value is None or type(value) is int or (type(value) is str and value.isascii()):
        return value  # nearly every cell
    value = plain(value)
    if isinstance(value, datetime):
        return stamp(value)
    return int(value) if isinstance(value, bool) else audit.normal(value)


def _digest(table: str, cells: tuple[Any, ...]) -> str:
    columns, covered = COLUMNS[table], hashed_columns(table)
    if len(covered) == len(columns):
        return audit.row_digester(table, columns)(cells)
    values = _named(table, cells)
    return audit.row_digester(table, covered)([values[name] for name in covered])


def _sealed(payload: Payload, rows: StoredRows) -> str | None:
    """The commitment to what may be destroyed later: an envelope, or the wrapped keys of a credential; an event has one of them."""
    keys = [_named(table, cells) for table, cells in rows if table == "credential"]
    wraps = [each["wrapped_sign"] + each["wrapped_box"] for each in keys]
    if not wraps:
        return payload.sealed
    if payload.sealed is not None or len(wraps) > 1:
        raise ValueError("an event has one envelope or one credential")
    return hashlib.sha256(wraps[0]).hexdigest()
