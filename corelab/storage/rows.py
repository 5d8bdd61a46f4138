"""Rows of one table, asked of the driver itself: composing such a question anew takes fifty times as long as SQLite takes to answer it."""

import json
import re
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


class Manner(Enum):
    """How a database is asked: a file; a server as somebody who may read its tables; a server as somebody who sees their own rows only.

    The last one reads no table at all: the equal values that are asked for go into the function of the table.
    """

    FILE = "file"
    WHOLE = "whole"
    OWN = "own"

    @property
    def mark(self) -> str:
        """What stands for a value in a statement."""
        return "?" if self is Manner.FILE else "%s"


OWN = "own"
"""The execution option of a composed statement that names its function on a server, for one who sees their own rows only."""


def asked_of_own(statement: Select[Any]) -> tuple[str, ...]:
    """The values that this function is given, in their order; whose account it is, the server knows by itself."""
    made: Any = statement.compile()
    return tuple(sorted(name for name, bind in made.binds.items() if bind.required and name != "account"))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows that one connection sees."""

    connection: Connection
    manner: Manner = Manner.FILE

    def found(self, table: str, equals: Mapping[str, Any], *, end: str = "", after: Sequence[tuple[str, Any]] = ()) -> tuple[Row, ...]:
        """The rows with these values, and with columns above those of ``after``; ``end`` is what follows WHERE, our own text."""
        if self.manner is Manner.OWN:
            statement = _own(table, frozenset(equals), tuple(name for name, _ in after), end)
            bound = [json.dumps({name: _filter(value) for name, value in equals.items()}), *(value for _, value in after)]
        else:
            nulls = frozenset(name for name, value in equals.items() if value is None)
            statement = _select(self.manner, table, tuple(equals), nulls, tuple(name for name, _ in after), end)
            values = [value if type(value) is str else _stored(value) for value in equals.values()] + [value for _, value in after]
            bound = [value for value in values if value is not None]
        names, places = COLUMNS[table], _places(table)
        return tuple(_row(names, places, cells) for cells in self.driver.execute(statement, bound))

    def column(self, table: str, name: str) -> tuple[Any, ...]:
        """One column of every row, as it is stored. Raises KeyError for another table's."""
        if name not in COLUMNS[table]:
            raise KeyError(f"{table} has no column {name}")
        question = f"SELECT {_quoted(name)} FROM {_quoted(table)}"  # noqa: S608 - names of our own tables
        return tuple(value for (value,) in self.driver.execute(question))

    def selected(self, statement: Select[Any], bound: Mapping[str, Any]) -> tuple[Row, ...]:
        """What a composed statement answers; one that is asked again and again is put into SQL once."""
        if self.manner is Manner.OWN and OWN in statement.get_execution_options():
            return self._own(statement, bound)
        known = _composed(statement, self.manner)
        if known.sql is None:
            return tuple(MappingProxyType(dict(row)) for row in self.connection.execute(statement, bound).mappings())
        values = [_stored({**known.fixed, **bound}[name]) for name in known.asked]
        return tuple(_row(known.names, known.places, cells) for cells in self.driver.execute(known.sql, values))

    def _own(self, statement: Select[Any], bound: Mapping[str, Any]) -> tuple[Row, ...]:
        """What the function of the server answers that is this statement over what the person sees."""
        name, columns = statement.get_execution_options()[OWN], statement.selected_columns
        values = [_stored(bound[each]) for each in asked_of_own(statement)]
        question = f"SELECT * FROM seen.{name}({', '.join(['%s'] * len(values))})"  # noqa: S608 - a name of our own
        places = tuple(place for place, column in enumerate(columns) if isinstance(column.type, UtcDateTime))
        names = tuple(str(column.key) for column in columns)
        return tuple(_row(names, places, cells) for cells in self.driver.execute(question, values))

    def cells(self, statement: str, values: Sequence[Any]) -> Sequence[Any] | None:
        """The first row that a statement of our own answers; its values stand at question marks."""
        found: Sequence[Any] | None = self.driver.execute(statement.replace("?", self.manner.mark), values).fetchone()
        return found

    @property
    def driver(self) -> Any:
        """The driver's connection under this one; its errors are the driver's too, and `told` names them."""
        return driver(self.connection)


