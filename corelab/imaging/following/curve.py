"""The curve of AP over the frames: where the vein is at rest, where it is compressed most, what is left."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corelab.imaging.following.walls import median_of
from corelab.imaging.following.window import Field

_PLATEAU = 0.05
_AT_REST = 0.90
"""Veins swing with the breath; a clicked frame that has so much of the plateau is left as the rest frame."""


@dataclass(frozen=True, slots=True)
class Curve:
    """AP in working pixels of consecutive frames, the first of which is ``start``; NaN where it is not known."""

    start: int
    ap: Field

    def at(self, frame: int) -> float:
        return float(self.ap[frame - self.start])

    def around(self, frame: int) -> float:
        """The median of five frames."""
        place = frame - self.start
        return float(np.nanmedian(self.ap[max(0, place - 2) : place + 3]))

    def steady(self) -> Field:
        """Running median of three: a bare minimum is biased low."""
        known = np.where(np.isnan(self.ap), np.inf, self.ap)
        return median_of(known, 3)

    def least(self) -> int:
        return self.start + int(np.argmin(self.steady()))

    def plateau(self) -> tuple[float, npt.NDArray[np.bool_]]:
        """The 95th percentile, and which frames lie within 5 % of it."""
        high = float(np.nanpercentile(self.ap, 95))
        return high, np.abs(self.ap - high) <= _PLATEAU * high

    def rest_near(self, frame: int) -> int:
        """``frame`` if the vein is about at rest there, else the nearest frame of the plateau."""
        high, flat = self.plateau()
        if self.around(frame) >= _AT_REST * high:
            return frame
        frames = self.start + np.flatnonzero(flat)
        if len(frames) == 0:
            return frame
        return int(frames[np.argmin(np.abs(frames - frame))])
