"""What is wrong in a charter: each fault with its code, place, finding, and what would be allowed there."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

Location = tuple[str | int, ...]
_NEAR = 2


class Level(Enum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault. ``path`` names array positions and ids: ``check[3](E06).fires_when.all_of[0].item``.

    Codes: C an error, W a warning.
    """

    code: str
    path: str
    message: str
    found: str | None = None
    allowed: tuple[str, ...] = ()
    suggestion: str | None = None

    @property
    def level(self) -> Level:
        return Level.WARNING if self.code.startswith("W") else Level.ERROR


class CharterError(Exception):
    """The charter cannot be used; ``faults`` are all its errors and warnings, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.code} {fault.message}" for fault in faults))
        self.faults = tuple(faults)


class Findings:
    """Gathers the faults of one file, by location in its tree, and gives them in file order."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._tree = tree
        self._found: dict[tuple[Location, str, str], Fault] = {}

    def add(self, code: str, location: Location, message: str, *, found: object = None, allowed: Iterable[str] = ()) -> None:
        choices = tuple(sorted(allowed))
        text = found if isinstance(found, str) else None if found is None else str(found)
        fault = Fault(code, path_text(self._tree, location), message, text, choices, near(text, choices) if text is not None else None)
        self._found.setdefault((location, code, message), fault)

    def faulty(self, location: Location) -> bool:
        """Whether an error is known at this very place, so that what only follows from it is not said again."""
        return any(place == location and not code.startswith("W") for place, code, _ in self._found)

    def sound(self, part: str) -> bool:
        """Whether no error is known anywhere in this part of the file (a key of the top level)."""
        return not any(place[:1] == (part,) and not code.startswith("W") for place, code, _ in self._found)

    @property
    def references_sound(self) -> bool:
        """Whether no error is known that a use of some part could hide behind: an unknown key, a wrong value, a reference to nothing."""
        return not any(code in {"C01", "C02", "C04"} for _, code, _ in self._found)

    def in_file_order(self) -> tuple[Fault, ...]:
        ordered = sorted(self._found.items(), key=lambda entry: (_position(self._tree, entry[0][0]), entry[0][1], entry[0][2]))
        return tuple(fault for _, fault in ordered)


def path_text(tree: Any, location: Location) -> str:
    """The place in words an author finds: arrays by position and, where the element has one, id."""
    text, here = "", tree
    for step in location:
        here = child(here, step)
        if isinstance(step, int):
            name = here.get("id") if isinstance(here, dict) else None
            text += f"[{step}]" + (f"({name})" if isinstance(name, str) else "")
        else:
            text += f".{step}" if text else step
    return text


def near(found: str, allowed: Iterable[str]) -> str | None:
    """The allowed word nearest to what was found, when it is at most two edits away."""
    best = min(((distance(found, word), word) for word in allowed), default=(_NEAR + 1, ""))
    return best[1] if best[0] <= _NEAR else None


def distance(one: str, other: str) -> int:
    """Edits (insert, delete, replace, swap of neighbours) from one word to the other; more than two counts as three."""
    if abs(len(one) - len(other)) > _NEAR:
        return _NEAR + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        current = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, current[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        before, row = row, current
    return min(row[-1], _NEAR + 1)


def child(here: Any, step: str | int) -> Any:
    """What lies one step further in a parsed tree; None where nothing does."""
    if isinstance(here, dict) and isinstance(step, str):
        return here.get(step)
    if isinstance(here, list | tuple) and isinstance(step, int) and step < len(here):
        return here[step]
    return None


def _position(tree: Any, location: Location) -> tuple[int, ...]:
    """Where a place stands in the file; a key that is absent stands after those that are there."""
    positions: list[int] = []
    here = tree
    for step in location:
        if isinstance(step, int):
            positions.append(step)
        else:
            keys = list(here) if isinstance(here, dict) else []
            positions.append(keys.index(step) if step in keys else len(keys))
        here = child(here, step)
    return tuple(positions)
