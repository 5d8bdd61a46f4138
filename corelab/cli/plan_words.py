"""A plan in words: sizes, how busy each part is, what is full first and what to turn then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from corelab.domain.scaling.day import Waits
from corelab.domain.scaling.plan import FULL, Part
from corelab.services.planning import Planned

NAMES: Mapping[Part, str] = MappingProxyType(
    {
        Part.WRITER_LINE: "writers' line of a lab",
        Part.SERVER_CORES: "cores of the server",
        Part.SERVER_LOG: "log of the server",
        Part.SERVER_LINK: "network of the server",
        Part.CONNECTIONS: "connections",
        Part.ARCHIVE_DISK: "disk of the archive",
        Part.ARCHIVE_LINK: "network of the archive",
    }
)
TURN: Mapping[Part, str] = MappingProxyType(
    {
        Part.WRITER_LINE: "Make each trial a lab of its own; bring workstations and server into one house; use a disk that commits faster.",
        Part.SERVER_CORES: "Give the server more cores, or spread the trials over several servers.",
        Part.SERVER_LOG: "Give the log a disk of its own, and take whole copies of the server from a replica.",
        Part.SERVER_LINK: "Give the server a faster network, or spread the trials over several servers.",
        Part.CONNECTIONS: "Raise max_connections, with 10 MB of memory for each, or spread the trials over several servers.",
        Part.ARCHIVE_DISK: "Put the archive on solid state disks, or give groups of trials an archive of their own.",
        Part.ARCHIVE_LINK: "Give the archive a network of 10 Gbit/s, or give groups of trials an archive of their own.",
    }
)
_UNITS = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def size(of: float) -> str:
    """Bytes in two figures, as people say them."""
    unit, name = next(((unit, name) for unit, name in _UNITS if of >= unit), (1.0, "B"))
    return f"{figures(of / unit)} {name}"


def figures(number: float) -> str:
    """Two figures, and no more said than is known."""
    if number >= 100:
        return f"{round(number, 2 - len(str(int(number)))):,.0f}"
    return f"{number:.0f}" if number >= 10 else f"{number:.1f}"


def share(of: float) -> str:
    return "under 1 %" if of < 0.01 else f"{figures(100 * of)} %"


def waiting(seconds: float) -> str:
    return "under 10 ms" if seconds < 0.01 else f"{figures(seconds * 1000)} ms" if seconds < 1 else f"{figures(seconds)} s"


# ---------------------------------------------------------------- for one size of a lab


def words(planned: Planned) -> str:
    return "\n".join((*_sizes(planned), "", *_busy(planned), "", *_waits(planned), *_turn(planned)))


def _sizes(planned: Planned) -> Iterator[str]:
    load, sizes, rates = planned.plan.load, planned.plan.sizes, planned.plan.rates
    what = f"{load.readers:,} readers, {load.trials:,} x {load.subjects:,} subjects, {load.visits} visits"
    yield f"{what}: {load.exams:,} exams, read in {figures(sizes.reading_days)} working days"
    yield f"records        {size(sizes.records)}, the largest database {size(sizes.largest)}"
    yield f"clips          {size(sizes.clips)}, {size(sizes.traffic_per_reading)} for each reading, {size(rates.bytes_per_second)} a second"
    yield f"log            {size(sizes.log_per_day)} a day"
    busy = f"{figures(rates.readings_per_hour)} readings, {figures(rates.commits_per_second)} commits a second"
    yield f"in a full hour {busy}, {rates.connections:,} connections"


def _busy(planned: Planned) -> Iterator[str]:
    plan = planned.plan
    yield f"{'part':<24}{'busy':>10}   full with"
    for part in sorted(plan.busy, key=lambda part: -plan.busy[part]):
        yield f"{NAMES[part]:<24}{share(plan.busy[part]):>10}   {plan.readers_at(part):,} readers"


def _waits(planned: Planned) -> Iterator[str]:
    if planned.day is None:
        yield "More comes than this can do: saves or clips come later and later through the day."
        return
    save, clip = planned.day.saving, planned.day.first_clip
    save_waits = f"95 of 100 wait {waiting(save.p95)} for it or less, the last {waiting(save.longest)}"
    yield f"save           takes {waiting(planned.plan.hold)}; {save_waits}"
    yield f"first clip     95 of 100 wait {waiting(clip.p95)} or less when it is in no cache, the last {waiting(clip.longest)}"


def _turn(planned: Planned) -> Iterator[str]:
    over = [part for part, busy in planned.plan.busy.items() if busy >= FULL]
    for part in sorted(over or (planned.plan.first,), key=lambda part: -planned.plan.busy[part]):
        yield f"{'full' if over else 'full first'}: {NAMES[part]}. {TURN[part]}"


# ---------------------------------------------------------------- as a document


def document(planned: Planned) -> dict[str, Any]:
    plan = planned.plan
    return {
        "readers": plan.load.readers,
        "trials": plan.load.trials,
        "exams": plan.load.exams,
        "records_bytes": round(plan.sizes.records),
        "largest_database_bytes": round(plan.sizes.largest),
        "clip_bytes": round(plan.sizes.clips),
        "log_bytes_per_day": round(plan.sizes.log_per_day),
        "archive_bytes_per_reading": round(plan.sizes.traffic_per_reading),
        "archive_bytes_per_second": round(plan.rates.bytes_per_second),
        "reading_days": round(plan.sizes.reading_days, 2),
        "readings_per_hour": round(plan.rates.readings_per_hour, 2),
        "commits_per_second": round(plan.rates.commits_per_second, 3),
        "saves_per_second": round(plan.rates.saves_per_second, 3),
        "connections": plan.rates.connections,
        "save_seconds": round(plan.hold, 4),
        "parts": [
            {"part": part.value, "busy": round(busy, 4), "readers_when_full": plan.readers_at(part), "turn": TURN[part]}
            for part, busy in plan.busy.items()
        ],
        "full_first": plan.first.value,
        "keeps_up": planned.day is not None,
        "waits": {"save": _waits_of(planned.day.saving), "first_clip": _waits_of(planned.day.first_clip)} if planned.day else None,
    }


def _waits_of(waits: Waits) -> dict[str, float]:
    seconds = {"mean_s": waits.mean, "p95_s": waits.p95, "longest_s": waits.longest}
    return {"count": waits.count, "busy": round(waits.busy, 4)} | {name: round(each, 4) for name, each in seconds.items()}


# ---------------------------------------------------------------- the tables of the written plan

_SIZES = ("readers", "trials x subjects", "exams", "records", "largest database", "clips", "log a day")
_HOUR = ("readers", "trials", "ms", "commits/s", "archive", "connections", "line of a lab", "save waits", "clip waits", "full first")
_ENDLESS = "without end"


def sizes_table(steps: Sequence[Planned]) -> str:
    """In Markdown: when everything is read, compared and released."""
    return _table(_SIZES, map(_sizes_row, steps))


def hour_table(steps: Sequence[Planned]) -> str:
    """In Markdown: when everybody reads."""
    return _table(_HOUR, map(_hour_row, steps))


def _table(headings: Sequence[str], rows: Iterable[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ("---",) * len(headings), *rows))


def _sizes_row(planned: Planned) -> tuple[str, ...]:
    load, sizes = planned.plan.load, planned.plan.sizes
    people = (f"{load.readers:,}", f"{load.trials:,} x {load.subjects:,}", f"{load.exams:,}")
    return (*people, size(sizes.records), size(sizes.largest), size(sizes.clips), size(sizes.log_per_day))


def _hour_row(planned: Planned) -> tuple[str, ...]:
    plan, day = planned.plan, planned.day
    return (
        f"{plan.load.readers:,}",
        f"{plan.load.trials:,}",
        f"{plan.machines.trip_ms:g}",
        figures(plan.rates.commits_per_second),
        f"{size(plan.rates.bytes_per_second)}/s",
        f"{plan.rates.connections:,} of {plan.machines.connections:,}",
        share(plan.busy[Part.WRITER_LINE]),
        waiting(day.saving.p95) if day else _ENDLESS,
        waiting(day.first_clip.p95) if day else _ENDLESS,
        NAMES[plan.first],
    )
