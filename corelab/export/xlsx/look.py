"""A first look at a table before its sheet is written: how many rows there are, and how wide its columns should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from corelab.export.columns import Table
from corelab.export.written import Written

LINES: Final = 1_048_576
"""Rows of a sheet, the header included."""
NARROWEST: Final = 6
WIDEST: Final = 44
_FILTER: Final = 4
"""Room for the arrow of the filter beside the name of a column."""


@dataclass(frozen=True, slots=True)
class Look:
    """``rows`` of the table; ``longest`` text of each column; ``size`` of the table in characters."""

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
    rows, size, longest = 0, 0, [0] * len(table.names)
    for row in package.rows(table.name):
        lengths = list(map(len, row.values()))
        longest = list(map(max, longest, lengths))
        rows, size = rows + 1, size + sum(lengths)
    return Look(table, rows, tuple(longest), size)


def beyond(rows: Mapping[str, int]) -> tuple[str, ...]:
    """What to say of tables, by their number of rows, that are longer than a sheet."""
    return tuple(left_out(name, count) for name, count in rows.items() if count > LINES - 1)


def left_out(name: str, rows: int) -> str:
    return f"Only the first {LINES - 1} of {rows} rows stand in a sheet; all of them are in data/{name}.csv"
