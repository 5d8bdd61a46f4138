"""Where each frame of encapsulated pixel data lies: a walk over the items, because real tables are wrong, empty or cut off."""

import itertools
import struct
from dataclasses import dataclass

from corelab.imaging.elements import Buffer
from corelab.imaging.faults import FileFault, FileRefusedError

ITEM_LIMIT = 50_000

_ITEM, _SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_STREAM_STARTS = (b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0c\x6a\x50")

Span = tuple[int, int]
"""Offset in the buffer and length of one fragment."""
Spans = tuple[Span, ...]
"""All fragments of one frame, in order."""


@dataclass(frozen=True, slots=True)
class Items:
    """The items of encapsulated pixel data. ``table`` is the raw basic offset table; ``end`` is where the data set goes on."""

    table: bytes
    fragments: Spans
    end: int
    cut: bool
    delimited: bool


def scan_items(buffer: Buffer, offset: int) -> Items:
    """Walk the items from ``offset``. A fragment that the file cuts off is kept as far as it goes (``cut``)."""
    fragments: list[Span] = []
    while offset + 8 <= len(buffer):
        mark, length = buffer[offset : offset + 4], struct.unpack_from("<I", buffer, offset + 4)[0]
        if mark != _ITEM:
            return _items(buffer, fragments, offset + 8 if mark == _SEQUENCE_END else offset, delimited=mark == _SEQUENCE_END)
        offset += 8
        if offset + length > len(buffer):
            fragments.append((offset, len(buffer) - offset))
            return _items(buffer, fragments, len(buffer), cut=True)
        fragments.append((offset, length))
        if len(fragments) > ITEM_LIMIT:
            raise FileRefusedError("hostile", f"The pixel data has more than {ITEM_LIMIT} fragments.")
        offset += length
    return _items(buffer, fragments, len(buffer))


def _items(buffer: Buffer, fragments: list[Span], end: int, *, cut: bool = False, delimited: bool = False) -> Items:
    if not fragments:
        return Items(b"", (), end, cut, delimited)
    start, length = fragments[0]
    return Items(bytes(buffer[start : start + length]), tuple(fragments[1:]), end, cut, delimited)


def frames_of(
    buffer: Buffer, items: Items, declared: int, extended: tuple[int, ...], *, joined: bool
) -> tuple[tuple[Spans, ...], FileFault | None]:
    """The fragments of each frame, and the fault of the offset tables.

    A table counts only when it names fragment starts in order. Otherwise one fragment is one frame when their number is the declared
    one or when the syntax allows no more (``joined`` false); else a frame begins where a fragment begins with the start of a stream.
    """
    table = _reachable(extended or struct.unpack_from(f"<{len(items.table) // 4}I", items.table), items)
    frames = _by_table(items.fragments, table)
    if frames:
        return frames, None
    fault = (
        FileFault("offset_table_wrong", "The table of frame offsets is wrong: frames were found by walking the data.") if table else None
    )
    return _by_content(buffer, items.fragments, declared, joined=joined), fault


def _reachable(table: tuple[int, ...], items: Items) -> tuple[int, ...]:
    """The table of a file that was cut off is right as far as the file goes."""
    if not (items.cut and items.fragments):
        return table
    return tuple(offset for offset in table if offset < items.end - items.fragments[0][0])


def _by_table(fragments: Spans, table: tuple[int, ...]) -> tuple[Spans, ...]:
    """Empty when the table does not fit the fragments. Offsets count from the first byte of the first item's tag."""
    if not (fragments and table):
        return ()
    base = fragments[0][0] - 8
    index = {start - 8 - base: n for n, (start, _) in enumerate(fragments)}
    firsts = [index.get(offset, -1) for offset in table]
    if firsts[0] != 0 or any(later <= earlier for earlier, later in itertools.pairwise(firsts)):
        return ()
    return tuple(fragments[first:last] for first, last in zip(firsts, [*firsts[1:], len(fragments)], strict=True))


def _by_content(buffer: Buffer, fragments: Spans, declared: int, *, joined: bool) -> tuple[Spans, ...]:
    if not joined or len(fragments) == declared:
        return tuple((fragment,) for fragment in fragments)
    frames: list[list[Span]] = []
    for start, length in fragments:
        begins = bytes(buffer[start : start + min(length, 6)]).startswith(_STREAM_STARTS)
        if begins or not frames:
            frames.append([])
        frames[-1].append((start, length))
    return tuple(tuple(frame) for frame in frames)
