"""A first look at a table before its sheet is written: how many rows there are, and how wide its columns should be."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

from corelab.export.columns import Table
from corelab.export.written import Written

LINES: Final = 1_048_576
"""Rows of a sheet, the header included."""
NARROWEST: Final = 6
WIDEST: Final = 44
_FILTER: Final = 4
"""Room for the arrow of the filter beside the name of a column."""
_SAMPLE: Final = 2_000
"""Rows that the widths of columns follow from."""


@dataclass(frozen=True, slots=True)
class Look:
    """``rows`` of the table; ``longest`` text of each column among the first rows; ``size`` of its file in bytes."""

    table: Table
    rows: int
    longest: tuple[int, ...]
    size: int

    @property
    def shown(self) -> int:
        return min(self.rows, LINES - 1)

    @property
    def widths(self) -> tuple[int, ...]:
        """In characters: the longest value, or the name where that is longer, within bounds."""
        named = (len(name) + _FILTER for name in self.table.names)
        return tuple(min(max(one, name, NARROWEST), WIDEST) for one, name in zip(self.longest, named, strict=True))


def look_at(package: Written, table: Table) -> Look:
    """Widths follow from the first rows; rows are counted to the last. Raises OSError, csv.Error, ColumnsDifferError."""
    longest = [0] * len(table.names)
    for row in islice(package.rows(table.name), _SAMPLE):
        longest = list(map(max, longest, map(len, row.values())))
    path = package.folder / table.path
    with path.open(encoding="utf-8", newline="") as file:
        rows = sum(1 for _ in csv.reader(file, strict=True)) - 1
    return Look(table, rows, tuple(longest), path.stat().st_size)


def beyond(rows: Mapping[str, int]) -> tuple[str, ...]:
    """What to say of tables, by their number of rows, that are longer than a sheet."""
    return tuple(left_out(name, count) for name, count in rows.items() if count > LINES - 1)


def left_out(name: str, rows: int) -> str:
    return f"Only the first {LINES - 1} of {rows} rows stand in a sheet; all of them are in data/{name}.csv"
