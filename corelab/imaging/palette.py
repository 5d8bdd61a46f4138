"""Palettes: lookup tables of any width, plain or segmented, either byte order, as 8-bit colours."""

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.elements import DataSet
from corelab.imaging.faults import FileRefusedError

_DESCRIPTORS = (0x00281101, 0x00281102, 0x00281103)
_TABLES = (0x00281201, 0x00281202, 0x00281203)
_SEGMENTED = (0x00281221, 0x00281222, 0x00281223)

Palette = NDArray[np.uint32]
"""One BGRA pixel (as a little-endian 32-bit number) per possible stored value."""


def palette_of(data: DataSet, bits_allocated: int, *, signed: bool) -> Palette:
    """The palette spread over all values of a sample. Refuses (FileRefusedError) a palette that is absent or broken."""
    channels = [_channel(data, channel, signed=signed) for channel in range(3)]
    values = np.arange(1 << bits_allocated, dtype=np.int64)
    if signed:
        values[values >= 1 << (bits_allocated - 1)] -= 1 << bits_allocated
    pixels = np.full((values.size, 4), 255, np.uint8)
    for position, (first, table) in zip((2, 1, 0), channels, strict=True):
        pixels[:, position] = table[np.clip(values - first, 0, table.size - 1)]
    return pixels.view("<u4").reshape(-1).astype(np.uint32, copy=False)


def _channel(data: DataSet, channel: int, *, signed: bool) -> tuple[int, NDArray[np.uint8]]:
    """The first value mapped, and the 8-bit table of one colour."""
    descriptor = data.integers(_DESCRIPTORS[channel], "H")
    if len(descriptor) != 3 or descriptor[2] not in {8, 16}:
        raise FileRefusedError("header_stream_mismatch", "The palette of this image is missing or broken.")
    entries, first, bits = descriptor[0] or 65536, descriptor[1], descriptor[2]
    table = _table(data, channel, entries, bits)
    if table.size < entries:
        raise FileRefusedError("header_stream_mismatch", "The palette of this image is shorter than it says.")
    return first - 65536 if signed and first >= 32768 else first, _eight_bit(table[:entries], bits)


def _table(data: DataSet, channel: int, entries: int, bits: int) -> NDArray[np.uint16]:
    raw = data.raw(_TABLES[channel])
    if not raw:
        return _segmented(_unpacked(data.raw(_SEGMENTED[channel]), bits, big=data.big), entries, bits)
    return _unpacked(raw, bits if len(raw) < 2 * entries else 16, big=data.big)


def _unpacked(raw: bytes, bits: int, *, big: bool) -> NDArray[np.uint16]:
    """Entries of 8 or 16 bits. Tables are words: in a big endian file also those of bytes are swapped in pairs."""
    if bits == 8 and not big:
        return np.frombuffer(raw, np.uint8).astype(np.uint16)
    words = np.frombuffer(raw[: len(raw) // 2 * 2], ">u2" if big else "<u2").astype("<u2")
    return np.frombuffer(words.tobytes(), np.uint8).astype(np.uint16) if bits == 8 else words.astype(np.uint16)


def _eight_bit(table: NDArray[np.uint16], bits: int) -> NDArray[np.uint8]:
    """The high byte of 16-bit entries; some writers say 16 bits and store 8."""
    if bits == 8 or int(table.max(initial=0)) < 256:
        return (table & 0xFF).astype(np.uint8)
    return (table >> 8).astype(np.uint8)


def _segmented(words: NDArray[np.uint16], entries: int, bits: int) -> NDArray[np.uint16]:
    """Expand discrete, linear and indirect segments (DICOM PS3.3 C.7.9.2), never beyond the declared number of entries."""
    table: list[int] = []
    _expand(words.tolist(), table, entries, bits)
    return np.array(table[:entries], np.uint16)


def _expand(words: list[int], table: list[int], entries: int, bits: int, segments: int | None = None) -> None:
    """Appends to ``table``. ``segments`` is given inside an indirect segment, which copies that many and may not point on."""
    at, done = 0, 0
    while at + 1 < len(words) and len(table) < entries and done != segments:
        kind, length, done = words[at], words[at + 1], done + 1
        if kind == 0:
            table.extend(words[at + 2 : at + 2 + length])
            at += 2 + length
        elif kind == 1 and table and at + 2 < len(words):
            start, stop = table[-1], words[at + 2]
            table.extend(round(start + (stop - start) * (step + 1) / length) for step in range(min(length, entries)))
            at += 3
        elif kind == 2 and segments is None:
            _expand(words[_target(words, at + 2, bits) :], table, entries, bits, length)
            at += 2 + 32 // bits
        else:
            raise FileRefusedError("header_stream_mismatch", "The segmented palette of this image is broken.")


def _target(words: list[int], at: int, bits: int) -> int:
    """Where an indirect segment points: a byte offset of 32 bits, as an index of entries."""
    parts = words[at : at + 32 // bits]
    return sum(part << bits * n for n, part in enumerate(parts)) * 8 // bits
