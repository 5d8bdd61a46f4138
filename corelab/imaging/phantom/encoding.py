"""Pictures as the value of Pixel Data, in every transfer syntax that an encoder is at hand for. H.264 and HEVC have none here."""

import struct
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import cv2
import imagecodecs
import numpy as np
import numpy.typing as npt
import simplejpeg
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

Pixels = npt.NDArray[np.uint8]

_HTJ2K = "1.2.840.10008.1.2.4.203"
_QUALITY = 88
_NEAR = 2
"""How many grey levels JPEG-LS may be wrong."""

VIDEO_MS = 40.0
"""Time between the pictures of a film: a stream of MPEG-2 has no other rates than those of television."""
VIDEO_LARGEST = (720, 576)
"""Columns and rows of main profile, main level."""


class SyntaxUnsupportedError(Exception):
    """A transfer syntax that phantoms are not written in."""

    def __init__(self, syntax: str) -> None:
        super().__init__(f"phantoms are not written in transfer syntax {syntax}; supported: {', '.join(SYNTAXES)}")
        self.syntax = syntax
        self.supported = SYNTAXES


@dataclass(frozen=True, slots=True)
class Coding:
    """``encode`` one frame, None where pixels lie as they are; ``colour`` is the photometric interpretation of three samples.

    ``lossy``: the defined term of the method where the pictures are not kept exactly.
    """

    encode: Callable[[Pixels], bytes] | None = None
    colour: str = "RGB"
    lossy: str | None = None
    film: bool = False

    @property
    def native(self) -> bool:
        return self.encode is None and not self.film


def is_jpeg(syntax: str) -> bool:
    """Baseline, the usual one."""
    return syntax == str(JPEGBaseline8Bit)


def decoded_jpeg(stream: bytes, *, grey: bool) -> Pixels:
    """(rows, columns) or (rows, columns, 3) RGB."""
    frame = np.asarray(simplejpeg.decode_jpeg(stream, "Gray" if grey else "RGB"), np.uint8)
    return np.ascontiguousarray(frame[:, :, 0]) if grey else frame


def encoded_jpeg(frame: Pixels) -> bytes:
    """One frame as JPEG baseline."""
    if frame.ndim == 2:
        return bytes(simplejpeg.encode_jpeg(frame[:, :, None], _QUALITY, "GRAY", "Gray"))
    return bytes(simplejpeg.encode_jpeg(frame, _QUALITY, "RGB", "422"))


def _lossless(predictor: int) -> Callable[[Pixels], bytes]:
    def encode(frame: Pixels) -> bytes:
        if frame.ndim == 2:
            return bytes(imagecodecs.jpeg8_encode(frame, lossless=True, predictor=predictor))
        return bytes(imagecodecs.jpeg8_encode(frame, lossless=True, predictor=predictor, colorspace="RGB", outcolorspace="RGB"))

    return encode


def _run_lengths(frame: Pixels) -> bytes:
    """RLE of DICOM PS3.5 annex G: a header of 16 numbers, then one PackBits segment per sample, every row packed by itself."""
    planes = [frame] if frame.ndim == 2 else [np.ascontiguousarray(frame[:, :, sample]) for sample in range(3)]
    segments = []
    for plane in planes:
        segment = b"".join(imagecodecs.packbits_encode(row.tobytes()) for row in plane)
        segments.append(segment + b"\0" * (len(segment) % 2))
    offsets, at = [], 64
    for segment in segments:
        offsets.append(at)
        at += len(segment)
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(offsets))) + b"".join(segments)


CODINGS: Mapping[str, Coding] = MappingProxyType(
    {
        str(JPEGBaseline8Bit): Coding(encoded_jpeg, "YBR_FULL_422", "ISO_10918_1"),
        str(ExplicitVRLittleEndian): Coding(),
        str(ImplicitVRLittleEndian): Coding(),
        str(ExplicitVRBigEndian): Coding(),
        str(DeflatedExplicitVRLittleEndian): Coding(),
        str(RLELossless): Coding(_run_lengths),
        str(JPEGLosslessSV1): Coding(_lossless(1)),
        str(JPEGLossless): Coding(_lossless(6)),
        str(JPEGLSLossless): Coding(lambda frame: bytes(imagecodecs.jpegls_encode(frame))),
        str(JPEGLSNearLossless): Coding(lambda frame: bytes(imagecodecs.jpegls_encode(frame, level=_NEAR)), lossy="ISO_14495_1"),
        str(JPEG2000Lossless): Coding(
            lambda frame: bytes(imagecodecs.jpeg2k_encode(frame, level=0, reversible=True, codecformat="J2K", numthreads=1)), "YBR_RCT"
        ),
        str(JPEG2000): Coding(
            lambda frame: bytes(imagecodecs.jpeg2k_encode(frame, level=38, reversible=False, codecformat="J2K", numthreads=1)),
            "YBR_ICT",
            "ISO_15444_1",
        ),
        str(HTJ2KLossless): Coding(lambda frame: bytes(imagecodecs.htj2k_encode(frame, reversible=True)), "YBR_RCT"),
        _HTJ2K: Coding(lambda frame: bytes(imagecodecs.htj2k_encode(frame, level=0.01, reversible=False)), "YBR_ICT", "ISO_15444_15"),
        str(MPEG2MPML): Coding(None, "YBR_PARTIAL_420", "ISO_13818_2", film=True),
    }
)
SYNTAXES = tuple(CODINGS)
"""The first is the usual one."""


def coding(syntax: str) -> Coding:
    """Raises SyntaxUnsupportedError."""
    found = CODINGS.get(syntax)
    if found is None:
        raise SyntaxUnsupportedError(syntax)
    return found


def encoded(frames: Sequence[Pixels], syntax: str) -> bytes:
    """The value of Pixel Data for (rows, columns) or (rows, columns, 3) frames. Raises SyntaxUnsupportedError."""
    how = coding(syntax)
    if how.film:
        return bytes(encapsulate([_film(frames)], has_bot=False))
    if how.encode is not None:
        return bytes(encapsulate([how.encode(np.ascontiguousarray(frame)) for frame in frames]))
    raw = b"".join(frame.tobytes() for frame in frames)
    return raw + b"\0" * (len(raw) % 2)


def _film(frames: Sequence[Pixels]) -> bytes:
    """One elementary stream of MPEG-2. The writer takes a file's name only."""
    rows, columns = frames[0].shape[:2]
    with tempfile.TemporaryDirectory(prefix="corelab-film-") as folder:
        path = Path(folder) / "film.m2v"
        writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MPG2"), 1000 / VIDEO_MS, (columns, rows))
        try:
            for frame in frames:
                writer.write(frame[:, :, ::-1])
        finally:
            writer.release()
        return path.read_bytes()
