"""The machines of a lab: which have signed in, which are enrolled, whose display was looked at."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from corelab.domain.accounts import Command
from corelab.domain.clock import stamp
from corelab.domain.record_errors import AccessRefusedError
from corelab.services.labs import OpenLab
from corelab.services.session import Session, permit
from corelab.storage import sessions
from corelab.storage.snapshot import Row, Snapshot


class DisplaySeen(Enum):
    """What a person saw of the grey steps."""

    ALL = "all"
    NOT_ALL = "not_all"


@dataclass(frozen=True, slots=True)
class Machine:
    """``display``: what was seen of the grey steps, and when it was looked at last."""

    id: str
    host: str
    os: str
    enrolled: bool
    display: DisplaySeen | None
    display_at: datetime | None


def machines(lab: OpenLab, session: Session) -> tuple[Machine, ...]:
    """All that ever signed in or tried to, in the order in which they came."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        ids = dict.fromkeys(row["id"] for row in snapshot.all("workstation"))
        return tuple(_machine(snapshot, id_) for id_ in ids)


def this_machine(lab: OpenLab) -> Machine | None:
    """The one at hand, once it has signed in."""
    with lab.store.read() as snapshot:
        return _machine(snapshot, lab.workstation) if sessions.machine(snapshot, lab.workstation) else None


def _machine(snapshot: Snapshot, id_: str) -> Machine:
    row = _known(snapshot, id_)
    at, _, seen = (row["display_check"] or "").partition(" ")
    return Machine(
        id_, row["host"], row["os"], bool(row["enrolled"]), DisplaySeen(seen) if seen else None, datetime.fromisoformat(at) if at else None
    )


def _known(snapshot: Snapshot, id_: str) -> Row:
    row = sessions.machine(snapshot, id_)
    if row is None:
        raise AccessRefusedError("workstation", id_)
    return row


def enrol(lab: OpenLab, session: Session, id_: str, reason: str, *, enrolled: bool = True) -> None:
    """An administrator takes a machine in, or out again. Raises AccessRefusedError where nothing would change or for the one at hand."""
    role = permit(session, Command.ACCOUNT)
    with lab.store.begin(session.actor(role)) as transaction:
        last = _known(transaction, id_)
        if bool(last["enrolled"]) == enrolled or (not enrolled and id_ == lab.workstation):
            raise AccessRefusedError("workstation", id_)
        if not reason.strip():
            raise AccessRefusedError("reason")
        row = sessions.machine_row(last, enrolled=enrolled)
        payload = {"enrolled": enrolled, "host": last["host"], "reason_text": reason}
        transaction.record("workstation.enrolled", "workstation", id_, rows=[row], payload=payload)


def record_display(lab: OpenLab, session: Session, seen: DisplaySeen) -> None:
    """What the person saw of the grey steps on the display of this machine."""
    with lab.store.begin(session.actor(None)) as transaction:
        last = _known(transaction, session.workstation)
        row = sessions.machine_row(last, display_check=f"{stamp(transaction.now)} {seen.value}")
        transaction.record("workstation.display_checked", "workstation", session.workstation, rows=[row], payload={"seen": seen.value})