@dataclass(frozen=True, slots=True)
class _Composed:
    """A statement as SQL; ``asked`` names its values in their order, ``fixed`` are those it brings itself. None: it must be put anew."""

    sql: str | None
    asked: tuple[str, ...] = ()
    fixed: Mapping[str, Any] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    places: tuple[int, ...] = ()

    @classmethod
    def of(cls, statement: Select[Any], dialect: Any) -> Self:
        made: Any = statement.compile(dialect=dialect)
        if made.post_compile_params or made.literal_execute_params:
            return cls(None)
        columns = statement.selected_columns
        places = tuple(place for place, column in enumerate(columns) if isinstance(column.type, UtcDateTime))
        return cls(str(made), tuple(made.positiontup or ()), made.params, tuple(str(column.key) for column in columns), places)


def _composed(statement: Select[Any], manner: Manner) -> _Composed:
    known = _COMPOSED[manner is Manner.FILE]
    found = known.get(statement)
    if found is None:
        found = known[statement] = _Composed.of(statement, _dialect(file=manner is Manner.FILE))
    return found


_COMPOSED: Mapping[bool, WeakKeyDictionary[Select[Any], _Composed]] = {True: WeakKeyDictionary(), False: WeakKeyDictionary()}
"""By whether it is a file that is asked."""


@cache
def _dialect(*, file: bool) -> Any:
    if file:
        return sqlite.dialect(paramstyle="qmark")
    from sqlalchemy.dialects.postgresql import psycopg  # noqa: PLC0415 - a lab in a folder needs none of it

    return psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]


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


_HIGHEST = re.compile(r'ORDER BY "(\w+)" DESC LIMIT 1')


@cache
def _select(manner: Manner, table: str, names: tuple[str, ...], nulls: frozenset[str], after: tuple[str, ...], end: str) -> str:
    _require_columns(table, {*names, *after})
    asked = [f"{_quoted(name)} IS NULL" if name in nulls else f"{_quoted(name)} = {manner.mark}" for name in names]
    # Of one record there are few: by the plus, SQLite does not look through all events of a kind for those above a number.
    asked += [f"{'+' if 'id' in names else ''}{_quoted(name)} > {manner.mark}" for name in after]
    where = f"WHERE {' AND '.join(asked)}" if asked else ""
    return f"SELECT {_listed(table)} FROM {_quoted(table)} {where} {end}"  # noqa: S608 - names of our own tables; values are bound


@cache
def _own(table: str, names: frozenset[str], after: tuple[str, ...], end: str) -> str:
    """The same for one who sees their own rows only."""
    _require_columns(table, {*names, *after})
    where = f"WHERE {' AND '.join(f'{_quoted(name)} > %s' for name in after)}" if after else ""
    top = _HIGHEST.fullmatch(end) if not after else None
    asked = f", '{top.group(1)}'" if top else ""  # the function goes to the highest itself, without reading all of them
    return f"SELECT {_listed(table)} FROM seen.of_{table}(%s::jsonb{asked}) {where} {end}"  # noqa: S608 - names of our own tables


def _require_columns(table: str, names: set[str]) -> None:
    unknown = names - set(COLUMNS[table])
    if unknown:
        raise KeyError(f"{table} has no column {sorted(unknown)}")


@cache
def _listed(table: str) -> str:
    return ", ".join(_quoted(name) for name in COLUMNS[table])


def _filter(value: Any) -> Any:
    """A value as the filter of a table's function takes it: bytes as PostgreSQL writes them."""
    stored = _stored(value)
    return f"\\x{stored.hex()}" if isinstance(stored, bytes) else stored


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
