"""What is really there: outline, AP diameter and area of the vein in every frame, from its polygon and never from pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.manoeuvre import Pose
from corelab.imaging.phantom.motion import Motion
from corelab.imaging.phantom.vessel import Field

OUTLINE_POINTS = 96


@dataclass(frozen=True, slots=True)
class Lumen:
    """The vein in one frame: ``outline`` (n, 2) in mm from the picture's upper left corner."""

    outline: Field
    ap_mm: float
    area_mm2: float


def lumens(anatomy: Anatomy, poses: Sequence[Pose]) -> tuple[Lumen, ...]:
    """The vein in every pose."""
    rest = anatomy.vein.outline(OUTLINE_POINTS, anatomy.width)
    motion = Motion(anatomy, rest[:, 0].copy(), rest[:, 1].copy())
    outlines = (np.stack(motion.at(pose), axis=1) for pose in poses)
    return tuple(Lumen(outline, longest_chord(outline), area(outline)) for outline in outlines)


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


def rest_frames(poses: Sequence[Pose]) -> tuple[int, ...]:
    """The first frames, five at most, in which nobody presses; in a clip of eight or fewer only the first of them."""
    quiet = [index for index, pose in enumerate(poses) if pose.pressing <= 0.0] or [min(range(len(poses)), key=lambda n: poses[n].pressing)]
    return tuple(quiet[:5] if len(poses) > 8 else quiet[:1])


def residual_percent(lumens: Sequence[Lumen], rest: Sequence[int]) -> float:
    """AP at the strongest pressure in percent of the median of the ``rest`` frames."""
    return float(100 * min(each.ap_mm for each in lumens) / np.median([lumens[frame].ap_mm for frame in rest]))
