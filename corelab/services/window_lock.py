"""One window on a lab at a time: a file in its folder says which machine and program has it, and is held locked while it runs.

Commands do not take it: each is one short piece of work, and waits for others at the database itself.
"""

import contextlib
import json
import os
import socket
import weakref
from datetime import datetime
from pathlib import Path
from typing import Any

from corelab.domain.clock import Clock, stamp
from corelab.domain.record_errors import LabOpenElsewhereError
from corelab.services.file_lock import try_lock

NAME = "window.lock"


class WindowHold:
    """The hold of one window. It ends with ``release``, or with the program."""

    def __init__(self, handle: int) -> None:
        self._closing = weakref.finalize(self, os.close, handle)

    def release(self) -> None:
        """What the file says stays: unlinking it could take it from a window that has it already."""
        self._closing()


def take(folder: Path, clock: Clock) -> WindowHold | None:
    """None where the folder cannot be written: then nothing can be changed either. Raises LabOpenElsewhereError.

    What a program left that is gone is taken over: the system gave its lock back.
    """
    path = folder / NAME
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        return None
    if not try_lock(handle):
        said = _said(handle)
        os.close(handle)
        raise LabOpenElsewhereError(folder, said.get("host", "?"), int(said.get("pid", 0)), _time(said.get("since")))
    mine = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": stamp(clock.now())}).encode()
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, mine)
    return WindowHold(handle)


def _said(handle: int) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        os.lseek(handle, 0, os.SEEK_SET)
        found = json.loads(os.read(handle, 4096))
        if isinstance(found, dict):
            return found
    return {}


def _time(since: object) -> datetime | None:
    with contextlib.suppress(TypeError, ValueError):
        return datetime.fromisoformat(str(since))
    return None
