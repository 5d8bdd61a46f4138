"""Brings the pictures of the pixel check to the window, as long as the page is not left; those of the clip after it beforehand."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from corelab.domain.vocabulary import ClipId
from corelab.services.intake import WaitingClip
from corelab.ui.check_sheet import Sheet, load_frame, load_sheet, load_small, load_thumb
from corelab.ui.desk import Desk
from corelab.ui.jobs import Cancel

T = TypeVar("T")
_Key = tuple[object, ...]


class PageLeftError(Exception):
    """The page was left before this picture had its turn."""


class CheckLoader(QObject):
    """Originals may name the patient: what was asked for before ``forget`` is neither decoded nor told any more.

    Signals:
        sheet: the Sheet of a clip is there.
        frame: carries clip, number and QImage.
        small: carries clip and the QImage for the rail; where there is none, the clip itself says why when it is opened.
        thumb: carries clip, number and the Thumb of a flagged frame.
        failed: a sheet or a frame cannot be shown; carries the exception.
    """

    sheet = Signal(object)
    frame = Signal(str, int, QImage)
    small = Signal(str, QImage)
    thumb = Signal(str, int, object)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._left = Cancel()
        self._ahead: tuple[_Key, Sheet | None] | None = None
        self._wanted: _Key | None = None

    def forget(self) -> None:
        """The page is left."""
        self._left.ask()
        self._left = Cancel()
        self._ahead = self._wanted = None

    def load_sheet(self, clip: WaitingClip) -> None:
        """At once where it was fetched ahead; where that is under way, when it arrives."""
        self._wanted = _key(clip)
        if self._ahead is not None and self._ahead[0] == self._wanted:
            if self._ahead[1] is not None:
                self.sheet.emit(self._ahead[1])
            return
        self._load(partial(load_sheet, self._desk, clip.clip), self.sheet.emit, self.failed.emit)

    def fetch_ahead(self, clip: WaitingClip) -> None:
        """The sheet that is probably wanted next, beside the frames that are wanted now."""
        key = _key(clip)
        if self._ahead is not None and self._ahead[0] == key:
            return
        self._ahead = (key, None)
        left = self._left
        answers = (partial(_unless_left, left, partial(self._on_ahead, key)), partial(_unless_left, left, partial(self._on_missed, key)))
        self._desk.jobs.aside(self, partial(_begin, left, partial(load_sheet, self._desk, clip.clip)), *answers)

    def _on_ahead(self, key: _Key, sheet: Sheet) -> None:
        if self._ahead is not None and self._ahead[0] == key:
            self._ahead = (key, sheet)
        if self._wanted == key:
            self.sheet.emit(sheet)

    def _on_missed(self, key: _Key, error: Exception) -> None:
        if self._ahead is not None and self._ahead[0] == key:
            self._ahead = None
        if self._wanted == key:
            self.failed.emit(error)

    def load_frame(self, sheet: Sheet, frame: int) -> None:
        self._load(partial(load_frame, sheet.pictures, frame), partial(self.frame.emit, sheet.clip, frame), self.failed.emit)

    def load_small(self, clip: ClipId) -> None:
        self._load(partial(load_small, self._desk, clip), partial(self.small.emit, clip), _no_picture)

    def load_thumb(self, sheet: Sheet, frame: int) -> None:
        self._load(partial(load_thumb, sheet.pictures, frame), partial(self.thumb.emit, sheet.clip, frame), _no_picture)

    def _load(self, work: Callable[[], T], done: Callable[[T], object], failed: Callable[[Exception], object]) -> None:
        left = self._left
        answers = (partial(_unless_left, left, done), partial(_unless_left, left, failed))
        self._desk.jobs.pixels(self, partial(_begin, left, work), *answers)


def _key(clip: WaitingClip) -> _Key:
    """Another mask, or frames that were accepted, make other pictures."""
    return clip.clip, clip.boxes, clip.frames, clip.state.value == "held"


def _begin(left: Cancel, work: Callable[[], T]) -> T:
    if left():
        raise PageLeftError
    return work()


def _unless_left(left: Cancel, tell: Callable[[Any], object], answer: object) -> None:
    if not left():
        tell(answer)


def _no_picture(_error: Exception) -> None:
    """The place stays black."""
