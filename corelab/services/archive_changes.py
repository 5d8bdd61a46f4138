"""What coordinators and administrators do with the archive of released clips: look at it, check it, fill another one, choose it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corelab import settings
from corelab.domain.accounts import Command
from corelab.domain.archives import ArchiveError, ClipsNotThereError, archive_address, is_old
from corelab.domain.record_errors import PersonRefusedError
from corelab.domain.vocabulary import ClipId, Sha256
from corelab.imaging.archive import Archive
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.archive import archive_at, archive_of, cache_folder
from corelab.services.labs import OpenLab
from corelab.storage import archives
from corelab.storage.store import NewRow

Progress = Callable[[int, int, str], None]
FOLDER = ""
"""The address of the archive in the folder of the lab."""


@dataclass(frozen=True, slots=True)
class ArchiveShown:
    """``address`` is empty for the folder. ``version``: of an Orthanc, else empty; ``old`` where it should be a later one.

    ``away``: why it does not answer here, None where it does. ``cached`` of at most ``limit`` bytes lie on this workstation.
    """

    address: str
    clips: int
    framed: int
    version: str
    old: bool
    away: Exception | None
    cached: int
    limit: int


@dataclass(frozen=True, slots=True)
class Checked:
    """All ``clips`` were read; these are not there, these are others than were released."""

    clips: int
    missing: tuple[Sha256, ...]
    altered: tuple[Sha256, ...]

    @property
    def ok(self) -> bool:
        return not self.missing and not self.altered


@dataclass(frozen=True, slots=True)
class Copied:
    """So many clips of so many bytes lie in the other archive now; of ``framed`` of them the frames were recorded."""

    address: str
    clips: int
    size: int
    framed: int


def shown(lab: OpenLab, session: Session) -> ArchiveShown:
    """Which archive is used, whether it answers, and what of it lies here."""
    accounts.permit(session, Command.BACKUP)
    with lab.store.read(session.account) as snapshot:
        address, clips = archives.address_in(snapshot), len(archives.released(snapshot))
        framed = len(archives.with_frames(snapshot))
    version, away = _asked(address)
    old = bool(address) and is_old(version) and not archive_address(address).loopback
    cached = sum(path.stat().st_size for path in cache_folder(lab).glob("??/*.dcm"))
    return ArchiveShown(address, clips, framed, version, old, away, cached, settings.clip_cache_limit(lab.configuration))


def _asked(address: str) -> tuple[str, Exception | None]:
    if not address:
        return "", None
    from corelab.imaging.dicomweb import DicomwebServer  # noqa: PLC0415 - a lab with a folder needs none of it

    try:
        server = DicomwebServer(archive_address(address))
        server.ready()
        return server.version(), None
    except ArchiveError as error:
        return "", error


def limit_cache(lab: OpenLab, session: Session, limit: int) -> int:
    """So many bytes at most are kept on this workstation; answers how many were given back now. Raises ValueError, OSError."""
    accounts.permit(session, Command.BACKUP)
    if limit <= 0:
        raise ValueError(limit)
    from corelab.imaging.clip_cache import ClipCache  # noqa: PLC0415 - as above

    settings.remember_clip_cache(lab.configuration, limit)
    return ClipCache(cache_folder(lab), limit).shrink(limit)


def check(lab: OpenLab, session: Session, progress: Progress | None = None) -> Checked:
    """Reads every released clip from the archive itself and compares its bytes with the records. Raises ArchiveError."""
    accounts.permit(session, Command.BACKUP)
    with lab.store.read(session.account) as snapshot:
        clips = archives.released(snapshot)
    return _checked(archive_of(lab, session.account), clips, progress or _quiet)


def _checked(archive: Archive, clips: Mapping[Sha256, ClipId], show: Progress) -> Checked:
    states = {sha256: archive.holds(sha256) for sha256 in _told(clips, "Checking the clips", show)}
    missing = tuple(sha256 for sha256, held in states.items() if held is None)
    return Checked(len(clips), missing, tuple(sha256 for sha256, held in states.items() if held is False))


def _told(clips: Mapping[Sha256, ClipId], words: str, show: Progress) -> Iterator[Sha256]:
    for n, sha256 in enumerate(sorted(clips)):
        show(n, len(clips), words)
        yield sha256


def copy(lab: OpenLab, session: Session, to: str, progress: Progress | None = None) -> Copied:
    """Puts every released clip into another archive, each read back and compared; the archive in use stays in use.

    Doing it again brings what is missing. Raises ArchiveAddressRefusedError, ArchiveError, NotTheClipError for a clip that the archive in
    use has not or not as it was released, CacheFullError, OSError; what was copied stays there.
    """
    from corelab.imaging.frame_plan import plan_of  # noqa: PLC0415 - brings what reads pictures: the start stays short

    role = accounts.permit(session, Command.BACKUP)
    show, target, source = progress or _quiet, archive_at(lab, to, session.account), archive_of(lab, session.account)
    with lab.store.read(session.account) as snapshot:
        clips, framed = archives.released(snapshot), archives.with_frames(snapshot)
    target.ready()
    rows, size = list[NewRow](), 0
    for sha256 in _told(clips, "Copying the clips", show):
        path = _whole(source, sha256)
        size += path.stat().st_size
        target.put(path)
        plan = plan_of(path) if to and clips[sha256] not in framed else None
        rows += [archives.frames_row(clips[sha256], plan.packed)] if plan is not None else []
    with lab.store.begin(session.actor(role)) as transaction:
        late = archives.with_frames(transaction)
        rows = [row for row in rows if row.values["clip_id"] not in late]
        payload = {"to": to or "folder", "clips": len(clips), "bytes": size}
        transaction.record("archive.copied", "lab", lab.lab_id, rows=rows, payload=payload)
    return Copied(to, len(clips), size, len(rows))


def _whole(source: Archive, sha256: Sha256) -> Path:
    """The file of a clip, once its bytes were proven."""
    from corelab.imaging.proven import proven  # noqa: PLC0415 - as above

    proven(source, sha256).close()
    return source.path(sha256)


def choose(lab: OpenLab, session: Session, to: str, reason: str, progress: Progress | None = None) -> Checked:
    """From now on clips are stored in and read from this archive, which must have every released one: all are read back first.

    Raises ArchiveAddressRefusedError, ArchiveError, ClipsNotThereError, PersonRefusedError (``reason``); then nothing is changed.
    """
    role = accounts.permit(session, Command.BACKUP)
    if not reason.strip():
        raise PersonRefusedError("reason")
    address, show = archive_address(to).url if to else FOLDER, progress or _quiet
    target = archive_at(lab, address, session.account)
    target.ready()
    with lab.store.read(session.account) as snapshot:
        clips = archives.released(snapshot)
    _require_all(address, _checked(target, clips, show))
    with lab.store.begin(session.actor(role)) as transaction:
        late = {sha256: clip for sha256, clip in archives.released(transaction).items() if sha256 not in clips}
        _require_all(address, _checked(target, late, show))
        payload = {"from": archives.address_in(transaction) or "folder", "to": address or "folder", "clips": len(clips) + len(late)}
        row = archives.address_row(transaction, address)
        transaction.record("archive.changed", "setting", archives.ARCHIVE, rows=[row], payload=payload | {"reason_text": reason})
    return Checked(len(clips) + len(late), (), ())


def _require_all(address: str, checked: Checked) -> None:
    if not checked.ok:
        raise ClipsNotThereError(address, len(checked.missing), len(checked.altered), checked.clips)


def _quiet(_done: int, _of: int, _words: str) -> None:
    return
