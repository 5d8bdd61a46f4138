"""A compressed frame keeps what its picture needs, and nothing else."""

import struct

import cv2
import numpy as np
import pytest
import simplejpeg

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container import JPEG_BASELINE, JPEG_LOSSLESS, RLE, Shape, check_rle, clean_jpeg
from tests.dicom_builders import TOKEN, speckle

FRAME = speckle(1, samples=3)[0]
STREAM = simplejpeg.encode_jpeg(FRAME, quality=90)
SECRET = TOKEN.encode()


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def with_segments(*segments: bytes) -> bytes:
    return bytes(STREAM[:2] + b"".join(segments) + STREAM[2:])


@pytest.mark.parametrize(
    "extra",
    [
        segment(0xFE, b"comment " + SECRET),
        segment(0xE1, b"Exif\0\0" + SECRET),
        segment(0xE2, b"ICC_PROFILE\0" + SECRET),
        segment(0xED, b"Photoshop 3.0\0" + SECRET),
        segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\4\4" + SECRET * 6),
        segment(0xE0, b"JFXX\0" + SECRET),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + SECRET),
    ],
)
def test_words_in_segments_are_gone_and_the_picture_stays(extra: bytes) -> None:
    cleaned, shape = clean_jpeg(with_segments(extra), JPEG_BASELINE)
    assert SECRET not in cleaned
    assert shape == Shape(64, 96, 3, 8)
    assert np.array_equal(simplejpeg.decode_jpeg(cleaned), simplejpeg.decode_jpeg(STREAM))


def test_everything_after_the_end_of_the_image_is_cut() -> None:
    cleaned, _ = clean_jpeg(STREAM + SECRET + STREAM, JPEG_BASELINE)
    assert cleaned == clean_jpeg(STREAM, JPEG_BASELINE)[0]
    assert cleaned.endswith(b"\xff\xd9")


def test_the_colour_marker_stays() -> None:
    cleaned, _ = clean_jpeg(with_segments(segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")), JPEG_BASELINE)
    assert b"Adobe" in cleaned


def test_restart_markers_and_progressive_scans_survive() -> None:
    for option in (cv2.IMWRITE_JPEG_PROGRESSIVE, cv2.IMWRITE_JPEG_RST_INTERVAL):
        stream = cv2.imencode(".jpg", FRAME, [option, 1])[1].tobytes()
        assert stream != STREAM
        assert np.array_equal(simplejpeg.decode_jpeg(clean_jpeg(stream, JPEG_BASELINE)[0]), simplejpeg.decode_jpeg(stream))


def refusal(stream: bytes, syntax: str = JPEG_BASELINE) -> IntakeCode:
    with pytest.raises(ObjectRefusedError) as refused:
        clean_jpeg(stream, syntax)
    return refused.value.code


def test_streams_that_cannot_be_trusted_are_refused() -> None:
    header_at = STREAM.index(b"\xff\xc0")
    length = int.from_bytes(STREAM[header_at + 2 : header_at + 4]) + 2
    header = STREAM[header_at : header_at + length]
    assert refusal(STREAM[:-2]) is IntakeCode.DECODE
    assert refusal(STREAM[: len(STREAM) // 2]) is IntakeCode.DECODE
    assert refusal(STREAM[:header_at] + header + STREAM[header_at:]) is IntakeCode.CONTAINER
    assert refusal(STREAM.replace(header, header[:4] + b"\x0c" + header[5:])) is IntakeCode.CONTAINER
    assert refusal(STREAM, JPEG_LOSSLESS) is IntakeCode.CONTAINER
    assert refusal(b"not a picture") is IntakeCode.CONTAINER
    assert refusal(b"\xff\xd8\xff\xd9") is IntakeCode.CONTAINER


def scans_of(seed: int) -> tuple[list[bytes], bytes]:
    """The tables and the coded part of a grey picture."""
    stream = simplejpeg.encode_jpeg(np.ascontiguousarray(speckle(seed)[0][..., None]), quality=90, colorspace="GRAY")
    at, tables = 2, list[bytes]()
    while True:
        end = at + 2 + int.from_bytes(stream[at + 2 : at + 4])
        if stream[at + 1] == 0xDA:
            return tables, stream[end : stream.rindex(b"\xff\xd9")]
        tables += [stream[at:end]] if stream[at + 1] in {0xDB, 0xC4} else []
        at = end


def test_no_picture_lies_behind_another_one() -> None:
    """Each component in a scan of its own: of two scans for one component decoders show the last."""
    (tables, first), hidden = scans_of(1), scans_of(2)[1]
    rows, columns = speckle(1)[0].shape[:2]
    start = segment(0xC0, struct.pack(">BHHB", 8, rows, columns, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]))
    scans = [segment(0xDA, bytes([1, number, 0, 0, 63, 0])) + first for number in (1, 2, 3)]
    under = segment(0xDA, bytes([1, 1, 0, 0, 63, 0])) + hidden
    sound = b"\xff\xd8" + b"".join([*tables, start, *scans]) + b"\xff\xd9"
    assert clean_jpeg(sound, JPEG_BASELINE)[0] == sound
    lies = sound.replace(scans[0], under + scans[0])
    assert simplejpeg.decode_jpeg(lies).shape == (rows, columns, 3)
    with pytest.raises(ObjectRefusedError) as error:
        clean_jpeg(lies, JPEG_BASELINE)
    assert error.value.code is IntakeCode.CONTAINER


def test_no_progressive_scan_comes_twice() -> None:
    _, made = cv2.imencode(".jpg", FRAME, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    stream = made.tobytes()
    assert clean_jpeg(stream, JPEG_BASELINE)
    at = stream.index(b"\xff\xda")
    scan = stream[at : stream.index(b"\xff\xc4", at)]
    with pytest.raises(ObjectRefusedError):
        clean_jpeg(stream.replace(scan, scan + scan), JPEG_BASELINE)


def test_an_rle_header_must_agree_with_its_segments() -> None:
    good = struct.pack("<16I", 2, 64, 70, *[0] * 13) + b"x" * 20
    check_rle(good, 2)
    for bad in (
        good[:40],
        struct.pack("<16I", 2, 64, 170, *[0] * 13) + b"x" * 20,
        struct.pack("<16I", 2, 64, 70, 7, *[0] * 12) + b"x" * 20,
    ):
        with pytest.raises(ObjectRefusedError):
            check_rle(bad, 2)
    with pytest.raises(ObjectRefusedError):
        check_rle(good, 3)
    assert RLE.endswith(".5")
