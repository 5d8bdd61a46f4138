"""The tables of a package as they were written: what every other file of it is made from."""

import csv
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from corelab.domain.charter import approved_charter
from corelab.export.columns import Table
from corelab.export.manifest import MANIFEST
from corelab.export.tables import GUESS, tables_for
from corelab.export.versions import Versions
from corelab.export.writers import ColumnsDifferError, Row

OF_FILES = ("approval", "files")
"""What a manifest tells of the files; all else was known before they were made."""


class PartRefusedError(Exception):
    """A file of a package cannot hold what its tables say: nothing may be cut or guessed, so the package is not written."""

    def __init__(self, path: str, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.path, self.what = path, what


@dataclass(frozen=True, slots=True)
class SubjectRows:
    """One subject's rows by table: of every table that is sorted by subject."""

    code: str
    rows: Mapping[str, tuple[Row, ...]]


@dataclass(frozen=True, slots=True)
class Written:
    """A package folder, whole or in the making, with its tables, charters and trail. ``facts``: those of its manifest without the files.

    Rows are read from disk as they are asked for: no table is ever in memory.
    """

    folder: Path
    facts: Mapping[str, Any]
    versions: Versions
    tables: tuple[Table, ...]

    @classmethod
    def of(cls, folder: Path) -> "Written":
        """A whole package, which was verified before. Raises OSError, ValueError, LookupError, CharterError, VersionsDifferError."""
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        charters = sorted((folder / "codebook").glob("charter_*.toml"))
        versions = Versions.of(approved_charter(path.read_bytes()) for path in charters)
        present = {entry["path"] for entry in manifest["files"]}
        tables = (*tables_for(versions.main, manifest["specification"]), GUESS)
        facts = {name: value for name, value in manifest.items() if name not in OF_FILES}
        return cls(folder, facts, versions, tuple(table for table in tables if table.path in present))

    def has(self, name: str) -> bool:
        return any(table.name == name for table in self.tables)

    def table(self, name: str) -> Table:
        """Raises LookupError."""
        found = next((table for table in self.tables if table.name == name), None)
        if found is None:
            raise LookupError(name)
        return found

    def rows(self, name: str) -> Iterator[Row]:
        """Every row in the order of the file. Raises LookupError, OSError, ColumnsDifferError, csv.Error."""
        table = self.table(name)
        with (self.folder / table.path).open(encoding="utf-8", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = tuple(next(reader, []))
            if header != table.names:
                raise ColumnsDifferError(table.path, header, table.names)
            for fields in reader:
                yield dict(zip(header, fields, strict=True))

    def subjects(self, names: Collection[str] = ()) -> Iterator[SubjectRows]:
        """One subject after the other, in the order of their codes, with the rows of every table that is sorted by subject.

        ``names``: only these tables; what is not asked for is not read.
        """
        asked = [table for table in self.tables if "USUBJID" in table.key and (not names or table.name in names)]
        streams = {table.name: _BySubject(self.rows(table.name)) for table in asked}
        while waiting := [stream.next for stream in streams.values() if stream.next is not None]:
            code = min(waiting)
            yield SubjectRows(code, {name: stream.taken(code) for name, stream in streams.items()})


class _BySubject:
    """A table's rows, one subject at a time."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._groups = groupby(rows, key=lambda row: row["USUBJID"])
        self.next: str | None = None
        self._own: Iterator[Row] = iter(())
        self._turn()

    def _turn(self) -> None:
        self.next, self._own = next(self._groups, (None, iter(())))

    def taken(self, code: str) -> tuple[Row, ...]:
        """The rows of this subject; none where the table has none."""
        if self.next != code:
            return ()
        own = tuple(self._own)
        self._turn()
        return own
