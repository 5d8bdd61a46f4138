"""The store of one lab: makes and opens its database, and gives snapshots and transactions."""

import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from corelab.domain.audit import Fault
from corelab.domain.clock import Clock
from corelab.domain.record_errors import LabExistsError, LabUnsoundError, NewerSchemaError, NotALabError
from corelab.domain.vocabulary import LabId
from corelab.storage.database import connected, engine_for, is_writable, open_file, told
from corelab.storage.indexed import IndexedSnapshot
from corelab.storage.network import refuse_network
from corelab.storage.schema import REVISION, REVISIONS, VERSION_TABLE, statements
from corelab.storage.snapshot import Head, Row, Snapshot
from corelab.storage.transaction import Actor, NewRow, Recorded, Transaction
from corelab.storage.verify.source import Source

__all__ = ["Actor", "Head", "NewRow", "Recorded", "Row", "Snapshot", "Store", "Transaction"]


class Store:
    """One lab's database. Each transaction and snapshot uses a connection of its own, on whichever thread asks."""

    def __init__(self, path: Path, clock: Clock, lab_id: LabId, *, read_only: bool = False) -> None:
        self.path = path
        self.lab_id = lab_id
        self.read_only = read_only
        self.unsound: tuple[Fault, ...] = ()
        self._clock = clock
        self._engine = engine_for(path, read_only=read_only)
        self._closing = weakref.finalize(self, Engine.dispose, self._engine)

    @classmethod
    def create(cls, path: Path, clock: Clock, lab_id: LabId) -> Self:
        """A new, empty database; its first event is the caller's. Raises LabExistsError, NetworkFileSystemError."""
        if path.exists():
            raise LabExistsError(path)
        refuse_network(path)
        with told(path), closing(sqlite3.connect(path)) as connection:
            connection.executescript(";\n".join(("BEGIN", *statements(), VERSION_TABLE, "")))
            connection.execute("INSERT INTO alembic_version VALUES (?)", (REVISION,))
            connection.commit()
        return cls(path, clock, lab_id)

    @classmethod
    def open(cls, path: Path, clock: Clock, *, read_only: bool = False) -> Self:
        """The database of a lab; an older one is brought up to date first, or only read as it is.

        A file that cannot be written is only read. Raises NotALabError, NewerSchemaError, NetworkFileSystemError for one that would be
        written on another machine, MigrationRefusedError and other LabErrors.
        """
        read_only = read_only or not is_writable(path)
        if not read_only:
            refuse_network(path)
        found = _revision(path)
        if found not in REVISIONS:
            raise NewerSchemaError(path, found)
        if found != REVISION and not read_only:
            from corelab.storage import migrations  # noqa: PLC0415 - alembic costs 0.3 s

            migrations.migrate(path, clock, _lab_id(path), REVISION)
        return cls(path, clock, _lab_id(path), read_only=read_only)

    @contextmanager
    def begin(self, actor: Actor) -> Iterator[Transaction]:
        """A transaction in which ``actor`` acts. Raises SignedOutError when the sign-in is over, LabUnsoundError after ``stop_writing``."""
        self.require_writable()
        with connected(self._engine, self.path, writes=True) as connection:
            now = self._clock.now()
            milliseconds = now.microsecond // 1000 * 1000
            yield Transaction(connection, self.lab_id, actor, now.replace(microsecond=milliseconds), self._clock.offset_minutes())

    @contextmanager
    def read(self) -> Iterator[Snapshot]:
        with connected(self._engine, self.path, writes=False) as connection:
            yield Snapshot(connection)

    @contextmanager
    def read_whole(self, source: Source) -> Iterator[Snapshot]:
        """As ``read``, for checks that ask thousands of times: tables are looked up as ``source``, still open, has read them."""
        with connected(self._engine, self.path, writes=False) as connection:
            yield IndexedSnapshot(connection, source)

    @property
    def writable(self) -> bool:
        """Whether new records are taken."""
        return not self.read_only and not self.unsound

    def require_writable(self) -> None:
        """Raises LabUnsoundError after ``stop_writing``."""
        if self.unsound:
            raise LabUnsoundError(self.path, self.unsound)

    def stop_writing(self, faults: tuple[Fault, ...]) -> None:
        """Take no more records: those that are there are not what was written, and more would be built on them."""
        self.unsound = self.unsound or faults

    def close(self) -> None:
        """Give the file back; a store that is simply dropped does so too."""
        self._closing()


def _revision(path: Path) -> str:
    return _asked(path, "SELECT version_num FROM alembic_version")


def _lab_id(path: Path) -> LabId:
    return LabId(_asked(path, "SELECT lab_id FROM lab"))


def _asked(path: Path, question: str) -> str:
    if not path.is_file() or path.stat().st_size == 0:
        raise NotALabError(path)
    with told(path), closing(open_file(path, read_only=True)) as connection:
        try:
            row = connection.execute(question).fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                raise NotALabError(path, str(error)) from error
            raise
    if row is None:
        raise NotALabError(path)
    return str(row[0])
