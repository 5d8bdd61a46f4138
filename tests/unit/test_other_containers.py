"""Streams of JPEG-LS, JPEG 2000 and its high-throughput form keep what their picture needs, and nothing else."""

import struct

import imagecodecs
import numpy as np
import pytest

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container import Shape, clean_stream
from corelab.imaging.container.jpeg2000 import codestream_of
from corelab.imaging.deid.streams import hides
from tests.dicom_builders import TOKEN
from tests.picture_files import a_picture

FRAME = a_picture(1, 64, 96)
SECRET = TOKEN.encode()
LS, LS_NEAR, J2K, J2K_LOSSY, HT, HT_RPCL = (f"1.2.840.10008.1.2.4.{n}" for n in (80, 81, 90, 91, 201, 202))


def stream_of(syntax: str) -> bytes:
    match syntax:
        case "1.2.840.10008.1.2.4.80":
            return bytes(imagecodecs.jpegls_encode(FRAME))
        case "1.2.840.10008.1.2.4.81":
            return bytes(imagecodecs.jpegls_encode(FRAME, level=3))
        case "1.2.840.10008.1.2.4.90":
            return bytes(imagecodecs.jpeg2k_encode(FRAME, level=0, codecformat="j2k"))
        case "1.2.840.10008.1.2.4.91":
            return bytes(imagecodecs.jpeg2k_encode(FRAME, level=40, codecformat="j2k", reversible=False))
        case _:
            return bytes(imagecodecs.htj2k_encode(FRAME))


def decoded(stream: bytes, syntax: str) -> np.ndarray:
    if syntax in {LS, LS_NEAR}:
        return np.asarray(imagecodecs.jpegls_decode(stream))
    return np.asarray(imagecodecs.jpeg2k_decode(stream) if syntax in {J2K, J2K_LOSSY} else imagecodecs.htj2k_decode(stream))


ALL = [LS, LS_NEAR, J2K, J2K_LOSSY, HT]
WAVELETS = [J2K, J2K_LOSSY, HT]


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">HH", marker, len(body) + 2) + body


def refusal(stream: bytes, syntax: str) -> IntakeCode:
    with pytest.raises(ObjectRefusedError) as refused:
        clean_stream(stream, syntax)
    return refused.value.code


@pytest.mark.parametrize("syntax", ALL)
def test_a_clean_stream_gives_the_same_picture_and_says_what_it_is(syntax: str) -> None:
    stream = stream_of(syntax)
    cleaned, shape = clean_stream(stream, syntax)
    np.testing.assert_array_equal(decoded(cleaned, syntax), decoded(stream, syntax))
    assert (shape.rows, shape.columns, shape.components, shape.precision) == (64, 96, 3, 8)
    assert shape.lossy is (syntax in {LS_NEAR, J2K_LOSSY})
    assert shape.mixed is (syntax in WAVELETS)
    assert clean_stream(cleaned, syntax) == (cleaned, shape)


@pytest.mark.parametrize("syntax", ALL)
def test_comments_and_what_lies_behind_the_end_are_gone(syntax: str) -> None:
    stream = stream_of(syntax)
    at = stream.index(b"\xff\xf7") if syntax in {LS, LS_NEAR} else stream.index(b"\xff\x52")
    comment = segment(0xFFFE, SECRET) + segment(0xFFE8, SECRET) if syntax in {LS, LS_NEAR} else segment(0xFF64, b"\0\1" + SECRET)
    cleaned, _ = clean_stream(stream[:at] + comment + stream[at:] + SECRET + stream, syntax)
    assert cleaned == clean_stream(stream, syntax)[0]
    assert SECRET not in cleaned
    assert b"OpenJPEG" not in cleaned
    assert cleaned.endswith(b"\xff\xd9")


@pytest.mark.parametrize("syntax", WAVELETS)
def test_boxes_around_a_codestream_are_gone(syntax: str) -> None:
    stream = stream_of(syntax)
    box = struct.pack(">I4s", 8 + len(SECRET), b"xml ") + SECRET
    around = b"\0\0\0\x0cjP  \r\n\x87\n" + box + struct.pack(">I4s", 8 + len(stream), b"jp2c") + stream + box
    assert clean_stream(around, syntax) == clean_stream(stream, syntax)


