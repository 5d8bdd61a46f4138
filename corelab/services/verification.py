"""Everything that `corelab verify` looks at in a lab: its database, what was made from openings and charter, and its clips."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from corelab.domain.audit import Fault
from corelab.domain.clock import SystemClock
from corelab.domain.record_errors import NotALabError
from corelab.services.labs import DATABASE
from corelab.services.projections import PROJECTION, released_grades
from corelab.services.recomputed import recomputed_results
from corelab.storage.store import Snapshot, Store
from corelab.storage.verify import Source, check_database

CLIP = "clip"
_BLOCK = 1024 * 1024

RECOMPUTED: tuple[Callable[[Snapshot], Iterable[Fault]], ...] = (recomputed_results,)
"""Checks that run the rules of the charter again over the opened records: comparisons and results."""

_UNSOUND = frozenset({"integrity", "chain", "payload", "rows"})
"""Faults after which nothing can be recomputed: the records are not those that were written."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, by count, and every fault that was found."""

    ok: bool
    checked: Mapping[str, int]
    faults: tuple[Fault, ...]


class LabFaultyError(Exception):
    """The lab does not verify; ``faults`` are (where, what). What was asked for was not begun."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{where}: {what}" for where, what in faults[:5]))
        self.faults = faults


def require_sound(folder: Path) -> None:
    """Before a release, a lock or a package everything is looked at. Raises LabFaultyError."""
    found = verify_lab(folder)
    if not found.ok:
        raise LabFaultyError(tuple((fault.where, fault.what) for fault in found.faults))


def verify_lab(folder: Path) -> Verified:
    """All of a lab, reading only and without any key. Raises NotALabError when there is no lab in the folder."""
    path = folder / DATABASE
    if not path.is_file():
        raise NotALabError(folder)
    clips = _Clips(folder / "clips")
    database = check_database(path, {PROJECTION: released_grades, CLIP: clips.faults})
    counted, faults = {**database.counted, "clips": clips.read}, list(database.faults)
    if not _UNSOUND & {fault.step for fault in faults}:
        faults += _recomputed(path)
    return Verified(not faults, MappingProxyType(counted), tuple(faults))


def _recomputed(path: Path) -> Iterator[Fault]:
    try:
        with closing(Store.open(path, SystemClock(), read_only=True)) as store, store.read() as snapshot:
            for check in RECOMPUTED:
                yield from check(snapshot)
    except Exception as error:  # noqa: BLE001 - false records show themselves as any error of the rules
        yield Fault("database", f"{PROJECTION}: the check stopped ({type(error).__name__}: {error})", PROJECTION)


class _Clips:
    """The folder of released clips against the rows of clips."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.read = 0

    def faults(self, source: Source) -> Iterator[Fault]:
        expected = {}
        for row in source.rows("clip"):
            path = self._folder / row["sha256"][:2] / f"{row['sha256']}.dcm"
            expected[path] = row["sha256"]
            place = f"{source.where(row['event_seq'])}, clip {row['id']}"
            if not path.is_file():
                yield Fault(place, f"{CLIP}: its file is missing", CLIP)
            elif self._digest(path) != row["sha256"]:
                yield Fault(place, f"{CLIP}: its file is not the one released", CLIP)
        for path in sorted(self._folder.rglob("*")):
            if not path.is_dir() and path not in expected:
                yield Fault(str(path.relative_to(self._folder.parent)), f"{CLIP}: a file that no record names", CLIP)

    def _digest(self, path: Path) -> str:
        self.read += 1
        digest = hashlib.sha256()
        with path.open("rb") as content:
            while block := content.read(_BLOCK):
                digest.update(block)
        return digest.hexdigest()
