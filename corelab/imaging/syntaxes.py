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
    }
)

VIDEO = frozenset(
    f"1.2.840.10008.1.2.4.{n}"
    for n in ("100", "100.1", "101", "101.1", "102", "102.1", "103", "103.1", "104", "104.1", "105", "105.1", "106", "106.1", "107", "108")
)

ULTRASOUND = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.6.1",
        "1.2.840.10008.5.1.4.1.1.3.1",
        "1.2.840.10008.5.1.4.1.1.6",  # retired; old machines still write them, intake decides
        "1.2.840.10008.5.1.4.1.1.3",
    }
)
