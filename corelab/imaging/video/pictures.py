"""What a coded picture is to its neighbours, read from its first bytes: whether decoding can begin with it, and what it leans on.

A stream holds pictures in the order in which they are decoded; those shown before the picture they follow are its leading pictures.
MPEG-2: ISO/IEC 13818-2 section 6; H.264: ITU-T H.264 table 7-1; HEVC: ITU-T H.265 table 7-1.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from corelab.imaging.syntaxes import Coding

_START = b"\0\0\1"
_SEQUENCE, _GROUP, _PICTURE = 0xB3, 0xB8, 0x00
_EXTENSION, _PICTURE_CODING, _SLICES = 0xB5, 8, range(1, 0xB0)
_INTRA, _BIDIRECTIONAL = 1, 3
_H264_SLICES, _H264_IDR, _H264_SETS = frozenset({1, 2, 5}), 5, frozenset({7, 8, 13, 15})
_HEVC_SETS, _HEVC_RANDOM_ACCESS, _HEVC_BROKEN = frozenset({32, 33, 34}), range(16, 22), range(16, 19)
_HEVC_LEADING_SOUND, _HEVC_LEADING_SKIPPED = frozenset({6, 7}), frozenset({8, 9})
_NEVER_WRITTEN = re.compile(rb"(?<!\x00)\x00\x00(?:\x02|\x03[\x04-\xff]|\x00++[^\x00\x01])", re.DOTALL)
"""Runs that the escape byte keeps out of every unit of H.264 and HEVC (section 7.4.1 of both); zeros may stand before a start code.

A run of zeros is gone through once, from its beginning: a file may hold megabytes of them.
"""
SETS_KEPT = 64


class Role(Enum):
    """``KEY``: decoding may begin here, and nothing shown later needs anything before it. ``LEADING``: shown before the key it follows."""

    KEY = "key"
    LEADING = "leading"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Picture:
    """``alone``: a leading picture that needs nothing before its key.

    ``broken``: a key whose leading pictures cannot be decoded. ``damaged``: its bytes cannot have been written so.
    ``sets`` are the parameter sets that came with the picture, each with its start code.
    """

    role: Role
    alone: bool = False
    broken: bool = False
    damaged: bool = False
    sets: tuple[bytes, ...] = ()


class Reader:
    """Reads pictures in the order of the stream. MPEG-2 tells leading pictures only by the pictures before them."""

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._leading = False
        self._closed = False

    def read(self, packet: bytearray) -> Picture | None:
        """None where ``packet`` holds no picture."""
        match self._coding:
            case Coding.MPEG2:
                return self._mpeg2(packet)
            case Coding.H264:
                found = _h264(packet)
            case _:
                found = _hevc(packet)
        return replace(found, damaged=True) if found and _NEVER_WRITTEN.search(packet) else found

    def _mpeg2(self, packet: bytearray) -> Picture | None:
        begins = False
        for at in _starts(packet):
            code = packet[at]
            if code == _SEQUENCE:
                begins = True
            elif code == _GROUP and len(packet) > at + 4:
                self._closed = bool(packet[at + 4] & 0x40)
            elif code == _PICTURE and len(packet) > at + 2:
                return self._mpeg2_picture(packet[at + 2] >> 3 & 7, begins=begins)
        return None

    def _mpeg2_picture(self, kind: int, *, begins: bool) -> Picture:
        if kind == _BIDIRECTIONAL:
            return Picture(Role.LEADING, alone=self._closed) if self._leading else Picture(Role.OTHER)
        self._leading = begins and kind == _INTRA
        return Picture(Role.KEY if self._leading else Role.OTHER)


def call_progressive(packet: bytearray) -> None:
    """Marks an MPEG-2 picture as progressive (``progressive_frame``, section 6.2.3.1), which changes no sample of it.

    Pictures of two fields would not be converted to colours. Colours are then taken from the lines of both fields together.
    """
    for at in _starts(packet):
        if packet[at] == _EXTENSION and len(packet) > at + 5 and packet[at + 1] >> 4 == _PICTURE_CODING:
            packet[at + 5] |= 0x80
        if packet[at] in _SLICES:
            return


def keep_set(sets: dict[bytes, None], one: bytes) -> None:
    """Beside those met before, the latest last; no more than a stream has use for, as a file may repeat them without end."""
    sets.pop(one, None)
    sets[one] = None
    while len(sets) > SETS_KEPT:
        sets.pop(next(iter(sets)))


def _h264(packet: bytearray) -> Picture | None:
    sets: dict[bytes, None] = {}
    for at, unit in _units(packet):
        kind = packet[at] & 31
        if kind in _H264_SLICES:
            return Picture(Role.KEY if kind == _H264_IDR else Role.OTHER, sets=tuple(sets))
        if kind in _H264_SETS:
            keep_set(sets, unit)
    return None


def _hevc(packet: bytearray) -> Picture | None:
    sets: dict[bytes, None] = {}
    for at, unit in _units(packet):
        kind = packet[at] >> 1 & 63
        if kind < 32:
            return _hevc_picture(kind, tuple(sets))
        if kind in _HEVC_SETS:
            keep_set(sets, unit)
    return None


def _hevc_picture(kind: int, sets: tuple[bytes, ...]) -> Picture:
    if kind in _HEVC_RANDOM_ACCESS:
        return Picture(Role.KEY, broken=kind in _HEVC_BROKEN, sets=sets)
    leading = kind in _HEVC_LEADING_SOUND | _HEVC_LEADING_SKIPPED
    return Picture(Role.LEADING if leading else Role.OTHER, alone=kind in _HEVC_LEADING_SOUND, sets=sets)


def _starts(packet: bytearray) -> Iterator[int]:
    """Where the byte behind each start code lies."""
    at = packet.find(_START)
    while 0 <= at < len(packet) - 3:
        yield at + 3
        at = packet.find(_START, at + 3)


def _units(packet: bytearray) -> Iterator[tuple[int, bytes]]:
    """The units of H.264 and HEVC up to the first slice: where each begins, and all of it with a start code. Cut to 64 kB each."""
    starts = _starts(packet)
    begin = next(starts, None)
    while begin is not None:
        follows = packet.find(_START, begin, begin + 65536)
        unit = packet[begin : follows if follows >= 0 else begin + 65536].rstrip(b"\0")
        yield begin, b"\0" + _START + bytes(unit)
        begin = next(starts, None)
