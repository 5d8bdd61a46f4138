"""The list of a disc is read by a short walk: what it names in its order, and nothing that breaks its bounds."""

import struct
from io import BytesIO

import pytest
from pydicom import dcmread

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.media_directory import listed_files
from tests.disc_builders import EXPLICIT, a_directory, element, item

PATHS = ["DICOM\\IM1", "DICOM\\SUB\\IM2", "", "DICOM\\IM1", "..\\..\\ETC\\PASSWD"]


@pytest.mark.parametrize("open_ended", [False, True])
def test_the_files_that_the_records_name_each_once(*, open_ended: bool) -> None:
    inside = element(0x00081140, b"SQ", item(b"", open_ended=True) + item(element(0x00081150, b"UI", b"1.2")), None)
    found = listed_files(a_directory(PATHS, open_ended=open_ended, inside=inside))
    assert found == (("DICOM", "IM1"), ("DICOM", "SUB", "IM2"), ("..", "..", "ETC", "PASSWD"))


def test_a_parser_of_its_own_reads_the_same() -> None:
    """The builder of these tests makes what others read."""
    read = dcmread(BytesIO(a_directory(PATHS[:2])), force=True)
    assert [list(one.ReferencedFileID) for one in read.DirectoryRecordSequence[1:]] == [["DICOM", "IM1"], ["DICOM", "SUB", "IM2"]]


def deep(levels: int) -> bytes:
    """Sequences of unknown length in one another."""
    begin = struct.pack("<HH2sHI", 0x0008, 0x1140, b"SQ", 0, 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    end = struct.pack("<HHI", 0xFFFE, 0xE00D, 0) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return begin * levels + end * levels


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"x" * 200,
        a_directory(PATHS)[:-30],
        a_directory(PATHS, open_ended=True)[:-8],
        a_directory(PATHS, syntax=b"1.2.840.10008.1.2\0"),
        a_directory(PATHS, syntax=b"1.2.840.10008.1.2.1.99"),
        a_directory([])[:200],
        a_directory(["A"], inside=deep(40)),
        a_directory(["A"], inside=deep(100_000)),
        b"\0" * 128 + b"DICM" + element(0x00020010, b"UI", EXPLICIT) + element(0x00041220, b"SQ", b"", 0xFFFFFFFE),
        b"\0" * 128 + b"DICM" + element(0x00020010, b"UI", EXPLICIT) + element(0x00041220, b"SQ", element(0x00041500, b"CS", b"A")),
        b"\0" * 128 + b"DICM" + element(0x00020010, b"UI", EXPLICIT) + element(0x00041130, b"CS", b"no records"),
        a_directory([f"F{n}" for n in range(50_001)]),
    ],
)
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(ObjectRefusedError) as refused:
        listed_files(content)
    assert refused.value.code is IntakeCode.DICOMDIR
