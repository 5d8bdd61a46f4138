"""What a compressed stream says of itself before anything is decoded."""

import pytest

from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.stream import read_jpeg, read_jpeg2000

SOF = b"\xff\xc0\x00\x11\x08\x00\x18\x00\x20\x03\x01\x21\x00\x02\x11\x00\x03\x11\x00"
SCAN, END = b"\xff\xda\x00\x0c\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00" + b"\x11" * 90, b"\xff\xd9"
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x01"


def test_size_precision_components_and_sampling_are_read() -> None:
    stream = read_jpeg(b"\xff\xd8" + SOF + SCAN + END)
    assert (stream.rows, stream.columns, stream.precision, stream.components) == (24, 32, 8, 3)
    assert (stream.ids, stream.subsampled, stream.jfif, stream.transform, stream.lossless) == (b"\1\2\3", True, False, None, False)


def test_colour_markers_are_read_past_comments_and_fill_bytes() -> None:
    stream = read_jpeg(b"\xff\xd8" + JFIF + b"\xff\xfe\x00\x06text" + b"\xff\xff\xff" + ADOBE + SOF + SCAN + END)
    assert (stream.jfif, stream.transform) == (True, 1)


def test_padding_behind_the_end_is_allowed() -> None:
    assert read_jpeg(b"\xff\xd8" + SOF + SCAN + END + bytes(9)).rows == 24


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the frame is empty"),
        (bytes(100), "the frame is empty"),
        (b"GIF89a", "it does not begin as a JPEG stream"),
        (b"\xff\xd8" + SOF + SCAN, "the stream is cut off"),
        (b"\xff\xd8" + SCAN + END, "its headers are damaged"),
        (b"\xff\xd8\xff\xc0\xff\xff" + END, "its headers are damaged"),
        (b"\xff\xd8" + SOF.replace(b"\xff\xc0", b"\xff\xc9") + SCAN + END, "it is coded in a way that is not supported"),
    ],
)
def test_a_stream_that_is_not_whole_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(StreamFaultError, match=reason):
        read_jpeg(data)


SIZE = bytes.fromhex(
    "ff4fff51002f0000000000200000001800000000000000000000002000000018000000000000000000030701010701010701 01".replace(" ", "")
)
CODING = bytes.fromhex("ff52000c0000000101") + bytes(5)


def test_a_jpeg_2000_stream_says_its_size_and_whether_it_mixes_colours() -> None:
    stream, start = read_jpeg2000(b"box" + SIZE + CODING + b"\xff\x90" + bytes(20) + END)
    assert (stream.rows, stream.columns, stream.components, stream.precision, stream.mixed, start) == (24, 32, 3, 8, True, 3)


@pytest.mark.parametrize("data", [b"", SIZE + CODING + bytes(40), SIZE[:20] + END])
def test_a_jpeg_2000_stream_that_is_not_whole_is_refused(data: bytes) -> None:
    with pytest.raises(StreamFaultError):
        read_jpeg2000(data)
