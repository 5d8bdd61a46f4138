"""What the walk over the bytes refuses before any parser sees it, and what it only notes."""

import struct

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.raw_walk import Limits, walk
from tests.dicom_builders import a_dataset, a_jpeg_dataset, file_bytes, speckle

NAME = struct.pack("<HH2sH", 0x0010, 0x0010, b"PN", 4) + b"A^B "


def refusal(data: bytes, limits: Limits | None = None) -> IntakeCode:
    with pytest.raises(ObjectRefusedError) as refused:
        walk(data, limits or Limits())
    return refused.value.code


def nested(levels: int) -> Dataset:
    made = a_dataset()
    inner = made
    for _ in range(levels):
        item = Dataset()
        inner.ViewCodeSequence = [item]
        inner = item
    inner.CodeMeaning = "x"
    return made


@pytest.mark.parametrize("syntax", [None, ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_a_sound_file_is_walked_to_its_end_in_any_encoding(syntax: str | None) -> None:
    data = file_bytes(a_dataset(), *([syntax] if syntax else []))
    seen = walk(data)
    assert not seen.faults
    assert seen.end == len(data)
    inside = [element for element in seen.elements if element.path == (0x00186011,)]
    assert {element.items for element in inside} == {(0,)}
    assert len(inside) == 11
    assert seen.pixel is not None
    assert seen.pixel.length == 3 * 64 * 96


def test_fragments_are_found() -> None:
    seen = walk(file_bytes(a_jpeg_dataset(speckle(4)), JPEGBaseline8Bit))
    assert seen.encapsulated
    assert len(seen.fragments) == 5


def test_no_dicom_no_walk() -> None:
    assert refusal(b"") is IntakeCode.NOT_DICOM
    assert refusal(b"\xff\xd8\xff" + b"\0" * 500) is IntakeCode.NOT_DICOM


def test_the_same_tag_twice_is_refused() -> None:
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x0010, 0x0010) + b"PN")
    assert refusal(data[:at] + NAME + data[at:]) is IntakeCode.STRUCTURE


@pytest.mark.parametrize("group", [0x0003, 0x0007, 0x0001, 0xFFFF])
def test_illegal_groups_are_refused(group: int) -> None:
    data = file_bytes(a_dataset())
    element = struct.pack("<HH2sH", group, 0x0010, b"LO", 4) + b"text"
    at = len(data) if group == 0xFFFF else data.index(struct.pack("<HH", 0x0008, 0x0005))
    assert refusal(data[:at] + element + data[at:]) is IntakeCode.STRUCTURE


def test_a_length_beyond_the_file_is_refused() -> None:
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x0010, 0x0010) + b"PN")
    assert refusal(data[:at] + struct.pack("<HH2s2xI", 0x0009, 0x0010, b"UN", 0x7FFFFFFE) + data[at:]) is IntakeCode.TRUNCATED
    assert refusal(data[: at + 4] + b"UT\0\0" + struct.pack("<I", 0x7FFFFFFE) + data[at + 12 :]) is IntakeCode.TRUNCATED


def test_depth_and_numbers_are_limited() -> None:
    assert refusal(file_bytes(nested(17))) is IntakeCode.LIMIT_DEPTH
    assert refusal(file_bytes(a_dataset()), Limits(elements=10)) is IntakeCode.LIMIT_DEPTH
    assert refusal(file_bytes(a_jpeg_dataset(speckle(9)), JPEGBaseline8Bit), Limits(items=8)) is IntakeCode.LIMIT_DEPTH
    assert refusal(file_bytes(a_dataset()), Limits(size=100)) is IntakeCode.LIMIT_SIZE


def test_a_thousand_levels_do_not_reach_the_stack() -> None:
    opening = struct.pack("<HH2s2xI", 0x0040, 0x0555, b"SQ", 0xFFFFFFFF) + struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x7FE0, 0x0010))
    assert refusal(data[:at] + opening * 1000) is IntakeCode.LIMIT_DEPTH


def test_damage_that_leaves_frames_whole_is_noted_not_refused() -> None:
    jpeg = file_bytes(a_jpeg_dataset(speckle(4)), JPEGBaseline8Bit)
    assert walk(jpeg[:-8]).faults == (IntakeCode.TRUNCATED,)
    assert walk(jpeg + b"\0" * 10).faults == (IntakeCode.TRAILING_BYTES,)
    assert walk(jpeg[132:]).faults == (IntakeCode.NOT_DICOM,)
    native = file_bytes(a_dataset())
    assert walk(native[:-500]).faults == (IntakeCode.PIXEL_LENGTH,)


STRAY = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def test_a_stray_delimiter_is_dropped_and_noted() -> None:
    data = file_bytes(a_dataset())
    seen = walk(data + STRAY)
    assert seen.faults == (IntakeCode.STRUCTURE,)
    assert seen.end == len(data)
    at = data.index(struct.pack("<HH", 0x0028, 0x0010))
    inside = walk(data[:at] + STRAY + data[at:])
    assert inside.faults == (IntakeCode.STRUCTURE,)
    assert [element.tag for element in inside.elements] == [element.tag for element in walk(data).elements]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_a_data_set_without_anything_before_it_is_walked_and_noted(syntax: str) -> None:
    data = file_bytes(a_dataset(), syntax)
    begins = walk(data).data_set
    bare = walk(data[begins:])
    assert (bare.start, bare.data_set, bare.syntax) == (0, 0, syntax)
    assert bare.faults == (IntakeCode.NOT_DICOM,)
    assert [element.tag for element in bare.elements] == [element.tag for element in walk(data).elements if element.tag >> 16 != 2]


def test_a_header_cut_short_is_refused() -> None:
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x0028, 0x0010))
    assert walk(data[:at]).pixel is None
    assert refusal(data[: at + 5]) is IntakeCode.TRUNCATED
