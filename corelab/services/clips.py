"""The frames of the clips that a signed-in person may look at: decoded once, kept within a budget, wiped at sign-out."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from corelab.domain.accounts import Command, Role
from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import FolderArchive
from corelab.imaging.calibration import Length, Point, Refusal, measure
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frame_cache import Frame, FrameCache, frame_of
from corelab.imaging.frames import FrameFile
from corelab.imaging.thumbnails import shrunk
from corelab.services.accounts import permit

if TYPE_CHECKING:
    from corelab.services.accounts import Session
    from corelab.services.labs import OpenLab

__all__ = [
    "ClipMissingError",
    "ClipShelf",
    "FileRefusedError",
    "Frame",
    "FrameUnreadableError",
    "Length",
    "OpenClip",
    "Refusal",
    "ShelfWipedError",
    "caliper",
    "open_clip",
]

CACHE_BYTES = 256 * 1024 * 1024
READ_AHEAD = 8


class ClipMissingError(Exception):
    """The file of a clip is not where it belongs, or is not the file that was released (``changed``)."""

    def __init__(self, sha256: Sha256, *, changed: bool) -> None:
        super().__init__(sha256, changed)
        self.sha256 = sha256
        self.changed = changed


class ShelfWipedError(Exception):
    """The exam was left before this work had its turn."""


class OpenClip:
    """The frames of one clip. All methods may be called from any thread; slow ones belong on a pixel thread."""

    def __init__(self, clip: Clip, file: FrameFile, cache: FrameCache) -> None:
        self.clip = clip
        self._file = file
        self._cache = cache

    def frame(self, index: int) -> Frame:
        """Frame ``index`` from 0; the play head is there now. Raises FrameUnreadableError."""
        self._cache.look_at(self.clip.sha256, index)
        return self._fetch(index)

    def ready(self, index: int) -> bool:
        """Whether frame ``index`` is decoded now. It may be dropped a moment later: to show it, take it ``at_hand``."""
        return self._cache.ready(self.clip.sha256, index)

    def at_hand(self, index: int) -> Frame | None:
        """Frame ``index`` if it is decoded, else None; never slow. The play head is there now."""
        self._cache.look_at(self.clip.sha256, index)
        return self._cache.at_hand(self.clip.sha256, index)

    def read_ahead(self, index: int, step: int) -> int:
        """Decode the next frames after ``index`` in the direction of ``step``, round the end of the clip; answers how many were decoded."""
        decoded = 0
        for ahead in range(1, min(READ_AHEAD, self._file.frames - 1) + 1):
            following = (index + ahead * step) % self._file.frames
            if self.ready(following):
                continue
            try:
                self._fetch(following)
                decoded += 1
            except FrameUnreadableError:
                continue
        return decoded

    def thumbnail(self, width: int) -> Frame:
        """The first readable frame, ``width`` pixels wide; not cached."""
        for index in range(self._file.frames):
            try:
                frame = self._fetch(index)
            except FrameUnreadableError:
                continue
            pixels = np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 4)
            return frame_of(index, shrunk(pixels, width))
        raise FrameUnreadableError(0, "no frame of this clip can be shown")

    def _fetch(self, index: int) -> Frame:
        return self._cache.fetch(self.clip.sha256, index, self._file.shape, lambda out: self._file.decode(index, out))


class ClipShelf:
    """The clips one session has open, and their frames within ``budget_bytes``."""

    def __init__(self, lab: "OpenLab", session: "Session", budget_bytes: int = CACHE_BYTES) -> None:
        self._lab = lab
        self._session = session
        self._archive = FolderArchive(Path(lab.clips))
        self._cache = FrameCache(budget_bytes)
        self._open: dict[Sha256, FrameFile] = {}
        self._lock = Lock()
        self._wipes = 0

    def open(self, clip: Clip) -> OpenClip:
        """Only readers and adjudicators may (NotPermittedError). Raises ClipMissingError or FileRefusedError."""
        return self.opening(clip)()

    def opening(self, clip: Clip) -> Callable[[], OpenClip]:
        """For work that waits its turn: opens the clip as ``open`` does, or raises ShelfWipedError where a wipe came first."""
        return partial(self._opened, clip, self._wipes)

    def _opened(self, clip: Clip, wipes: int) -> OpenClip:
        permit(self._session, Command.READ if Role.READER in self._session.roles else Command.ADJUDICATE)
        with self._lock:
            if wipes != self._wipes:
                raise ShelfWipedError
            if clip.sha256 not in self._open:
                self._open[clip.sha256] = self._proven(clip.sha256)
            return OpenClip(clip, self._open[clip.sha256], self._cache)

    def wipe(self) -> None:
        """When an exam is left, and at sign-out: no decoded frame stays in memory, and what still waits to open a clip will not."""
        with self._lock:
            self._wipes += 1
            for file in self._open.values():
                file.close()
            self._open.clear()
            self._cache.wipe()

    def _proven(self, sha256: Sha256) -> FrameFile:
        """The file, opened only if its bytes are those that were released."""
        try:
            file = FrameFile.open(self._archive.path(sha256))
        except FileRefusedError as error:
            raise ClipMissingError(sha256, changed=self._archive.path(sha256).exists()) from error
        if file.digest() != sha256:
            file.close()
            raise ClipMissingError(sha256, changed=True)
        return file


def open_clip(lab: "OpenLab", session: "Session", clip: Clip) -> OpenClip:
    """One clip with a cache of its own; who looks at several takes a ClipShelf."""
    return ClipShelf(lab, session).open(clip)


def caliper(clip: Clip, p: Point, q: Point) -> Length | Refusal:
    """What the line from ``p`` to ``q`` measures on any frame of ``clip``."""
    return measure(clip.regions, p, q)
