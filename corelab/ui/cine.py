"""Play, step, loop: the timing of a cine without any painting. The frame follows the wall clock, so time never stretches."""

import math
from collections.abc import Sequence
from typing import Final, Protocol

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from corelab.domain.clip import Timing, TimingSource
from corelab.ui.cine_course import SLACK_MS, Course, Loop, Track

__all__ = ["SPEEDS", "Cine", "Loop", "Stopwatch", "Track", "WallStopwatch"]

SPEEDS: Final = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
_SHORTEST_MS: Final = 8.0
"""No screen shows a frame for a shorter time: at four times a fast rate it would only be work."""
_STILL: Final = Timing(TimingSource.ASSUMED, (0.0,))


class Stopwatch(Protocol):
    """A clock that only goes forward."""

    def elapsed_ms(self) -> float:
        """Milliseconds since some fixed moment."""
        ...


class WallStopwatch:
    def __init__(self) -> None:
        self._timer = QElapsedTimer()
        self._timer.start()

    def elapsed_ms(self) -> float:
        return self._timer.nsecsElapsed() / 1e6


class Cine(QObject):
    """One clip in time, from the first frame of the in point to the end of the out point.

    Signals:
        frame_due: this frame belongs on screen now.
        moved: the time in the clip, in ms; what synchronised views follow.
        changed: playing, speed, loop or range are other than before.
    """

    frame_due = Signal(int)
    moved = Signal(float)
    changed = Signal()

    def __init__(self, stopwatch: Stopwatch | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stopwatch = stopwatch or WallStopwatch()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.advance)
        self._track = Track(_STILL)
        self._followers: tuple[Track, ...] = ()
        self._range: tuple[int, int] | None = None
        self._speed, self._loop, self._playing, self._backwards = 1.0, Loop.LOOP, False, False
        self._course = Course(self._track)
        self._frame, self._at_ms, self._phase, self._anchor = 0, 0.0, 0.0, 0.0
        self._ordinal, self._changed_at = 0, -_SHORTEST_MS
        self.dropped = 0
        """Frames that were due and came too late to be shown, since the clip was opened."""

    # -- what is there ---------------------------------------------------------------------------------------------------------

    def open(self, timing: Timing) -> None:
        """Stands on the first frame of another clip, stopped; the speed and the kind of loop stay."""
        self._stop()
        self._track, self._range, self.dropped, self._backwards = Track(timing), None, 0, False
        self._set_course()
        self._stand(0)
        self.changed.emit()

    def follow(self, timings: Sequence[Timing]) -> None:
        """Wakes at the frame boundaries of these clips too, whose views follow ``moved``, and goes on to the end of the longest."""
        self._followers = tuple(Track(timing) for timing in timings)
        self._set_course()
        if self._playing:
            self._go_on()

    def take_over(self, other: "Cine") -> None:
        """Go on as ``other`` did, at the same moment of another clip: speed, loop and range are its."""
        at, plays, chosen = other.moment_ms, other.playing, other.range
        other.pause()
        self._speed, self._loop, self._backwards = other.speed, other.loop, other.backwards
        first, last = (self._track.frame_at(other.starts_ms[frame]) for frame in chosen or (0, 0))
        self._range = (first, last) if chosen else None
        self._set_course()
        self._stand_at(at)
        if plays:
            self.play()
        self.changed.emit()

    def upcoming(self, track: Track, frame: int, count: int) -> tuple[int, ...]:
        """The frames of a clip that plays by this clock, in the order in which they will be due after ``frame``."""
        course = self._course if track is self._track else self._course.of(track)
        return course.upcoming(frame, count, backwards=self._backwards)

    @property
    def frame(self) -> int:
        return self._frame

    @property
    def frames(self) -> int:
        return self._track.frames

    @property
    def time_ms(self) -> float:
        """Where in this clip; at its end while a longer one plays on in step."""
        return min(self._at_ms, self._track.duration)

    @property
    def moment_ms(self) -> float:
        """The time that all clips in step share."""
        return self._at_ms

    @property
    def backwards(self) -> bool:
        """A bounce is on its way back."""
        return self._backwards

    @property
    def duration_ms(self) -> float:
        return self._track.duration

    @property
    def starts_ms(self) -> tuple[float, ...]:
        return self._track.starts

    @property
    def playing(self) -> bool:
        return self._playing

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def loop(self) -> Loop:
        return self._loop

    @property
    def range(self) -> tuple[int, int] | None:
        """First and last frame of the loop, where the reader set them."""
        return self._range

    # -- what a person does ----------------------------------------------------------------------------------------------------

    def play(self) -> None:
        course = self._course
        if self._playing or course.length <= SLACK_MS:
            return
        if not course.low <= self._at_ms < course.high or (self._loop is Loop.ONCE and self._frame == course.last):
            self._stand(course.first)
        self._playing = True
        self._set_anchor()
        self._wake()
        self.changed.emit()

    def pause(self) -> None:
        if self._playing:
            self._stop()
            whole = not self._followers and not self._backwards
            self._stand_at(self._track.starts[self._frame] if whole else self._at_ms)
            self.changed.emit()

    def toggle(self) -> None:
        self.pause() if self._playing else self.play()

    def step(self, frames: int) -> None:
        """Stops, and goes on by so many frames; from the end of the clip to its start and back."""
        self.seek((self._frame + frames) % self.frames)

    def seek(self, frame: int) -> None:
        """Stops on that frame, or the nearest one there is."""
        self.pause()
        self._backwards = False
        self._stand(max(0, min(frame, self.frames - 1)))

    def home(self) -> None:
        self.seek(self._course.first)

    def end(self) -> None:
        self.seek(self._course.last)

    def set_speed(self, speed: float) -> None:
        self.advance()
        self._speed = max(SPEEDS[0], min(speed, SPEEDS[-1]))
        self._go_on()

    def faster(self) -> None:
        self.set_speed(next((speed for speed in SPEEDS if speed > self._speed), SPEEDS[-1]))

    def slower(self) -> None:
        self.set_speed(next((speed for speed in reversed(SPEEDS) if speed < self._speed), SPEEDS[0]))

    def next_loop(self) -> None:
        self._loop = self._loop.following
        self._set_course()
        self._go_on()

    def set_in(self, frame: int | None = None) -> None:
        first = self._frame if frame is None else frame
        self.set_range(first, max(first, self._course.last))

    def set_out(self, frame: int | None = None) -> None:
        last = self._frame if frame is None else frame
        self.set_range(min(last, self._course.first), last)

    def set_range(self, first: int, last: int) -> None:
        """Plays only these frames, both included."""
        low, high = sorted((max(0, min(first, self.frames - 1)), max(0, min(last, self.frames - 1))))
        self._range = (low, high)
        self._set_course()
        self._go_on()

    def clear_range(self) -> None:
        self._range = None
        self._set_course()
        self._go_on()

    # -- the clock -------------------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Looks at the clock, shows the frame that belongs on screen now, and waits for the next boundary."""
        if not self._playing:
            return
        phase, course = self._phase_now, self._course
        if course.ended(phase):
            self._stop()
            self._show_at(course.high - 2 * SLACK_MS)
            self.changed.emit()
            return
        self._count_late(course.ordinal(phase))
        self._backwards = course.backwards(phase)
        self._show_at(course.place(phase))
        self._wake()

    @property
    def _phase_now(self) -> float:
        return self._phase + (self._stopwatch.elapsed_ms() - self._anchor) * self._speed

    def _set_course(self) -> None:
        longest = max((track.duration for track in self._followers), default=0.0)
        self._course = Course(self._track, self._loop, self._range, longest)

    def _wake(self) -> None:
        boundary = self._to_boundary(self._phase_now) / self._speed
        shown_for = self._stopwatch.elapsed_ms() - self._changed_at
        self._timer.start(max(0, math.ceil(max(boundary, _SHORTEST_MS - shown_for))))

    def _to_boundary(self, phase: float) -> float:
        """How much of the clip's own time passes until some view needs another frame."""
        course = self._course
        at, tracks = course.place(phase), (self._track, *self._followers)
        if course.backwards(phase):
            behind = max(track.starts[track.frame_at(at)] for track in tracks)
            return max(at - max(behind, course.low), 0.0) + SLACK_MS
        return max(min(*(track.next_boundary(at) for track in tracks), course.high) - at, 0.0)

    def _show_at(self, at_ms: float) -> None:
        frame = self._track.frame_at(at_ms)
        different, self._frame, self._at_ms = frame != self._frame, frame, at_ms
        if different:
            self._changed_at = self._stopwatch.elapsed_ms()
            self.frame_due.emit(frame)
        self.moved.emit(at_ms)

    def _count_late(self, ordinal: int) -> None:
        self.dropped += max(0, ordinal - self._ordinal - 1)
        self._ordinal = ordinal

    def _stand(self, frame: int) -> None:
        self._stand_at(self._track.starts[frame])

    def _stand_at(self, at_ms: float) -> None:
        self._frame, self._at_ms = self._track.frame_at(at_ms), at_ms
        self.frame_due.emit(self._frame)
        self.moved.emit(self._at_ms)

    def _stop(self) -> None:
        self._playing = False
        self._timer.stop()

    def _set_anchor(self) -> None:
        self._phase, self._anchor = self._course.phase_at(self._at_ms, backwards=self._backwards), self._stopwatch.elapsed_ms()
        self._ordinal = self._course.ordinal(self._phase)

    def _go_on(self) -> None:
        """After a change of how the clip plays: what is on screen stays there, and time goes on from it."""
        if self._playing:
            self._set_anchor()
            self.advance()
        self.changed.emit()
