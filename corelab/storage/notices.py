"""The events that people are told of, and what each has confirmed: rows <-> domain."""

from sqlalchemy import select

from corelab.domain.notices import KINDS, Happened
from corelab.domain.vocabulary import AccountId
from corelab.storage.schema import TABLES
from corelab.storage.sessions import host_of
from corelab.storage.snapshot import Row, Snapshot

SEEN = "notice.seen"


def happened_since(snapshot: Snapshot, seq: int) -> tuple[Happened, ...]:
    """Later than this event, in order."""
    event = TABLES["event"]
    wanted = select(event).where(event.columns.kind.in_(sorted(KINDS)), event.columns.seq > seq).order_by(event.columns.seq)
    return tuple(_happened(snapshot, row) for row in snapshot.query(wanted))


def _happened(snapshot: Snapshot, row: Row) -> Happened:
    host = host_of(snapshot, row["workstation"]) if row["workstation"] else ""
    return Happened(row["seq"], row["at"], row["kind"], row["id"], row["actor"], host)


def seen_up_to(snapshot: Snapshot, account: AccountId) -> int:
    """The event up to which this person has confirmed; for who has confirmed nothing yet, the one that made or first activated them."""
    event = TABLES["event"]
    own = select(event).where(event.columns.kind == SEEN, event.columns.actor == account)
    last = snapshot.query(own.order_by(event.columns.seq.desc()).limit(1))
    if last:
        return int(snapshot.opening_of(last[0]["seq"])["up_to"])
    first = snapshot.one("credential", account_id=account, n=1)
    return int(first["event_seq"]) if first else 0
