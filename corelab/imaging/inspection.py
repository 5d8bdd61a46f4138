"""What a DICOM file holds, as plain data: every fault by its code, every frame decoded once, never an error for bad content."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from corelab.domain.clip import Region
from corelab.domain.measurement import Quantity
from corelab.imaging.calibration import Area, Length, Point, Refusal, enclosed, measure
from corelab.imaging.faults import FileFault, FileRefusedError, FrameUnreadableError
from corelab.imaging.frames import FrameFile
from corelab.imaging.header import Header, read_header

UNREADABLE_LISTED = 50
"""So many unreadable frames are told one by one; the rest in one sentence."""

_NEVER_READABLE = frozenset({"not_dicom", "empty", "hostile", "too_large", "syntax_unsupported", "no_pixel_data"})


def inspect(path: Path, *, frames: bool) -> dict[str, Any]:
    """One object as the command line prints it; with ``frames`` also the digest of every frame as 8-bit RGB, null where unreadable."""
    try:
        header = read_header(path)
    except FileRefusedError as error:
        return _answer(path, None, (FileFault(error.code, error.message),), [], frames=frames)
    try:
        with FrameFile.open(path) as file:
            digests, unreadable = _digests(file)
            return _answer(path, file.header, (*file.faults, *unreadable), digests, frames=frames)
    except FileRefusedError as error:
        known = any(fault.code == error.code for fault in header.faults)
        return _answer(path, header, header.faults if known else (*header.faults, FileFault(error.code, error.message)), [], frames=frames)


def _digests(file: FrameFile) -> tuple[list[str | None], tuple[FileFault, ...]]:
    digests: list[str | None] = []
    faults: list[FileFault] = []
    for index in range(file.frames):
        try:
            digests.append(hashlib.sha256(file.rgb(index).data).hexdigest())
        except FrameUnreadableError as error:
            digests.append(None)
            faults.append(FileFault("frame_unreadable", f"Frame {index} (the first is 0) cannot be read: {error.reason}."))
    more = len(faults) - UNREADABLE_LISTED
    if more > 0:
        faults[UNREADABLE_LISTED:] = [FileFault("frame_unreadable", f"{more} further frames cannot be read.")]
    return digests, tuple(faults)


def _answer(path: Path, header: Header | None, faults: tuple[FileFault, ...], digests: list[str | None], *, frames: bool) -> dict[str, Any]:
    readable = sum(digest is not None for digest in digests)
    answer: dict[str, Any] = {
        "path": str(path),
        "readable": _sound(header, faults, readable),
        "faults": [{"code": fault.code, "message": fault.message} for fault in faults],
        **_described(header),
        "frames_found": header.frames_found if header else 0,
        "frames_readable": readable,
        "timing": _timing(header),
        "regions": [_region(region) for region in header.regions] if header else [],
    }
    if frames:
        answer["frame_sha256"] = digests
    return answer


def _sound(header: Header | None, faults: tuple[FileFault, ...], readable: int) -> bool:
    """False where nothing can be shown, and where the file was cut off and lost frames by it; single damaged frames do not count."""
    codes = {fault.code for fault in faults}
    if header is None or not readable or codes & _NEVER_READABLE:
        return False
    return not ("truncated" in codes and readable < max(header.frames_declared or 1, header.frames_found))


def _described(header: Header | None) -> dict[str, Any]:
    if header is None:
        return dict.fromkeys(("sop_class", "transfer_syntax", "rows", "columns", "photometric", "frames_declared"))
    return {
        "sop_class": header.sop_class,
        "transfer_syntax": header.syntax,
        "rows": header.rows,
        "columns": header.columns,
        "photometric": header.photometric,
        "frames_declared": header.frames_declared,
    }


def _timing(header: Header | None) -> dict[str, Any] | None:
    if header is None:
        return None
    return {"source": header.timing.source.value, "frame_times_ms": list(header.timing.frame_times_ms)}


def _region(region: Region) -> dict[str, Any]:
    return {
        "kind": region.kind.value,
        "box": list(region.box),
        "dx": region.dx,
        "dy": region.dy,
        "unit_x": region.unit_x,
        "unit_y": region.unit_y,
        "usable": region.usable,
        "reason": region.reason,
    }


def measure_file(path: Path, points: Sequence[Point], frame: int) -> dict[str, Any]:
    """What the caliper gives on ``frame`` for a line, or for an outline of three points and more.

    Its measure with the number of its region, or ``refused``.
    """
    try:
        with FrameFile.open(path) as file:
            file.decode(frame)
            return _measured(_within(file.header, points))
    except FileRefusedError as error:
        return {"refused": error.message}
    except FrameUnreadableError as error:
        return {"refused": f"Frame {error.index} cannot be shown: {error.reason}."}


def _within(header: Header, points: Sequence[Point]) -> Length | Area | Refusal:
    if not all(0 <= x < header.columns and 0 <= y < header.rows for x, y in points):
        return Refusal("A point lies outside the image.", 0.0)
    if len(set(points)) == 1:
        return Refusal("The points are one and the same.", 0.0)
    return measure(header.regions, *points) if len(points) == 2 else enclosed(header.regions, points)


def _measured(found: Length | Area | Refusal) -> dict[str, Any]:
    match found:
        case Refusal():
            return {"refused": found.reason}
        case Area():
            return {"area_mm2": float(found.shown), "region": found.region}
        case Length():
            keys = {"length_mm": Quantity.LENGTH, "seconds": Quantity.DURATION, "cm_per_s": Quantity.VELOCITY}
            shown = {key: found.shown(quantity) for key, quantity in keys.items()}
            return {key: float(value) for key, value in shown.items() if value is not None} | {"region": found.region}
