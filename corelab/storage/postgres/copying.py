"""A lab on a server copied into the file of a lab, and the file of a lab copied onto a server: every row, or nothing."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg import Connection, sql
from psycopg.pq import TransactionStatus
from sqlalchemy import BLOB, Column, Integer

from corelab.domain.audit import Fault
from corelab.domain.moving import CopyDiffersError
from corelab.domain.record_errors import LabExistsError, LabUnsoundError, NewerSchemaError
from corelab.storage.database import open_file, told
from corelab.storage.postgres import making
from corelab.storage.rows import recorded_by
from corelab.storage.schema import COLUMNS, REVISION, TABLES, VERSION_TABLE, statements

Progress = Callable[[int, int], None]
"""(rows done, of); may raise to stop."""
Check = Callable[[Path], tuple[Fault, ...]]
"""All faults of the database in this file."""

CORE = "core"
_SNAPSHOT = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
_ROWS = 2000
"""How many rows go into the file, or are told of, at once."""
_FILE = "corelab.db"
_OVER_ROWS = ("CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE TRIGGER")
"""What is made when the rows are there: made before, it would cost a multiple, or refuse them."""
_FREE = """
SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
UNION ALL SELECT nspname FROM pg_namespace WHERE nspname IN ('core', 'seen') LIMIT 1
"""


# ---------------------------------------------------------------- from the server


def copy_out(connection: Connection[Any], target: Path, progress: Progress) -> None:
    """All of the lab as of one moment, into a new file that is a lab like any other; on disk when this ends.

    The connection is of somebody who may read every table, and not in a transaction. Rows stand in the file in the order in
    which they were recorded. Where this raises, there is no file.
    """
    with _or_nothing(target):
        _write_file(connection, target, progress, _at_one_moment(connection))


def copy_recent(connection: Connection[Any], target: Path, events: int) -> None:
    """The same with the rows of the last events alone, and the one before them: enough for the quick check, and for nothing else."""
    with _or_nothing(target):
        _write_file(connection, target, lambda _done, _of: None, _at_one_moment(connection), events)


@contextmanager
def _at_one_moment(connection: Connection[Any]) -> Iterator[None]:
    """Nothing is changed, so nothing is committed; whatever the connection does by itself is left as it was."""
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise ValueError("the connection is in a transaction")
    was = connection.autocommit
    connection.autocommit = True
    try:
        connection.execute(_SNAPSHOT)
        yield
    finally:
        if not connection.closed:
            connection.rollback()
            connection.autocommit = was


@contextmanager
def _or_nothing(target: Path) -> Iterator[None]:
    if target.exists():
        raise LabExistsError(target)
    try:
        yield
    except BaseException:
        for left in (target, target.with_name(target.name + "-journal")):
            left.unlink(missing_ok=True)
        raise


def _write_file(
    connection: Connection[Any], target: Path, progress: Progress, reading: AbstractContextManager[None], last: int | None = None
) -> None:
    """References are not looked at on the way: verifying does, and a server has none that lead nowhere.

    ``reading`` ends with the last row: a server breaks off who keeps a transaction open and asks nothing.
    """
    rest = [each for each in statements() if each.startswith(_OVER_ROWS)]
    tables = [each for each in statements() if not each.startswith(_OVER_ROWS)]
    with told(target), closing(sqlite3.connect(target, isolation_level=None)) as file:
        for pragma in ("journal_mode=TRUNCATE", "synchronous=OFF", "foreign_keys=OFF"):
            file.execute(f"PRAGMA {pragma}")
        file.execute("BEGIN")
        for each in (*tables, VERSION_TABLE):
            file.execute(each)
        file.execute("INSERT INTO alembic_version VALUES (?)", (REVISION,))
        with reading:
            _require_version(connection, target)
            after = _before(connection, last)
            made = _Counted(progress, 0 if after else sum(_count(connection, table) for table in TABLES))
            for table in TABLES:
                with closing(_rows_of(connection, table, _wanted(table, after))) as rows:
                    _fill(file, table, made.through(rows))
        for each in rest:
            file.execute(each)
        file.execute("COMMIT")
    with target.open("rb+") as written:
        os.fsync(written.fileno())


def _require_version(connection: Connection[Any], target: Path) -> None:
    found = connection.execute(sql.SQL("SELECT version_num FROM {}").format(_named("alembic_version"))).fetchall()
    if found != [(REVISION,)]:
        raise NewerSchemaError(target, " ".join(str(version) for (version,) in found))


def _before(connection: Connection[Any], last: int | None) -> int:
    """The number of the event before the ``last`` ones; 0 where all are wanted."""
    found = connection.execute(sql.SQL("SELECT max(seq) FROM {}").format(_named("event"))).fetchone()
    return max(0, (found[0] or 0) - last) if found and last is not None else 0


def _wanted(table: str, after: int) -> sql.Composable:
    """The condition for the rows after an event: the lab itself comes always, that event along with those that continue it."""
    if after == 0 or table == "lab":
        return sql.SQL("true")
    column = next((name for name in ("event_seq", "seq") if name in COLUMNS[table]), None)
    if column is None:
        return sql.SQL("false")
    return sql.SQL("{} > {}").format(sql.Identifier(column), sql.Literal(after - (table == "event")))


def _count(connection: Connection[Any], table: str) -> int:
    found = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(_named(table))).fetchone()
    return int(found[0]) if found else 0


def _rows_of(connection: Connection[Any], table: str, wanted: sql.Composable) -> Generator[tuple[Any, ...], None, None]:
    """As they were recorded; within one event, by their key. The server sends them as they are read."""
    listed = _columns(table)
    order = sql.SQL(", ").join(map(sql.Identifier, recorded_by(table)))
    shape = "COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT (FORMAT BINARY)"
    question = sql.SQL(shape).format(listed, _named(table), wanted, order)
    with connection.cursor() as cursor, cursor.copy(question) as copy:
        copy.set_types(_types(table))
        yield from copy.rows()


def _fill(file: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    marks = ", ".join("?" * len(COLUMNS[table]))
    listed = ", ".join(f'"{name}"' for name in COLUMNS[table])
    file.executemany(f'INSERT INTO "{table}" ({listed}) VALUES ({marks})', rows)  # noqa: S608 - names of our own tables


# ---------------------------------------------------------------- onto the server


@dataclass(frozen=True, slots=True)
class Login:
    """A person who gets in by a password from the first moment; ``verifier`` is made by the connection, so that no statement holds it."""

    user: str
    verifier: Callable[[Connection[Any]], str] = field(repr=False)


def copy_in(
    source: Path, connection: Connection[Any], database: str, check: Check, progress: Progress, logins: tuple[Login, ...] = ()
) -> None:
    """The lab in this file, which nobody writes to meanwhile, into an empty database; the connection is of an installing role.

    All of it is one transaction of the server: tables, roles and rows, and the look at what arrived, which is copied out again,
    checked and compared with the source. Where this raises, the database is as empty as before, without any of the roles.

    Raises LabExistsError where the database holds a lab or anything else, LabUnsoundError where the source does not verify,
    CopyDiffersError where something was lost, and what psycopg raises.
    """
    _require_sound(source, check)
    if connection.info.transaction_status is not TransactionStatus.IDLE:
        raise ValueError("the connection is in a transaction")
    with connection.transaction():
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # the check in between takes its time
        require_free(connection, database)
        making.begin(connection, database)
        _read_file(source, connection, progress)
        making.finish(connection, database)
        _require_same(source, connection, check)
        for each in logins:
            making.set_login(connection, database, each.user, each.verifier(connection))


def _require_sound(file: Path, check: Check) -> None:
    faults = check(file)
    if faults:
        raise LabUnsoundError(file, faults)


def require_free(connection: Connection[Any], database: str) -> None:
    """Raises LabExistsError, with the first thing that is there; holds up whoever else would make a lab in this database."""
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('corelab', 0))")
    found = connection.execute(_FREE).fetchone()
    if found is not None:
        raise LabExistsError(Path(database), str(found[0]))


def _read_file(source: Path, connection: Connection[Any], progress: Progress) -> None:
    with told(source), closing(open_file(source, read_only=True)) as file:
        file.execute("BEGIN")
        counts = {table: file.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] for table in TABLES}  # noqa: S608 - names of our own tables
        made = _Counted(progress, sum(counts.values()))
        for table in TABLES:
            with closing(_stored_rows(file, table)) as rows:
                _send(connection, table, made.through(rows))


def _stored_rows(file: sqlite3.Connection, table: str) -> Generator[tuple[Any, ...], None, None]:
    listed, order = (", ".join(f'"{name}"' for name in names) for names in (COLUMNS[table], recorded_by(table)))
    yield from file.execute(f'SELECT {listed} FROM "{table}" ORDER BY {order}')  # noqa: S608 - names of our own tables


def _send(connection: Connection[Any], table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(_named(table), _columns(table))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(_types(table))
        for row in rows:
            copy.write_row(row)


def _require_same(source: Path, connection: Connection[Any], check: Check) -> None:
    """What arrived, read back within the same transaction."""
    with tempfile.TemporaryDirectory(prefix="corelab-copy-") as folder:
        copy = Path(folder) / _FILE
        _write_file(connection, copy, lambda _done, _of: None, nullcontext())
        _require_sound(copy, check)
        differing = different_tables(source, copy)
    if differing:
        raise CopyDiffersError(differing)


def different_tables(one: Path, other: Path) -> tuple[str, ...]:
    """The tables in which two lab files of this version do not hold the very same rows, to the byte."""
    with told(one), closing(open_file(one, read_only=True)) as file:
        file.execute("ATTACH ? AS other", (f"{other.absolute().as_uri()}?mode=ro",))
        return tuple(table for table in (*TABLES, "alembic_version") if _differs(file, table))


def _differs(file: sqlite3.Connection, table: str) -> bool:
    """The same number of rows, and each of one in the other: every table has a key, so no row stands twice."""
    question = f"""SELECT (SELECT count(*) FROM main."{table}") <> (SELECT count(*) FROM other."{table}")
        OR EXISTS (SELECT * FROM main."{table}" EXCEPT SELECT * FROM other."{table}")"""  # noqa: S608 - names of our own tables
    return bool(file.execute(question).fetchone()[0])


# ---------------------------------------------------------------- tables of both


class _Counted:
    """Rows on their way, told of from time to time."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def through(self, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            yield row
            self._done += 1
            if self._done % _ROWS == 0 or self._done == self._total:
                self._progress(self._done, self._total)


def _named(table: str) -> sql.Identifier:
    return sql.Identifier(CORE, table)


def _columns(table: str) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table]))


def _types(table: str) -> tuple[str, ...]:
    """What each column is on a server."""
    return tuple(_type(column) for column in TABLES[table].columns)


def _type(column: Column[Any]) -> str:
    if isinstance(column.type, BLOB):
        return "bytea"
    return "int8" if isinstance(column.type, Integer) else "text"
