"""Counts the seconds of active reading: while somebody uses keys or mouse or a clip plays, and a minute beyond; nothing while idle."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from corelab.ui.cine import Stopwatch, WallStopwatch
from corelab.ui.idle import SIGNS_OF_LIFE

IDLE_AFTER_MS: Final = 60_000
TICK_MS: Final = 1000
_LONGEST_MS: Final = 2 * TICK_MS
"""A tick that comes later than this was asleep with the machine: the time between is nobody's."""


class ActiveTime(QObject):
    """Watches the window in which ``page`` lies. It counts only while the page can be seen, so never behind the lock.

    Signals:
        passed: so many ms of active time were counted.
    """

    passed = Signal(float)

    def __init__(self, page: QWidget, playing: Callable[[], bool], stopwatch: Stopwatch | None = None) -> None:
        super().__init__(page)
        self._page, self._playing, self._watch = page, playing, stopwatch or WallStopwatch()
        self._ms = self._ticked = self._used = 0.0
        self._window = 0
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def seconds(self) -> int:
        """Of this reading, with what was counted when it was open before."""
        return int(self._ms // 1000)

    def begin(self, seconds: int) -> None:
        """A reading is on screen that was read for so long before."""
        self._ms, self._ticked = 1000.0 * seconds, self._watch.elapsed_ms()
        self._used = self._ticked
        self._follow()
        self._timer.start()

    def stop(self) -> None:
        """The reading is left or signed."""
        self._timer.stop()

    def tick(self) -> None:
        now = self._watch.elapsed_ms()
        passed, self._ticked = min(now - self._ticked, _LONGEST_MS), now
        self._follow()
        if self._playing():
            self._used = now
        if self._page.isVisible() and now - self._used <= IDLE_AFTER_MS:
            self._ms += passed
            self.passed.emit(passed)

    def turn(self) -> None:
        """What is on screen becomes another thing: the time until now belongs to what was there."""
        if self._timer.isActive():
            self.tick()

    def touch(self) -> None:
        """Somebody used a key or the mouse."""
        self._used = self._watch.elapsed_ms()

    def _follow(self) -> None:
        """The window of the page may be made after the page, and made anew."""
        window = self._page.window().windowHandle() if self._page.isVisible() else None
        if window is not None and id(window) != self._window:
            self._window = id(window)
            window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in SIGNS_OF_LIFE:
            self.touch()
        return super().eventFilter(watched, event)
