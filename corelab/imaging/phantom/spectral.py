"""The spectral strip: velocities in the sample volume over time, swept across the strip as the clip goes on."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.kinds import Kind
from corelab.imaging.phantom.vessel import Field

Colour = npt.NDArray[np.uint8]


_WIDTH = 1.18
"""The fastest blood against the mean."""
_RETROGRADE_SHORTEST, _RETROGRADE_LONGEST = 0.3, 3.5
"""Reflux in s that fits into a sweep after the squeeze."""


class PhantomRefluxError(ValueError):
    """Reflux of this length does not fit into the strip, or the clip shows none."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"reflux of {seconds:g} s; {_RETROGRADE_SHORTEST} to {_RETROGRADE_LONGEST} s in a clip of the kind spectral_reflux"
        )
        self.seconds, self.shortest, self.longest = seconds, _RETROGRADE_SHORTEST, _RETROGRADE_LONGEST


@dataclass(frozen=True, slots=True)
class Strip:
    """``grey`` (rows, columns) of the whole sweep; s per column; cm/s per row; ``baseline`` row, above it flow away from the heart.

    ``fastest``: the envelope's highest speed towards the heart and away from it, cm/s. ``reflux``: first and last column of it, or None.
    """

    grey: npt.NDArray[np.uint8]
    seconds_per_pixel: float
    speed_per_pixel: float
    baseline: int
    fastest: tuple[float, float]
    reflux: tuple[float, float] | None

    @property
    def reflux_seconds(self) -> float:
        return 0.0 if self.reflux is None else (self.reflux[1] - self.reflux[0]) * self.seconds_per_pixel


def check_reflux(kind: Kind, seconds: float | None) -> None:
    """Raises PhantomRefluxError."""
    if seconds is not None and (kind is not Kind.SPECTRAL_REFLUX or not _RETROGRADE_SHORTEST <= seconds <= _RETROGRADE_LONGEST):
        raise PhantomRefluxError(seconds)


def draw_strip(kind: Kind, size: tuple[int, int], seconds: float, rng: np.random.Generator, reflux_s: float | None = None) -> Strip:
    """One sweep of ``seconds`` in ``size`` = (columns, rows); venous flow towards the heart is drawn below the baseline."""
    columns, rows = size
    baseline = int(rows * (0.45 if kind is Kind.SPECTRAL_REFLUX else 0.30))
    top_speed = 60.0 if kind is Kind.SPECTRAL_REFLUX else 45.0
    per_pixel, per_column = top_speed / rows, seconds / columns
    time = np.arange(columns, dtype=np.float64) * per_column
    if kind is Kind.SPECTRAL_REFLUX:
        centre, span = _reflux(time, seconds, rng, reflux_s)
    else:
        centre, span = _forward(kind, time, seconds, rng), None
    fastest = (max(0.0, float(-centre.min()) * _WIDTH), max(0.0, float(centre.max()) * _WIDTH))
    reflux = None if span is None else (span[0] / per_column, span[1] / per_column)
    return Strip(_spectrum(centre, rows, baseline, per_pixel, rng), per_column, per_pixel, baseline, fastest, reflux)


def _forward(kind: Kind, time: npt.NDArray[np.float64], seconds: float, rng: np.random.Generator) -> Field:
    """Mean velocity in cm/s over time, negative towards the heart: steady, or with the breath and one squeeze from below."""
    wobble = _smooth_noise(time.size, 26, rng)
    if kind is Kind.SPECTRAL_CONTINUOUS:
        return np.asarray(-9.5 - 0.7 * wobble, dtype=np.float32)
    breath = 0.5 + 0.5 * np.sin(2 * np.pi * (time / rng.uniform(2.6, 3.2) + rng.uniform()))
    augmented = 13 * np.exp(-(((time - 0.72 * seconds) / 0.22) ** 2))
    return np.asarray(np.minimum(-(1.5 + 12.0 * breath**1.3 + augmented) - 0.8 * wobble, -0.3), dtype=np.float32)


