"""All tables of a lab, which of them are regulated, what a row digest covers, and the statements that make them."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from sqlalchemy import Table
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable

from corelab.storage.schema import exams, people, readings, trail
from corelab.storage.schema.columns import METADATA
from corelab.storage.schema.triggers import all_triggers

__all__ = [
    "COLUMNS",
    "METADATA",
    "REGULATED",
    "REVISION",
    "REVISIONS",
    "SCHEMA",
    "TABLES",
    "UNHASHED",
    "VERSION_TABLE",
    "hashed_columns",
    "later_columns",
    "statements",
]

SCHEMA = 6
"""Stands in every event header: which columns the row digests of the event cover."""
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every migration, oldest first: the one at place n makes schema version n + 1."""
REVISION = REVISIONS[-1]
"""The one that this program works with."""

# As alembic writes it, so that a new lab and a migrated one hold the same text.
VERSION_TABLE = """CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, \n\
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)"""

_MODULES = (trail, people, exams, readings)  # imported for their tables; named so that no import looks unused

TABLES: Mapping[str, Table] = MappingProxyType({table.name: table for table in METADATA.sorted_tables})
REGULATED: tuple[str, ...] = tuple(name for name, table in TABLES.items() if "event_seq" in table.columns)
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType({name: tuple(table.columns.keys()) for name, table in TABLES.items()})

UNHASHED: Mapping[str, frozenset[str]] = MappingProxyType(
    {"credential": frozenset({"wrapped_sign", "wrapped_box"}), "opening": frozenset({"body", "redaction_seq"})}
)
"""Columns that may be emptied; they are covered by the ``sealed`` or ``payload`` digest of an event instead."""


@cache
def hashed_columns(table: str, schema: int = SCHEMA) -> tuple[str, ...]:
    """The columns of a regulated table that the row digests of a schema version cover, sorted; none before the table was there."""
    found = TABLES[table]
    if found.info["since"] > schema:
        return ()
    covered = (column.name for column in found.columns if column.info.get("since", 1) <= schema)
    return tuple(sorted(set(covered) - UNHASHED.get(table, frozenset())))


@cache
def later_columns(table: str, schema: int) -> Mapping[str, str | int | None]:
    """The columns that a table got after a schema version, with what they hold in the rows from before."""
    late = (column for column in TABLES[table].columns if column.info.get("since", 1) > schema)
    return MappingProxyType({column.name: column.info["default"] for column in late})


@cache
def statements(schema: int = SCHEMA) -> tuple[str, ...]:
    """Everything that makes an empty lab of a schema version in SQLite, in order: tables, later columns, indexes, triggers."""
    dialect = sqlite.dialect()
    tables = [table for table in TABLES.values() if table.info["since"] <= schema]
    made = [each for table in tables for each in _made(table, schema)]
    there = (index for table in tables for index in table.indexes if index.info.get("since", 1) <= schema)
    indexes = sorted(there, key=lambda index: str(index.name))
    made += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    triggers = all_triggers(table.name for table in tables if table.name in REGULATED)
    return tuple("\n".join(line.rstrip() for line in each.strip().splitlines()) for each in (*made, *triggers))


def _made(table: Table, schema: int) -> Iterator[str]:
    """The table as it first was, then its later columns one by one: so a new lab holds the same text as a migrated one."""
    first, late = CreateTable(table), [column for column in table.columns if "since" in column.info]
    first.columns = [each for each in first.columns if each.element not in late]
    yield str(first.compile(dialect=sqlite.dialect()))
    for column in late:
        if column.info["since"] <= schema:
            yield f'ALTER TABLE "{table.name}" ADD COLUMN {CreateColumn(column).compile(dialect=sqlite.dialect())}'
