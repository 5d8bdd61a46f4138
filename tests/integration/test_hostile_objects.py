"""Delivered files made to harm: each is taken through a real child and ends with its code, soon, and in little memory."""

import struct
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import simplejpeg
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian, JPEGBaseline8Bit, MediaStorageDirectoryStorage, RLELossless

from corelab.domain.intake import IntakeCode, Outcome
from corelab.imaging import child
from corelab.imaging.child import lives, reader
from corelab.imaging.child.bounds import USUAL, Bounds
from corelab.imaging.child.ends import End
from corelab.imaging.deid.candidate import Decision
from tests.child_builders import MARK
from tests.dicom_builders import a_dataset, a_jpeg_dataset, file_bytes, speckle

ENOUGH = replace(USUAL, memory=1 << 30, cpu=20, wall=60)
LONG = 0xFFFFFFFF
SEQUENCE = struct.pack("<HH2sxxI", 0x0008, 0x1140, b"SQ", LONG)
ITEM, EMPTY_ITEM, END = (struct.pack("<HHI", 0xFFFE, tag, length) for tag, length in ((0xE000, LONG), (0xE000, 0), (0xE0DD, 0)))
NAME = struct.pack("<HH", 0x0010, 0x0010) + b"PN"


def before_the_name(inside: bytes) -> bytes:
    data = file_bytes(a_dataset())
    at = data.index(NAME)
    return data[:at] + inside + data[at:]


def private_elements(count: int) -> bytes:
    made = (struct.pack("<HH2sH", 0x0009 + 2 * (n >> 16), n & 0xFFFF, b"LO", 0) for n in range(count))
    data = file_bytes(a_dataset())
    return data[: data.index(NAME)] + b"".join(made)


def sized(rows: int, columns: int, frames: int, syntax: str = "") -> bytes:
    made = a_jpeg_dataset(speckle(1)) if syntax else a_dataset(speckle(1))
    made.Rows, made.Columns, made.NumberOfFrames = rows, columns, frames
    return file_bytes(made, syntax) if syntax else file_bytes(made)


def a_large_stream() -> bytes:
    """One frame whose stream says that it is 65,500 pixels wide and high."""
    stream = bytearray(simplejpeg.encode_jpeg(speckle(1)[0][..., None], colorspace="GRAY"))
    at = stream.index(b"\xff\xc0") + 5
    stream[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    made = a_jpeg_dataset(speckle(1))
    made.PixelData = encapsulate([bytes(stream)])
    return file_bytes(made, JPEGBaseline8Bit)


def deflated(size: int) -> bytes:
    whole = file_bytes(a_dataset(), DeflatedExplicitVRLittleEndian)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    zeros = b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()
    return _meta_of(whole) + zeros


def _meta_of(whole: bytes) -> bytes:
    (length,) = struct.unpack_from("<I", whole, 140)
    return whole[: 144 + length]


def a_directory() -> bytes:
    made = a_dataset()
    made.SOPClassUID = MediaStorageDirectoryStorage
    item = Dataset()
    item.ReferencedFileID = ["AA", "AA", "ETC", "PASSWD"]
    made.DirectoryRecordSequence = [item]
    return file_bytes(made).replace(rb"AA\AA", rb"..\..")


HOSTILE: dict[str, tuple[Callable[[], bytes], IntakeCode]] = {
    "a deflated data set of 1 GB of zeros": (lambda: deflated(1 << 30), IntakeCode.TRANSFER_SYNTAX),
    "a sequence of a million empty items": (lambda: before_the_name(SEQUENCE + EMPTY_ITEM * 1_000_000 + END), IntakeCode.LIMIT_DEPTH),
    "400,000 private elements": (lambda: private_elements(400_000), IntakeCode.LIMIT_DEPTH),
    "65,535 x 65,535 pixels and 9,999 frames": (lambda: sized(65_535, 65_535, 9_999), IntakeCode.LIMIT_PIXELS),
    "two thousand million frames by runs": (lambda: sized(64, 96, 2**31 - 1, RLELossless), IntakeCode.LIMIT_PIXELS),
    "300 nested sequences": (lambda: before_the_name((SEQUENCE + ITEM) * 300), IntakeCode.LIMIT_DEPTH),
    "100,000 nested sequences": (lambda: before_the_name((SEQUENCE + ITEM) * 100_000), IntakeCode.LIMIT_DEPTH),
    "a value of 4 GB of which 3 bytes are there": (
        lambda: file_bytes(a_dataset()).partition(NAME)[0] + struct.pack("<HH2sxxI", 0x0010, 0x0010, b"OB", 0xFFFFFFFE) + b"abc",
        IntakeCode.TRUNCATED,
    ),
    "a file cut in its header": (lambda: file_bytes(a_dataset())[:401], IntakeCode.TRUNCATED),
    "a stream that says 65,500 x 65,500": (a_large_stream, IntakeCode.CONTAINER),
    "a directory that names files outside": (a_directory, IntakeCode.SOP_CLASS),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_object_ends_with_its_code_within_its_limits(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, code = HOSTILE[name]
    ends: list[End] = []

    def ended(request: bytes, folder: Path, bounds: Bounds, cancelled: Callable[[], bool]) -> End:
        ends.append(lives.ended(request, folder, bounds, cancelled))
        return ends[-1]

    monkeypatch.setattr(reader, "ended", ended)
    source = tmp_path / "1.bin"
    source.write_bytes(made())
    told = child.prepared(source, tmp_path / "1.new", MARK, Decision(), bounds=ENOUGH)
    assert told.outcome is Outcome.REJECTED
    assert told.code is code
    (end,) = ends
    assert (end.signal, end.late) == (0, False)
    assert end.peak < 400 << 20  # most of it is the libraries
    assert {path.name for path in tmp_path.iterdir()} == {"1.bin"}
