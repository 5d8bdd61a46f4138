"""Between what is drawn on a frame and what is kept of it: shapes to measurements and back, and what they say. No widget."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Final

from corelab.domain.clip import Clip, RegionKind
from corelab.domain.measurement import HUNDREDTHS, Measurement, Quantity
from corelab.services import clips, measuring
from corelab.services.clips import Length
from corelab.services.measuring import Refusal
from corelab.ui.caliper import Caliper, Outline, Point, Shape
from corelab.ui.commands import with_keys
from corelab.ui.drawing import Tool
from corelab.ui.entry import unit_words

_HALF: Final = 0.5
"""Kept points are counted from the centre of the upper left pixel, those of the view from its corner."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One measurement as a viewport shows it: what is drawn, and what stands in the status line while its frame is on screen.

    ``key`` names it for whoever changes it; None: it can be looked at only.
    """

    frame: int
    shapes: tuple[Shape, ...]
    words: str
    key: Hashable | None = None


def measured(clip: Clip, shape: Shape, tool: Tool, first: Caliper | None = None) -> Measurement | Refusal:
    """What was drawn with this tool; ``first`` is the line before it on an image that is not calibrated, for a ratio."""
    points = kept_points([shape])
    if isinstance(shape, Outline):
        return measuring.area_of(clip, shape.frame, points)
    if first is not None and first.frame == shape.frame:
        return measuring.ratio_of(clip, shape.frame, kept_points([first, shape]))
    found = measuring.line_of(clip, shape.frame, *points)
    if tool is Tool.STRIP and isinstance(found, Measurement) and found.quantity is Quantity.LENGTH:
        return Refusal(with_keys("Time and velocity are measured on a spectral strip; {caliper} measures lengths."), 0.0)
    return found


def moved(clip: Clip, before: Measurement, shapes: Sequence[Shape]) -> Measurement | Refusal:
    """The same measurement with its points as they are drawn now."""
    return measuring.measured_again(clip, before, kept_points(shapes))


def kept_points(shapes: Sequence[Shape]) -> tuple[Point, ...]:
    return tuple((x - _HALF, y - _HALF) for shape in shapes for x, y in shape.points)


def shapes_of(kept: Measurement, *, dashed: bool = False) -> tuple[Shape, ...]:
    """A measurement as it is drawn on its frame."""
    points = tuple((x / HUNDREDTHS + _HALF, y / HUNDREDTHS + _HALF) for x, y in kept.points)
    if kept.quantity is Quantity.AREA:
        return (Outline(kept.frame, points, dashed),)
    return tuple(Caliper(kept.frame, points[n], points[n + 1], dashed) for n in range(0, len(points), 2))


def shown(kept: Measurement, key: Hashable | None = None, *, of: str = "", dashed: bool = False) -> Shown:
    """A measurement for a viewport; ``of`` says whose it is."""
    return Shown(kept.frame, shapes_of(kept, dashed=dashed), f"{of}{measurement_words(kept)}", key)


def measurement_words(kept: Measurement) -> str:
    """``8.4 mm``, ``84.3 mm²``, ``0.520 s``; a ratio says that nothing is calibrated."""
    if kept.quantity is Quantity.RATIO:
        return f"Ratio {kept.value} %, not calibrated"
    return f"{kept.value} {unit_words(kept.unit)}"


def live_words(clip: Clip, shape: Shape) -> str:
    """What the shape under the hand measures now; empty where that is nothing."""
    if isinstance(shape, Outline):
        found = measuring.area_of(clip, shape.frame, kept_points([shape]))
        return measurement_words(found) if isinstance(found, Measurement) else ""
    length = clips.caliper(clip, *kept_points([shape]))
    return length.text if isinstance(length, Length) else ""


def strip_needed(clip: Clip) -> str:
    """Why time and velocity cannot be measured on this clip at all; empty where it has a spectral strip."""
    kinds = {region.kind for region in clip.regions}
    return "" if RegionKind.SPECTRAL in kinds else with_keys("This clip has no spectral strip; {caliper} measures lengths.")
