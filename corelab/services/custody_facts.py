"""Who holds the custody key, whether it should be changed, and how it was changed last."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from corelab.domain.accounts import Command, Person, Role
from corelab.domain.vocabulary import AccountId
from corelab.services.accounts import Session, permit
from corelab.services.labs import OpenLab
from corelab.storage import people
from corelab.storage.snapshot import Row, Snapshot

_CHANGES = ("custody.rotated", "custody.recovered")


@dataclass(frozen=True, slots=True)
class CustodyChange:
    """A new custody key: when, by whom (printed name), and whether by the recovery code; ``reason`` of a rotation in words."""

    at: datetime
    by: str
    recovered: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class CustodyFacts:
    """``number``: which custody key of the lab this is. ``left``: who holds it and is no coordinator any more."""

    number: int
    holders: tuple[Person, ...]
    left: tuple[Person, ...]
    last: CustodyChange | None

    @property
    def should_rotate(self) -> bool:
        return bool(self.left)


def custody_facts(lab: OpenLab, session: Session) -> CustodyFacts:
    """As of now, for everybody who sees the list of people."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return facts_of(snapshot)


def facts_of(snapshot: Snapshot) -> CustodyFacts:
    everybody = people.all_people(snapshot)
    return CustodyFacts(
        people.custody(snapshot).n,
        tuple(one for one in everybody if people.holds_custody(snapshot, one)),
        people.left_with_custody(snapshot),
        max((_told(snapshot, event) for event in _changes(snapshot)), key=lambda change: change.at, default=None),
    )


def news(lab: OpenLab, session: Session) -> tuple[CustodyChange, ...]:
    """What others did to the custody key since this coordinator signed in before; nothing for other roles."""
    if Role.COORDINATOR not in session.roles:
        return ()
    with lab.store.read(session.account) as snapshot:
        since = _signed_in_before(snapshot, session)
        return tuple(_told(snapshot, event) for event in _changes(snapshot, since) if event["actor"] != session.account)


def _signed_in_before(snapshot: Snapshot, session: Session) -> int:
    """The event of the sign-in before this one; 0 for a first one: whoever is new learns of the last change too."""
    own = [(row["event_seq"], row["id"]) for row in snapshot.all("session", account_id=session.account)]
    here = next((seq for seq, id_ in own if id_ == session.id), 0)
    return max((seq for seq, _ in own if seq < here), default=0)


def _changes(snapshot: Snapshot, after: int = 0) -> Iterator[Row]:
    for kind in _CHANGES:
        yield from snapshot.events(kind=kind, after=after)


def _told(snapshot: Snapshot, event: Row) -> CustodyChange:
    told = snapshot.opening_of(event["seq"])
    return CustodyChange(event["at"], _name(snapshot, event["actor"]), event["kind"] == "custody.recovered", told.get("reason_text"))


def _name(snapshot: Snapshot, account: AccountId) -> str:
    person = people.person(snapshot, account)
    return person.printed_name if person else ""
