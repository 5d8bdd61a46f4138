"""The independent judge: looks for a case's words in bytes, streams and decoded frames. It uses nothing of the program."""

import re
import struct
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

import imagecodecs
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.encaps import generate_fragments

from tests.acceptance.intake.case import Box, Seed
from tests.acceptance.leaks import spellings

Frames = NDArray[np.uint8]
_BETWEEN = re.compile(rb"[\s^=,.;:/\\_\-\0]+")
_JPEG = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"})
_JPEG_LS = frozenset({"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"})
_J2K = frozenset({"1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", *(f"1.2.840.10008.1.2.4.20{n}" for n in (1, 2, 3))})
_HIGH_THROUGHPUT = frozenset(f"1.2.840.10008.1.2.4.20{n}" for n in (1, 2, 3))
_RLE = "1.2.840.10008.1.2.5"
_PICTURE = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xDB, 0xDD, 0xE0, 0xEE})
"""JPEG segments that a picture needs; of the application segments only the plain JFIF head and Adobe's, which decides about colour."""


# ---------------------------------------------------------------- words in bytes


def needles(seed: Seed, *, numbers: bool = True) -> tuple[bytes, ...]:
    """Every way to write the words: upper and lower case come together, as what is searched is turned to lower case."""
    found: set[bytes] = set()
    for word in (seed.word, seed.number, str(seed.short)):
        for ways in spellings(word).values():
            found.update(way.lower() for way in ways)
    if numbers:
        found.update({struct.pack("<I", seed.short), struct.pack("<d", seed.short), struct.pack("<d", int(seed.number))})
    return tuple(found)


def views(data: bytes) -> tuple[bytes, ...]:
    """The bytes as they are, without letter case, and without what may stand between the parts of a name (and the zeros of UTF-16)."""
    lower = data.lower()
    return data, lower, _BETWEEN.sub(b"", lower)


def seen(data: bytes, wanted: Iterable[bytes]) -> bool:
    everything = b"\xff\xfe\xff".join(views(data))
    return any(each in everything for each in wanted)


# ---------------------------------------------------------------- what a released file holds


def hidden_in(path: Path, wanted: Iterable[bytes]) -> Iterator[str]:
    """Every place of the file at which one of the words is, or could be hidden."""
    data, wanted = path.read_bytes(), tuple(wanted)
    if seen(data, wanted):
        yield "the bytes of the file"
    if seen(path.name.encode(), wanted):
        yield "the name of the file"
    clip = pydicom.dcmread(path)
    if any(data[:128]):
        yield "the preamble"
    if any(seen(text.encode("utf-8", "replace"), wanted) for text in _texts(clip)):
        yield "a decoded value"
    yield from _odd_elements(clip)
    yield from _streams(clip, data)
    for frame in decoded(path):
        if seen(frame.tobytes(), wanted):
            yield "a decoded frame"


def _texts(clip: pydicom.Dataset) -> Iterator[str]:
    for element in clip.iterall():
        if element.VR not in {"OB", "OW", "SQ", "UN"}:
            yield str(element.value)


def _odd_elements(clip: pydicom.Dataset) -> Iterator[str]:
    for element in clip.iterall():
        group = element.tag.group
        if group % 2 or group >> 8 in {0x50, 0x60} or group == 0xFFFC or element.VR == "UN":
            yield f"an element that no clip needs ({element.tag})"


def _streams(clip: pydicom.Dataset, data: bytes) -> Iterator[str]:
    """Bytes that belong to no pixel: behind the last frame, between fragments, in segments of a frame."""
    syntax = clip.file_meta.TransferSyntaxUID
    frames = int(clip.get("NumberOfFrames", 1) or 1)
    if not syntax.is_compressed:
        size = clip.Rows * clip.Columns * clip.SamplesPerPixel * frames * clip.BitsAllocated // 8
        if len(clip.PixelData) != size + size % 2 or (size % 2 and clip.PixelData[-1]):
            yield "bytes behind the last frame"
        if not data.endswith(clip.PixelData):
            yield "bytes behind the pixels"
        if clip.BitsAllocated != clip.BitsStored:
            yield "bits above the picture's"
        return
    streams = list(generate_fragments(clip.PixelData))[1:]
    if len(streams) != frames:
        yield "more fragments than frames"
    if not data.endswith(b"\xfe\xff\xdd\xe0\0\0\0\0"):
        yield "bytes behind the pixels"
    yield from (f"a segment of frame {number}" for number, stream in enumerate(streams) if not _is_bare(stream, syntax))


