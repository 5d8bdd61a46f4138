"""Smooth reflectors as dense coherent points along curves: fascia, septa, vessel walls, bone, stent struts, scars."""

from dataclasses import dataclass

import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.speckle import Beam, Scatterers, joined
from corelab.imaging.phantom.vessel import MARGIN, Field, Vessel


def reflectors(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """Every coherent point of the anatomy, in material coordinates at rest."""
    parts = [_streaks(anatomy, beam, rng), _surface_lines(anatomy, beam, rng), _walls(anatomy, beam, rng)]
    if anatomy.stented:
        parts.append(_struts(anatomy.vein, beam, rng))
    if anatomy.scarred:
        parts.append(_webs(anatomy.vein, beam, rng))
    return joined(parts)


def _line(beam: Beam, points: Field, strength_db: Field, rng: np.random.Generator) -> Scatterers:
    """Points along a curve without random sign: a bright, smooth reflector. ``strength_db`` against random tissue of 0 dB."""
    x, y = points[:, 0], points[:, 1]
    amplitude = np.float32(beam.line_amplitude) * np.exp(strength_db * np.float32(np.log(10) / 20))
    rough = y + rng.standard_normal(y.size, dtype=np.float32) * np.float32(0.22 / beam.scale)
    # most of the slope is taken out of the phase: real fascia is rough enough to be seen aslant
    offset = -np.float32(beam.wavenumber * 0.9) * y
    return Scatterers(x, rough.astype(np.float32), amplitude, amplitude, offset.astype(np.float32))


def _along(beam: Beam, x0: float, x1: float) -> Field:
    return np.arange(x0, x1, beam.line_step, dtype=np.float32)


def _surface_lines(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    parts = []
    x = _along(beam, -MARGIN, anatomy.width + MARGIN)
    for surface in anatomy.surfaces:
        for line in range(surface.lines):
            y = surface.at(x) + np.float32(line * rng.uniform(0.35, 0.6)) + _wander(x, rng, 0.08)
            strength = np.float32(surface.strength_db - 3.5 * line) + _wander(x, rng, 5.0)
            outside = (anatomy.vein.radius(x, y) > 1.15) & (anatomy.artery.radius(x, y) > 1.15)
            parts.append(_line(beam, np.stack([x, y], 1)[outside], strength[outside], rng))
    return joined(parts)


def _wander(x: Field, rng: np.random.Generator, amplitude: float) -> Field:
    """Smooth noise along a line, about 3 mm long waves."""
    knots = rng.standard_normal(20).astype(np.float32)
    at = np.linspace(float(x[0]), float(x[-1]), knots.size)
    return np.asarray(np.interp(x, at, knots) * amplitude, dtype=np.float32)


def _streaks(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """Short bright dashes: septa of fat, muscle fibres, connective tissue round the vessels; all dashes in one go."""
    skin, fascia, muscle, deep = anatomy.surfaces
    floor = anatomy.depth * 1.05
    share = rng.uniform(0.35, 1.0, 4)
    bands = (
        _Band(int(26 * share[0]), (skin.depth + 0.5, fascia.depth), (4.0, 14.0), (2.0, 19.0)),
        _Band(int(95 * share[1]), (fascia.depth + 0.8, muscle.depth), (1.5, 8.0), (0.0, 18.0)),
        _Band(int(130 * share[2]), (muscle.depth - 0.5, deep.depth), (0.8, 5.0), (0.0, 21.0)),
        _Band(int(60 * share[3]), (deep.depth, floor), (2.0, 8.0), (-6.0, 15.0)),
    )
    rows = np.concatenate([_dashes(rng, anatomy.width, band) for band in bands])
    steps = np.maximum((rows[:, 2] / beam.line_step).astype(np.int64), 2)
    of = np.repeat(np.arange(rows.shape[0]), steps)
    along = (np.arange(of.size) - np.repeat(np.cumsum(steps) - steps, steps)).astype(np.float32) * np.float32(beam.line_step)
    x0, y0, length, strength, slope, bow = (rows[of, column] for column in range(6))
    middle = along / length - np.float32(0.5)
    x, y = x0 + along, y0 + slope * (along - length / 2) + bow * middle * middle * 4
    strength = strength - np.square(middle * 2) * np.float32(10)
    outside = (anatomy.vein.radius(x, y) > 1.16) & (anatomy.artery.radius(x, y) > 1.2)
    return _line(beam, np.stack([x, y], 1)[outside].astype(np.float32), strength[outside].astype(np.float32), rng)


@dataclass(frozen=True, slots=True)
class _Band:
    """Dashes between two depths (mm): how many, how long (mm), how bright (dB)."""

    count: int
    depths: tuple[float, float]
    lengths: tuple[float, float]
    strengths: tuple[float, float]


def _dashes(rng: np.random.Generator, width: float, band: _Band) -> Field:
    """(count, 6): x, y, length, strength in dB, slope, bow; a layer leans one way."""
    count, (low, high) = band.count, band.lengths
    lean = rng.uniform(-0.10, 0.10)
    return np.stack(
        [
            rng.uniform(-MARGIN, width, count),
            rng.uniform(*band.depths, count),
            low + (high - low) * rng.random(count) ** 2,
            rng.uniform(*band.strengths, count),
            lean + rng.normal(0, 0.05, count),
            rng.normal(0, 0.12, count),
        ],
        axis=1,
    ).astype(np.float32)


def _walls(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    vein = _wall(anatomy.vein, beam, rng, anatomy.width, 1.03, 12.5)
    artery = _wall(anatomy.artery, beam, rng, anatomy.width, 1.02, 14.0)
    media = _wall(anatomy.artery, beam, rng, anatomy.width, 1.18, 7.0)
    parts = [vein, artery, media]
    parts += [_wall(belly, beam, rng, anatomy.width, 1.0, 5.0) for belly in anatomy.bellies]
    if anatomy.bone is not None:
        parts.append(_bone(anatomy.bone, beam, rng))
    return joined(parts)


def _wall(vessel: Vessel, beam: Beam, rng: np.random.Generator, width: float, scale: float, strength_db: float) -> Scatterers:
    """Bright roof and floor, no sides: strength follows the part of the wall that faces the beam."""
    length = 2 * width if vessel.lengthwise else 2 * np.pi * max(vessel.half_width, vessel.half_height)
    points = vessel.outline(max(16, int(length / beam.line_step)), width, scale)
    ahead = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    facing = np.abs(ahead[:, 0]) / np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)
    strength = (
        np.float32(strength_db) + np.float32(100) * np.log10(np.maximum(facing, np.float32(0.2))) + _wander_round(points.shape[0], rng)
    )
    return _line(beam, points, strength.astype(np.float32), rng)


def _wander_round(count: int, rng: np.random.Generator) -> Field:
    knots = rng.standard_normal(18)
    return np.asarray(np.interp(np.arange(count), np.linspace(0, count, 19), np.append(knots, knots[0])) * 2.5, dtype=np.float32)


def _bone(bone: tuple[float, float], beam: Beam, rng: np.random.Generator) -> Scatterers:
    x = _along(beam, bone[0] - 7, bone[0] + 7)
    y = np.float32(bone[1]) + np.square(x - np.float32(bone[0])) * np.float32(0.055)
    fade = -np.square((x - np.float32(bone[0])) / np.float32(7)) * np.float32(12)
    return _line(beam, np.stack([x, y], 1), (np.float32(20) + fade + _wander(x, rng, 2.5)).astype(np.float32), rng)


def _struts(vein: Vessel, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """A stent across: bright dots round the lumen, each with two echoes of its own below."""
    count = int(rng.integers(16, 22))
    ring = vein.outline(count, 0.0, 0.985)
    parts = []
    for x, y in ring:
        for echo in range(3):
            dot_x = _along(beam, float(x) - 0.3, float(x) + 0.3)
            dot_y = np.full_like(dot_x, float(y) + 0.55 * echo)
            parts.append(_line(beam, np.stack([dot_x, dot_y], 1), np.full_like(dot_x, 23.0 - 10.0 * echo), rng))
    return joined(parts)


def _webs(vein: Vessel, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """Scars across a once thrombosed lumen."""
    parts = []
    for level in rng.uniform(-0.35, 0.35, 2):
        x = _along(beam, vein.x - 0.8 * vein.half_width, vein.x + rng.uniform(0.2, 0.8) * vein.half_width)
        y = vein.y + np.float32(level * vein.half_height) + vein.tilt * (x - vein.x) + _wander(x, rng, 0.12)
        parts.append(_line(beam, np.stack([x, y], 1).astype(np.float32), np.float32(5) + _wander(x, rng, 3.0), rng))
    return joined(parts)
