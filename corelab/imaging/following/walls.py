"""The anterior and posterior wall of a lumen over its middle columns, and what they say of its size."""

from dataclasses import dataclass, replace

import numpy as np

from corelab.imaging.following.outline import Outline
from corelab.imaging.following.window import Field

COLUMNS = 31
CENTRAL = 0.72
"""Share of the width that is followed; the side walls give too little echo."""
_MIDDLE = slice(COLUMNS // 4, COLUMNS - COLUMNS // 4)


@dataclass(frozen=True, slots=True)
class Walls:
    """Two lines over the same columns, in working pixels: ``x``, and the depth of the ``top`` and the ``bottom`` wall."""

    x: Field
    top: Field
    bottom: Field

    @property
    def gap(self) -> Field:
        return self.bottom - self.top

    @property
    def middle_gap(self) -> float:
        """The median gap of the central half: a single wrong column does not move it."""
        return float(np.median(self.gap[_MIDDLE]))

    @property
    def longest(self) -> float:
        return float(self.gap.max())

    @property
    def width(self) -> float:
        return float(self.x[-1] - self.x[0]) / CENTRAL

    @property
    def centre(self) -> tuple[float, float]:
        middle = COLUMNS // 2
        return float(self.x[middle]), float(self.top[middle] + self.bottom[middle]) / 2

    def shifted(self, dx: float, dy: float) -> "Walls":
        return Walls(self.x + dx, self.top + dy, self.bottom + dy)

    def uncrossed(self) -> "Walls":
        """Walls that passed each other are put on their mean."""
        crossed = self.top > self.bottom
        mean = (self.top + self.bottom) / 2
        return replace(self, top=np.where(crossed, mean, self.top), bottom=np.where(crossed, mean, self.bottom))


def walls_of(outline: Outline) -> Walls:
    left, right = float(outline.x.min()), float(outline.x.max())
    aside = (1 - CENTRAL) / 2 * (right - left)
    x = np.linspace(left + aside, right - aside, COLUMNS)
    top, bottom = _crossings(outline, x)
    return Walls(x, top, bottom)


def _crossings(outline: Outline, x: Field) -> tuple[Field, Field]:
    """The highest and lowest point of the closed contour over each column."""
    x0, y0 = outline.x, outline.y
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    column = x[:, None]
    crosses = (x0 <= column) != (x1 <= column)
    run = np.where(crosses, x1 - x0, 1.0)
    y = y0 + (column - x0) / run * (y1 - y0)
    return np.where(crosses, y, np.inf).min(axis=1), np.where(crosses, y, -np.inf).max(axis=1)


def mixed(one: Walls, other: Walls, share: float) -> Walls:
    """``share`` of ``other``, the rest of ``one``."""
    keep = 1 - share
    return Walls(keep * one.x + share * other.x, keep * one.top + share * other.top, keep * one.bottom + share * other.bottom)


def blurred(values: Field, sigma: float) -> Field:
    """Along the wall, the ends continued."""
    reach = int(np.ceil(3 * sigma))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(_continued(values, reach), bell / bell.sum(), mode="valid")


def median_of(values: Field, size: int) -> Field:
    """Running median over an odd ``size``, the ends continued."""
    reach = size // 2
    windows = np.lib.stride_tricks.sliding_window_view(_continued(values, reach), size)
    return np.asarray(np.sort(windows, axis=-1)[:, reach])


def _continued(values: Field, reach: int) -> Field:
    """What ``np.pad`` does in its mode "edge", at a fifth of its cost."""
    return np.concatenate([np.full(reach, values[0]), values, np.full(reach, values[-1])])
