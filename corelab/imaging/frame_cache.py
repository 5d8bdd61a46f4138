"""Decoded frames within a budget of bytes, in buffers that are used again, never while anybody still shows them."""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition
from weakref import finalize

import numpy as np

from corelab.imaging.frames.colour import Pixels, forget_scratch

IDLE_BUFFERS = 4
"""Buffers kept for the next frame. Fresh ones of 2 MB each cost up to 1.9 times and all scaling over threads."""

IDLE_SIZES = 2
"""Sizes of frame of which buffers are kept: an exam of many sizes holds no more idle bytes than one of two."""

ACTIVE_CLIPS = 4
"""Clips whose frames are kept before those of others: so many can be on screen side by side."""

_AT_ONCE = 16
"""Where room is made, one part in so many of the budget is made at once: looking for what goes costs more than letting it go."""

Key = tuple[str, int]
Distance = tuple[int, int, int]


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
            for size in list(self._idle)[:-IDLE_SIZES]:
                self._idle.pop(size, None)

    @property
    def idle_bytes(self) -> int:
        """What lies here, lent to nobody."""
        return sum(size * len(buffers) for size, buffers in list(self._idle.items()))

    def wipe(self) -> None:
        """Every buffer goes: those that lie here now, and those still shown as soon as they are let go, because they hold pixels."""
        self._wipes += 1
        self._idle.clear()


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a clip plays; ``soon`` are the frames due next, each with its place in their order."""

    index: int
    soon: Mapping[int, int]

    def distance(self, index: int) -> tuple[int, int]:
        if index == self.index:
            return 0, 0
        if index in self.soon:
            return 0, self.soon[index]
        ahead = index - self.index
        return int(ahead < 0) + 1, abs(ahead)


_NOWHERE = _Head(0, {})


class FrameCache:
    """Frames of several clips, by clip key and index. Safe to use from any thread; a frame is decoded once even if two ask for it."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self._pool = BufferPool()
        self._frames: dict[Key, Frame] = {}
        self._heads: OrderedDict[str, _Head] = OrderedDict()
        self._held: frozenset[Key] = frozenset()
        self._busy: set[Key] = set()
        self._changed = Condition()
        self._wipes = 0

    def ready(self, clip: str, index: int) -> bool:
        return (clip, index) in self._frames

    def at_hand(self, clip: str, index: int) -> Frame | None:
        """The frame if it is here, in one step: what is here now may be dropped a moment later."""
        return self._frames.get((clip, index))

    def look_at(self, clip: str, index: int, soon: Sequence[int] = ()) -> None:
        """The play head of ``clip`` is at ``index``, and ``soon`` comes next: what is needed last is dropped first."""
        with self._changed:
            self._heads[clip] = _Head(index, {frame: place for place, frame in enumerate(soon, 1)})
            self._heads.move_to_end(clip)

    def head(self, clip: str) -> int | None:
        """The frame that was looked at last."""
        return self._heads[clip].index if clip in self._heads else None

    def hold(self, frames: Iterable[Key]) -> None:
        """These are kept as if they were on screen, in place of those held before: a click may ask for them at any moment."""
        with self._changed:
            self._held = frozenset(frames)

    @property
    def bytes_held(self) -> int:
        """All pixels that this cache keeps in memory: its frames, and the buffers that wait for the next ones."""
        return self.used_bytes + self._pool.idle_bytes

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
            self._held = frozenset()
            self._pool.wipe()
            forget_scratch()
            self.used_bytes = 0

    def _keep(self, key: Key, frame: Frame, wipes: int) -> None:
        size = frame.pixels.nbytes
        with self._changed:
            if wipes == self._wipes and size <= self.budget_bytes and self._has_room(key, size):
                self._frames[key] = frame
                self.used_bytes += size

    def _has_room(self, key: Key, size: int) -> bool:
        """Drops what is needed later than ``key`` until it fits; not at all where everything kept is needed sooner."""
        if self.used_bytes + size <= self.budget_bytes:
            return True
        ranks, freed = self._ranks, 0
        own = self._distance(key, ranks)
        for dropped in sorted(self._frames, key=lambda each: self._distance(each, ranks), reverse=True):
            fits = self.used_bytes + size <= self.budget_bytes
            if self._distance(dropped, ranks) <= own or (fits and freed >= self.budget_bytes // _AT_ONCE):
                break
            gone = self._frames.pop(dropped).pixels.nbytes
            self.used_bytes -= gone
            freed += gone
        return self.used_bytes + size <= self.budget_bytes

    @property
    def _ranks(self) -> dict[str, int]:
        """Clips on screen are 0, others higher the longer ago they were looked at."""
        return {clip: place if place >= ACTIVE_CLIPS else 0 for place, clip in enumerate(reversed(self._heads))}

    def _distance(self, key: Key, ranks: Mapping[str, int]) -> Distance:
        """How far a frame is from being needed: clips not on screen first, then frames behind the head, then those far ahead."""
        clip, index = key
        if key in self._held:
            return 0, 0, 0
        return ranks.get(clip, len(ranks)), *self._heads.get(clip, _NOWHERE).distance(index)
