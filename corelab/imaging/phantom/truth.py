"""What is really there: outline, AP diameter and area of the vein in every frame, from its polygon and never from pixels."""

from dataclasses import dataclass

import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.motion import Pose, moved
from corelab.imaging.phantom.vessel import Field

OUTLINE_POINTS = 96


@dataclass(frozen=True, slots=True)
class Lumen:
    """The vein in one frame: ``outline`` (n, 2) in mm from the picture's upper left corner."""

    outline: Field
    ap_mm: float
    area_mm2: float


def lumen(anatomy: Anatomy, pose: Pose) -> Lumen:
    rest = anatomy.vein.outline(OUTLINE_POINTS, anatomy.width)
    outline = np.stack(moved(anatomy, pose, rest[:, 0], rest[:, 1]), axis=1)
    return Lumen(outline, longest_chord(outline), area(outline))


def area(outline: Field) -> float:
    x, y = outline[:, 0].astype(np.float64), outline[:, 1].astype(np.float64)
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def longest_chord(outline: Field) -> float:
    """Length of the longest vertical chord of a closed polygon, in its units; a slit has almost none however tilted it is."""
    start, end = outline.astype(np.float64), np.roll(outline, -1, axis=0).astype(np.float64)
    low, high = float(start[:, 0].min()), float(start[:, 0].max())
    x = np.linspace(low, high, 162)[1:-1, None]
    crosses = (start[None, :, 0] <= x) != (end[None, :, 0] <= x)
    run = np.where(crosses, end[:, 0] - start[:, 0], 1.0)
    y = start[:, 1] + (x - start[:, 0]) / run * (end[:, 1] - start[:, 1])
    top = np.where(crosses, y, np.inf).min(axis=1)
    bottom = np.where(crosses, y, -np.inf).max(axis=1)
    return float(np.max(bottom - top))


def residual_percent(lumens: tuple[Lumen, ...]) -> float:
    """AP at the strongest pressure in percent of the median of the first five frames."""
    rest = float(np.median([each.ap_mm for each in lumens[:5]])) if len(lumens) > 8 else lumens[0].ap_mm
    return 100 * min(each.ap_mm for each in lumens) / rest
