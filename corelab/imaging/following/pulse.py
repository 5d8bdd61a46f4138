"""Whether a vessel that keeps its calibre pulsates as an artery does."""

from typing import Any

import numpy as np
import numpy.typing as npt

from corelab.imaging.following.walls import blurred
from corelab.imaging.following.window import Field

_TREND_S = 0.3
_SOUGHT = np.arange(0.7, 2.5001, 0.02)
_HEART = (0.85, 2.4)
"""Hz. A best frequency at the rim of what is sought is the manoeuvre, not the heart."""
_LEAST_R2, _LEAST_AMPLITUDE = 0.5, 0.012


def pulsates(ap: Field, depth: Field, frame_s: float) -> bool:
    """``ap`` and ``depth`` of the vessel's middle, frame by frame; ``frame_s``: seconds per frame. Needs about two seconds of clip.

    Pressing brings the vessel up and flattens it: what of the calibre goes with the depth is the manoeuvre and no beat.
    """
    if len(ap) * frame_s < 1.6 or frame_s <= 0 or np.any(ap <= 0):
        return False
    wave = _without(_fast(np.log(ap), frame_s), depth - depth.mean(), frame_s)
    time = np.arange(len(ap)) * frame_s
    fits = [_fit(wave, time, frequency) for frequency in _SOUGHT]
    best = int(np.argmax([r2 for r2, _ in fits]))
    r2, amplitude = fits[best]
    return bool(_HEART[0] <= _SOUGHT[best] <= _HEART[1] and r2 >= _LEAST_R2 and amplitude >= _LEAST_AMPLITUDE)


def _fast(values: Field, frame_s: float) -> Field:
    return values - blurred(values, _TREND_S / frame_s)


def _without(wave: Field, depth: Field, frame_s: float) -> Field:
    causes = np.stack([_fast(depth, frame_s), _fast(depth * depth, frame_s), np.ones_like(depth)], axis=1)
    weights, *_ = np.linalg.lstsq(causes, wave, rcond=None)
    return np.asarray(wave - causes @ weights)


def _fit(wave: Field, time: npt.NDArray[np.floating[Any]], frequency: float) -> tuple[float, float]:
    """Share of the wave explained by a frequency and its double, and the amplitude of what is explained."""
    turns = 2 * np.pi * frequency * time
    waves = np.stack([np.cos(turns), np.sin(turns), np.cos(2 * turns), np.sin(2 * turns), np.ones_like(time)], axis=1)
    weights, *_ = np.linalg.lstsq(waves, wave, rcond=None)
    fitted = waves @ weights
    spread = float(np.sum((wave - wave.mean()) ** 2))
    r2 = 1 - float(np.sum((wave - fitted) ** 2)) / spread if spread > 0 else 0.0
    return r2, float(fitted.max() - fitted.min()) / 2
