"""JPEG in all its kinds: which colours a stream holds, and the decoder for each; every one releases the GIL and refuses damaged data."""

import imagecodecs
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from corelab.imaging.faults import StreamFaultError
from corelab.imaging.frames.colour import Pixels, Samples, paint_rgb, scratch
from corelab.imaging.frames.stream import Stream

_LUMA_CHROMA = frozenset({"YBR_FULL", "YBR_FULL_422", "YBR_PARTIAL_422", "YBR_PARTIAL_420"})
_LIBJPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3})
_APP14 = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"


def holds_rgb(stream: Stream, photometric: str) -> bool:
    """Whether three components are red, green and blue. The stream is believed before the header, because headers are rewritten."""
    if stream.transform is not None:
        return stream.transform == 0
    if stream.lossless or stream.frame == 0xF7:
        return photometric not in _LUMA_CHROMA
    if stream.jfif or stream.subsampled:
        return False
    return stream.ids == b"RGB" or photometric == "RGB"


def goes_straight(stream: Stream, photometric: str) -> bool:
    """Whether ``paint_jpeg`` can take this stream: 8 bits, and lossless ones only as unmarked red, green and blue."""
    if stream.precision != 8 or stream.frame not in _LIBJPEG_FRAMES:
        return False
    if stream.components == 1:
        return photometric == "MONOCHROME2" and not stream.lossless
    return not stream.lossless or (holds_rgb(stream, photometric) and not stream.jfif)


def paint_jpeg(data: bytes, stream: Stream, photometric: str, out: Pixels) -> None:
    """A stream of 8 bits, straight to BGRA. libjpeg takes unmarked colours for luma and chroma, so RGB gets a marker."""
    if stream.components == 3 and not stream.lossless and _needs_marker(stream, photometric):
        data = data[:2] + _APP14 + b"\x00" + data[2:]
    try:
        if stream.lossless:  # in two steps: libjpeg orders lossless colours one by one, OpenCV many at once
            paint_rgb(np.asarray(simplejpeg.decode_jpeg(data, "RGB", buffer=scratch((stream.rows, stream.columns, 3)))), out)
        else:
            simplejpeg.decode_jpeg(data, "BGRA", buffer=out)
    except ValueError as error:
        raise StreamFaultError("the stream is damaged") from error


def _needs_marker(stream: Stream, photometric: str) -> bool:
    return stream.transform is None and stream.ids != b"RGB" and holds_rgb(stream, photometric)


def decode_grey(data: bytes, stream: Stream) -> Samples:
    """One component of 8 bits, lossy or lossless: rows x columns of stored values."""
    out = np.empty((stream.rows, stream.columns, 1), np.uint8)
    try:
        simplejpeg.decode_jpeg(data, "GRAY", buffer=out)
    except ValueError as error:
        raise StreamFaultError("the stream is damaged") from error
    return out[..., 0]


def decode_lossless(data: bytes, stream: Stream) -> Samples:
    """A lossless stream of one or three components, 8 to 16 bits, as stored: no colour is converted."""
    if stream.precision == 8 and stream.components == 1:
        return decode_grey(data, stream)
    try:
        return np.asarray(imagecodecs.ljpeg_decode(data))
    except (ValueError, RuntimeError) as error:
        raise StreamFaultError("the stream is damaged") from error


def decode_extended(data: bytes) -> Samples:
    """A lossy stream of 12 bits."""
    try:
        return np.asarray(imagecodecs.jpeg8_decode(data))
    except (ValueError, RuntimeError) as error:
        raise StreamFaultError("the stream is damaged") from error


def decode_jpeg_ls(data: bytes, stream: Stream) -> Samples:
    try:
        return np.asarray(imagecodecs.jpegls_decode(data, out=room(stream)))
    except (ValueError, RuntimeError) as error:
        raise StreamFaultError("the stream is damaged") from error


def room(stream: Stream) -> NDArray[np.uint8] | None:
    """Where a colour stream of 8 bits is decoded to; other kinds get room of their own."""
    colour = stream.components == 3 and stream.precision == 8 and not stream.signed
    return scratch((stream.rows, stream.columns, 3)) if colour else None


def decode_jpeg2000(data: bytes, stream: Stream) -> Samples:
    """JPEG 2000 by OpenJPEG on one thread."""
    try:
        return np.asarray(imagecodecs.jpeg2k_decode(data, numthreads=1, out=room(stream)))
    except (ValueError, RuntimeError) as error:
        raise StreamFaultError("the stream is damaged") from error
