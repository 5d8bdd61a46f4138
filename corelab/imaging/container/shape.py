"""The syntaxes whose frames are streams of their own, and what such a stream says of its picture."""

from dataclasses import dataclass

from corelab.imaging.syntaxes import CODINGS, Coding

JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.57"
JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.70"
RLE = "1.2.840.10008.1.2.5"


def _coded(*codings: Coding) -> frozenset[str]:
    return frozenset(syntax for syntax, coding in CODINGS.items() if coding in codings)


JPEG = _coded(Coding.JPEG, Coding.JPEG_LOSSLESS)
JPEG_LS = _coded(Coding.JPEG_LS)
JPEG_2000 = _coded(Coding.JPEG_2000)
HTJ2K = _coded(Coding.HTJ2K)
STREAMS = JPEG | JPEG_LS | JPEG_2000 | HTJ2K
"""Syntaxes whose frames ``clean_stream`` takes."""
LOSSLESS_JPEG = _coded(Coding.JPEG_LOSSLESS)
LOSSY = _coded(Coding.JPEG, Coding.MPEG2, Coding.H264, Coding.HEVC)
"""Syntaxes that always lose something; of the others some do, as each stream says."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a frame's own stream says about its picture.

    ``lossy``: its coding loses something, told by the stream itself (JPEG-LS near-lossless, irreversible wavelets).
    ``mixed``: it holds luma and chroma of its own making, and gives red, green and blue.
    """

    rows: int
    columns: int
    components: int
    precision: int
    lossy: bool = False
    mixed: bool = False
