"""The transfer syntaxes that are read, and how each is coded."""

from enum import Enum
from types import MappingProxyType

from corelab.imaging.source import DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE


class Coding(Enum):
    NATIVE = "native"
    JPEG = "jpeg"
    JPEG_LOSSLESS = "jpeg lossless"
    JPEG_LS = "jpegls"
    JPEG_2000 = "jpeg2k"
    HTJ2K = "htj2k"
    RLE = "rle"
    MPEG2 = "mpeg2"
    H264 = "h264"
    HEVC = "hevc"


CODINGS = MappingProxyType(
    {
        IMPLICIT_LITTLE: Coding.NATIVE,
        EXPLICIT_LITTLE: Coding.NATIVE,
        EXPLICIT_BIG: Coding.NATIVE,
        DEFLATED: Coding.NATIVE,
        "1.2.840.10008.1.2.4.50": Coding.JPEG,
        "1.2.840.10008.1.2.4.51": Coding.JPEG,
        "1.2.840.10008.1.2.4.57": Coding.JPEG_LOSSLESS,
        "1.2.840.10008.1.2.4.70": Coding.JPEG_LOSSLESS,
        "1.2.840.10008.1.2.4.80": Coding.JPEG_LS,
        "1.2.840.10008.1.2.4.81": Coding.JPEG_LS,
        "1.2.840.10008.1.2.4.90": Coding.JPEG_2000,
        "1.2.840.10008.1.2.4.91": Coding.JPEG_2000,
        "1.2.840.10008.1.2.4.201": Coding.HTJ2K,
        "1.2.840.10008.1.2.4.202": Coding.HTJ2K,
        "1.2.840.10008.1.2.4.203": Coding.HTJ2K,
        "1.2.840.10008.1.2.5": Coding.RLE,
        **{f"1.2.840.10008.1.2.4.{n}": Coding.MPEG2 for n in ("100", "100.1", "101", "101.1")},
        **{f"1.2.840.10008.1.2.4.{n}{part}": Coding.H264 for n in range(102, 107) for part in ("", ".1")},
        **{f"1.2.840.10008.1.2.4.{n}": Coding.HEVC for n in ("107", "108")},
    }
)

VIDEO = frozenset({Coding.MPEG2, Coding.H264, Coding.HEVC})
"""One stream holds all frames: its fragments are no frames."""

ULTRASOUND = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.6.1",
        "1.2.840.10008.5.1.4.1.1.3.1",
        "1.2.840.10008.5.1.4.1.1.6",  # retired; old machines still write them, intake decides
        "1.2.840.10008.5.1.4.1.1.3",
    }
)
