"""Joins a clip's time with its frames: what is due is taken from the cache or decoded off the window's thread, late ones are dropped."""

from functools import partial

from PySide6.QtCore import QObject, Signal

from corelab.domain.clip import Clip
from corelab.services.clips import ClipShelf, Frame, OpenClip
from corelab.ui.cine import Cine, Stopwatch, Track
from corelab.ui.jobs import Jobs


class ClipPlayer(QObject):
    """One clip on its way to one view.

    Signals:
        opened: the clip's file is there; its first frame is on the way.
        frame_ready: this Frame belongs on screen now.
        unreadable: this frame (by number) cannot be shown; the others can.
        failed: the clip cannot be opened; carries the exception.
    """

    opened = Signal()
    frame_ready = Signal(object)
    unreadable = Signal(int)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, shelf: ClipShelf, stopwatch: Stopwatch | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._shelf = jobs, shelf
        self.cine = Cine(stopwatch, self)
        self.cine.frame_due.connect(self._on_due)
        self._clip: Clip | None = None
        self._track: Track | None = None
        self._source: OpenClip | None = None
        self._turn = 0
        """Counts the clips opened: an answer for an earlier one is dropped."""
        self._wanted, self._step = 0, 1
        self._asked: int | None = None
        self._reading_ahead = False
        self._play_on_open = False

    @property
    def clip(self) -> Clip | None:
        return self._clip

    @property
    def wanted(self) -> int:
        """The frame that belongs on screen now."""
        return self._wanted

    def open(self, clip: Clip, frame: int = 0, *, play: bool = False) -> None:
        """Another clip, standing on ``frame``; with ``play`` it runs as soon as its first frame is there."""
        self._turn += 1
        self._clip, self._source, self._asked, self._reading_ahead = clip, None, None, False
        self._track = Track(clip.timing)
        self._play_on_open = play
        self.cine.open(clip.timing)
        if frame:
            self.cine.seek(frame)
        turn = self._turn
        self._jobs.pixels(self, self._shelf.opening(clip), partial(self._on_opened, turn), partial(self._on_refused, turn))

    def close(self) -> None:
        """No clip."""
        self._turn += 1
        self.cine.pause()
        self._clip = self._source = self._track = None

    def show_time(self, at_ms: float) -> None:
        """Follow another clip's time: the frame of that moment, or the last one where this clip is shorter."""
        if self._track is not None:
            self._want(self._track.frame_at(at_ms))

    # -- frames ----------------------------------------------------------------------------------------------------------------

    def _on_due(self, frame: int) -> None:
        self._want(frame)

    def _want(self, frame: int) -> None:
        if frame != self._wanted and self._track is not None:
            self._step = 1 if (frame - self._wanted) % self._track.frames <= self._track.frames / 2 else -1
        self._wanted = frame
        self._fetch()

    def _fetch(self) -> None:
        """At most one frame is asked for at a time; when it comes, what is wanted by then is asked for."""
        source = self._source
        if source is None:
            return
        frame = source.at_hand(self._wanted)
        if frame is not None:
            self._deliver(frame)
        elif self._asked is None:
            self._asked = self._wanted
            turn, wanted = self._turn, self._wanted
            done, failed = partial(self._on_frame, turn), partial(self._on_unreadable, turn, wanted)
            self._jobs.pixels(self, partial(source.frame, wanted), done, failed)

    def _on_frame(self, turn: int, frame: Frame) -> None:
        if turn != self._turn:
            return
        self._asked = None
        if frame.index == self._wanted or self.cine.playing:
            self._deliver(frame)
        if frame.index != self._wanted:
            self._fetch()

    def _on_unreadable(self, turn: int, frame: int, _error: Exception) -> None:
        if turn != self._turn:
            return
        self._asked = None
        if frame == self._wanted:
            self.unreadable.emit(frame)
            self._begin()
        else:
            self._fetch()

    def _deliver(self, frame: Frame) -> None:
        self.frame_ready.emit(frame)
        self._begin()
        self._read_ahead()

    def _begin(self) -> None:
        if self._play_on_open:
            self._play_on_open = False
            self.cine.play()

    def _read_ahead(self) -> None:
        source, turn = self._source, self._turn
        if source is not None and not self._reading_ahead and not source.ready(self._ahead):
            self._reading_ahead = True
            work = partial(source.read_ahead, self._wanted, self._step)
            self._jobs.pixels(self, work, partial(self._on_read_ahead, turn), partial(self._on_read_ahead, turn))

    @property
    def _ahead(self) -> int:
        """The frame by which read-ahead is judged: when it is there, there is time."""
        frames = self._track.frames if self._track is not None else 1
        return (self._wanted + self._step * min(4, frames - 1)) % frames

    def _on_read_ahead(self, turn: int, _answer: object) -> None:
        if turn == self._turn:
            self._reading_ahead = False

    # -- opening ---------------------------------------------------------------------------------------------------------------

    def _on_opened(self, turn: int, source: OpenClip) -> None:
        if turn == self._turn:
            self._source = source
            self.opened.emit()
            self._fetch()

    def _on_refused(self, turn: int, error: Exception) -> None:
        if turn == self._turn:
            self._play_on_open = False
            self.failed.emit(error)
