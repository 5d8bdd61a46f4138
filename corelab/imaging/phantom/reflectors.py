"""Smooth reflectors as dense coherent points along curves: fascia, septa, vessel walls, bone, stent struts, scars."""

from dataclasses import fields

import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy, Band, Bone
from corelab.imaging.phantom.kinds import Level
from corelab.imaging.phantom.speckle import Beam, Scatterers, joined
from corelab.imaging.phantom.vessel import MARGIN, Field, Vessel

_FLOOR_DB = 3.0
"""The floor of a vessel is brighter than its roof: blood takes less of the sound than tissue does."""


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
    """Fascia: each line is a sheaf of fine ones over its thickness, which shows as a band that swells and thins."""
    parts = []
    x = _along(beam, -MARGIN, anatomy.width + MARGIN)
    for surface in anatomy.surfaces:
        for line in range(surface.lines):
            y = surface.at(x) + np.float32(line * rng.uniform(0.7, 1.3)) + _wander(x, rng, 0.12)
            strength = np.float32(surface.strength_db - 4.0 * line) + _wander(x, rng, 5.5)
            thick = surface.thick * np.float32(0.8**line) * (1 + _wander(x, rng, 0.35))
            for fine in np.linspace(-0.5, 0.5, 1 + round(surface.thick / 0.11)):
                within = y + np.float32(fine) * thick
                clear = anatomy.outside(x, within)
                faded = strength - np.float32(14.0 * fine * fine)
                parts.append(_line(beam, np.stack([x, within], 1)[clear], faded[clear], rng))
    return joined(parts)


def _wander(x: Field, rng: np.random.Generator, amplitude: float) -> Field:
    """Smooth noise along a line, about 3 mm long waves."""
    knots = rng.standard_normal(20).astype(np.float32)
    at = np.linspace(float(x[0]), float(x[-1]), knots.size)
    return np.asarray(np.interp(x, at, knots) * amplitude, dtype=np.float32)


def _streaks(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """Short bright dashes: septa of fat, muscle fibres, connective tissue round the vessels; all dashes in one go."""
    rows = np.concatenate([_dashes(rng, anatomy.width, band) for band in anatomy.bands])
    steps = np.maximum((rows[:, 2] / beam.line_step).astype(np.int64), 2)
    of = np.repeat(np.arange(rows.shape[0]), steps)
    along = (np.arange(of.size) - np.repeat(np.cumsum(steps) - steps, steps)).astype(np.float32) * np.float32(beam.line_step)
    x0, y0, length, strength, slope, bow = (rows[of, column] for column in range(6))
    middle = along / length - np.float32(0.5)
    x, y = x0 + along, y0 + slope * (along - length / 2) + bow * middle * middle * 4
    strength = strength - np.square(middle * 2) * np.float32(10)
    outside = anatomy.outside(x, y, 1.18)
    return _line(beam, np.stack([x, y], 1)[outside].astype(np.float32), strength[outside].astype(np.float32), rng)


def _dashes(rng: np.random.Generator, width: float, band: Band) -> Field:
    """(count, 6): x, y, length, strength in dB, slope, bow; a layer leans one way."""
    count, (low, high) = band.count, band.lengths
    return np.stack(
        [
            rng.uniform(-MARGIN, width, count),
            rng.uniform(*band.depths, count),
            low + (high - low) * rng.random(count) ** 2,
            rng.uniform(*band.strengths, count),
            band.lean + rng.normal(0, 0.09, count),
            rng.normal(0, 0.2, count),
        ],
        axis=1,
    ).astype(np.float32)


def _walls(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    width, (of_vein, of_artery) = anatomy.width, anatomy.wall_db
    parts = [_wall(anatomy.vein, beam, rng, width, 1.03, of_vein)]
    if anatomy.scarred:
        parts += [_wall(anatomy.vein, beam, rng, width, scale, of_vein + 3.0) for scale in (0.97, 1.09, 1.15)]
    for artery in anatomy.arteries:
        parts += [_wall(artery, beam, rng, width, 1.02, of_artery), _wall(artery, beam, rng, width, 1.18, of_artery - 7.0)]
    if anatomy.level is not Level.LIVER:
        parts += [_wall(each, beam, rng, width, 1.03, of_vein - 2.0) for each in anatomy.companions]
    parts += [_sheath(belly, anatomy, beam, rng) for belly in anatomy.bellies]
    parts += [_bone(bone, beam, rng) for bone in anatomy.bones]
    return joined(parts)


def _sheath(belly: Vessel, anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    whole = _wall(belly, beam, rng, anatomy.width, 1.0, 10.0)
    clear = anatomy.outside(whole.x, whole.y)
    return Scatterers(*(getattr(whole, field.name)[clear] for field in fields(Scatterers)))


def _wall(vessel: Vessel, beam: Beam, rng: np.random.Generator, width: float, scale: float, strength_db: float) -> Scatterers:
    """Bright roof and floor, no sides: strength follows the part of the wall that faces the beam."""
    length = 2 * width if vessel.lengthwise else 2 * np.pi * max(vessel.half_width, vessel.half_height)
    points = vessel.outline(max(16, int(length / beam.line_step)), width, scale)
    ahead = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    facing = np.abs(ahead[:, 0]) / np.maximum(np.hypot(ahead[:, 0], ahead[:, 1]), 1e-6)
    strength = np.float32(strength_db) + np.float32(100) * np.log10(np.maximum(facing, np.float32(0.2)))
    below = points[:, 1] > vessel.y + vessel.tilt * (points[:, 0] - vessel.x)
    strength += _wander_round(points.shape[0], rng) + np.float32(_FLOOR_DB) * below
    return _line(beam, points, strength.astype(np.float32), rng)


def _wander_round(count: int, rng: np.random.Generator) -> Field:
    knots = rng.standard_normal(18)
    return np.asarray(np.interp(np.arange(count), np.linspace(0, count, 19), np.append(knots, knots[0])) * 2.5, dtype=np.float32)


def _bone(bone: Bone, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """A thick bright line, brightest where it faces the beam, and one weak echo of it below."""
    x = _along(beam, bone.x - bone.half_width, bone.x + bone.half_width)
    fade = -np.square((x - np.float32(bone.x)) / np.float32(bone.half_width)) * np.float32(10) + _wander(x, rng, 2.0)
    depths = ((0.0, 25.0), (0.12, 24.0), (0.26, 22.0), (0.4, 17.0), (3.2, 7.0))
    arcs = [(np.stack([x, bone.surface(x) + np.float32(down)], 1), np.float32(strength) + fade) for down, strength in depths]
    return joined([_line(beam, points, level, rng) for points, level in arcs])


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
