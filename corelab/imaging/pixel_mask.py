"""What of the picture may stay: the union of its ultrasound regions without the boxes that a person drew. All else becomes black."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from corelab.domain.intake import Box

Pixels = NDArray[np.uint8]

_SLACK = 1
"""Some machines give the first column after a region as its last one."""
_KNOWN_TYPES = range(1, 0x13)


@dataclass(frozen=True, slots=True)
class RegionBox:
    """Place and data type (0018,6014) of one ultrasound region, as the file says them."""

    box: Box
    data_type: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The area that stays: ``rectangles`` minus ``drawn``, in a frame of ``rows`` x ``columns``."""

    rows: int
    columns: int
    rectangles: tuple[Box, ...]
    drawn: tuple[Box, ...] = ()

    @property
    def whole(self) -> bool:
        return bool(self.area().all())

    def area(self) -> NDArray[np.bool_]:
        """True where pixels stay; shape (rows, columns)."""
        area = np.zeros((self.rows, self.columns), np.bool_)
        for rectangle in self.rectangles:
            area[_slices(rectangle)] = True
        for box in self.drawn:
            area[_slices(box)] = False
        return area


def whole_frame(rows: int, columns: int, drawn: Sequence[Box] = ()) -> Kept:
    """Everything but the boxes of a person, where the file itself says nothing that can be believed."""
    return Kept(rows, columns, ((0, 0, columns - 1, rows - 1),), tuple(drawn))


def kept_by_regions(regions: Sequence[RegionBox], rows: int, columns: int, drawn: Sequence[Box] = ()) -> Kept | None:
    """The kept area by the file's regions, or None where they cannot be believed: none, outside the image, turned over, the whole frame.

    A region without width or height (an unused strip) keeps nothing and spoils nothing.
    """
    extended = [region for region in regions if region.box[0] != region.box[2] and region.box[1] != region.box[3]]
    if not extended or not all(_believable(region, rows, columns) for region in extended):
        return None
    kept = Kept(rows, columns, tuple(_clipped(region.box, rows, columns) for region in extended))
    return None if kept.whole else Kept(rows, columns, kept.rectangles, tuple(drawn))


def _believable(region: RegionBox, rows: int, columns: int) -> bool:
    x0, y0, x1, y1 = region.box
    inside = 0 <= x0 < x1 <= columns - 1 + _SLACK and 0 <= y0 < y1 <= rows - 1 + _SLACK
    return inside and region.data_type in _KNOWN_TYPES


def _clipped(box: Box, rows: int, columns: int) -> Box:
    return box[0], box[1], min(box[2], columns - 1), min(box[3], rows - 1)


def _slices(box: Box) -> tuple[slice, slice]:
    x0, y0, x1, y1 = box
    return slice(max(y0, 0), max(y1 + 1, 0)), slice(max(x0, 0), max(x1 + 1, 0))


def usable_box(box: Sequence[int], rows: int, columns: int) -> Box | None:
    """A drawn box put in order and clipped to the frame, or None when it covers nothing."""
    x0, x1 = sorted((int(box[0]), int(box[2])))
    y0, y1 = sorted((int(box[1]), int(box[3])))
    clipped = max(x0, 0), max(y0, 0), min(x1, columns - 1), min(y1, rows - 1)
    return clipped if clipped[0] <= clipped[2] and clipped[1] <= clipped[3] else None


@dataclass(frozen=True, slots=True)
class Mask:
    """The kept area, ready to be applied to frames of (rows, columns) or (rows, columns, 3): 255 where pixels stay, 0 elsewhere."""

    keep: Pixels
    drop: Pixels
    black: int

    @classmethod
    def of(cls, kept: Kept, photometric: str) -> "Mask":
        """MONOCHROME1 shows its highest value as black."""
        keep = np.where(kept.area(), np.uint8(255), np.uint8(0))
        if not photometric.startswith("MONOCHROME"):
            keep = np.repeat(keep[..., None], 3, axis=2)
        return cls(keep, 255 - keep, 255 if photometric == "MONOCHROME1" else 0)

    def apply(self, frame: Pixels) -> Pixels:
        """A masked copy; kept pixels are untouched."""
        masked = cv2.bitwise_or(frame, self.drop) if self.black else cv2.bitwise_and(frame, self.keep)
        return np.asarray(masked, np.uint8)

    def changes(self, frame: Pixels) -> bool:
        """True when something outside the kept area is not black already."""
        seen = cv2.bitwise_not(frame) if self.black else frame
        return _any(cv2.bitwise_and(seen, self.drop))

    def proves(self, source: Pixels, masked: Pixels) -> bool:
        """True when the masked area is exactly black and the kept area equals the source bit for bit."""
        return not self.changes(masked) and not _any(cv2.bitwise_and(cv2.bitwise_xor(source, masked), self.keep))


def _any(pixels: "cv2.typing.MatLike") -> bool:
    return cv2.countNonZero(np.asarray(pixels).reshape(pixels.shape[0], -1)) > 0
