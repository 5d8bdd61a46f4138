"""Where a material point (mm) lies in a pose: the squeeze of the vein, the artery that goes along, tissue that comes up."""

from typing import Any

import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.manoeuvre import Pose
from corelab.imaging.phantom.vessel import Field, Vessel

_RIGID_TO = 1.18
"""Elliptical radius up to which the squeeze is affine; the outline with its harmonics lies inside."""

_LIFT = 0.55
"""Share of the squeeze by which all deeper tissue comes up: the floor of the vein moves more than its roof."""

_SQUEEZE = 0.85
"""How far the other veins of the picture close at full pressure."""


def moved(anatomy: Anatomy, pose: Pose, x: Field, y: Field) -> tuple[Field, Field]:
    """Where the material points (x, y in mm, at rest) lie in this frame: monotone along depth, without folds."""
    vein = anatomy.vein
    across, down = vein.offsets(x, y)
    squared = across * across + down * down
    below_skin = _below_skin(vein, y)
    fall = below_skin / np.maximum(squared * np.float32(1 / _RIGID_TO**2), np.float32(1))
    dy = _single(np.float32((pose.height - 1) * vein.half_height) * down * fall)
    dx = _single(np.float32(0.0 if vein.lengthwise else (pose.width - 1) * vein.half_width) * across * fall)
    if not vein.lengthwise:
        guard = _single(np.clip((np.sqrt(squared) - np.float32(_RIGID_TO)) * np.float32(1 / 0.35), 0, 1))
        for other in anatomy.companions:
            dx, dy = _with_companion(other, vein, pose, (x, y), (dx, dy), guard)
        for artery in anatomy.arteries:
            dx, dy = _with_artery(artery, vein, pose, (x, y), (dx, dy), guard)
    lift = np.float32(_LIFT * max(0.0, 1 - pose.height) * vein.half_height) * below_skin
    moved_x = x + dx + np.float32(pose.slip)
    moved_y = (y + dy - lift) * np.float32(1 - pose.press)
    return _single(moved_x), _single(moved_y)


def _single(values: npt.NDArray[np.floating[Any]]) -> Field:
    return np.asarray(values, dtype=np.float32)


def _below_skin(vein: Vessel, y: Field) -> Field:
    """0 at the probe, which the skin never leaves; 1 from a little above the vein down, so that the vein's squeeze stays affine."""
    share = np.clip(y * np.float32(1 / (vein.y - 1.35 * vein.half_height)), 0, 1)
    return np.asarray(share * share * (np.float32(3) - np.float32(2) * share), dtype=np.float32)


def _with_artery(
    artery: Vessel, vein: Vessel, pose: Pose, at: tuple[Field, Field], shift: tuple[Field, Field], guard: Field
) -> tuple[Field, Field]:
    """The artery goes along as a rigid disc and pulses; the vein's own lumen (guard 0) is left as it is."""
    whole_x, whole_y = _shift_of_centre(artery, vein, pose)
    from_x, from_y = at[0] - np.float32(artery.x), at[1] - np.float32(artery.y)
    squared = (from_x * from_x + from_y * from_y) * np.float32(1 / artery.half_width**2)
    weight = guard * np.clip(np.float32(2.2) - np.sqrt(squared), 0, 1)
    swell = guard * np.float32(pose.pulse) / np.maximum(squared, np.float32(1))
    dx = shift[0] + weight * (np.float32(whole_x) - shift[0]) + from_x * swell
    dy = shift[1] + weight * (np.float32(whole_y) - shift[1]) + from_y * swell
    return _single(dx), _single(dy)


def _with_companion(
    other: Vessel, vein: Vessel, pose: Pose, at: tuple[Field, Field], shift: tuple[Field, Field], guard: Field
) -> tuple[Field, Field]:
    """Another vein goes along and is squeezed too; the lumen of the vein itself (guard 0) is left as it is."""
    whole_x, whole_y = _shift_of_centre(other, vein, pose)
    across, down = other.offsets(*at)
    squared = across * across + down * down
    weight = guard * np.clip(np.float32(2.2) - np.sqrt(squared), 0, 1)
    fall = guard / np.square(np.maximum(squared, np.float32(1)))
    dx = shift[0] + weight * (np.float32(whole_x) - shift[0])
    dy = shift[1] + weight * (np.float32(whole_y) - shift[1]) - np.float32(_SQUEEZE * pose.pressing * other.half_height) * down * fall
    return _single(dx), _single(dy)


def _shift_of_centre(artery: Vessel, vein: Vessel, pose: Pose) -> tuple[float, float]:
    across = (artery.x - vein.x) / vein.half_width
    down = (artery.y - vein.y - vein.tilt * (artery.x - vein.x)) / vein.half_height
    fall = 1 / max((across**2 + down**2) / _RIGID_TO**2, 1.0)
    return (pose.width - 1) * vein.half_width * across * fall, (pose.height - 1) * vein.half_height * down * fall
