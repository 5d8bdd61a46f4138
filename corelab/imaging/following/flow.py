"""Where the walls are in the next frame, from how the tissue just outside of them moves."""

import cv2
import numpy as np

from corelab.imaging.following.walls import Walls, median_of
from corelab.imaging.following.window import Field, Grey, Image, sample, smooth

_OUTSIDE = 3.0
"""Working pixels outside each wall: tissue moves with the wall, blood does not."""
_STRETCH = 0.03
"""The vein widens by at most this share per frame."""
_WILD = 4.0
_FINEST = 1
_JUMP_STRETCH, _JUMP_LIKENESS = 0.04, 0.85
"""Between neighbouring frames of one view the whole picture stretched by at most 0.008, and was 0.98 alike once the motion was undone."""


class Flow:
    """Dense flow (DIS) between pictures of half size. One for each way: it keeps its buffers."""

    def __init__(self) -> None:
        self._dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._dis.setFinestScale(_FINEST)

    def between(self, before: Grey, after: Grey) -> Image:
        """(rows, columns, 2) in pixels of half size, across and down."""
        return np.asarray(self._dis.calc(before, after, np.zeros((*before.shape, 2), dtype=np.float32)), dtype=np.float32)


def carried(walls: Walls, flow: Image) -> Walls:
    """The ``walls`` one frame later: each wall moves by itself in depth, both together sideways."""
    top_x, top_y = _at(flow, walls.x, walls.top - _OUTSIDE)
    bottom_x, bottom_y = _at(flow, walls.x, walls.bottom + _OUTSIDE)
    x = walls.x + _sideways(walls.x, np.stack([top_x, bottom_x]))
    return Walls(x, walls.top + median_of(top_y, 5), walls.bottom + median_of(bottom_y, 5)).uncrossed()


def _at(flow: Image, x: Field, y: Field) -> tuple[Field, Field]:
    moved = sample(flow, ((x + 0.5) / 2 - 0.5)[None], ((y + 0.5) / 2 - 0.5)[None])
    return 2 * moved[0, :, 0], 2 * moved[0, :, 1]


def _sideways(x: Field, moved: Field) -> Field:
    """One shift and one small stretch for all columns."""
    shift = float(np.median(moved))
    away = x - x.mean()
    stretch = float(np.sum(away * np.clip(moved - shift, -_WILD, _WILD).mean(axis=0)) / np.sum(away * away))
    return np.asarray(shift + np.clip(stretch, -_STRETCH, _STRETCH) * away)


def jumped(before: Grey, after: Grey, flow: Image) -> bool:
    """Whether another zoom, depth or view begins: the picture is stretched as tissue never is, or is another one."""
    rows, columns = before.shape
    third = columns // 3
    stretch = (np.median(flow[:, -third:, 0]) - np.median(flow[:, :third, 0])) / (columns - third)
    if abs(float(stretch)) > _JUMP_STRETCH:
        return True
    across, down = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    back = cv2.remap(after, across + flow[..., 0], down + flow[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return _likeness(smooth(before, 2.0, 2.0), smooth(back, 2.0, 2.0)) < _JUMP_LIKENESS


def _likeness(one: Image, other: Image) -> float:
    a, b = one - one.mean(), other - other.mean()
    spread = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / spread if spread > 0 else 1.0
