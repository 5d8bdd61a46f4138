"""The archive in which the released clips of a lab lie: its folder, or a DICOMweb service that a setting of the lab names."""

import os
import time
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from corelab import settings
from corelab.domain.archives import ArchiveAddress, archive_address
from corelab.domain.vocabulary import AccountId, Sha256
from corelab.imaging.archive import Archive, FolderArchive
from corelab.services.labs import OpenLab
from corelab.storage import archives
from corelab.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from corelab.imaging.clip_cache import ClipCache
    from corelab.imaging.dicomweb import DicomwebServer
    from corelab.imaging.dicomweb_archive import Recorded

_KNOWN = 256
"""Clips of which the recorded frames are kept in memory; some kB each."""


def archive_of(lab: OpenLab, account: AccountId | None = None) -> Archive:
    """As it is set now, for what ``account`` may see. It asks the records: not for the thread of a window."""
    with lab.store.read(account) as snapshot:
        return archive_in(lab, snapshot, account)


def archive_in(lab: OpenLab, snapshot: Snapshot, account: AccountId | None = None) -> Archive:
    """The same, as of these records."""
    return archive_at(lab, archives.address_in(snapshot), account)


def archive_at(lab: OpenLab, address: str, account: AccountId | None = None) -> Archive:
    """The folder of the lab, or the service at ``address``. Raises ArchiveAddressRefusedError, ArchiveExtraMissingError."""
    if not address:
        return FolderArchive(lab.clips)
    from corelab.imaging.dicomweb_archive import DicomwebArchive  # noqa: PLC0415 - a lab with a folder needs none of it

    cache = _cache(cache_folder(lab), settings.clip_cache_limit(lab.configuration))
    recorded = lru_cache(maxsize=_KNOWN)(partial(_recorded, lab, account))
    return DicomwebArchive(_server(archive_address(address), _environment()), cache, recorded)


def cache_folder(lab: OpenLab) -> Path:
    """Where this workstation keeps clips that it brought."""
    return settings.clip_cache_folder(lab.configuration)


def _recorded(lab: OpenLab, account: AccountId | None, sha256: Sha256) -> "Recorded | None":
    from corelab.imaging.dicomweb_archive import Recorded  # noqa: PLC0415 - as above
    from corelab.imaging.frame_plan import FramePlan  # noqa: PLC0415 - as above

    with lab.store.read(account) as snapshot:
        found = archives.named(snapshot, sha256)
        packed = archives.frames_of(snapshot, found[0]) if found else None
    return Recorded(found[1], FramePlan.unpacked(*packed) if packed else None) if found else None


@lru_cache(maxsize=4)
def _server(address: ArchiveAddress, _environment: tuple[str, ...]) -> "DicomwebServer":
    """One session for each address: its connections are used again."""
    from corelab.imaging.dicomweb import DicomwebServer  # noqa: PLC0415 - as above

    return DicomwebServer(address)


@lru_cache(maxsize=4)
def _cache(folder: Path, limit: int) -> "ClipCache":
    """One for each folder: what was used is remembered in it."""
    from corelab.imaging.clip_cache import ClipCache  # noqa: PLC0415 - as above

    made = ClipCache(folder, limit)
    made.sweep(time.time())
    return made


def _environment() -> tuple[str, ...]:
    """What decides who this workstation is for an archive."""
    from corelab.imaging.dicomweb import PASSWORD, USER  # noqa: PLC0415 - as above

    return tuple(os.environ.get(name, "") for name in (USER, PASSWORD, "NETRC"))
