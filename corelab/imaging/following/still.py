"""Whether the tissue picture moves at all: beside a running spectrum it stands still."""

from collections.abc import Iterator

import numpy as np

from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.following.window import FrameColouredError, Grey, Pictures

_LOOKS = 8
"""Frames that are looked at, spread over the clip."""
_STILL = 3.0
"""Grey levels by which frames differ on average where nothing but noise does; a compression moves the tissue by 20 and more."""


def stands_still(pictures: Pictures, frames: int) -> bool:
    """Whatever the lumen is, nothing in such a clip compressed it."""
    seen = list(_seen(pictures, frames))
    return all(_difference(seen[0], other) < _STILL for other in seen[1:]) if seen else True


def _seen(pictures: Pictures, frames: int) -> Iterator[Grey]:
    for index in np.unique(np.linspace(0, frames - 1, _LOOKS).astype(int)):
        try:
            yield pictures[int(index)]
        except (FrameUnreadableError, FrameColouredError):
            continue


def _difference(one: Grey, other: Grey) -> float:
    return float(np.abs(one.astype(np.float32) - other).mean())
