"""The parent's side: one starter for this process, started when it is first needed, and children that it starts for us."""

import atexit
import contextlib
import os
import selectors
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from corelab.imaging.child import wire
from corelab.imaging.child.bounds import Bounds
from corelab.imaging.child.ends import ChildStoppedError, End, ReaderUnavailableError
from corelab.imaging.child.program import command, environment
from corelab.imaging.child.wire import NoAnswerError

KILLED = 9

_TRIES = 3
"""A starter that was at rest for long ends by itself, maybe in the very moment in which it is asked. One that dies every time is out of
memory."""

_LOOK = 0.1
"""Seconds between two looks at whether it was cancelled."""
_START = 120.0
"""Seconds in which even a busy machine has imported everything."""
_GRACE = 30.0
"""The starter keeps the clock; when even it is silent, it is given up."""


@dataclass(slots=True)
class _Starter:
    """A starter, and by whom it was made: a fork of this process must not talk into its socket."""

    owner: tuple[int, int]
    process: subprocess.Popen[bytes]
    control: socket.socket

    @classmethod
    def made(cls) -> "_Starter":
        ours, its = socket.socketpair()
        try:
            with its:
                process = _started(its.fileno())
        except ReaderUnavailableError:
            ours.close()
            raise
        starter = cls(_owner(), process, ours)
        ours.settimeout(_START)
        try:
            ready = ours.recv(1)
        except OSError:
            ready = b""
        if not ready:
            starter.end()
            raise ReaderUnavailableError
        return starter

    @property
    def lives(self) -> bool:
        return self.owner == _owner() and self.process.poll() is None

    def end(self) -> None:
        """Closing the socket ends it, and its children; in a fork of its maker only the copy is closed."""
        self.control.close()
        if self.owner[0] == os.getpid():
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def _started(number: int) -> subprocess.Popen[bytes]:
    null = subprocess.DEVNULL
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            command("starter", number),
            env=environment(),
            cwd=os.sep,
            pass_fds=(number,),
            stdin=null,
            stdout=null,
            stderr=null,
            start_new_session=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReaderUnavailableError from error


def _owner() -> tuple[int, int]:
    """The process, and the table of mounts it sees: a starter from before it got one of its own sees other disks."""
    try:
        return os.getpid(), Path("/proc/self/ns/mnt").stat().st_ino
    except OSError:
        return os.getpid(), 0


@dataclass(slots=True)
class _Nursery:
    lock: threading.Lock = field(default_factory=threading.Lock)
    starter: _Starter | None = None

    def ready(self) -> _Starter:
        with self.lock:
            if self.starter is None or not self.starter.lives:
                self._leave()
                self.starter = _Starter.made()
            return self.starter

    def close(self) -> None:
        with self.lock:
            self._leave()

    def _leave(self) -> None:
        if self.starter is not None:
            self.starter.end()
        self.starter = None

    def gone(self, starter: _Starter) -> None:
        """It told nothing of its child: it is ended even where the system has not said yet that it died, so that no try is lost on it."""
        with self.lock:
            if self.starter is starter:
                self._leave()

    def begins(self, starter: _Starter, bounds: Bounds, folder: Path) -> tuple[socket.socket, socket.socket]:
        """A new child: the pipe to it, and the line on which its end is told; hanging up kills it."""
        talk, its_talk = socket.socketpair()
        line, its_line = socket.socketpair()
        with its_talk, its_line, _opened(folder) as place, self.lock, contextlib.suppress(OSError):
            # Where it is gone, its silence on the line tells.
            socket.send_fds(starter.control, [bounds.to_bytes()], [its_talk.fileno(), place, its_line.fileno()])
        return talk, line


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int]:
    place = os.open(folder, os.O_RDONLY)
    try:
        yield place
    finally:
        os.close(place)


_nursery = _Nursery()
atexit.register(_nursery.close)


def close() -> None:
    """Ends the starter, where there is one."""
    _nursery.close()


def ended(request: bytes, folder: Path, bounds: Bounds, cancelled: Callable[[], bool]) -> End:
    """One child's life with ``folder`` as its own. Raises ChildStoppedError when cancelled, ReaderUnavailableError."""
    for _ in range(_TRIES):
        starter = _nursery.ready()
        talk, line = _nursery.begins(starter, bounds, folder)
        with talk, line:
            end = _Life(talk, line, bounds, cancelled).lived(request)
        if end is not None:
            return end
        _nursery.gone(starter)
    return End(b"", signal=KILLED)


@dataclass(slots=True)
class _Life:
    """From the request to the end. Nothing that the child says is looked at before it is gone."""

    talk: socket.socket
    line: socket.socket
    bounds: Bounds
    cancelled: Callable[[], bool]
    said: bytearray = field(default_factory=bytearray)
    told: bytearray = field(default_factory=bytearray)

    def lived(self, request: bytes) -> End | None:
        """None when its starter went before it could tell how the child ended."""
        self._ask(request)
        if not self._listen():
            return End(b"", too_much=True)
        try:
            document, _ = wire.parts(bytes(self.told))
            status = int(document["status"])
            number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
            return End(bytes(self.said), number, document["late"], document["cpu"], document["peak"])
        except (NoAnswerError, KeyError):
            return None

    def _ask(self, request: bytes) -> None:
        self.talk.settimeout(self.bounds.wall)
        with contextlib.suppress(OSError):  # it is dead already, or hangs: its end will tell
            self.talk.sendall(request)
            self.talk.shutdown(socket.SHUT_WR)
        self.talk.settimeout(0)

    def _listen(self) -> bool:
        """Until its end is told. False when it says more than it may: hanging up then ends it."""
        gives_up = time.monotonic() + self.bounds.wall + _GRACE
        with selectors.DefaultSelector() as waiting:
            waiting.register(self.talk, selectors.EVENT_READ)
            waiting.register(self.line, selectors.EVENT_READ)
            while time.monotonic() < gives_up:
                if self.cancelled():
                    raise ChildStoppedError
                heard = {key.fileobj for key, _ in waiting.select(_LOOK)}
                if self.talk in heard and not self._hears():
                    waiting.unregister(self.talk)
                if len(self.said) > self.bounds.answer:
                    return False
                if self.line in heard and not _taken(self.line, self.told):
                    return self._hears_all()
        return True

    def _hears(self) -> bool:
        """Whether there may be more."""
        return bool(_taken(self.talk, self.said))

    def _hears_all(self) -> bool:
        """What it said last is still in the pipe."""
        with contextlib.suppress(BlockingIOError):
            while len(self.said) <= self.bounds.answer and self._hears():
                pass
        return len(self.said) <= self.bounds.answer


def _taken(connection: socket.socket, into: bytearray) -> int:
    try:
        chunk = connection.recv(1 << 20)
    except BlockingIOError:
        raise
    except OSError:
        return 0
    into += chunk
    return len(chunk)
