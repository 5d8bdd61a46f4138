"""A lab that is taken from a folder to a server, or back: what its last event in the old place says, and what may go wrong."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from corelab.domain.record_errors import LabError

MOVED, STAYED = "lab.moved", "lab.stayed"
"""The last event that both places share; and that nothing came of it, so that work goes on in the old place."""
_AFTER = frozenset({MOVED, STAYED, "lab.restored"})
"""What may follow when a lab has left: it is sent once more, it stays, or it is made again from a backup of the new place."""


class Engine(Enum):
    """What keeps the records of a lab; stands as the reason in the event of a move: where to it went."""

    FOLDER = "folder"
    SERVER = "server"


def has_left(last: Mapping[str, Any], here: Engine) -> bool:
    """Whether the lab with this last event went on to the other kind of place: here it is only read from then on."""
    return last["kind"] == MOVED and last["reason"] not in {None, here.value}


def may_follow_move(kind: str) -> bool:
    """Whether an event of this kind may be written where the lab has left."""
    return kind in _AFTER


class LabMovedError(LabError):
    """The lab was moved ``to`` another place and takes no more records here."""

    def __init__(self, to: str) -> None:
        super().__init__(Path(to), to)
        self.to = to


class MoveFault(Enum):
    """Why a lab cannot be moved there."""

    SAME_KIND = "a lab moves from a folder to a server, or from a server to a folder"
    OTHERS = "others are at work in it"


class MoveRefusedError(Exception):
    """The lab stays where it is, and nothing was changed; ``who`` are the others that are at work."""

    def __init__(self, why: MoveFault, who: tuple[str, ...] = ()) -> None:
        super().__init__(f"{why.value}: {', '.join(who)}" if who else why.value)
        self.why = why
        self.who = who


class CopyDiffersError(Exception):
    """What arrived in the other place is not what was sent; ``tables`` are those that differ. Nothing of it was kept."""

    def __init__(self, tables: tuple[str, ...]) -> None:
        super().__init__(", ".join(tables))
        self.tables = tables
