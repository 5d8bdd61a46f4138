"""Commands that need no lab: they look at files."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from corelab.cli.terminal import AsJson, Faulty, answer, command
from corelab.services import inspection

commands = typer.Typer()


@commands.command("inspect")
@command
def inspect(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="DICOM files.", show_default=False)],
    frames: Annotated[bool, typer.Option("--frames", help="Decode every frame and give its SHA-256.")] = False,
    measure: Annotated[
        str | None, typer.Option("--measure", help="X0,Y0,X1,Y1: a length, as the caliper gives it; more points: an area.")
    ] = None,
    frame: Annotated[int, typer.Option("--frame", help="Frame for --measure, counted from 0.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Say what DICOM files hold: frames, timing, calibration, faults.

    Example: corelab inspect clip.dcm --frames --json
    """
    if measure is not None:
        _measure(files, measure, frame, as_json=as_json)
        return
    found = list(inspection.inspect_files(files, frames=frames))
    answer(found, "\n\n".join(_in_words(one) for one in found), as_json=as_json)
    if any(not one["readable"] for one in found):
        raise Faulty("" if as_json else "Some files cannot be read; the lines above say why. Nothing was changed.")


def _measure(files: list[Path], points: str, frame: int, *, as_json: bool) -> None:
    if len(files) != 1:
        raise typer.BadParameter("--measure takes one file")
    try:
        numbers = [float(one) for one in points.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) < 4 or len(numbers) % 2 or not all(map(isfinite, numbers)):
        raise typer.BadParameter("--measure takes X0,Y0,X1,Y1, or an outline of more points")
    found = inspection.measure(files[0], *zip(numbers[::2], numbers[1::2], strict=True), frame=frame)
    answer(found, "\n".join(f"{key}: {value}" for key, value in found.items()), as_json=as_json)
    if "refused" in found:
        raise Faulty


def _in_words(found: Mapping[str, Any]) -> str:
    if not found["readable"]:
        head = f"{found['path']}: cannot be read"
    else:
        size = f"{found['columns']} x {found['rows']} {found['photometric']}"
        frames = f"{found['frames_readable']} of {_frames_held(found)} frames readable"
        timing = found["timing"]
        total = sum(timing["frame_times_ms"]) / 1000
        regions = ", ".join(f"{one['kind']} {'calibrated' if one['usable'] else 'not calibrated'}" for one in found["regions"]) or "none"
        head = f"{found['path']}: {size}, {frames}, {total:.2f} s ({timing['source']}), regions: {regions}"
    return "\n".join((head, *(f"  {fault['code']}: {fault['message']}" for fault in found["faults"])))


def _frames_held(found: Mapping[str, Any]) -> int:
    """As many as the file says it holds; those that were found where it does not say."""
    declared: int | None = found["frames_declared"]
    held: int = found["frames_found"]
    return held if declared is None else declared
