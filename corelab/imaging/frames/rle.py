"""RLE lossless: one byte plane per segment, most significant byte first (DICOM PS3.5 annex G)."""

import itertools
import struct

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.colour import Samples


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
        unpacked = _longer_plane(segment)
    if len(unpacked) < size:
        raise StreamFaultError("a plane ends too early")
    return np.frombuffer(unpacked, np.uint8, size)


def _longer_plane(segment: bytes) -> bytes:
    try:
        return bytes(imagecodecs.packbits_decode(segment))
    except RuntimeError as error:
        raise StreamFaultError("a plane is damaged") from error
