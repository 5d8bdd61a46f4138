"""How fast a clip plays: the first source that can be believed, and what was wrong with the others."""

from collections.abc import Callable
from math import isfinite
from statistics import median

from corelab.domain.clip import Timing, TimingSource
from corelab.imaging.elements import DataSet
from corelab.imaging.faults import FileFault

FRAME_TIME, FRAME_TIME_VECTOR = 0x00181063, 0x00181065
CINE_RATE, RECOMMENDED_RATE = 0x00180040, 0x00082144

ASSUMED_MS = 40.0
"""25 frames a second, shown to the reader as "rate assumed"."""

_LONGEST_MS = 60_000.0
_SHORTEST_MS = 0.5


def timing_of(data: DataSet, frames: int) -> tuple[Timing, tuple[FileFault, ...]]:
    """The timing of ``frames`` frames, in the order vector, frame time, cine rate, recommended rate, assumed; and the faults met."""
    if frames <= 1:
        return Timing(_still_source(data), (0.0,) * frames), ()
    faults: list[FileFault] = []
    for tag, source, read in _SOURCES:
        if not data.text(tag):
            continue
        durations, fault = read(data.text(tag) if tag != FRAME_TIME_VECTOR else data.raw(tag).decode("ascii", "replace"), frames)
        if fault:
            faults.append(FileFault("timing_invalid", f"{source.value}: {fault}"))
        if durations:
            return Timing(source, durations), tuple(faults)
    faults.append(FileFault("timing_missing", "No usable frame timing: played at an assumed 25 frames per second."))
    return Timing(TimingSource.ASSUMED, (ASSUMED_MS,) * frames), tuple(faults)


def _still_source(data: DataSet) -> TimingSource:
    return next((source for tag, source, _ in _SOURCES if data.text(tag)), TimingSource.ASSUMED)


def _number(text: str) -> tuple[float | None, str]:
    """A decimal string; a decimal comma is read, and told. None when it is no positive finite number."""
    comma = "," in text
    try:
        value = float(text.strip("\0 ").replace(",", "."))
    except ValueError:
        return None, "is not a number."
    if not isfinite(value):
        return None, "is not a finite number."
    return value, "is written with a comma." if comma else ""


def _from_frame_time(text: str, frames: int) -> tuple[tuple[float, ...], str]:
    value, fault = _number(text.split("\\", maxsplit=1)[0])
    if value is None:
        return (), fault
    if not _SHORTEST_MS <= value <= _LONGEST_MS:
        return (), f"{value:g} ms is not a possible time between frames."
    return (value,) * frames, fault


def _from_rate(text: str, frames: int) -> tuple[tuple[float, ...], str]:
    value, fault = _number(text.split("\\", maxsplit=1)[0])
    if value is None:
        return (), fault
    if not 1000 / _LONGEST_MS <= value <= 1000 / _SHORTEST_MS:
        return (), f"{value:g} is not a possible rate."
    return (1000 / value,) * frames, fault


def _from_vector(text: str, frames: int) -> tuple[tuple[float, ...], str]:
    """Increments between frames. The first is the start of the clip; the last frame lasts the median of the others."""
    parts = text.strip("\0 ").split("\\")
    if len(parts) not in {frames, frames - 1}:
        return (), f"it holds {len(parts)} times for {frames} frames."
    numbers = [_number(part) for part in parts]
    values = [value for value, _ in numbers if value is not None]
    if len(values) != len(parts):
        return (), "it holds something that is not a number."
    increments = values[1:] if len(values) == frames else values
    if not all(_SHORTEST_MS <= value <= _LONGEST_MS for value in increments):
        return (), "it holds a time that is not possible between frames."
    return (*increments, median(increments)), next((fault for _, fault in numbers if fault), "")


_Reading = Callable[[str, int], tuple[tuple[float, ...], str]]
_SOURCES: tuple[tuple[int, TimingSource, _Reading], ...] = (
    (FRAME_TIME_VECTOR, TimingSource.FRAME_TIME_VECTOR, _from_vector),
    (FRAME_TIME, TimingSource.FRAME_TIME, _from_frame_time),
    (CINE_RATE, TimingSource.CINE_RATE, _from_rate),
    (RECOMMENDED_RATE, TimingSource.RECOMMENDED_RATE, _from_rate),
)
