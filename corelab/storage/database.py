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
    DiskFullError,
    LabCorruptError,
    LabError,
    LabLockedError,
    LabReadOnlyError,
    LabStorageError,
    NotALabError,
    RecordRefusedError,
)
from corelab.storage.older import read_as_now

_PRAGMAS = (
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    "secure_delete=ON",
    "busy_timeout=5000",
)
_WRITING = ("journal_mode=TRUNCATE", "synchronous=EXTRA", *(("fullfsync=1",) if sys.platform == "darwin" else ()))
_WRITES = "corelab_writes"

_FAILURES: Mapping[int, type[LabError]] = MappingProxyType(
    {
        sqlite3.SQLITE_FULL: DiskFullError,
        sqlite3.SQLITE_READONLY: LabReadOnlyError,
        sqlite3.SQLITE_BUSY: LabLockedError,
        sqlite3.SQLITE_LOCKED: LabLockedError,
        sqlite3.SQLITE_NOTADB: NotALabError,
        sqlite3.SQLITE_CORRUPT: LabCorruptError,
        sqlite3.SQLITE_CANTOPEN: LabStorageError,
        sqlite3.SQLITE_IOERR: LabStorageError,
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
    # A crash may have left a journal to roll back, which needs a writable file even for reading; query_only still stops every change.
    mode = "ro" if read_only and not is_writable(path) else "rw"
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    if read_only:
        read_as_now(connection)
    for pragma in (*_PRAGMAS, *(("query_only=ON",) if read_only else _WRITING)):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def is_writable(path: Path) -> bool:
    """Whether SQLite may write the file and its journal beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


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
    return _FAILURES.get(code & 0xFF, LabStorageError)(path, str(error))
