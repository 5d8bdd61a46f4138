"""What the events of queries say: who did it, when, and the words, read for many events at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from corelab.domain import audit
from corelab.domain.record_errors import RecordDamagedError
from corelab.domain.vocabulary import AccountId
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot

_AT_ONCE = 500
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Told:
    """One event: its kind, who acted (None: the program), when, and its payload; None where that was redacted."""

    kind: str
    by: AccountId | None
    at: datetime
    payload: Mapping[str, Any] | None


def told_at(snapshot: Snapshot, seqs: Collection[int]) -> dict[int, Told]:
    """By the number of the event. Raises RecordDamagedError for a payload that is not the recorded one."""
    event, stored = TABLES["event"].columns, TABLES["event_payload"].columns
    wanted = sorted(set(seqs))
    found: dict[int, Told] = {}
    statement = select(
        event.seq, event.kind, event.actor, event.at, event.payload, stored.form, stored.body, stored.redaction_seq
    ).join_from(TABLES["event"], TABLES["event_payload"], stored.seq == event.seq, isouter=True)
    for begin in range(0, len(wanted), _AT_ONCE):
        for row in snapshot.query(statement.where(event.seq.in_(wanted[begin : begin + _AT_ONCE]))):
            found[row["seq"]] = Told(row["kind"], AccountId(row["actor"]) if row["actor"] else None, row["at"], _payload(row))
    return found


def _payload(row: Row) -> Mapping[str, Any] | None:
    if row["payload"] is None:
        return _NOTHING
    if row["body"] is None and row["redaction_seq"] is not None:
        return None
    if row["body"] is None or row["form"] != "clear" or audit.payload_digest(row["body"]) != row["payload"]:
        raise RecordDamagedError(row["seq"], "payload differs from its digest")
    return audit.payload_of(row["body"])
