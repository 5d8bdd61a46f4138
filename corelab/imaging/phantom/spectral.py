"""The spectral strip: velocities in the sample volume over time, swept across the strip as the clip goes on."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.kinds import Kind
from corelab.imaging.phantom.vessel import Field

Colour = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Strip:
    """``grey`` (rows, columns) of the whole sweep; s per column; cm/s per row; ``baseline`` row, above it flow away from the heart."""

    grey: npt.NDArray[np.uint8]
    seconds_per_pixel: float
    speed_per_pixel: float
    baseline: int
    reflux_seconds: float


def draw_strip(kind: Kind, rows: int, columns: int, seconds: float, rng: np.random.Generator) -> Strip:
    """One sweep of ``seconds``; venous flow towards the heart is drawn below the baseline."""
    baseline = int(rows * (0.45 if kind is Kind.SPECTRAL_REFLUX else 0.30))
    top_speed = 60.0 if kind is Kind.SPECTRAL_REFLUX else 45.0
    per_pixel = top_speed / rows
    time = np.arange(columns, dtype=np.float64) * (seconds / columns)
    centre, reflux = _course(kind, time, seconds, rng)
    return Strip(_spectrum(centre, rows, baseline, per_pixel, rng), seconds / columns, per_pixel, baseline, reflux)


def _course(kind: Kind, time: npt.NDArray[np.float64], seconds: float, rng: np.random.Generator) -> tuple[Field, float]:
    """Mean velocity in cm/s over time, negative towards the heart, and the length of the reflux in s."""
    wobble = _smooth_noise(time.size, 26, rng)
    if kind is Kind.SPECTRAL_CONTINUOUS:
        return (-9.5 - 0.7 * wobble).astype(np.float32), 0.0
    phase = 2 * np.pi * (time / rng.uniform(2.6, 3.2) + rng.uniform())
    if kind is Kind.SPECTRAL_PHASIC:
        breath = 0.5 + 0.5 * np.sin(phase)
        augmented = 13 * np.exp(-(((time - 0.72 * seconds) / 0.22) ** 2))
        return (-(1.5 + 12.0 * breath**1.3 + augmented) - 0.8 * wobble).astype(np.float32), 0.0
    length = float(rng.uniform(1.2, 2.0))
    start = 0.34 * seconds
    rise = 1 / (1 + np.exp(-(time - start - 0.30) / 0.035))
    fall = 1 / (1 + np.exp(-(time - start - 0.30 - length) / 0.06))
    squeezed = 24 * np.exp(-(((time - start - 0.08) / 0.10) ** 2))
    back = (rise - fall) * 17 * np.exp(-np.maximum(time - start - 0.3, 0) / 1.6)
    rest = 3.0 + 1.5 * np.sin(phase)
    quiet = 1 - np.clip(rise - fall, 0, 1)
    return (-(rest * quiet) - squeezed + back + 0.6 * wobble).astype(np.float32), length


def _smooth_noise(count: int, grain: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    knots = rng.standard_normal(count // grain + 3)
    return np.asarray(np.interp(np.arange(count) / grain, np.arange(knots.size), knots))


def _spectrum(centre: Field, rows: int, baseline: int, per_pixel: float, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Power per velocity: everything between the wall and the fastest blood, speckled, with the wall filter's gap at the baseline."""
    speed = (baseline - np.arange(rows, dtype=np.float32) - 0.5)[:, None] * np.float32(per_pixel)
    fast = centre[None, :] * np.float32(1.18)
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
    picture[strip.baseline - 1 : strip.baseline + 1] = np.maximum(
        picture[strip.baseline - 1 : strip.baseline + 1], np.array([110, 110, 80], dtype=np.uint8)
    )
    if at < columns:
        picture[:, at : at + 1] = (120, 200, 120)
    return picture
