"""Opens the clips that may be asked for next and decodes their first frames, after what is on screen has its own."""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject

from corelab.domain.clip import Clip
from corelab.services.clips import ClipShelf, OpenClip
from corelab.ui.jobs import Jobs


class FirstFrames(QObject):
    """One clip at a time, so that a frame that is wanted on screen never waits for more than one of them."""

    def __init__(self, jobs: Jobs, shelf: ClipShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self._waiting: deque[Clip] = deque()
        self._busy = False
        self._turn = 0
        """Counts the exams: an answer for a former one says nothing about this one."""

    def forget(self) -> None:
        """Another exam."""
        self._turn += 1
        self._busy = False
        self._waiting.clear()

    def want(self, clips: Sequence[Clip]) -> None:
        """These may be asked for next, the likeliest first, and no others."""
        self._shelf.hold(clips)
        self._waiting = deque(clip for clip in clips if not self._is_ready(clip))

    def work(self) -> None:
        """Go on, now that nothing more urgent is waited for."""
        if self._waiting and not self._busy:
            self._busy = True
            clip, done = self._waiting.popleft(), partial(self._on_done, self._turn)
            # Why a clip cannot be shown is told when it is asked for.
            self._jobs.pixels(self, partial(_prepared, self._shelf.opening(clip)), done, done)

    def _is_ready(self, clip: Clip) -> bool:
        known = self._shelf.opened(clip)
        return known is not None and known.ready(0)

    def _on_done(self, turn: int, _answer: object) -> None:
        if turn == self._turn:
            self._busy = False
            self.work()


def _prepared(opening: Callable[[], OpenClip]) -> bool:
    return opening().prepare(0)
