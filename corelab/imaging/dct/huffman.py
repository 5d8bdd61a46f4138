"""Huffman tables of JPEG: what begins at any 16 bits, several codes at a time, and the codes to write (ITU-T T.81, annex C and F)."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

WIDTH = 6
"""Bits of an entry of a look-up list that say how many bits are passed; the rest counts coefficients."""
LAST = 63
END = 1 << 10
"""Added to the count where a code ends its block."""
BROKEN = 1 << 20
"""The count where no code begins, or one that no sequential scan may hold."""
_LONGEST = 16
_WINDOWS = 1 << 16

Entries = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Table:
    """``counts``: how many codes of 1 to 16 bits; ``values``: their symbols in order."""

    counts: tuple[int, ...]
    values: bytes

    @classmethod
    def of(cls, counts: tuple[int, ...], values: bytes) -> "Table":
        """Raises ValueError for more codes than there is room for, symbols that are missing or told twice."""
        room = sum(count << (_LONGEST - length) for length, count in enumerate(counts, 1))
        if len(counts) != _LONGEST or len(values) != sum(counts) or room > _WINDOWS or len(set(values)) != len(values):
            raise ValueError("no Huffman table")
        return cls(counts, values)

    def codes(self) -> dict[int, tuple[int, int]]:
        """Symbol -> code, length."""
        found, code, place = {}, 0, 0
        for length, count in enumerate(self.counts, 1):
            for value in self.values[place : place + count]:
                found[value] = code, length
                code += 1
            place, code = place + count, code << 1
        return found

    def with_symbols(self, symbols: Iterable[int]) -> "Table":
        """The same codes, and behind them longer ones for symbols that it lacks. Raises ValueError where there is no room."""
        counts, values = list(self.counts), bytearray(self.values)
        for symbol in symbols:
            if symbol in values:
                continue
            longest = max((length for length, count in enumerate(counts, 1) if count), default=0)
            free = [length for length in range(max(longest, 1), _LONGEST + 1) if _room(counts, length) > 1]
            if not free:
                raise ValueError("no room for another code")
            counts[free[0] - 1] += 1
            values.append(symbol)
        return Table(tuple(counts), bytes(values))

    def segment(self, kind: int, number: int) -> bytes:
        """As a DHT segment; ``kind``: 0 for DC, 1 for AC."""
        body = bytes([kind << 4 | number, *self.counts]) + self.values
        return b"\xff\xc4" + (len(body) + 2).to_bytes(2) + body


def _room(counts: list[int], length: int) -> int:
    """How many codes of ``length`` bits are left; the last one, all ones, may not be used."""
    return (1 << length) - sum(count << (length - own) for own, count in enumerate(counts[:length], 1))


@dataclass(frozen=True, slots=True)
class Windows:
    """What begins at each value of the next 16 bits: the ``symbol`` and the ``length`` of its code, 0 where no code begins."""

    symbol: NDArray[np.uint8]
    length: NDArray[np.uint8]


@lru_cache(maxsize=64)
def windows(table: Table) -> Windows:
    """Codes in order cover the values in order."""
    lengths = np.repeat(np.arange(1, _LONGEST + 1), table.counts)
    covered = 1 << (_LONGEST - lengths)
    symbol, length = np.zeros(_WINDOWS, np.uint8), np.zeros(_WINDOWS, np.uint8)
    total = int(covered.sum())
    symbol[:total] = np.repeat(np.frombuffer(table.values, np.uint8), covered)
    length[:total] = np.repeat(lengths, covered)
    return Windows(symbol, length)


def _steps(table: Table) -> tuple[Entries, Entries]:
    """For each window the bits of one AC code with its amplitude, and how many coefficients it is about."""
    found = windows(table)
    run, size = (found.symbol >> 4).astype(np.int32), (found.symbol & 15).astype(np.int32)
    count = np.where(size > 0, run + 1, np.where(run == 15, 16, np.where(run == 0, END, BROKEN)))
    return found.length + size, np.where(found.length > 0, count, BROKEN).astype(np.int32)


def _starts(table: Table) -> tuple[Entries, Entries]:
    """For each window the bits of one DC code with its difference; no coefficient is counted for it."""
    found = windows(table)
    return (found.length + found.symbol).astype(np.int32), np.where((found.length > 0) & (found.symbol <= 11), 0, BROKEN).astype(np.int32)


def _joined(bits: Entries, count: Entries, table: Table) -> list[int]:
    """As many further AC codes as are whole within the 16 bits; their amplitudes need not be."""
    step_bits, step_count = _steps(table)
    length = windows(table).length.astype(np.int32)
    bits, count = bits.copy(), count.copy()
    going = np.flatnonzero((bits < _LONGEST) & (count < LAST))
    while going.size:
        ahead = (going << bits[going]) & (_WINDOWS - 1)
        fits = (length[ahead] > 0) & (length[ahead] <= _LONGEST - bits[going]) & (step_count[ahead] < BROKEN)
        going, ahead = going[fits], ahead[fits]
        bits[going] += step_bits[ahead]
        count[going] += step_count[ahead]
        going = going[(bits[going] < _LONGEST) & (count[going] < LAST)]
    return _shared(bits | count << WIDTH)


def _shared(entries: Entries) -> list[int]:
    """As a list whose equal entries are one object: it is looked up at random, and stays in the processor's cache."""
    different, which = np.unique(entries, return_inverse=True)
    objects = different.tolist()
    return [objects[index] for index in which.tolist()]


@lru_cache(maxsize=64)
def block_list(dc: Table, ac: Table) -> list[int]:
    """Window at the start of a block -> bits passed | coefficients counted << WIDTH."""
    return _joined(*_starts(dc), ac)


@lru_cache(maxsize=64)
def ac_list(ac: Table) -> list[int]:
    """Window within a block -> the same, for one code or more."""
    return _joined(*_steps(ac), ac)


@lru_cache(maxsize=64)
def single_lists(dc: Table, ac: Table) -> tuple[list[int], list[int]]:
    """The same for one code only: of the mean, and of the other coefficients."""
    first, rest = _starts(dc), _steps(ac)
    return (first[0] | first[1] << WIDTH).tolist(), (rest[0] | rest[1] << WIDTH).tolist()
