"""What a line on the picture measures: the region under its ends decides, and what cannot be known is refused in words."""

from dataclasses import dataclass
from math import hypot

from corelab.domain.clip import Region, RegionKind

Point = tuple[float, float]
"""x and y in pixels of the frame, from the centre of its upper left pixel."""

_LENGTHS = frozenset({RegionKind.TISSUE, RegionKind.COLOUR})


@dataclass(frozen=True, slots=True)
class Length:
    """A calibrated measure within region number ``region``: millimetres, or in a spectral strip seconds and cm/s.

    ``velocities`` are those at the two ends, from the baseline. ``spacing`` is the pixel size used, in the units of the region.
    """

    region: int
    kind: RegionKind
    spacing: tuple[float, float]
    pixels: float
    millimetres: float | None = None
    seconds: float | None = None
    cm_per_s: float | None = None
    velocities: tuple[float, float] | None = None

    @property
    def text(self) -> str:
        if self.millimetres is not None:
            return f"{self.millimetres:.1f} mm"
        return f"{self.seconds:.2f} s · {self.cm_per_s:.1f} cm/s"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a line cannot be measured, in words; its length in ``pixels`` may still serve for ratios, marked as such."""

    reason: str
    pixels: float


def region_under(regions: tuple[Region, ...], point: Point) -> int | None:
    """The number of the region under ``point``: where several overlap, the smallest, as it lies on top."""
    under = [n for n, region in enumerate(regions) if region.contains(*point)]
    return min(under, key=lambda n: _area(regions[n]), default=None)


def measure(regions: tuple[Region, ...], p: Point, q: Point) -> Length | Refusal:
    """The measure of the line from ``p`` to ``q``."""
    pixels = hypot(q[0] - p[0], q[1] - p[1])
    if not regions:
        return Refusal("The image is not calibrated: only ratios can be measured.", pixels)
    first, second = region_under(regions, p), region_under(regions, q)
    if first is None or second is None:
        return Refusal("A point lies outside the calibrated regions.", pixels)
    number = first if first == second else _shared(regions, (first, second), p, q)
    if number is None:
        return Refusal("The points lie in two different regions.", pixels)
    region = regions[number]
    if not region.usable:
        return Refusal(f"The region under the points cannot be measured: {region.reason}", pixels)
    return _length(region, number, p, q, pixels)


def _area(region: Region) -> int:
    x0, y0, x1, y1 = region.box
    return (x1 - x0) * (y1 - y0)


def _shared(regions: tuple[Region, ...], numbers: tuple[int, int], p: Point, q: Point) -> int | None:
    """A line may leave a colour box into the tissue around it when both have the same scale."""
    first, second = (regions[n] for n in numbers)
    if not {first.kind, second.kind} <= _LENGTHS or (first.dx, first.dy) != (second.dx, second.dy):
        return None
    return next((n for n in numbers if regions[n].contains(*p) and regions[n].contains(*q)), None)


def _length(region: Region, number: int, p: Point, q: Point, pixels: float) -> Length:
    """Deltas may be negative and differ in x and y."""
    across, down = (q[0] - p[0]) * region.dx, (q[1] - p[1]) * region.dy
    spacing = (region.dx, region.dy)
    if region.kind is not RegionKind.SPECTRAL:
        return Length(number, region.kind, spacing, pixels, millimetres=10 * hypot(across, down))
    ends = (velocity_at(region, p[1]), velocity_at(region, q[1]))
    return Length(number, region.kind, spacing, pixels, seconds=abs(across), cm_per_s=abs(down), velocities=ends)


def velocity_at(region: Region, y: float) -> float:
    """The velocity at height ``y`` of a spectral strip, in cm/s: its reference pixel tells where the baseline lies."""
    baseline = region.box[1] + (region.reference[1] if region.reference else 0)
    return region.reference_value[1] + (y - baseline) * region.dy
