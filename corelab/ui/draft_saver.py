"""Saving at every change: what is on disk is always said, and nothing unsaved is left behind."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from corelab.domain.clock import Clock
from corelab.services.reading import Saved
from corelab.ui.jobs import Jobs
from corelab.ui.times import clock_time
from corelab.ui.words import words_for

RETRY_MS: Final = 5000

Save = Callable[[], Saved]


class DraftSaver(QObject):
    """Runs saves one after another and tells how it stands.

    Signals:
        state: "Saving", "Saved 14:02:07", or "Not saved: ..." with what to do.
        kept: a save succeeded, and nothing newer waits.
    """

    state = Signal(str)
    kept = Signal()
    _settled = Signal()

    def __init__(self, jobs: Jobs, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._clock = jobs, clock
        self._waiting = 0
        self._last: Save | None = None
        """The newest save that has not succeeded yet."""
        self._error: Exception | None = None
        """Why the newest save failed."""
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._on_retry)

    @property
    def unsaved(self) -> bool:
        return self._last is not None

    def forget(self) -> None:
        """Another draft is on screen."""
        self._retry.stop()
        self._last = self._error = None

    def save(self, work: Save) -> None:
        self._retry.stop()
        self._last, self._error = work, None
        self._waiting += 1
        self.state.emit("Saving")
        self._jobs.query(self, work, partial(self._on_saved, work), partial(self._on_failed, work))

    def flush(self) -> Exception | None:
        """Before the page is left: everything asked for is saved, in the order of asking. The error of the newest, if it cannot be.

        The window stays alive meanwhile but takes no keys and no clicks: a draft must not change while it is waited for.
        """
        if self._last is not None and not self._waiting:
            self.save(self._last)
        while self._waiting:
            wait = QEventLoop()
            self._settled.connect(wait.quit)
            wait.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        return self._error

    def _on_saved(self, work: Save, saved: Saved) -> None:
        if work is self._last:
            self._last = None
            self.state.emit(f"Saved {clock_time(saved.at, self._clock)}")
            self.kept.emit()
        self._on_settled()

    def _on_failed(self, work: Save, error: Exception) -> None:
        if work is self._last:
            self._error = error
            words = words_for(error)
            self.state.emit(f"Not saved: {words.happened} {words.do}")
            self._retry.start()
        self._on_settled()

    def _on_settled(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._settled.emit()

    def _on_retry(self) -> None:
        if self._last is not None:
            self.save(self._last)
