"""Has the clips of an exam brought from an archive on a server, before they are asked for."""

from collections import deque
from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from corelab.domain.clip import Clip
from corelab.services.clips import ClipShelf
from corelab.ui.jobs import Jobs


class Bringing(QObject):
    """One clip at a time, in the order in which they are likely to be looked at. Where the clips lie here already it does nothing."""

    def __init__(self, jobs: Jobs, shelf: ClipShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self._waiting: deque[Clip] = deque()
        self._brought: set[str] = set()
        self._busy = False
        self._turn = 0
        """Counts the exams: an answer for a former one says nothing about this one."""

    def forget(self) -> None:
        """Another exam."""
        self._turn += 1
        self._busy = False
        self._waiting.clear()
        self._brought.clear()

    def want(self, clips: Sequence[Clip]) -> None:
        """These, the likeliest first, and no others."""
        self._waiting = deque(clip for clip in clips if clip.sha256 not in self._brought)

    def work(self) -> None:
        """Go on, now that nothing more urgent is waited for."""
        if not self._waiting or self._busy or self._shelf.is_near:
            return
        self._busy = True
        clip, turn = self._waiting.popleft(), self._turn
        bring = self._shelf.bringing(clip, lambda: self._jobs.ending or turn != self._turn)
        self._jobs.fetch(self, bring, partial(self._on_brought, turn, clip), partial(self._on_refused, turn))

    def _on_brought(self, turn: int, clip: Clip, _answer: object) -> None:
        if turn == self._turn:
            self._busy = False
            self._brought.add(clip.sha256)
            self.work()

    def _on_refused(self, turn: int, _error: Exception) -> None:
        """Why a clip cannot be shown is told when it is asked for; until then the archive is left alone."""
        if turn == self._turn:
            self._busy = False
            self._waiting.clear()
