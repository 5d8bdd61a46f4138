"""Whether the program of a sign-in still runs on this machine: it holds a file locked, and the system lets go when it dies."""

import contextlib
import os
import weakref
from pathlib import Path

from corelab.services.file_lock import try_lock

_FOLDER = "sessions"


class Presence:
    """The hold of one sign-in. It ends with ``release``, or with the program, however that ends."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._closing = weakref.finalize(self, os.close, handle)

    def release(self) -> None:
        if self._closing.alive:
            self._closing()
            _forget(self._path)


def hold(configuration: Path, session: str) -> Presence | None:
    """None where this person's configuration cannot be written: then nobody can tell that the program still runs."""
    path = _path(configuration, session)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    if not try_lock(handle):  # a file system without locks: nobody can tell
        os.close(handle)
        _forget(path)
        return None
    return Presence(path, handle)


def is_alive(configuration: Path, session: str) -> bool:
    """Whether some program on this machine holds this sign-in. What a dead one left is tidied away."""
    path = _path(configuration, session)
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    free = try_lock(handle)
    os.close(handle)
    if free:
        _forget(path)
    return not free


def _path(configuration: Path, session: str) -> Path:
    return configuration / _FOLDER / session


def _forget(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
