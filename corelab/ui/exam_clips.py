"""The clips of one exam by segment, and which of them were seen to the end. No widget, no disk."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from corelab.domain.clip import Clip
from corelab.domain.content import Ranges, ranges_of
from corelab.domain.vocabulary import SegmentId, Sha256
from corelab.domain.watching import Watched


@dataclass(frozen=True, slots=True)
class ExamClips:
    clips: tuple[Clip, ...] = ()

    def of(self, segment: SegmentId | None) -> tuple[Clip, ...]:
        """The clips of a segment. Where the charter hides which clip shows what, every clip belongs to every segment.

        The questions of the whole exam have the clips without a segment.
        """
        if all(clip.segment is None for clip in self.clips):
            return self.clips
        return tuple(clip for clip in self.clips if clip.segment == (segment or None))

    def clip(self, sha256: str) -> Clip | None:
        return next((clip for clip in self.clips if clip.sha256 == sha256), None)

    def place(self, clip: Clip) -> str:
        """``Clip 2 of 4``, among those of its segment."""
        own = self.of(clip.segment)
        return f"Clip {own.index(clip) + 1} of {len(own)}"

    def beside(self, clip: Clip, steps: int) -> Clip | None:
        """Another clip of the same segment; None beyond the ends."""
        own = self.of(clip.segment)
        at = own.index(clip) + steps
        return own[at] if 0 <= at < len(own) else None


class ViewingLog:
    """Collects what is painted while it is painted, cheaply; asked for when something is saved."""

    def __init__(self) -> None:
        self._frames: dict[Sha256, set[int]] = {}
        self._lengths: dict[Sha256, int] = {}
        self._before: dict[Sha256, Watched] = {}
        """What was kept of an earlier time at this reading."""
        self._ms: defaultdict[Sha256, float] = defaultdict(float)
        self._passes: Counter[Sha256] = Counter()
        self._this_pass: dict[Sha256, set[int]] = {}
        self._speeds: dict[Sha256, set[int]] = {}
        self._last: dict[Sha256, int] = {}
        """The frame of each clip on screen: painting it once more shows nothing new."""

    def begin(self, clips: ExamClips, played: Mapping[Sha256, frozenset[int]], watched: Mapping[Sha256, Watched] | None = None) -> None:
        """An exam is opened, with what was seen of it before."""
        self._frames = {clip.sha256: set(played.get(clip.sha256, ())) for clip in clips.clips}
        self._lengths = {clip.sha256: clip.frames - len(clip.damaged) for clip in clips.clips}
        self._before = dict(watched or {})
        known = ((sha256, frames) for sha256, frames in self._frames.items() if not self._before.get(sha256, _NEVER).passes)
        self._this_pass = {sha256: set(frames) for sha256, frames in known if len(frames) < self._lengths[sha256]}
        self._speeds, self._last = {}, {}
        self._ms.clear()
        self._passes.clear()

    def add(self, clip: Sha256, frame: int, speed: int = 0) -> bool:
        """A frame was painted, at ``speed`` percent, 0 where the clip stands; whether that completes its clip for the first time."""
        if speed:
            self._speeds.setdefault(clip, set()).add(speed)
        if self._last.get(clip) == frame:
            return False
        self._last[clip] = frame
        self._count_pass(clip, frame)
        shown = self._frames.setdefault(clip, set())
        if frame in shown:
            return False
        shown.add(frame)
        return len(shown) == self._lengths.get(clip)

    def _count_pass(self, clip: Sha256, frame: int) -> None:
        this_pass = self._this_pass.setdefault(clip, set())
        this_pass.add(frame)
        if len(this_pass) == self._lengths.get(clip):
            self._passes[clip] += 1
            this_pass.clear()

    def stayed(self, clips: Iterable[Sha256], ms: float) -> None:
        """Active time passed while these were on screen."""
        for clip in clips:
            self._ms[clip] += ms

    def left(self, on_screen: Collection[Sha256]) -> None:
        """Only these are on screen now: another one that comes back begins anew."""
        self._last = {clip: frame for clip, frame in self._last.items() if clip in on_screen}

    def seen(self, clip: Clip) -> bool:
        """Every frame that can be shown was shown at least once."""
        return len(self._frames.get(clip.sha256, ())) >= clip.frames - len(clip.damaged)

    def unseen(self, clip: Clip) -> Ranges:
        """The frames that can be shown and never were, counted from 0."""
        return ranges_of(set(range(clip.frames)) - set(clip.damaged) - self._frames.get(clip.sha256, set()))

    @property
    def played(self) -> dict[Sha256, frozenset[int]]:
        return {clip: frozenset(frames) for clip, frames in self._frames.items() if frames}

    @property
    def watched(self) -> dict[Sha256, Watched]:
        """Of every clip that was on screen: how long, how often and how fast."""
        return {clip: self._watched(clip) for clip in self._frames if clip in self._before or self._frames[clip]}

    def _watched(self, clip: Sha256) -> Watched:
        before = self._before.get(clip, _NEVER)
        more = replace(before, seconds=before.seconds + int(self._ms[clip] // 1000), passes=before.passes + self._passes[clip])
        return more.at_speeds(self._speeds.get(clip, ()))


_NEVER: Final = Watched()
