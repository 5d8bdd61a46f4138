"""Writes a clip: zero preamble, our own file meta, the rebuilt header, then the pixels as they come, frame by frame."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID

from corelab.domain.intake import IntakeCode, ObjectRefusedError

IMPLEMENTATION_CLASS_UID = "2.25.236851217458112043905418309219547011402"
IMPLEMENTATION_VERSION = "CORELAB_1"
_PIXEL_DATA, _ITEM, _SEQUENCE_END = b"\xe0\x7f\x10\x00", b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0\0\0\0\0"


class Frames(Protocol):
    """Takes frames in order."""

    def add(self, frame: bytes | memoryview) -> None: ...


def header_bytes(header: Dataset, syntax: str) -> bytes:
    """Everything before the pixel data element. Always explicit little endian."""
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = header.SOPClassUID
    meta.MediaStorageSOPInstanceUID = header.SOPInstanceUID
    meta.TransferSyntaxUID = UID(syntax)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    out = DicomBytesIO()
    out.write(b"\0" * 128 + b"DICM")
    write_file_meta_info(out, meta, enforce_standard=True)
    body = DicomBytesIO()
    body.is_little_endian, body.is_implicit_VR = True, False
    write_dataset(body, header)
    return out.getvalue() + body.getvalue()


@contextmanager
def native_file(path: Path, header: Dataset, syntax: str, length: int) -> Iterator[Frames]:
    """Native pixels of ``length`` bytes in all; exactly that many must be added."""
    with _created(path) as out:
        out.write(header_bytes(header, syntax))
        out.write(_PIXEL_DATA + b"OB\0\0" + struct.pack("<I", length + length % 2))
        start = out.tell()
        yield _Native(out)
        if out.tell() - start != length:
            raise ValueError("native pixels of another length than announced")
        out.write(b"\0" * (length % 2))


@contextmanager
def encapsulated_file(path: Path, header: Dataset, syntax: str, frames: int) -> Iterator[Frames]:
    """One fragment per frame, with a basic offset table where its 32 bits suffice."""
    with _created(path) as out:
        out.write(header_bytes(header, syntax))
        out.write(_PIXEL_DATA + b"OB\0\0" + b"\xff\xff\xff\xff" + _ITEM + struct.pack("<I", 4 * frames))
        table = out.tell()
        out.write(b"\0" * 4 * frames)
        writer = _Fragments(out)
        yield writer
        end = out.tell()
        out.write(_SEQUENCE_END)
        if len(writer.offsets) != frames:
            raise ValueError("another number of frames than announced")
        if end >= 1 << 32:
            raise ObjectRefusedError(IntakeCode.LIMIT_SIZE, "too large for a basic offset table")
        out.seek(table)
        out.write(struct.pack(f"<{frames}I", *(offset - writer.offsets[0] for offset in writer.offsets)))


class _Native:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def add(self, frame: bytes | memoryview) -> None:
        self._out.write(frame)


class _Fragments:
    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.offsets: list[int] = []

    def add(self, frame: bytes | memoryview) -> None:
        self.offsets.append(self._out.tell())
        self._out.write(_ITEM + struct.pack("<I", len(frame) + len(frame) % 2))
        self._out.write(frame)
        self._out.write(b"\0" * (len(frame) % 2))


@contextmanager
def _created(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner may read, removed when writing fails."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    try:
        with path.open("wb") as out:
            yield out
    except BaseException:
        path.unlink(missing_ok=True)
        raise
