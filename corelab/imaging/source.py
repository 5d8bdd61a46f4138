"""The bytes of one DICOM file as a mapped buffer, and where its data set begins and in which encoding it is written."""

import errno
import mmap
import os
import stat
import struct
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from corelab.imaging.faults import FileRefusedError

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"

INFLATED_LIMIT = 512 * 1024 * 1024
"""A deflated data set may grow to this many bytes: two megabytes of it can hold two gigabytes of zeros."""

_LONG_VR = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})


@dataclass(frozen=True, slots=True)
class Encoding:
    implicit: bool
    big: bool


@dataclass(frozen=True, slots=True)
class Start:
    """Where the data set begins, its transfer syntax, and whether preamble and file meta were in place."""

    offset: int
    syntax: str
    proper: bool
    meta_class: str = ""


class Source:
    """An open file. ``buffer`` is the map of the file, or for deflated files the inflated data set; close it after use."""

    def __init__(self, path: Path) -> None:
        self._map: mmap.mmap | None = _mapped(path)
        try:
            self.start = _find_start(self._map)
            self.buffer: mmap.mmap | bytes = self._map
            self.offset = self.start.offset
            if self.start.syntax == DEFLATED:
                self.buffer, self.offset = _inflated(self._map, self.start.offset), 0
        except BaseException:
            self.close()
            raise

    @property
    def file_bytes(self) -> mmap.mmap:
        """All bytes of the file as it lies on disk."""
        if self._map is None:
            raise ValueError("the file is closed")
        return self._map

    def close(self) -> None:
        if self._map is None:
            return
        with suppress(BufferError):  # a decoder on another thread may still look at it: the map goes when that view goes
            self._map.close()
        self._map = None
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _mapped(path: Path) -> mmap.mmap:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise FileRefusedError("not_dicom", f"The file cannot be opened: {error.strerror or 'unknown cause'}.") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise FileRefusedError("not_dicom", "This is not a file.")
        if status.st_size == 0:
            raise FileRefusedError("empty", "The file is empty.")
        return mmap.mmap(handle, 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        if getattr(error, "errno", None) == errno.ENOMEM:
            raise MemoryError from error  # no fault of the file: a process with limits says so
        raise FileRefusedError("not_dicom", "The file cannot be read.") from error
    finally:
        os.close(handle)


def start_of(path: Path) -> Start | None:
    """The same without opening it for longer; None where it is no DICOM file that can be read."""
    try:
        data = _mapped(path)
    except FileRefusedError:
        return None
    with data:
        try:
            return _find_start(data)
        except (FileRefusedError, struct.error):
            return None


def _find_start(data: mmap.mmap) -> Start:
    if data[128:132] == b"DICM":
        return _after_meta(data, 132, proper=True)
    if data[:4] == b"\x02\x00\x00\x00" and data[4:6] == b"UL":
        return _after_meta(data, 0, proper=False)
    if data[:2] == b"\x08\x00" and data[3:4] == b"\x00" and len(data) > 16:
        syntax = EXPLICIT_LITTLE if data[4:6].isalpha() and data[4:6].isupper() else IMPLICIT_LITTLE
        return Start(0, syntax, proper=False)
    raise FileRefusedError("not_dicom", "This is not a DICOM file.")


def _after_meta(data: mmap.mmap, offset: int, *, proper: bool) -> Start:
    """Walk the file meta (always explicit little endian). Its group length is not believed: real files get it wrong."""
    meta: dict[int, bytes] = {}
    while data[offset : offset + 2] == b"\x02\x00":
        if offset + 12 > len(data) or len(meta) > 64:
            raise FileRefusedError("truncated", "The file ends inside its file meta information.")
        (tag,) = struct.unpack_from("<H", data, offset + 2)
        value, length = _meta_value(data, offset)
        if value + length > len(data):
            raise FileRefusedError("truncated", "The file ends inside its file meta information.")
        meta[tag] = data[value : value + length]
        offset = value + length
    syntax = _uid(meta.get(0x0010, b""))
    if not syntax:
        syntax = EXPLICIT_LITTLE if data[offset + 4 : offset + 6].isalpha() else IMPLICIT_LITTLE
    return Start(offset, syntax, proper=proper and 0x0010 in meta, meta_class=_uid(meta.get(0x0002, b"")))


def _meta_value(data: mmap.mmap, offset: int) -> tuple[int, int]:
    if data[offset + 4 : offset + 6] in _LONG_VR:
        return offset + 12, int(struct.unpack_from("<I", data, offset + 8)[0])
    return offset + 8, int(struct.unpack_from("<H", data, offset + 6)[0])


def _uid(value: bytes) -> str:
    return value.decode("ascii", "replace").strip("\0 ")


def _inflated(data: mmap.mmap, offset: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(data[offset:], INFLATED_LIMIT)
    except zlib.error as error:
        raise FileRefusedError("truncated", "The deflated data set is damaged.") from error
    if inflater.unconsumed_tail:
        raise FileRefusedError("too_large", f"The deflated data set grows beyond {INFLATED_LIMIT >> 20} MB.")
    if not inflater.eof:
        raise FileRefusedError("truncated", "The deflated data set is cut off.")
    return inflated


def encoding_of(syntax: str) -> Encoding:
    return Encoding(implicit=syntax == IMPLICIT_LITTLE, big=syntax == EXPLICIT_BIG)
