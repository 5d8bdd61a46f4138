"""One working day played event by event: readers come, open exams, save and sign, and wait for each other. The same seed, the same day."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import repeat
from random import Random

from corelab.domain.scaling.costs import MEASURED, Costs
from corelab.domain.scaling.load import MEGABYTE, Load, Machines
from corelab.domain.scaling.plan import hold_of_intake, hold_of_save, intake_commits, saves
from corelab.domain.scaling.queues import percentile, waits

_ARRIVING = 30 * 60
"""Seconds in which everybody comes in the morning."""
_SPREAD = 0.4
"""Of how long readings take: the standard deviation of its logarithm."""
_UNEVEN = 0.5
"""How far a turn may take longer or shorter than the mean one, as a share of it."""


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds before one's turn."""

    count: int
    busy: float
    """Share of the day in which somebody had the turn."""
    mean: float
    p95: float
    longest: float


@dataclass(frozen=True, slots=True)
class Day:
    readings: int
    """Of all labs."""
    saving: Waits
    """In the lab that has most readers, until a save has its turn to write."""
    first_clip: Waits
    """Of all readers, from opening an exam that is in no cache until its first clip is there, beside the time of one clip alone."""


def day(load: Load, machines: Machines, costs: Costs = MEASURED, seed: int = 1) -> Day:
    """Everybody reads back to back until the hours are over; the clips of an exam are fetched one after another when it is opened."""
    chance = Random(seed)  # noqa: S311 - a simulation, no secret
    length = load.hours * 3600
    people = [list(_readings(load, chance, length)) for _ in range(load.readers)]
    own = people[: load.readers_of_lab]
    return Day(sum(map(len, people)), _saving(own, load, machines, costs, chance), _fetching(people, load, machines))


def _readings(load: Load, chance: Random, length: float) -> Iterator[tuple[float, float]]:
    """(begin, end) of each reading of one reader."""
    at = chance.uniform(0, min(_ARRIVING, length / 4))
    while at < length:
        lasting = load.minutes * 60 * chance.lognormvariate(-_SPREAD * _SPREAD / 2, _SPREAD)
        yield at, at + lasting
        at += lasting


def _turns(chance: Random, spans: Iterable[tuple[float, float]], mean: float) -> list[tuple[float, float]]:
    """(time, how long the turn takes), one for each span, somewhere in it; by time."""
    shortest, more = mean * (1 - _UNEVEN), mean * 2 * _UNEVEN
    return sorted((begin + (end - begin) * chance.random(), shortest + more * chance.random()) for begin, end in spans)


def _saving(people: list[list[tuple[float, float]]], load: Load, machines: Machines, costs: Costs, chance: Random) -> Waits:
    each, count = round(saves(load, costs)), round(sum(map(len, people)) * intake_commits(load, costs))
    written = _turns(chance, (span for one in people for span in one for _ in range(each)), hold_of_save(load, machines, costs))
    taken_in = _turns(chance, repeat((0.0, load.hours * 3600), count), hold_of_intake(machines, costs))
    arrivals = list(merge(written, taken_in))
    found = waits(arrivals)
    of_readers = [wait for wait, (_, is_save) in zip(found, _marked(written, taken_in), strict=True) if is_save]
    return _told(of_readers, sum(lasting for _, lasting in arrivals) / _end(arrivals, load))


def _marked(written: list[tuple[float, float]], taken_in: list[tuple[float, float]]) -> Iterator[tuple[tuple[float, float], bool]]:
    """Which arrivals of both are a reader's, in the order of both together."""
    return merge(((one, True) for one in written), ((one, False) for one in taken_in), key=lambda marked: marked[0])


def _fetching(people: list[list[tuple[float, float]]], load: Load, machines: Machines) -> Waits:
    """All clips pass the slower one of disk and link in one line; who opens an exam asks for all of its clips."""
    rate = min(machines.link, machines.archive_mb_s * MEGABYTE)
    lasting = load.clip_mb * MEGABYTE / rate
    opened = sorted(begin for one in people for begin, _ in one)
    asked = [(at, lasting) for at in opened for _ in range(load.clips)]
    return _told(waits(asked)[:: load.clips], len(asked) * lasting / _end(asked, load))


def _end(arrivals: list[tuple[float, float]], load: Load) -> float:
    return max(load.hours * 3600, arrivals[-1][0] if arrivals else 0)


def _told(found: list[float], busy: float) -> Waits:
    mean = sum(found) / len(found) if found else 0.0
    return Waits(len(found), busy, mean, percentile(found, 0.95), max(found, default=0.0))
