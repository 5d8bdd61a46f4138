"""What lies under the probe, drawn from a seed: layers, fascia, vein, artery, thrombus, all in millimetres."""

from dataclasses import dataclass

import numpy as np

from corelab.imaging.phantom.kinds import Filling, Mode, Traits
from corelab.imaging.phantom.vessel import Field, Vessel, lengthwise


@dataclass(frozen=True, slots=True)
class Surface:
    """A layer boundary: depth in mm over x, gently bowed; ``strength_db`` above tissue, doubled lines for fascia."""

    depth: float
    slope: float
    waves: tuple[tuple[float, float, float], ...]
    strength_db: float
    lines: int = 1

    def at(self, x: Field) -> Field:
        y = self.depth + self.slope * (x - 22.0)
        for amplitude, length, phase in self.waves:
            y = y + amplitude * np.sin(x * (2 * np.pi / length) + phase)
        return np.asarray(y, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Clot:
    """Thrombus: the part of the lumen on one side of a wavy line (``direction`` in rad, ``offset`` in radii) and inside ``reach`` radii."""

    echo_db: float
    direction: float
    offset: float
    reach: float

    def holds(self, vein: Vessel, x: Field, y: Field) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        across, down = vein.offsets(x, y)
        along = across * np.cos(self.direction) + down * np.sin(self.direction)
        beside = down * np.cos(self.direction) - across * np.sin(self.direction)
        front = self.offset + 0.10 * np.sin(4.1 * beside + self.direction) + 0.05 * np.sin(9.7 * beside)
        held: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (along > front) & (vein.relative(x, y) < self.reach)
        return held


@dataclass(frozen=True, slots=True)
class Anatomy:
    """One place of a leg, ``width`` x ``depth`` mm. ``bone`` is the depth and x of a bright arc with shadow, or None."""

    width: float
    depth: float
    surfaces: tuple[Surface, ...]
    vein: Vessel
    artery: Vessel
    clot: Clot | None
    bellies: tuple[Vessel, ...]
    scarred: bool
    stented: bool
    nerve: tuple[float, float] | None
    bone: tuple[float, float] | None


def draw(traits: Traits, rng: np.random.Generator, width: float, depth: float) -> Anatomy:
    """An anatomy of a kind, another one for every state of ``rng``."""
    side = float(rng.choice([-1.0, 1.0]))
    vein = _vein(traits, rng, width, depth, side)
    artery = _artery(rng, vein, side)
    nerve = (vein.x + side * rng.uniform(-2.0, 5.0), vein.y - vein.half_height - rng.uniform(3.0, 4.5))
    bone = (float(artery.x + side * rng.uniform(8.0, 13.0)), float(depth * rng.uniform(0.80, 0.9)))
    return Anatomy(
        width=width,
        depth=depth,
        surfaces=_surfaces(rng, vein),
        vein=vein,
        artery=artery,
        clot=_clot(traits, rng),
        bellies=() if vein.lengthwise else _bellies(rng, vein, width, side),
        scarred=traits.scarred,
        stented=traits.stented,
        nerve=nerve if rng.random() < 0.6 and not vein.lengthwise else None,
        bone=bone if rng.random() < 0.45 and not vein.lengthwise else None,
    )


def _vein(traits: Traits, rng: np.random.Generator, width: float, depth: float, side: float) -> Vessel:
    half = float(rng.uniform(3.9, 5.2))
    if traits.mode is Mode.SPECTRAL:
        return lengthwise(depth * rng.uniform(0.42, 0.5), half * 0.85, float(rng.uniform(-0.09, 0.09)), width / 2)
    if traits.scarred:
        half *= 0.8
    x = width / 2 - side * rng.uniform(0.02, 0.10) * width
    y = min(depth * rng.uniform(0.42, 0.52), depth - half - 8.0)
    wide = half * (1.0 if traits.stented else rng.uniform(1.08, 1.35))
    bump = 0.4 if traits.stented else 2.0 if traits.scarred else 1.0
    waves = tuple((n, float(bump * rng.uniform(0.02, 0.055) * 2 / n), float(rng.uniform(0, 2 * np.pi))) for n in (2, 3, 4, 5))
    tilt = 0.0 if traits.stented else float(rng.uniform(-0.14, 0.14))
    return Vessel(float(x), float(y), float(wide), half, tilt, waves)


def _artery(rng: np.random.Generator, vein: Vessel, side: float) -> Vessel:
    radius = float(rng.uniform(2.8, 3.5))
    if vein.lengthwise:
        return lengthwise(vein.y + vein.half_height + radius + rng.uniform(1.6, 3.0), radius, vein.tilt * 0.8, vein.x)
    angle = float(rng.uniform(-0.1, 1.35))
    away_x, away_y = np.cos(angle) * side, np.sin(angle)
    across, down = vein.half_width + radius + 1.3, vein.half_height + radius + 1.3
    waves = ((2, 0.015, float(rng.uniform(0, 6))), (3, 0.012, float(rng.uniform(0, 6))))
    return Vessel(float(vein.x + across * away_x), float(vein.y + down * away_y), radius, radius, 0.0, waves)


def _surfaces(rng: np.random.Generator, vein: Vessel) -> tuple[Surface, ...]:
    roof = vein.y - vein.half_height
    shares = (0.13, float(rng.uniform(0.36, 0.52)), float(rng.uniform(0.66, 0.84)))
    slopes = (0.0, float(rng.uniform(-0.07, 0.07)), float(rng.uniform(-0.11, 0.11)))
    strengths = (9.0, float(rng.uniform(18, 24)), float(rng.uniform(8, 19)))
    lines = (1, int(rng.integers(2, 4)), int(rng.integers(1, 4)))
    upper = tuple(
        Surface(roof * share, slope, _waves(rng, 0.12 + 0.28 * order), strength, count)
        for order, (share, slope, strength, count) in enumerate(zip(shares, slopes, strengths, lines, strict=True))
    )
    floor = vein.y + vein.half_height + float(rng.uniform(7.0, 12.0))
    return (*upper, Surface(floor, float(rng.uniform(-0.12, 0.12)), _waves(rng, 1.2), float(rng.uniform(7, 15)), int(rng.integers(1, 3))))


def _bellies(rng: np.random.Generator, vein: Vessel, width: float, side: float) -> tuple[Vessel, ...]:
    """Muscle bellies beside and below the vessels: dark, in a bright sheath."""
    beside = Vessel(
        float(vein.x - side * rng.uniform(15, 20)),
        float(vein.y + rng.uniform(-1, 4)),
        float(rng.uniform(7, 9.5)),
        float(rng.uniform(3.4, 5.5)),
        float(rng.uniform(-0.2, 0.2)),
        ((2, 0.05, 1.0), (3, 0.06, float(rng.uniform(0, 6)))),
    )
    below = Vessel(
        float(width * rng.uniform(0.2, 0.8)),
        float(vein.y + vein.half_height + rng.uniform(11, 14)),
        float(rng.uniform(11, 16)),
        float(rng.uniform(3.5, 5.0)),
        float(rng.uniform(-0.12, 0.12)),
        ((2, 0.05, 2.0), (3, 0.05, float(rng.uniform(0, 6)))),
    )
    return tuple(belly for belly in (beside, below) if rng.random() < 0.65)


def _waves(rng: np.random.Generator, amplitude: float) -> tuple[tuple[float, float, float], ...]:
    return tuple(
        (float(amplitude * rng.uniform(0.4, 1.0) * share), float(length * rng.uniform(0.8, 1.25)), float(rng.uniform(0, 2 * np.pi)))
        for share, length in ((1.0, 48.0), (0.35, 17.0), (0.12, 7.0))
    )


def _clot(traits: Traits, rng: np.random.Generator) -> Clot | None:
    echo = float(rng.uniform(*traits.echo_db))
    direction = float(rng.uniform(0.2, np.pi - 0.2))
    if traits.filling is Filling.PARTIAL:
        return Clot(echo, direction, float(rng.uniform(-0.15, 0.2)), 0.86 if rng.random() < 0.5 else 1.0)
    if traits.filling is Filling.OCCLUDED:
        return Clot(echo, direction, -2.0, 1.0)
    return None
