"""What of the picture may stay: the union of its ultrasound regions without the boxes that a person drew. All else becomes black.

A mask lies on pixels, or on the blocks of a JPEG stream. On blocks the area that stays is larger than the regions by what is left of the
blocks that they reach into, and smaller by what is left of the blocks that a box reaches into: a box is black as a whole. Where a block
that stays meets a black one, decoders mix the colour of the two: that rim of one pixel on either side is promised to be neither.
"""

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
_GROWN = 2
"""By so many pixels a region grows before its blocks are counted, so that no rim reaches into it."""
_BOX_GROWN = 1
"""The same for a box: the rim within it would not be black."""

PIXELS = (1, 1)
"""The blocks of a mask that lies on pixels."""


@dataclass(frozen=True, slots=True)
class RegionBox:
    """Place and data type (0018,6014) of one ultrasound region, as the file says them."""

    box: Box
    data_type: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The area that stays: ``rectangles`` minus ``drawn``, in a frame of ``rows`` x ``columns``.

    ``blocks``: (columns, rows) of the blocks that the mask lies on; (1, 1) where it lies on pixels.
    """

    rows: int
    columns: int
    rectangles: tuple[Box, ...]
    drawn: tuple[Box, ...] = ()
    blocks: tuple[int, int] = PIXELS

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

    def stays(self) -> NDArray[np.bool_]:
        """True for blocks that stay; shape (rows, columns) of blocks."""
        width, height = self.blocks
        found = np.zeros((-(-self.rows // height), -(-self.columns // width)), np.bool_)
        for rectangle in self.rectangles:
            found[_slices(self._reached(rectangle, _GROWN))] = True
        for box in self.drawn:
            found[_slices(self._reached(box, _BOX_GROWN))] = False
        return found

    def _reached(self, box: Box, grown: int) -> Box:
        """The blocks that a box reaches into when it is grown."""
        (width, height), (x0, y0, x1, y1) = self.blocks, box
        return max(x0 - grown, 0) // width, max(y0 - grown, 0) // height, (x1 + grown) // width, (y1 + grown) // height

    def equal_and_black(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Where a masked frame equals its source bit for bit, and where it is exactly black; (rows, columns) each."""
        if self.blocks == PIXELS:
            area = self.area()
            return area, ~area
        width, height = self.blocks
        stays = np.repeat(np.repeat(self.stays(), height, axis=0), width, axis=1)[: self.rows, : self.columns].astype(np.uint8)
        around = np.ones((3, 3), np.uint8)
        return cv2.erode(stays, around) > 0, cv2.dilate(stays, around) == 0


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
    """The kept area, ready to be applied to frames of (rows, columns) or (rows, columns, 3).

    ``keep``: 255 where pixels stay; ``drop``: 255 where they are black. On pixels that is all of the frame; on blocks neither is the rim.
    """

    keep: Pixels
    drop: Pixels
    black: int

    @classmethod
    def of(cls, kept: Kept, photometric: str) -> "Mask":
        """MONOCHROME1 shows its highest value as black."""
        keep, drop = (np.where(area, np.uint8(255), np.uint8(0)) for area in kept.equal_and_black())
        if not photometric.startswith("MONOCHROME"):
            keep, drop = (np.repeat(area[..., None], 3, axis=2) for area in (keep, drop))
        return cls(keep, drop, 255 if photometric == "MONOCHROME1" else 0)

    def apply(self, frame: Pixels) -> Pixels:
        """A masked copy, by a mask that lies on pixels; kept pixels are untouched."""
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
