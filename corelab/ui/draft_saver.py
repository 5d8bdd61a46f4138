"""Saving at every change: what is on disk is always said, and nothing unsaved is left behind."""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from corelab.domain.clock import Clock
from corelab.domain.reading_errors import DraftChangedError
from corelab.services.offline import KeptHereError, OnVersion, Save
from corelab.services.reading import Saved
from corelab.ui.away import AWAY
from corelab.ui.jobs import Jobs
from corelab.ui.times import clock_time
from corelab.ui.words import words_for

RETRY_MS: Final = 5000
LONGEST_RETRY_MS: Final = 60_000
"""While a server is away it is asked less and less often."""

T = TypeVar("T")


class _Draft:
    """The version of one draft as this window knows it. Read and written by database work only, which runs one at a time."""

    def __init__(self, version: int) -> None:
        self._version = version
        self._away = False
        """The server was, at the last save."""

    def save(self, work: OnVersion[Saved], *, asks: bool) -> Saved:
        """``asks``: the server is asked although it was away."""
        try:
            saved = (work.here if self._away and not asks and isinstance(work, Save) else work)(version=self._version)
        except KeptHereError:
            self._away = True
            raise
        self._version, self._away = saved.version, False
        return saved

    def sign(self, work: Callable[..., T], password: str) -> T:
        return work(password, version=self._version)


class DraftSaver(QObject):
    """Runs saves one after another, each on top of the one before, and tells how it stands.

    Signals:
        state: "Saving", "Saved 14:02:07", "Kept on this machine 14:02:07", or "Not saved: ..." with what to do.
        kept: a save succeeded, and nothing newer waits.
        away: the server is away, in words, and what was to be saved is kept on this machine; empty when it is back.
        overtaken: another window saved the draft; what is on screen can no longer be saved. Carries the error.
    """

    state = Signal(str)
    kept = Signal()
    away = Signal(str)
    overtaken = Signal(object)
    _settled = Signal()

    def __init__(self, jobs: Jobs, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._clock = jobs, clock
        self._waiting = 0
        self._last: OnVersion[Saved] | None = None
        """The newest save that has not succeeded yet."""
        self._draft = _Draft(0)
        self._error: Exception | None = None
        """Why the newest save failed."""
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._pause_ms = RETRY_MS
        self._retry.timeout.connect(self.retry)

    @property
    def unsaved(self) -> bool:
        return self._last is not None

    def begin(self, version: int) -> None:
        """Another draft is on screen, as of this version."""
        self.forget()
        self._draft = _Draft(version)

    def forget(self) -> None:
        """No draft is on screen, or it is signed."""
        self._retry.stop()
        self._last = self._error = None
        self._pause_ms = RETRY_MS

    def save(self, work: OnVersion[Saved], *, asks: bool = False) -> None:
        """While the server is away it is not asked at every save, but by ``retry``."""
        self._retry.stop()
        self._last, self._error = work, None
        self._waiting += 1
        self.state.emit("Saving")
        self._jobs.query(self, partial(self._draft.save, work, asks=asks), partial(self._on_saved, work), partial(self._on_failed, work))

    def signing(self, sign: Callable[..., T]) -> Callable[[str], T]:
        """Work that signs what was saved last here, with a password."""
        return partial(self._draft.sign, sign)

    def flush(self) -> Exception | None:
        """Before the page is left: everything asked for is saved, in the order of asking. The error of the newest, if it cannot be.

        What is kept on this machine, since the server is away, is kept.
        The window stays alive meanwhile but takes no keys and no clicks: a draft must not change while it is waited for.
        """
        if self._last is not None and not self._waiting and not isinstance(self._error, KeptHereError):
            self.save(self._last)
        while self._waiting:
            wait = QEventLoop()
            self._settled.connect(wait.quit)
            wait.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return self._error

    def _on_saved(self, work: OnVersion[Saved], saved: Saved) -> None:
        if work is self._last:
            self._last, self._pause_ms = None, RETRY_MS
            self.state.emit(f"Saved {clock_time(saved.at, self._clock)}")
            self.away.emit("")
            self.kept.emit()
        self._on_settled()

    def _on_failed(self, work: OnVersion[Saved], error: Exception) -> None:
        newest, overtaken = work is self._last, isinstance(error, DraftChangedError)
        if newest:
            self._error = error
            self._tell(error)
            if not overtaken:
                self._retry.start(self._pause_ms)
        self._on_settled()
        if newest and overtaken:
            self.overtaken.emit(error)

    def _tell(self, error: Exception) -> None:
        here = isinstance(error, KeptHereError)
        if here:
            self._pause_ms = min(2 * self._pause_ms, LONGEST_RETRY_MS)
            self.state.emit(f"Kept on this machine {clock_time(self._clock.now(), self._clock)}")
        else:
            words = words_for(error)
            self.state.emit(f"Not saved: {words.happened} {words.do}")
        self.away.emit(AWAY if here else "")

    def _on_settled(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._settled.emit()

    def retry(self) -> None:
        """Try again what could not be saved."""
        if self._last is not None and not self._waiting:
            self.save(self._last, asks=True)
