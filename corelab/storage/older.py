"""Databases of earlier versions, read as if they were of this one: without a change, so also from media that cannot be written."""

import sqlite3

from corelab.storage import schema
from corelab.storage.schema import REVISIONS, later_columns


def revision_of(connection: sqlite3.Connection) -> str:
    """The migration at which a database stands. Raises sqlite3.Error where that cannot be read, LookupError where it is not said."""
    row = connection.execute("SELECT version_num FROM main.alembic_version").fetchone()
    if row is None:
        raise LookupError("alembic_version")
    return str(row[0])


def schema_of(revision: str) -> int:
    """The schema version that a migration makes. Raises ValueError for a migration that this program does not know."""
    return REVISIONS.index(revision) + 1


def read_as_now(connection: sqlite3.Connection) -> None:
    """Give an older database its later tables, empty, and its later columns with their defaults: as temporary things of the connection.

    What is temporary stands before what is in the file wherever a table is named. A current database, one of a later
    program, and one that is damaged stay as they are. Must come before ``query_only``.
    """
    try:
        found = schema_of(revision_of(connection))
    except (sqlite3.Error, LookupError, ValueError):
        return
    connection.execute("PRAGMA temp_store=MEMORY")
    for name, table in schema.TABLES.items():
        if table.info["since"] > found:
            listed = ", ".join(f'"{column.name}"' for column in table.columns)
            connection.execute(f'CREATE TEMP TABLE "{name}" ({listed})')
        elif later := later_columns(name, found):
            added = ", ".join(f'{_literal(default)} AS "{column}"' for column, default in later.items())
            connection.execute(f'CREATE TEMP VIEW "{name}" AS SELECT *, {added} FROM main."{name}"')  # noqa: S608 - names of our own tables


def _literal(value: str | int | None) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
