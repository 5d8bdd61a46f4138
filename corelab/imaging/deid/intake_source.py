"""A delivered object, opened and judged: what it is, what its header says, and which of its frames are whole."""

import mmap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from corelab.domain.intake import IntakeCode, ObjectFault, ObjectRefusedError
from corelab.imaging.deid.header import RETIRED, US, US_MULTI
from corelab.imaging.deid.keyed import is_uid
from corelab.imaging.deid.source_set import SourceSet
from corelab.imaging.faults import FileRefusedError
from corelab.imaging.frames import FrameFile
from corelab.imaging.inflating import inflated
from corelab.imaging.pixel_mask import RegionBox
from corelab.imaging.raw_walk import Walk, walk
from corelab.imaging.syntaxes import CODINGS, VIDEO, Coding

_MOST_FRAMES, _LONGEST_SIDE, _MOST_BYTES = 10_000, 8192, 40 * 10**9
_ONE_SAMPLE = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_COLOUR = {
    Coding.JPEG_2000: frozenset({"RGB", "YBR_FULL", "YBR_RCT", "YBR_ICT"}),
    Coding.HTJ2K: frozenset({"RGB", "YBR_FULL", "YBR_RCT", "YBR_ICT"}),
    **dict.fromkeys(VIDEO, frozenset({"YBR_PARTIAL_420", "YBR_FULL_422", "YBR_FULL", "RGB"})),
}
_USUAL_COLOUR = frozenset({"RGB", "YBR_FULL", "YBR_FULL_422"})

_SAID_TWICE = {0x00020002: 0x00080016, 0x00020003: 0x00080018}
"""What the file meta has to repeat of the data set: class and identifier of the object (PS3.10 table 7.1-1)."""

_REFUSALS = {
    "not_dicom": IntakeCode.NOT_DICOM,
    "empty": IntakeCode.NOT_DICOM,
    "truncated": IntakeCode.TRUNCATED,
    "no_pixel_data": IntakeCode.TYPE1_MISSING,
    "sop_class_refused": IntakeCode.SOP_CLASS,
    "syntax_unsupported": IntakeCode.TRANSFER_SYNTAX,
    "too_large": IntakeCode.LIMIT_PIXELS,
}
_SALVAGE = {
    "truncated": IntakeCode.TRUNCATED,
    "frame_count_mismatch": IntakeCode.FRAME_COUNT,
    "offset_table_wrong": IntakeCode.CONTAINER,
    "trailing_bytes": IntakeCode.TRAILING_BYTES,
    "not_dicom": IntakeCode.STRUCTURE,
}


@dataclass(frozen=True, slots=True)
class Opened:
    """An object that can become a clip. ``salvage`` is the first fault that a person must accept, if any."""

    values: SourceSet = field(repr=False)
    walk: Walk = field(repr=False)
    frames: FrameFile = field(repr=False)
    rows: int
    columns: int
    samples: int
    photometric: str
    faults: tuple[ObjectFault, ...]
    salvage: IntakeCode | None

    @property
    def syntax(self) -> str:
        return self.walk.syntax

    @property
    def is_video(self) -> bool:
        return self.frames.header.coding in VIDEO

    @property
    def regions(self) -> tuple[RegionBox, ...]:
        """Place and type of each ultrasound region; a malformed one lies outside every image."""
        return tuple(self._region(item) for item in self.values.items(_REGIONS))

    def _region(self, item: tuple[int, ...]) -> RegionBox:
        x0, y0, x1, y1 = (self._number(tag, "UL", item) for tag in (0x00186018, 0x0018601A, 0x0018601C, 0x0018601E))
        return RegionBox((x0, y0, x1, y1), self._number(0x00186014, "US", item))

    def _number(self, tag: int, vr: str, item: tuple[int, ...]) -> int:
        values = self.values.values(tag, vr, (_REGIONS,), item)
        return int(values[0]) if values and isinstance(values[0], int) else -1


_REGIONS = 0x00186011


@contextmanager
def opened(path: Path, *, retired: bool = True, deflated: bool = False) -> Iterator[Opened]:
    """The object at ``path``. Raises ObjectRefusedError where it can never become a clip.

    ``retired``: whether the two retired ultrasound classes are taken in (lab setting ``accept_retired_sop``); ``deflated``: whether
    deflated data sets are (``accept_deflated``).
    """
    if not path.stat().st_size:
        raise ObjectRefusedError(IntakeCode.NOT_DICOM, "empty")
    with inflated(path, allowed=deflated) as plain, _opened_plain(plain, retired=retired) as found:
        yield found


