"""Reads which files a disc lists in its DICOMDIR (PS3.10 chapter 8, PS3.3 annex F) by a short walk of its bytes; nothing is followed."""

import struct
from collections.abc import Iterator

from corelab.domain.intake import IntakeCode, ObjectRefusedError

SIZE_LIMIT = 32 << 20
"""As many records as may be, of some 500 bytes each, with room to spare."""
_RECORDS, _FILE_ID = 0x00041220, 0x00041500
_SYNTAX, _EXPLICIT = 0x00020010, b"1.2.840.10008.1.2.1"
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_UNDEFINED = 0xFFFFFFFF
_LONG = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"))
MOST_FILES = 50_000
_MOST_ELEMENTS = 5_000_000
_DEEPEST = 16

Reference = tuple[str, ...]
"""The components of one file's path, as the directory writes them; they may be anything, and are only ever compared."""


def listed_files(data: bytes) -> tuple[Reference, ...]:
    """The files that the records name, in their order, each once. Raises ObjectRefusedError (DICOMDIR) where it cannot be read."""
    if len(data) > SIZE_LIMIT or data[128:132] != b"DICM":
        raise ObjectRefusedError(IntakeCode.DICOMDIR, "no directory")
    try:
        return tuple(dict.fromkeys(_Walk(data).files()))
    except struct.error as error:
        raise ObjectRefusedError(IntakeCode.DICOMDIR, "ends too early") from error


class _Walk:
    """One directory; made for one call."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = _MOST_ELEMENTS

    def files(self) -> Iterator[Reference]:
        at, syntax = 132, b""
        while at < len(self.data):
            tag, offset, length = self._element(at)
            if tag == _SYNTAX:
                syntax = self.data[offset : offset + length].rstrip(b"\0 ")
            if tag >> 16 != 2 and syntax != _EXPLICIT:
                raise ObjectRefusedError(IntakeCode.DICOMDIR, "not explicit little endian")
            if tag == _RECORDS:
                yield from self._of_records(offset, length)
                return
            at = self._after(offset, length, 0)
        raise ObjectRefusedError(IntakeCode.DICOMDIR, "no records")

    def _of_records(self, at: int, length: int) -> Iterator[Reference]:
        """The item that names a file tells it in one of its own elements; sequences inside it are passed over."""
        count = 0
        for start, stop in self._items(at, length, 0):
            for tag, offset, size in self._inside(start, stop):
                if tag == _FILE_ID and size:
                    count += 1
                    if count > MOST_FILES:
                        raise ObjectRefusedError(IntakeCode.DICOMDIR, "too many files")
                    yield _reference(self.data[offset : offset + size])

    def _inside(self, at: int, stop: int) -> Iterator[tuple[int, int, int]]:
        while at < stop:
            tag, offset, length = self._element(at)
            yield tag, offset, length
            at = self._after(offset, length, 1)

    def _items(self, at: int, length: int, depth: int) -> Iterator[tuple[int, int]]:
        """Where the content of each item begins and ends."""
        end = len(self.data) if length == _UNDEFINED else at + length
        while at < end:
            tag, size = self._mark(at)
            if tag == _SEQUENCE_END:
                return
            if tag != _ITEM:
                raise ObjectRefusedError(IntakeCode.DICOMDIR, "no item")
            start = at + 8
            stop, at = self._item_end(start, size, depth)
            yield start, stop
        if length == _UNDEFINED:
            raise ObjectRefusedError(IntakeCode.DICOMDIR, "ends too early")

    def _item_end(self, start: int, size: int, depth: int) -> tuple[int, int]:
        """Where an item's content ends, and where the next thing begins."""
        if size != _UNDEFINED:
            self._require(start, size)
            return start + size, start + size
        at = start
        while self._mark(at)[0] != _ITEM_END:
            _tag, offset, length = self._element(at)
            at = self._after(offset, length, depth + 1)
        return at, at + 8

    def _after(self, offset: int, length: int, depth: int) -> int:
        """The end of an element's value; inside one of unknown length, that of the last item's."""
        if length != _UNDEFINED:
            return offset + length
        if depth > _DEEPEST:
            raise ObjectRefusedError(IntakeCode.DICOMDIR, "too deep")
        at = offset
        while (mark := self._mark(at))[0] != _SEQUENCE_END:
            if mark[0] != _ITEM:
                raise ObjectRefusedError(IntakeCode.DICOMDIR, "no item")
            _stop, at = self._item_end(at + 8, mark[1], depth + 1)
        return at + 8

    def _element(self, at: int) -> tuple[int, int, int]:
        """Tag, place and length of the value of the element at ``at``."""
        self._count()
        group, element, vr = struct.unpack_from("<HH2s", self.data, at)
        if not (vr.isalpha() and vr.isupper()):
            raise ObjectRefusedError(IntakeCode.DICOMDIR, "no element")
        if vr in _LONG:
            offset, length = at + 12, struct.unpack_from("<I", self.data, at + 8)[0]
        else:
            offset, length = at + 8, struct.unpack_from("<H", self.data, at + 6)[0]
        if length == _UNDEFINED and vr not in {b"SQ", b"UN"}:
            raise ObjectRefusedError(IntakeCode.DICOMDIR, "unknown length outside a sequence")
        if length != _UNDEFINED:
            self._require(offset, length)
        return group << 16 | element, offset, length

    def _mark(self, at: int) -> tuple[int, int]:
        """An item, or the end of one or of a sequence, with its length."""
        self._count()
        group, element, length = struct.unpack_from("<HHI", self.data, at)
        return group << 16 | element, length

    def _require(self, offset: int, length: int) -> None:
        if offset + length > len(self.data):
            raise ObjectRefusedError(IntakeCode.DICOMDIR, "ends too early")

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise ObjectRefusedError(IntakeCode.DICOMDIR, "too many elements")


def _reference(stored: bytes) -> Reference:
    text = stored.decode("latin-1").rstrip(" \0")
    return tuple(part.strip(" \0") for part in text.split("\\"))
