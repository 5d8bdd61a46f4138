"""Where each block of a sequential scan begins, and the mean (DC) of each: found by its codes, without decoding a coefficient."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.dct.huffman import END, LAST, WIDTH, Table, ac_list, block_list, single_lists, windows
from corelab.imaging.dct.structure import NotMaskableError, Picture, Scan

_RESTART = re.compile(rb"\xff+([\xd0-\xd7])")
_PASSED = (1 << WIDTH) - 1
_AHEAD = 16
"""Bytes behind the end, so that the last codes can be looked up; a stream that needs them is cut off."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Layout:
    """The order of blocks in a scan. ``order``: the member of the scan that each block of an MCU belongs to.

    ``places``: for each MCU of the scan, in order, the MCU of the picture that it lies in.
    """

    order: tuple[int, ...]
    places: Ints


def layout(picture: Picture, scan: Scan) -> Layout:
    """Scans of several components hold MCUs; those of one hold its blocks row by row (A.2)."""
    rows, columns = picture.grid
    if len(scan.members) > 1:
        parts = [picture.components[number] for number, _, _ in scan.members]
        order = tuple(member for member, part in enumerate(parts) for _ in range(part.h * part.v))
        return Layout(order, np.arange(rows * columns))
    part = picture.components[scan.members[0][0]]
    high, wide = picture.blocks(part)
    down, across = np.arange(high) // part.v, np.arange(wide) // part.h
    return Layout((0,), (down[:, None] * columns + across).ravel())


@dataclass(frozen=True, slots=True)
class Located:
    """A scan whose blocks are found. ``bits``: one byte for each bit; ``starts``: (MCUs, blocks of one), ``ends``: (MCUs,), in bits.

    ``means``: the DC of each block; ``lead``: how many bits its code and difference take. ``segments``: MCUs between restarts.
    """

    bits: NDArray[np.uint8] = field(repr=False)
    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)
    means: Ints = field(repr=False)
    lead: Ints = field(repr=False)
    segments: tuple[tuple[int, int], ...] = field(repr=False)


def located(scan: Scan, order: Layout) -> Located:
    """Raises NotMaskableError where the codes do not give exactly the blocks that the headers announce."""
    tables = _tables(scan)
    coded = coded_bits(scan, len(order.places))
    starts: list[int] = []
    ends: list[int] = []
    lists = [_lists(*tables[member]) for member in order.order]
    for (first, last), (begin, end) in zip(coded.segments, coded.limits, strict=True):
        if not 0 <= end - _walked(coded.ahead, lists, last - first, begin, starts, ends) < 8:
            raise NotMaskableError("another number of blocks than announced")
    at = np.array(starts, np.int64).reshape(-1, len(order.order))
    means, lead = _means(coded.ahead, at, order, tables, coded.segments)
    return Located(np.unpackbits(np.frombuffer(coded.data, np.uint8)), at, np.array(ends, np.int64), means, lead, coded.segments)


@dataclass(frozen=True, slots=True)
class Coded:
    """The coded bytes of a scan without stuffed ones and restarts. ``ahead``: the 16 bits that begin at each bit.

    ``segments``: MCUs between restarts, (first, behind the last); ``limits``: their bits, likewise.
    """

    data: bytes = field(repr=False)
    ahead: NDArray[np.uint16] = field(repr=False)
    segments: tuple[tuple[int, int], ...] = field(repr=False)
    limits: tuple[tuple[int, int], ...] = field(repr=False)


def coded_bits(scan: Scan, count: int) -> Coded:
    """Of a scan of ``count`` MCUs."""
    segments = _segments(count, scan)
    parts = _parts(scan, len(segments))
    ends = np.cumsum([8 * len(part) for part in parts]).tolist()
    data = b"".join(parts)
    return Coded(data, _windows(data), segments, tuple(zip([0, *ends[:-1]], ends, strict=True)))


def _tables(scan: Scan) -> list[tuple[Table, Table]]:
    found = [(dc, ac) for _, dc, ac in scan.members if dc is not None and ac is not None]
    if len(found) != len(scan.members) or scan.spectral != (0, LAST) or scan.approximation != (0, 0):
        raise NotMaskableError("no sequential scan, or one without its tables")
    return found


