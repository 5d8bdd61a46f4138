"""What a compressed stream says of itself - size, components, precision, colour, proper end - read before anything is decoded."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corelab.imaging.faults import StreamFaultError

_LONELY = frozenset({0x01, *range(0xD0, 0xD8)})
_DCT_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_LOSSLESS_FRAME, _LS_FRAME = 0xC3, 0xF7
_OTHER_FRAMES = frozenset({0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_SCAN, _END = 0xDA, b"\xff\xd9"
_END_WINDOW = 64


@dataclass(frozen=True, slots=True)
class Stream:
    """``frame`` is the JPEG start-of-frame code (0 for JPEG 2000), ``transform`` the Adobe one, if any.

    ``mixed``: the codec itself turns colours into luma and chroma, and back.
    """

    frame: int
    rows: int
    columns: int
    precision: int
    components: int
    ids: bytes = b""
    subsampled: bool = False
    jfif: bool = False
    transform: int | None = None
    mixed: bool = False
    signed: bool = False

    @property
    def lossless(self) -> bool:
        return self.frame == _LOSSLESS_FRAME


def read_jpeg(data: bytes) -> Stream:
    """The headers of a JPEG or JPEG-LS stream up to its first scan. Refuses (StreamFaultError) what does not begin or end properly."""
    if data[:2] != b"\xff\xd8":
        raise StreamFaultError("the frame is empty" if not data.strip(b"\0") else "it does not begin as a JPEG stream")
    if data.rfind(_END, max(0, len(data.rstrip(b"\0")) - _END_WINDOW)) < 0:
        raise StreamFaultError("the stream is cut off")
    try:
        return _markers(data)
    except (struct.error, IndexError) as error:
        raise StreamFaultError("its headers are damaged") from error


def _markers(data: bytes) -> Stream:
    found, jfif, transform = None, False, None
    for code, body in _segments(data):
        if code in _DCT_FRAMES or code in {_LOSSLESS_FRAME, _LS_FRAME}:
            found = _frame(code, body)
        elif code in _OTHER_FRAMES:
            raise StreamFaultError("it is coded in a way that is not supported")
        elif code == 0xE0 and body[:4] == b"JFIF":
            jfif = True
        elif code == 0xEE and body[:5] == b"Adobe" and len(body) >= 12:
            transform = body[11]
    if found is None:
        raise StreamFaultError("its headers are damaged")
    return replace(found, jfif=jfif, transform=transform)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker code and body of each segment before the first scan."""
    at = 2
    while True:
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            raise StreamFaultError("its headers are damaged")
        code = data[at + 1]
        if code == _SCAN:
            return
        if code in _LONELY:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        yield code, data[at + 4 : at + 2 + length]
        at += 2 + length


def _frame(code: int, body: bytes) -> Stream:
    precision, rows, columns, components = struct.unpack_from(">BHHB", body)
    parts = [body[6 + 3 * n : 9 + 3 * n] for n in range(components)]
    sampling = {part[1] for part in parts}
    return Stream(code, rows, columns, precision, components, bytes(part[0] for part in parts), subsampled=len(sampling) > 1)


def read_jpeg2000(data: bytes) -> tuple[Stream, int]:
    """The size and colour coding of a JPEG 2000 codestream, and where in ``data`` it begins (some writers keep the JP2 box around it)."""
    start = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start < 0:
        raise StreamFaultError("the frame is empty" if not data.strip(b"\0") else "it does not begin as a JPEG 2000 stream")
    if data.rfind(_END, max(0, len(data.rstrip(b"\0")) - _END_WINDOW)) < 0:
        raise StreamFaultError("the stream is cut off")
    try:
        right, lower, left, upper = struct.unpack_from(">IIII", data, start + 8)
        (components,) = struct.unpack_from(">H", data, start + 40)
        precision = (data[start + 42] & 0x7F) + 1
        signed, mixed = bool(data[start + 42] & 0x80), _mixes_colours(data, start)
        return Stream(0, lower - upper, right - left, precision, components, mixed=mixed, signed=signed), start
    except (struct.error, IndexError) as error:
        raise StreamFaultError("its headers are damaged") from error


def _mixes_colours(data: bytes, start: int) -> bool:
    """The multiple component transformation of the COD segment: the codec gives RGB back."""
    at = start + 2
    while data[at] == 0xFF and data[at + 1] != 0x90:
        if data[at + 1] == 0x52:
            return data[at + 8] == 1
        at += 2 + int(struct.unpack_from(">H", data, at + 2)[0])
    return False
