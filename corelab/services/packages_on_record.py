"""The packages that lie in a lab's own exports folder against the packages that its records name."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from corelab.domain.audit import Fault
from corelab.export.check import load
from corelab.export.manifest import MANIFEST
from corelab.storage.verify import RawRow, Source

PACKAGE = "package"


class Packages:
    """Each package folder that is there, read once."""

    def __init__(self, exports: Path) -> None:
        self._exports = exports
        self.read = 0

    def faults(self, source: Source) -> Iterator[Fault]:
        """A package that was sent away is not missed: only what is here is looked at."""
        recorded = {int(row["n"]): row for row in source.rows("package")}
        for folder in self._folders():
            self.read += 1
            row = recorded.get(_number(folder))
            place = source.where(row["event_seq"]) if row else "exports"
            for what in _wrong(folder, row):
                yield Fault(f"{place}, {folder.name}", f"{PACKAGE}: {what}", PACKAGE)

    def _folders(self) -> Iterator[Path]:
        found = sorted(self._exports.iterdir()) if self._exports.is_dir() else []
        yield from (each for each in found if each.is_dir() and not each.name.startswith("."))


def _number(folder: Path) -> int:
    """``DVT-LE_T003_...`` is the third; 0 for a folder that is called otherwise."""
    found = [part[1:] for part in folder.name.split("_") if part[:1] == "T" and part[1:].isdecimal()]
    return int(found[0]) if found else 0


def _wrong(folder: Path, row: RawRow | None) -> Iterator[str]:
    try:
        manifest = hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        yield "its manifest is missing"
        return
    if row is None:
        yield "no record names this package"
    elif manifest != row["manifest_sha256"]:
        yield "its manifest is not the one on record"
    _, faults = load(folder)
    yield from (f"{fault.where} {fault.what}" for fault in faults)
