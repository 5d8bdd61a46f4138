"""What kinds of files a lab takes in beyond the usual ones: two retired classes of ultrasound images, and deflated objects."""

from dataclasses import dataclass

from corelab.domain.accounts import Command
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.services.accounts import Session, permit
from corelab.services.labs import OpenLab
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow

RETIRED, DEFLATED = "accept_retired_sop", "accept_deflated"
NAMES = (RETIRED, DEFLATED)
_ON, _OFF = "on", "off"


@dataclass(frozen=True, slots=True)
class Accepted:
    """``retired``: old machines still write two classes that were retired long ago. ``deflated``: data sets that must be inflated first."""

    retired: bool = True
    deflated: bool = False


def accepted(lab: OpenLab, session: Session) -> Accepted:
    """As it stands."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return accepted_in(snapshot)


def set_accepted(lab: OpenLab, session: Session, name: str, reason: str, *, on: bool) -> Accepted:
    """An administrator, who takes nothing in, switches one kind on or off, from the next delivery on.

    Raises IntakeRefusedError for a name that is none of ``NAMES``, or a blank reason.
    """
    role = permit(session, Command.ACCOUNT)
    if name not in NAMES:
        raise IntakeRefusedError(Refusal.ACCEPTED, name)
    if not reason.strip():
        raise IntakeRefusedError(Refusal.RULE_REASON)
    with lab.store.begin(session.actor(role)) as transaction:
        last, value = transaction.latest("setting", name=name), _ON if on else _OFF
        row = NewRow("setting", {"name": name, "n": last["n"] + 1 if last else 1, "value": value})
        payload = {"name": name, "from": _ON if _is_on(transaction, name) else _OFF, "to": value, "reason_text": reason}
        transaction.record("intake.accepts", "setting", name, rows=[row], payload=payload)
        return accepted_in(transaction)


def accepted_in(snapshot: Snapshot) -> Accepted:
    """What was never set is as in ``Accepted()``."""
    return Accepted(retired=_is_on(snapshot, RETIRED), deflated=_is_on(snapshot, DEFLATED))


def _is_on(snapshot: Snapshot, name: str) -> bool:
    found = snapshot.latest("setting", name=name)
    return name == RETIRED if found is None else found["value"] == _ON
