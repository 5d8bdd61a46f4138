"""Blackens blocks of one stream, and leaves the bits of all others as they are."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.dct.positions import layout, located
from corelab.imaging.dct.progressive import as_sequential
from corelab.imaging.dct.splice import Codes, spliced, table_segments
from corelab.imaging.dct.structure import NotMaskableError, Picture, Scan, Structure, structure

_DARKEST, _BRIGHTEST = -1024, 1016
"""Eight times the distance of 0 and of 255 from the middle: the mean of a block of that value, as its transform gives it (A.3.3)."""


def blackened(stream: bytes, stays: NDArray[np.bool_], *, rgb: bool, inverted: bool = False) -> bytes:
    """The stream with every MCU black where ``stays`` (rows, columns of MCUs) is False.

    ``rgb``: three components are red, green and blue, not luma and chroma. ``inverted``: black is the highest value (MONOCHROME1).
    Raises NotMaskableError.
    """
    found = structure(stream)
    if stays.shape != found.picture.grid:
        raise NotMaskableError("another size")
    means = _means(found.picture, rgb=rgb, inverted=inverted)
    if found.picture.progressive:
        return as_sequential(found, stays, means)
    return _whole(found, lambda scan: _scan(found.picture, scan, stays.ravel(), means))


def _means(picture: Picture, *, rgb: bool, inverted: bool) -> list[int]:
    """The quantised mean of black in each component; chroma of black is the middle."""
    return [_mean(one.step, inverted=inverted) if rgb or number == 0 else 0 for number, one in enumerate(picture.components)]


def _mean(step: int | None, *, inverted: bool) -> int:
    """Rounded away from the middle, so that it is black after rounding."""
    if not step:
        raise NotMaskableError("no quantisation table")
    return -(-_BRIGHTEST // step) if inverted else _DARKEST // step


def _scan(picture: Picture, scan: Scan, stays: NDArray[np.bool_], means: list[int]) -> bytes:
    order = layout(picture, scan)
    found = located(scan, order)
    codes = [Codes.of(dc, ac, means[number]) for number, dc, ac in scan.members if dc is not None and ac is not None]
    return table_segments(scan, codes) + scan.header + spliced(found, order, stays[order.places], codes)


def _whole(found: Structure, written: Callable[[Scan], bytes]) -> bytes:
    parts = [part if isinstance(part, bytes) else written(part) for part in found.parts]
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"
