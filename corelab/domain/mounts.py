"""File systems of a machine: from the table of mounts to whether a folder lies on another machine. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

# fmt: off
REMOTE = frozenset({
    "nfs", "nfs3", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afpfs", "afs", "ncpfs", "webdav", "davfs", "ceph", "glusterfs",
    "lustre", "beegfs", "gpfs", "panfs", "orangefs", "pvfs2",
})
_LOCAL_FUSE = frozenset({
    "fuseblk", "ntfs", "ntfs-3g", "exfat", "ext2", "ext4", "bindfs", "mergerfs", "encfs", "gocryptfs", "cryfs", "veracrypt",
    "fuse-overlayfs", "lxcfs", "portal", "squashfuse",
})
# fmt: on
_FUSE = re.compile(r"(?:fuse|osxfuse|macfuse)\.(.+)")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MAC = re.compile(r".+ on (/.*) \(([^,)]+)[^)]*\)")


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a file system of this ``kind`` begins."""

    place: str
    kind: str


def mounts_of_linux(mountinfo: str) -> tuple[Mount, ...]:
    """The lines of ``/proc/self/mountinfo``; one that cannot be read is left out."""
    found = []
    for line in mountinfo.splitlines():
        before, dash, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if dash and len(fields) >= 5:
            found.append(Mount(_ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4]), kinds[0]))
    return tuple(found)


def mounts_of_macos(output: str) -> tuple[Mount, ...]:
    """The lines of ``mount``: ``//person@host/share on /Volumes/share (smbfs, nodev)``."""
    matches = (_MAC.fullmatch(line.strip()) for line in output.splitlines())
    return tuple(Mount(match[1], match[2]) for match in matches if match)


def kind_at(path: PurePosixPath, mounts: Sequence[Mount]) -> str:
    """The kind of file system of an absolute path without links; of two mounts in one place the later one; '' where none is known."""
    holding = [mount for mount in mounts if path.is_relative_to(mount.place)]
    deepest = max((len(PurePosixPath(mount.place).parts) for mount in holding), default=0)
    return next((mount.kind for mount in reversed(holding) if len(PurePosixPath(mount.place).parts) == deepest), "")


def is_remote(kind: str) -> bool:
    """Whether files of this kind lie on another machine; a file system of a program (fuse) does unless it is known to be local."""
    program = _FUSE.fullmatch(kind)
    if program is not None:
        return program[1] not in _LOCAL_FUSE
    return kind in REMOTE
