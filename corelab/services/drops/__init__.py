"""Drop off by network: clips that a sender stored wait in quarantine until a coordinator says whose they are."""

from corelab.domain.drops import DropEnd, DropFault, DropRefusedError
from corelab.imaging.network import Limits, Tls
from corelab.services.drops.listening import LOOPBACK, Told, Wanted, listen
from corelab.services.drops.spool import Drop
from corelab.services.drops.steps import discard_drop, drops, take_drop

__all__ = [
    "LOOPBACK",
    "Drop",
    "DropEnd",
    "DropFault",
    "DropRefusedError",
    "Limits",
    "Tls",
    "Told",
    "Wanted",
    "discard_drop",
    "drops",
    "listen",
    "take_drop",
]
