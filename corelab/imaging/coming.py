"""A clip whose frames are shown as they come, each proven by its recorded digest, before the whole file is here."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Condition
from types import TracebackType
from typing import BinaryIO, Self

from corelab.domain.archives import ArchiveAltersError, CacheFullError
from corelab.domain.vocabulary import Sha256
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frame_plan import FramePlace, FramePlan, put_at
from corelab.imaging.frames import FrameFile, Pixels

Bring = Callable[[int], bytes]
"""Frame by index, as it is coded in the file. Raises ArchiveError."""


class ComingFile:
    """Looks like a FrameFile. A frame that is not here yet is brought when it is decoded; other frames can be decoded meanwhile."""

    def __init__(self, sha256: Sha256, plan: FramePlan, coming: tuple[Path, BinaryIO], bring: Bring, address: str) -> None:
        """``coming`` is an empty file for it. Raises ArchiveError, and FileRefusedError where the plan is not of a file with pictures."""
        self._sha256, self._plan, self._bring, self._address = sha256, plan, bring, address
        path, self._out = coming
        self._folder = path.parent
        self._here: set[int] = set()
        self._busy: set[int] = set()
        self._changed = Condition()
        self._closed = False
        self.left: Callable[[], None] = _nothing
        """Called when it was closed."""
        plan.begin(self._out)
        self._require(0)
        self._file = FrameFile.open(path)
        if self._file.header.spans != tuple(((place.offset, place.length),) for place in plan.frames):
            self._file.close()
            raise FileRefusedError("hostile", "The plan of the frames is not that of the file.")
        with suppress(OSError):  # it stays while it is open, and nobody finds it afterwards; Windows removes it when it is closed
            path.unlink()

    @property
    def frames(self) -> int:
        return self._file.frames

    @property
    def shape(self) -> tuple[int, int, int]:
        return self._file.shape

    @property
    def whole(self) -> bool:
        """Whether all frames are here."""
        return len(self._here) == len(self._plan.frames)

    def decode(self, index: int, out: Pixels | None = None) -> Pixels:
        """As of a FrameFile, and raises ArchiveError or CacheFullError where the frame cannot be brought."""
        if 0 <= index < self.frames:
            self._require(index)
        return self._file.decode(index, out)

    def complete(self, path: Path) -> None:
        """Takes all other frames from the whole file. Raises OSError, ArchiveAltersError."""
        with path.open("rb") as whole:
            for index, place in enumerate(self._plan.frames):
                self._require(index, partial(_read, whole, place))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._file.close()
        self.left()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _require(self, index: int, bring: Bring | None = None) -> None:
        """The frame is here when this ends; of several that ask for it one brings it."""
        with self._changed:
            while index in self._busy:
                self._changed.wait()
            if index in self._here:
                return
            self._busy.add(index)
        try:
            self._put(index, (bring or self._bring)(index))
        finally:
            with self._changed:
                self._busy.discard(index)
                self._changed.notify_all()

    def _put(self, index: int, data: bytes) -> None:
        """Nothing is written before it was proven. A server may leave out the byte that makes a frame even."""
        place = self._plan.frames[index]
        if len(data) == place.length - 1:
            data += b"\0"
        if not place.holds(data):
            raise ArchiveAltersError(self._address, self._sha256)
        with self._changed:
            if self._closed:
                raise FrameUnreadableError(index, "the clip is closed")
            try:
                put_at(self._out, place.offset, data)
            except OSError as error:
                raise CacheFullError(self._folder) from error
            self._here.add(index)


def _read(whole: BinaryIO, place: FramePlace, _index: int) -> bytes:
    whole.seek(place.offset)
    return whole.read(place.length)


def _nothing() -> None:
    return
