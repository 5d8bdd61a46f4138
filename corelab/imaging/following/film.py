"""What is followed: a clip's frames as grey, the one tissue region under the point, and its pixel size."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from corelab.domain.clip import Region, RegionKind
from corelab.domain.compression import FollowRefusedError, Point, RefusalReason
from corelab.imaging.calibration import region_under
from corelab.imaging.following.window import Box, FrameColouredError, Grey

_COLOURED = 40
"""Grey levels by which a pixel leaves the tint of the picture before it is called coloured."""
_COLOURED_SHARE = 0.01
_EVERY = 4
"""Of rows and columns: painted flow covers many pixels."""


@dataclass(frozen=True, slots=True)
class Film:
    """``pixels`` gives a frame as BGRA (rows x columns x 4) or raises FrameUnreadableError; ``frame_s``: seconds per frame."""

    pixels: Callable[[int], npt.NDArray[np.uint8]]
    frames: int
    size: tuple[int, int]
    regions: tuple[Region, ...]
    frame_s: float

    def grey(self, index: int, box: Box) -> Grey:
        """A whole frame as grey. Raises FrameColouredError where flow is painted in the ``box``, FrameUnreadableError."""
        pixels = self.pixels(index)
        if coloured(pixels, box):
            raise FrameColouredError(index)
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGRA2GRAY), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class Tissue:
    """The region that is followed in: its box in pixels (ends excluded) and the pixel size in mm, None where there is no scale."""

    box: Box
    spacing: tuple[float, float] | None


def tissue_under(film: Film, point: Point) -> Tissue:
    """Raises FollowRefusedError where the point lies outside the picture or on something else than tissue."""
    columns, rows = film.size
    if not (0 <= point[0] < columns and 0 <= point[1] < rows):
        raise FollowRefusedError(RefusalReason.OUTSIDE_IMAGE)
    if not film.regions:
        return Tissue((0, 0, columns, rows), None)
    number = region_under(film.regions, point)
    if number is None or film.regions[number].kind not in {RegionKind.TISSUE, RegionKind.COLOUR}:
        raise FollowRefusedError(RefusalReason.OUTSIDE_TISSUE)
    region = film.regions[number]
    if region.kind is RegionKind.COLOUR:
        raise FollowRefusedError(RefusalReason.COLOUR)
    x0, y0, x1, y1 = region.box
    box = (max(x0, 0), max(y0, 0), min(x1 + 1, columns), min(y1 + 1, rows))
    return Tissue(box, (10 * abs(region.dx), 10 * abs(region.dy)) if region.usable else None)


def coloured(pixels: npt.NDArray[np.uint8], box: Box) -> bool:
    """Whether flow is painted in the box. A tinted grey map is no colour: all its pixels have the same tint."""
    x0, y0, x1, y1 = box
    b, g, r = (pixels[y0:y1:_EVERY, x0:x1:_EVERY, n].astype(np.float32) for n in range(3))
    if np.array_equal(b, g) and np.array_equal(r, g):
        return False
    bright = g > 50
    if not bright.any():
        return False
    away = np.zeros(g.shape, dtype=bool)
    for channel in (b, r):
        away |= np.abs(channel - np.median(channel[bright] / g[bright]) * g) > _COLOURED
    return bool(away.mean() > _COLOURED_SHARE)
