"""The files of a package's trail, read line by line: what is wrong with one is a fault of that file, and the others are still read."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from corelab.export.check import Loaded, PackageFault

EVENTS, OPENINGS, SIGNATURES, KEYS, CHECKPOINT = (
    f"audit/{name}" for name in ("events.jsonl", "openings.jsonl", "signatures.jsonl", "keys.json", "checkpoint.txt")
)
Json = Mapping[str, Any]
DAMAGED = (KeyError, TypeError, ValueError, AttributeError, OSError, RecursionError)
"""What a line raises that is not what it should be."""


def unreadable(path: str, error: BaseException) -> PackageFault:
    return PackageFault(path, f"cannot be read ({type(error).__name__})")


def records(loaded: Loaded, path: str) -> Iterator[tuple[int, Json]]:
    """Every line of it with its place in the file. Raises ValueError and its like for the first line that is none."""
    for at, line in loaded.lines(path):
        found = json.loads(line)
        if not isinstance(found, dict):
            raise TypeError(path)
        yield at, found


def record_at(loaded: Loaded, path: str, at: int) -> Json:
    """The line that begins there. Raises KeyError, OSError, ValueError."""
    with loaded.opened(path) as file:
        file.seek(at)
        found: Json = json.loads(file.readline())
        return found


class Openings:
    """What events say, in their order: asked for one event after the other, so that no more than one is in memory."""

    def __init__(self, loaded: Loaded) -> None:
        self._lines = records(loaded, OPENINGS)
        self._last = 0
        self._next: tuple[int, Json] | None = None
        self.whole = True
        self.count = 0
        self.faults: list[PackageFault] = []
        self._turn()

    def _turn(self) -> None:
        try:
            self._next = next(self._lines, None)
            if self._next is None:
                return
            seq = int(self._next[1]["seq"])
        except DAMAGED as error:
            self._end(unreadable(OPENINGS, error))
            return
        self.count += 1
        if seq <= self._last:
            self._end(PackageFault(f"{OPENINGS} event {seq}", "stands out of order"))
        self._last = seq

    def _end(self, fault: PackageFault) -> None:
        self.faults.append(fault)
        self._next, self.whole = None, False

    def before(self, seq: int) -> Iterator[int]:
        """The events before this one that are told, and were not asked for."""
        while self._next is not None and self._next[1]["seq"] < seq:
            yield self._next[1]["seq"]
            self._turn()

    def of(self, seq: int) -> tuple[int, Json] | None:
        """What this event says, with its place in the file; None where nothing is told of it."""
        found = self._next if self._next is not None and self._next[1]["seq"] == seq else None
        if found is not None:
            self._turn()
        return found

    def rest(self) -> Iterator[int]:
        """Those that are told after the last event."""
        while self._next is not None:
            yield self._next[1]["seq"]
            self._turn()
