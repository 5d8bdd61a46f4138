"""A walk over the elements of a data set that builds no values, so that hostile structure is refused before it costs anything."""

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from corelab.imaging.faults import FileRefusedError
from corelab.imaging.source import Encoding

ELEMENT_LIMIT = 50_000
ITEM_LIMIT = 20_000
DEPTH_LIMIT = 16

PIXEL_DATA = 0x7FE00010
UNDEFINED = 0xFFFFFFFF
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_LONG_VR = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
_NO_VR = b""
_SEQUENCES = frozenset({0x00186011})
"""Sequences that are read. Implicit VR does not tell a sequence of defined length from other values."""

Buffer = mmap.mmap | bytes


@dataclass(frozen=True, slots=True)
class Element:
    """One element: where its value lies (``offset``, ``length``; -1 when undefined), and the items of a sequence."""

    tag: int
    vr: bytes
    offset: int
    length: int
    items: tuple["DataSet", ...] = ()


@dataclass(frozen=True, slots=True)
class DataSet:
    """The elements of one data set by tag, with typed access. Absent or malformed values are None or empty, never an error."""

    buffer: Buffer
    big: bool
    elements: Mapping[int, Element] = field(default_factory=dict)

    def __contains__(self, tag: int) -> bool:
        return tag in self.elements

    def raw(self, tag: int) -> bytes:
        element = self.elements.get(tag)
        return b"" if element is None or element.length < 0 else bytes(self.buffer[element.offset : element.offset + element.length])

    def text(self, tag: int) -> str:
        return self.raw(tag)[:1024].decode("ascii", "replace").strip("\0 ")

    def integers(self, tag: int, code: str) -> tuple[int, ...]:
        """Binary integers; ``code`` is the struct letter of their VR (H, h, L, l)."""
        value, size = self.raw(tag), struct.calcsize("=" + code)
        count = len(value) // size
        return struct.unpack_from(f"{'>' if self.big else '<'}{count}{code}", value) if count else ()

    def integer(self, tag: int, code: str = "H") -> int | None:
        values = self.integers(tag, code)
        return values[0] if values else None

    def double(self, tag: int) -> float | None:
        value = self.raw(tag)
        return float(struct.unpack_from(">d" if self.big else "<d", value)[0]) if len(value) >= 8 else None

    def items(self, tag: int) -> tuple["DataSet", ...]:
        element = self.elements.get(tag)
        return element.items if element else ()


