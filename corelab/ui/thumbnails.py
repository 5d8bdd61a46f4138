"""Makes the small pictures of clips, after the clip on screen has its first frame."""

from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Sha256
from corelab.services.clips import ClipShelf, Frame, OpenClip
from corelab.ui.jobs import Jobs

WIDTH: Final = 240


class Thumbnails(QObject):
    """One picture at a time, so that a frame that is wanted on screen never waits for more than one of them.

    Signals:
        made: the picture of a clip is there; carries the digest and the QImage.
    """

    made = Signal(str, QImage)

    def __init__(self, jobs: Jobs, shelf: ClipShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self._asked: set[Sha256] = set()
        self._waiting: deque[Clip] = deque()
        self._busy = False
        self._turn = 0
        """Counts the exams: a picture of a former one is dropped."""

    def forget(self) -> None:
        """Another exam: its clips are asked for anew."""
        self._turn += 1
        self._busy = False
        self._asked.clear()
        self._waiting.clear()

    def want(self, clips: Iterable[Clip]) -> None:
        """These next, each once."""
        for clip in clips:
            if clip.sha256 not in self._asked:
                self._asked.add(clip.sha256)
                self._waiting.append(clip)

    def rest(self) -> None:
        """What waits is out of sight; when it is seen again it is asked for again."""
        self._asked.difference_update(clip.sha256 for clip in self._waiting)
        self._waiting.clear()

    def work(self) -> None:
        """Go on, now that nothing more urgent is waited for."""
        if self._waiting and not self._busy:
            self._busy = True
            clip = self._waiting.popleft()
            done, failed = partial(self._on_made, self._turn, clip.sha256), partial(self._on_failed, self._turn)
            self._jobs.pixels(self, partial(_small, self._shelf.opening(clip)), done, failed)

    def _on_made(self, turn: int, clip: Sha256, picture: QImage) -> None:
        if turn == self._turn:
            self._busy = False
            self.made.emit(clip, picture)
            self.work()

    def _on_failed(self, turn: int, _error: Exception) -> None:
        # The viewport says why a clip cannot be shown; its small picture stays black.
        if turn == self._turn:
            self._busy = False
            self.work()


def _small(opening: Callable[[], OpenClip]) -> QImage:
    return image_of(opening().thumbnail(WIDTH))


def image_of(frame: Frame) -> QImage:
    """A picture with bytes of its own."""
    return QImage(frame.pixels, frame.width, frame.height, frame.stride, QImage.Format.Format_RGB32).copy()
