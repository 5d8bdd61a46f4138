"""Which study and series a file says it belongs to, found by the walk alone: nothing of it is parsed."""

import mmap
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from corelab.domain.intake import IntakeCode, ObjectRefusedError
from corelab.imaging.deid.keyed import is_uid
from corelab.imaging.raw_walk import IMPLICIT_LITTLE, walk

_SOP, _STUDY, _SERIES = 0x00080018, 0x0020000D, 0x0020000E
_LONGEST = 64
_HEAD = 1 << 13
"""Holds both, in a file as this program writes it: nothing large stands before them."""
_WITH_RESERVED = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UC", b"UN", b"UR", b"UT", b"SV", b"UV"))


@dataclass(frozen=True, slots=True)
class Uids:
    """Empty where the file names none that is valid."""

    study: str = ""
    series: str = ""
    sop: str = ""


def study_uid(path: Path) -> str:
    """The UID; empty where the file names none that is valid. Raises ObjectRefusedError where the file cannot be walked."""
    return _walked(path).study


def _walked(path: Path) -> Uids:
    with path.open("rb") as file:
        if not file.read(1):
            raise ObjectRefusedError(IntakeCode.NOT_DICOM)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            named = [one for one in walk(data).elements if one.tag in {_SOP, _STUDY, _SERIES} and not one.path]
            return _uids({one.tag: data[one.offset : one.offset + one.length] for one in named if one.length <= _LONGEST})


def released_uids(path: Path) -> Uids:
    """Of a released clip, whose digest was proven: from its first bytes, since a package asks thousands of them.

    Raises ObjectRefusedError where it cannot be walked either, and OSError.
    """
    with path.open("rb") as file:
        found = uids_in(file.read(_HEAD))
    return found if found.study and found.series else _walked(path)


def uids_in(head: bytes) -> Uids:
    """Of a released clip, from its first bytes."""
    return _uids(dict(_elements(head)))


def _uids(found: Mapping[int, bytes]) -> Uids:
    return Uids(*(_uid(found.get(tag, b"")) for tag in (_STUDY, _SERIES, _SOP)))


def _elements(head: bytes) -> Iterator[tuple[int, bytes]]:
    """The elements up to the series, of a file with explicit lengths; none of another."""
    at = 132 if head[128:132] == b"DICM" else len(head)
    while at + 12 <= len(head):
        group, number, vr, short = struct.unpack_from("<HH2sH", head, at)
        long = vr in _WITH_RESERVED
        length = struct.unpack_from("<I", head, at + 8)[0] if long else short
        at += 12 if long else 8
        tag, value = group << 16 | number, head[at : at + length]
        if tag == 0x00020010 and value.rstrip(b"\0 ").decode("ascii", "replace") == IMPLICIT_LITTLE:
            return
        yield tag, value
        at += length
        if tag >= _SERIES:
            return


def _uid(value: bytes) -> str:
    text = value.rstrip(b" \0").decode("ascii", "replace")
    return text if is_uid(text) else ""
