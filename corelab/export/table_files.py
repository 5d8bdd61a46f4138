"""The tables of a package on disk, written one subject after the other: no table is ever in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from corelab.export.columns import Table
from corelab.export.writers import Row, SortKey, csv_writer, key_of


class OutOfOrderError(Exception):
    """Rows came behind rows of a later subject, so the file would not be sorted by its key."""

    def __init__(self, table: Table, subject: str) -> None:
        super().__init__(f"{table.path}: {subject}")
        self.path, self.subject = table.path, subject


@dataclass(slots=True)
class _TableFile:
    """One table: UTF-8 without BOM, LF, quoted only where needed (RFC 4180); an empty field is a missing value."""

    table: Table
    file: IO[str]
    rows: int = 0
    last: SortKey = ()
    _writer: Any = field(init=False)
    _fields: Any = field(init=False)
    _key: Callable[[Row], SortKey] = field(init=False)

    def __post_init__(self) -> None:
        self._writer = csv_writer(self.file)
        self._fields, self._key = itemgetter(*self.table.names), key_of(self.table)
        self._writer.writerow(self.table.names)

    def add(self, rows: Iterable[Row]) -> None:
        ordered = sorted(rows, key=self._key)
        if not ordered:
            return
        if self._key(ordered[0]) < self.last:
            raise OutOfOrderError(self.table, ordered[0].get("USUBJID", ""))
        self._writer.writerows(map(self._fields, ordered))
        self.last = self._key(ordered[-1])
        self.rows += len(ordered)


@dataclass(frozen=True, slots=True)
class TableFiles:
    """The open files of a package's tables, by name of the table."""

    files: Mapping[str, _TableFile]

    def add(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """Rows of one subject by table, in any order within it; subjects come in the order of their codes. Raises OutOfOrderError."""
        for name, own in rows.items():
            self.files[name].add(own)

    @property
    def counts(self) -> Mapping[str, int]:
        return MappingProxyType({name: one.rows for name, one in self.files.items()})


@contextmanager
def table_files(folder: Path, tables: Iterable[Table]) -> Iterator[TableFiles]:
    """New files with their headers below ``folder``. Raises OSError, also where one is there."""
    with ExitStack() as stack:
        opened = {}
        for table in tables:
            path = folder / table.path
            path.parent.mkdir(parents=True, exist_ok=True)
            opened[table.name] = _TableFile(table, stack.enter_context(path.open("x", encoding="utf-8", newline="")))
        yield TableFiles(opened)
