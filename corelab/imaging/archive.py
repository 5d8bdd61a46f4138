"""Where released clips lie: by the digest of their bytes, so that a clip can be neither replaced nor mixed up unnoticed."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from corelab.domain.vocabulary import Sha256

if TYPE_CHECKING:
    from corelab.imaging.coming import ComingFile

Asked = Callable[[], bool]

SAME_TIME_FOR_ALL = 946_684_800
"""All clips carry the same file time (2000-01-01): when one came in says something about its exam."""


class Archive(Protocol):
    """Keeps clips by their digest. One on a server raises ArchiveError, and CacheFullError where this machine has no room."""

    def path(self, sha256: Sha256) -> Path:
        """Where the clip lies on this machine, or would lie."""
        ...

    def ready(self) -> None:
        """Whether clips can be put in now; an archive that is away says so before anything is begun."""
        ...

    def put(self, candidate: Path) -> Sha256:
        """Keep a copy of ``candidate``; doing it again changes nothing."""
        ...

    def holds(self, sha256: Sha256) -> bool | None:
        """Whether the archive itself has the very bytes of the clip: all of them are read. None: it has no such clip."""
        ...

    def named(self, sha256: Sha256) -> bool:
        """Whether it seems to be there, without reading it: its file, or on a server its record."""
        ...

    def fetch(self, sha256: Sha256, stopped: Asked | None = None) -> Path:
        """Where the clip lies on this machine, brought if need be. Raises StoppedError when ``stopped``, asked now and then, says so."""
        ...

    def coming(self, sha256: Sha256) -> "ComingFile | None":
        """The clip by its frames, proven one by one, while it is not on this machine; None: as a whole only."""
        ...

    def forget(self, sha256: Sha256) -> bool:
        """What lies on this machine is not the clip: whether it can be brought again."""
        ...


class StoppedError(Exception):
    """Whoever waited for a clip does not any more."""


class ClipUnknownError(LookupError):
    """No record that may be seen here names this clip."""


class FolderArchive:
    """Clips in one folder, as ``<aa>/<sha256>.dcm``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: Sha256) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.dcm"

    def ready(self) -> None:
        """A folder is always there, or tells so when it is written to."""

    def holds(self, sha256: Sha256) -> bool | None:
        place = self.path(sha256)
        return file_digest(place) == sha256 if place.is_file() else None

    def named(self, sha256: Sha256) -> bool:
        return self.path(sha256).is_file()

    def fetch(self, sha256: Sha256, stopped: Asked | None = None) -> Path:  # noqa: ARG002 - as of every archive
        return self.path(sha256)

    def coming(self, sha256: Sha256) -> None:
        """All of it is here."""

    def forget(self, sha256: Sha256) -> bool:  # noqa: ARG002 - as of every archive
        """The only copy: never."""
        return False

    def put(self, candidate: Path) -> Sha256:
        """Whole or not at all: copied beside its place, flushed to disk, then renamed. The candidate stays where it is."""
        sha256 = file_digest(candidate)
        place = self.path(sha256)
        if place.is_file() and file_digest(place) == sha256:
            return sha256
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as copy, candidate.open("rb") as original:
                shutil.copyfileobj(original, copy, 1 << 20)
                copy.flush()
                os.fsync(copy.fileno())
            self._settle(Path(name), place, sha256)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return sha256

    @staticmethod
    def _settle(copy: Path, place: Path, sha256: Sha256) -> None:
        if file_digest(copy) != sha256:
            raise OSError("the file changed while it was copied")
        copy.chmod(0o444)
        os.utime(copy, (SAME_TIME_FOR_ALL, SAME_TIME_FOR_ALL))
        copy.replace(place)
        flush_folder(place.parent)


def file_digest(path: Path) -> Sha256:
    with path.open("rb") as stream:
        return Sha256(hashlib.file_digest(stream, "sha256").hexdigest())


def flush_folder(folder: Path) -> None:
    """The rename itself must survive a power cut. Windows does that by itself and cannot open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
