"""A DICOM file as a typed header: size, colours, timing, ultrasound regions, where its frames lie, and every fault found."""

import struct
from dataclasses import dataclass
from pathlib import Path

from corelab.domain.clip import Region, Timing
from corelab.imaging.elements import DataSet, Element, Walk
from corelab.imaging.faults import FileFault, FileRefusedError
from corelab.imaging.offsets import Spans
from corelab.imaging.palette import Palette, palette_of
from corelab.imaging.regions import regions_of
from corelab.imaging.source import Source, encoding_of
from corelab.imaging.spans import FRAME_LIMIT, Found, Layout, encapsulated_spans, native_spans, video_spans
from corelab.imaging.syntaxes import CODINGS, ULTRASOUND, VIDEO, Coding
from corelab.imaging.timing import timing_of

SIDE_LIMIT = 8192
DECODED_LIMIT = 40 * 10**9
"""Bytes of all frames as they are painted."""

_SOP_CLASS, _CHARSET, _BURNED_IN = 0x00080016, 0x00080005, 0x00280301
_SAMPLES, _PHOTOMETRIC, _PLANAR, _FRAMES = 0x00280002, 0x00280004, 0x00280006, 0x00280008
_ROWS, _COLUMNS = 0x00280010, 0x00280011
_ALLOCATED, _STORED, _SIGNED = 0x00280100, 0x00280101, 0x00280103

_CHARSETS = frozenset(
    {"", "GB18030", "GBK"}
    | {f"ISO_IR {n}" for n in (6, 13, 100, 101, 109, 110, 126, 127, 138, 144, 148, 166, 192, 203)}
    | {f"ISO 2022 IR {n}" for n in (6, 13, 58, 87, 100, 101, 109, 110, 126, 127, 138, 144, 148, 149, 159, 166, 203)}
)


@dataclass(frozen=True, slots=True)
class Header:
    """What a file holds. ``spans`` are the fragments of each frame found; a frame may still prove unreadable when decoded.

    A video has one span, of all its fragments. Its frames are ``counted`` when its stream is opened; before that the file is believed.
    """

    sop_class: str
    syntax: str
    coding: Coding | None
    layout: Layout
    frames_declared: int | None
    timing: Timing
    regions: tuple[Region, ...]
    faults: tuple[FileFault, ...]
    spans: tuple[Spans, ...]
    palette: Palette | None = None
    counted: int | None = None

    @property
    def rows(self) -> int:
        return self.layout.rows

    @property
    def columns(self) -> int:
        return self.layout.columns

    @property
    def photometric(self) -> str:
        return self.layout.photometric

    @property
    def frames_found(self) -> int:
        return len(self.spans) if self.counted is None else self.counted


def read_header(path: Path) -> Header:
    """The header of the file at ``path``. Raises FileRefusedError where there is nothing to show; never any other error for bad content."""
    with Source(path) as source:
        return parse_header(source)


def parse_header(source: Source, counted: int | None = None) -> Header:
    """The same, of a file that is open already, for a video with the frames that were ``counted`` in its stream."""
    try:
        return _parse(source, counted)
    except (struct.error, ValueError, OverflowError, RecursionError, MemoryError) as error:
        raise FileRefusedError("hostile", "The header of the file is broken.") from error


