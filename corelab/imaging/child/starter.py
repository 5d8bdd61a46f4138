"""The starter: imports everything once and then forks one limited child per object. It never looks at delivered bytes itself.

It is started as ``python -I`` with an empty environment, has one thread, and is told by its one socket to start a child: the limits, and
three descriptors: the pipe to the child, the child's folder, and a line on which it answers how the child ended. When the line is hung up
by the other side, the child is killed; when its own socket is, all are, and it ends.
"""

import ctypes
import gc
import os
import selectors
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from corelab.imaging.child import wire
from corelab.imaging.child.bounds import SIZE, Bounds, submit_to
from corelab.imaging.child.confine import confine
from corelab.imaging.child.work import answered, made_ready

READY = b"R"
IDLE = 120.0
"""So many seconds without work, and it ends: it takes some 60 MB. Another is started when there is work again."""

_GRACE = 0.5
_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
_DIES_WITH_PARENT = 1
"""PR_SET_PDEATHSIG of <sys/prctl.h>."""


@dataclass(slots=True)
class _Child:
    line: socket.socket
    ends: float
    late: bool = False


@dataclass(slots=True)
class _Starter:
    control: socket.socket
    wake: socket.socket
    waiting: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    children: dict[int, _Child] = field(default_factory=dict)
    rested: float = field(default_factory=time.monotonic)

    def serve(self) -> None:
        self.waiting.register(self.control, selectors.EVENT_READ)
        self.waiting.register(self.wake, selectors.EVENT_READ)
        self.control.sendall(READY)
        try:
            while self._goes_on():
                pass
        finally:
            for process in self.children:
                _kill(process)

    def _goes_on(self) -> bool:
        for key, _ in self.waiting.select(_GRACE):
            if key.fileobj is self.control:
                if not self._starts():
                    return False
            elif key.fileobj is self.wake:
                self.wake.recv(4096)
            elif isinstance(key.data, int):
                _kill(key.data)
                self.waiting.unregister(key.fileobj)
        self._reap()
        self._end_late()
        if self.children:
            self.rested = time.monotonic()
        return time.monotonic() - self.rested < IDLE

    def _starts(self) -> bool:
        data, given, _, _ = socket.recv_fds(self.control, SIZE, 3)
        if len(data) < SIZE or len(given) != 3:
            return False
        bounds, (talk, folder, line), own = Bounds.from_bytes(data), given, os.getpid()
        process = os.fork()
        if process == 0:
            _becomes_child(bounds, talk, folder, own)
        os.close(talk)
        os.close(folder)
        watched = socket.socket(fileno=line)
        self.children[process] = _Child(watched, time.monotonic() + bounds.wall)
        self.waiting.register(watched, selectors.EVENT_READ, process)
        return True

    def _reap(self) -> None:
        while self.children:
            process, status, used = os.wait4(-1, os.WNOHANG)
            if not process:
                return
            _kill_session(process)
            child = self.children.pop(process)
            told = {"status": status, "late": child.late, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * _PEAK_UNIT}
            try:
                self.waiting.unregister(child.line)
            except KeyError:
                pass  # nobody waits for it any more
            else:
                child.line.settimeout(0)
                child.line.send(wire.message(told))
            child.line.close()

    def _end_late(self) -> None:
        now = time.monotonic()
        for process, child in self.children.items():
            if now > child.ends and not child.late:
                child.late = True
                _kill(process)


def _becomes_child(bounds: Bounds, talk: int, folder: int, starter: int) -> None:
    """Does not return."""
    try:
        os.setsid()
        _die_with(starter)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.fchdir(folder)
        confine(folder)
        tempfile.tempdir = str(Path.cwd())  # what it unpacks goes with its folder, even where it dies
        talk = _alone_with(talk)
        submit_to(bounds)
        _answer(socket.socket(fileno=talk))
    finally:
        os._exit(0)


def _answer(talk: socket.socket) -> None:
    request = wire.heard(wire.reading(talk), wire.REQUEST_LIMIT)
    talk.sendall(wire.message(*answered(request)))


def _alone_with(talk: int) -> int:
    """Of everything that the starter has open, nothing but this one stays, and three times the null device."""
    os.dup2(talk, 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)
    return 3


def _die_with(parent: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(0)


def _kill(process: int) -> None:
    """Before it is waited for, so that its number is still its own."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(process, signal.SIGKILL)
    _kill_session(process)


def _kill_session(process: int) -> None:
    """Whatever it started: while one of them lives, no other process gets the number."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


def main(control: int) -> None:
    """Until the socket of this number is closed on its other side."""
    made_ready()
    near, far = socket.socketpair()
    near.settimeout(0)
    far.settimeout(0)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(far.fileno(), warn_on_full_buffer=False)
    gc.collect()
    gc.freeze()
    _Starter(socket.socket(fileno=control), near).serve()
