"""``parquet/*.parquet``: the tables of a package with types, in groups of rows, for analysts with large trials."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from corelab.export.columns import Column, Table
from corelab.export.writers import Row
from corelab.export.written import PartRefusedError, Written

Value = TypeVar("Value")

_GROUP: Final = 8_192
"""Rows that are held at a time."""
_INTEGER: Final = range(-(2**63), 2**63)


def write_files(package: Written, into: Path) -> None:
    """One file per table. Nulls are missing values; what a type could not give back text by text is refused."""
    (into / "parquet").mkdir(parents=True, exist_ok=True)
    for table in package.tables:
        path = f"parquet/{table.name}.parquet"
        schema = _schema(package, table)
        with pq.ParquetWriter(into / path, schema, compression="zstd", version="2.6", store_schema=True) as file:
            for group in _groups(package.rows(table.name)):
                file.write_table(pa.table([_array(path, column, group) for column in table.columns], schema=schema))


def _schema(package: Written, table: Table) -> Any:
    facts = package.facts
    about = {"title": table.title, "trial": facts["trial"], "transfer": facts["transfer"], "kind": facts["kind"]}
    return pa.schema([_field(column) for column in table.columns], metadata=about)


def _field(column: Column) -> Any:
    more = {"codelist": column.codelist} if column.codelist else {}
    return pa.field(column.name, _type(column), metadata={"label": column.label, "kind": column.kind, **more})


def _type(column: Column) -> Any:
    """Numbers with decimals stay text: 4.50 is not 4.5, and no one scale holds both as they were entered."""
    types: Mapping[str, Any] = {"integer": pa.int64(), "date": pa.date32(), "datetime": pa.timestamp("ms", tz="UTC")}
    return types.get(column.kind, pa.string())


def _groups(rows: Iterator[Row]) -> Iterator[tuple[Row, ...]]:
    while group := tuple(islice(rows, _GROUP)):
        yield group


def _array(path: str, column: Column, rows: tuple[Row, ...]) -> Any:
    read = _READ.get(column.kind, _text)
    try:
        return pa.array([read(row[column.name]) for row in rows], type=_type(column))
    except ValueError as error:
        raise PartRefusedError(path, f"{column.name} holds {error}, which is no {column.kind} that would come back as it is") from None


def _text(value: str) -> str | None:
    return value or None


def _integer(value: str) -> int | None:
    return _exactly(value, int, str)


def _date(value: str) -> date | None:
    return _exactly(value, date.fromisoformat, date.isoformat)


def _datetime(value: str) -> datetime | None:
    return _exactly(value, datetime.fromisoformat, _stamp)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _exactly(value: str, read: Callable[[str], Value], said: Callable[[Value], str]) -> Value | None:
    if not value:
        return None
    try:
        found = read(value)
    except ValueError:
        raise ValueError(repr(value)) from None
    if said(found) != value or (isinstance(found, int) and found not in _INTEGER):
        raise ValueError(repr(value))
    return found


_READ: Final[Mapping[str, Callable[[str], Any]]] = {"integer": _integer, "date": _date, "datetime": _datetime}
