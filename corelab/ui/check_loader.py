"""Brings the pictures of the pixel check to the window, as long as the page is not left."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from corelab.domain.vocabulary import ClipId
from corelab.ui.check_sheet import Sheet, load_frame, load_sheet, load_small
from corelab.ui.desk import Desk
from corelab.ui.jobs import Cancel

T = TypeVar("T")


class PageLeftError(Exception):
    """The page was left before this picture had its turn."""


class CheckLoader(QObject):
    """Originals may name the patient: what was asked for before ``forget`` is neither decoded nor told any more.

    Signals:
        sheet: the Sheet of a clip is there.
        frame: carries clip, number and QImage.
        small: carries clip and the QImage for the rail; where there is none, the clip itself says why when it is opened.
        failed: a sheet or a frame cannot be shown; carries the exception.
    """

    sheet = Signal(object)
    frame = Signal(str, int, QImage)
    small = Signal(str, QImage)
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._left = Cancel()

    def forget(self) -> None:
        """The page is left."""
        self._left.ask()
        self._left = Cancel()

    def load_sheet(self, clip: ClipId) -> None:
        self._load(partial(load_sheet, self._desk, clip), self.sheet.emit, self.failed.emit)

    def load_frame(self, sheet: Sheet, frame: int) -> None:
        self._load(partial(load_frame, sheet.pictures, frame), partial(self.frame.emit, sheet.clip, frame), self.failed.emit)

    def load_small(self, clip: ClipId) -> None:
        self._load(partial(load_small, self._desk, clip), partial(self.small.emit, clip), _no_picture)

    def _load(self, work: Callable[[], T], done: Callable[[T], object], failed: Callable[[Exception], object]) -> None:
        left = self._left
        answers = (partial(_unless_left, left, done), partial(_unless_left, left, failed))
        self._desk.jobs.pixels(self, partial(_begin, left, work), *answers)


def _begin(left: Cancel, work: Callable[[], T]) -> T:
    if left():
        raise PageLeftError
    return work()


def _unless_left(left: Cancel, tell: Callable[[Any], object], answer: object) -> None:
    if not left():
        tell(answer)


def _no_picture(_error: Exception) -> None:
    """The rail stays black there."""
