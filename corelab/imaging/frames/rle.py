"""RLE lossless: one byte plane per segment, most significant byte first (DICOM PS3.5 annex G)."""

import itertools
import struct

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.colour import Samples

_NOTHING = 128
"""The count that stands for no sample at all."""


def decode_rle(data: bytes, shape: tuple[int, int, int], bits_allocated: int) -> Samples:
    """Rows x columns, or rows x columns x samples. Refuses (StreamFaultError) a plane that is damaged or too short."""
    rows, columns, samples = shape
    width = bits_allocated // 8
    offsets = _offsets(data, samples * width)
    planes = np.empty((samples, width, rows * columns), np.uint8)
    for n, (start, stop) in enumerate(zip(offsets, [*offsets[1:], len(data)], strict=True)):
        planes[n // width, n % width] = _plane(data[start:stop], rows * columns)
    values: Samples = planes[:, 0] if width == 1 else planes[:, 0].astype(np.uint16) << 8 | planes[:, 1]
    if samples == 1:
        return values.reshape(rows, columns)
    return np.asarray(cv2.merge([plane.reshape(rows, columns) for plane in values]))


def _offsets(data: bytes, expected: int) -> tuple[int, ...]:
    if len(data) < 64:
        raise StreamFaultError("the frame ends inside its header")
    count, *offsets = struct.unpack_from("<16I", data)
    if count != expected:
        raise StreamFaultError(f"it has {count} planes where {expected} belong")
    used = tuple(offsets[:count])
    if used[0] != 64 or any(b <= a for a, b in itertools.pairwise(used)) or used[-1] >= len(data):
        raise StreamFaultError("its table of planes is wrong")
    return used


def _plane(segment: bytes, size: int) -> NDArray[np.uint8]:
    """Unpack one plane; some writers leave bytes behind it, which the first, faster way does not allow."""
    try:
        unpacked = imagecodecs.packbits_decode(segment, out=size)
    except RuntimeError:
        unpacked = _longer_plane(segment, size)
    if len(unpacked) < size:
        raise StreamFaultError("a plane ends too early")
    return np.frombuffer(unpacked, np.uint8, size)


def _longer_plane(segment: bytes, size: int) -> bytes:
    """Only the runs that the plane takes: what is behind them may be anything."""
    try:
        return bytes(imagecodecs.packbits_decode(segment[: _runs(segment, size)]))
    except RuntimeError as error:
        raise StreamFaultError("a plane is damaged") from error


def _runs(segment: bytes, size: int) -> int:
    """How many bytes of ``segment`` the first ``size`` samples take."""
    at = found = 0
    while found < size and at < len(segment):
        count = segment[at]
        literal = count < _NOTHING
        at += count + 2 if literal else 1 if count == _NOTHING else 2
        found += count + 1 if literal else 0 if count == _NOTHING else 2 * _NOTHING + 1 - count
    return at
