"""Walks the bytes of a DICOM file before any parser sees them: structure only, no values are built (PS3.5 chapter 7, PS3.10 chapter 7)."""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from corelab.domain.intake import IntakeCode, ObjectRefusedError

Buffer = bytes | mmap.mmap

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

_DIRECTORY = b"1.2.840.10008.1.3.10"
UNDEFINED = 0xFFFFFFFF
ITEM, ITEM_END, SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
_DELIMITERS = 0xFFFE
_LONG = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"))
_SHORT = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())


@dataclass(frozen=True, slots=True)
class Limits:
    """What no real clip exceeds."""

    depth: int = 16
    elements: int = 50_000
    items: int = 20_000
    size: int = 2 << 30


@dataclass(frozen=True, slots=True)
class Element:
    """One data element: ``path`` are the tags of the sequences around it; ``offset`` and ``length`` are those of its value.

    ``items`` says in which item of each of those sequences it lies. ``vr`` is empty where the file does not say it.
    """

    path: tuple[int, ...]
    tag: int
    vr: str
    offset: int
    length: int
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """What the walk saw. ``start`` is where the file meta begins (132, or 0 without preamble); ``data_set`` where the data set begins.

    ``pixel_header`` is where the pixel data element begins (its tag; -1 where there is none), ``end`` where the last sound element ends.
    ``fragments`` are (offset, length) of the items of encapsulated pixel data, the offset table first; empty for native.
    ``faults`` are departures that leave whole frames provably intact.
    """

    start: int
    syntax: str
    data_set: int
    elements: tuple[Element, ...]
    pixel_header: int
    pixel: Element | None
    fragments: tuple[tuple[int, int], ...]
    encapsulated: bool
    end: int
    faults: tuple[IntakeCode, ...]


def walk(data: Buffer, limits: Limits = Limits()) -> Walk:
    """The structure of a whole file. Raises ObjectRefusedError with a stable code for anything that cannot be trusted."""
    if len(data) > limits.size:
        raise ObjectRefusedError(IntakeCode.LIMIT_SIZE, f"{len(data)} bytes")
    return _Walker(data, limits).file()


@dataclass(frozen=True, slots=True)
class _Place:
    """In which item of which sequences; ``open_ended``: a delimiter ends the item, not its length."""

    path: tuple[int, ...] = ()
    items: tuple[int, ...] = ()
    open_ended: bool = False


_TOP = _Place()


