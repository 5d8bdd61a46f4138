"""A clip as a reader may see it: no subject, site, visit, date or UID has a field here."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum

from corelab.domain.vocabulary import SegmentId, Sha256, Side


class RegionKind(Enum):
    """What an ultrasound region shows (DICOM PS3.3 C.8.5.5.1.2 region data type)."""

    TISSUE = "tissue"
    COLOUR = "colour"
    SPECTRAL = "spectral"
    WAVEFORM = "waveform"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Region:
    """One calibrated region: ``box`` in pixels (x0, y0, x1, y1, inclusive), deltas per pixel in their units; usable, or why not."""

    kind: RegionKind
    box: tuple[int, int, int, int]
    dx: float
    dy: float
    unit_x: str
    unit_y: str
    usable: bool
    reason: str | None = None
    reference: tuple[int, int] | None = None
    """The reference pixel, counted from the upper left corner of the box: in a spectral strip it lies on the baseline."""
    reference_value: tuple[float, float] = (0.0, 0.0)
    """What the reference pixel stands for, in the units of x and y."""

    def contains(self, x: float, y: float) -> bool:
        x0, y0, x1, y1 = self.box
        return x0 <= x <= x1 and y0 <= y <= y1


class TimingSource(Enum):
    FRAME_TIME_VECTOR = "FrameTimeVector"
    FRAME_TIME = "FrameTime"
    CINE_RATE = "CineRate"
    RECOMMENDED_RATE = "RecommendedDisplayFrameRate"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Timing:
    """When each frame starts, in ms from the first, and how long the whole lasts. ``frame_times_ms`` are the durations, one per frame."""

    source: TimingSource
    frame_times_ms: tuple[float, ...]

    @property
    def duration_ms(self) -> float:
        return sum(self.frame_times_ms)

    @property
    def starts_ms(self) -> tuple[float, ...]:
        starts, at = [], 0.0
        for duration in self.frame_times_ms:
            starts.append(at)
            at += duration
        return tuple(starts)

    @property
    def rate(self) -> float:
        """Frames per second, on average; 0 for a still."""
        return 1000.0 * len(self.frame_times_ms) / self.duration_ms if self.duration_ms > 0 else 0.0

    def frame_at(self, elapsed_ms: float) -> int:
        """The frame on screen ``elapsed_ms`` after the first, clamped to the clip."""
        return max(0, min(bisect_right(self.starts_ms, elapsed_ms) - 1, len(self.frame_times_ms) - 1))


@dataclass(frozen=True, slots=True)
class Clip:
    """One released clip. ``damaged`` are the numbers of frames that cannot be shown."""

    sha256: Sha256
    rows: int
    columns: int
    timing: Timing
    regions: tuple[Region, ...] = ()
    segment: SegmentId | None = None
    side: Side | None = None
    damaged: tuple[int, ...] = ()

    @property
    def frames(self) -> int:
        return len(self.timing.frame_times_ms)
