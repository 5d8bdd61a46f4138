"""Small pictures of the frames that grades rest on, from the released clips of the lab: for the documents of a package."""

from collections import OrderedDict
from types import TracebackType
from typing import Final, Self

from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import Archive
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.frames import FrameFile
from corelab.imaging.proven import NotTheClipError, proven
from corelab.imaging.thumbnails import jpeg, shrunk

_WIDTH: Final = 360
"""Columns of a picture: 120 points on paper are then about 215 to the inch."""
_QUALITY: Final = 82
_KEPT: Final = 64
"""So many pictures are kept, some 20 kB each: both readers of an exam often mark the same frame."""
_OPEN: Final = 4
"""So many clips stay open: the frames of one exam come clip by clip, or in turns between two."""


class KeyPictures:
    """Gives a small JPEG of a frame; None where the clip is not there, is not the one that was released, or cannot be decoded.

    A clip is opened only if its bytes are those that were released. What is kept is bounded, however many subjects there are.
    """

    def __init__(self, archive: Archive) -> None:
        """An archive that is away says so: a package is not made without its pictures then. Raises ArchiveError, CacheFullError."""
        self._archive = archive
        self._open: OrderedDict[Sha256, FrameFile | None] = OrderedDict()
        self._made: OrderedDict[tuple[Sha256, int], bytes | None] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        while self._open:
            self._close_oldest()

    def __call__(self, clip: Sha256, index: int) -> bytes | None:
        """Frame ``index`` of a clip, counted from 0."""
        key = (clip, index)
        if key not in self._made:
            self._made[key] = self._picture(clip, index)
            if len(self._made) > _KEPT:
                self._made.popitem(last=False)
        self._made.move_to_end(key)
        return self._made[key]

    def _picture(self, clip: Sha256, index: int) -> bytes | None:
        file = self._file(clip)
        if file is None:
            return None
        try:
            pixels = file.decode(index)
        except FrameUnreadableError:
            return None
        return jpeg(shrunk(pixels, min(_WIDTH, pixels.shape[1])), _QUALITY)

    def _file(self, clip: Sha256) -> FrameFile | None:
        if clip not in self._open:
            if len(self._open) >= _OPEN:
                self._close_oldest()
            self._open[clip] = self._opened(clip)
        self._open.move_to_end(clip)
        return self._open[clip]

    def _opened(self, clip: Sha256) -> FrameFile | None:
        try:
            return proven(self._archive, clip)
        except (NotTheClipError, OSError):
            return None

    def _close_oldest(self) -> None:
        _, file = self._open.popitem(last=False)
        if file is not None:
            file.close()
