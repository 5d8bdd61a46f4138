"""How tissue moves: the pose of each frame, and where a material point (mm) then lies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.kinds import Mode, Traits
from corelab.imaging.phantom.vessel import Field, Vessel

_RIGID_TO = 1.18
"""Elliptical radius up to which the squeeze is affine; the outline with its harmonics lies inside."""

_LIFT = 0.55
"""Share of the squeeze by which all deeper tissue comes up: the floor of the vein moves more than its roof."""


@dataclass(frozen=True, slots=True)
class Pose:
    """One frame: the vein's ``height`` and ``width`` against rest, tissue shortened by ``press``, ``slip`` sideways, arterial ``pulse``.

    ``time`` in s; ``slip`` in mm; ``drift`` out of the plane in rad; ``heart`` and ``breath`` are phases in turns.
    """

    time: float
    height: float = 1.0
    width: float = 1.0
    press: float = 0.0
    slip: float = 0.0
    pulse: float = 0.0
    drift: float = 0.0
    heart: float = 0.0
    breath: float = 0.0


@dataclass(frozen=True, slots=True)
class Manoeuvre:
    """``residual``: AP under pressure / AP at rest, 0..1, None without pressure; ``deepest`` tissue shortening; periods in s."""

    residual: float | None
    deepest: float
    widening: float
    slip: float
    heart_period: float
    heart_phase: float
    breath_period: float
    swing: float
    restless: float


def draw_manoeuvre(traits: Traits, rng: np.random.Generator) -> Manoeuvre:
    pressed = traits.residual is not None
    free = traits.residual is None or traits.residual[0] == 0
    return Manoeuvre(
        residual=float(rng.uniform(*traits.residual)) / 100 if traits.residual else None,
        deepest=float(rng.uniform(0.06, 0.11)) if pressed else 0.0,
        widening=float(rng.uniform(0.12, 0.3)),
        slip=float(rng.uniform(-0.7, 0.7)) if pressed else 0.0,
        heart_period=float(rng.uniform(0.75, 1.0)),
        heart_phase=float(rng.uniform()),
        breath_period=float(rng.uniform(2.8, 3.6)),
        swing=0.02 if free and not traits.stented and traits.mode is Mode.GREY else 0.0,
        restless=float(rng.uniform(0.05, 0.16)),
    )


def poses(manoeuvre: Manoeuvre, frames: int, frame_ms: float) -> tuple[Pose, ...]:
    """The pose of every frame: rest, press, hold, let go, rest, spread over the clip however few its frames are."""
    return tuple(_pose(manoeuvre, index * frame_ms / 1000, index / max(1, frames - 1)) for index in range(frames))


def _pose(manoeuvre: Manoeuvre, time: float, share: float) -> Pose:
    pressing = _pressing(share) if manoeuvre.residual is not None else 0.0
    heart = (manoeuvre.heart_phase + time / manoeuvre.heart_period) % 1.0
    breath = time / manoeuvre.breath_period % 1.0
    press = manoeuvre.deepest * pressing
    residual = 1.0 if manoeuvre.residual is None else manoeuvre.residual
    # pressing shortens the vein with everything else; the squeeze of the vein itself brings it to the residual asked for
    height = (1 + (residual - 1) * pressing) / (1 - press) * (1 + manoeuvre.swing * (1 - pressing) * np.sin(2 * np.pi * breath))
    return Pose(
        time=time,
        height=float(height),
        width=1 + manoeuvre.widening * max(0.0, 1 - float(height)),
        press=press,
        slip=manoeuvre.slip * pressing + 0.05 * float(np.sin(2 * np.pi * time / 1.9)),
        pulse=0.05 * _beat(heart),
        drift=manoeuvre.restless * pressing + 0.04 * float(np.sin(2 * np.pi * time / 2.3)),
        heart=heart,
        breath=breath,
    )


def _pressing(share: float) -> float:
    """0 at rest, 1 at full pressure; ``share`` of the clip 0..1."""
    down = _smooth((share - 0.22) / 0.20)
    up = _smooth((share - 0.62) / 0.20)
    return down - up


def _smooth(t: float) -> float:
    t = min(1.0, max(0.0, t))
    return t * t * (3 - 2 * t)


def _beat(phase: float) -> float:
    """The arterial pulse: a half wave, then a smaller one."""
    return (
        max(0.0, float(np.sin(2 * np.pi * phase / 0.7)))
        if phase < 0.35
        else 0.25 * max(0.0, float(np.sin(2 * np.pi * (phase - 0.4) / 0.6)))
    )


def moved(anatomy: Anatomy, pose: Pose, x: Field, y: Field) -> tuple[Field, Field]:
    """Where the material points (x, y in mm, at rest) lie in this frame: monotone along depth, without folds."""
    vein, artery = anatomy.vein, anatomy.artery
    across, down = vein.offsets(x, y)
    squared = across * across + down * down
    below_skin = _below_skin(vein, y)
    fall = below_skin / np.maximum(squared * np.float32(1 / _RIGID_TO**2), np.float32(1))
    dy = _single(np.float32((pose.height - 1) * vein.half_height) * down * fall)
    dx = _single(np.float32(0.0 if vein.lengthwise else (pose.width - 1) * vein.half_width) * across * fall)
    guard = _single(np.clip((np.sqrt(squared) - np.float32(_RIGID_TO)) * np.float32(1 / 0.35), 0, 1))
    if not artery.lengthwise:
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


def _shift_of_centre(artery: Vessel, vein: Vessel, pose: Pose) -> tuple[float, float]:
    across = (artery.x - vein.x) / vein.half_width
    down = (artery.y - vein.y - vein.tilt * (artery.x - vein.x)) / vein.half_height
    fall = 1 / max((across**2 + down**2) / _RIGID_TO**2, 1.0)
    return (pose.width - 1) * vein.half_width * across * fall, (pose.height - 1) * vein.half_height * down * fall
