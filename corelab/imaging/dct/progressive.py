"""Progressive streams: decoded to coefficients, blackened, and written as one sequential scan, which decodes to the same pixels."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from corelab.imaging.dct.huffman import Table, windows
from corelab.imaging.dct.positions import coded_bits
from corelab.imaging.dct.sequential import Coefficients, sequential_stream
from corelab.imaging.dct.structure import NotMaskableError, Picture, Scan, Structure

_MOST_BYTES = 1 << 20
"""Of one stream: decoding codes one by one takes about a second for so many."""


def as_sequential(found: Structure, stays: NDArray[np.bool_], means: Sequence[int]) -> bytes:
    """The stream with black blocks, as a sequential one. Raises NotMaskableError, also for a stream that would take too long."""
    if sum(len(scan.coded) for scan in found.scans) > _MOST_BYTES:
        raise NotMaskableError("too long")
    return sequential_stream(found, blackened_coefficients(_decoded(found), found.picture, stays, means))


def blackened_coefficients(decoded: Coefficients, picture: Picture, stays: NDArray[np.bool_], means: Sequence[int]) -> Coefficients:
    """Zeros but for the mean in each block of an MCU that does not stay."""
    for part, values, mean in zip(picture.components, decoded, means, strict=True):
        gone = ~np.repeat(np.repeat(stays, part.v, axis=0), part.h, axis=1)
        values[gone] = 0
        values[gone, 0] = mean
    return decoded


def _decoded(found: Structure) -> Coefficients:
    rows, columns = found.picture.grid
    flat = [[0] * (rows * one.v * columns * one.h * 64) for one in found.picture.components]
    for scan in found.scans:
        _Scanning(found.picture, scan, flat).run()
    shapes = [(rows * one.v, columns * one.h, 64) for one in found.picture.components]
    try:
        return [np.array(values, np.int16).reshape(shape) for values, shape in zip(flat, shapes, strict=True)]
    except OverflowError as error:
        raise NotMaskableError("a coefficient out of range") from error


class _Scanning:
    """One scan over the coefficients; made for one call of ``run`` (T.81 annex G)."""

    def __init__(self, picture: Picture, scan: Scan, flat: list[list[int]]) -> None:
        self.picture = picture
        self.scan = scan
        self.flat = flat
        self.start, self.end = scan.spectral
        self.high, self.low = scan.approximation
        self.window = memoryview(b"")
        self.at = 0
        self.skipped = 0
        self.means = [0] * len(scan.members)

    def run(self) -> None:
        units = self._units()
        coded = coded_bits(self.scan, len(units))
        self.window = memoryview(coded.ahead.data)
        work = self._work()
        try:
            for (first, last), (begin, end) in zip(coded.segments, coded.limits, strict=True):
                self.at, self.skipped, self.means = begin, 0, [0] * len(self.means)
                for unit in units[first:last]:
                    for member, place in unit:
                        work(member, place)
                if not 0 <= end - self.at < 8 or self.skipped:
                    raise NotMaskableError("another number of blocks than announced")
        except IndexError as error:
            raise NotMaskableError("cut off") from error

    def _units(self) -> list[list[tuple[int, int]]]:
        """(member, place of its first coefficient) of each block, by MCU in order."""
        rows, columns = self.picture.grid
        if len(self.scan.members) > 1:
            return [self._mcu(row, column) for row in range(rows) for column in range(columns)]
        part = self.picture.components[self.scan.members[0][0]]
        high, wide = self.picture.blocks(part)
        return [[(0, 64 * (row * columns * part.h + column))] for row in range(high) for column in range(wide)]

    def _mcu(self, row: int, column: int) -> list[tuple[int, int]]:
        found = []
        for member, (number, _, _) in enumerate(self.scan.members):
            part, wide = self.picture.components[number], self.picture.grid[1]
            for y in range(row * part.v, (row + 1) * part.v):
                found += [(member, 64 * (y * wide * part.h + x)) for x in range(column * part.h, (column + 1) * part.h)]
        return found

    def _work(self) -> Callable[[int, int], None]:
        if self.start == 0:
            if self.end:
                raise NotMaskableError("a scan of means that holds others")
            return self._refined_mean if self.high else self._mean
        if not self.start <= self.end <= 63 or len(self.scan.members) > 1:
            raise NotMaskableError("a scan of several components without means")
        return self._refined if self.high else self._first

    def _symbol(self, table: Table | None) -> int:
        if table is None:
            raise NotMaskableError("no table")
        found, here = windows(table), self.window[self.at]
        length = int(found.length[here])
        if not length:
            raise NotMaskableError("no code")
        self.at += length
        return int(found.symbol[here])

    def _bits(self, count: int) -> int:
        value = self.window[self.at] >> (16 - count)
        self.at += count
        return value

    def _amplitude(self, size: int) -> int:
        value = self._bits(size)
        return value if not size or value >> (size - 1) else value - (1 << size) + 1

    def _mean(self, member: int, place: int) -> None:
        number, dc, _ = self.scan.members[member]
        size = self._symbol(dc)
        if size > 11:
            raise NotMaskableError("no difference")
        self.means[member] += self._amplitude(size)
        self.flat[number][place] = self.means[member] << self.low

    def _refined_mean(self, member: int, place: int) -> None:
        self.flat[self.scan.members[member][0]][place] |= self._bits(1) << self.low

    def _first(self, _member: int, place: int) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        number, _, ac = self.scan.members[0]
        flat, k = self.flat[number], self.start
        while k <= self.end:
            symbol = self._symbol(ac)
            run, size = symbol >> 4, symbol & 15
            if not size and run < 15:
                self.skipped = (1 << run) - 1 + self._bits(run)
                return
            k += run
            if size:
                _require(k <= self.end)
                flat[place + k] = self._amplitude(size) * (1 << self.low)
            k += 1

    def _refined(self, _member: int, place: int) -> None:
        """Figure G.7: bits for what is known already, and new coefficients of plus or minus one step."""
        number, _, ac = self.scan.members[0]
        flat, k = self.flat[number], self.start
        while k <= self.end and not self.skipped:
            symbol = self._symbol(ac)
            run, size = symbol >> 4, symbol & 15
            new = 0
            if size:
                _require(size == 1)
                new = (1 if self._bits(1) else -1) << self.low
            elif run < 15:
                self.skipped = (1 << run) + self._bits(run)
                break
            k = self._passed(flat, place, k, run)
            if new:
                _require(k <= self.end)
                flat[place + k] = new
            k += 1
        if self.skipped:
            self._passed(flat, place, k, 64)
            self.skipped -= 1

    def _passed(self, flat: list[int], place: int, k: int, zeros: int) -> int:
        """Refines what is known on the way over ``zeros`` coefficients that are still zero; gives the place of the next one."""
        step = 1 << self.low
        while k <= self.end:
            value = flat[place + k]
            if value:
                if self._bits(1) and not abs(value) & step:
                    flat[place + k] = value + (step if value > 0 else -step)
            elif zeros == 0:
                break
            else:
                zeros -= 1
            k += 1
        return k


def _require(sound: bool) -> None:  # noqa: FBT001 - the one thing that is asked
    if not sound:
        raise NotMaskableError("more coefficients than a block has")
