"""One compressed frame, reduced to what its picture needs: markers by allow-list, nothing after the end of the image."""

import re
import struct
from dataclasses import dataclass

from corelab.domain.intake import IntakeCode, ObjectRefusedError

JPEG_BASELINE = "1.2.840.10008.1.2.4.50"
JPEG_EXTENDED = "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS = "1.2.840.10008.1.2.4.57"
JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.70"
RLE = "1.2.840.10008.1.2.5"
JPEG = frozenset({JPEG_BASELINE, JPEG_EXTENDED, JPEG_LOSSLESS, JPEG_LOSSLESS_SV1})

_SOI, _EOI, _SOS, _APP0, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE
_KEPT = frozenset({0xDB, 0xC4, 0xDD})  # quantisation, Huffman tables, restart interval
_STARTS = {JPEG_BASELINE: {0xC0, 0xC1, 0xC2}, JPEG_EXTENDED: {0xC0, 0xC1, 0xC2}, JPEG_LOSSLESS: {0xC3}, JPEG_LOSSLESS_SV1: {0xC3}}
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Shape:
    """What a frame's own stream says about its size."""

    rows: int
    columns: int
    components: int
    precision: int


def clean_jpeg(stream: bytes, syntax: str) -> tuple[bytes, Shape]:
    """The stream with only the segments that its picture needs, cut after the first end of image.

    Refuses a stream that does not end, has two frame headers, another process than ``syntax`` says, or another precision than 8 bit.
    """
    if stream[:2] != b"\xff\xd8":
        raise ObjectRefusedError(IntakeCode.CONTAINER, "no start of image")
    kept, shape, at = [b"\xff\xd8"], None, 2
    while True:
        marker, at = _marker(stream, at)
        if marker == _EOI:
            if shape is None:
                raise ObjectRefusedError(IntakeCode.CONTAINER, "no frame header")
            return b"".join([*kept, b"\xff\xd9"]), shape
        body, at = _segment(stream, at)
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            shape = _frame_header(marker, body, syntax, shape)
        elif marker == _SOS and shape is None:
            raise ObjectRefusedError(IntakeCode.CONTAINER, "a scan before its frame header")
        kept.append(_kept_segment(marker, body))
        if marker == _SOS:
            end = _scan_end(stream, at)
            kept.append(stream[at:end])
            at = end


def _marker(stream: bytes, at: int) -> tuple[int, int]:
    """The marker at ``at`` (fill bytes allowed) and the position after it."""
    while stream[at : at + 2] == b"\xff\xff":
        at += 1
    if at + 2 > len(stream):
        raise ObjectRefusedError(IntakeCode.DECODE, "the stream does not end")
    if stream[at] != 0xFF or stream[at + 1] in {0x00, _SOI}:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "no marker where one must be")
    return stream[at + 1], at + 2


def _segment(stream: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(stream[at : at + 2])
    if length < 2 or at + length > len(stream):
        raise ObjectRefusedError(IntakeCode.DECODE, "a segment reaches past the end")
    return stream[at + 2 : at + length], at + length


def _frame_header(marker: int, body: bytes, syntax: str, before: Shape | None) -> Shape:
    if before is not None or marker not in _STARTS[syntax] or len(body) < 6:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "two frame headers, or another process than declared")
    precision, rows, columns, components = struct.unpack_from(">BHHB", body)
    if precision != 8 or len(body) != 6 + 3 * components:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "not 8 bit")
    return Shape(rows, columns, components, precision)


def _kept_segment(marker: int, body: bytes) -> bytes:
    """A whole segment as it may stay, or nothing. JFIF loses its thumbnail; Adobe stays because it decides the colour."""
    if marker == _APP0 and body[:5] == b"JFIF\0" and len(body) >= 14:
        body = body[:12] + b"\0\0"
    elif marker == _APP14 and body[:5] == b"Adobe" and len(body) >= 12:
        body = body[:12]
    elif not (marker in _KEPT or marker == _SOS or 0xC0 <= marker <= 0xC3):
        return b""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _scan_end(stream: bytes, at: int) -> int:
    found = _NEXT_MARKER.search(stream, at)
    if found is None:
        raise ObjectRefusedError(IntakeCode.DECODE, "the stream does not end")
    return found.start()


def check_rle(frame: bytes, segments: int) -> None:
    """The 64-byte header against the segments it announces (PS3.5 annex G)."""
    if len(frame) < 64:
        raise ObjectRefusedError(IntakeCode.DECODE, "no room for an RLE header")
    count, *offsets = struct.unpack_from("<16I", frame)
    used = offsets[:count] if count <= 15 else []
    sound = count == segments and used[:1] == [64] and used == sorted(set(used)) and used[-1] <= len(frame)
    if not sound or any(offsets[count:]):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "RLE header and segments disagree")
