"""DICOM elements as bytes, explicit VR little endian: what does not fit its VR is refused, never cut."""

import re
import struct
from collections.abc import Iterable
from functools import cache

_LONG = frozenset({"OB", "SQ", "UC", "UT"})
_MOST = 0xFFFE
"""Bytes that a value with a length of 16 bits may have; even, as every length is."""
_TEXT = r"[^\x00-\x1f\x7f\\]*"
_RULES = {
    "CS": (16, re.compile(r"[A-Z0-9 _]*")),
    "DA": (8, re.compile(r"(\d{8})?")),
    "DS": (16, re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")),
    "DT": (26, re.compile(r"\d{14}(\.\d{1,6})?[+-]\d{4}")),
    "IS": (12, re.compile(r"[+-]?\d+")),
    "LO": (64, re.compile(_TEXT)),
    "PN": (64, re.compile(_TEXT)),
    "SH": (16, re.compile(_TEXT)),
    "ST": (1024, re.compile(_TEXT)),
    "TM": (13, re.compile(r"(\d{6}(\.\d{1,6})?)?")),
    "UC": (64, re.compile(_TEXT)),
    "UI": (64, re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*))*")),
    "UT": (1024, re.compile(r"[^\x00-\x1f\x7f]*")),
}
"""The longest value in characters, and what it may hold (DICOM PS3.5, table 6.2-1). UC and UT could be longer: nothing of ours is."""
_ITEM = struct.Struct("<HHI")


class UnfitError(ValueError):
    """A value that its element cannot hold as it is."""

    def __init__(self, vr: str, value: str) -> None:
        super().__init__(f"{value!r} does not fit the value representation {vr}")
        self.vr, self.value = vr, value


@cache
def _head(tag: int, vr: str) -> bytes:
    return struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode()) + (b"\0\0" if vr in _LONG else b"")


def raw(tag: int, vr: str, value: bytes) -> bytes:
    """An element of this value, whose length is even. Raises UnfitError where the length does not fit."""
    if vr in _LONG:
        return _head(tag, vr) + struct.pack("<I", len(value)) + value
    if len(value) > _MOST:
        raise UnfitError(vr, f"{len(value)} bytes")
    return _head(tag, vr) + struct.pack("<H", len(value)) + value


def text(tag: int, vr: str, value: str) -> bytes:
    """An element of one value. Raises UnfitError."""
    most, allowed = _RULES[vr]
    if len(value) > most or value != value.strip(" ") or allowed.fullmatch(value) is None:
        raise UnfitError(vr, value)
    return raw(tag, vr, _even(value.encode(), vr))


def several(tag: int, vr: str, values: Iterable[str]) -> bytes:
    """An element of several values, each checked on its own. Raises UnfitError."""
    given = tuple(values)
    for one in given:
        text(tag, vr, one)
    return raw(tag, vr, _even("\\".join(given).encode(), vr))


def floats(tag: int, values: Iterable[float]) -> bytes:
    """An element of single precision numbers (FL). Raises UnfitError where there are too many."""
    given = tuple(values)
    return raw(tag, "FL", struct.pack(f"<{len(given)}f", *given))


def item(body: bytes) -> bytes:
    return _ITEM.pack(0xFFFE, 0xE000, len(body)) + body


def sequence(tag: int, items: Iterable[bytes] = ()) -> bytes:
    return raw(tag, "SQ", b"".join(items))


def _even(value: bytes, vr: str) -> bytes:
    return value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2)
