"""Pictures for the pixel check: extremes over time, a mask laid over a frame, and the contact sheet."""

from collections.abc import Sequence

import cv2
import numpy as np

from corelab.domain.intake import Box
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.frames import Pixels
from corelab.imaging.frames.file import FrameFile
from corelab.imaging.pixel_mask import Kept, Mask

_TILE = 480
_GAP = 12
_GROUND = (24, 22, 20, 255)
_IN_A_ROW = 4


def extremes(file: FrameFile) -> tuple[Pixels, Pixels]:
    """The darkest and the brightest value of each pixel over all readable frames, BGRA. Raises FrameUnreadableError when there is none."""
    low: Pixels | None = None
    high: Pixels | None = None
    for index in range(file.frames):
        try:
            frame = file.decode(index)
        except FrameUnreadableError:
            continue
        low = frame if low is None else np.asarray(cv2.min(low, frame), np.uint8)
        high = frame if high is None else np.asarray(cv2.max(high, frame), np.uint8)
    if low is None or high is None:
        raise FrameUnreadableError(0, "no frame can be shown")
    return low, high


def covered(frame: Pixels, kept: tuple[Box, ...], drawn: tuple[Box, ...]) -> Pixels:
    """A painted frame with everything outside ``kept`` (all of it where that is empty) and inside ``drawn`` black."""
    rows, columns = frame.shape[:2]
    area = Kept(rows, columns, kept or ((0, 0, columns - 1, rows - 1),), drawn)
    masked = frame.copy()
    masked[..., :3] = Mask.of(area, "RGB").apply(np.ascontiguousarray(frame[..., :3]))
    return masked


def contact_sheet(tiles: Sequence[Pixels], others: Sequence[Pixels]) -> bytes:
    """A PNG: the tiles in the first row, the others below, each at most 480 pixels wide."""
    small = [_small(tile) for tile in (*tiles, *others)]
    height = max(tile.shape[0] for tile in small)
    rows = -(-len(small) // _IN_A_ROW)
    sheet = np.full((rows * (height + _GAP) + _GAP, _IN_A_ROW * (_TILE + _GAP) + _GAP, 4), _GROUND, np.uint8)
    for number, tile in enumerate(small):
        y, x = _GAP + number // _IN_A_ROW * (height + _GAP), _GAP + number % _IN_A_ROW * (_TILE + _GAP)
        sheet[y : y + tile.shape[0], x : x + tile.shape[1]] = tile
    return bytes(cv2.imencode(".png", sheet)[1])


def _small(tile: Pixels) -> Pixels:
    if tile.shape[1] <= _TILE:
        return tile
    return np.asarray(
        cv2.resize(tile, (_TILE, max(1, round(tile.shape[0] * _TILE / tile.shape[1]))), interpolation=cv2.INTER_AREA), np.uint8
    )