def _parse(source: Source, counted: int | None) -> Header:
    walk = Walk(source.buffer, encoding_of(source.start.syntax))
    data, pixels = walk.data_set(source.offset)
    if pixels is None:
        raise FileRefusedError("no_pixel_data", "The file holds no picture.")
    layout = _layout(data, pixels)
    declared, count_faults = _declared_frames(data, layout.rows * layout.columns * 4)
    coding = CODINGS.get(source.start.syntax)
    if coding in VIDEO:
        counted = (declared or 1) if counted is None else counted
        found = video_spans(source, walk, pixels, declared, counted)
    else:
        counted, found = None, _spans(source, walk, pixels, data, layout, declared)
    timing, timing_faults = timing_of(data, counted or (len(found.spans) if coding else declared or 1))
    regions, region_faults = regions_of(data, layout.rows, layout.columns)
    return Header(
        sop_class=data.text(_SOP_CLASS) or source.start.meta_class,
        syntax=source.start.syntax,
        coding=coding,
        layout=layout,
        frames_declared=declared,
        timing=timing,
        regions=regions,
        faults=(*_file_faults(source, data), *count_faults, *found.faults, *timing_faults, *region_faults),
        spans=found.spans,
        palette=palette_of(data, layout.bits_allocated, signed=layout.signed) if layout.photometric == "PALETTE COLOR" else None,
        counted=counted,
    )


def _spans(source: Source, walk: Walk, pixels: Element, data: DataSet, layout: Layout, declared: int | None) -> Found:
    match CODINGS.get(source.start.syntax):
        case None:
            return Found((), (FileFault("syntax_unsupported", _unsupported(source.start.syntax)),))
        case Coding.NATIVE:
            return native_spans(source, walk, pixels, layout, declared)
        case coding:
            return encapsulated_spans(source, walk, pixels, data, declared, joined=coding is not Coding.RLE)


def _layout(data: DataSet, pixels: Element) -> Layout:
    rows, columns = data.integer(_ROWS) or 0, data.integer(_COLUMNS) or 0
    if not (rows and columns):
        raise FileRefusedError("no_pixel_data", "The file does not say how large its picture is.")
    if rows > SIDE_LIMIT or columns > SIDE_LIMIT:
        raise FileRefusedError("too_large", f"The picture is larger than {SIDE_LIMIT} x {SIDE_LIMIT} pixels.")
    allocated, samples = data.integer(_ALLOCATED) or 8, data.integer(_SAMPLES) or 1
    if allocated not in {8, 16} or samples not in {1, 3}:
        raise FileRefusedError("syntax_unsupported", f"Pictures of {samples} samples of {allocated} bits are not supported.")
    return Layout(
        rows=rows,
        columns=columns,
        photometric=data.text(_PHOTOMETRIC).upper() or ("RGB" if samples == 3 else "MONOCHROME2"),
        samples=samples,
        bits_allocated=allocated,
        bits_stored=min(data.integer(_STORED) or allocated, allocated),
        signed=data.integer(_SIGNED) == 1,
        planar=data.integer(_PLANAR) == 1,
        words=pixels.vr == b"OW",
    )


def _declared_frames(data: DataSet, painted_bytes: int) -> tuple[int | None, tuple[FileFault, ...]]:
    text = data.text(_FRAMES)
    if not text:
        return None, ()
    try:
        declared = int(float(text.split("\\")[0]))
    except (ValueError, OverflowError):
        declared = 0
    if declared > FRAME_LIMIT or declared * painted_bytes > DECODED_LIMIT:
        raise FileRefusedError("too_large", f"The file says it holds {declared} frames, more than can be read.")
    if declared < 1:
        return None, (FileFault("frame_count_mismatch", "The number of frames is not a number."),)
    return declared, ()


def _file_faults(source: Source, data: DataSet) -> list[FileFault]:
    faults = []
    if not source.start.proper:
        faults.append(FileFault("not_dicom", "The beginning of a DICOM file is missing; the rest was read."))
    if (data.text(_SOP_CLASS) or source.start.meta_class) not in ULTRASOUND:
        faults.append(FileFault("sop_class_refused", "This is not an ultrasound image."))
    if any(term.strip() not in _CHARSETS for term in data.text(_CHARSET).split("\\")):
        faults.append(FileFault("charset_invalid", "The character set of the text is unknown."))
    if data.text(_BURNED_IN).upper() == "YES":
        faults.append(FileFault("burned_in_text_suspected", "The file says that its pictures hold text about the patient."))
    return faults


def _unsupported(syntax: str) -> str:
    return f"This compression is not supported (transfer syntax {syntax[:64]})."
