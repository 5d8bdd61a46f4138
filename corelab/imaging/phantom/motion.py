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


class Motion:
    """The ways in which points (x, y in mm, at rest) move: monotone along depth, without folds.

    Every way is a field of its own, worked out once; a pose says how much there is of each. A clip asks for many poses of the same points.
    """

    def __init__(self, anatomy: Anatomy, x: Field, y: Field) -> None:
        self._vein, self._x, self._y = anatomy.vein, x, y
        across, down = self._vein.offsets(x, y)
        squared = across * across + down * down
        self._below_skin = _below_skin(self._vein, y)
        fall = self._below_skin / np.maximum(squared * np.float32(1 / _RIGID_TO**2), np.float32(1))
        self._taller = _single(np.float32(self._vein.half_height) * down * fall)
        self._wider = np.zeros_like(x) if self._vein.lengthwise else _single(np.float32(self._vein.half_width) * across * fall)
        self._pulse_x, self._pulse_y, self._closing = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
        if not self._vein.lengthwise:
            guard = _single(np.clip((np.sqrt(squared) - np.float32(_RIGID_TO)) * np.float32(1 / 0.35), 0, 1))
            for other in anatomy.companions:
                self._add_companion(other, guard)
            for artery in anatomy.arteries:
                self._add_artery(artery, guard)

    def at(self, pose: Pose) -> tuple[Field, Field]:
        dx = np.float32(pose.width - 1) * self._wider + np.float32(pose.pulse) * self._pulse_x
        dy = np.float32(pose.height - 1) * self._taller + np.float32(pose.pulse) * self._pulse_y
        lift = np.float32(_LIFT * max(0.0, 1 - pose.height) * self._vein.half_height) * self._below_skin
        dy -= np.float32(pose.pressing) * self._closing + lift
        return _single(self._x + dx + np.float32(pose.slip)), _single((self._y + dy) * np.float32(1 - pose.press))

    def _add_artery(self, artery: Vessel, guard: Field) -> None:
        """It goes along as a rigid disc and pulses; the vein's own lumen (guard 0) is left as it is."""
        from_x, from_y = self._x - np.float32(artery.x), self._y - np.float32(artery.y)
        squared = (from_x * from_x + from_y * from_y) * np.float32(1 / artery.half_width**2)
        self._hold(artery, guard * np.clip(np.float32(2.2) - np.sqrt(squared), 0, 1))
        swell = guard / np.maximum(squared, np.float32(1))
        self._pulse_x += from_x * swell
        self._pulse_y += from_y * swell

    def _add_companion(self, other: Vessel, guard: Field) -> None:
        """Another vein goes along and is squeezed too."""
        across, down = other.offsets(self._x, self._y)
        squared = across * across + down * down
        self._hold(other, guard * np.clip(np.float32(2.2) - np.sqrt(squared), 0, 1))
        fall = guard / np.square(np.maximum(squared, np.float32(1)))
        self._closing += np.float32(_SQUEEZE * other.half_height) * down * fall

    def _hold(self, vessel: Vessel, weight: npt.NDArray[np.floating[Any]]) -> None:
        """Where ``weight`` is 1, everything moves as the middle of the vessel does."""
        rest = _single(1 - weight)
        shift_x, shift_y = _shift_of_centre(vessel, self._vein)
        self._wider = self._wider * rest + np.float32(shift_x) * _single(weight)
        self._taller = self._taller * rest + np.float32(shift_y) * _single(weight)
        self._pulse_x, self._pulse_y, self._closing = self._pulse_x * rest, self._pulse_y * rest, self._closing * rest


def moved(anatomy: Anatomy, pose: Pose, x: Field, y: Field) -> tuple[Field, Field]:
    """Where the points lie in one pose."""
    return Motion(anatomy, x, y).at(pose)


def _single(values: npt.NDArray[np.floating[Any]]) -> Field:
    return np.asarray(values, dtype=np.float32)


def _below_skin(vein: Vessel, y: Field) -> Field:
    """0 at the probe, which the skin never leaves; 1 from a little above the vein down, so that the vein's squeeze stays affine."""
    share = np.clip(y * np.float32(1 / (vein.y - 1.35 * vein.half_height)), 0, 1)
    return np.asarray(share * share * (np.float32(3) - np.float32(2) * share), dtype=np.float32)


def _shift_of_centre(vessel: Vessel, vein: Vessel) -> tuple[float, float]:
    """How far the middle of a vessel goes, in mm, for each unit of the vein's widening and of its growing taller."""
    across = (vessel.x - vein.x) / vein.half_width
    down = (vessel.y - vein.y - vein.tilt * (vessel.x - vein.x)) / vein.half_height
    fall = 1 / max((across**2 + down**2) / _RIGID_TO**2, 1.0)
    return vein.half_width * across * fall, vein.half_height * down * fall
