"""Where the frames of a file lie, native or encapsulated, and what is wrong with the way they are stored."""

import struct
from dataclasses import dataclass

from corelab.imaging.elements import DataSet, Element, Walk
from corelab.imaging.faults import FileFault, FileRefusedError
from corelab.imaging.offsets import Items, Spans, frames_of, scan_items
from corelab.imaging.source import Source

FRAME_LIMIT = 10_000

_EXTENDED_OFFSETS = 0x7FE00001
_PHOTOMETRICS = frozenset({"MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"})
_GREY = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})


@dataclass(frozen=True, slots=True)
class Layout:
    """How the pictures of a file are stored."""

    rows: int
    columns: int
    photometric: str
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: bool
    planar: bool
    words: bool
    """8-bit samples written as 16-bit words (OW), which matters in big endian files."""

    @property
    def frame_bytes(self) -> int:
        """How many bytes one native frame takes; YBR_FULL_422 stores two pixels in four bytes."""
        per_pixel = 2 if self.photometric == "YBR_FULL_422" and self.samples == 3 else self.samples
        return self.rows * self.columns * per_pixel * (self.bits_allocated // 8)


@dataclass(frozen=True, slots=True)
class Found:
    """The fragments of each frame, and the faults met."""

    spans: tuple[Spans, ...]
    faults: tuple[FileFault, ...]


def native_spans(source: Source, walk: Walk, pixels: Element, layout: Layout, declared: int | None) -> Found:
    """Frames of uncompressed pixel data: as many as are there, the last one perhaps cut off."""
    if layout.photometric not in _PHOTOMETRICS or (layout.photometric in _GREY) != (layout.samples == 1):
        raise FileRefusedError("syntax_unsupported", "The colours of this picture are stored in a way that is not supported.")
    if pixels.length < 0:
        raise FileRefusedError("header_stream_mismatch", "The picture is compressed although the file says it is not.")
    size = layout.frame_bytes
    there = min(pixels.length, len(source.buffer) - pixels.offset)
    whole, rest = divmod(there, size)
    partial = rest > 1 and whole < (declared or 1)
    found = whole + partial
    faults = (*_native_faults(pixels.length - there, rest, partial=partial), *_compared(declared, found))
    if there == pixels.length:
        faults = (*faults, *_trailing(walk, pixels.offset + there))
    return Found(tuple(((pixels.offset + n * size, min(size, there - n * size)),) for n in range(found)), faults)


def _native_faults(missing: int, rest: int, *, partial: bool) -> tuple[FileFault, ...]:
    if missing:
        return (FileFault("truncated", "The file ends inside the pixel data."),)
    if partial:
        return (FileFault("truncated", "The pixel data ends inside a frame."),)
    if rest > 1:
        return (FileFault("trailing_bytes", "There are bytes behind the last frame."),)
    return ()


def encapsulated_spans(source: Source, walk: Walk, pixels: Element, data: DataSet, declared: int | None, *, joined: bool) -> Found:
    """Frames of compressed pixel data; ``joined`` where the syntax lets a frame take several fragments."""
    if pixels.length >= 0:
        raise FileRefusedError("header_stream_mismatch", "The picture is not compressed although the file says it is.")
    items = scan_items(source.buffer, pixels.offset)
    if not items.fragments and not items.delimited:
        raise FileRefusedError("truncated", "The file ends before its first frame.")
    spans, fault = frames_of(source.buffer, items, declared or 1, _extended(data), joined=joined)
    return Found(spans, (*((fault,) if fault else ()), *_end_faults(walk, items), *_compared(declared, len(spans))))


def video_spans(source: Source, walk: Walk, pixels: Element, declared: int | None, counted: int) -> Found:
    """All fragments of a video as one span: they are no frames, and a table of offsets says nothing."""
    if pixels.length >= 0:
        raise FileRefusedError("header_stream_mismatch", "The picture is not compressed although the file says it is.")
    items = scan_items(source.buffer, pixels.offset)
    if not items.fragments:
        raise FileRefusedError("truncated", "The file ends before its first frame.")
    return Found((items.fragments,), (*_end_faults(walk, items), *_compared(declared, counted)))


def _extended(data: DataSet) -> tuple[int, ...]:
    raw = data.raw(_EXTENDED_OFFSETS)
    return struct.unpack_from(f"<{len(raw) // 8}Q", raw)


def _end_faults(walk: Walk, items: Items) -> tuple[FileFault, ...]:
    if items.cut:
        return (FileFault("truncated", "The file ends inside a frame."),)
    if not items.delimited:
        return (FileFault("truncated", "The file ends without the mark that closes the pixel data."),)
    return _trailing(walk, items.end)


def _trailing(walk: Walk, end: int) -> tuple[FileFault, ...]:
    return () if walk.ends_after(end) else (FileFault("trailing_bytes", "There are bytes behind the end of the data set."),)


def _compared(declared: int | None, found: int) -> tuple[FileFault, ...]:
    if found == 0:
        raise FileRefusedError("no_pixel_data", "The file holds no frame.")
    if found > FRAME_LIMIT:
        raise FileRefusedError("too_large", f"The file holds more than {FRAME_LIMIT} frames.")
    if found == (declared or 1):
        return ()
    says = "does not say how many frames it holds" if declared is None else f"says it holds {declared} frames"
    return (FileFault("frame_count_mismatch", f"The file {says}; {found} were found."),)
