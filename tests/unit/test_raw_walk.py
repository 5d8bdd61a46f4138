"""What the walk over the bytes refuses before any parser sees it, and what it only notes."""

import struct
import tracemalloc

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


SEQUENCE, LONG = struct.pack("<HH2sxxI", 0x0008, 0x1140, b"SQ", 0xFFFFFFFF), 0xFFFFFFFF
TEXT = struct.pack("<HH2sH", 0x0008, 0x0104, b"LO", 4) + b"text"
END_OF_ITEM = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)


def item(length: int) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, length)


def with_sequence(inside: bytes) -> bytes:
    """A sound file with this behind the header of a sequence that a delimiter ends."""
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x0010, 0x0010) + b"PN")
    return data[:at] + SEQUENCE + inside + data[at:]


def test_sequences_end_where_their_parser_will_end_them() -> None:
    assert not walk(with_sequence(item(LONG) + TEXT + END_OF_ITEM + item(len(TEXT)) + TEXT + STRAY)).faults
    hidden = item(2 * len(TEXT) + 8) + TEXT + END_OF_ITEM + TEXT
    assert refusal(with_sequence(hidden + STRAY)) is IntakeCode.STRUCTURE  # a delimiter before the end that its length tells
    assert refusal(with_sequence(item(LONG) + TEXT + struct.pack("<HHI", 0xFFFE, 0xE00D, 4) + STRAY)) is IntakeCode.STRUCTURE
    assert refusal(with_sequence(item(len(TEXT)) + TEXT + struct.pack("<HHI", 0xFFFE, 0xE0DD, 4))) is IntakeCode.STRUCTURE
    assert refusal(with_sequence(item(LONG) + item(0) + END_OF_ITEM + STRAY)) is IntakeCode.STRUCTURE  # an item that lies in no sequence
    assert refusal(with_sequence(item(LONG) + TEXT)) in {IntakeCode.STRUCTURE, IntakeCode.TRUNCATED}
    assert refusal(with_sequence(item(LONG) + struct.pack("<HH2sH", 0x0002, 0x0003, b"UI", 2) + b"1\0" + END_OF_ITEM + STRAY)) is (
        IntakeCode.STRUCTURE
    )


def test_odd_lengths_are_refused_but_for_pixels_that_a_cut_ended() -> None:
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x0010, 0x0010) + b"PN")
    assert refusal(data[: at + 6] + b"\x03\x00A^B" + data[at:]) is IntakeCode.STRUCTURE
    assert walk(data[:-501]).faults == (IntakeCode.PIXEL_LENGTH,)


def test_an_icon_may_be_compressed() -> None:
    frames = struct.pack("<HH2sxxI", 0x7FE0, 0x0010, b"OB", LONG) + item(0) + item(4) + b"abcd"
    seen = walk(with_sequence(item(LONG) + frames + STRAY + END_OF_ITEM + STRAY))
    assert not seen.fragments
    assert not seen.encapsulated
    assert seen.pixel is not None
    assert refusal(with_sequence(item(LONG) + frames)) is IntakeCode.TRUNCATED
    cut = struct.pack("<HH2sxxI", 0x7FE0, 0x0010, b"OB", LONG) + item(0x7FFFFFFE)
    assert refusal(with_sequence(item(LONG) + cut)) is IntakeCode.TRUNCATED


def test_what_is_counted_needs_no_memory() -> None:
    """Each would be hundreds of megabytes of objects; the walk stops at the first that is too many."""
    many = {
        "items": with_sequence(item(0) * 1_000_000 + STRAY),
        "nested": file_bytes(a_dataset())[:400] + (SEQUENCE + item(LONG)) * 100_000,
        "elements": private_elements(400_000),
        "fragments": file_bytes(a_jpeg_dataset(speckle(1)), JPEGBaseline8Bit)[:-8] + item(0) * 1_000_000 + STRAY,
    }
    for data in many.values():
        tracemalloc.start()
        code = refusal(data)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert code in {IntakeCode.LIMIT_DEPTH, IntakeCode.TRUNCATED, IntakeCode.STRUCTURE}
        assert peak < 16 << 20
    assert refusal(many["items"]) is refusal(many["elements"]) is refusal(many["fragments"]) is IntakeCode.LIMIT_DEPTH


def private_elements(count: int) -> bytes:
    """In the order and with the tags that a file may have: 65,536 in each odd group."""
    data = file_bytes(a_dataset())
    at = data.index(struct.pack("<HH", 0x0010, 0x0010) + b"PN")
    made = (struct.pack("<HH2sH", 0x0011 + 2 * (n >> 16), n & 0xFFFF, b"LO", 0) for n in range(count))
    return data[:at] + b"".join(made)
