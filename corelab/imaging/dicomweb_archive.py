"""Released clips in a DICOMweb archive, brought into a cache of this workstation: nothing is given on that is not what was released."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from corelab.domain.archives import ArchiveAltersError, ArchiveAnswerError, ArchiveConflictError, CacheFullError, ClipNotThereError
from corelab.domain.vocabulary import Sha256
from corelab.imaging.archive import Asked, ClipUnknownError, StoppedError, file_digest
from corelab.imaging.clip_cache import ClipCache
from corelab.imaging.coming import ComingFile
from corelab.imaging.dicomweb import DicomwebServer
from corelab.imaging.faults import FileRefusedError
from corelab.imaging.frame_plan import FramePlan
from corelab.imaging.study_uid import Uids, released_uids, uids_in

LARGEST: Final = 4 << 30
"""Bytes of one clip of which no plan says how long it is; a server that sends without end is stopped."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the records say of a clip: its identifier, and the plan of its frames where there is one."""

    sop: str
    plan: FramePlan | None


class DicomwebArchive:
    """The clips of one lab on one server. All methods may be called from any thread."""

    def __init__(self, server: DicomwebServer, cache: ClipCache, recorded: Callable[[Sha256], Recorded | None]) -> None:
        self._server = server
        self._cache = cache
        self._recorded = recorded
        self._lock = Lock()
        self._places: dict[Sha256, Uids] = {}

    def path(self, sha256: Sha256) -> Path:
        return self._cache.path(sha256)

    def ready(self) -> None:
        self._server.ready()

    def forget(self, sha256: Sha256) -> bool:
        """What lies in the cache is not what was kept there: it can be brought once more."""
        self._cache.forget(sha256)
        return True

    # -- storing -------------------------------------------------------------------------------------------------------------------

    def put(self, candidate: Path) -> Sha256:
        """Stored, and read back: a server may answer OK and store nothing, or something else.

        What lies there already is never written over. Raises ArchiveConflictError, ArchiveAltersError and the other ArchiveErrors.
        """
        sha256, uids = file_digest(candidate), released_uids(candidate)
        if not (uids.study and uids.series and uids.sop):
            raise ArchiveAnswerError(self._server.address.url, "the object has no identifiers")
        there = self._digest_of(uids)
        if there == sha256:
            return sha256
        if there is not None:
            raise ArchiveConflictError(self._server.address.url, sha256)
        self._server.store(candidate)
        if self._digest_of(uids) != sha256:
            raise ArchiveAltersError(self._server.address.url, sha256)
        return sha256

    def _digest_of(self, uids: Uids) -> str | None:
        """Of the object as the server gives it back; None where it has none. At most one block of it is in memory."""
        digest = hashlib.sha256()
        try:
            for block in self._blocks(uids, LARGEST, None):
                digest.update(block)
        except ClipNotThereError:
            return None
        return digest.hexdigest()

    def holds(self, sha256: Sha256) -> bool | None:
        """Of the server: what lies in the cache says nothing about it."""
        try:
            found = self._digest_of(self._uids(sha256))
        except ClipNotThereError:
            return None
        return None if found is None else found == sha256

    def named(self, sha256: Sha256) -> bool:
        return self._recorded(sha256) is not None

    # -- reading -------------------------------------------------------------------------------------------------------------------

    def fetch(self, sha256: Sha256, stopped: Asked | None = None) -> Path:
        """The whole clip in the cache, brought if need be; what came was proven. Raises ArchiveError, CacheFullError, StoppedError."""
        if self._cache.has(sha256):
            return self._cache.path(sha256)
        try:
            return self._brought(sha256, stopped)
        except CacheFullError:
            if not self._cache.shrink(self._cache.bytes_held // 2):
                raise
            return self._brought(sha256, stopped)

    def _brought(self, sha256: Sha256, stopped: Asked | None) -> Path:
        with self._cache.coming() as (coming, out):
            digest = hashlib.sha256()
            for block in self._blocks(self._uids(sha256), self._size(sha256), stopped):
                digest.update(block)
                out.write(block)
            if digest.hexdigest() != sha256:
                raise ArchiveAltersError(self._server.address.url, sha256)
            return self._cache.keep(coming, out, sha256)

    def coming(self, sha256: Sha256) -> ComingFile | None:
        """The clip by its frames while the whole is not here; None where it is, or is brought as a whole only."""
        recorded = self._recorded(sha256)
        if self._cache.has(sha256) or recorded is None or recorded.plan is None or len(recorded.plan.frames) == 1:
            return None
        uids = self._uids(sha256)
        with ExitStack() as stack:
            place = stack.enter_context(self._cache.coming())
            try:
                file = ComingFile(sha256, recorded.plan, place, lambda index: self._server.frame(uids, index), self._server.address.url)
            except (ArchiveAltersError, ArchiveAnswerError, ClipNotThereError, FileRefusedError):
                return None  # a server that gives frames in another form may still have the clip: the whole tells
            file.left = stack.pop_all().close
            return file

    def _blocks(self, uids: Uids, most: int, stopped: Asked | None) -> Iterator[bytes]:
        came = 0
        for block in self._server.whole(uids):
            came += len(block)
            if stopped is not None and stopped():
                raise StoppedError
            if came > most:
                raise ArchiveAnswerError(self._server.address.url, "it sends more than the clip has")
            yield block

    def _size(self, sha256: Sha256) -> int:
        recorded = self._recorded(sha256)
        return recorded.plan.size if recorded is not None and recorded.plan is not None else LARGEST

    def _uids(self, sha256: Sha256) -> Uids:
        with self._lock:
            known = self._places.get(sha256)
        if known is not None:
            return known
        recorded = self._recorded(sha256)
        if recorded is None:
            raise ClipUnknownError(sha256)
        planned = uids_in(recorded.plan.rest) if recorded.plan is not None else Uids()
        uids = planned if planned.study and planned.series and planned.sop == recorded.sop else self._server.find(recorded.sop)
        with self._lock:
            self._places[sha256] = uids
        return uids
