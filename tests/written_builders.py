"""Tables of a package on disk, as every file beside them is made from them: from readings, or from rows that a test writes itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from corelab.domain.charter import load_charter
from corelab.export.columns import Table
from corelab.export.tables import GUESS, SPECIFICATION, tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row, csv_bytes
from corelab.export.written import Written
from tests.exam_builders import reduced_bytes
from tests.table_builders import table_bytes

FACTS: Mapping[str, Any] = {
    "cutoff": {"at": "2026-01-12T10:00:00.000Z", "head": "a" * 64, "seq": 321},
    "format": 1,
    "kind": "TEST",
    "previous": None,
    "product": "corelab 0.0.0",
    "specification": SPECIFICATION,
    "transfer": "T003",
    "trial": "DVT-LE",
}


def all_tables(charter: bytes) -> tuple[Table, ...]:
    return (*tables_for(load_charter(charter)), GUESS)


def written(folder: Path, rows: Mapping[str, Iterable[Row]], *, charter: bytes | None = None, **facts: Any) -> Written:
    """A folder with every table, sorted as in a package; tables that are not named have no rows."""
    content = charter or reduced_bytes()
    tables = all_tables(content)
    for place in ("data", "codebook"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    for table in tables:
        (folder / table.path).write_bytes(table_bytes(table, rows.get(table.name, ())))
    versions = Versions.of([load_charter(content)])
    (folder / "codebook" / f"charter_{versions.main.version}.toml").write_bytes(content)
    return Written(folder, {**FACTS, **facts}, versions, tables)


def a_row(table: Table, **cells: str) -> Row:
    """A row in which only the named columns hold something."""
    assert cells.keys() <= set(table.names)
    return {name: cells.get(name, "") for name in table.names}


def unsorted(folder: Path, table: Table, rows: Iterable[Row]) -> None:
    """Rows exactly as given, in place of a table's."""
    (folder / table.path).write_bytes(csv_bytes(table.names, ([row[name] for name in table.names] for row in rows)))
