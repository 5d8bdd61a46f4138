"""How bright lumen and tissue are along the walls, followed slowly through the clip: this carries changes of gain."""

from dataclasses import dataclass

import numpy as np

from corelab.imaging.following.walls import Walls, blurred
from corelab.imaging.following.window import Field, Image, sample

LEAST = 8.0
"""No contrast is taken to be less, in grey levels."""
_OPEN = 10.0
"""The lumen's own level is learned only while the gap exceeds so many working pixels."""
_LUMEN_RATE, _TISSUE_RATE = 0.2, 0.15


@dataclass(frozen=True, slots=True)
class Levels:
    """Lumen under the top wall and over the bottom wall (haze makes them differ); tissue outside each wall, per column."""

    lumen_top: float
    lumen_bottom: float
    tissue_top: Field
    tissue_bottom: Field

    @property
    def contrast_top(self) -> Field:
        return np.maximum(self.tissue_top - self.lumen_top, LEAST)

    @property
    def contrast_bottom(self) -> Field:
        return np.maximum(self.tissue_bottom - self.lumen_bottom, LEAST)

    @property
    def contrast(self) -> float:
        return float(np.median(np.concatenate([self.contrast_top, self.contrast_bottom])))

    def followed(self, seen: "Levels", gap: float) -> "Levels":
        """A step towards what is seen now."""
        lumen = _LUMEN_RATE if gap > _OPEN else 0.0
        return Levels(
            self.lumen_top + lumen * (seen.lumen_top - self.lumen_top),
            self.lumen_bottom + lumen * (seen.lumen_bottom - self.lumen_bottom),
            self.tissue_top + _TISSUE_RATE * (seen.tissue_top - self.tissue_top),
            self.tissue_bottom + _TISSUE_RATE * (seen.tissue_bottom - self.tissue_bottom),
        )


def levels_at(picture: Image, walls: Walls) -> Levels:
    share = np.linspace(0.15, 0.85, 9)[None, :]
    inside = sample(picture, np.repeat(walls.x[:, None], 9, axis=1), walls.top[:, None] + share * walls.gap[:, None])
    return Levels(
        float(np.median(inside[:, :4])),
        float(np.median(inside[:, 5:])),
        _outside(picture, walls.x, walls.top, -1.0),
        _outside(picture, walls.x, walls.bottom, 1.0),
    )


def _outside(picture: Image, x: Field, y: Field, sign: float) -> Field:
    away = sign * np.arange(2.0, 10.0)[None, :]
    grey = sample(picture, np.repeat(x[:, None], 8, axis=1), y[:, None] + away)
    return blurred(np.asarray(grey.mean(axis=1)), 2.0)
