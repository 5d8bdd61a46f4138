"""The frames of a clip in the order and at the times in which they play: plain arithmetic, without a clock."""

import math
from bisect import bisect_right
from enum import Enum
from typing import Final

from corelab.domain.clip import Timing

SLACK_MS: Final = 1e-6
"""Less than this is no time: frame boundaries are sums of decimal fractions."""


class Loop(Enum):
    """What happens at the end of the range."""

    LOOP = "loop"
    BOUNCE = "bounce"
    ONCE = "once"

    @property
    def following(self) -> "Loop":
        order = list(Loop)
        return order[(order.index(self) + 1) % len(order)]


class Track:
    """The frame boundaries of one clip, computed once."""

    def __init__(self, timing: Timing) -> None:
        self.starts = timing.starts_ms
        self.duration = timing.duration_ms

    @property
    def frames(self) -> int:
        return len(self.starts)

    def frame_at(self, at_ms: float) -> int:
        return max(0, min(bisect_right(self.starts, at_ms + SLACK_MS) - 1, self.frames - 1))

    def next_boundary(self, at_ms: float) -> float:
        """The start of the frame after the one at ``at_ms``; infinite in the last one."""
        following = bisect_right(self.starts, at_ms + SLACK_MS)
        return self.starts[following] if following < self.frames else math.inf

    def end_of(self, frame: int) -> float:
        return self.starts[frame + 1] if frame + 1 < self.frames else self.duration


class Course:
    """The way of the play head: the stretch that plays, and what happens at its end.

    ``phase`` counts the ms of play since the in point, round after round. ``until_ms``: where no range is set it goes on at least so
    long, because a longer clip plays in step; the last frame of this one stays meanwhile.
    """

    def __init__(self, track: Track, loop: Loop = Loop.LOOP, chosen: tuple[int, int] | None = None, until_ms: float = 0.0) -> None:
        self.track, self.loop = track, loop
        self.first, self.last = chosen or (0, track.frames - 1)
        self.low = track.starts[self.first]
        self.high = track.end_of(self.last) if chosen else max(track.duration, until_ms)
        self.length = max(self.high - self.low, SLACK_MS)

    def of(self, track: Track) -> "Course":
        """The same stretch of time in a clip that plays in step."""
        return Course(track, self.loop, (track.frame_at(self.low), track.frame_at(self.high - 2 * SLACK_MS)))

    def place(self, phase: float) -> float:
        """The time in the clip after ``phase``."""
        rest = max(phase - self._rounds(phase) * self.length, 0.0)
        if not self.backwards(phase):
            return self.low + rest
        return max(self.low, self.high - rest - 2 * SLACK_MS)

    def backwards(self, phase: float) -> bool:
        return self.loop is Loop.BOUNCE and self._rounds(phase) % 2 == 1

    def ended(self, phase: float) -> bool:
        return self.loop is Loop.ONCE and phase >= self.length - SLACK_MS

    def phase_at(self, at_ms: float, *, backwards: bool = False) -> float:
        """The phase at which the head is there; the in point where that lies outside the stretch."""
        if not self.low - SLACK_MS <= at_ms < self.high:
            return 0.0
        return self.length + self.high - at_ms if backwards and self.loop is Loop.BOUNCE else max(at_ms - self.low, 0.0)

    def ordinal(self, phase: float) -> int:
        """How many frames were due by then: the difference of two moments tells how many were passed over between."""
        rounds, frame = self._rounds(phase), self.track.frame_at(self.place(phase))
        if self.loop is not Loop.BOUNCE:
            return rounds * (self.last - self.first + 1) + frame - self.first
        # The frame at the turn stands on both sides of it: it is one frame.
        return rounds * (self.last - self.first) + (self.last - frame if self.backwards(phase) else frame - self.first)

    def upcoming(self, frame: int, count: int, *, backwards: bool = False) -> tuple[int, ...]:
        """The next frames in the order of play, each once; fewer where there are no more."""
        ahead = tuple(range(frame + 1, self.last + 1))
        if self.loop is Loop.LOOP:
            return (*ahead, *range(self.first, min(frame, self.last + 1)))[:count]
        if self.loop is Loop.BOUNCE:
            behind = tuple(range(frame - 1, self.first - 1, -1))
            return ((*behind, *ahead) if backwards else (*ahead, *behind))[:count]
        return ahead[:count]

    def _rounds(self, phase: float) -> int:
        return int((phase + SLACK_MS) // self.length)
