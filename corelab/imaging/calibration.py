"""What a line or an outline on the picture measures: the region under its points decides, and what cannot be known is refused in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import hypot

from corelab.domain.clip import Region, RegionKind
from corelab.domain.measurement import HUNDREDTHS, Quantity, Spacing, crosses_itself, exact, value_text
from corelab.domain.measurement import Point as Kept

Point = tuple[float, float]
"""x and y in pixels of the frame, from the centre of its upper left pixel. What is measured is their hundredths."""

_LENGTHS = frozenset({RegionKind.TISSUE, RegionKind.COLOUR})


@dataclass(frozen=True, slots=True)
class Length:
    """A calibrated measure within region number ``region``: millimetres, or in a spectral strip seconds and cm/s.

    ``velocities`` are those at the two ends, from the baseline. ``spacing`` is the pixel size used, in the units of the region.
    """

    region: int
    kind: RegionKind
    spacing: Spacing
    points: tuple[Kept, Kept]
    pixels: float
    velocities: tuple[float, float] | None = None

    def exactly(self, quantity: Quantity) -> Decimal | None:
        """In the unit of the quantity; None for one that this region does not give."""
        given = {Quantity.DURATION, Quantity.VELOCITY} if self.kind is RegionKind.SPECTRAL else {Quantity.LENGTH}
        return exact(quantity, self.points, self.spacing) if quantity in given else None

    def shown(self, quantity: Quantity) -> str | None:
        """With the digits of the quantity."""
        found = self.exactly(quantity)
        return None if found is None else value_text(quantity, found)

    @property
    def millimetres(self) -> float | None:
        return _float(self.exactly(Quantity.LENGTH))

    @property
    def seconds(self) -> float | None:
        return _float(self.exactly(Quantity.DURATION))

    @property
    def cm_per_s(self) -> float | None:
        return _float(self.exactly(Quantity.VELOCITY))

    @property
    def text(self) -> str:
        if self.kind is RegionKind.SPECTRAL:
            return f"{self.shown(Quantity.DURATION)} s · {self.shown(Quantity.VELOCITY)} cm/s"
        return f"{self.shown(Quantity.LENGTH)} mm"


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class Area:
    """What an outline encloses within region number ``region``."""

    region: int
    spacing: Spacing
    points: tuple[Kept, ...]

    @property
    def shown(self) -> str:
        """Square millimetres with the digits of an area."""
        return value_text(Quantity.AREA, exact(Quantity.AREA, self.points, self.spacing) or Decimal(0))

    @property
    def text(self) -> str:
        return f"{self.shown} mm²"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is measured, in words. ``comparable``: nothing under the points is calibrated, so that two lines give a ratio still."""

    reason: str
    pixels: float
    comparable: bool = False


def hundredths(point: Point) -> Kept:
    """A point as it is kept and measured."""
    return round(point[0] * HUNDREDTHS), round(point[1] * HUNDREDTHS)


def region_under(regions: tuple[Region, ...], point: Point) -> int | None:
    """The number of the region under ``point``: where several overlap, the smallest, as it lies on top."""
    under = [n for n, region in enumerate(regions) if region.contains(*point)]
    return min(under, key=lambda n: _area(regions[n]), default=None)


def measure(regions: tuple[Region, ...], p: Point, q: Point) -> Length | Refusal:
    """The measure of the line from ``p`` to ``q``."""
    kept = hundredths(p), hundredths(q)
    pixels = hypot(*((b - a) / HUNDREDTHS for a, b in zip(*kept, strict=True)))
    number = _region_of(regions, kept)
    if isinstance(number, _Refused):
        return Refusal(number.reason, pixels, number.comparable)
    return _length(regions[number], number, kept, pixels)


def enclosed(regions: tuple[Region, ...], points: Sequence[Point]) -> Area | Refusal:
    """The area within an outline of these corners."""
    kept = tuple(map(hundredths, points))
    number = _region_of(regions, kept)
    if isinstance(number, _Refused):
        return Refusal(number.reason, 0.0)
    region = regions[number]
    if region.kind not in _LENGTHS:
        return Refusal("An area is measured on the image, not on the spectral strip.", 0.0)
    if len(set(kept)) < 3:
        return Refusal("An outline needs three points.", 0.0)
    if crosses_itself(kept):
        return Refusal("The outline crosses itself.", 0.0)
    return Area(number, _spacing(region), kept)


@dataclass(frozen=True, slots=True)
class _Refused:
    reason: str
    comparable: bool = False


def _region_of(regions: tuple[Region, ...], kept: Sequence[Kept]) -> int | _Refused:
    """The one region that all points lie in, and that may be measured in."""
    if not regions:
        return _Refused("The image is not calibrated: only ratios can be measured.", comparable=True)
    points = [(x / HUNDREDTHS, y / HUNDREDTHS) for x, y in kept]
    under = [region_under(regions, point) for point in points]
    known = [number for number in under if number is not None]
    if len(known) < len(under):
        return _Refused("A point lies outside the calibrated regions.")
    number = known[0] if len(set(known)) == 1 else _shared(regions, known, points)
    if number is None:
        return _Refused("The points lie in two different regions.")
    region = regions[number]
    if region.usable:
        return number
    comparable = region.kind in _LENGTHS and not any(one.usable for one in regions)
    return _Refused(f"The region under the points cannot be measured: {region.reason}", comparable)


def _area(region: Region) -> int:
    x0, y0, x1, y1 = region.box
    return (x1 - x0) * (y1 - y0)


def _shared(regions: tuple[Region, ...], numbers: Sequence[int], points: Sequence[Point]) -> int | None:
    """What is drawn may leave a colour box into the tissue around it when both have the same scale."""
    found = [regions[n] for n in numbers]
    if not {one.kind for one in found} <= _LENGTHS or len({(one.dx, one.dy) for one in found}) > 1:
        return None
    return next((n for n in numbers if all(regions[n].contains(*point) for point in points)), None)


def _spacing(region: Region) -> Spacing:
    across, down = (format(Decimal(repr(delta)), "f") for delta in (region.dx, region.dy))
    return across, down


def _length(region: Region, number: int, kept: tuple[Kept, Kept], pixels: float) -> Length:
    """Deltas may be negative and differ in x and y."""
    spacing = _spacing(region)
    if region.kind is not RegionKind.SPECTRAL:
        return Length(number, region.kind, spacing, kept, pixels)
    ends = (velocity_at(region, kept[0][1] / HUNDREDTHS), velocity_at(region, kept[1][1] / HUNDREDTHS))
    return Length(number, region.kind, spacing, kept, pixels, ends)


def velocity_at(region: Region, y: float) -> float:
    """The velocity at height ``y`` of a spectral strip, in cm/s: its reference pixel tells where the baseline lies."""
    baseline = region.box[1] + (region.reference[1] if region.reference else 0)
    return region.reference_value[1] + (y - baseline) * region.dy