def _is_bare(stream: bytes, syntax: str) -> bool:
    """A frame that holds its picture and nothing beside it."""
    if syntax in _JPEG:
        return all(_is_picture(kind, body) for kind, body in segments(stream)) and _ends(stream)
    if syntax in _JPEG_LS:
        return all(kind in {0xF7, 0xF8} for kind, _body in segments(stream)) and _ends(stream)
    if syntax in _J2K:
        return stream[:4] == b"\xff\x4f\xff\x51" and b"\xff\x64" not in stream[: stream.find(b"\xff\x90")] and _ends(stream)
    if syntax == _RLE:
        count = struct.unpack_from("<I", stream)[0]
        return bool(stream[4 + 4 * count : 64] == b"\0" * (60 - 4 * count))
    return True


def _is_picture(kind: int, body: bytes) -> bool:
    plain_head = kind == 0xE0 and body[:5] == b"JFIF\0" and len(body) == 14 and body[-2:] == b"\0\0"
    adobe = kind == 0xEE and body[:5] == b"Adobe" and len(body) == 12
    return kind in _PICTURE and (kind not in {0xE0, 0xEE} or plain_head or adobe)


def _ends(stream: bytes) -> bool:
    return stream.endswith((b"\xff\xd9", b"\xff\xd9\0"))


def segments(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and content of the segments up to the first scan; all between scans too."""
    at = 2
    while at + 4 <= len(stream):
        if stream[at] != 0xFF or stream[at + 1] in {0xFF, 0x00} or 0xD0 <= stream[at + 1] <= 0xD7:
            at += 1
            continue
        kind = stream[at + 1]
        if kind == 0xD9:
            return
        length = struct.unpack_from(">H", stream, at + 2)[0]
        if kind != 0xDA:
            yield kind, stream[at + 4 : at + 2 + length]
        at += 2 + length


def decoded(path: Path) -> list[Frames]:
    """Frames as (rows, columns) grey or (rows, columns, 3) RGB, by decoders that the program does not use for them."""
    clip = pydicom.dcmread(path)
    if clip.file_meta.TransferSyntaxUID in _JPEG - {"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"}:
        return [_by_pillow(stream) for stream in list(generate_fragments(clip.PixelData))[1:]]
    if clip.file_meta.TransferSyntaxUID in _HIGH_THROUGHPUT:
        return [np.asarray(imagecodecs.htj2k_decode(stream), np.uint8) for stream in list(generate_fragments(clip.PixelData))[1:]]
    pixels = clip.pixel_array & (0xFF if clip.BitsStored == 8 else 0xFFFF)
    return [np.asarray(frame, np.uint8) for frame in (pixels if int(clip.get("NumberOfFrames", 1) or 1) > 1 else pixels[None])]


def _by_pillow(stream: bytes) -> Frames:
    with Image.open(BytesIO(stream)) as picture:
        return np.asarray(picture if picture.mode == "L" else picture.convert("RGB"), np.uint8)


# ---------------------------------------------------------------- pixels


def changed_inside(source: list[Frames], final: list[Frames], kept: NDArray[np.bool_], *, rim: bool) -> str | None:
    """What differs inside the kept area, or None. ``rim``: the outermost pixel may differ (a mask in the blocks of a JPEG)."""
    inside = _without_rim(kept) if rim else kept
    if len(source) != len(final):
        return f"{len(final)} of {len(source)} frames"
    changed = sum(int((one[inside] != other[inside]).sum()) for one, other in zip(source, final, strict=True))
    return f"{changed} pixel values changed inside the kept area" if changed else None


def _without_rim(kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    inner = kept.copy()
    for axis in (0, 1):
        for step in (1, -1):
            inner &= np.roll(kept, step, axis)
    return inner


def outside_is_black(final: list[Frames], kept: NDArray[np.bool_], *, rim: bool) -> bool:
    """Every pixel outside the kept area is black in every frame; ``rim`` as above, on the masked side."""
    outside = _without_rim(~kept) if rim else ~kept
    return all((frame[outside] == 0).all() for frame in final)


def block(path: Path) -> tuple[int, int]:
    """Width and height of the blocks of a JPEG; one pixel where a file holds pixels in another way."""
    clip = pydicom.dcmread(path)
    if clip.file_meta.TransferSyntaxUID not in _JPEG:
        return 1, 1
    stream = list(generate_fragments(clip.PixelData))[1]
    (frame,) = (body for kind, body in segments(stream) if kind in {0xC0, 0xC1, 0xC2})
    factors = [frame[7 + 3 * number] for number in range(frame[5])]
    return (8 * max(each >> 4 for each in factors), 8 * max(each & 15 for each in factors)) if len(factors) > 1 else (8, 8)


def text_is_gone(final: list[Frames], box: Box) -> bool:
    """Nothing can be read where words were painted: every pixel of each frame has one value there."""
    x0, y0, x1, y1 = box
    return all(len(np.unique(frame[y0 : y1 + 1, x0 : x1 + 1].reshape(-1, 1 if frame.ndim == 2 else 3), axis=0)) == 1 for frame in final)


def syntax(path: Path) -> str:
    return str(pydicom.dcmread(path, stop_before_pixels=True).file_meta.TransferSyntaxUID)
