"""Timing and regions of a clip as text of records: decimal text instead of floats, so that digests never depend on a machine."""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from corelab.domain.clip import Region, RegionKind, Timing, TimingSource


def timing_text(timing: Timing) -> str:
    """One duration and a count where all frames last equally long, else every duration."""
    times = timing.frame_times_ms
    if len(set(times)) == 1:
        return _text({"source": timing.source.value, "each": repr(times[0]), "frames": len(times)})
    return _text({"source": timing.source.value, "ms": [repr(time) for time in times]})


@lru_cache(maxsize=4096)
def timing_from(text: str) -> Timing:
    """The same text for most clips of a machine, read with every step of work."""
    stored = json.loads(text)
    times = tuple(map(float, stored["ms"])) if "ms" in stored else (float(stored["each"]),) * stored["frames"]
    return Timing(TimingSource(stored["source"]), times)


def regions_text(regions: Sequence[Region]) -> str:
    return _text([_region(region) for region in regions])


@lru_cache(maxsize=4096)
def regions_from(text: str) -> tuple[Region, ...]:
    return tuple(_region_from(stored) for stored in json.loads(text))


def _region(region: Region) -> dict[str, Any]:
    return {
        "kind": region.kind.value,
        "box": list(region.box),
        "delta": [repr(region.dx), repr(region.dy)],
        "unit": [region.unit_x, region.unit_y],
        "usable": region.usable,
        "reason": region.reason,
        "reference": list(region.reference) if region.reference else None,
        "reference_value": [repr(value) for value in region.reference_value],
    }


def _region_from(stored: Mapping[str, Any]) -> Region:
    x0, y0, x1, y1 = stored["box"]
    reference = stored["reference"]
    return Region(
        kind=RegionKind(stored["kind"]),
        box=(x0, y0, x1, y1),
        dx=float(stored["delta"][0]),
        dy=float(stored["delta"][1]),
        unit_x=stored["unit"][0],
        unit_y=stored["unit"][1],
        usable=stored["usable"],
        reason=stored["reason"],
        reference=(reference[0], reference[1]) if reference else None,
        reference_value=(float(stored["reference_value"][0]), float(stored["reference_value"][1])),
    )


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
