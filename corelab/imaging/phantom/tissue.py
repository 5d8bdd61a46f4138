"""Turns an anatomy into point scatterers: random ones for tissue and thrombus, coherent ones for fascia and walls."""

from dataclasses import dataclass

import cv2
import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.speckle import Beam, Scatterers, joined
from corelab.imaging.phantom.vessel import Field, Vessel

_CELL = 0.25
"""Step of the echogenicity map in mm: finer than any layer, coarser than speckle."""
_MARGIN = 3.0
"""Tissue beside the picture in mm, which moves in under pressure."""
_NO_ECHO_DB = -80.0


def scatter(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """Every scatterer of the anatomy, in material coordinates at rest."""
    parts = [
        _random_scatterers(anatomy, beam, rng),
        _streaks(anatomy, beam, rng),
        _surface_lines(anatomy, beam, rng),
        _walls(anatomy, beam, rng),
    ]
    if anatomy.stented:
        parts.append(_struts(anatomy.vein, beam, rng))
    if anatomy.scarred:
        parts.append(_webs(anatomy.vein, beam, rng))
    return joined(parts)


# ---------------------------------------------------------------- random tissue


def _random_scatterers(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    deep = anatomy.depth * 1.14
    wide = anatomy.width + 2 * _MARGIN
    count = int(beam.density * beam.scale**2 * deep * wide)
    x = (rng.random(count, dtype=np.float32) * np.float32(wide)) - np.float32(_MARGIN)
    y = rng.random(count, dtype=np.float32) * np.float32(deep)
    echo = echogenicity(anatomy, rng)
    row = np.minimum((y * np.float32(1 / _CELL)).astype(np.int32), echo.shape[0] - 1)
    column = np.minimum(((x + np.float32(_MARGIN)) * np.float32(1 / _CELL)).astype(np.int32), echo.shape[1] - 1)
    level = echo[row, column]
    _lumen_levels(anatomy, x, y, level)
    heard = level > -45
    x, y, level = x[heard], y[heard], level[heard]
    amplitude = np.exp(level * np.float32(np.log(10) / 20))
    sign = rng.integers(0, 2, (2, amplitude.size), dtype=np.int8).astype(np.float32) * np.float32(2) - np.float32(1)
    return Scatterers(x, y, amplitude * sign[0], amplitude * sign[1], np.zeros_like(x))


def _lumen_levels(anatomy: Anatomy, x: Field, y: Field, level: Field) -> None:
    """Blood gives no lasting echo, thrombus its own; the edge is drawn per point so that it is as sharp as the beam."""
    near = np.flatnonzero(anatomy.vein.radius(x, y) < 1.3)
    inside = near[anatomy.vein.relative(x[near], y[near]) < 1]
    level[inside] = _NO_ECHO_DB
    if anatomy.clot is not None:
        held = inside[anatomy.clot.holds(anatomy.vein, x[inside], y[inside])]
        level[held] = anatomy.clot.echo_db
    level[anatomy.artery.radius(x, y) < 1] = _NO_ECHO_DB


def echogenicity(anatomy: Anatomy, rng: np.random.Generator) -> Field:
    """Level in dB against the tissue round the vessels, per cell of 0.25 mm, from the skin down, margins included."""
    deep, wide = anatomy.depth * 1.14, anatomy.width + 2 * _MARGIN
    y, x = np.mgrid[0 : int(np.ceil(deep / _CELL)), 0 : int(np.ceil(wide / _CELL))].astype(np.float32)
    x, y = x * np.float32(_CELL) - np.float32(_MARGIN), y * np.float32(_CELL)
    level = _layers(anatomy, x, y)
    vein, artery = anatomy.vein, anatomy.artery
    bed = np.minimum(vein.radius(x, y), artery.radius(x, y) * np.float32(0.8))
    level += np.float32(5.5) * np.exp(-np.square(np.maximum(bed - 1, 0) * np.float32(1.5)))
    level += _clouds(level.shape, rng)
    level -= _lateral_fade(vein, x, y, rng)
    if anatomy.nerve is not None:
        level += _nerve(anatomy.nerve, x, y, rng)
    if anatomy.scarred:
        level += np.float32(6) * np.exp(-np.square((vein.radius(x, y) - np.float32(1.1)) * np.float32(6)))
    return level


def _layers(anatomy: Anatomy, x: Field, y: Field) -> Field:
    across = x[0]
    skin, fascia, muscle, deep = (surface.at(across)[None, :] for surface in anatomy.surfaces)
    edge = np.float32(1 / 0.25)
    level = np.full_like(y, -3.0)
    for surface, step in ((skin, -9.5), (fascia, 5.5), (muscle, 1.0)):
        level += np.float32(step) * np.clip((y - surface) * edge, 0, 1)
    return level - np.float32(6.0) * np.clip((y - deep) / np.float32(5), 0, 2)


def _clouds(shape: tuple[int, ...], rng: np.random.Generator) -> Field:
    """Smooth noise at three scales, stretched along the layers."""
    rows, columns = shape
    total = np.zeros(shape, dtype=np.float32)
    for grain_y, grain_x, strength in ((30, 60, 3.2), (10, 30, 3.0), (3, 12, 2.8)):
        coarse = rng.standard_normal((rows // grain_y + 3, columns // grain_x + 3), dtype=np.float32)
        total += np.float32(strength) * cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_CUBIC)
    return total


def _lateral_fade(vein: Vessel, x: Field, y: Field, rng: np.random.Generator) -> Field:
    """Lateral walls give little echo; without this the vein looks pasted in."""
    across, down = vein.offsets(x, y)
    fades = np.where(across < 0, np.float32(rng.uniform(2, 11)), np.float32(rng.uniform(2, 11)))
    near = np.exp(-np.square((np.abs(across) - np.float32(1.12)) * np.float32(2.6)) - np.square(down * np.float32(0.9)))
    return np.asarray(fades * near, dtype=np.float32)


def _nerve(centre: tuple[float, float], x: Field, y: Field, rng: np.random.Generator) -> Field:
    """A bright oval with dark fascicles."""
    radius = np.hypot((x - np.float32(centre[0])) / np.float32(3.4), (y - np.float32(centre[1])) / np.float32(1.6))
    comb = cv2.resize(
        rng.standard_normal((y.shape[0] // 3, y.shape[1] // 4), dtype=np.float32), (y.shape[1], y.shape[0]), interpolation=cv2.INTER_CUBIC
    )
    inside = np.clip((1 - radius) * np.float32(4), 0, 1)
    return np.asarray(inside * (np.float32(3.0) + np.float32(5.0) * comb), dtype=np.float32)


# ---------------------------------------------------------------- coherent lines


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
    x = _along(beam, -_MARGIN, anatomy.width + _MARGIN)
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
    groups = (
        (26, skin.depth + 0.5, fascia.depth, (4.0, 14.0), (4.0, 20.0)),
        (95, fascia.depth + 0.8, muscle.depth, (1.5, 8.0), (3.0, 19.0)),
        (130, muscle.depth - 0.5, deep.depth, (0.8, 5.0), (2.0, 20.0)),
        (60, deep.depth, floor, (2.0, 8.0), (-6.0, 15.0)),
    )
    rows = np.concatenate([_dashes(rng, anatomy.width, *group) for group in groups])
    steps = np.maximum((rows[:, 2] / beam.line_step).astype(np.int64), 2)
    of = np.repeat(np.arange(rows.shape[0]), steps)
    along = (np.arange(of.size) - np.repeat(np.cumsum(steps) - steps, steps)).astype(np.float32) * np.float32(beam.line_step)
    x0, y0, length, strength, slope, bow = (rows[of, column] for column in range(6))
    middle = along / length - np.float32(0.5)
    x, y = x0 + along, y0 + slope * (along - length / 2) + bow * middle * middle * 4
    strength = strength - np.square(middle * 2) * np.float32(10)
    outside = (anatomy.vein.radius(x, y) > 1.16) & (anatomy.artery.radius(x, y) > 1.2)
    return _line(beam, np.stack([x, y], 1)[outside].astype(np.float32), strength[outside].astype(np.float32), rng)


def _dashes(
    rng: np.random.Generator,
    width: float,
    count: int,
    top: float,
    bottom: float,
    lengths: tuple[float, float],
    strengths: tuple[float, float],
) -> Field:
    """(count, 6): x, y, length, strength in dB, slope, bow; a layer leans one way."""
    lean = rng.uniform(-0.10, 0.10)
    low, high = lengths
    return np.stack(
        [
            rng.uniform(-_MARGIN, width, count),
            rng.uniform(top, bottom, count),
            low + (high - low) * rng.random(count) ** 2,
            rng.uniform(*strengths, count),
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
    if anatomy.bone is not None:
        parts.append(_bone(anatomy, anatomy.bone, beam, rng))
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


def _bone(anatomy: Anatomy, bone: tuple[float, float], beam: Beam, rng: np.random.Generator) -> Scatterers:
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
