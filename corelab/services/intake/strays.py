"""Clip files that no record names: left by a crash between archive and records, or newer than a database that was restored beside them."""

import shutil
from pathlib import Path
from secrets import token_hex

from corelab import process
from corelab.domain.accounts import Role
from corelab.imaging.archive import file_digest
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage import registry
from corelab.storage.snapshot import Snapshot

_PRIVATE = 0o700


def set_strays_aside(lab: OpenLab, session: Session, role: Role) -> int:
    """Moves clip files without a record into ``quarantine/strays``, and answers how many. Nothing is deleted: a person may know more.

    Under the write lock: no release of another window can be half done meanwhile.
    """
    with lab.store.read(session.account) as snapshot:
        if not _strays(lab, snapshot):
            return 0
    with lab.store.begin(session.actor(role)) as transaction:
        strays = _strays(lab, transaction)
        # By the digests of their bytes: their names may be anything, and anybody's.
        digests = [file_digest(path) for path in strays]
        if strays:
            transaction.record("clips.tidied", "lab", lab.lab_id, payload={"set_aside": digests})
        for path, digest in zip(strays, digests, strict=True):
            shutil.move(path, _place(lab.quarantine / "strays", digest))
    return len(strays)


def _strays(lab: OpenLab, snapshot: Snapshot) -> list[Path]:
    known = registry.released_digests(snapshot)
    return sorted(Path(each.path) for each in process.files_below(lab.clips, ".dcm") if each.name.removesuffix(".dcm") not in known)


def _place(folder: Path, digest: str) -> Path:
    folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
    place = folder / f"{digest}.dcm"
    return folder / f"{digest}.{token_hex(4)}.dcm" if place.exists() else place
