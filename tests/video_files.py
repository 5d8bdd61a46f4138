"""Small videos in DICOM, whose frames carry their number."""

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
