"""Where released clips lie, and what is recorded of their frames: rows <-> values."""

from collections.abc import Mapping

from corelab.domain.vocabulary import ClipId, Sha256
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow

ARCHIVE = "archive"
"""The setting that holds the address of the archive; empty or never set: the folder of the lab."""


def address_in(snapshot: Snapshot) -> str:
    found = snapshot.latest("setting", name=ARCHIVE)
    return str(found["value"]) if found else ""


def address_row(snapshot: Snapshot, address: str) -> NewRow:
    last = snapshot.latest("setting", name=ARCHIVE)
    return NewRow("setting", {"name": ARCHIVE, "n": last["n"] + 1 if last else 1, "value": address})


def released(snapshot: Snapshot) -> Mapping[Sha256, ClipId]:
    """Every released clip, by the digest of its file; those that were withdrawn as well."""
    return {Sha256(row["sha256"]): ClipId(row["id"]) for row in snapshot.all("clip")}


def named(snapshot: Snapshot, sha256: Sha256) -> tuple[ClipId, str] | None:
    """A released clip and the identifier of its object."""
    found = snapshot.one("clip", sha256=sha256)
    return (ClipId(found["id"]), str(found["sop_uid"])) if found else None


def frames_row(clip: ClipId, packed: tuple[int, bytes, bytes]) -> NewRow:
    size, rest, frames = packed
    return NewRow("clip_frames", {"clip_id": clip, "size": size, "rest": rest, "frames": frames})


def frames_of(snapshot: Snapshot, clip: ClipId) -> tuple[int, bytes, bytes] | None:
    """As they were packed."""
    found = snapshot.one("clip_frames", clip_id=clip)
    return (int(found["size"]), bytes(found["rest"]), bytes(found["frames"])) if found else None


def with_frames(snapshot: Snapshot) -> frozenset[ClipId]:
    """The clips of which frames are recorded."""
    return frozenset(map(ClipId, snapshot.values("clip_frames", "clip_id")))
