"""Asks the machine on which kind of file system a lab lies: a database on another machine is lost to two writers."""

import ctypes
import subprocess
import sys
from pathlib import Path, PurePosixPath

from corelab.domain.mounts import is_remote, kind_at, mounts_of_linux, mounts_of_macos
from corelab.domain.record_errors import NetworkFileSystemError

_DRIVE_REMOTE = 4


def refuse_network(path: Path) -> None:
    """Raises NetworkFileSystemError for a place on another machine. Where the machine cannot be asked, nothing is refused."""
    kind = remote_kind(path)
    if kind:
        raise NetworkFileSystemError(path, kind)


def remote_kind(path: Path) -> str:
    """The kind of network file system on which ``path`` lies or would lie; '' for a local one."""
    place = path.resolve()
    try:
        if sys.platform == "win32":
            return "network drive" if _windows_drive(place) == _DRIVE_REMOTE else ""
        mounts = mounts_of_macos(_mount_output()) if sys.platform == "darwin" else mounts_of_linux(_mountinfo())
    except OSError:
        return ""
    kind = kind_at(PurePosixPath(place), mounts)
    return kind if is_remote(kind) else ""


def _mountinfo() -> str:
    return Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")


def _mount_output() -> str:
    return subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True, timeout=10).stdout


def _windows_drive(place: Path) -> int:
    """The kind of drive on which the place's drive letter or share stands."""
    windows = getattr(ctypes, "windll")  # noqa: B009 - elsewhere the type checker knows no such thing
    return int(windows.kernel32.GetDriveTypeW(place.anchor))
