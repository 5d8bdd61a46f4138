"""The SQLite file of a lab: how it is opened, and what its failures are called."""

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from corelab.domain.record_errors import (
    DiskFailedError,
    DiskFullError,
    JournalLeftError,
    LabCorruptError,
    LabError,
    LabLockedError,
    LabReadOnlyError,
    LabStorageError,
    NotALabError,
    RecordRefusedError,
)
from corelab.storage.older import read_as_now
from corelab.storage.rows import driver

BUSY = "busy_timeout=5000"
"""How long a write waits for another program, in milliseconds."""
_PRAGMAS = (
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "secure_delete=ON",
    BUSY,
)
_WRITING = ("journal_mode=TRUNCATE", "synchronous=EXTRA", *(("fullfsync=1",) if sys.platform == "darwin" else ()))
_WRITES = "corelab_writes"

_FAILURES: Mapping[int, type[LabError]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: DiskFullError,
        sqlite3.SQLITE_READONLY: LabReadOnlyError,
        sqlite3.SQLITE_READONLY_DBMOVED: LabStorageError,  # the share is gone: nobody can give write access to it
        sqlite3.SQLITE_BUSY: LabLockedError,
        sqlite3.SQLITE_LOCKED: LabLockedError,
        sqlite3.SQLITE_NOTADB: NotALabError,
        sqlite3.SQLITE_CORRUPT: LabCorruptError,
        sqlite3.SQLITE_CANTOPEN: LabStorageError,
        sqlite3.SQLITE_IOERR: DiskFailedError,
        sqlite3.SQLITE_PERM: LabReadOnlyError,
    }
)


def engine_for(path: Path, *, read_only: bool) -> Engine:
    """An engine over one file. Its few connections are kept: parsing the schema anew costs more than most transactions."""
    engine = create_engine(
        "sqlite+pysqlite://", creator=lambda: _connection(path, read_only=read_only), poolclass=QueuePool, pool_size=2, max_overflow=8
    )
    event.listen(engine, "begin", _begin)
    return engine


def _connection(path: Path, *, read_only: bool) -> sqlite3.Connection:
    connection = open_file(path, read_only=read_only)
    if read_only:
        read_as_now(connection)
    for pragma in (*_PRAGMAS, *(("query_only=ON",) if read_only else _WRITING)):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def open_file(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """The one way in which a lab's file is opened: never in WAL mode, and without a change where it cannot be written.

    Libraries of SQLite before 3.51.3 can lose writes in WAL mode when two connections reset it at once; a file that another program
    left in it is brought back first. Raises LabLockedError while that program has it open, and JournalLeftError.
    """
    # A crash may have left a journal to roll back, which needs a writable file even for reading; query_only still stops every change.
    writable = is_writable(path)
    if not writable:
        _require_whole(path)
    mode = "rw" if writable or not read_only else "ro"
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, check_same_thread=False)
    try:
        if writable:
            _leave_wal(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _leave_wal(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute(f"PRAGMA {BUSY}")
    if connection.execute(f"PRAGMA {_WRITING[0]}").fetchone()[0] != "truncate":
        raise LabLockedError(path, "another program uses it in WAL mode")


def _require_whole(path: Path) -> None:
    """Of a file that cannot be written: nothing is left in a journal, and its header asks for no WAL (2 in bytes 18 and 19)."""
    for suffix in ("-journal", "-wal"):
        left = path.with_name(path.name + suffix)
        if left.is_file() and left.stat().st_size > 0:
            raise JournalLeftError(path, suffix)
    try:
        with path.open("rb") as content:  # closing this would drop the locks of a writer in this process; here there can be none
            versions = content.read(20)[18:]
    except OSError:
        return  # a file that is gone, or on a share that is: opening it says so
    if b"\x02" in versions:
        raise JournalLeftError(path, "WAL")


def is_writable(path: Path) -> bool:
    """Whether SQLite may write the file and its journal beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    driver(connection).execute("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def connected(engine: Engine, path: Path, *, writes: bool) -> Iterator[Connection]:
    """One connection in one transaction: committed at the end, rolled back on any exception."""
    with told(path), engine.connect().execution_options(**{_WRITES: writes}) as connection, connection.begin():
        yield connection


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Failures of the file by their own names, with the path as a fact."""
    try:
        yield
    except DBAPIError as error:
        raise _named(path, error.orig) from error
    except sqlite3.Error as error:
        raise _named(path, error) from error


def _named(path: Path, error: Any) -> Exception:
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in {sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH}:
        return RecordRefusedError(error.sqlite_errorname, str(error))
    return _FAILURES.get(code, _FAILURES.get(code & 0xFF, LabStorageError))(path, str(error))
