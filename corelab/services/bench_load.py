"""How busy other programs keep the machine while something is measured: the usual reason why a goal is missed."""

import os
from dataclasses import dataclass
from pathlib import Path

_STAT = Path("/proc/stat")
_IDLE = slice(3, 5)
"""Waiting, and waiting for the disk, among the numbers of the line ``cpu``."""
_COUNTED = 8
"""Guests, which follow, are counted in the user's time already."""


@dataclass(frozen=True, slots=True)
class Ticks:
    """Seconds since the machine started: of all processors, those they worked, and those they worked for this program."""

    whole: float
    busy: float
    own: float


def ticks() -> Ticks | None:
    """As of now; None where the system does not tell, as on Windows and macOS."""
    try:
        line = _STAT.read_text("ascii").splitlines()[0]
    except OSError:
        return None
    spent = os.times()
    own = spent.user + spent.system + spent.children_user + spent.children_system
    return from_line(line, own, os.sysconf("SC_CLK_TCK"))


def from_line(line: str, own: float, per_second: int) -> Ticks:
    """``line`` is the first of /proc/stat, in ticks of which there are so many in a second."""
    spent = [int(number) / per_second for number in line.split()[1 : _COUNTED + 1]]
    return Ticks(sum(spent), sum(spent) - sum(spent[_IDLE]), own)


def others(before: Ticks | None, after: Ticks | None) -> float | None:
    """The share of the processors' time that other programs took between two moments."""
    if before is None or after is None or after.whole <= before.whole:
        return None
    theirs = (after.busy - before.busy) - (after.own - before.own)
    return max(0.0, theirs / (after.whole - before.whole))