def _segments(count: int, scan: Scan) -> tuple[tuple[int, int], ...]:
    step = scan.interval or count
    return tuple((first, min(first + step, count)) for first in range(0, count, step))


def _parts(scan: Scan, wanted: int) -> list[bytes]:
    """The coded bytes between restarts, without stuffed ones."""
    if not scan.interval and not _RESTART.search(scan.coded):
        return [scan.coded.replace(b"\xff\0", b"\xff")]
    pieces = _RESTART.split(scan.coded)
    marks = [piece[0] - 0xD0 for piece in pieces[1::2]]
    if len(marks) != wanted - 1 or marks != [number % 8 for number in range(len(marks))]:
        raise NotMaskableError("restarts that do not fit")
    return [piece.replace(b"\xff\0", b"\xff") for piece in pieces[::2]]


def _windows(data: bytes) -> NDArray[np.uint16]:
    """The 16 bits that begin at each bit."""
    bytes_ = np.frombuffer(data + b"\xff" * (_AHEAD + 2), np.uint8).astype(np.uint32)
    three = bytes_[:-2] << 16 | bytes_[1:-1] << 8 | bytes_[2:]
    found = np.empty((len(three), 8), np.uint16)
    for bit in range(8):
        np.right_shift(three, 8 - bit, out=found[:, bit], casting="unsafe")
    return found.ravel()


_Lists = tuple[list[int], list[int], tuple[list[int], list[int]]]


def _lists(dc: Table, ac: Table) -> _Lists:
    return block_list(dc, ac), ac_list(ac), single_lists(dc, ac)


def _walked(ahead: NDArray[np.uint16], lists: Sequence[_Lists], count: int, at: int, starts: list[int], ends: list[int]) -> int:
    """Goes through ``count`` MCUs from bit ``at``; gives the bit after them. The one loop over codes: kept as bare as it can be."""
    window = ahead.data
    limit = END + LAST
    try:
        for _ in range(count):
            for block, more, single in lists:
                starts.append(at)
                entry = block[window[at]]
                now, done = at + (entry & _PASSED), entry >> WIDTH
                while done < LAST:
                    entry = more[window[now]]
                    now += entry & _PASSED
                    done += entry >> WIDTH
                at = now if done == LAST or END <= done < limit else _one_by_one(window, single, at)
            ends.append(at)
    except IndexError as error:
        raise NotMaskableError("cut off") from error
    return at


def _one_by_one(window: memoryview, single: tuple[list[int], list[int]], at: int) -> int:
    """A block that ends without an end code: codes looked up together may reach into the next one."""
    first, rest = single
    entry = first[window[at]]
    at, done = at + (entry & _PASSED), entry >> WIDTH
    while done < LAST:
        entry = rest[window[at]]
        at += entry & _PASSED
        done += entry >> WIDTH
    if not (done == LAST or END <= done < END + LAST):
        raise NotMaskableError("no code, or more coefficients than a block has")
    return at


def _means(
    ahead: NDArray[np.uint16], starts: Ints, order: Layout, tables: Sequence[tuple[Table, Table]], segments: Sequence[tuple[int, int]]
) -> tuple[Ints, Ints]:
    """Each difference, summed up from restart to restart within its component (F.1.1.5.1)."""
    sizes, lead = np.empty_like(starts), np.empty_like(starts)
    for block, member in enumerate(order.order):
        found = windows(tables[member][0])
        first = ahead[starts[:, block]]
        sizes[:, block], lead[:, block] = found.symbol[first], found.length[first]
    amplitude = ahead[starts + lead].astype(np.int64) >> (16 - sizes)
    half = (1 << sizes) >> 1
    differences = np.where(amplitude < half, amplitude - (1 << sizes) + 1, amplitude)
    means = np.empty_like(differences)
    for member in set(order.order):
        own = [block for block, of in enumerate(order.order) if of == member]
        for first_mcu, last_mcu in segments:
            part = differences[first_mcu:last_mcu, own]
            means[first_mcu:last_mcu, own] = np.cumsum(part.ravel()).reshape(part.shape)
    return means, lead + sizes
