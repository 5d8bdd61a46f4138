"""Play, step, loop: the timing of a cine without any painting. The frame follows the wall clock, so time never stretches."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum
from typing import Final, Protocol

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from corelab.domain.clip import Timing, TimingSource

SPEEDS: Final = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
_SLACK_MS: Final = 1e-6
_STILL: Final = Timing(TimingSource.ASSUMED, (0.0,))


class Loop(Enum):
    """What happens at the end of the range."""

    LOOP = "loop"
    BOUNCE = "bounce"
    ONCE = "once"

    @property
    def following(self) -> "Loop":
        order = list(Loop)
        return order[(order.index(self) + 1) % len(order)]


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


class Track:
    """The frame boundaries of one clip, computed once."""

    def __init__(self, timing: Timing) -> None:
        self.starts = timing.starts_ms
        self.duration = timing.duration_ms

    @property
    def frames(self) -> int:
        return len(self.starts)

    def frame_at(self, at_ms: float) -> int:
        return max(0, min(bisect_right(self.starts, at_ms + _SLACK_MS) - 1, self.frames - 1))

    def next_boundary(self, at_ms: float) -> float:
        """The start of the frame after the one at ``at_ms``; infinite in the last one."""
        following = bisect_right(self.starts, at_ms + _SLACK_MS)
        return self.starts[following] if following < self.frames else math.inf

    def end_of(self, frame: int) -> float:
        return self.starts[frame + 1] if frame + 1 < self.frames else self.duration


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
        self._speed, self._loop, self._playing = 1.0, Loop.LOOP, False
        self._frame, self._at_ms, self._phase, self._anchor = 0, 0.0, 0.0, 0.0
        self.dropped = 0
        """Frames that were due and came too late to be shown, since the clip was opened."""

    # -- what is there ---------------------------------------------------------------------------------------------------------

    def open(self, timing: Timing) -> None:
        """Stands on the first frame of another clip, stopped; the speed and the kind of loop stay."""
        self._stop()
        self._track, self._range, self.dropped = Track(timing), None, 0
        self._stand(0)
        self.changed.emit()

    def follow(self, timings: Sequence[Timing]) -> None:
        """Wakes at the frame boundaries of these clips too, whose views follow ``moved``."""
        self._followers = tuple(Track(timing) for timing in timings)

    @property
    def frame(self) -> int:
        return self._frame

    @property
    def frames(self) -> int:
        return self._track.frames

    @property
    def time_ms(self) -> float:
        return self._at_ms

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
        if self._playing or self.frames < 2:
            return
        low, high = self._bounds_ms
        if not low <= self._at_ms < high or (self._loop is Loop.ONCE and self._frame == self._last):
            self._stand(self._first)
        self._playing = True
        self._set_anchor(self._at_ms - low)
        self._wake()
        self.changed.emit()

    def pause(self) -> None:
        if self._playing:
            self._stop()
            self._stand(self._frame)
            self.changed.emit()

    def toggle(self) -> None:
        self.pause() if self._playing else self.play()

    def step(self, frames: int) -> None:
        """Stops, and goes on by so many frames; from the end of the clip to its start and back."""
        self.seek((self._frame + frames) % self.frames)

    def seek(self, frame: int) -> None:
        """Stops on that frame, or the nearest one there is."""
        self.pause()
        self._stand(max(0, min(frame, self.frames - 1)))

    def home(self) -> None:
        self.seek(self._first)

    def end(self) -> None:
        self.seek(self._last)

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
        self._go_on()

    def set_in(self, frame: int | None = None) -> None:
        first = self._frame if frame is None else frame
        self.set_range(first, max(first, self._last))

    def set_out(self, frame: int | None = None) -> None:
        last = self._frame if frame is None else frame
        self.set_range(min(last, self._first), last)

    def set_range(self, first: int, last: int) -> None:
        """Plays only these frames, both included."""
        low, high = sorted((max(0, min(first, self.frames - 1)), max(0, min(last, self.frames - 1))))
        self._range = (low, high)
        self._go_on()

    def clear_range(self) -> None:
        self._range = None
        self._go_on()

    # -- the clock -------------------------------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Looks at the clock, shows the frame that belongs on screen now, and waits for the next boundary."""
        if not self._playing:
            return
        phase = self._phase + (self._stopwatch.elapsed_ms() - self._anchor) * self._speed
        if self._loop is Loop.ONCE and phase >= self._length_ms - _SLACK_MS:
            self._stop()
            self._show_at(self._track.starts[self._last], self._last)
            self.changed.emit()
            return
        at = self._place(phase)
        self._show_at(at, self._track.frame_at(at))
        self._wake()

    @property
    def _first(self) -> int:
        return self._range[0] if self._range else 0

    @property
    def _last(self) -> int:
        return self._range[1] if self._range else self.frames - 1

    @property
    def _bounds_ms(self) -> tuple[float, float]:
        return self._track.starts[self._first], self._track.end_of(self._last)

    @property
    def _length_ms(self) -> float:
        low, high = self._bounds_ms
        return max(high - low, _SLACK_MS)

    def _place(self, phase: float) -> float:
        """The time in the clip after ``phase`` ms of play since the in point."""
        low, high = self._bounds_ms
        if not self._backwards(phase):
            return low + phase % self._length_ms
        return max(low, high - phase % self._length_ms - 2 * _SLACK_MS)

    def _backwards(self, phase: float) -> bool:
        return self._loop is Loop.BOUNCE and int(phase // self._length_ms) % 2 == 1

    def _wake(self) -> None:
        phase = self._phase + (self._stopwatch.elapsed_ms() - self._anchor) * self._speed
        self._timer.start(max(0, math.ceil(self._to_boundary(phase) / self._speed)))

    def _to_boundary(self, phase: float) -> float:
        """How much of the clip's own time passes until some view needs another frame."""
        at, (low, high) = self._place(phase), self._bounds_ms
        tracks = (self._track, *self._followers)
        if self._backwards(phase):
            behind = max(track.starts[track.frame_at(at)] for track in tracks)
            return max(at - max(behind, low), 0.0) + _SLACK_MS
        return max(min(*(track.next_boundary(at) for track in tracks), high) - at, 0.0)

    def _show_at(self, at_ms: float, frame: int) -> None:
        self._count_late(frame)
        different, self._frame, self._at_ms = frame != self._frame, frame, at_ms
        if different:
            self.frame_due.emit(frame)
        self.moved.emit(at_ms)

    def _count_late(self, frame: int) -> None:
        span = self._last - self._first + 1
        ahead = abs(frame - self._frame) if self._loop is not Loop.LOOP else (frame - self._frame) % span
        self.dropped += max(0, ahead - 1)

    def _stand(self, frame: int) -> None:
        self._frame, self._at_ms = frame, self._track.starts[frame]
        self.frame_due.emit(frame)
        self.moved.emit(self._at_ms)

    def _stop(self) -> None:
        self._playing = False
        self._timer.stop()

    def _set_anchor(self, phase: float) -> None:
        self._phase, self._anchor = phase, self._stopwatch.elapsed_ms()

    def _go_on(self) -> None:
        """After a change of how the clip plays: what is on screen stays there, and time goes on from it."""
        if self._playing:
            low, high = self._bounds_ms
            self._set_anchor(self._at_ms - low if low <= self._at_ms < high else 0.0)
            self.advance()
        self.changed.emit()
