"""Rows to bytes: CSV and JSON whose bytes depend on nothing but their content."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, Any

from corelab.export.columns import Table

Row = Mapping[str, str]
SortKey = tuple[str | tuple[int, str], ...]


class ColumnsDifferError(Exception):
    """A file's header is not that of the specification."""

    def __init__(self, path: str, found: Sequence[str], expected: Sequence[str]) -> None:
        super().__init__(path)
        self.path, self.found, self.expected = path, tuple(found), tuple(expected)


class _Lines:
    """Takes lines that end with CR LF, gives lines that end with LF."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, line: str) -> int:
        return self._file.write(f"{line[:-2]}\n")


def csv_writer(file: IO[str]) -> Any:
    """Writes rows as lines that end with LF.

    The library quotes what stands in its own end of line: told LF, it leaves a lone CR bare before Python 3.13, and such a row is read as
    two. Told CR LF, it quotes both on every Python.
    """
    return csv.writer(_Lines(file), lineterminator="\r\n")


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 without BOM, LF, quoted only where needed (RFC 4180); an empty field is a missing value."""
    text = io.StringIO(newline="")
    writer = csv_writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def key_of(table: Table) -> Callable[[Row], SortKey]:
    """What rows of this table are sorted by, integers by value: made once, as it is asked of every row."""
    kinds = {column.name: column.kind for column in table.columns}
    counts = tuple(place for place, name in enumerate(table.key) if kinds[name] == "integer")
    names = table.key

    def key(row: Row) -> SortKey:
        values: list[str | tuple[int, str]] = [row[name] for name in names]
        for place in counts:
            text = row[names[place]]
            values[place] = int(text or 0), text
        return tuple(values)

    return key


def json_bytes(value: Any) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()
