"""Directories of discs (DICOMDIR), sound or odd, as bytes."""

import struct
from collections.abc import Sequence

EXPLICIT = b"1.2.840.10008.1.2.1\0"


def element(tag: int, vr: bytes, value: bytes, length: int | None = None) -> bytes:
    """An explicit little endian element; ``length`` may lie."""
    value += b" " * (len(value) % 2)
    size = len(value) if length is None else length
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr)
    return head + (struct.pack("<HI", 0, size) if vr in {b"SQ", b"OB", b"UN"} else struct.pack("<H", size & 0xFFFF)) + value


def item(content: bytes, *, open_ended: bool = False) -> bytes:
    if open_ended:
        return struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF) + content + struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content


def record(path: str, *, open_ended: bool = False, inside: bytes = b"") -> bytes:
    """The record of one file; ``path`` with backslashes, empty for one that names none."""
    file_id = element(0x00041500, b"CS", path.encode("latin-1")) if path else b""
    return item(element(0x00041430, b"CS", b"IMAGE") + file_id + inside, open_ended=open_ended)


def a_directory(paths: Sequence[str], *, open_ended: bool = False, syntax: bytes = EXPLICIT, inside: bytes = b"") -> bytes:
    """A whole DICOMDIR: a patient's record, then one for each path."""
    records = item(element(0x00041430, b"CS", b"PATIENT") + element(0x00100010, b"PN", b"QUORLIMAX^ANNA"))
    records += b"".join(record(path, open_ended=open_ended, inside=inside) for path in paths)
    end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    sequence = element(0x00041220, b"SQ", records, 0xFFFFFFFF) + end if open_ended else element(0x00041220, b"SQ", records)
    meta = element(0x00020002, b"UI", b"1.2.840.10008.1.3.10") + element(0x00020010, b"UI", syntax)
    return (
        b"\0" * 128
        + b"DICM"
        + element(0x00020000, b"UL", struct.pack("<I", len(meta)))
        + meta
        + element(0x00041130, b"CS", b"DISC")
        + sequence
    )
