"""From decoded samples to the BGRA pixels that are painted."""

import threading
from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from corelab.imaging.palette import Palette

Pixels = NDArray[np.uint8]
"""rows x columns x 4, blue, green, red, 255; contiguous."""
Samples = NDArray[Any]
"""Stored values, uint8 or uint16: rows x columns, or rows x columns x 3."""

cv2.setNumThreads(1)  # frames are decoded on threads of our own: OpenCV's would only compete with them

_scratch: dict[int, Pixels] = {}
"""The buffer of each thread that decodes, by the number of the thread."""


def scratch(shape: tuple[int, ...]) -> Pixels:
    """A buffer of this thread for a picture on its way to ``out``: a fresh one for each frame costs as much as turning its colours."""
    buffer = _scratch.get(threading.get_ident())
    if buffer is None or buffer.shape != shape:
        buffer = _scratch[threading.get_ident()] = np.empty(shape, np.uint8)
    return buffer


def forget_scratch() -> None:
    """Lets go of the last picture of every thread; one that is being decoded now goes when it is done."""
    _scratch.clear()


def paint_grey(samples: Samples, bits_stored: int, out: Pixels, *, inverted: bool, signed: bool) -> None:
    """``samples`` rows x columns; more than 8 stored bits are shown by their highest 8."""
    if samples.dtype.kind == "i":
        samples, signed = samples.view(f"u{samples.dtype.itemsize}"), True
    if signed:
        samples = samples ^ np.array(1 << (bits_stored - 1), samples.dtype)
    if samples.dtype != np.uint8:
        samples = ((samples & np.uint16((1 << bits_stored) - 1)) >> max(0, bits_stored - 8)).astype(np.uint8)
    elif bits_stored < 8:
        samples = samples & np.uint8((1 << bits_stored) - 1)
    cv2.cvtColor(np.invert(samples) if inverted else samples, cv2.COLOR_GRAY2BGRA, dst=out)


def paint_rgb(samples: Samples, out: Pixels) -> None:
    """``samples`` rows x columns x 3; 16-bit ones are shown by their high byte."""
    if samples.dtype != np.uint8:
        samples = (samples >> 8).astype(np.uint8)
    cv2.cvtColor(np.ascontiguousarray(samples), cv2.COLOR_RGB2BGRA, dst=out)


def paint_palette(samples: Samples, palette: Palette, out: Pixels) -> None:
    """``samples`` rows x columns of stored values; the palette holds a pixel for each."""
    np.take(palette, samples, out=out.view(np.uint32)[..., 0], mode="clip")


def paint_ybr(luma: Pixels, blue: Pixels, red: Pixels, out: Pixels) -> None:
    """YBR_FULL, three planes of rows x columns (DICOM PS3.3 C.7.6.3.1.2), exact to the last bit."""
    both = (blue.astype(np.uint16) << 8) | red
    channels = [
        _shifted(luma, cv2.LUT(blue, _BLUE.more), cv2.LUT(blue, _BLUE.less)),
        _shifted(luma, _GREEN.more[both], _GREEN.less[both]),
        _shifted(luma, cv2.LUT(red, _RED.more), cv2.LUT(red, _RED.less)),
        np.full_like(luma, 255),
    ]
    cv2.merge(channels, dst=out)


def _shifted(luma: Pixels, more: NDArray[Any], less: NDArray[Any]) -> Pixels:
    """One of the two is always 0, so neither of the steps, which stop at 0 and 255, cuts what the other one needs."""
    return np.asarray(cv2.subtract(cv2.add(luma, more), less), np.uint8)


@dataclass(frozen=True, slots=True)
class _Steps:
    """What a chroma value adds to luma, as what is added and what is taken away."""

    more: Pixels
    less: Pixels

    @classmethod
    def of(cls, steps: NDArray[np.float64]) -> Self:
        """Rounded half up: luma is whole, so this is exact."""
        whole = np.floor(steps + 0.5)
        return cls(np.clip(whole, 0, 255).astype(np.uint8), np.clip(-whole, 0, 255).astype(np.uint8))


_STEP = np.arange(-128, 128.0)
_BLUE, _RED = _Steps.of(1.772 * _STEP), _Steps.of(1.402 * _STEP)
_GREEN = _Steps.of((-(0.114 * 1.772 / 0.587) * _STEP[:, None] - (0.299 * 1.402 / 0.587) * _STEP).ravel())
