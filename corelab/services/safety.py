"""Safety notices for coordinators: which alert fired on which exam, never on which grade; and that somebody saw to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.alerts import Fired
from corelab.domain.reasons import reason_words
from corelab.domain.vocabulary import SubjectCode, VisitId
from corelab.services import accounts, shown
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, charter_of
from corelab.services.pinned import known_custody
from corelab.storage import people, released
from corelab.storage.keys import BoxSecret
from corelab.storage.store import Row, Snapshot

ROOM: Final = 2048
_ACKNOWLEDGED: Final = "alert.acknowledged"


class NoticeRefusedError(Exception):
    """No notice of this name waits for anybody; nothing was recorded."""

    def __init__(self, notice: str) -> None:
        super().__init__(notice)
        self.notice = notice


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Who saw to a notice, when, and what was done."""

    by: str
    at: datetime
    done: str


@dataclass(frozen=True, slots=True)
class SafetyNotice:
    """An alert that fired: ``id`` names it to be acknowledged, ``alert`` and ``message`` are the charter's.

    One that fired on an exam more than once (for each of its readings, say) is one notice until it is acknowledged: ``every`` names all.
    """

    id: str
    subject: SubjectCode
    visit: VisitId
    alert: str
    message: str
    at: datetime
    acknowledged: Acknowledged | None = None
    every: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        seen = self.acknowledged
        told = {"by": seen.by, "at": seen.at.isoformat(), "done": seen.done} if seen else None
        named = {"id": self.id, "subject": self.subject, "visit": self.visit, "alert": self.alert, "message": self.message}
        return {**named, "at": self.at.isoformat(), "acknowledged": told}


def notices(lab: OpenLab, session: Session) -> tuple[SafetyNotice, ...]:
    """Every alert that fired, those that wait first, then the latest first. Opened with custody: raises CustodyMissingError."""
    accounts.permit(session, Command.SAFETY)
    custody = accounts.held_custody(session)
    with lab.store.read(session.account) as snapshot:
        found = sorted(_joined(snapshot, custody), key=lambda one: one.at, reverse=True)
    return tuple(sorted(found, key=lambda one: one.acknowledged is not None))


def acknowledge(lab: OpenLab, session: Session, notice: str, done: str) -> None:
    """Somebody saw to it. What was done is sealed to custody, and so is which notice it was: the event alone tells of none.

    Raises NoticeRefusedError, ReasonRefusedError, CustodyMissingError.
    """
    role = accounts.permit(session, Command.SAFETY)
    custody, words = accounts.held_custody(session), reason_words(done)
    with lab.store.begin(session.actor(role)) as transaction:
        known = (one for one in _joined(transaction, custody) if one.acknowledged is None and notice in one.every)
        found, to = next(known, None), [known_custody(lab, transaction)]
        if found is None:
            raise NoticeRefusedError(notice)
        for name in found.every:
            payload = {"alert": name, "done": words}
            transaction.record(_ACKNOWLEDGED, "alert", str(uuid4()), payload=payload, seal_to=to, pad_to=ROOM)


def waiting(snapshot: Snapshot, custody: BoxSecret) -> int:
    """How many notices nobody acknowledged."""
    return sum(one.acknowledged is None for one in _joined(snapshot, custody))


def _joined(snapshot: Snapshot, custody: BoxSecret) -> Iterator[SafetyNotice]:
    """Each alert of an exam once, the latest; what was acknowledged stands by itself."""
    found: dict[tuple[str, ...], list[SafetyNotice]] = {}
    for one in sorted(_notices(snapshot, custody), key=lambda one: one.at):
        seen = one.acknowledged
        words = (seen.by, seen.at.isoformat(), seen.done) if seen else ()
        found.setdefault((one.subject, one.visit, one.alert, *words), []).append(one)
    yield from (replace(same[-1], every=tuple(one.id for one in same)) for same in found.values())


def _notices(snapshot: Snapshot, custody: BoxSecret) -> Iterator[SafetyNotice]:
    seen = _acknowledgements(snapshot, custody)
    for row in snapshot.all("alert"):
        fired = released.opened(snapshot, row["event_seq"], custody).json["fired"]
        if fired:
            yield from _of_row(snapshot, row, tuple(map(Fired.from_json, fired)), seen)


def _of_row(snapshot: Snapshot, row: Row, fired: tuple[Fired, ...], seen: Mapping[str, Acknowledged]) -> Iterator[SafetyNotice]:
    event, exam = snapshot.one("event", seq=row["event_seq"]) or {}, shown.exam_of(snapshot, row["exam_id"])
    messages = {alert.id: alert.message for alert in charter_of(snapshot, exam.charter_hash).alerts}
    for one in fired:
        name = f"{row['id']}:{one.alert}"
        yield SafetyNotice(name, exam.subject, exam.visit, one.alert, messages.get(one.alert, ""), event["at"], seen.get(name))


def _acknowledgements(snapshot: Snapshot, custody: BoxSecret) -> Mapping[str, Acknowledged]:
    names = {person.account: person.printed_name for person in people.all_people(snapshot)}
    found = {}
    for event in snapshot.events(kind=_ACKNOWLEDGED):
        payload = released.opened(snapshot, event["seq"], custody).json
        found[payload["alert"]] = Acknowledged(names.get(event["actor"], ""), event["at"], payload["done"])
    return found
