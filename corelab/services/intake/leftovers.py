"""What a program that was killed left in quarantine: half-made candidates, the bytes of an object that was not recorded, trial runs."""

import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from corelab import process

_KEPT = re.compile(r"([0-9]{1,9})\.(bin|tokens|[0-9a-f]{16}\.dcm)")
"""What is kept of an object, by its number."""

_QUIET = timedelta(hours=1)
"""Besides its process, a leftover must be at rest: what looks dead from here may live in a container that shares the folder."""


def remove_leftovers(quarantine: Path, now: datetime, recorded: Mapping[str, Collection[int]] = MappingProxyType({})) -> int:
    """Removes them, and answers how many. No record names any of them: a candidate gets its name within the transaction that records it.

    ``recorded``: the numbers of the objects of each delivery that records know.
    """
    found = [each for each in _leftovers(quarantine) if _abandoned(each, now)]
    found += [each for delivery, numbers in recorded.items() for each in _unfinished(quarantine / delivery, numbers, now)]
    for each in found:
        if each.is_dir():
            shutil.rmtree(each, ignore_errors=True)
        else:
            each.unlink(missing_ok=True)
    return len(found)


def _unfinished(folder: Path, recorded: Collection[int], now: datetime) -> list[Path]:
    """The files of the one object at which a delivery was killed: it comes again with the next.

    More than one is no killed delivery but a database that was restored beside newer files: those stay, as a person may know more.
    """
    files: dict[int, list[Path]] = {}
    for path in folder.glob("*") if folder.is_dir() else ():
        kept = _KEPT.fullmatch(path.name)
        if kept is not None and int(kept[1]) not in recorded:
            files.setdefault(int(kept[1]), []).append(path)
    (left,) = files.values() if len(files) == 1 else ((),)
    return [path for path in left if all(_is_quiet(each, now) for each in left)]


def _leftovers(quarantine: Path) -> Iterator[Path]:
    """``<n>.<process>.<token>.new`` in the folders of deliveries, and ``.try-<process>-<delivery>`` beside them."""
    yield from (Path(each.path) for each in process.files_below(quarantine, ".new"))
    yield from quarantine.glob(".try-*")


def _abandoned(left: Path, now: datetime) -> bool:
    number = left.name.split("-")[1] if left.name.startswith(".try-") else left.name.split(".")[1]
    return _is_quiet(left, now) and not (number.isdigit() and len(number) < 10 and process.lives(int(number)))


def _is_quiet(left: Path, now: datetime) -> bool:
    try:
        return now.timestamp() - left.stat().st_mtime > _QUIET.total_seconds()
    except FileNotFoundError:
        return False
