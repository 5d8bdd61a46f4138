"""The piece of the picture that is worked on: cut from the tissue region, brought to one pixel size, its frames kept within a budget."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float64]
Places = npt.NDArray[np.floating[Any]] | npt.NDArray[np.integer[Any]]
Image = npt.NDArray[np.float32]
Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, the last ones excluded."""

WORKING_MM = 0.085
"""Side of a working pixel: all lengths of the method are told in it."""
_ROWS_UNCALIBRATED = 480
"""A picture of unknown scale is taken to be so many working pixels deep, as pictures of superficial veins usually are."""
_SCALES = (0.2, 4.0)
_BUDGET = 96 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scale:
    """Working pixels per pixel of the frame, across and down."""

    x: float
    y: float


def scale_of(spacing_mm: tuple[float, float] | None, rows: int) -> Scale:
    """From the pixel size in mm, or from the ``rows`` of the tissue region where there is none, or an unlikely one."""
    if spacing_mm is not None:
        scale = Scale(abs(spacing_mm[0]) / WORKING_MM, abs(spacing_mm[1]) / WORKING_MM)
        if all(_SCALES[0] <= each <= _SCALES[1] for each in (scale.x, scale.y)):
            return scale
    plain = min(max(_ROWS_UNCALIBRATED / rows, _SCALES[0]), _SCALES[1])
    return Scale(plain, plain)


@dataclass(frozen=True, slots=True)
class View:
    """A crop ``box`` of the frame shown as ``size`` (columns, rows) working pixels."""

    box: Box
    size: tuple[int, int]

    @property
    def scale(self) -> Scale:
        x0, y0, x1, y1 = self.box
        return Scale(self.size[0] / (x1 - x0), self.size[1] / (y1 - y0))

    def to_work(self, x: Field, y: Field) -> tuple[Field, Field]:
        return (x - self.box[0] + 0.5) * self.scale.x - 0.5, (y - self.box[1] + 0.5) * self.scale.y - 0.5

    def to_frame(self, x: Field, y: Field) -> tuple[Field, Field]:
        return (x + 0.5) / self.scale.x - 0.5 + self.box[0], (y + 0.5) / self.scale.y - 0.5 + self.box[1]

    def cut(self, grey: Grey) -> Grey:
        x0, y0, x1, y1 = self.box
        piece = np.ascontiguousarray(grey[y0:y1, x0:x1])
        shrinks = self.scale.x < 1 or self.scale.y < 1
        return np.asarray(cv2.resize(piece, self.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), dtype=np.uint8)


def view_of(tissue: Box, scale: Scale, wanted: tuple[float, float, float, float]) -> View:
    """The part of ``wanted`` (frame pixels) that lies in the tissue region."""
    x0, y0 = max(tissue[0], int(np.floor(wanted[0]))), max(tissue[1], int(np.floor(wanted[1])))
    x1, y1 = min(tissue[2], int(np.ceil(wanted[2]))), min(tissue[3], int(np.ceil(wanted[3])))
    return View((x0, y0, x1, y1), (max(8, round((x1 - x0) * scale.x)), max(8, round((y1 - y0) * scale.y))))


class FrameColouredError(Exception):
    """Flow is painted over the tissue of a frame: what its walls would be is not grey."""

    def __init__(self, frame: int) -> None:
        super().__init__(frame)
        self.frame = frame


class Pictures:
    """The working frames of one clip through one view; those asked for last are kept."""

    def __init__(self, grey: Callable[[int], Grey], view: View) -> None:
        self.view = view
        self._grey = grey
        self._kept: OrderedDict[int, Grey] = OrderedDict()

    def __getitem__(self, index: int) -> Grey:
        """Raises what fetching the frame raises."""
        if index in self._kept:
            self._kept.move_to_end(index)
            return self._kept[index]
        picture = self.view.cut(self._grey(index))
        self._kept[index] = picture
        while len(self._kept) > 2 and len(self._kept) * picture.nbytes > _BUDGET:
            self._kept.popitem(last=False)
        return picture


def smooth(picture: npt.NDArray[Any], across: float, down: float) -> Image:
    """Gaussian of the given sigmas as float32."""
    return np.asarray(
        cv2.GaussianBlur(np.asarray(picture, dtype=np.float32), (0, 0), sigmaX=across, sigmaY=down, borderType=cv2.BORDER_REPLICATE),
        dtype=np.float32,
    )


def sample(picture: Image, x: Places, y: Places) -> Field:
    """Bilinear values at (x, y), the border continued; of any shape, channels last."""
    shape = np.shape(x)
    flat_x = np.ascontiguousarray(x, dtype=np.float32).reshape(shape[0], -1)
    flat_y = np.ascontiguousarray(y, dtype=np.float32).reshape(shape[0], -1)
    found = cv2.remap(picture, flat_x, flat_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, dtype=np.float64).reshape(*shape, *picture.shape[2:])
