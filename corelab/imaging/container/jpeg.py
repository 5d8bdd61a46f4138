"""JPEG and JPEG-LS streams (ISO/IEC 10918-1, 14495-1): markers by allow-list, nothing after the end of the image."""

import re
import struct
from dataclasses import replace

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.container.shape import JPEG_BASELINE, JPEG_EXTENDED, JPEG_LS, Shape

_SOI, _EOI, _SOS, _APP0, _APP14, _LSE, _DRI = 0xD8, 0xD9, 0xDA, 0xE0, 0xEE, 0xF8, 0xDD
_KEPT = frozenset({0xDB, 0xC4, 0xDD})  # quantisation, Huffman tables, restart interval
_DCT_STARTS, _LOSSLESS_STARTS, _LS_STARTS = frozenset({0xC0, 0xC1, 0xC2}), frozenset({0xC3}), frozenset({0xF7})
_PROGRESSIVE = 0xC2
_STARTS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_PRESETS, _PRESETS_LENGTH = 1, 11
"""The one kind of parameters of JPEG-LS that is no table of colours and no other size of picture."""
_NEXT_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])", re.DOTALL)
_NEXT_LS_MARKER = re.compile(rb"\xff+([\x80-\xcf\xd8-\xfe])", re.DOTALL)
"""In JPEG-LS a byte after FF has its highest bit clear, unless it is a marker."""


def clean_jpeg(stream: bytes, syntax: str) -> tuple[bytes, Shape]:
    """The stream with only the segments that its picture needs, cut after the first end of image.

    Refuses a stream that does not end, has two frame headers, another process than ``syntax`` says, or lossy samples of more than 8 bit;
    and one with a scan that gives anew what an earlier one gave: decoders show the last picture only, and another lies behind it.
    """
    if stream[:2] != b"\xff\xd8":
        raise ObjectRefusedError(IntakeCode.CONTAINER, "no start of image")
    kept, shape, at = [b"\xff\xd8"], None, 2
    given, progressive = dict[tuple[int, int], int](), False
    while True:
        marker, at = _marker(stream, at)
        if marker == _EOI:
            if shape is None:
                raise ObjectRefusedError(IntakeCode.CONTAINER, "no frame header")
            return b"".join([*kept, b"\xff\xd9"]), shape
        body, at = _segment(stream, at)
        if marker in _STARTS:
            shape, progressive = _frame_header(marker, body, syntax, shape), marker == _PROGRESSIVE
        elif marker == _SOS:
            shape = _scan_header(body, syntax, shape)
            _require_new(body, given, progressive=progressive)
        kept.append(_kept_segment(marker, body, syntax))
        if marker == _SOS:
            end = _scan_end(stream, at, syntax)
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
    if before is not None or marker not in _starts_of(syntax) or len(body) < 6:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "two frame headers, or another process than declared")
    precision, rows, columns, components = struct.unpack_from(">BHHB", body)
    if (precision != 8 and marker in _DCT_STARTS) or len(body) != 6 + 3 * components:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "not 8 bit")
    return Shape(rows, columns, components, precision)


def _starts_of(syntax: str) -> frozenset[int]:
    if syntax in JPEG_LS:
        return _LS_STARTS
    return _DCT_STARTS if syntax in {JPEG_BASELINE, JPEG_EXTENDED} else _LOSSLESS_STARTS


def _scan_header(body: bytes, syntax: str, shape: Shape | None) -> Shape:
    """A scan of JPEG-LS says how far its values may be from the true ones."""
    if shape is None or len(body) < 4:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "a scan before its frame header")
    return replace(shape, lossy=shape.lossy or body[-3] > 0) if syntax in JPEG_LS else shape


def _require_new(body: bytes, given: dict[tuple[int, int], int], *, progressive: bool) -> None:
    """``given``: the lowest bit so far of each coefficient of each component (T.81, G.1.1.1.1); of a sequential one, all come at once."""
    if len(body) != 4 + 2 * body[0]:
        raise ObjectRefusedError(IntakeCode.CONTAINER, "a malformed scan header")
    first, last, bits = body[-3:] if progressive else (0, 0, 0)
    for coefficient in ((component, number) for component in body[1:-3:2] for number in range(first, last + 1)):
        if given.get(coefficient) != (bits >> 4 or None):
            raise ObjectRefusedError(IntakeCode.CONTAINER, "a scan in place of another")
        given[coefficient] = bits & 15


def _kept_segment(marker: int, body: bytes, syntax: str) -> bytes:
    """A whole segment as it may stay, or nothing. JFIF loses its thumbnail; Adobe stays because it decides the colour."""
    if syntax in JPEG_LS:
        if not _belongs_to_ls(marker, body):
            return b""
    elif marker == _APP0 and body[:5] == b"JFIF\0" and len(body) >= 14:
        body = body[:12] + b"\0\0"
    elif marker == _APP14 and body[:5] == b"Adobe" and len(body) >= 12:
        body = body[:12]
    elif not (marker in _KEPT or marker == _SOS or 0xC0 <= marker <= 0xC3):
        return b""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _belongs_to_ls(marker: int, body: bytes) -> bool:
    if marker == _LSE and (body[:1] != bytes([_PRESETS]) or len(body) != _PRESETS_LENGTH):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "a table that no ultrasound picture has")
    return marker in {_SOS, _LSE, *_LS_STARTS} or (marker == _DRI and 2 <= len(body) <= 4)


def _scan_end(stream: bytes, at: int, syntax: str) -> int:
    found = (_NEXT_LS_MARKER if syntax in JPEG_LS else _NEXT_MARKER).search(stream, at)
    if found is None:
        raise ObjectRefusedError(IntakeCode.DECODE, "the stream does not end")
    return found.start()