@dataclass(slots=True)
class _Walker:
    data: Buffer
    limits: Limits
    elements: list[Element] = field(default_factory=list)
    fragments: list[tuple[int, int]] = field(default_factory=list)
    faults: list[IntakeCode] = field(default_factory=list)
    items: int = 0
    order: str = "<"
    explicit: bool = True
    pixel_header: int = -1
    encapsulated: bool = False

    def file(self) -> Walk:
        start = self._start()
        syntax, data_set = self._meta(start)
        if syntax == DEFLATED:
            raise ObjectRefusedError(IntakeCode.TRANSFER_SYNTAX, "deflated")
        self.order = ">" if syntax == EXPLICIT_BIG else "<"
        self.explicit = syntax != IMPLICIT_LITTLE
        end = self._data_set(data_set, len(self.data), _TOP, top=True)
        pixel = next((e for e in reversed(self.elements) if e.tag == PIXEL_DATA and not e.path), None)
        return Walk(
            start,
            syntax,
            data_set,
            tuple(self.elements),
            self.pixel_header,
            pixel,
            tuple(self.fragments),
            self.encapsulated,
            end,
            tuple(self.faults),
        )

    def _start(self) -> int:
        if len(self.data) >= 132 and self.data[128:132] == b"DICM":
            return 132
        # Some archives lose preamble and prefix of an otherwise complete object: its first element is then the length of group 2.
        if len(self.data) >= 12 and self.data[:6] == b"\x02\x00\x00\x00UL":
            self.faults.append(IntakeCode.NOT_DICOM)
            return 0
        # Others lose the file meta too: a data set then begins at once, with an element of group 8.
        if len(self.data) >= 16 and self.data[:2] == b"\x08\x00" and self.data[3] == 0:
            self.faults.append(IntakeCode.NOT_DICOM)
            return 0
        raise ObjectRefusedError(IntakeCode.NOT_DICOM)

    def _meta(self, start: int) -> tuple[str, int]:
        """Group 2, always explicit little endian; its own length element is not believed."""
        at, last, syntax = start, -1, None
        while at + 8 <= len(self.data) and self.data[at : at + 2] == b"\x02\x00":
            tag, vr, offset, length = self._element_header(at, len(self.data))
            self._ascending(tag, last)
            self._inside(offset, length, len(self.data))
            self._keep(Element((), tag, vr, offset, length))
            if tag == 0x00020002 and self.data[offset : offset + length].rstrip(b"\0 ") == _DIRECTORY:
                raise ObjectRefusedError(IntakeCode.SOP_CLASS, "a directory of a disc")
            if tag == 0x00020010:
                syntax = self.data[offset : offset + length].rstrip(b"\0 ").decode("ascii", "replace")
            at, last = offset + length, tag
        if syntax is None and start == at == 0:
            return EXPLICIT_LITTLE if self.data[4:6] in _SHORT | _LONG else IMPLICIT_LITTLE, at
        if syntax is None:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "no transfer syntax")
        return syntax, at

    def _data_set(self, at: int, end: int, place: "_Place", *, top: bool = False) -> int:
        """Elements from ``at`` to ``end``; the position after the last. Inside an item of unknown length, stops at its delimiter."""
        last = -1
        while at < end:
            if top and self._tail(at, end):
                return at
            tag, vr, offset, length = self._element_header(at, end)
            if tag == ITEM_END and place.open_ended:
                self._empty(length)
                return offset
            if top and tag >> 16 == _DELIMITERS and not length:
                self._stray()
                at = offset
                continue
            self._ascending(tag, last)
            self._group(tag)
            if top and tag == PIXEL_DATA:
                self.pixel_header = at
            at, last = self._value(Element(place.path, tag, vr, offset, length, place.items), end), tag
        if place.open_ended:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "in an item")
        return at

    def _tail(self, at: int, end: int) -> bool:
        """After the pixel data, bytes that are no further element end the walk: faults that a person may accept."""
        if end - at >= 8:
            tag, _, _, _ = self._peek(at)
            if tag >> 16 == _DELIMITERS and self.pixel_header >= 0:
                self._stray()
                return True
            if self.pixel_header < 0 or tag > PIXEL_DATA:
                return False
        elif self.pixel_header < 0:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "in the header")
        self.faults.append(IntakeCode.TRAILING_BYTES)
        return True

    def _stray(self) -> None:
        """A delimiter that closes nothing: broken writers leave some. It is dropped, and a person is told."""
        if IntakeCode.STRUCTURE not in self.faults:
            self.faults.append(IntakeCode.STRUCTURE)

    def _value(self, element: Element, end: int) -> int:
        if element.length != UNDEFINED:
            return self._defined(element, end)
        if element.tag == PIXEL_DATA:
            return self._nested_frames(element, end) if element.path else self._encapsulated(element, end)
        if self.explicit and element.vr not in {"SQ", "UN"}:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "unknown length outside a sequence")
        self._keep(element)
        return self._sequence_of(element, end)

    def _defined(self, element: Element, end: int) -> int:
        if element.tag == PIXEL_DATA and not element.path and element.offset + element.length > end:
            self.faults.append(IntakeCode.PIXEL_LENGTH)
            element = replace(element, length=end - element.offset)
        else:
            self._inside(element.offset, element.length, end)
        self._keep(element)
        stop = element.offset + element.length
        if element.vr == "SQ" or (not self.explicit and self._looks_like_items(element)):
            self._items(element, element.offset, stop)
        return stop

    def _looks_like_items(self, element: Element) -> bool:
        return not element.tag & 0x10000 and element.length >= 8 and self.data[element.offset : element.offset + 4] == b"\xfe\xff\x00\xe0"

    def _sequence_of(self, element: Element, end: int) -> int:
        if element.vr != "UN":
            return self._items(element, element.offset, end, open_ended=True)
        # A sequence of unknown VR is always implicit little endian inside (PS3.5 section 6.2.2).
        outer = self.explicit, self.order
        self.explicit, self.order = False, "<"
        try:
            return self._items(element, element.offset, end, open_ended=True)
        finally:
            self.explicit, self.order = outer

    def _items(self, element: Element, at: int, end: int, *, open_ended: bool = False) -> int:
        path = (*element.path, element.tag)
        if len(path) > self.limits.depth:
            raise ObjectRefusedError(IntakeCode.LIMIT_DEPTH, f"{len(path)} levels")
        number = 0
        while at < end:
            tag, length = self._item_header(at, end)
            at += 8
            if tag == SEQUENCE_END and open_ended:
                self._empty(length)
                return at
            if tag != ITEM:
                raise ObjectRefusedError(IntakeCode.STRUCTURE, "no item where one must be")
            self._count_item()
            at = self._item(at, length, end, _Place(path, (*element.items, number), open_ended=length == UNDEFINED))
            number += 1
        if open_ended:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "in a sequence")
        return at

    def _item(self, at: int, length: int, end: int, place: "_Place") -> int:
        if place.open_ended:
            return self._data_set(at, end, place)
        self._inside(at, length, end)
        return self._data_set(at, at + length, place)

    def _nested_frames(self, element: Element, end: int) -> int:
        """Compressed pixels inside a sequence are those of an icon: nothing of them is kept, but they must end."""
        for tag, offset, length in self._fragment_headers(element.offset, end):
            self._count_item()
            if tag == SEQUENCE_END:
                self._keep(replace(element, length=offset - element.offset))
                return offset
            self._inside(offset, length, end)
        raise ObjectRefusedError(IntakeCode.TRUNCATED, "in an icon")

    def _encapsulated(self, element: Element, end: int) -> int:
        """The fragments. A file that ends inside them keeps those that are whole."""
        self.encapsulated = True
        at = element.offset
        for tag, offset, length in self._fragment_headers(at, end):
            at = offset + length
            if tag == SEQUENCE_END:
                break
            self._count_item()
            self.fragments.append((offset, length))
        else:
            self.faults.append(IntakeCode.TRUNCATED)
        self._keep(Element((), PIXEL_DATA, element.vr, element.offset, at - element.offset))
        return at

    def _fragment_headers(self, at: int, end: int) -> Iterator[tuple[int, int, int]]:
        while at + 8 <= end:
            group, number, length = struct.unpack_from("<HHI", self.data, at)
            tag = group << 16 | number
            if tag == SEQUENCE_END:
                yield tag, at + 8, 0
                return
            if tag != ITEM:
                return
            if at + 8 + length > end:
                return
            yield tag, at + 8, length
            at += 8 + length

    def _peek(self, at: int) -> tuple[int, bytes, int, int]:
        group, number = struct.unpack_from(self.order + "HH", self.data, at)
        return group << 16 | number, self.data[at + 4 : at + 6], group, number

    def _item_header(self, at: int, end: int) -> tuple[int, int]:
        if at + 8 > end:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "in an item header")
        group, number, length = struct.unpack_from(self.order + "HHI", self.data, at)
        return group << 16 | number, length

    def _element_header(self, at: int, end: int) -> tuple[int, str, int, int]:
        """tag, VR ("" where implicit), offset and length of the value."""
        if at + 8 > end:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "in an element header")
        tag, vr, group, _ = self._peek(at)
        if group == 0xFFFE or not (self.explicit or group == 2):
            (length,) = struct.unpack_from(self.order + "I", self.data, at + 4)
            return tag, "", at + 8, length
        if vr in _SHORT:
            (length,) = struct.unpack_from(self.order + "H", self.data, at + 6)
            return tag, vr.decode(), at + 8, length
        if vr not in _LONG:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "unknown value representation")
        if at + 12 > end:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "in an element header")
        (length,) = struct.unpack_from(self.order + "I", self.data, at + 8)
        return tag, vr.decode(), at + 12, length

    def _keep(self, element: Element) -> None:
        self.elements.append(element)
        if len(self.elements) > self.limits.elements:
            raise ObjectRefusedError(IntakeCode.LIMIT_DEPTH, "elements")

    def _count_item(self) -> None:
        self.items += 1
        if self.items > self.limits.items:
            raise ObjectRefusedError(IntakeCode.LIMIT_DEPTH, "items")

    @staticmethod
    def _inside(offset: int, length: int, end: int) -> None:
        if length % 2:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "odd length")
        if offset + length > end:
            raise ObjectRefusedError(IntakeCode.TRUNCATED, "a value reaches past its parent")

    @staticmethod
    def _ascending(tag: int, last: int) -> None:
        if tag <= last:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "elements out of order, or twice")

    @staticmethod
    def _empty(length: int) -> None:
        if length:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "a delimiter with a value")

    @staticmethod
    def _group(tag: int) -> None:
        """Below 8 lie the groups of messages, file meta and directories, and odd ones that are never legal (PS3.5 section 7.8)."""
        group = tag >> 16
        if group < 8 or group >= _DELIMITERS:
            raise ObjectRefusedError(IntakeCode.STRUCTURE, "an illegal group")
