"""Uncompressed frames: interleaved or planar, either byte order, and YBR_FULL_422, which stores two pixels in four bytes."""

import numpy as np

from corelab.imaging.elements import Buffer
from corelab.imaging.frames.colour import Pixels, Samples


def read_samples(buffer: Buffer, offset: int, shape: tuple[int, int, int], bits_allocated: int, *, big: bool, planar: bool) -> Samples:
    """Rows x columns, or rows x columns x samples, as a view on ``buffer`` where the layout allows it."""
    rows, columns, samples = shape
    dtype = np.dtype(np.uint8) if bits_allocated == 8 else np.dtype(">u2" if big else "<u2")
    flat: Samples = np.frombuffer(buffer, dtype, rows * columns * samples, offset)
    if big and bits_allocated == 16:
        flat = flat.astype(np.uint16)
    if samples == 1:
        return flat.reshape(rows, columns)
    if planar:
        return np.moveaxis(flat.reshape(samples, rows, columns), 0, -1)
    return flat.reshape(rows, columns, samples)


def read_ybr_422(buffer: Buffer, offset: int, rows: int, columns: int) -> tuple[Pixels, Pixels, Pixels]:
    """Luma, blue and red chroma, each rows x columns; a pair of pixels shares its chroma."""
    quads = np.frombuffer(buffer, np.uint8, rows * columns * 2, offset).reshape(rows, columns // 2, 4)
    luma = quads[..., :2].reshape(rows, columns)
    return luma, np.repeat(quads[..., 2], 2, axis=1), np.repeat(quads[..., 3], 2, axis=1)


def swapped(buffer: Buffer, offset: int, length: int, first: int) -> bytes:
    """Bytes that a big endian file stores as words, put back in order. Words are counted from ``first``, the start of all pixel data."""
    odd = (offset - first) % 2
    words = np.frombuffer(buffer[offset - odd : offset + length + (length + odd) % 2], ">u2").astype("<u2").tobytes()
    return words[odd : odd + length]
