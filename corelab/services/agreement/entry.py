"""One entry of the file: each of its values is asked for with what it must be, and what is wrong is noted with its place."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Answer = Callable[[], dict[str, Any]]
Check = Callable[[Any], bool]

MOST_NUMBER = 1e9
_SHOWN = 40


def short(value: Any) -> str:
    """A value as a message shows it."""
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= MOST_NUMBER


@dataclass(frozen=True, slots=True)
class Entry:
    """``held`` at ``place``. A value with a fault is answered by an empty one: the entry will not be computed."""

    held: Mapping[str, Any]
    place: str
    faults: list[str]

    def fault(self, key: str, words: str) -> None:
        self.faults.append(f"{self.place}.{key}: {words}")

    def whole(self, key: str, low: int, high: int, otherwise: int | None = None) -> int:
        value = self.held.get(key, otherwise)
        if is_whole(value) and low <= value <= high:
            return int(value)
        self.fault(key, f"a whole number from {low} to {high} is needed, not {short(value)}")
        return low

    def one_of(self, key: str, known: Sequence[str], otherwise: str) -> str:
        value = self.held.get(key, otherwise)
        if value in known:
            return str(value)
        self.fault(key, f"{short(value)} is not known; one of {', '.join(known)}")
        return otherwise

    def row(self, key: str, fits: Check, words: str, within: Any = None) -> list[Any]:
        """A list of values that each fit; ``within``: the list, where it stands in another one."""
        values = self.held.get(key) if within is None else within
        if not isinstance(values, list):
            self.fault(key, f"a list is needed, not {short(values)}")
            return []
        for n, value in enumerate(values):
            if not fits(value):
                self.fault(f"{key}[{n}]", f"{words} is needed, not {short(value)}")
        return values

    def rows(self, key: str, fits: Check, words: str) -> list[list[Any]]:
        """A list of lists of one length, of at least one value each."""
        lists = self.held.get(key)
        if not isinstance(lists, list) or not lists:
            self.fault(key, f"a list of lists is needed, not {short(lists)}")
            return []
        faults = len(self.faults)
        found = [self.row(f"{key}[{n}]", fits, words, within=each if each is not None else ()) for n, each in enumerate(lists)]
        if len(self.faults) == faults:
            self._as_long(key, found)
        return found

    def _as_long(self, key: str, found: Sequence[Sequence[Any]]) -> None:
        needed = len(found[0])
        if not needed:
            self.fault(f"{key}[0]", "it is empty")
        for n, each in enumerate(found):
            if len(each) != needed:
                self.fault(f"{key}[{n}]", f"{needed} values are needed, as in the first row, not {len(each)}")

    def objects(self, key: str, fits: Mapping[str, tuple[Check, str]]) -> list[Mapping[str, Any]]:
        """A list of objects with these keys, whose values each fit."""
        lists = self.held.get(key)
        if not isinstance(lists, list) or not lists:
            self.fault(key, f"a list of objects is needed, not {short(lists)}")
            return []
        for n, each in enumerate(lists):
            if not isinstance(each, dict):
                self.fault(f"{key}[{n}]", f"an object is needed, not {short(each)}")
                continue
            for name, (check, words) in fits.items():
                if not check(each.get(name)):
                    self.fault(f"{key}[{n}].{name}", f"{words} is needed, not {short(each.get(name))}")
        return lists
