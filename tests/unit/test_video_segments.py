"""Pictures of a video in the order of its stream, and the segments that can each be decoded alone."""

from corelab.imaging.syntaxes import Coding
from corelab.imaging.video.pictures import SETS_KEPT, Picture, Reader, Role, call_progressive
from corelab.imaging.video.segments import REORDERED, Packet, Segment, segments_of

KEY, OTHER = Picture(Role.KEY), Picture(Role.OTHER)
LEADING, ALONE = Picture(Role.LEADING), Picture(Role.LEADING, alone=True)
START = b"\0\0\1"


def packets(*pictures: Picture) -> tuple[Packet, ...]:
    """Each ten bytes long."""
    return tuple(Packet((10 * n, 10), picture) for n, picture in enumerate(pictures))


def shape(segments: tuple[Segment, ...]) -> list[tuple[int, int, int]]:
    return [(segment.first, segment.frames, segment.shown) for segment in segments]


def mpeg2(reader: Reader, kind: int, *, sequence: bool = False, closed: bool = False) -> Picture | None:
    header = START + b"\xb3" + bytes(8) + START + b"\xb8" + bytes([0, 0, 0, 0x40 * closed]) if sequence else b""
    return reader.read(bytearray(header + START + bytes([0, 0, kind << 3, 0, 0])))


def test_a_segment_goes_from_key_to_key() -> None:
    segments = segments_of(packets(KEY, OTHER, OTHER, KEY, OTHER))
    assert shape(segments) == [(0, 3, 3), (3, 2, 2)]
    assert [segment.runs for segment in segments] == [((0, 30),), ((30, 20),)]


def test_leading_pictures_are_decoded_with_the_segment_before_and_the_key_they_need() -> None:
    segments = segments_of(packets(KEY, OTHER, KEY, LEADING, LEADING, OTHER))
    assert shape(segments) == [(0, 4, 5), (4, 2, 2)]
    assert [segment.runs for segment in segments] == [((0, 50),), ((20, 10), (50, 10))]


def test_leading_pictures_that_begin_a_stream_count_only_where_they_can_be_decoded() -> None:
    assert shape(segments_of(packets(KEY, LEADING, LEADING, OTHER))) == [(0, 2, 2)]
    assert shape(segments_of(packets(KEY, ALONE, ALONE, OTHER))) == [(0, 4, 4)]


def test_leading_pictures_of_a_broken_key_are_left_out() -> None:
    broken = Picture(Role.KEY, broken=True)
    assert shape(segments_of(packets(KEY, broken, LEADING, OTHER))) == [(0, 1, 1), (1, 2, 2)]
    assert shape(segments_of(packets(KEY, broken, LEADING, ALONE, OTHER))) == [(0, 2, 3), (2, 2, 2)]


def test_parameter_sets_go_before_the_segments_after_them() -> None:
    first, second = Picture(Role.KEY, sets=(b"one",)), Picture(Role.KEY, sets=(b"two",))
    assert [segment.sets for segment in segments_of(packets(first, second, KEY))] == [(), (b"one",), (b"one", b"two")]


def test_what_is_shown_before_damage_can_reach_it_is_sound() -> None:
    damaged = Picture(Role.OTHER, damaged=True)
    (early,) = segments_of(packets(KEY, damaged, OTHER))
    (late,) = segments_of(packets(KEY, *[OTHER] * 30, damaged))
    (none,) = segments_of(packets(KEY, OTHER))
    assert (early.sound, late.sound, none.sound) == (0, 31 - REORDERED, 2)


def test_mpeg2_pictures_say_what_they_are_by_their_headers() -> None:
    reader = Reader(Coding.MPEG2)
    found = [mpeg2(reader, 1, sequence=True), mpeg2(reader, 3), mpeg2(reader, 2), mpeg2(reader, 3), mpeg2(reader, 1), mpeg2(reader, 3)]
    assert found == [KEY, LEADING, OTHER, OTHER, OTHER, OTHER]
    closed = Reader(Coding.MPEG2)
    assert [mpeg2(closed, 1, sequence=True, closed=True), mpeg2(closed, 3)] == [KEY, ALONE]


def test_h264_and_hevc_pictures_say_what_they_are_by_their_units() -> None:
    h264, hevc = Reader(Coding.H264), Reader(Coding.HEVC)
    assert h264.read(bytearray(START + b"\x67set" + START + b"\x65slice")) == Picture(Role.KEY, sets=(b"\0\0\0\1\x67set",))
    assert h264.read(bytearray(START + b"\x09\xf0" + START + b"\x41slice")) == OTHER
    assert h264.read(bytearray(START + b"\x09\xf0")) is None
    kinds = {21: KEY, 16: Picture(Role.KEY, broken=True), 8: LEADING, 6: ALONE, 1: OTHER}
    assert {kind: hevc.read(bytearray(START + bytes([kind << 1, 1, 2]))) for kind in kinds} == kinds


def test_bytes_that_no_encoder_writes_are_damage() -> None:
    reader = Reader(Coding.H264)
    bodies = (
        (b"ab\0\0\2c", True),
        (b"ab\0\0\0\0c", True),
        (b"ab\0\0\3\1c", False),
        (b"ab\0\0\3\4c", True),
        (b"ab\0\0\0\0", False),
    )
    for body, damaged in bodies:
        picture = reader.read(bytearray(START + b"\x41" + body))
        assert picture is not None
        assert picture.damaged is damaged, body


def test_megabytes_of_zeros_and_parameter_sets_without_end_are_gone_through_once() -> None:
    zeros = Reader(Coding.H264).read(bytearray(START + b"\x41" + bytes(4_000_000) + b"\1"))
    assert zeros == OTHER
    repeated = b"".join(START + b"\x67%d!" % number for number in (*range(1000), 999))
    picture = Reader(Coding.H264).read(bytearray(repeated + START + b"\x65slice"))
    assert picture is not None
    assert picture.sets == tuple(b"\0\0\0\1\x67%d!" % number for number in range(1000 - SETS_KEPT, 1000))


def test_a_picture_of_two_fields_is_called_progressive_and_nothing_else_changes() -> None:
    packet = bytearray(START + bytes([0, 0, 8, 0, 0]) + START + b"\xb5\x8f\xff\xf3\x98\x00" + START + b"\x01\xb5\x8f\xff\xf3\x98\x00")
    before = bytes(packet)
    call_progressive(packet)
    assert [n for n, (old, new) in enumerate(zip(before, packet, strict=True)) if old != new] == [16]
    assert packet[16] == 0x80
    short = bytearray(START + b"\xb5")
    call_progressive(short)
    assert bytes(short) == START + b"\xb5"
