"""The few things of a sqlite3 connection that SQLAlchemy and the store use, over apsw: its SQLite can be given a disk of our own."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw

_KINDS: dict[int, type[sqlite3.Error]] = {
    sqlite3.SQLITE_CONSTRAINT: sqlite3.IntegrityError,
    sqlite3.SQLITE_MISMATCH: sqlite3.IntegrityError,
    sqlite3.SQLITE_CORRUPT: sqlite3.DatabaseError,
    sqlite3.SQLITE_NOTADB: sqlite3.DatabaseError,
}


class ApswConnection:
    """In autocommit, as ``isolation_level=None`` is."""

    isolation_level = None

    def __init__(self, path: Path, vfs: str, pragmas: Sequence[str]) -> None:
        with _as_sqlite3():
            self._connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE, vfs=vfs)
        for pragma in pragmas:
            self.execute(f"PRAGMA {pragma}")

    @property
    def in_transaction(self) -> bool:
        return self._connection.in_transaction

    def cursor(self) -> "ApswCursor":
        return ApswCursor(self._connection)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "ApswCursor":
        return self.cursor().execute(sql, values)

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> "ApswCursor":
        return self.cursor().executemany(sql, many)

    def commit(self) -> None:
        if self.in_transaction:
            self.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()

    def create_function(self, name: str, count: int, work: Callable[..., Any], *, deterministic: bool = False) -> None:
        self._connection.create_scalar_function(name, work, count, deterministic=deterministic)


class ApswCursor:
    """One statement; all its rows are fetched at once."""

    arraysize = 1

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: tuple[Any, ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> "ApswCursor":
        with _as_sqlite3():
            cursor = self._connection.cursor()
            cursor.exec_trace = self._traced
            self._rows = list(cursor.execute(sql, values))
        self.rowcount = -1 if self.description else self._connection.changes()
        self.lastrowid = self._connection.last_insert_rowid()
        return self

    def executemany(self, sql: str, many: Sequence[Sequence[Any]]) -> "ApswCursor":
        for values in many:
            self.execute(sql, values)
        return self

    def _traced(self, cursor: apsw.Cursor, _sql: str, _values: object) -> bool:
        """Called once the statement is prepared: apsw tells the columns of a query without rows at no other time."""
        found = cursor.get_description()
        self.description = tuple((name, None, None, None, None, None, None) for name, *_ in found) or None
        return True

    def fetchone(self) -> Any:
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        taken, self._rows = self._rows[:size], self._rows[size:]
        return taken

    def fetchall(self) -> list[Any]:
        return self.fetchmany(len(self._rows))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetchall())

    def close(self) -> None:
        self._rows = []


@contextmanager
def _as_sqlite3() -> Iterator[None]:
    """Errors by the names and numbers that sqlite3 gives them."""
    try:
        yield
    except apsw.Error as error:
        code = getattr(error, "extendedresult", 0)
        told = _KINDS.get(code & 0xFF, sqlite3.OperationalError)(str(error))
        told.sqlite_errorcode = code
        told.sqlite_errorname = apsw.mapping_extended_result_codes.get(code, "SQLITE_ERROR")  # type: ignore[assignment]
        raise told from error
