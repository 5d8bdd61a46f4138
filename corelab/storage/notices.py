"""The events that people are told of, and what each has confirmed: rows <-> domain."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from corelab.domain.notices import KINDS, Happened
from corelab.domain.vocabulary import AccountId
from corelab.storage.rows import OWN
from corelab.storage.schema import TABLES
from corelab.storage.sessions import host_of
from corelab.storage.snapshot import Row, Snapshot

SEEN = "notice.seen"


def happened_since(snapshot: Snapshot, seq: int) -> tuple[Happened, ...]:
    """Later than this event, in order."""
    return tuple(_happened(snapshot, row) for row in snapshot.query(_happened_since(), seq=seq))


@cache
def _happened_since() -> Select[Any]:
    event = TABLES["event"]
    wanted = select(event).where(or_(*(event.columns.kind == kind for kind in sorted(KINDS))), event.columns.seq > bindparam("seq"))
    return wanted.order_by(event.columns.seq).execution_options(**{OWN: "happened_since"})


def _happened(snapshot: Snapshot, row: Row) -> Happened:
    host = host_of(snapshot, row["workstation"]) if row["workstation"] else ""
    return Happened(row["seq"], row["at"], row["kind"], row["id"], row["actor"], host)


def seen_up_to(snapshot: Snapshot, account: AccountId) -> int:
    """The event up to which this person has confirmed; for who has confirmed nothing yet, the one that made or first activated them."""
    last = snapshot.query(_last_seen(), account=account)
    if last:
        return int(snapshot.opening_of(last[0]["seq"])["up_to"])
    first = snapshot.one("credential", account_id=account, n=1)
    return int(first["event_seq"]) if first else 0


@cache
def _last_seen() -> Select[Any]:
    event = TABLES["event"]
    own = select(event).where(event.columns.kind == SEEN, event.columns.actor == bindparam("account"))
    return own.order_by(event.columns.seq.desc()).limit(1).execution_options(**{OWN: "last_seen"})


def own_statements() -> tuple[Select[Any], ...]:
    """What everybody asks: each has a function on a server that answers it."""
    return (_happened_since(), _last_seen())
