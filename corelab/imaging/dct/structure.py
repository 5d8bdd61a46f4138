"""The structure of a lossy JPEG stream: frame header, tables, scans (ITU-T T.81, annex B)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from corelab.imaging.dct.huffman import Table

_SOI, _EOI, _SOS, _DQT, _DHT, _DRI = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xDD
_PROGRESSIVE = 0xC2
_FRAMES = frozenset({0xC0, 0xC1, _PROGRESSIVE})
_RESTARTS = range(0xD0, 0xD8)


class NotMaskableError(Exception):
    """The coefficients of this stream cannot be changed here; its clip is stored in another way."""


@dataclass(frozen=True, slots=True)
class Component:
    """``h`` and ``v``: sampling factors; ``step``: the quantisation step of its mean (DC), None where the stream never gives its table."""

    id: int
    h: int
    v: int
    table: int
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """What the frame header says. A picture of one component has blocks of 8 x 8 whatever its sampling factors are (A.2.2)."""

    process: int
    rows: int
    columns: int
    components: tuple[Component, ...]

    @property
    def progressive(self) -> bool:
        return self.process == _PROGRESSIVE

    @property
    def block(self) -> tuple[int, int]:
        """Columns and rows of one MCU, in pixels."""
        return 8 * max(one.h for one in self.components), 8 * max(one.v for one in self.components)

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of MCUs."""
        width, height = self.block
        return -(-self.rows // height), -(-self.columns // width)

    def blocks(self, component: Component) -> tuple[int, int]:
        """Rows and columns of the 8 x 8 blocks of a component that hold some of the picture (A.2.2, non-interleaved order)."""
        width, height = self.block
        columns, rows = -(-self.columns * component.h * 8 // width), -(-self.rows * component.v * 8 // height)
        return -(-rows // 8), -(-columns // 8)


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan. ``members``: (component, its DC table, its AC table), as they are in force where the scan begins."""

    members: tuple[tuple[int, Table | None, Table | None], ...]
    table_ids: tuple[tuple[int, int], ...]
    spectral: tuple[int, int]
    approximation: tuple[int, int]
    interval: int
    header: bytes = field(repr=False)
    coded: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Structure:
    """A stream in parts: ``parts`` are segments as they stand (bytes) and scans, in order, without start and end of image."""

    picture: Picture
    parts: tuple["bytes | Scan", ...] = field(repr=False)

    @property
    def scans(self) -> tuple[Scan, ...]:
        return tuple(part for part in self.parts if isinstance(part, Scan))


def picture_of(stream: bytes) -> Picture:
    """What the frame header says. Raises NotMaskableError as ``structure`` does."""
    at = 2
    try:
        while stream[at + 1] not in {_SOS, _EOI}:
            (length,) = struct.unpack_from(">H", stream, at + 2)
            if stream[at + 1] in _FRAMES:
                return _picture(stream[at + 1], stream[at + 4 : at + 2 + length], None)
            at += 2 + length
    except (IndexError, struct.error) as error:
        raise NotMaskableError("malformed") from error
    raise NotMaskableError("another kind of picture")


def structure(stream: bytes) -> Structure:
    """Raises NotMaskableError for a stream of another kind, or one that is malformed."""
    try:
        return _Reading(stream).structure()
    except (IndexError, struct.error, ValueError, KeyError) as error:
        raise NotMaskableError("malformed") from error


class _Reading:
    def __init__(self, stream: bytes) -> None:
        self.stream = stream
        self.tables: dict[tuple[int, int], Table] = {}
        self.steps: dict[int, int] = {}
        self.interval = 0
        self.picture: Picture | None = None

    def structure(self) -> Structure:
        parts = tuple(self._parts())
        if self.picture is None or not any(isinstance(part, Scan) for part in parts):
            raise NotMaskableError("no picture")
        components = tuple(self._with_step(one) for one in self.picture.components)
        return Structure(Picture(self.picture.process, self.picture.rows, self.picture.columns, components), parts)

    def _with_step(self, one: Component) -> Component:
        return Component(one.id, one.h, one.v, one.table, self.steps.get(one.table))

    def _parts(self) -> Iterator[bytes | Scan]:
        at = 2
        while True:
            if self.stream[at] != 0xFF:
                raise NotMaskableError("no marker where one must be")
            marker = self.stream[at + 1]
            if marker == _EOI:
                return
            (length,) = struct.unpack_from(">H", self.stream, at + 2)
            segment, at = self.stream[at : at + 2 + length], at + 2 + length
            self._read(marker, segment[4:])
            if marker != _SOS:
                yield segment
                continue
            end = self._scan_end(at)
            yield self._scan(segment, self.stream[at:end])
            at = end

    def _read(self, marker: int, body: bytes) -> None:
        if marker == _DQT:
            self._quantisation(body)
        elif marker == _DHT:
            self._huffman(body)
        elif marker == _DRI:
            (self.interval,) = struct.unpack(">H", body)
        elif marker in _FRAMES:
            self.picture = _picture(marker, body, self.picture)
        elif 0xC0 <= marker <= 0xCF:
            raise NotMaskableError("another process")

    def _quantisation(self, body: bytes) -> None:
        at = 0
        while at < len(body):
            wide, number = body[at] >> 4, body[at] & 15
            step = struct.unpack_from(">H" if wide else ">B", body, at + 1)[0]
            if self.picture is not None and self.steps.get(number, step) != step:
                raise NotMaskableError("quantisation that changes between scans")
            self.steps[number] = step
            at += 65 + 64 * bool(wide)

    def _huffman(self, body: bytes) -> None:
        at = 0
        while at < len(body):
            counts = tuple(body[at + 1 : at + 17])
            values = body[at + 17 : at + 17 + sum(counts)]
            self.tables[body[at] >> 4, body[at] & 15] = Table.of(counts, values)
            at += 17 + sum(counts)

    def _scan_end(self, at: int) -> int:
        while True:
            at = self.stream.index(b"\xff", at)
            if self.stream[at + 1] not in {0, 0xFF, *_RESTARTS}:
                return at
            at += 1 if self.stream[at + 1] == 0xFF else 2

    def _scan(self, segment: bytes, coded: bytes) -> Scan:
        if self.picture is None:
            raise NotMaskableError("a scan before its frame header")
        body = segment[4:]
        number = {one.id: index for index, one in enumerate(self.picture.components)}
        ids = tuple((body[2 + 2 * n] >> 4, body[2 + 2 * n] & 15) for n in range(body[0]))
        members = tuple((number[body[1 + 2 * n]], self.tables.get((0, dc)), self.tables.get((1, ac))) for n, (dc, ac) in enumerate(ids))
        start, end, bits = body[1 + 2 * body[0] : 4 + 2 * body[0]]
        return Scan(members, ids, (start, end), (bits >> 4, bits & 15), self.interval, segment, coded)


def _picture(marker: int, body: bytes, before: Picture | None) -> Picture:
    precision, rows, columns, count = struct.unpack_from(">BHHB", body)
    if before is not None or precision != 8 or not rows or not columns or count not in {1, 3}:
        raise NotMaskableError("another kind of picture")
    found = [struct.unpack_from(">BBB", body, 6 + 3 * n) for n in range(count)]
    components = tuple(Component(one, 1 if count == 1 else how >> 4, 1 if count == 1 else how & 15, table) for one, how, table in found)
    factors = [factor for one in components for factor in (one.h, one.v)]
    if len({one.id for one in components}) != count or not all(1 <= factor <= 4 for factor in factors):
        raise NotMaskableError("another kind of picture")
    if any(one.h * one.v and (max(c.h for c in components) % one.h or max(c.v for c in components) % one.v) for one in components):
        raise NotMaskableError("sampling factors that do not divide each other")
    return Picture(marker, rows, columns, components)
