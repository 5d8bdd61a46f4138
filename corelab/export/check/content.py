"""The rows of a package's tables, each looked at once as it is read: columns, keys, order, code lists, types and lengths."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import BinaryIO

from corelab.export.check.fault import PackageFault, limited
from corelab.export.check.listing import Loaded
from corelab.export.codebook import codelists_for
from corelab.export.columns import Table
from corelab.export.versions import Versions
from corelab.export.writers import ColumnsDifferError, Row

EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a cell begins that some spreadsheet executes (OWASP, CSV injection)."""
_HARMLESS = re.compile(r"-[0-9]+(\.[0-9]+)?|%([/.{ ].*)?", re.ASCII)
"""A number below 0, as a change often is, and a unit in percent (``%``, ``%/min``): no spreadsheet takes them for a formula."""
_LONGEST_LINE = 1024**2
_TYPED_SINCE = (1, 4)
"""Specifications before it promised no lengths."""


class Rule(Enum):
    """What a row is held against."""

    KEYS = "keys"
    CODES = "codes"
    TYPES = "types"
    FORMULAS = "formulas"


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that breaks a rule."""

    rule: Rule
    fault: PackageFault


def row_name(table: Table, row: Row) -> str:
    return f"{table.path} {' '.join(row[name] for name in table.key if row[name])}"


# ---------------------------------------------------------------- one row after the other


@dataclass
class RowChecks:
    """What every row of a table is held against; what is the same for all rows is made once. ``rows`` counts those that were seen."""

    versions: Versions
    table: Table
    rows: int = 0
    _before: tuple[tuple[int, str], ...] | None = field(default=None)

    def __post_init__(self) -> None:
        lists: dict[str, set[str]] = {}
        for code in codelists_for(*self.versions.all):
            lists.setdefault(code.codelist, set()).add(code.code)
        columns = self.table.columns
        self._coded = [(one.name, lists.get(one.codelist, set())) for one in columns if one.codelist]
        self._text = [one.name for one in columns if one.kind == "text"]
        self._typed = [(one, _TYPES[one.kind]) for one in columns if one.kind in _TYPES]
        self._long = [(one.name, one.length) for one in columns]
        integers = {one.name for one in columns if one.kind == "integer"}
        self._key = [(name, name in integers) for name in self.table.key]

    def broken(self, row: Row) -> Iterator[Broken]:
        """What is wrong with the next row of the file."""
        self.rows += 1
        for rule, what in (*self._misplaced(row), *self._uncoded(row), *self._mistyped(row), *self._executed(row)):
            yield Broken(rule, PackageFault(row_name(self.table, row), what))

    def _misplaced(self, row: Row) -> Iterator[tuple[Rule, str]]:
        before, self._before = self._before, tuple((_whole(row[name]) if number else 0, row[name]) for name, number in self._key)
        if before == self._before:
            yield Rule.KEYS, "has the key of the row before"
        elif before is not None and before > self._before:
            yield Rule.KEYS, "stands out of order"

    def _uncoded(self, row: Row) -> Iterator[tuple[Rule, str]]:
        for name, codes in self._coded:
            if row[name] and row[name] not in codes:
                yield Rule.CODES, f"{name} holds {_short(row[name])}, which is in no code list"

    def _mistyped(self, row: Row) -> Iterator[tuple[Rule, str]]:
        for column, is_one in self._typed:
            if row[column.name] and not is_one(row[column.name]):
                yield Rule.TYPES, f"{column.name} holds {_short(row[column.name])}, which is {_KINDS[column.kind]}"
        for name, length in self._long:
            if len(row[name]) > length:
                yield Rule.TYPES, f"{name} holds {len(row[name])} characters, its length is {length}"

    def _executed(self, row: Row) -> Iterator[tuple[Rule, str]]:
        for name in self._text:
            value = row[name]
            if value.startswith(EXECUTED) and not _HARMLESS.fullmatch(value):
                yield Rule.FORMULAS, f"{name} begins with {value[0]!r}: a spreadsheet would take it for a formula"


def _short(value: str) -> str:
    return repr(value if len(value) <= 60 else f"{value[:60]}...")


def _whole(text: str) -> int:
    try:
        return int(text) if text else 0
    except ValueError:
        return 0


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


_TYPES: Mapping[str, Callable[[str], object]] = {
    "integer": re.compile(r"-?[0-9]{1,15}", re.ASCII).fullmatch,
    "number": re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII).fullmatch,
    "date": _is_date,
    "datetime": _is_time,
}
_KINDS = {"integer": "no whole number", "number": "no number", "date": "no date", "datetime": "no time"}


def content_faults(versions: Versions, table: Table, rows: Iterable[Row], *, typed: bool = True) -> Iterator[PackageFault]:
    """Of rows in the order of the file: keys that occur twice, values outside their code list, text that a spreadsheet would execute.

    ``typed``: also values that are not of the column's type or length.
    """
    checks = RowChecks(versions, table)
    for row in rows:
        yield from (one.fault for one in checks.broken(row) if typed or one.rule is not Rule.TYPES)


# ---------------------------------------------------------------- a package's tables


def table_faults(versions: Versions, loaded: Loaded) -> tuple[tuple[PackageFault, ...], Mapping[str, int]]:
    """Headers, keys, codes and counts of each table, and how many rows each has that can be read to its end.

    A file that the manifest names and that did not load is `load`'s fault to tell.
    """
    faults: list[PackageFault] = []
    found: dict[str, int] = {}
    counts = {entry["path"]: entry.get("rows") for entry in loaded.manifest["files"]}
    for table in loaded.tables(versions.main):
        if table.path not in loaded.present:
            faults += () if table.path in counts else (PackageFault(table.path, "is missing"),)
            continue
        of_table = _Counted(versions, loaded, table)
        faults += limited(of_table.faults(), table.path)
        if of_table.whole:
            found[table.name] = of_table.rows
            if counts.get(table.path) != of_table.rows:
                faults.append(PackageFault(table.path, f"has {of_table.rows} rows instead of {counts.get(table.path)}"))
    return tuple(faults), found


class _Counted:
    """The faults of one table, read once; ``whole`` after it was read to its end."""

    def __init__(self, versions: Versions, loaded: Loaded, table: Table) -> None:
        self._versions, self._loaded, self._table = versions, loaded, table
        self.rows, self.whole = 0, False

    def faults(self) -> Iterator[PackageFault]:
        typed = tuple(map(int, self._loaded.specification.split("."))) >= _TYPED_SINCE
        try:
            yield from content_faults(self._versions, self._table, self._counted(), typed=typed)
        except ColumnsDifferError as error:
            yield PackageFault(self._table.path, f"has other columns than the specification: {', '.join(error.found[:60])}")
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            yield PackageFault(self._table.path, f"is no readable table ({error})")

    def _counted(self) -> Iterator[Row]:
        for row in rows_of(self._loaded, self._table):
            self.rows += 1
            yield row
        self.whole = True


def rows_of(loaded: Loaded, table: Table) -> Iterator[Row]:
    """Raises ColumnsDifferError, csv.Error, UnicodeDecodeError, OSError and KeyError for a file that did not load."""
    with loaded.opened(table.path) as file:
        reader = csv.reader(_texts(file), strict=True)
        header = tuple(next(reader, []))
        if header != table.names:
            raise ColumnsDifferError(table.path, header, table.names)
        for fields in reader:
            if len(fields) != len(header):
                raise csv.Error(f"line {reader.line_num} has {len(fields)} fields instead of {len(header)}")
            yield dict(zip(header, fields, strict=True))


def _texts(file: BinaryIO) -> Iterator[str]:
    """Its lines; no line of a table is longer than a note. Raises csv.Error."""
    while line := file.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise csv.Error("a line is too long")
        yield line.decode()
