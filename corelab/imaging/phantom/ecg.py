"""The trace of the heart below the picture, in step with the pulse of the arteries."""

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.phantom.manoeuvre import Manoeuvre

SECONDS = 3.0
"""How much of the past the trace shows."""
_WAVES = ((-0.17, 0.028, 0.13), (-0.022, 0.009, -0.12), (0.0, 0.011, 1.0), (0.026, 0.010, -0.22), (0.30, 0.055, 0.26))
"""P, Q, R, S, T: when (turns from R), how wide, how high."""
_PULSE_AFTER = 0.10
"""The pulse comes to the leg this share of a turn after the R wave."""


def trace(phase: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Height of the trace, R wave 1, at phases in turns from the R wave."""
    turn = np.mod(phase + 0.5, 1.0) - 0.5
    return np.asarray(sum(height * np.exp(-(((turn - at) / wide) ** 2)) for at, wide, height in _WAVES))


def draw(frame: npt.NDArray[np.uint8], box: tuple[int, int, int, int], manoeuvre: Manoeuvre, time: float) -> None:
    """The last seconds before ``time``, the newest at the right end, in place."""
    x0, y0, x1, y1 = box
    columns = np.arange(x1 - x0)
    times = time - columns[::-1] * (SECONDS / (x1 - x0))
    height = trace(np.asarray(manoeuvre.heart_phase + times / manoeuvre.heart_period + _PULSE_AFTER, dtype=np.float64))
    y = y1 - 1 - (height + 0.3) / 1.4 * (y1 - y0 - 2)
    points = np.stack([x0 + columns, y], axis=1)
    cv2.polylines(frame, [np.round(points * 8).astype(np.int32)], False, (60, 220, 90), 1, cv2.LINE_AA, 3)  # noqa: FBT003 - not closed
