"""Small DICOM pictures with defaults, whole or broken on purpose, so that a test says only what matters."""

import struct
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import simplejpeg
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit, UltrasoundMultiFrameImageStorage

ITEM, SEQUENCE_END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
LONG = 0xFFFFFFFF


def a_picture(n: int = 0, rows: int = 24, columns: int = 32) -> NDArray[np.uint8]:
    """A colour picture that differs for each ``n``."""
    down, across = np.mgrid[0:rows, 0:columns]
    return np.stack([down * 8 % 256, across * 7 % 256, (down + across + 40 * n) * 3 % 256], axis=-1).astype(np.uint8)


def a_data_set(**values: Any) -> Dataset:
    """An ultrasound cine without pixels; keywords are DICOM keywords, None leaves one out."""
    data = Dataset()
    defaults = {
        "SOPClassUID": UltrasoundMultiFrameImageStorage,
        "SOPInstanceUID": UID("2.25.1"),
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "RGB",
        "PlanarConfiguration": 0,
        "NumberOfFrames": 3,
        "FrameTime": "40",
        "Rows": 24,
        "Columns": 32,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
    }
    for keyword, value in {**defaults, **values}.items():
        if value is not None:
            setattr(data, keyword, value)
    return data


def dicom(data: Dataset, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """The bytes of a file with ``data``."""
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = UID(syntax)
    data.file_meta.MediaStorageSOPClassUID = data.get("SOPClassUID", UltrasoundMultiFrameImageStorage)
    data.file_meta.MediaStorageSOPInstanceUID = UID("2.25.1")
    out = BytesIO()
    data.save_as(out, enforce_file_format=True)
    return out.getvalue()


def native(frames: Sequence[NDArray[np.uint8]], **values: Any) -> bytes:
    data = a_data_set(**{"NumberOfFrames": len(frames), **values})
    data.PixelData = b"".join(frame.tobytes() for frame in frames)
    return dicom(data)


def jpeg(frames: int = 3, **values: Any) -> bytes:
    streams = [simplejpeg.encode_jpeg(a_picture(n), 90, "RGB", "422") for n in range(frames)]
    return encapsulated(streams, **{"NumberOfFrames": frames, **values})


def encapsulated(streams: Sequence[bytes], syntax: str = JPEGBaseline8Bit, **values: Any) -> bytes:
    data = a_data_set(**{"PhotometricInterpretation": "YBR_FULL_422", **values})
    data.PixelData = encapsulate(list(streams))
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return dicom(data, syntax)


def with_items(whole: bytes, fragments: Sequence[bytes], table: bytes = b"", end: bytes = SEQUENCE_END + bytes(4)) -> bytes:
    """``whole`` with other items in its encapsulated pixel data."""
    at = whole.index(b"\xe0\x7f\x10\x00OB\x00\x00\xff\xff\xff\xff") + 12
    items = [table, *(fragment + bytes(len(fragment) % 2) for fragment in fragments)]
    return whole[:at] + b"".join(ITEM + struct.pack("<I", len(item)) + item for item in items) + end


def element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    """One element in explicit little endian."""
    long = vr in {b"OB", b"OW", b"SQ", b"UN", b"UT"}
    lead = struct.pack("<HH", group, number) + vr
    return lead + (struct.pack("<HI", 0, len(value)) if long else struct.pack("<H", len(value))) + value


def raw_file(body: bytes, syntax: str = ExplicitVRLittleEndian) -> bytes:
    """A file of hand-made elements."""
    uid = syntax.encode() + bytes(len(syntax) % 2)
    return bytes(128) + b"DICM" + element(2, 0x10, b"UI", uid) + body


def saved(folder: Path, content: bytes, name: str = "clip.dcm") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path
