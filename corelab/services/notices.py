"""What a person is told while signed in, until they confirm having seen it."""

from collections.abc import Sequence
from dataclasses import replace

from corelab.domain.notices import Notice, notices_for
from corelab.services.labs import OpenLab
from corelab.services.session import Session
from corelab.storage import notices as records
from corelab.storage import people
from corelab.storage.snapshot import Snapshot


def unseen(lab: OpenLab, session: Session) -> tuple[Notice, ...]:
    """Of tries at use that nobody is entitled to: administrators; of resets and custody: whom they concern. With names, not ids."""
    with lab.store.read(session.account) as snapshot:
        happened = records.happened_since(snapshot, records.seen_up_to(snapshot, session.account))
        return tuple(_named(snapshot, notice) for notice in notices_for(happened, session.account, session.roles))


def _named(snapshot: Snapshot, notice: Notice) -> Notice:
    return replace(notice, about=_name(snapshot, notice.about), by=_name(snapshot, notice.by))


def _name(snapshot: Snapshot, account: str | None) -> str | None:
    person = people.person(snapshot, account) if account else None
    return person.printed_name if person else None


def confirm(lab: OpenLab, session: Session, shown: Sequence[Notice]) -> None:
    """The person has seen these; what came later is told still."""
    if not shown:
        return
    with lab.store.begin(session.actor(None)) as transaction:
        payload = {"up_to": max(notice.seq for notice in shown), "kinds": sorted({notice.kind.value for notice in shown})}
        transaction.record(records.SEEN, "account", session.account, payload=payload)
