"""Fully developed speckle: scatterers summed with their phases, blurred by the beam, seen from three looks, compressed to grey."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import pairwise

import cv2
import numpy as np

from corelab.imaging.phantom.vessel import Field

LOOKS = (-0.16, 0.0, 0.17)
"""Angles in rad from which the picture is taken; their mean after the logarithm is smoother, as spatial compounding is."""
_BANDS = 10
Cells = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
_SILENT = np.float32(1e-9)


@dataclass(frozen=True, slots=True)
class Scatterers:
    """Points in mm; two sets of amplitudes (in the plane, beside it) and a phase offset in rad. All of one length."""

    x: Field
    y: Field
    amplitude: Field
    beside: Field
    offset: Field


def joined(parts: Sequence[Scatterers]) -> Scatterers:
    return Scatterers(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Scatterers)))


@dataclass(frozen=True, slots=True)
class Beam:
    """``scale`` in px per mm, the picture's ``rows`` and ``columns``, blur (sigma, px) along the beam and across it, least at the focus."""

    scale: float
    rows: int
    columns: int
    axial: float = 1.15
    narrow: float = 2.2
    broad: float = 5.0
    focus: float = 0.45
    density: float = 0.36

    @property
    def wavenumber(self) -> float:
        """2k in rad per mm: one turn of phase per 2.4 px of depth."""
        return 2 * np.pi * self.scale / 2.4

    @property
    def line_step(self) -> float:
        """Distance in mm of the points of a coherent line."""
        return 0.75 / self.scale

    @property
    def line_amplitude(self) -> float:
        """What each point of a line must have for the line to be as bright as random scatterers of amplitude 1."""
        across = float(np.sqrt(2 * self.narrow * 1.5 * np.sqrt(np.pi)))
        along = 1 / float(np.sqrt(self.axial * np.sqrt(np.pi)))
        return float(np.sqrt(self.density)) * self.line_step * self.scale / (across * along)

    def across(self, row: int) -> float:
        """Lateral sigma in px at a row."""
        away = abs((row + 0.5) / self.rows - self.focus) / max(self.focus, 1 - self.focus)
        return float(self.narrow + (self.broad - self.narrow) * away**1.3)


def draw_beam(scale: float, rows: int, columns: int, rng: np.random.Generator) -> Beam:
    """Another machine, another probe: another point spread. Sharper along the beam than across it, least of all away from the focus."""
    narrow = float(rng.uniform(2.0, 3.3))
    return Beam(
        scale,
        rows,
        columns,
        axial=float(rng.uniform(1.0, 1.5)),
        narrow=narrow,
        broad=narrow * float(rng.uniform(1.7, 2.4)),
        focus=float(rng.uniform(0.32, 0.55)),
    )


def field_of_look(beam: Beam, at: tuple[Field, Field], amplitude: Field, offset: Field, angle: float, cells: Cells | None = None) -> Field:
    """The complex echo (rows, columns, 2) of scatterers at (x, y) in mm, from one look; ``cells`` where they are known already."""
    phase = np.float32(beam.wavenumber * np.cos(angle)) * at[1] + np.float32(beam.wavenumber * np.sin(angle)) * at[0] + offset
    cell = cells_of(beam, at) if cells is None else cells
    size = beam.rows * beam.columns
    real = np.bincount(cell, amplitude * np.cos(phase), size + 1)[:size]
    imaginary = np.bincount(cell, amplitude * np.sin(phase), size + 1)[:size]
    echo = np.empty((beam.rows, beam.columns, 2), dtype=np.float32)
    echo[..., 0] = real.reshape(beam.rows, beam.columns)
    echo[..., 1] = imaginary.reshape(beam.rows, beam.columns)
    return blurred(beam, echo)


def cells_of(beam: Beam, at: tuple[Field, Field]) -> Cells:
    """The pixel of each scatterer; those outside go to one cell past the end."""
    scale = np.float32(beam.scale)
    column = np.floor(at[0] * scale).astype(np.int64)
    row = np.floor(at[1] * scale).astype(np.int64)
    seen = (column >= 0) & (column < beam.columns) & (row >= 0) & (row < beam.rows)
    return np.where(seen, row * beam.columns + column, beam.rows * beam.columns)


def blurred(beam: Beam, echo: Field) -> Field:
    """The beam's blur: along depth everywhere the same, across in bands that widen away from the focus. Random echoes keep their power."""
    smooth = cv2.sepFilter2D(echo, cv2.CV_32F, np.ones(1, dtype=np.float32), _kernel(beam.axial), borderType=cv2.BORDER_REFLECT)
    out = np.empty_like(smooth)
    edges = np.linspace(0, beam.rows, _BANDS + 1).astype(int)
    for top, bottom in pairwise(edges):
        sigma = beam.across((int(top) + int(bottom)) // 2)
        band, along = smooth[top:bottom], np.ones(1, dtype=np.float32)
        cv2.sepFilter2D(band, cv2.CV_32F, _kernel(sigma), along, dst=out[top:bottom], borderType=cv2.BORDER_REFLECT)
    return np.asarray(out, dtype=np.float32)


@cache
def _kernel(sigma: float) -> Field:
    """A Gaussian whose squares sum to one, so that random echoes keep their mean power."""
    reach = int(np.ceil(3 * sigma))
    bell = np.exp(-np.square(np.arange(-reach, reach + 1) / sigma) / 2)
    return np.asarray(bell / np.sqrt(np.sum(bell * bell)), dtype=np.float32)


def power(echo: Field) -> Field:
    return np.asarray(echo[..., 0] * echo[..., 0] + echo[..., 1] * echo[..., 1], dtype=np.float32)


def noise_pool(beam: Beam, rng: np.random.Generator, extra: int = 96) -> Field:
    """Power of pure speckle of mean 1, larger than the picture, to cut other pieces from for every frame."""
    wide = Beam(beam.scale, beam.rows + extra, beam.columns + extra, beam.axial, beam.narrow, beam.broad, beam.focus)
    echo = rng.standard_normal((wide.rows, wide.columns, 2), dtype=np.float32) * np.float32(np.sqrt(0.5))
    return power(blurred(wide, echo))


def cut(pool: Field, beam: Beam, rng: np.random.Generator) -> Field:
    row = int(rng.integers(0, pool.shape[0] - beam.rows))
    column = int(rng.integers(0, pool.shape[1] - beam.columns))
    return pool[row : row + beam.rows, column : column + beam.columns]


def decibels(powers: Sequence[Field]) -> Field:
    """Mean of the looks after the logarithm, in dB."""
    product = powers[0] + _SILENT
    for other in powers[1:]:
        product = product * (other + _SILENT)
    return np.asarray(cv2.log(product) * np.float32(10 / np.log(10) / len(powers)), dtype=np.float32)
