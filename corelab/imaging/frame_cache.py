"""Decoded frames within a budget of bytes, in buffers that are used again, never while anybody still shows them."""

from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Condition
from weakref import finalize

import numpy as np

from corelab.imaging.frames.colour import Pixels

IDLE_BUFFERS = 4
"""Buffers kept for the next frame. Fresh ones of 2 MB each cost up to 1.9 times and all scaling over threads."""

ACTIVE_CLIPS = 2
"""Clips whose frames are kept before those of others: two can be on screen side by side."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded frame: BGRA bytes (``Format_RGB32``), ``stride`` per row. While ``pixels`` is held its buffer is not used again."""

    index: int
    pixels: memoryview = field(repr=False)
    width: int
    height: int
    stride: int


def frame_of(index: int, pixels: Pixels) -> Frame:
    height, width, _ = pixels.shape
    return Frame(index, memoryview(pixels.data).cast("B"), width, height, width * 4)


class BufferPool:
    """Lends out buffers; one comes back by itself when the last view on it is gone."""

    def __init__(self) -> None:
        self._idle: dict[int, deque[Pixels]] = {}
        self._wipes = 0

    def lend(self, shape: tuple[int, int, int]) -> Pixels:
        size = shape[0] * shape[1] * shape[2]
        try:
            buffer = self._idle[size].pop()
        except (KeyError, IndexError):
            buffer = np.empty(size, np.uint8)
        lent = buffer.reshape(shape)
        finalize(lent, self._take_back, buffer, self._wipes).atexit = False
        return lent

    def _take_back(self, buffer: Pixels, wipes: int) -> None:
        """Called wherever the last view dies, so it takes no lock: dict and deque do each step at once."""
        if wipes == self._wipes:
            self._idle.setdefault(buffer.size, deque(maxlen=IDLE_BUFFERS)).append(buffer)

    def wipe(self) -> None:
        """Every buffer goes: those that lie here now, and those still shown as soon as they are let go, because they hold pixels."""
        self._wipes += 1
        self._idle.clear()


class FrameCache:
    """Frames of several clips, by clip key and index. Safe to use from any thread; a frame is decoded once even if two ask for it."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self._pool = BufferPool()
        self._frames: dict[tuple[str, int], Frame] = {}
        self._heads: OrderedDict[str, int] = OrderedDict()
        self._busy: set[tuple[str, int]] = set()
        self._changed = Condition()
        self._wipes = 0

    def ready(self, clip: str, index: int) -> bool:
        return (clip, index) in self._frames

    def at_hand(self, clip: str, index: int) -> Frame | None:
        """The frame if it is here, in one step: what is here now may be dropped a moment later."""
        return self._frames.get((clip, index))

    def look_at(self, clip: str, index: int) -> None:
        """The play head of ``clip`` is at ``index``: what lies farthest behind it is dropped first."""
        with self._changed:
            self._heads[clip] = index
            self._heads.move_to_end(clip)

    def head(self, clip: str) -> int | None:
        return self._heads.get(clip)

    def fetch(self, clip: str, index: int, shape: tuple[int, int, int], decode: Callable[[Pixels], object]) -> Frame:
        """The frame, from the cache or decoded now into a pooled buffer. What ``decode`` raises goes to the caller."""
        key = (clip, index)
        with self._changed:
            while key in self._busy:
                self._changed.wait()
            if key in self._frames:
                return self._frames[key]
            self._busy.add(key)
            wipes = self._wipes
        try:
            pixels = self._pool.lend(shape)
            decode(pixels)
            frame = frame_of(index, pixels)
            del pixels
            self._keep(key, frame, wipes)
            return frame
        finally:
            with self._changed:
                self._busy.discard(key)
                self._changed.notify_all()

    def wipe(self) -> None:
        """Forget everything, and what is being decoded now: at sign-out nothing of one person's pictures stays."""
        with self._changed:
            self._wipes += 1
            self._frames.clear()
            self._heads.clear()
            self._pool.wipe()
            self.used_bytes = 0

    def _keep(self, key: tuple[str, int], frame: Frame, wipes: int) -> None:
        with self._changed:
            if wipes != self._wipes:
                return
            while self._frames and self.used_bytes + frame.pixels.nbytes > self.budget_bytes:
                dropped = max(self._frames, key=self._distance)
                if self._distance(dropped) <= self._distance(key):
                    return  # everything kept is needed sooner than this frame
                self.used_bytes -= self._frames.pop(dropped).pixels.nbytes
            if frame.pixels.nbytes <= self.budget_bytes:
                self._frames[key] = frame
                self.used_bytes += frame.pixels.nbytes

    def _distance(self, key: tuple[str, int]) -> tuple[int, int, int]:
        """How far a frame is from being needed: clips not on screen first, then frames behind the head, then those far ahead."""
        clip, index = key
        recent = list(reversed(self._heads))
        rank = recent.index(clip) if clip in self._heads else len(recent)
        ahead = index - self._heads.get(clip, 0)
        return (rank if rank >= ACTIVE_CLIPS else 0, ahead < 0, abs(ahead))
