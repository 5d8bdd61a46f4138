"""Rows of one table, asked of the driver itself: composing such a question anew takes fifty times as long as SQLite takes to answer it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cache
from types import MappingProxyType
from typing import Any, Self
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Select
from sqlalchemy.dialects import sqlite

from corelab.domain.clock import stamp
from corelab.storage.schema import COLUMNS, TABLES
from corelab.storage.schema.columns import UtcDateTime, parsed

Row = Mapping[str, Any]
"""One immutable row. Times are aware. It never leaves storage and the private code of services."""


def found(
    connection: Connection, table: str, equals: Mapping[str, Any], *, end: str = "", after: Sequence[tuple[str, Any]] = ()
) -> tuple[Row, ...]:
    """The rows with these values, and with columns above those of ``after``; ``end`` is what follows WHERE, our own text."""
    values = [value if type(value) is str else _stored(value) for value in equals.values()] + [value for _, value in after]
    nulls = frozenset(name for name, value in equals.items() if value is None)
    statement = _select(table, tuple(equals), nulls, tuple(name for name, _ in after), end)
    bound = [value for value in values if value is not None]
    names, places = COLUMNS[table], _places(table)
    return tuple(_row(names, places, cells) for cells in driver(connection).execute(statement, bound))


def column(connection: Connection, table: str, name: str) -> tuple[Any, ...]:
    """One column of every row, as it is stored. Raises KeyError for another table's."""
    if name not in COLUMNS[table]:
        raise KeyError(f"{table} has no column {name}")
    question = f"SELECT {_quoted(name)} FROM {_quoted(table)}"  # noqa: S608 - names of our own tables
    return tuple(value for (value,) in driver(connection).execute(question))


def selected(connection: Connection, statement: Select[Any], bound: Mapping[str, Any]) -> tuple[Row, ...]:
    """What a composed statement answers; one that is asked again and again is put into SQL once."""
    known = _COMPOSED.get(statement)
    if known is None:
        known = _COMPOSED[statement] = _Composed.of(statement)
    if known.sql is None:
        return tuple(MappingProxyType(dict(row)) for row in connection.execute(statement, bound).mappings())
    values = [_stored({**known.fixed, **bound}[name]) for name in known.asked]
    return tuple(_row(known.names, known.places, cells) for cells in driver(connection).execute(known.sql, values))


@dataclass(frozen=True, slots=True)
class _Composed:
    """A statement as SQL; ``asked`` names its values in their order, ``fixed`` are those it brings itself. None: it must be put anew."""

    sql: str | None
    asked: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    @classmethod
    def of(cls, statement: Select[Any]) -> Self:
        made: Any = statement.compile(dialect=_DIALECT)
        if made.post_compile_params or made.literal_execute_params:
            return cls(None)
        columns = statement.selected_columns
        places = tuple(place for place, column in enumerate(columns) if isinstance(column.type, UtcDateTime))
        return cls(str(made), tuple(made.positiontup or ()), made.params, tuple(str(column.key) for column in columns), places)


_COMPOSED: WeakKeyDictionary[Select[Any], _Composed] = WeakKeyDictionary()
_DIALECT = sqlite.dialect(paramstyle="qmark")


def driver(connection: Connection) -> Any:
    """The driver's connection under this one; its errors are the driver's too, and `told` names them."""
    return connection.connection.driver_connection


@cache
def in_order(table: str) -> str:
    """The order in which the rows of a table were recorded."""
    return f"ORDER BY {', '.join(_quoted(name) for name in recorded_by(table))}"


@cache
def first(table: str) -> str:
    """The one row that was recorded first."""
    return f"{in_order(table)} LIMIT 1"


@cache
def recorded_by(table: str) -> tuple[str, ...]:
    """The columns that say in which order the rows of a table were recorded."""
    keys = tuple(column.name for column in TABLES[table].primary_key.columns)
    return ("event_seq", *keys) if "event_seq" in COLUMNS[table] else keys


@cache
def highest(column: str) -> str:
    """The one row whose column is highest."""
    return f"ORDER BY {_quoted(column)} DESC LIMIT 1"


@cache
def _select(table: str, names: tuple[str, ...], nulls: frozenset[str], after: tuple[str, ...], end: str) -> str:
    unknown = {*names, *after} - set(COLUMNS[table])
    if unknown:
        raise KeyError(f"{table} has no column {sorted(unknown)}")
    asked = [f"{_quoted(name)} IS NULL" if name in nulls else f"{_quoted(name)} = ?" for name in names]
    # Of one record there are few: by the plus, SQLite does not look through all events of a kind for those above a number.
    asked += [f"{'+' if 'id' in names else ''}{_quoted(name)} > ?" for name in after]
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    listed = ", ".join(_quoted(name) for name in COLUMNS[table])
    return f"SELECT {listed} FROM {_quoted(table)} {where} {end}"  # noqa: S608 - names of our own tables; values are bound


def _quoted(name: str) -> str:
    return f'"{name}"'


@cache
def times(table: str) -> tuple[str, ...]:
    """The columns that hold times."""
    return tuple(column.name for column in TABLES[table].columns if isinstance(column.type, UtcDateTime))


@cache
def _places(table: str) -> tuple[int, ...]:
    return tuple(COLUMNS[table].index(name) for name in times(table))


def _row(names: tuple[str, ...], places: tuple[int, ...], cells: Sequence[Any]) -> Row:
    row = dict(zip(names, cells, strict=True))
    for place in places:
        stored = cells[place]
        row[names[place]] = None if stored is None else parsed(stored)
    return MappingProxyType(row)


def _stored(value: Any) -> Any:
    """A value as a column holds it."""
    value = plain(value)
    return stamp(value) if isinstance(value, datetime) else value


def plain(value: Any) -> Any:
    """The value of an enum, else itself."""
    return value.value if isinstance(value, Enum) else value
