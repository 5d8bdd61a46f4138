"""The frames of the clips that a signed-in person may look at: decoded once, kept within a budget, wiped at sign-out."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Condition
from typing import TYPE_CHECKING, Protocol

import numpy as np

from corelab.domain.accounts import Command, Role
from corelab.domain.archives import ArchiveError, CacheFullError, ClipNotThereError
from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import Archive, ClipUnknownError, FolderArchive, StoppedError
from corelab.imaging.calibration import Length, Point, Refusal, measure
from corelab.imaging.coming import ComingFile
from corelab.imaging.faults import FileRefusedError, FrameUnreadableError
from corelab.imaging.frame_cache import Frame, FrameCache, frame_of
from corelab.imaging.frames import Pixels
from corelab.imaging.proven import NotTheClipError, proven
from corelab.imaging.thumbnails import shrunk
from corelab.services.accounts import permit
from corelab.services.archive import archive_of

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


class Pictures(Protocol):
    """A clip by its frames: a file, or one of which the frames are still coming."""

    @property
    def frames(self) -> int: ...

    @property
    def shape(self) -> tuple[int, int, int]: ...

    def decode(self, index: int, out: Pixels | None = None) -> Pixels:
        """Frame ``index`` from 0. Raises FrameUnreadableError, and ArchiveError for one that has to come."""
        ...

    def close(self) -> None: ...


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

    def __init__(self, clip: Clip, file: Pictures, cache: FrameCache) -> None:
        self.clip = clip
        self._file = file
        self._cache = cache

    def frame(self, index: int) -> Frame:
        """Frame ``index`` from 0; the play head is there now. Raises FrameUnreadableError, and ArchiveError for one that has to come."""
        self._cache.look_at(self.clip.sha256, index)
        return self._fetch(index)

    def ready(self, index: int) -> bool:
        """Whether frame ``index`` is decoded now. It may be dropped a moment later: to show it, take it ``at_hand``."""
        return self._cache.ready(self.clip.sha256, index)

    def at_hand(self, index: int, soon: Sequence[int] = ()) -> Frame | None:
        """Frame ``index`` if it is decoded, else None; never slow. The play head is there now, and ``soon`` comes next."""
        self._cache.look_at(self.clip.sha256, index, soon)
        return self._cache.at_hand(self.clip.sha256, index)

    def prepare(self, index: int) -> bool:
        """Decode a frame that will be wanted; the play head stays where it is. Whether it can be shown at all."""
        if index in self.clip.damaged:
            return False
        try:
            self._fetch(index)
        except (FrameUnreadableError, ArchiveError, CacheFullError):
            return False
        return True

    def thumbnail(self, width: int) -> Frame:
        """The first readable frame, ``width`` pixels wide; it takes no room from the frames that play."""
        for index in range(self._file.frames):
            try:
                return frame_of(index, shrunk(self.decoded(index), width))
            except FrameUnreadableError:
                continue
        raise FrameUnreadableError(0, "no frame of this clip can be shown")

    def decoded(self, index: int) -> Pixels:
        """Frame ``index`` as BGRA (rows x columns x 4), from the cache if it is there; it takes no room from the frames that play."""
        frame = self._cache.at_hand(self.clip.sha256, index)
        if frame is None:
            return self._file.decode(index)
        return np.frombuffer(frame.pixels, np.uint8).reshape(frame.height, frame.width, 4)

    def _fetch(self, index: int) -> Frame:
        return self._cache.fetch(self.clip.sha256, index, self._file.shape, lambda out: self._file.decode(index, out))


class ClipShelf:
    """The clips one session has open, and their frames within ``budget_bytes``."""

    def __init__(self, lab: "OpenLab", session: "Session", budget_bytes: int = CACHE_BYTES) -> None:
        self._lab = lab
        self._session = session
        self._archive: Archive | None = None
        self._cache = FrameCache(budget_bytes)
        self._open: dict[Sha256, Pictures] = {}
        self._proving: set[Sha256] = set()
        """Clips whose bytes are being hashed now; others can be opened meanwhile, and the shelf can be wiped."""
        self._changed = Condition()
        self._wipes = 0

    def open(self, clip: Clip) -> OpenClip:
        """Only readers and adjudicators may (NotPermittedError).

        Raises ClipMissingError, FileRefusedError, ArchiveError, CacheFullError.
        """
        return self.opening(clip)()

    def opening(self, clip: Clip) -> Callable[[], OpenClip]:
        """For work that waits its turn: opens the clip as ``open`` does, or raises ShelfWipedError where a wipe came first."""
        return partial(self._opened, clip, self._wipes)

    def _opened(self, clip: Clip, wipes: int) -> OpenClip:
        self._permit()
        with self._changed:
            while clip.sha256 in self._proving:
                self._changed.wait()
            if wipes != self._wipes:
                raise ShelfWipedError
            if clip.sha256 in self._open:
                return OpenClip(clip, self._open[clip.sha256], self._cache)
            self._proving.add(clip.sha256)
        try:
            return self._shelved(clip, self._proven(clip.sha256), wipes)
        finally:
            with self._changed:
                self._proving.discard(clip.sha256)
                self._changed.notify_all()

    def _shelved(self, clip: Clip, file: Pictures, wipes: int) -> OpenClip:
        with self._changed:
            if wipes != self._wipes:
                file.close()
                raise ShelfWipedError
            self._open[clip.sha256] = file
            return OpenClip(clip, file, self._cache)

    def opened(self, clip: Clip) -> OpenClip | None:
        """The clip if it is open already, else None; never slow."""
        file = self._open.get(clip.sha256)
        return OpenClip(clip, file, self._cache) if file is not None else None

    def hold(self, clips: Iterable[Clip]) -> None:
        """The first frames of these clips stay, once they are decoded: one of them may be asked for next."""
        self._cache.hold((clip.sha256, 0) for clip in clips)

    @property
    def bytes_held(self) -> int:
        """All decoded pixels that are kept in memory for this session."""
        return self._cache.bytes_held

    def wipe(self) -> None:
        """When an exam is left, and at sign-out: no decoded frame stays in memory, and what still waits to open a clip will not."""
        with self._changed:
            self._wipes += 1
            for file in self._open.values():
                file.close()
            self._open.clear()
            self._cache.wipe()

    @property
    def is_near(self) -> bool:
        """Whether it is known that the clips lie on this machine: nothing has to be brought."""
        return isinstance(self._archive, FolderArchive)

    def bringing(self, clip: Clip, stopped: Callable[[], bool]) -> Callable[[], bool]:
        """For work that waits its turn: has all of a clip brought from an archive on a server, before or while it is looked at.

        The work answers whether it had to be; nothing is opened, and a wipe comes first. It raises ArchiveError, CacheFullError.
        """
        return partial(self._brought, clip, self._wipes, stopped)

    def _brought(self, clip: Clip, wipes: int, stopped: Callable[[], bool]) -> bool:
        self._permit()
        archive = self._archive_here()
        there = archive.path(clip.sha256).exists()
        try:
            path = archive.fetch(clip.sha256, lambda: stopped() or wipes != self._wipes)
            file = self._open.get(clip.sha256)
            if isinstance(file, ComingFile) and not file.whole:
                file.complete(path)
        except (StoppedError, FrameUnreadableError):  # the exam was left meanwhile
            return False
        return not there

    def _proven(self, sha256: Sha256) -> Pictures:
        """The file, opened only if its bytes are those that were released; from a server, as soon as its first frame is proven."""
        archive = self._archive_here()
        try:
            return archive.coming(sha256) or proven(archive, sha256)
        except (ClipNotThereError, ClipUnknownError) as error:
            raise ClipMissingError(sha256, changed=False) from error
        except NotTheClipError as error:
            raise ClipMissingError(sha256, changed=error.changed) from error

    def _archive_here(self) -> Archive:
        if self._archive is None:
            self._archive = archive_of(self._lab, self._session.account)
        return self._archive

    def _permit(self) -> None:
        permit(self._session, Command.READ if Role.READER in self._session.roles else Command.ADJUDICATE)


def open_clip(lab: "OpenLab", session: "Session", clip: Clip) -> OpenClip:
    """One clip with a cache of its own; who looks at several takes a ClipShelf."""
    return ClipShelf(lab, session).open(clip)


def caliper(clip: Clip, p: Point, q: Point) -> Length | Refusal:
    """What the line from ``p`` to ``q`` measures on any frame of ``clip``."""
    return measure(clip.regions, p, q)
