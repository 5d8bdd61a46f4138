"""Tables as bytes and back, by the product's own writer and reader of a package's files."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corelab.export.columns import Table
from corelab.export.table_files import table_files
from corelab.export.writers import Row
from corelab.export.written import Written

_NO_CHARTER: Any = None


def table_bytes(table: Table, rows: Iterable[Row]) -> bytes:
    """The file of a table with these rows, given in any order."""
    with tempfile.TemporaryDirectory() as folder:
        with table_files(Path(folder), (table,)) as files:
            files.add({table.name: rows})
        return (Path(folder) / table.path).read_bytes()


def read_table(table: Table, data: bytes) -> tuple[Row, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / table.path
        path.parent.mkdir()
        path.write_bytes(data)
        return tuple(Written(Path(folder), {}, _NO_CHARTER, (table,)).rows(table.name))
