"""JPEG 2000 and high-throughput codestreams (ISO/IEC 15444-1 annex A, 15444-15): no boxes around them, no comments in them.

What a tile-part says of its own length is written anew where a comment was taken out of it, and so is the table of those lengths.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container.shape import Shape

_START, _END = b"\xff\x4f", b"\xff\xd9"
_SIZ, _CAP, _COD, _TLM, _SOT, _SOD = 0xFF51, 0xFF50, 0xFF52, 0xFF55, 0xFF90, 0xFF93
_KEPT_MAIN = frozenset({_SIZ, _CAP, 0xFF59, _COD, 0xFF53, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F})
_KEPT_TILE = frozenset({_COD, 0xFF53, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF5F})
_DROPPED = frozenset({0xFF64, _TLM, 0xFF57, 0xFF58, 0xFF63})
"""Comments, lengths of tile-parts and packets, registration of components: no picture needs them."""
_BOX_ROOM, _SIGNED = 4096, 0x80
_SOT_LENGTH, _TABLE_ROOM = 12, 10_000


@dataclass(frozen=True, slots=True)
class TilePart:
    """One tile-part without what no picture needs: its segments, and its coded data."""

    tile: int
    part: int
    parts: int
    segments: bytes
    data: bytes

    @property
    def length(self) -> int:
        return _SOT_LENGTH + len(self.segments) + 2 + len(self.data)

    def written(self, *, shorter: int = 0) -> bytes:
        """With ``shorter`` bytes less of its data."""
        start = struct.pack(">HHHIBB", _SOT, 10, self.tile, self.length - shorter, self.part, self.parts)
        return start + self.segments + struct.pack(">H", _SOD) + self.data[: len(self.data) - shorter]


@dataclass(frozen=True, slots=True)
class Codestream:
    """A whole codestream in its parts. ``lengths``: it has a table of the lengths of its tile-parts."""

    shape: Shape
    main: bytes
    lengths: bool
    parts: tuple[TilePart, ...]

    def written(self, *, shortened: int | None = None) -> bytes:
        """The stream; with ``shortened`` the last byte of that tile-part's data is missing, which no decoder may overlook."""
        parts = [part.written(shorter=number == shortened) for number, part in enumerate(self.parts)]
        return b"".join([_START, self.main, self._table() if self.lengths else b"", *parts, _END])

    def _table(self) -> bytes:
        rows = b"".join(struct.pack(">HI", part.tile, part.length) for part in self.parts)
        return struct.pack(">HHBB", _TLM, 4 + len(rows), 0, 0x60) + rows


def clean_jpeg2000(stream: bytes, *, high_throughput: bool) -> tuple[bytes, Shape]:
    """The codestream with only the segments that its picture needs, cut after its end. Raises ObjectRefusedError."""
    found = codestream_of(stream, high_throughput=high_throughput)
    return found.written(), found.shape


def codestream_of(stream: bytes, *, high_throughput: bool) -> Codestream:
    """The parts of the one codestream in ``stream``. Refuses what does not end, what no picture needs, and another coding than declared."""
    at = stream.find(_START + struct.pack(">H", _SIZ), 0, _BOX_ROOM)
    if at < 0:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "no codestream")
    main, at = _segments(stream, at + 2, _KEPT_MAIN, _SOT)
    kinds = [kind for kind, _ in main]
    if kinds[:1] != [_SIZ] or kinds.count(_SIZ) != 1 or kinds.count(_COD) != 1 or (_CAP in kinds) != high_throughput:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "not the headers of this coding")
    shape = _shape(dict(main))
    parts = tuple(_tile_parts(stream, at))
    kept = b"".join(_packed(kind, body) for kind, body in main if kind != _TLM)
    return Codestream(shape, kept, _TLM in kinds and len(parts) <= _TABLE_ROOM, parts)


def _segments(stream: bytes, at: int, kept: frozenset[int], stop: int) -> tuple[Sequence[tuple[int, bytes]], int]:
    """What is kept up to the marker ``stop``, the table of lengths too, and where that marker is."""
    found: list[tuple[int, bytes]] = []
    while True:
        marker, length = _pair(stream, at)
        if marker == stop:
            return found, at
        if marker not in kept | _DROPPED:
            raise ObjectRefusedError(IntakeCode.CONTAINER, "a segment that no ultrasound picture has")
        if length < 2 or at + 2 + length > len(stream):
            raise ObjectRefusedError(IntakeCode.DECODE, "a segment reaches past the end")
        if marker in kept or (marker == _TLM and stop == _SOT):
            found.append((marker, stream[at + 4 : at + 2 + length]))
        at += 2 + length


def _pair(stream: bytes, at: int) -> tuple[int, int]:
    """A marker and the length behind it."""
    if at + 4 > len(stream):
        raise ObjectRefusedError(IntakeCode.DECODE, "the stream does not end")
    marker, length = struct.unpack_from(">HH", stream, at)
    return int(marker), int(length)


def _packed(kind: int, body: bytes) -> bytes:
    return struct.pack(">HH", kind, len(body) + 2) + body


def _shape(main: dict[int, bytes]) -> Shape:
    try:
        right, lower, left, upper = struct.unpack_from(">IIII", main[_SIZ], 2)
        (components,) = struct.unpack_from(">H", main[_SIZ], 34)
        precisions = {main[_SIZ][36 + 3 * number] for number in range(components)}
        mixed, wavelet = main[_COD][4], main[_COD][9]
    except (struct.error, IndexError) as error:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "its headers are too short") from error
    if len(main[_SIZ]) != 36 + 3 * components or len(precisions) != 1 or max(precisions) >= _SIGNED:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "its samples are not those of a picture")
    return Shape(lower - upper, right - left, components, precisions.pop() + 1, lossy=wavelet == 0, mixed=mixed == 1)


def _tile_parts(stream: bytes, at: int) -> Iterator[TilePart]:
    """One after the other, up to the end mark, which must follow at once."""
    while stream[at : at + 2] != _END:
        marker, _ = _pair(stream, at)
        if marker != _SOT or at + _SOT_LENGTH > len(stream):
            raise ObjectRefusedError(IntakeCode.CONTAINER if at + 2 <= len(stream) else IntakeCode.DECODE, "no tile-part, and no end")
        tile, length, part, parts = struct.unpack_from(">HIBB", stream, at + 4)
        end = at + length if length else _last_end(stream)
        segments, data = _segments(stream, at + _SOT_LENGTH, _KEPT_TILE, _SOD)
        if not data + 2 <= end <= len(stream) - 2:
            raise ObjectRefusedError(IntakeCode.DECODE, "a tile-part reaches past the end")
        yield TilePart(tile, part, parts, b"".join(_packed(kind, body) for kind, body in segments), stream[data + 2 : end])
        at = end


def _last_end(stream: bytes) -> int:
    """A last tile-part may leave its length open; it then goes to the end mark."""
    return stream.rfind(_END)
