"""Waiting in line: the formulas of textbooks, and the same line played event by event."""

from collections.abc import Iterable, Sequence
from heapq import heapify, heapreplace
from math import ceil, inf


def mean_wait(per_second: float, mean: float, square: float) -> float:
    """Seconds before one's turn at one counter, arrivals by chance, any times of service: Pollaczek and Khinchine (M/G/1).

    ``mean`` is the mean time of service in seconds, ``square`` the mean of its square. Infinite where more comes than can be served.
    """
    load = per_second * mean
    return per_second * square / (2 * (1 - load)) if load < 1 else inf


def share_waiting(load: float, counters: int) -> float:
    """The share that finds all counters taken, arrivals by chance, times of service exponential: Erlang C (M/M/c).

    ``load`` is arrivals per second times the mean time of service: how many counters are taken on average.
    """
    if load >= counters:
        return 1.0
    blocked = 1.0
    for n in range(1, counters + 1):  # Erlang B by its recursion: no factorials that overflow
        blocked = load * blocked / (n + load * blocked)
    return blocked / (1 - load / counters * (1 - blocked))


def waits(arrivals: Iterable[tuple[float, float]], counters: int = 1) -> list[float]:
    """How long each waits for a free counter, first come first served. ``arrivals``: (time, time of service), by time, all in seconds."""
    free = [0.0] * counters
    heapify(free)
    found = []
    for at, lasting in arrivals:
        begun = max(at, free[0])
        heapreplace(free, begun + lasting)
        found.append(begun - at)
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed; 0 of nothing."""
    return sorted(values)[max(0, ceil(share * len(values)) - 1)] if values else 0.0
