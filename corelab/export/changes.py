"""What differs between a package and the one before, row by row and cell by cell: read as streams, so that memory stays flat."""

import csv
import heapq
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO

from corelab.domain.specification import Difference, NamedColumn, Specification, differences
from corelab.export.causes import Causes
from corelab.export.change_table import ADDED, CHANGED, CHANGES, DELETED, SEPARATOR, TEXT_CHANGED
from corelab.export.changes_told import Found, Line, Told, told
from corelab.export.codebook import codelists_for
from corelab.export.columns import Table
from corelab.export.tables import GUESS, SPECIFICATION, tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.export.written import Written

TOLD = "CHANGES.md"
FREE_TEXT = "free text"
NOT_KEPT = frozenset({GUESS.name, CHANGES.name})
"""What custody opened for one package alone, and the differences themselves."""
_RUN = 20_000
"""Lines that are sorted in memory at once."""


@dataclass(frozen=True, slots=True)
class KeptPackage:
    """What the lab kept of a package. ``specification`` is None where a version wrote it that kept nothing.

    ``rows`` gives a table's rows in the order of its file, free text as ``mark`` gives it.
    """

    transfer: str
    specification: Specification | None
    rows: Callable[[str], Iterator[Row]]
    mark: Callable[[str], str]


def specified(versions: Versions) -> Specification:
    """The present specification of a package under these charters: every file that such a package can hold."""
    tables = {table.name: table for table in (*tables_for(versions.main), GUESS)}
    files = {
        name: tuple(NamedColumn(one.name, one.label, one.kind, one.length, one.codelist or "", one.key) for one in table.columns)
        for name, table in tables.items()
    }
    lists: dict[str, dict[str, str]] = {}
    for code in codelists_for(*versions.all):
        lists.setdefault(code.codelist, {})[code.code] = code.decode
    return Specification(SPECIFICATION, files, lists)


def write_changes(last: KeptPackage | None, written: Written, causes: Causes, folder: Path) -> int:
    """Writes data/changes.csv and CHANGES.md below ``folder``; returns the rows of the first.

    Raises OSError, and ValueError for rows out of order.
    """
    now = specified(written.versions)
    before = last.specification if last is not None else None
    found = Found()
    path = folder / CHANGES.path
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(CHANGES.names)
        if last is not None and before is not None:
            for table in comparable(written, before):
                changed = lines(table, before, (last.rows(table.name), written.rows(table.name)), last.mark, causes)
                writer.writerows(on_disk_sorted(found.counted(changed)))
    text = told(Told(written.facts, last.transfer if last else None, kept=before is not None, differs=_differs(before, now), found=found))
    (folder / TOLD).write_bytes(text.encode())
    return found.kinds.total()


def _differs(before: Specification | None, now: Specification) -> tuple[Difference, ...]:
    return differences((before,), now) if before is not None else ()


def comparable(written: Written, before: Specification) -> tuple[Table, ...]:
    """The tables that both packages have under the same key, in the order of their files."""
    both = (table for table in written.tables if table.name in before.files and table.name not in NOT_KEPT)
    return tuple(sorted((table for table in both if before.key(table.name) == table.key), key=lambda table: table.path))


Pair = tuple[Row | None, Row | None]


def merged(key: Callable[[Row], tuple[object, ...]], old: Iterable[Row], new: Iterable[Row]) -> Iterator[Pair]:
    """The rows of two streams, both sorted by ``key``, side by side; None where one has no such row.

    Raises ValueError where a stream is not sorted, or a key occurs twice in it.
    """
    left, right = _Stream(key, old), _Stream(key, new)
    while left.row is not None or right.row is not None:
        if right.row is None or (left.row is not None and left.key < right.key):
            yield left.taken(), None
        elif left.row is None or right.key < left.key:
            yield None, right.taken()
        else:
            yield left.taken(), right.taken()


class _Stream:
    """One stream of rows with its next row in sight."""

    def __init__(self, key: Callable[[Row], tuple[object, ...]], rows: Iterable[Row]) -> None:
        self._key_of, self._rows = key, iter(rows)
        self.row: Row | None = next(self._rows, None)
        self.key = key(self.row) if self.row is not None else ()

    def taken(self) -> Row | None:
        taken, self.row = self.row, next(self._rows, None)
        if self.row is not None:
            former, self.key = self.key, self._key_of(self.row)
            if not former < self.key:
                raise ValueError(f"rows are not sorted by their key: {self.key}")
        return taken


def key_of(table: Table) -> Callable[[Row], tuple[object, ...]]:
    """The order of a table's file: integers by value, all else as text."""
    whole = tuple((column.name, column.kind == "integer") for column in table.columns if column.key)
    return lambda row: tuple((int(row[name]) if integer and row[name] else 0, row[name]) for name, integer in whole)


def lines(
    table: Table, before: Specification, rows: tuple[Iterable[Row], Iterable[Row]], mark: Callable[[str], str], causes: Causes
) -> Iterator[Line]:
    """The lines of changes.csv of one table, in the order of its rows."""
    former = before.columns(table.name)
    shared = tuple((column.name, column.kind == FREE_TEXT) for column in table.columns if not column.key and column.name in former)
    for old, new in merged(key_of(table), *rows):
        if old is None or new is None:
            row, kind = (new, ADDED) if old is None else (old, DELETED)
            if row is not None:
                yield _line(table, row, ("", "", "", kind), causes)
            continue
        for name, is_text in shared:
            if (mark(new[name]) if is_text else new[name]) != old[name]:
                values = ("", TEXT_CHANGED) if is_text else (old[name], new[name])
                yield _line(table, new, (name, *values, CHANGED), causes)


def _line(table: Table, row: Row, told: tuple[str, str, str, str], causes: Causes) -> Line:
    cause = causes.of_row(row, is_record=_is_of_records(table))
    key = SEPARATOR.join(row[name].replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}") for name in table.key)
    return (table.path, key, *told, cause.reason.value, "" if cause.seq is None else str(cause.seq))


def _is_of_records(table: Table) -> bool:
    """Whether a row is a signed record, or a part of one: it names its event, or has the record in its key."""
    return "RECID" in table.key or "EVENTSEQ" in table.names


def on_disk_sorted(found: Iterable[Line]) -> Iterator[Line]:
    """The lines by key and column. A sorted run at a time is in memory, the others wait in files without name."""
    source = iter(found)
    with ExitStack() as stack:
        runs: list[Iterator[Line]] = []
        while run := sorted(islice(source, _RUN)):
            if len(run) < _RUN and not runs:
                yield from run
                return
            file = stack.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline=""))
            csv.writer(file).writerows(run)
            runs.append(_read(file))
        yield from heapq.merge(*runs)


def _read(file: IO[str]) -> Iterator[Line]:
    file.seek(0)
    for cells in csv.reader(file):
        one, two, three, four, five, six, seven, eight = cells
        yield (one, two, three, four, five, six, seven, eight)
