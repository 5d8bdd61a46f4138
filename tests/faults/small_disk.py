"""A real disk of a few megabytes, that a test may fill, free, and take away."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

_FILLER = "filler"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """Mounted at ``place``."""

    place: Path

    def fill(self, leaving: int = 0) -> None:
        """Takes all room but ``leaving`` bytes."""
        free = os.statvfs(self.place)
        left = free.f_bavail * free.f_frsize - leaving
        with (self.place / _FILLER).open("ab") as filler:
            os.posix_fallocate(filler.fileno(), filler.tell(), max(left, 1))

    def free(self) -> None:
        (self.place / _FILLER).unlink()

    def remount(self, how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", self.place], check=True, capture_output=True)


@contextmanager
def mounted(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Skips the test where nothing can be mounted: that needs Linux and root. No other process sees the disk."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    refused = mounts_of_our_own()
    if refused:
        pytest.skip(f"this process cannot have mounts of its own here: {refused}")
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place], check=False, capture_output=True)
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.decode().strip()}")
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True, capture_output=True)


_CLONE_NEWNS = 0x00020000
"""Of <sched.h>; ``os.unshare`` came with Python 3.12."""


@cache
def mounts_of_our_own() -> str:
    """From here on this process and its children have their own table of mounts: it goes with them, however they end.

    Answers why not, or nothing. Mounted for everybody, the disk of a killed test would stay, and nobody could remove its folder.
    """
    try:
        unshare = ctypes.CDLL(None, use_errno=True).unshare
    except (AttributeError, TypeError):
        return "no such call"
    if unshare(_CLONE_NEWNS):
        return os.strerror(ctypes.get_errno())
    # What is mounted outside still comes in; nothing gets out.
    done = subprocess.run(["mount", "--make-rslave", "/"], check=False, capture_output=True)
    return done.stderr.decode().strip() if done.returncode else ""
