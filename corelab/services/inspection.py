"""Look into DICOM files without a lab: what they hold, what is wrong with them, and what a line on them measures."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corelab.imaging.calibration import Point
from corelab.imaging.inspection import inspect, measure_file

__all__ = ["inspect_files", "measure"]


def inspect_files(paths: Sequence[Path], *, frames: bool = False) -> Iterator[dict[str, Any]]:
    """One answer per file, in order, as it is ready; a file that cannot be read is answered too."""
    for path in paths:
        yield inspect(path, frames=frames)


def measure(path: Path, *points: Point, frame: int = 0) -> dict[str, Any]:
    """What the caliper gives between two points (pixels) on ``frame``: ``length_mm``, or ``seconds`` and ``cm_per_s``, or ``refused``.

    Three points and more are an outline: ``area_mm2``.
    """
    return measure_file(path, points, frame)
