"""How a machine says when the frames of a clip were taken, and when they were."""

from enum import Enum

import numpy as np


class Clocking(Enum):
    FRAME_TIME = "frame_time"
    """One time between all frames."""
    VECTOR = "vector"
    """Every time between two frames by itself, and they differ."""
    CINE_RATE = "cine_rate"
    """Whole frames per second, and nothing else."""


def durations(clocking: Clocking, frames: int, seconds: float, rng: np.random.Generator) -> tuple[float, ...]:
    """How long each frame lasts in ms; a clip lasts about ``seconds`` however many frames it has, a very short one less."""
    mean = 1000 * seconds / max(frames, 4)
    if clocking is Clocking.CINE_RATE:
        return (1000 / max(1, round(1000 / mean)),) * frames
    if clocking is Clocking.FRAME_TIME:
        return (round(mean, 3),) * frames
    # a machine that is busy now and then drops a picture
    uneven = mean * rng.uniform(0.8, 1.1, frames) * np.where(rng.random(frames) < 0.08, 2.0, 1.0)
    return tuple(round(float(each), 3) for each in uneven)
