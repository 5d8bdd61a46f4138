"""A child by itself, where nothing can be forked: the interpreter is started anew for each object, which costs most of a second."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from corelab.imaging.child import wire
from corelab.imaging.child.bounds import SIZE, Bounds, submit_to
from corelab.imaging.child.confine import confine
from corelab.imaging.child.ends import ChildStoppedError, End, ReaderUnavailableError
from corelab.imaging.child.job import SUSPENDED, contained
from corelab.imaging.child.program import command, environment

_LOOK = 0.05
_GRACE = 10.0


def ended(request: bytes, folder: Path, bounds: Bounds, cancelled: Callable[[], bool]) -> End:
    """As ``nursery.ended``. The child touches nothing before its request comes: until then it is put under its limits."""
    with _started(folder) as process, contained(process.pid, bounds), _talking(process, request, bounds) as said:
        late = _over(process, said, bounds, cancelled)
    number = max(0, -(process.returncode or 0))
    return End(bytes(said), 0 if late else number, late=late, too_much=len(said) > bounds.answer)


def _over(process: subprocess.Popen[bytes], said: bytearray, bounds: Bounds, cancelled: Callable[[], bool]) -> bool:
    """Waits for the end, or makes one: whether that was because its time was over."""
    gives_up = time.monotonic() + bounds.wall
    try:
        while process.poll() is None and len(said) <= bounds.answer:
            if cancelled():
                raise ChildStoppedError
            if time.monotonic() > gives_up:
                return True
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
        return False
    finally:
        process.kill()


def _started(folder: Path) -> subprocess.Popen[bytes]:
    pipe, null, run = subprocess.PIPE, subprocess.DEVNULL, command("spawned", 0)
    try:
        return subprocess.Popen(  # noqa: S603 - our own program
            run, env=environment(), cwd=folder, stdin=pipe, stdout=pipe, stderr=null, creationflags=SUSPENDED
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ReaderUnavailableError from error


@contextlib.contextmanager
def _talking(process: subprocess.Popen[bytes], request: bytes, bounds: Bounds) -> Iterator[bytearray]:
    """Two threads tell and hear: nothing waits for two pipes of a process at once on every system. What was said grows until the end."""
    said = bytearray()
    threads = [
        threading.Thread(target=_tell, args=(process, bounds.to_bytes() + request), daemon=True),
        threading.Thread(target=_hear, args=(process, said, bounds.answer), daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield said
    finally:
        for thread in threads:
            thread.join(_GRACE)


def _tell(process: subprocess.Popen[bytes], told: bytes) -> None:
    with contextlib.suppress(OSError, ValueError):  # it died first: its end tells
        if process.stdin is not None:
            process.stdin.write(told)
            process.stdin.close()


def _hear(process: subprocess.Popen[bytes], said: bytearray, most: int) -> None:
    with contextlib.suppress(OSError, ValueError):
        while process.stdout is not None and len(said) <= most and (chunk := os.read(process.stdout.fileno(), 1 << 20)):
            said += chunk


def main(_number: int) -> None:
    """One request, one answer: what a library prints is not part of it."""
    said = os.dup(sys.stdout.fileno())
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, sys.stdout.fileno())
    os.umask(0o077)
    tempfile.tempdir = str(Path.cwd())  # what it unpacks goes with its folder, even where it dies
    stream = sys.stdin.buffer.read
    submit_to(Bounds.from_bytes(stream(SIZE)))
    if sys.platform != "win32":
        confine(os.open(os.curdir, os.O_RDONLY))
    request = wire.heard(stream, wire.REQUEST_LIMIT)
    from corelab.imaging.child.work import answered, made_ready  # noqa: PLC0415 - under its limits already

    made_ready()
    with os.fdopen(said, "wb") as out:
        out.write(wire.message(*answered(request)))
