"""What a coordinator does with a drop that waits: takes it in like any delivery, or discards it with a reason."""

from collections.abc import Callable
from pathlib import Path

from corelab.domain.accounts import Command
from corelab.domain.drops import DropFault, DropRefusedError
from corelab.domain.vocabulary import Side
from corelab.services.accounts import Session, permit
from corelab.services.drops.spool import Drop, Waiting, record_abandoned, remove, waiting_in
from corelab.services.intake.delivery import take_in
from corelab.services.intake.receiving import Progress
from corelab.services.intake.report import IntakeReport
from corelab.services.labs import OpenLab
from corelab.storage.snapshot import Snapshot


def drops(lab: OpenLab, session: Session) -> tuple[Drop, ...]:
    """Those that wait, in the order in which they came; those of a listening process that died are among them."""
    role = permit(session, Command.INTAKE)
    record_abandoned(lab, session, role)
    with lab.store.read(session.account) as snapshot:
        return tuple(each.drop for each in waiting_in(lab, snapshot))


def take_drop(  # noqa: PLR0913 - what a delivery is
    lab: OpenLab,
    session: Session,
    number: int,
    *,
    subject: str = "",
    visit: str = "",
    side: Side | None = None,
    transmittal: Path | None = None,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> IntakeReport:
    """Takes a drop in exactly as a folder of files; it waits no longer once every object of it was looked at.

    Raises DropRefusedError where none of that number waits, and what ``take_in`` raises; then it still waits.
    """
    permit(session, Command.INTAKE)
    with lab.store.read(session.account) as snapshot:
        waiting = _of_number(lab, snapshot, number)
    report = take_in(
        lab,
        session,
        waiting.objects,
        subject=subject,
        visit=visit,
        side=side,
        transmittal=transmittal,
        drop=waiting.id,
        progress=progress,
        cancelled=cancelled,
    )
    if not report.cancelled and report.stopped is None:
        remove(waiting.folder)
    return report


def discard_drop(lab: OpenLab, session: Session, number: int, reason: str) -> Drop:
    """Its objects are erased; that it came, and why it went, stays on record. Raises DropRefusedError."""
    role = permit(session, Command.INTAKE)
    if not reason.strip():
        raise DropRefusedError(DropFault.REASON)
    with lab.store.begin(session.actor(role)) as transaction:
        waiting = _of_number(lab, transaction, number)
        payload = {"number": number, "objects": len(waiting.objects), "reason_text": reason}
        transaction.record("drop.discarded", "drop", waiting.id, payload=payload)
        remove(waiting.folder)
    return waiting.drop


def _of_number(lab: OpenLab, snapshot: Snapshot, number: int) -> Waiting:
    for each in waiting_in(lab, snapshot):
        if each.drop.number == number:
            return each
    raise DropRefusedError(DropFault.UNKNOWN, str(number))
