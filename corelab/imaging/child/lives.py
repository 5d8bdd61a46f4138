"""One child's life, in the way that this system knows: forked by a starter where processes fork, else started by itself."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from corelab.imaging.child import nursery, spawned
from corelab.imaging.child.bounds import Bounds
from corelab.imaging.child.ends import End

Cancelled = Callable[[], bool]


def ended(request: bytes, folder: Path, bounds: Bounds, cancelled: Cancelled) -> End:
    """From the request to the end. Raises ChildStoppedError when cancelled, ReaderUnavailableError where no child can be started."""
    way = nursery.ended if can_fork() else spawned.ended
    return way(request, folder, bounds, cancelled)


def can_fork() -> bool:
    """And pass open files on to the starter."""
    return hasattr(os, "fork") and hasattr(socket, "send_fds")