def _reflux(
    time: npt.NDArray[np.float64], seconds: float, rng: np.random.Generator, wanted: float | None
) -> tuple[Field, tuple[float, float]]:
    """A squeeze, then flow the wrong way for ``wanted`` s; where the curve really leaves and meets the baseline again, in s."""
    wobble = 0.6 * _smooth_noise(time.size, 26, rng)
    phase = 2 * np.pi * (time / rng.uniform(2.6, 3.2) + rng.uniform())
    wanted = float(rng.uniform(1.2, 2.0)) if wanted is None else wanted
    start, length = 0.34 * seconds, wanted
    centre, span = wobble, (0.0, 0.0)
    # flanks are not vertical: a few corrections bring the time between the zero crossings to what is wanted
    for _ in range(4):
        centre = _there_and_back(time, phase, start, length) + wobble
        span = _above_zero(time, centre, start + 0.3 + wanted / 2)
        length += wanted - (span[1] - span[0])
    return np.asarray(centre, dtype=np.float32), span


def _there_and_back(time: npt.NDArray[np.float64], phase: npt.NDArray[np.float64], start: float, length: float) -> npt.NDArray[np.float64]:
    since = time - start - 0.30
    rise = 1 / (1 + np.exp(-np.clip(since / 0.035, -60, 60)))
    fall = 1 / (1 + np.exp(-np.clip((since - length) / 0.06, -60, 60)))
    squeezed = 24 * np.exp(-(((time - start - 0.08) / 0.10) ** 2))
    back = (rise - fall) * (4 + 13 * np.exp(-np.maximum(since, 0) / 1.4))
    rest = 3.0 + 1.5 * np.sin(phase)
    return np.asarray(back - rest * (1 - np.clip(rise - fall, 0, 1)) - squeezed)


def _above_zero(time: npt.NDArray[np.float64], centre: npt.NDArray[np.float64], within: float) -> tuple[float, float]:
    """The zero crossings on both sides of a time within the reflux, between columns by a straight line."""
    at = int(np.searchsorted(time, within))
    below = np.flatnonzero(centre <= 0)
    before, after = int(below[below < at][-1]), int(below[below > at][0])
    first = np.interp(0.0, centre[before : before + 2], time[before : before + 2])
    last = np.interp(0.0, centre[[after, after - 1]], time[[after, after - 1]])
    return float(first), float(last)


def _smooth_noise(count: int, grain: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    knots = rng.standard_normal(count // grain + 3)
    return np.asarray(np.interp(np.arange(count) / grain, np.arange(knots.size), knots))


def _spectrum(centre: Field, rows: int, baseline: int, per_pixel: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Power per velocity: everything between the wall and the fastest blood, speckled, with the wall filter's gap at the baseline."""
    speed = (baseline - np.arange(rows, dtype=np.float32))[:, None] * np.float32(per_pixel)
    fast = centre[None, :] * np.float32(_WIDTH)
    towards = speed * np.sign(fast)
    edge = np.clip((np.abs(fast) - towards) / np.float32(1.4), 0, 1)
    rise = np.clip(towards / np.maximum(np.abs(fast), 1e-3), 0, 1)
    # most blood runs near the middle of the vessel: the window fills, but stays darker than the envelope
    body = np.where(towards > 0, edge * (np.float32(0.10) + np.float32(0.90) * rise**2), 0)
    noise = rng.standard_normal((rows, centre.size, 2), dtype=np.float32)
    grain = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigmaX=1.6, sigmaY=0.9), dtype=np.float32)
    speckle = np.sum(grain * grain, axis=2)
    speckle /= speckle.mean()
    # a little of everything is heard on the other side, as real machines hear it
    mirrored = np.where(towards < 0, np.float32(0.006) * np.clip(1 + towards / np.maximum(np.abs(fast), 1e-3), 0, 1), 0)
    level = (body + mirrored + np.float32(0.004)) * speckle
    shown = np.clip((np.float32(10) * np.log10(level + np.float32(1e-5)) + np.float32(22)) / np.float32(29), 0, 1)
    shown[np.abs(speed[:, 0]) < 1.1] *= np.float32(0.12)
    return np.asarray(255 * shown**1.25, dtype=np.uint8)


def swept(strip: Strip, share: float) -> Colour:
    """(rows, columns, 3) RGB when ``share`` of the sweep is drawn; the rest of the strip is still empty."""
    rows, columns = strip.grey.shape
    at = min(columns, max(2, int(columns * share)))
    picture = np.zeros((rows, columns, 3), dtype=np.uint8)
    picture[:, :at] = strip.grey[:, :at, None]
    picture[strip.baseline] = np.maximum(picture[strip.baseline], np.array([130, 130, 95], dtype=np.uint8))
    if at < columns:
        picture[:, at : at + 1] = (120, 200, 120)
    return picture
