"""Clips brought from an archive on a server, kept on this workstation within a limit: by digest, whole or not at all."""

import errno
import os
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from corelab.domain.archives import CacheFullError
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import SAME_TIME_FOR_ALL, flush_folder

_COMING = "coming"
_LEFT_OVER_S = 24 * 3600
"""What is still coming after so long was left by a program that was killed."""


class ClipCache:
    """Clips as ``<aa>/<sha256>.dcm`` in a folder that only its owner may enter; several windows may share it.

    What was used is remembered in memory only: neither a file nor its time tells in which order somebody looked at clips. What this
    program has not used yet goes first, in the order of digests, then what it used longest ago. A clip that somebody has open stays
    readable for them: its bytes stay on the disk until it is closed, or, on Windows, it is not removed at all.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        """``limit`` in bytes; one clip always fits."""
        self.folder = folder
        self.limit = limit
        self._used: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def path(self, sha256: Sha256) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.dcm"

    def has(self, sha256: Sha256) -> bool:
        """Whether it lies here; it was used now."""
        there = self.path(sha256).is_file()
        if there:
            self._touch(sha256)
        return there

    def forget(self, sha256: Sha256) -> None:
        self.path(sha256).unlink(missing_ok=True)

    @contextmanager
    def coming(self) -> Iterator[tuple[Path, BinaryIO]]:
        """A private file for what is on its way; it is gone afterwards unless it was kept. Raises CacheFullError."""
        folder = self.folder / _COMING
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
        except OSError as error:
            raise _full(error, self.folder) from error
        try:
            with os.fdopen(handle, "r+b") as out:
                yield Path(name), out
        except OSError as error:
            raise _full(error, self.folder) from error
        finally:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)

    def keep(self, coming: Path, out: BinaryIO, sha256: Sha256) -> Path:
        """The file that came, whose bytes were proven, under its digest; others make room for it."""
        place = self.path(sha256)
        out.flush()
        os.fsync(out.fileno())
        out.close()  # before the rename: Windows renames no open file
        place.parent.mkdir(mode=0o700, exist_ok=True)
        coming.chmod(0o400)
        os.utime(coming, (SAME_TIME_FOR_ALL, SAME_TIME_FOR_ALL))
        coming.replace(place)
        flush_folder(place.parent)
        self._touch(sha256)
        self.shrink(self.limit, but=sha256)
        return place

    def shrink(self, limit: int, but: Sha256 | None = None) -> int:
        """Removes what is needed least until at most ``limit`` bytes lie here; answers how many were freed."""
        held = [(path, size) for path, size in self._held() if path.stem != but]
        total = sum(size for _, size in held) + (_size(self.path(but)) if but else 0)
        freed = 0
        for path, size in sorted(held, key=self._rank):
            if total - freed <= limit:
                break
            with suppress(OSError):  # open elsewhere on Windows, or gone already
                path.unlink()
                freed += size
        return freed

    @property
    def bytes_held(self) -> int:
        return sum(size for _, size in self._held())

    def sweep(self, now: float) -> None:
        """Removes what a killed program left half brought; ``now`` in seconds since 1970."""
        for path in (self.folder / _COMING).glob("*.part"):
            with suppress(OSError):
                if now - path.stat().st_mtime > _LEFT_OVER_S:
                    path.unlink()

    def _held(self) -> list[tuple[Path, int]]:
        return [(path, _size(path)) for path in self.folder.glob("??/*.dcm")]

    def _rank(self, held: tuple[Path, int]) -> tuple[int, str]:
        with self._lock:
            places = {sha256: place for place, sha256 in enumerate(self._used, 1)}
        return places.get(held[0].stem, 0), held[0].stem

    def _touch(self, sha256: Sha256) -> None:
        with self._lock:
            self._used[sha256] = None
            self._used.move_to_end(sha256)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _full(error: OSError, folder: Path) -> Exception:
    return CacheFullError(folder) if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else error
