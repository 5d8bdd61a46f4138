"""Writes a sequential scan again: blocks that stay keep their bits, the others become one colour with nothing in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.dct.huffman import Table
from corelab.imaging.dct.positions import Layout, Located
from corelab.imaging.dct.structure import NotMaskableError, Scan

_LARGEST = 11
Bits = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of one component: its tables with all symbols that may be needed, and the mean of its black."""

    dc: Table
    ac: Table
    black: int

    @classmethod
    def of(cls, dc: Table, ac: Table, black: int) -> "Codes":
        """Raises NotMaskableError where the tables have no room for the codes of a black block."""
        try:
            return cls(dc.with_symbols(range(_LARGEST + 1)) if _lacks(dc) else dc, ac.with_symbols((0,)), black)
        except ValueError as error:
            raise NotMaskableError("no room for another code") from error

    def difference(self, value: int) -> str:
        """A difference of means as bits (F.1.2.1)."""
        size = abs(value).bit_length()
        if size > _LARGEST:
            raise NotMaskableError("a difference that no code has")
        amplitude = value if value >= 0 else value + (1 << size) - 1
        return _code(self.dc, size) + (format(amplitude, f"0{size}b") if size else "")

    @property
    def end(self) -> str:
        """The code that says: nothing else in this block."""
        return _code(self.ac, 0)


def _lacks(dc: Table) -> bool:
    return not set(range(_LARGEST + 1)) <= set(dc.values)


@lru_cache(maxsize=512)
def _code(table: Table, symbol: int) -> str:
    code, length = table.codes()[symbol]
    return format(code, f"0{length}b")


def spliced(found: Located, order: Layout, stays: NDArray[np.bool_], codes: Sequence[Codes]) -> bytes:
    """The coded bytes. ``stays``: for each MCU of the scan; ``codes``: of each member of the scan."""
    writer = _Writer(found, order, codes)
    parts = [_coded(writer.segment(first, stays[first:last])) for first, last in found.segments]
    return b"".join(part + bytes([0xFF, 0xD0 + number % 8]) for number, part in enumerate(parts[:-1])) + parts[-1]


def _coded(pieces: Iterator[Bits]) -> bytes:
    """Filled up with ones to whole bytes; a byte of ones is followed by a zero (F.1.2.3)."""
    bits = np.concatenate(list(pieces))
    filled = np.concatenate((bits, np.ones(-len(bits) % 8, np.uint8)))
    return np.packbits(filled).tobytes().replace(b"\xff", b"\xff\0")


@dataclass(frozen=True, slots=True)
class _Writer:
    found: Located
    order: Layout
    codes: Sequence[Codes]

    def segment(self, first: int, stays: NDArray[np.bool_]) -> Iterator[Bits]:
        """The bits of the MCUs from one restart to the next."""
        edges = [0, *(np.flatnonzero(stays[1:] != stays[:-1]) + 1).tolist(), len(stays)]
        before = [0] * len(self.codes)
        for begin, end in pairwise(edges):
            if stays[begin]:
                yield from self._kept(first + begin, first + end, before)
            else:
                yield from self._black(end - begin, before)

    def _black(self, count: int, before: list[int]) -> Iterator[Bits]:
        yield self._black_one(before)
        if count > 1:
            yield np.tile(self._black_one(before), count - 1)

    def _black_one(self, before: list[int]) -> Bits:
        written = ""
        for member in self.order.order:
            codes = self.codes[member]
            written += codes.difference(codes.black - before[member]) + codes.end
            before[member] = codes.black
        return _bits(written)

    def _kept(self, begin: int, end: int, before: list[int]) -> Iterator[Bits]:
        """Only the first difference of each component is another than it was."""
        found, seen = self.found, set[int]()
        starts = [*found.starts[begin].tolist(), int(found.ends[begin])]
        for block, member in enumerate(self.order.order):
            start = starts[block]
            if member not in seen:
                yield _bits(self.codes[member].difference(int(found.means[begin, block]) - before[member]))
                start += int(found.lead[begin, block])
                seen.add(member)
            yield found.bits[start : starts[block + 1]]
        yield found.bits[starts[-1] : found.ends[end - 1]]
        for block, member in enumerate(self.order.order):
            before[member] = int(found.means[end - 1, block])


def _bits(written: str) -> Bits:
    return np.frombuffer(written.encode(), np.uint8) - np.uint8(ord("0"))


def table_segments(scan: Scan, codes: Sequence[Codes]) -> bytes:
    """The tables that were widened, to stand before the scan; codes that were in force keep their meaning."""
    widened: dict[tuple[int, int], Table] = {}
    for (_, dc, ac), (dc_number, ac_number), own in zip(scan.members, scan.table_ids, codes, strict=True):
        widened |= {(0, dc_number): own.dc} if own.dc != dc else {}
        widened |= {(1, ac_number): own.ac} if own.ac != ac else {}
    return b"".join(table.segment(kind, number) for (kind, number), table in widened.items())
