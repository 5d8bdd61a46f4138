"""Joins a clip's time with its frames: what is due is taken from the cache or decoded off the window's thread, late ones are dropped."""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal

from corelab.domain.archives import ArchiveError, CacheFullError
from corelab.domain.clip import Clip
from corelab.services.clips import READ_AHEAD, ClipShelf, Frame, OpenClip
from corelab.ui.cine import Cine, Stopwatch, Track
from corelab.ui.jobs import Job, Jobs

AT_ONCE: Final = 2
"""Frames that one player has decoded ahead at the same time: with several viewports each gets its share of the threads."""


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
        self._leader: Cine | None = None
        self._clip: Clip | None = None
        self._track: Track | None = None
        self._source: OpenClip | None = None
        self._turn = 0
        """Counts the clips opened: an answer for an earlier one is dropped."""
        self._wanted, self._step = 0, 1
        self._asked: int | None = None
        self._ahead: dict[int, Job | None] = {}
        """Frames being decoded ahead, or waiting for it."""
        self._tried: set[int] = set()
        """Frames that were decoded ahead while this one is wanted: one that finds no room is not decoded over and over."""
        self._play_on_open = False
        self._due, self._late = False, 0
        self._shown: int | None = None
        """The frame that was delivered last."""

    @property
    def clip(self) -> Clip | None:
        return self._clip

    @property
    def wanted(self) -> int:
        """The frame that belongs on screen now."""
        return self._wanted

    @property
    def dropped(self) -> int:
        """Frames that were due while the clip played and never came, since it was opened."""
        return self.cine.dropped + self._late

    @property
    def speed(self) -> int:
        """At which it plays now, in percent of the file's own; 0 where it stands."""
        return round(100 * self._clock.speed) if self._clock.playing else 0

    def open(self, clip: Clip, frame: int = 0, *, play: bool = False) -> None:
        """Another clip, standing on ``frame``; with ``play`` it runs as soon as its first frame is there."""
        self._leave()
        self._clip, self._track = clip, Track(clip.timing)
        self._play_on_open = play
        self.cine.open(clip.timing)
        if frame:
            self.cine.seek(frame)
        known, turn = self._shelf.opened(clip), self._turn
        if known is not None:
            self._on_opened(turn, known)
        else:
            self._jobs.pixels(self, self._shelf.opening(clip), partial(self._on_opened, turn), partial(self._on_refused, turn))

    def close(self) -> None:
        """No clip."""
        self._leave()
        self.cine.pause()
        self._clip = self._track = None

    def follow(self, leader: Cine | None) -> None:
        """Whose clock tells which frames come next; None: its own."""
        self._leader = leader

    def show_time(self, at_ms: float) -> None:
        """Follow another clip's time: the frame of that moment, or the last one where this clip is shorter."""
        if self._track is not None:
            self._want(self._track.frame_at(at_ms))

    def _leave(self) -> None:
        self._turn += 1
        self._source, self._asked, self._play_on_open = None, None, False
        self._due, self._late, self._shown = False, 0, None
        self._drop_ahead()
        self._ahead = {}

    # -- frames ----------------------------------------------------------------------------------------------------------------

    @property
    def _clock(self) -> Cine:
        return self._leader or self.cine

    def _on_due(self, frame: int) -> None:
        self._want(frame)

    def _want(self, frame: int) -> None:
        if frame == self._wanted == self._shown:
            return
        if frame != self._wanted and self._track is not None:
            self._step = 1 if (frame - self._wanted) % self._track.frames <= self._track.frames / 2 else -1
            self._late += self._due and self._clock.playing
            self._due = True
        self._wanted = frame
        self._tried.clear()
        self._fetch()

    def _fetch(self) -> None:
        """At most one frame is asked for at a time; when it comes, what is wanted by then is asked for."""
        source = self._source
        if source is None:
            return
        frame = source.at_hand(self._wanted, self._soon)
        if frame is not None:
            self._deliver(frame)
        elif self._asked is None:
            if self._wanted not in self._ahead:
                self._drop_ahead()
            self._asked = self._wanted
            turn, wanted = self._turn, self._wanted
            done, failed = partial(self._on_frame, turn), partial(self._on_unreadable, turn, wanted)
            self._jobs.pixels(self, partial(source.frame, wanted), done, failed)

    def _on_frame(self, turn: int, frame: Frame) -> None:
        if turn != self._turn:
            return
        self._asked = None
        if frame.index == self._wanted or self._clock.playing:
            self._deliver(frame)
        if frame.index != self._wanted:
            self._fetch()

    def _on_unreadable(self, turn: int, frame: int, error: Exception) -> None:
        if turn != self._turn:
            return
        self._asked = None
        if isinstance(error, ArchiveError | CacheFullError):  # the frame may be sound, and come when it is asked for again
            self._shown = None
            self._on_refused(turn, error)
        elif frame == self._wanted:
            self._due, self._shown = False, None
            self.unreadable.emit(frame)
            self._begin()
        else:
            self._fetch()

    def _deliver(self, frame: Frame) -> None:
        self._due, self._shown = False, frame.index
        self.frame_ready.emit(frame)
        self._begin()
        self._read_ahead()

    def _begin(self) -> None:
        if self._play_on_open:
            self._play_on_open = False
            self.cine.play()

    # -- ahead -----------------------------------------------------------------------------------------------------------------

    @property
    def _soon(self) -> tuple[int, ...]:
        """The frames that come next: as the clip plays, or where it stands, in the direction of the last step."""
        if self._track is None:
            return ()
        if self._clock.playing:
            return self._clock.upcoming(self._track, self._wanted, READ_AHEAD)
        count = min(READ_AHEAD, self._track.frames - 1)
        return tuple((self._wanted + ahead * self._step) % self._track.frames for ahead in range(1, count + 1))

    def _read_ahead(self) -> None:
        source, turn = self._source, self._turn
        if source is None:
            return
        for frame in self._soon:
            if len(self._ahead) >= AT_ONCE:
                return
            if frame not in self._ahead and frame not in self._tried and not source.ready(frame):
                self._tried.add(frame)
                self._ahead[frame] = None
                answer = partial(self._on_ahead, turn, frame)
                job = self._jobs.pixels(self, partial(source.prepare, frame), answer, answer)
                if frame in self._ahead:
                    self._ahead[frame] = job

    def _on_ahead(self, turn: int, frame: int, _answer: object) -> None:
        if turn == self._turn and self._ahead.pop(frame, _NOT_THERE) is not _NOT_THERE:
            self._read_ahead()

    def _drop_ahead(self) -> None:
        """The head went elsewhere: what has not begun is not decoded."""
        self._ahead = {frame: job for frame, job in self._ahead.items() if job is not None and not job.cancel()}

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


_NOT_THERE: Final = object()