@pytest.mark.parametrize("syntax", WAVELETS)
def test_a_comment_in_a_tile_is_gone_and_the_tile_says_its_new_length(syntax: str) -> None:
    stream, _ = clean_stream(stream_of(syntax), syntax)
    at = stream.index(b"\xff\x90\0\x0a")
    (length,) = struct.unpack_from(">I", stream, at + 6)
    comment = segment(0xFF64, b"\0\1" + SECRET)
    longer = struct.pack(">I", length + len(comment))
    hidden = stream[: at + 6] + longer + stream[at + 10 : at + 12] + comment + stream[at + 12 :]
    np.testing.assert_array_equal(decoded(hidden, syntax), decoded(stream, syntax))
    assert clean_stream(hidden, syntax)[0] == stream


@pytest.mark.parametrize("syntax", WAVELETS)
def test_an_open_last_length_is_written_out(syntax: str) -> None:
    stream, _ = clean_stream(stream_of(syntax), syntax)
    at = stream.index(b"\xff\x90\0\x0a")
    assert clean_stream(stream[: at + 6] + bytes(4) + stream[at + 10 :], syntax)[0] == stream


def test_a_table_of_lengths_is_made_anew() -> None:
    stream, _ = clean_stream(stream_of(HT), HT)
    at = stream.index(b"\xff\x90\0\x0a")
    table = segment(0xFF55, b"\0\x60" + struct.pack(">HI", 0, 99))
    cleaned, _ = clean_stream(stream[:at] + table + stream[at:], HT_RPCL)
    (length,) = struct.unpack_from(">I", stream, at + 6)
    assert segment(0xFF55, b"\0\x60" + struct.pack(">HI", 0, length)) in cleaned
    np.testing.assert_array_equal(decoded(cleaned, HT), FRAME)


@pytest.mark.parametrize("syntax", WAVELETS)
@pytest.mark.parametrize("hidden", [b"\0", b"\0" * 40, SECRET])
def test_bytes_behind_the_picture_of_a_tile_are_found(syntax: str, hidden: bytes) -> None:
    stream, _ = clean_stream(stream_of(syntax), syntax)
    assert not hides(stream, syntax, "YBR_RCT")
    at = stream.index(b"\xff\x90\0\x0a")
    (length,) = struct.unpack_from(">I", stream, at + 6)
    longer = stream[: at + 6] + struct.pack(">I", length + len(hidden)) + stream[at + 10 : -2] + hidden + stream[-2:]
    assert clean_stream(longer, syntax)[0] == longer
    assert hides(longer, syntax, "YBR_RCT")


@pytest.mark.parametrize("hidden", [b"\0\0", b"AB", SECRET])
def test_the_decoder_of_jpeg_ls_refuses_bytes_behind_the_picture(hidden: bytes) -> None:
    stream, _ = clean_stream(stream_of(LS), LS)
    with pytest.raises((ValueError, RuntimeError)):
        decoded(clean_stream(stream[:-2] + hidden + stream[-2:], LS)[0], LS)


@pytest.mark.parametrize("syntax", ALL)
def test_streams_that_cannot_be_trusted_are_refused(syntax: str) -> None:
    stream = stream_of(syntax)
    assert refusal(b"not a picture", syntax) is IntakeCode.CONTAINER
    assert refusal(stream[:-2], syntax) is IntakeCode.DECODE
    assert refusal(stream[: len(stream) // 2], syntax) is IntakeCode.DECODE
    other = J2K if syntax not in {J2K, J2K_LOSSY} else HT
    assert refusal(stream, other) is IntakeCode.CONTAINER


def test_a_stream_with_tables_of_its_own_or_packed_headers_is_refused() -> None:
    ls, j2k = stream_of(LS), stream_of(J2K)
    at = ls.index(b"\xff\xf7")
    assert refusal(ls[:at] + segment(0xFFF8, b"\2\1" + SECRET) + ls[at:], LS) is IntakeCode.CONTAINER
    at = j2k.index(b"\xff\x52")
    assert refusal(j2k[:at] + segment(0xFF60, b"\0" + SECRET) + j2k[at:], J2K) is IntakeCode.CONTAINER
    assert refusal(j2k[:at] + j2k[2:at] + j2k[at:], J2K) is IntakeCode.CONTAINER


def test_presets_of_jpeg_ls_stay() -> None:
    ls = stream_of(LS)
    at = ls.index(b"\xff\xf7")
    presets = segment(0xFFF8, b"\1" + struct.pack(">5H", 255, 3, 7, 21, 64))
    cleaned, shape = clean_stream(ls[:at] + presets + ls[at:], LS)
    assert presets in cleaned
    assert shape == Shape(64, 96, 3, 8)


def test_the_parts_of_a_codestream_are_those_that_were_written() -> None:
    stream, _ = clean_stream(stream_of(J2K), J2K)
    found = codestream_of(stream, high_throughput=False)
    assert found.written() == stream
    assert len(found.written(shortened=0)) == len(stream) - 1
