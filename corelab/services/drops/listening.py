"""Listens for clips that sites send by network, in a coordinator's sign-in: each association becomes a drop that waits in quarantine."""

from collections.abc import Callable
from dataclasses import dataclass, field

from corelab.domain.accounts import Command, Role
from corelab.domain.drops import DropEnd, DropFault, DropRefusedError, is_title
from corelab.imaging.network import Landed, Limits, Rules, Tls
from corelab.services.accounts import Session, permit
from corelab.services.drops.spool import Drop, record_abandoned, recorded
from corelab.services.intake.accepted import accepted_in
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked

LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.25
"""So long until the end that a person asked for is noticed."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a coordinator asks for: the own title, those of the senders, where to listen; ``port`` 0 lets the system choose."""

    called: str
    allowed: tuple[str, ...]
    port: int
    address: str = LOOPBACK
    tls: Tls | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Told:
    """What happens while it listens: ``began`` with the port, ``ended`` with each association and its drop, if it left one."""

    began: Callable[[int], None]
    ended: Callable[[DropEnd, Drop | None], None]


def listen(lab: OpenLab, session: Session, wanted: Wanted, told: Told, stop: Callable[[], bool]) -> tuple[Drop, ...]:
    """Until ``stop`` says so; answers the drops that came. What is under way then is cut, and kept as far as it came in whole objects.

    Raises DropRefusedError when it cannot listen, NotPermittedError, LockedError; what came before is kept.
    """
    role = permit(session, Command.INTAKE)
    rules = _rules(lab, wanted)
    try:
        from corelab.imaging.network.listening import listening  # noqa: PLC0415 - an extra that not every lab has
    except ImportError as error:
        raise DropRefusedError(DropFault.PACKAGE) from error
    drops: list[Drop] = []
    with listening(rules, lab.quarantine) as listener:
        _record(lab, session, role, "listening.began", _terms(wanted, listener.port))
        for drop in record_abandoned(lab, session, role):
            told.ended(DropEnd.WHOLE if drop.whole else DropEnd.INTERRUPTED, drop)
            drops.append(drop)
        told.began(listener.port)
        while not stop():
            landed = listener.landed(_LOOK_SECONDS)
            if landed is not None:
                drops += _ended(lab, session, role, landed, told)
    while (landed := listener.landed(0)) is not None:
        drops += _ended(lab, session, role, landed, told)
    _record(lab, session, role, "listening.ended", {"drops": len(drops)})
    return tuple(drops)


def _rules(lab: OpenLab, wanted: Wanted) -> Rules:
    if not is_title(wanted.called):
        raise DropRefusedError(DropFault.TITLE, wanted.called)
    if not wanted.allowed or not all(is_title(each) for each in wanted.allowed):
        raise DropRefusedError(DropFault.ALLOWED, ", ".join(wanted.allowed))
    with lab.store.read() as snapshot:
        require_unlocked(snapshot)
        kinds = accepted_in(snapshot)
    return Rules(
        *(wanted.called, wanted.allowed, wanted.address, wanted.port, wanted.tls),
        retired=kinds.retired,
        deflated=kinds.deflated,
        limits=wanted.limits,
    )


def _terms(wanted: Wanted, port: int) -> dict[str, object]:
    sides = "off" if wanted.tls is None else "both" if wanted.tls.authority else "own"
    return {"called": wanted.called, "allowed": list(wanted.allowed), "address": wanted.address, "port": port, "tls": sides}


def _record(lab: OpenLab, session: Session, role: Role, kind: str, payload: dict[str, object]) -> None:
    with lab.store.begin(session.actor(role)) as transaction:
        transaction.record(kind, "lab", lab.lab_id, payload=payload)


def _ended(lab: OpenLab, session: Session, role: Role, landed: Landed, told: Told) -> tuple[Drop, ...]:
    drops = (recorded(lab, session, role, landed),) if landed.folder is not None else ()
    told.ended(landed.end, drops[0] if drops else None)
    return drops
