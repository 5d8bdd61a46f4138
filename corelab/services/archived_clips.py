"""The released clips of a lab in an archive on a server, against the rows of clips: every one is read from the server itself."""

import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from corelab.domain.archives import ArchiveError, archive_address
from corelab.domain.audit import Fault
from corelab.domain.vocabulary import Sha256
from corelab.storage.archives import ARCHIVE
from corelab.storage.verify import Source, source_of

CLIP = "clip"
_READERS = 2


def address_in_file(path: Path) -> str:
    """Where the clips of the lab with this database lie; empty for its folder, and where the database cannot be read."""
    with suppress(sqlite3.Error, UnicodeError), source_of(path) as source:
        found = [row for row in source.rows("setting") if row["name"] == ARCHIVE]
        return str(max(found, key=lambda row: int(row["n"]))["value"]) if found else ""
    return ""


class ArchivedClips:
    """As a context manager: clips are read two at a time, one block of each in memory, and nothing of them is kept."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._reading = ThreadPoolExecutor(_READERS, "reading")
        self.read = 0
        self._away: ArchiveError | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Raises ArchiveError where the archive was away: then nothing is known about the clips, and that is no fault of the lab."""
        self._reading.shutdown(cancel_futures=True)
        if kind is None and self._away is not None:
            raise self._away

    def faults(self, source: Source) -> Iterator[Fault]:
        """Of each clip. An archive that is away is told at the end: here it would count as a fault."""
        try:
            yield from self._faults(source)
        except ArchiveError as error:
            self._away = error

    def _faults(self, source: Source) -> Iterator[Fault]:
        rows = tuple(source.rows("clip"))
        with TemporaryDirectory(prefix="corelab-") as nowhere:
            states = self._asked(rows, Path(nowhere))
            for row in rows:
                held = states[row["sha256"]].result()
                self.read += 1
                place = f"{source.where(row['event_seq'])}, clip {row['id']}"
                if held is None:
                    yield Fault(place, f"{CLIP}: the archive has it not", CLIP)
                elif not held:
                    yield Fault(place, f"{CLIP}: what the archive has is not the one released", CLIP)

    def _asked(self, rows: tuple[Mapping[str, Any], ...], nowhere: Path) -> Mapping[str, Future[bool | None]]:
        from corelab.imaging.clip_cache import ClipCache  # noqa: PLC0415 - a lab with a folder needs none of it
        from corelab.imaging.dicomweb import DicomwebServer  # noqa: PLC0415 - the same
        from corelab.imaging.dicomweb_archive import DicomwebArchive, Recorded  # noqa: PLC0415 - the same

        named = {Sha256(row["sha256"]): Recorded(str(row["sop_uid"]), None) for row in rows}
        if not named:
            return {}
        archive = DicomwebArchive(DicomwebServer(archive_address(self._address)), ClipCache(nowhere, 1), named.get)
        archive.ready()
        return {sha256: self._reading.submit(partial(archive.holds, sha256)) for sha256 in named}
