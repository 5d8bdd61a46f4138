"""Single frames as pictures: those that readers bound to their grades, shown on the cards."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from corelab.domain.clip import Clip
from corelab.services.clips import ClipShelf, OpenClip
from corelab.ui.jobs import Jobs
from corelab.ui.thumbnails import image_of

Key = tuple[str, int]


class FramePictures(QObject):
    """Keeps each picture once it is made, until another case is opened.

    Signals:
        made: one more picture is there.
    """

    made = Signal()

    def __init__(self, jobs: Jobs, shelf: ClipShelf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self._pictures: dict[Key, QImage] = {}
        self._asked: set[Key] = set()

    def forget(self) -> None:
        self._pictures.clear()
        self._asked.clear()

    def picture(self, clip: Clip, frame: int) -> QImage:
        """The picture, or an empty one while it is made."""
        key = (clip.sha256, frame)
        if key not in self._asked:
            self._asked.add(key)
            self._jobs.pixels(self, partial(_framed, self._shelf.opening(clip), frame), partial(self._on_made, key), self._on_failed)
        return self._pictures.get(key, QImage())

    def _on_made(self, key: Key, picture: QImage) -> None:
        if key in self._asked:
            self._pictures[key] = picture
            self.made.emit()

    def _on_failed(self, _error: Exception) -> None:
        """The viewport says why a frame cannot be shown; its picture stays black."""


def _framed(opening: Callable[[], OpenClip], frame: int) -> QImage:
    return image_of(opening().frame(frame))