@contextmanager
def _opened_plain(path: Path, *, retired: bool) -> Iterator[Opened]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        walked = walk(data)
        values = SourceSet.of(data, walked)
        _judge(values, walked, retired=retired)
        with _frame_file(path) as frames:
            yield _opened(values, walked, frames)


@contextmanager
def _frame_file(path: Path) -> Iterator[FrameFile]:
    try:
        file = FrameFile.open(path)
    except FileRefusedError as error:
        raise ObjectRefusedError(_REFUSALS.get(error.code, IntakeCode.STRUCTURE), error.code) from error
    with file:
        yield file


def _judge(values: SourceSet, walked: Walk, *, retired: bool) -> None:
    sop_class = values.text(0x00080016, "UI")
    if not (sop_class in {US, US_MULTI} or (retired and sop_class in RETIRED)):
        raise ObjectRefusedError(IntakeCode.SOP_CLASS)
    if walked.pixel is None:
        raise ObjectRefusedError(IntakeCode.TYPE1_MISSING, "no pixel data")
    coding = CODINGS.get(walked.syntax)
    if coding is None:
        raise ObjectRefusedError(IntakeCode.TRANSFER_SYNTAX)
    if values.text(0x00280004, "CS") not in _ONE_SAMPLE | _COLOUR.get(coding, _USUAL_COLOUR):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "photometric interpretation")
    if not all(is_uid(values.text(tag, "UI")) for tag in (0x00080018, 0x0020000D, 0x0020000E)):
        raise ObjectRefusedError(IntakeCode.UID_INVALID)
    if any(values.text(meta, "UI") not in {"", values.text(own, "UI")} for meta, own in _SAID_TWICE.items()):
        raise ObjectRefusedError(IntakeCode.UID_CONFLICT)


def _opened(values: SourceSet, walked: Walk, frames: FrameFile) -> Opened:
    rows, columns, samples = frames.header.rows, frames.header.columns, frames.header.layout.samples
    sizes = 1 <= rows <= _LONGEST_SIDE and 1 <= columns <= _LONGEST_SIDE and 1 <= frames.frames <= _MOST_FRAMES
    if not sizes or rows * columns * samples * frames.frames > _MOST_BYTES:
        raise ObjectRefusedError(_no_frames(frames, walked) if frames.frames < 1 else IntakeCode.LIMIT_PIXELS)
    photometric = frames.header.photometric
    bits = frames.header.layout.bits_stored
    if (samples == 1) != (photometric in _ONE_SAMPLE) or not _at_the_bottom(values, bits):
        raise ObjectRefusedError(IntakeCode.CONTAINER, "photometric interpretation")
    if bits > 8 and photometric != "PALETTE COLOR":
        raise ObjectRefusedError(IntakeCode.CONTAINER, "more than 8 bits")
    faults = tuple(ObjectFault(fault.code, fault.message) for fault in frames.faults)
    salvage = _salvage(faults, walked, whole_meta=all(values.text(tag, "UI") for tag in _SAID_TWICE))
    return Opened(values, walked, frames, rows, columns, samples, photometric, faults, salvage)


def _at_the_bottom(values: SourceSet, bits: int) -> bool:
    """Whether samples lie in the lowest bits of their words: what old machines put into the others is not looked at."""
    return values.whole(0x00280102) in {None, bits - 1}


def _no_frames(frames: FrameFile, walked: Walk) -> IntakeCode:
    short = any(fault.code == "truncated" for fault in frames.faults)
    return IntakeCode.TRUNCATED if short else IntakeCode.PIXEL_LENGTH if not walked.encapsulated else IntakeCode.FRAME_COUNT


def _salvage(faults: tuple[ObjectFault, ...], walked: Walk, *, whole_meta: bool) -> IntakeCode | None:
    """The fault to be accepted by a person: what our own walk saw counts as much as what the reader of frames saw."""
    found = [_SALVAGE[fault.code] for fault in faults if fault.code in _SALVAGE]
    if not walked.encapsulated and (IntakeCode.PIXEL_LENGTH in walked.faults or IntakeCode.TRUNCATED in found):
        return IntakeCode.PIXEL_LENGTH
    seen = [code if code is not IntakeCode.NOT_DICOM else IntakeCode.STRUCTURE for code in walked.faults]
    if not whole_meta:
        seen.append(IntakeCode.STRUCTURE)
    if any(fault.code == "timing_missing" for fault in faults):
        seen.append(IntakeCode.TIMING)
    ordered = (
        IntakeCode.TRUNCATED,
        IntakeCode.STRUCTURE,
        IntakeCode.FRAME_COUNT,
        IntakeCode.CONTAINER,
        IntakeCode.TRAILING_BYTES,
        IntakeCode.TIMING,
    )
    return next((code for code in ordered if code in {*found, *seen}), None)
