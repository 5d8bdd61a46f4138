"""The table of faults: for each test how many were injected, what was acknowledged, what was lost, what went undetected."""

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

FAULTS, OUTCOMES = "faults", "outcomes"


@dataclass(frozen=True, slots=True)
class Line:
    """One test's figures. ``lost`` and ``undetected`` must be 0."""

    test: str
    injected: int
    acknowledged: int
    lost: int
    undetected: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Takes the figures of one test; they travel with its report, from worker processes too."""

    test: str
    _record: Callable[[str, object], None]

    def tell(self, *, injected: int, acknowledged: int = 0, lost: int = 0, undetected: int = 0) -> None:
        """Before the test judges them, so that a failure shows its figures too."""
        self._record(FAULTS, [self.test, injected, acknowledged, lost, undetected])

    def tell_outcomes(self, outcomes: Mapping[str, int]) -> None:
        """How many of the injected ended in which way; and what must be 0."""
        told = ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items(), key=lambda one: -one[1]))
        self._record(OUTCOMES, f"{self.test}: {told}")


def lines(properties: Iterable[tuple[str, Sequence[object]]]) -> list[Line]:
    """The lines among the properties of a test's report."""
    return [Line(*value) for name, value in properties if name == FAULTS]  # type: ignore[arg-type]


def outcomes(properties: Iterable[tuple[str, object]]) -> list[str]:
    """The outcomes among the properties of a test's report."""
    return [str(value) for name, value in properties if name == OUTCOMES]


def as_text(table: Sequence[Line]) -> str:
    rows = [tuple(each.name for each in fields(Line)), *(tuple(str(cell) for cell in astuple(line)) for line in table)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in rows)


def write_csv(table: Sequence[Line], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(each.name for each in fields(Line))
        writer.writerows(astuple(line) for line in table)


def read_csv(path: Path) -> list[Line]:
    with path.open(newline="", encoding="utf-8") as file:
        return [Line(test, *map(int, counts)) for test, *counts in list(csv.reader(file))[1:]]


if __name__ == "__main__":
    sys.stdout.write(as_text(read_csv(Path(sys.argv[1]))) + "\n")
