"""Brings the database of an older version up to date, all of it or nothing: checked, copied, changed, written down, checked again."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from corelab.domain.clock import Clock, stamp
from corelab.domain.record_errors import MigrationRefusedError
from corelab.domain.vocabulary import LabId
from corelab.storage.database import connected, engine_for, open_file
from corelab.storage.file_pen import FilePen, begun
from corelab.storage.rows import Rows
from corelab.storage.transaction import Actor, Transaction
from corelab.storage.verify import check_connection, check_database

FOLDER = Path(__file__).parent


def migrate(path: Path, clock: Clock, lab: LabId, to: str) -> None:
    """One transaction, whose last event says what was done; before it, a consistent copy goes to the lab's folder of backups.

    Raises MigrationRefusedError where the records do not verify, before or after: then the lab is as it was.
    """
    engine = engine_for(path, read_only=False)
    try:
        with connected(engine, path, writes=True) as connection:
            found = str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())
            if found != to:  # another program may have done it while this one waited
                _refuse_faults(path, check_database(path, {}).faults)
                copy = keep_copy(path, clock)
                _upgrade(connection, to)
                rows = Rows(connection)
                writing = Transaction(rows, FilePen(rows), lab, Actor(), begun(rows, lab, clock))
                writing.record("schema.migrated", "lab", lab, payload={"from": found, "to": to, "copy": copy.name})
                _refuse_faults(path, check_connection(_raw(connection)))
    finally:
        engine.dispose()


def _refuse_faults(path: Path, faults: tuple[object, ...]) -> None:
    if faults:
        raise MigrationRefusedError(path, tuple(str(each) for each in faults))


def _raw(connection: Connection) -> sqlite3.Connection:
    raw = connection.connection.driver_connection
    if not isinstance(raw, sqlite3.Connection):
        raise TypeError(type(raw))
    return raw


def _upgrade(connection: Connection, revision: str) -> None:
    found = Config()
    found.set_main_option("script_location", str(FOLDER))
    found.attributes["connection"] = connection
    command.upgrade(found, revision)


def upgrade(path: Path, revision: str = "head") -> None:
    """The tables of a database alone, without copy, check and event."""
    engine = engine_for(path, read_only=False)
    try:
        with connected(engine, path, writes=True) as connection:
            _upgrade(connection, revision)
    finally:
        engine.dispose()


def keep_copy(path: Path, clock: Clock) -> Path:
    """A consistent copy of the database as it was, in the lab's folder of backups, on disk."""
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    copy = folder / f"before-migration-{stamp(clock.now()).replace(':', '')}.db"
    with closing(open_file(path, read_only=True)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    with copy.open("rb+") as written:
        os.fsync(written.fileno())
    return copy