class Walk:
    """Walks one buffer. Refuses (FileRefusedError) hostile or cut-off structure; stops before the pixel data."""

    def __init__(self, buffer: Buffer, encoding: Encoding) -> None:
        self._buffer = buffer
        self._encoding = encoding
        self._elements = 0
        self._items = 0

    def data_set(self, offset: int) -> tuple[DataSet, Element | None]:
        """The top-level data set from ``offset``, and its pixel data element, if any."""
        found: dict[int, Element] = {}
        for element in self._top(offset):
            if element.tag == PIXEL_DATA:
                return DataSet(self._buffer, self._encoding.big, found), element
            found.setdefault(element.tag, element)
        return DataSet(self._buffer, self._encoding.big, found), None

    def ends_after(self, offset: int) -> bool:
        """True when the rest from ``offset`` consists of proper elements beyond the pixel data, or of nothing."""
        last = PIXEL_DATA
        try:
            for element in self._top(offset):
                if element.tag <= last:
                    return False
                last = element.tag
        except FileRefusedError:
            return False
        return True

    def _top(self, offset: int) -> Iterator[Element]:
        end = len(self._buffer)
        while offset < end:
            if end - offset < 8:
                raise FileRefusedError("truncated", "The file ends inside an element.")
            tag = self._tag(offset)
            if tag >> 16 == 0xFFFE:  # strays of broken writers: real files hold them, and the data set goes on behind them
                offset += 8
                continue
            element, offset = self._element(offset, end, 1, self._encoding)
            yield element

    def _element(self, offset: int, end: int, depth: int, encoding: Encoding) -> tuple[Element, int]:
        self._count_element()
        tag = self._tag(offset)
        vr, value, length = self._lead(offset, encoding)
        if tag == PIXEL_DATA and depth == 1:
            return Element(tag, vr, value, -1 if length == UNDEFINED else length), value
        if vr == b"SQ" or length == UNDEFINED or tag in _SEQUENCES:
            return self._sequence(Element(tag, vr, value, length), end, depth, encoding)
        if value + length > end:
            raise FileRefusedError("truncated", "An element is longer than the file: the file was cut off.")
        return Element(tag, vr, value, length), value + length

    def _lead(self, offset: int, encoding: Encoding) -> tuple[bytes, int, int]:
        order = ">" if encoding.big else "<"
        vr = bytes(self._buffer[offset + 4 : offset + 6])
        if encoding.implicit or not (vr.isalpha() and vr.isupper()):
            return _NO_VR, offset + 8, self._number(order + "I", offset + 4)
        if vr in _LONG_VR:
            return vr, offset + 12, self._number(order + "I", offset + 8)
        return vr, offset + 8, self._number(order + "H", offset + 6)

    def _sequence(self, element: Element, end: int, depth: int, encoding: Encoding) -> tuple[Element, int]:
        if depth >= DEPTH_LIMIT:
            raise FileRefusedError("hostile", f"Sequences are nested more than {DEPTH_LIMIT} deep.")
        inner = Encoding(implicit=True, big=False) if element.vr == b"UN" else encoding
        stop = end if element.length == UNDEFINED else element.offset + element.length
        if stop > end:
            raise FileRefusedError("truncated", "A sequence is longer than the file: the file was cut off.")
        items: list[DataSet] = []
        offset = element.offset
        while offset + 8 <= stop:
            tag, length = self._tag(offset), self._number(self._order() + "I", offset + 4)
            offset += 8
            if tag == _SEQUENCE_END:
                break
            if tag != _ITEM:
                raise FileRefusedError("hostile", "A sequence holds something that is not an item.")
            item, offset = self._item(element, offset, length, stop, depth, inner)
            items.append(item)
        else:
            if element.length == UNDEFINED:
                raise FileRefusedError("truncated", "The file ends inside a sequence.")
        return Element(element.tag, element.vr, element.offset, -1, tuple(items)), offset if element.length == UNDEFINED else stop

    def _item(self, element: Element, offset: int, length: int, stop: int, depth: int, encoding: Encoding) -> tuple[DataSet, int]:
        self._count_item()
        if length != UNDEFINED and offset + length > stop:
            raise FileRefusedError("truncated", "An item is longer than its sequence: the file was cut off.")
        if element.vr in {b"OB", b"OW"}:  # encapsulated pixels of an icon: not read
            return DataSet(self._buffer, self._encoding.big), offset + (length if length != UNDEFINED else 0)
        found: dict[int, Element] = {}
        end = stop if length == UNDEFINED else offset + length
        while offset + 8 <= end:
            if self._tag(offset) == _ITEM_END:
                offset += 8
                break
            inner, offset = self._element(offset, end, depth + 1, encoding)
            found.setdefault(inner.tag, inner)
        return DataSet(self._buffer, self._encoding.big, found), offset if length == UNDEFINED else end

    def _tag(self, offset: int) -> int:
        group, element = struct.unpack_from(">HH" if self._encoding.big else "<HH", self._buffer, offset)
        return int(group) << 16 | int(element)

    def _order(self) -> str:
        return ">" if self._encoding.big else "<"

    def _number(self, code: str, offset: int) -> int:
        try:
            return int(struct.unpack_from(code, self._buffer, offset)[0])
        except struct.error as error:
            raise FileRefusedError("truncated", "The file ends inside an element.") from error

    def _count_element(self) -> None:
        self._elements += 1
        if self._elements > ELEMENT_LIMIT:
            raise FileRefusedError("hostile", f"The header has more than {ELEMENT_LIMIT} elements.")

    def _count_item(self) -> None:
        self._items += 1
        if self._items > ITEM_LIMIT:
            raise FileRefusedError("hostile", f"The header has more than {ITEM_LIMIT} sequence items.")
