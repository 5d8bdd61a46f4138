"""Which frame of which clip is on the screen, pixel for pixel, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.frames import FrameFile
from tests.acceptance.screen import Pixels


@dataclass(frozen=True)
class ShownFrame:
    """``clip`` counts the files that were looked for, ``frame`` from 0; ``left`` and ``top`` are the place on the screen."""

    clip: int
    frame: int
    left: int
    top: int


def decoded(files: Sequence[Path]) -> tuple[tuple[Pixels, ...], ...]:
    """Every frame of every file, rows x columns x 3."""
    clips = []
    for file in files:
        with FrameFile.open(file) as opened:
            clips.append(tuple(opened.rgb(frame) for frame in range(opened.frames)))
    return tuple(clips)


def shown_in(screen: Pixels, clips: Sequence[Sequence[Pixels]]) -> ShownFrame | None:
    """The frame whose every pixel stands on the screen at 1:1, unchanged."""
    packed = _packed(screen)
    field = packed.tobytes()
    for number, frames in enumerate(clips):
        for index, frame in enumerate(frames):
            place = _place(packed, field, _packed(frame))
            if place is not None:
                return ShownFrame(number, index, *place)
    return None


def _place(screen: NDArray[np.uint32], field: bytes, frame: NDArray[np.uint32]) -> tuple[int, int] | None:
    rows, columns = frame.shape
    middle = frame[rows // 2].tobytes()
    at = field.find(middle)
    while at >= 0:
        row, column = divmod(at // 4, screen.shape[1])
        top = row - rows // 2
        if at % 4 == 0 and top >= 0 and np.array_equal(screen[top : top + rows, column : column + columns], frame):
            return column, top
        at = field.find(middle, at + 1)
    return None


def _packed(picture: Pixels) -> NDArray[np.uint32]:
    """One number per pixel."""
    wide = picture.astype(np.uint32)
    return np.ascontiguousarray((wide[..., 0] << 16) | (wide[..., 1] << 8) | wide[..., 2])
