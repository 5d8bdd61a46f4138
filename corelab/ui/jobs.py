"""Work off the window's thread; the only module that starts a thread.

Database work runs on one thread, in order; pixels on others. An answer arrives on the window's thread through one queued
signal, and only while its owner is still alive. No QObject ever lives on another thread, nor dies there: who asked stays here,
the working thread knows a number.
"""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from threading import Event
from typing import Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal

from corelab import log
from corelab.ui.collecting import CircleCollector

T = TypeVar("T")
Failed = Callable[[Exception], None]

SLOW_S = 1.0
"""Work that takes longer stands in the log."""


class Job(Protocol):
    """Work that was handed in."""

    def cancel(self) -> bool:
        """Take it back if it has not begun; true when it will never run."""
        ...


class Jobs(Protocol):
    """Where slow work goes. ``done`` and ``failed`` run on the window's thread, and not at all once ``owner`` is gone."""

    def query(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        """Database work: one at a time, in the order asked."""
        ...

    def pixels(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        """Pixel work: several at a time, in no promised order."""
        ...

    def aside(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        """Work of seconds on many frames, one at a time, beside the pixels: frames that are wanted on screen never wait for it."""
        ...

    def fetch(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        """Work that waits for another machine, one at a time: nothing else waits for it."""
        ...

    def relay(self, owner: QObject, told: Callable[..., None]) -> Callable[..., None]:
        """A callable for the working thread; what it is told arrives in ``told`` on the window's thread (progress)."""
        ...

    @property
    def ending(self) -> bool:
        """Whether the window is going: long work should stop where it can without harm."""
        ...

    def close(self) -> None:
        """Let all database work finish (it may be a draft), drop pixels that wait, end the threads."""
        ...


class Cancel:
    """A wish to stop, asked for by the window, looked at by the work: ``cancelled=cancel`` fits services that take a callable."""

    def __init__(self) -> None:
        self._event = Event()

    def __call__(self) -> bool:
        return self._event.is_set()

    def ask(self) -> None:
        self._event.set()


class ThreadJobs(QObject):
    """Jobs on threads: one for the database, a few for pixels, one for what takes seconds, one for what comes from another machine."""

    _arrived = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._database = ThreadPoolExecutor(1, "database")
        self._pixels = ThreadPoolExecutor(max(2, min(4, (os.cpu_count() or 2) - 1)), "pixels")
        self._aside = ThreadPoolExecutor(1, "aside")
        self._fetching = ThreadPoolExecutor(1, "fetching")
        self._closed = False
        self._numbers = count(1)
        self._asked: dict[int, _Asked] = {}
        """Who waits for an answer, by the number that the work carries."""
        self._told: dict[int, tuple[QObject, Callable[..., None]]] = {}
        self._circles = CircleCollector(self)
        self._circles.begin()
        self._arrived.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def query(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self._submit(self._database, owner, work, (done, failed))

    def pixels(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self._submit(self._pixels, owner, work, (done, failed))

    def aside(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self._submit(self._aside, owner, work, (done, failed))

    def fetch(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self._submit(self._fetching, owner, work, (done, failed))

    def relay(self, owner: QObject, told: Callable[..., None]) -> Callable[..., None]:
        number = next(self._numbers)
        self._told[number] = owner, told
        return partial(self._tell, number)

    @property
    def ending(self) -> bool:
        return self._closed

    def close(self) -> None:
        self._closed = True
        for waiting in (self._fetching, self._aside, self._pixels):
            waiting.shutdown(wait=True, cancel_futures=True)
        self._database.shutdown(wait=True)
        self._asked.clear()
        self._told.clear()
        self._circles.end()

    def _submit(
        self, executor: ThreadPoolExecutor, owner: QObject, work: Callable[[], Any], answers: tuple[Callable[[Any], None], Failed]
    ) -> Job:
        number = next(self._numbers)
        self._asked[number] = _Asked(owner, *answers)
        return _Submitted(executor.submit(self._run, number, work), partial(self._asked.pop, number, None))

    def _run(self, number: int, work: Callable[[], Any]) -> None:
        begun = time.monotonic()
        try:
            self._post(_Answer(number, work()))
        except Exception as error:  # noqa: BLE001 - whatever went wrong is told to the page that asked
            log.tell("work.refused", work=work, fault=error, at=error.__traceback__)
            self._post(_Answer(number, error, refused=True))
        if time.monotonic() - begun > SLOW_S:
            log.tell("work.slow", work=work, ms=round((time.monotonic() - begun) * 1000))

    def _tell(self, number: int, *facts: object) -> None:
        self._post(_News(number, facts))

    def _post(self, arrived: "_Answer | _News") -> None:
        if not self._closed:
            self._arrived.emit(arrived)

    def _deliver(self, arrived: "_Answer | _News") -> None:
        if isinstance(arrived, _News):
            owner, told = self._told.get(arrived.number, (None, None))
            if told is not None and shiboken6.isValid(owner):
                told(*arrived.facts)
            return
        asked = self._asked.pop(arrived.number, None)
        if asked is not None and shiboken6.isValid(asked.owner):
            (asked.failed if arrived.refused else asked.done)(arrived.found)


@dataclass(frozen=True, slots=True)
class _Asked:
    owner: QObject
    done: Callable[[Any], None]
    failed: Failed


@dataclass(frozen=True, slots=True)
class _Answer:
    """What work found, or the exception that ended it."""

    number: int
    found: Any
    refused: bool = False


@dataclass(frozen=True, slots=True)
class _News:
    number: int
    facts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Submitted:
    future: Future[None]
    forget: Callable[[], object]

    def cancel(self) -> bool:
        taken_back = self.future.cancel()
        if taken_back:
            self.forget()
        return taken_back


class _Done:
    def cancel(self) -> bool:
        return False


class ImmediateJobs:
    """The same door without threads: everything happens at once. For tests and off-screen tours."""

    def query(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        try:
            answer = work()
        except Exception as error:  # noqa: BLE001 - as on a thread: the page that asked is told
            log.tell("work.refused", work=work, fault=error, at=error.__traceback__)
            failed(error)
            return _Done()
        if shiboken6.isValid(owner):
            done(answer)
        return _Done()

    def pixels(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self.query(owner, work, done, failed)

    def aside(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self.query(owner, work, done, failed)

    def fetch(self, owner: QObject, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Job:
        return self.query(owner, work, done, failed)

    def relay(self, owner: QObject, told: Callable[..., None]) -> Callable[..., None]:
        def tell(*facts: object) -> None:
            if shiboken6.isValid(owner):
                told(*facts)

        return tell

    @property
    def ending(self) -> bool:
        return False

    def close(self) -> None:
        return
