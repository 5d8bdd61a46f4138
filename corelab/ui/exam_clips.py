"""The clips of one exam by segment, and which of them were seen to the end. No widget, no disk."""

from collections.abc import Mapping
from dataclasses import dataclass

from corelab.domain.clip import Clip
from corelab.domain.vocabulary import SegmentId, Sha256


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

    def begin(self, clips: ExamClips, played: Mapping[Sha256, frozenset[int]]) -> None:
        """An exam is opened, with what was seen of it before."""
        self._frames = {clip.sha256: set(played.get(clip.sha256, ())) for clip in clips.clips}
        self._lengths = {clip.sha256: clip.frames - len(clip.damaged) for clip in clips.clips}

    def add(self, clip: Sha256, frame: int) -> bool:
        """A frame was painted; whether that completes its clip."""
        shown = self._frames.setdefault(clip, set())
        if frame in shown:
            return False
        shown.add(frame)
        return len(shown) == self._lengths.get(clip)

    def seen(self, clip: Clip) -> bool:
        """Every frame that can be shown was shown at least once."""
        return len(self._frames.get(clip.sha256, ())) >= clip.frames - len(clip.damaged)

    @property
    def played(self) -> dict[Sha256, frozenset[int]]:
        return {clip: frozenset(frames) for clip, frames in self._frames.items() if frames}
