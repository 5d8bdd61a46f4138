"""Phantom speckle is speckle: fully developed, as grainy as the beam is wide, bound to its tissue; pictures are as dark as real ones."""

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from pydicom.uid import ExplicitVRLittleEndian

from corelab.imaging.phantom import make_phantom
from corelab.imaging.phantom.speckle import Beam, draw_beam, field_of_look, power
from corelab.imaging.phantom.vessel import Field

Values = npt.NDArray[np.float64]


def tissue(beam: Beam, seed: int) -> tuple[Field, Field, Field]:
    """x, y and amplitude of even tissue over the whole picture."""
    rng = np.random.default_rng(seed)
    count = int(beam.density * beam.rows * beam.columns)
    x = rng.random(count, dtype=np.float32) * np.float32(beam.columns / beam.scale)
    y = rng.random(count, dtype=np.float32) * np.float32(beam.rows / beam.scale)
    return x, y, np.ones(count, dtype=np.float32)


def seen(beam: Beam, points: tuple[Field, Field, Field], aside: float = 0.0) -> Field:
    """Power of the echo of one look."""
    x, y, amplitude = points
    return power(field_of_look(beam, (x + np.float32(aside), y), amplitude, np.zeros_like(x), 0.0))


def grain(picture: Values, axis: int) -> float:
    """Pixels after which the correlation of the picture with itself has fallen to a half."""
    centred = picture - picture.mean()
    spectrum = np.abs(np.fft.fft(centred, axis=axis, n=2 * centred.shape[axis])) ** 2
    likeness = np.fft.ifft(spectrum.mean(axis=1 - axis)).real[: centred.shape[axis] // 2]
    likeness /= likeness[0]
    after = int(np.argmax(likeness < 0.5))
    return float(after - 1 + (likeness[after - 1] - 0.5) / (likeness[after - 1] - likeness[after]))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_even_tissue_gives_fully_developed_speckle(seed: int) -> None:
    """Goodman: the envelope is Rayleigh distributed, its mean 1.91 times its spread; the power falls off exponentially."""
    beam = draw_beam(10.0, 300, 400, np.random.default_rng(seed))
    intensity = seen(beam, tissue(beam, seed))[20:-20, 20:-20]
    envelope = np.sqrt(intensity)
    assert envelope.mean() / envelope.std() == pytest.approx(1.91, abs=0.12)
    assert intensity.mean() == pytest.approx(beam.density, rel=0.1)
    assert float((intensity < intensity.mean() * np.log(2)).mean()) == pytest.approx(0.5, abs=0.03)
    assert float((intensity > 3 * intensity.mean()).mean()) == pytest.approx(np.exp(-3), abs=0.015)


def test_the_grain_is_as_wide_as_the_beam_and_grows_away_from_the_focus() -> None:
    beam = Beam(10.0, 400, 500, axial=1.3, narrow=2.4, broad=5.5, focus=0.3)
    picture = np.sqrt(seen(beam, tissue(beam, 4))).astype(np.float64)
    widths = [grain(picture[top : top + 40], 1) for top in (100, 200, 280, 355)]
    assert widths == sorted(widths)
    assert widths[-1] > 1.6 * widths[0]
    for top, width in zip((100, 200, 280, 355), widths, strict=True):
        # the autocorrelation of a Gaussian of sigma s in power has fallen to a half at 1.18 s; in amplitude a little later
        assert width == pytest.approx(1.2 * beam.across(top + 20), rel=0.2)
    heights = [grain(picture[:, left : left + 120], 0) for left in (60, 300)]
    assert heights == pytest.approx([1.2 * beam.axial] * 2, rel=0.2)


def test_speckle_goes_with_the_tissue() -> None:
    beam = Beam(10.0, 120, 160)
    points = tissue(beam, 2)
    still, slipped = seen(beam, points), seen(beam, points, 0.6)
    inner = np.s_[10:-10, 30:-30]
    same_place = np.corrcoef(still[inner].ravel(), slipped[inner].ravel())[0, 1]
    along = np.corrcoef(still[inner].ravel(), np.roll(slipped, -6, axis=1)[inner].ravel())[0, 1]
    assert along > 0.95
    assert same_place < 0.6


def picture_of(seed: int, level: str | None = None) -> Values:
    phantom = make_phantom("compressible", seed, frames=1, level=level, syntax=str(ExplicitVRLittleEndian))
    x0, y0, x1, y1 = phantom.footage.regions[0].box
    frame = pydicom.dcmread(io.BytesIO(phantom.dicom)).pixel_array
    frame = frame[0] if frame.ndim == 4 else frame
    return np.asarray(frame[y0 : y1 + 1, x0 : x1 + 1].mean(axis=2), dtype=np.float64)


_REAL: tuple[tuple[str, Callable[[Values], float], float, float], ...] = (
    ("median grey", lambda grey: float(np.median(grey)), 22, 70),
    ("brightest percent", lambda grey: float(np.percentile(grey, 99)), 140, 255),
    ("upper third", lambda grey: float(grey[: len(grey) // 3].mean()), 60, 140),
    ("lowest tenth", lambda grey: float(grey[-len(grey) // 10 :].mean()), 8, 48),
)
"""What nine stills of real leg veins lie between, with a margin: real tissue is dark, fades with depth, and has few very bright lines."""


@pytest.mark.parametrize(("what", "measure", "low", "high"), _REAL, ids=[each[0] for each in _REAL])
def test_grey_levels_are_those_of_real_stills(what: str, measure: Callable[[Values], float], low: float, high: float) -> None:
    values = [measure(picture_of(seed)) for seed in range(1, 9)]
    assert low <= float(np.median(values)) <= high, what
    assert sum(low <= value <= high for value in values) >= 7
