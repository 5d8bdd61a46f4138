"""``parquet/*.parquet``: the tables of a package with types, in groups of rows, for analysts with large trials."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from corelab.export.columns import Column, Table
from corelab.export.writers import ColumnsDifferError
from corelab.export.written import PartRefusedError, Written

_BLOCK: Final = 1 << 20
"""Bytes of a table that are held at a time: a group of rows each."""


def write_files(package: Written, into: Path) -> None:
    """One file per table. Nulls are missing values; what a type could not give back text by text is refused."""
    (into / "parquet").mkdir(parents=True, exist_ok=True)
    for table in package.tables:
        path = f"parquet/{table.name}.parquet"
        schema = _schema(package, table)
        with pq.ParquetWriter(into / path, schema, compression="zstd", version="2.6", store_schema=True) as file:
            for group in _groups(package, table):
                columns = [_typed(path, column, group.column(column.name)) for column in table.columns]
                file.write_table(pa.table(columns, schema=schema))


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


def _groups(package: Written, table: Table) -> Iterator[Any]:
    """Batches of rows as texts and nulls. Raises ColumnsDifferError, OSError, and ValueError for a file that is no table."""
    every = pacsv.ConvertOptions(
        column_types=dict.fromkeys(table.names, pa.string()), strings_can_be_null=True, quoted_strings_can_be_null=True, null_values=[""]
    )
    read, parse = pacsv.ReadOptions(use_threads=False, block_size=_BLOCK), pacsv.ParseOptions(newlines_in_values=True)
    with pacsv.open_csv(package.folder / table.path, read_options=read, parse_options=parse, convert_options=every) as file:
        names = tuple(file.schema.names)
        if names != table.names:
            raise ColumnsDifferError(table.path, names, table.names)
        yield from (batch for batch in file if batch.num_rows)


def _typed(path: str, column: Column, texts: Any) -> Any:
    """The column with its type, after a look whether every text comes back from it."""
    read = _READ.get(column.kind)
    if read is None:
        return texts
    try:
        typed, again = read(texts)
    except pa.ArrowInvalid:
        raise _refused(path, column, _first_unread(read, texts)) from None
    if not pc.all(pc.equal(again, texts), min_count=0).as_py():
        raise _refused(path, column, pc.filter(texts, pc.not_equal(again, texts))[0].as_py())
    return typed


def _refused(path: str, column: Column, value: str) -> PartRefusedError:
    return PartRefusedError(path, f"{column.name} holds {value!r}, which is no {column.kind} that would come back as it is")


def _first_unread(read: Callable[[Any], tuple[Any, Any]], texts: Any) -> str:
    for one in texts.to_pylist():
        try:
            read(pa.array([one], pa.string()))
        except pa.ArrowInvalid:
            return str(one)
    raise AssertionError(texts.type)


def _integer(texts: Any) -> tuple[Any, Any]:
    typed = pc.cast(texts, pa.int64())
    return typed, pc.cast(typed, pa.string())


def _date(texts: Any) -> tuple[Any, Any]:
    typed = pc.cast(texts, pa.date32())
    return typed, pc.cast(typed, pa.string())


def _datetime(texts: Any) -> tuple[Any, Any]:
    """Read without its Z and said again with it: no database of time zones is needed."""
    plain = pc.cast(pc.utf8_rtrim(texts, "Z"), pa.timestamp("ms"))
    again = pc.binary_join_element_wise(pc.replace_substring(pc.cast(plain, pa.string()), " ", "T"), "Z", "")
    return pc.cast(plain, pa.timestamp("ms", tz="UTC")), again


_READ: Final[Mapping[str, Callable[[Any], tuple[Any, Any]]]] = {"integer": _integer, "date": _date, "datetime": _datetime}
