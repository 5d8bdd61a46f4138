"""Turns an anatomy into point scatterers: random ones here, for tissue and thrombus; coherent ones from reflectors."""

from itertools import pairwise

import cv2
import numpy as np

from corelab.imaging.phantom.anatomy import Anatomy
from corelab.imaging.phantom.reflectors import reflectors
from corelab.imaging.phantom.speckle import Beam, Scatterers, joined
from corelab.imaging.phantom.vessel import MARGIN, Field, Vessel

_CELL = 0.25
"""Step of the echogenicity map in mm: finer than any layer, coarser than speckle."""
_NO_ECHO_DB = -80.0


def scatter(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    """Every scatterer of the anatomy, in material coordinates at rest."""
    return joined([_random_scatterers(anatomy, beam, rng), reflectors(anatomy, beam, rng)])


def _random_scatterers(anatomy: Anatomy, beam: Beam, rng: np.random.Generator) -> Scatterers:
    deep = anatomy.depth * 1.14
    wide = anatomy.width + 2 * MARGIN
    count = int(beam.density * beam.scale**2 * deep * wide)
    x = (rng.random(count, dtype=np.float32) * np.float32(wide)) - np.float32(MARGIN)
    y = rng.random(count, dtype=np.float32) * np.float32(deep)
    echo = echogenicity(anatomy, rng)
    row = np.minimum((y * np.float32(1 / _CELL)).astype(np.int32), echo.shape[0] - 1)
    column = np.minimum(((x + np.float32(MARGIN)) * np.float32(1 / _CELL)).astype(np.int32), echo.shape[1] - 1)
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
    for vessel in (*anatomy.arteries, *anatomy.companions):
        level[vessel.radius(x, y) < 1] = _NO_ECHO_DB


def echogenicity(anatomy: Anatomy, rng: np.random.Generator) -> Field:
    """Level in dB against the tissue round the vessels, per cell of 0.25 mm, from the skin down, margins included."""
    deep, wide = anatomy.depth * 1.14, anatomy.width + 2 * MARGIN
    y, x = np.mgrid[0 : int(np.ceil(deep / _CELL)), 0 : int(np.ceil(wide / _CELL))].astype(np.float32)
    x, y = x * np.float32(_CELL) - np.float32(MARGIN), y * np.float32(_CELL)
    level = _layers(anatomy, x, y)
    vein = anatomy.vein
    nearest = vein.radius(x, y)
    for other in (*anatomy.arteries, *anatomy.companions):
        nearest = np.minimum(nearest, other.radius(x, y) * np.float32(0.8))
    for belly in anatomy.bellies:
        level -= np.float32(7.5) * np.clip((1 - belly.relative(x, y)) * np.float32(8), 0, 1) * np.clip(nearest - np.float32(1.1), 0, 1)
    level += np.float32(anatomy.bed_db) * np.exp(-np.square(np.maximum(nearest - 1, 0) * np.float32(1.5)))
    level += np.float32(anatomy.patches) * _clouds(level.shape, rng)
    level -= _lateral_fade(vein, x, y, rng)
    if anatomy.nerve is not None:
        level += _nerve(anatomy.nerve, x, y, rng)
    if anatomy.scarred:
        level += np.float32(6) * np.exp(-np.square((vein.radius(x, y) - np.float32(1.1)) * np.float32(6)))
    return level


def _layers(anatomy: Anatomy, x: Field, y: Field) -> Field:
    """Sharp upper boundaries; what lies lowest begins gradually."""
    across = x[0]
    level = np.full_like(y, anatomy.tones[0])
    steps = [after - before for before, after in pairwise(anatomy.tones)]
    soft = [0.25] * (len(steps) - 1) + [5.0]
    for surface, step, edge in zip(anatomy.surfaces, steps, soft, strict=True):
        level += np.float32(step) * np.clip((y - surface.at(across)[None, :]) * np.float32(1 / edge), 0, 1)
    return np.asarray(level, dtype=np.float32)


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
    fades = np.where(across < 0, np.float32(rng.uniform(4, 14)), np.float32(rng.uniform(4, 14)))
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
