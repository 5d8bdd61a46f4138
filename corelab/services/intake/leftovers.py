"""What a program that was killed left in quarantine: half-made candidates, and folders of deliveries that were only tried."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from corelab import process

_QUIET = timedelta(hours=1)
"""Besides its process, a leftover must be at rest: what looks dead from here may live in a container that shares the folder."""


def remove_leftovers(quarantine: Path, now: datetime) -> int:
    """Removes them, and answers how many. No record names any of them: a candidate gets its name within the transaction that records it."""
    found = [each for each in _leftovers(quarantine) if _abandoned(each, now)]
    for each in found:
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    return len(found)


def _leftovers(quarantine: Path) -> Iterator[Path]:
    """``<n>.<process>.<token>.new`` in the folders of deliveries, and ``.try-<process>-<delivery>`` beside them."""
    yield from (Path(each.path) for each in process.files_below(quarantine, ".new"))
    yield from quarantine.glob(".try-*")


def _abandoned(left: Path, now: datetime) -> bool:
    number = left.name.split("-")[1] if left.name.startswith(".try-") else left.name.split(".")[1]
    try:
        quiet = now.timestamp() - left.stat().st_mtime > _QUIET.total_seconds()
    except FileNotFoundError:
        return False
    return quiet and not (number.isdigit() and len(number) < 10 and process.lives(int(number)))
