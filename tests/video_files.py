"""Small videos in DICOM, whose frames carry their number."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate

from tests.picture_files import a_data_set, dicom, with_items

FOLDER = Path(__file__).parent / "data/video"
FRAMES, ROWS, COLUMNS = 26, 48, 64
MPEG2, H264, HEVC = "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.102", "1.2.840.10008.1.2.4.107"
SYNTAX = {
    "h264_closed.mp4": H264,
    "h264_open.ts": "1.2.840.10008.1.2.4.104",
    "h264_intra.h264": "1.2.840.10008.1.2.4.103",
    "hevc_open.mp4": HEVC,
    "hevc_radl.hevc": "1.2.840.10008.1.2.4.108",
    "mpeg2_open.mpg": MPEG2,
    "mpeg2_interlaced.m2v": "1.2.840.10008.1.2.4.101",
}


def stream(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def video(content: bytes, syntax: str, fragments: int = 1, **values: Any) -> bytes:
    """A DICOM file with ``content`` as its video, in so many fragments."""
    described = {"PhotometricInterpretation": "YBR_PARTIAL_420", "NumberOfFrames": FRAMES, "Rows": ROWS, "Columns": COLUMNS}
    data = a_data_set(**{**described, **values})
    data.PixelData = encapsulate([b"\0\0"])
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    size = -(-len(content) // fragments // 2) * 2
    return with_items(dicom(data, syntax), [content[at : at + size] for at in range(0, len(content), size)])


def number(picture: NDArray[np.uint8]) -> int:
    """What a frame says it is; ``picture`` rows x columns x 3."""
    return sum(1 << bit for bit in range(8) if picture[2:6, bit * 8 + 2 : bit * 8 + 6].mean() > 128)


# ---------------------------------------------------------------- a container that names the same bytes for every picture


def repeating(filler: int) -> bytes:
    """An MP4 whose pictures are all the first one, with so many bytes of filler behind it: many times its own size when unpacked."""
    boxes = dict(_boxes(stream("h264_closed.mp4")))
    picture = boxes[b"mdat"][:809] + struct.pack(">I", filler + 1) + b"\x0c" + b"\xff" * filler
    begin = _box(b"ftyp", boxes[b"ftyp"]) + struct.pack(">I4s", len(picture) + 8, b"mdat")
    tables = {
        b"stsz": struct.pack(">3I", 0, len(picture), FRAMES),
        b"stsc": struct.pack(">5I", 0, 1, 1, 1, 1),
        b"stco": struct.pack(f">{FRAMES + 2}I", 0, FRAMES, *[len(begin)] * FRAMES),
    }
    return begin + picture + _box(b"moov", _with(boxes[b"moov"], tables))


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        length, kind = struct.unpack_from(">I4s", content, at)
        yield kind, content[at + 8 : at + length]
        at += length


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def _with(content: bytes, tables: Mapping[bytes, bytes]) -> bytes:
    """The boxes of ``content``, these tables among them replaced."""
    inner = {b"trak", b"mdia", b"minf", b"stbl"}
    return b"".join(_box(kind, _with(said, tables) if kind in inner else tables.get(kind, said)) for kind, said in _boxes(content))
