"""Compressed frames reduced to what their picture needs: segments by allow-list, nothing after the end of the image."""

from corelab.imaging.container.jpeg import clean_jpeg
from corelab.imaging.container.jpeg2000 import clean_jpeg2000
from corelab.imaging.container.rle import check_rle, run_lengths
from corelab.imaging.container.shape import (
    HTJ2K,
    JPEG,
    JPEG_2000,
    JPEG_BASELINE,
    JPEG_EXTENDED,
    JPEG_LOSSLESS,
    JPEG_LOSSLESS_SV1,
    JPEG_LS,
    LOSSLESS_JPEG,
    LOSSY,
    RLE,
    STREAMS,
    Shape,
)


def clean_stream(stream: bytes, syntax: str) -> tuple[bytes, Shape]:
    """The stream of one frame in a syntax of ``STREAMS``, with only what its picture needs. Raises ObjectRefusedError."""
    if syntax in JPEG_2000 | HTJ2K:
        return clean_jpeg2000(stream, high_throughput=syntax in HTJ2K)
    return clean_jpeg(stream, syntax)


__all__ = [
    "HTJ2K",
    "JPEG",
    "JPEG_2000",
    "JPEG_BASELINE",
    "JPEG_EXTENDED",
    "JPEG_LOSSLESS",
    "JPEG_LOSSLESS_SV1",
    "JPEG_LS",
    "LOSSLESS_JPEG",
    "LOSSY",
    "RLE",
    "STREAMS",
    "Shape",
    "check_rle",
    "clean_jpeg",
    "clean_jpeg2000",
    "clean_stream",
    "run_lengths",
]
