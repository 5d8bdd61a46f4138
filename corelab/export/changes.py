"""What differs between a package and the one before, row by row and cell by cell: read as streams, so that memory stays flat."""

import csv
import heapq
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Generic, TypeVar

from corelab.domain.specification import Difference, NamedColumn, Specification, differences
from corelab.export.causes import Causes
from corelab.export.change_table import ADDED, CHANGED, CHANGES, DELETED, SEPARATOR, TEXT_CHANGED
from corelab.export.changes_told import Found, Line, Told, told
from corelab.export.codebook import codelists_for
from corelab.export.columns import Table
from corelab.export.tables import GUESS, SPECIFICATION, tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row, csv_writer, key_of
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

    ``rows`` gives the text of a table's rows in the order of its file, one by one, free text as ``mark`` gives it.
    """

    transfer: str
    specification: Specification | None
    rows: Callable[[str], Iterator[str]]
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
        writer = csv_writer(file)
        writer.writerow(CHANGES.names)
        if last is not None and before is not None:
            for table in comparable(written, before):
                sides = last.rows(table.name), kept_rows(written, table, last.mark)
                writer.writerows(on_disk_sorted(found.counted(lines(table, before, sides, causes))))
    text = told(Told(written.facts, last.transfer if last else None, kept=before is not None, differs=_differs(before, now), found=found))
    (folder / TOLD).write_bytes(text.encode())
    return found.kinds.total()


def _differs(before: Specification | None, now: Specification) -> tuple[Difference, ...]:
    return differences((before,), now) if before is not None else ()


def kept_rows(written: Written, table: Table, mark: Callable[[str], str]) -> Iterator[str]:
    """A table's rows as a lab keeps them. Raises OSError."""
    with (written.folder / table.path).open(encoding="utf-8", newline="") as file:
        next(file, None)
        yield from as_kept(table, raw_rows(file), mark)


def comparable(written: Written, before: Specification) -> tuple[Table, ...]:
    """The tables that both packages have under the same key, in the order of their files."""
    both = (table for table in written.tables if table.name in before.files and table.name not in NOT_KEPT)
    return tuple(sorted((table for table in both if before.key(table.name) == table.key), key=lambda table: table.path))


Item = TypeVar("Item")


class Sorted(Generic[Item]):
    """A stream that is sorted by a key, with its next item in sight. The key is made where it is asked for."""

    def __init__(self, key: Callable[[Item], tuple[object, ...]], items: Iterable[Item]) -> None:
        self._key_of, self._items = key, iter(items)
        self._key: tuple[object, ...] | None = None
        self._before: tuple[object, ...] | None = None
        self.next: Item | None = next(self._items, None)

    @property
    def key(self) -> tuple[object, ...]:
        """Raises ValueError where it is not above every one that was asked for before."""
        if self._key is None and self.next is not None:
            self._key = self._key_of(self.next)
            if self._before is not None and not self._before < self._key:
                raise ValueError(f"rows are not sorted by their key: {self._key}")
        return self._key or ()

    def taken(self) -> Item | None:
        taken, self.next = self.next, next(self._items, None)
        self._before, self._key = self._key or self._before, None
        return taken


def merged(old: Sorted[Item], new: Sorted[Item]) -> Iterator[tuple[Item | None, Item | None]]:
    """What differs in two streams, side by side; None where one has nothing under that key. What is equal is passed over.

    Raises ValueError where a stream is not sorted, or a key occurs twice in it.
    """
    while old.next is not None or new.next is not None:
        if old.next == new.next:
            old.taken(), new.taken()
        elif new.next is None or (old.next is not None and old.key < new.key):
            yield old.taken(), None
        elif old.next is None or new.key < old.key:
            yield None, new.taken()
        else:
            yield old.taken(), new.taken()


def raw_rows(lines: Iterable[str]) -> Iterator[str]:
    """The rows of a table's text as they stand there; a line break inside of quotes ends none."""
    whole = ""
    for line in lines:
        whole += line
        if whole.count('"') % 2 == 0:
            yield whole
            whole = ""


def as_kept(table: Table, rows: Iterable[str], mark: Callable[[str], str]) -> Iterator[str]:
    """Rows as a lab keeps them: free text as ``mark`` gives it, all else as it stands in the file."""
    free = tuple(place for place, column in enumerate(table.columns) if column.kind == FREE_TEXT)
    if not free:
        yield from rows
        return
    for cells in csv.reader(rows):
        for place in free:
            cells[place] = mark(cells[place])
        text = io.StringIO(newline="")
        csv_writer(text).writerow(cells)
        yield text.getvalue()


def _row(names: tuple[str, ...], raw: str) -> Row:
    return dict(zip(names, next(csv.reader((raw,))), strict=True))


def lines(table: Table, before: Specification, rows: tuple[Iterable[str], Iterable[str]], causes: Causes) -> Iterator[Line]:
    """The lines of changes.csv of one table, in the order of its rows; both sides as a lab keeps them."""
    names = tuple(column.name for column in before.files[table.name])
    shared = tuple((column.name, column.kind == FREE_TEXT) for column in table.columns if not column.key and column.name in names)
    sort, was, now = key_of(table), partial(_row, names), partial(_row, table.names)
    for gone, come in merged(Sorted(lambda raw: sort(was(raw)), rows[0]), Sorted(lambda raw: sort(now(raw)), rows[1])):
        if come is None and gone is not None:
            yield _line(table, was(gone), ("", "", "", DELETED), causes)
        elif come is not None and gone is None:
            yield _line(table, now(come), ("", "", "", ADDED), causes)
        elif come is not None and gone is not None:
            yield from _changed(table, (was(gone), now(come)), shared, causes)


def _changed(table: Table, rows: tuple[Row, Row], shared: Iterable[tuple[str, bool]], causes: Causes) -> Iterator[Line]:
    old, new = rows
    for name, is_text in shared:
        if old[name] != new[name]:
            values = ("", TEXT_CHANGED) if is_text else (old[name], new[name])
            yield _line(table, new, (name, *values, CHANGED), causes)


def _line(table: Table, row: Row, told: tuple[str, str, str, str], causes: Causes) -> Line:
    cause = causes.of_row(row, is_record=_is_of_records(table))
    return (table.path, key_words(table, row), *told, cause.reason.value, "" if cause.seq is None else str(cause.seq))


def key_words(table: Table, row: Row) -> str:
    """A row's key as KEY tells it."""
    return SEPARATOR.join(row[name].replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}") for name in table.key)


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
            csv_writer(file).writerows(run)
            runs.append(_read(file))
        yield from heapq.merge(*runs)


def _read(file: IO[str]) -> Iterator[Line]:
    file.seek(0)
    for cells in csv.reader(file):
        one, two, three, four, five, six, seven, eight = cells
        yield (one, two, three, four, five, six, seven, eight)
