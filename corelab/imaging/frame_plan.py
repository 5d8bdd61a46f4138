"""What of a released file is not pixels, and where each of its frames lies with its digest: enough to show one frame before all came."""

import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Self

from corelab.imaging.faults import FileRefusedError
from corelab.imaging.header import Header, parse_header
from corelab.imaging.source import DEFLATED, Source
from corelab.imaging.syntaxes import VIDEO

_FRAME: Final = struct.Struct(">QI32s")
_MOST_BESIDE: Final = 1 << 20
"""Bytes beside the frames: a released file has some thousands. One with more is brought as a whole."""


class PlanDamagedError(Exception):
    """A stored plan is none."""


@dataclass(frozen=True, slots=True)
class FramePlace:
    """A frame's bytes in the file, as they are coded there, and their SHA-256."""

    offset: int
    length: int
    digest: bytes

    def holds(self, data: bytes) -> bool:
        return len(data) == self.length and hashlib.sha256(data).digest() == self.digest


@dataclass(frozen=True, slots=True)
class FramePlan:
    """A file of ``size`` bytes: its ``frames`` in order, and all bytes beside them, one after the other, as ``rest``."""

    size: int
    rest: bytes
    frames: tuple[FramePlace, ...]

    @classmethod
    def of(cls, path: Path) -> Self | None:
        """The plan of a file; None where its frames cannot be asked for one by one: a video, or frames in pieces.

        Raises FileRefusedError.
        """
        with Source(path) as source:
            header = parse_header(source)
            data = source.file_bytes
            if source.start.syntax == DEFLATED or not _is_plain(header, len(data)):
                return None
            spans = [span for (span,) in header.spans]
            places = tuple(FramePlace(start, size, hashlib.sha256(data[start : start + size]).digest()) for start, size in spans)
            rest = b"".join(data[start:end] for start, end in _beside(places, len(data)))
            return cls(len(data), rest, places)

    @classmethod
    def unpacked(cls, size: int, rest: bytes, frames: bytes) -> Self:
        """From what ``packed`` made. Raises PlanDamagedError."""
        try:
            unpacker = zlib.decompressobj()
            beside = unpacker.decompress(rest, _MOST_BESIDE)
            plan = cls(size, beside, tuple(FramePlace(*each) for each in _FRAME.iter_unpack(frames)))
        except (zlib.error, struct.error) as error:
            raise PlanDamagedError from error
        if not unpacker.eof or not plan.frames or len(beside) + sum(place.length for place in plan.frames) != size:
            raise PlanDamagedError
        return plan

    @property
    def packed(self) -> tuple[int, bytes, bytes]:
        """Size, the rest compressed, and the frames, to be kept in a record."""
        return self.size, zlib.compress(self.rest, 9), b"".join(_FRAME.pack(each.offset, each.length, each.digest) for each in self.frames)

    def begin(self, out: BinaryIO) -> None:
        """Writes everything but the frames into an empty file, each byte at its place."""
        out.truncate(self.size)
        at = 0
        for start, end in _beside(self.frames, self.size):
            put_at(out, start, self.rest[at : at + end - start])
            at += end - start


def _is_plain(header: Header, size: int) -> bool:
    """Each frame is one piece, and they lie one after the other; nearly all of the file is frames."""
    if header.coding is None or header.coding in VIDEO or any(len(spans) != 1 for spans in header.spans):
        return False
    ends = [0, *(start + length for ((start, length),) in header.spans)]
    in_order = all(start >= end for ((start, _),), end in zip(header.spans, ends, strict=False))
    return in_order and ends[-1] <= size and size - sum(length for ((_, length),) in header.spans) <= _MOST_BESIDE


def _beside(frames: tuple[FramePlace, ...], size: int) -> Iterator[tuple[int, int]]:
    """What lies between the frames: first and past its last byte."""
    at = 0
    for place in frames:
        yield at, place.offset
        at = place.offset + place.length
    yield at, size


def put_at(out: BinaryIO, offset: int, data: bytes) -> None:
    """Writes into an open file of which nothing waits in a buffer."""
    if hasattr(os, "pwrite"):
        view = memoryview(data)
        while view:
            written = os.pwrite(out.fileno(), view, offset)
            view, offset = view[written:], offset + written
        return
    out.seek(offset)
    out.write(data)
    out.flush()


def plan_of(path: Path) -> FramePlan | None:
    """As ``FramePlan.of``; None also for a file that cannot be parsed."""
    try:
        return FramePlan.of(path)
    except FileRefusedError:
        return None
