"""Where released clips lie: by the digest of their bytes, so that a clip can be neither replaced nor mixed up unnoticed."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Protocol

from corelab.domain.vocabulary import Sha256

SAME_TIME_FOR_ALL = 946_684_800
"""All clips carry the same file time (2000-01-01): when one came in says something about its exam."""


class Archive(Protocol):
    """Keeps clips by their digest."""

    def path(self, sha256: Sha256) -> Path:
        """Where the clip lies, or would lie."""
        ...

    def put(self, candidate: Path) -> Sha256:
        """Keep a copy of ``candidate``; doing it again changes nothing."""
        ...


class FolderArchive:
    """Clips in one folder, as ``<aa>/<sha256>.dcm``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, sha256: Sha256) -> Path:
        return self._folder / sha256[:2] / f"{sha256}.dcm"

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
