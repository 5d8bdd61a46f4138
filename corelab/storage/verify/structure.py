"""Steps 1 and 2: pages and references are whole; tables, indexes and triggers are those of this program, to the letter."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache

from corelab.domain.audit import Fault
from corelab.storage.older import revision_of, schema_of
from corelab.storage.schema import REVISIONS, VERSION_TABLE, statements
from corelab.storage.verify.source import Source

_SCHEMA = "SELECT type, name, sql FROM main.sqlite_master WHERE sql IS NOT NULL"


def integrity(source: Source) -> Iterator[Fault]:
    for (message,) in source.connection.execute("PRAGMA integrity_check(20)"):
        if message != "ok":
            yield Fault("database", f"integrity: {message}", "integrity")
    for table, rowid, parent, _ in source.connection.execute("PRAGMA foreign_key_check"):
        yield Fault(f"{table}, row {rowid}", f"integrity: refers to no row of {parent}", "integrity")


def schema(source: Source) -> Iterator[Fault]:
    """As the version made them at which the database stands."""
    revision = revision_of(source.connection)
    if revision not in REVISIONS:
        yield Fault("database", f"schema: was written by a later version of the program ({revision})", "schema")
        return
    found, expected = _objects(source.connection), _expected(schema_of(revision))
    for key in sorted(found.keys() | expected.keys()):
        kind, name = key
        if key not in found:
            yield Fault(f"{kind} {name}", "schema: is missing", "schema")
        elif key not in expected:
            yield Fault(f"{kind} {name}", "schema: does not belong here", "schema")
        elif found[key] != expected[key]:
            yield Fault(f"{kind} {name}", "schema: differs from what this program makes", "schema")


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    return {(kind, name): sql for kind, name, sql in connection.execute(_SCHEMA)}


@cache
def _expected(schema: int) -> Mapping[tuple[str, str], str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(";\n".join((*statements(schema), VERSION_TABLE)))
        return _objects(connection)
