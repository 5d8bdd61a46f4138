"""The records of one lab in one SQLite file: made, opened, brought up to date."""

import sqlite3
import weakref
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Engine

from corelab.domain.clock import Clock
from corelab.domain.record_errors import LabExistsError, NewerSchemaError, NotALabError
from corelab.domain.vocabulary import AccountId, LabId
from corelab.storage.copying import copy_database
from corelab.storage.database import connected, engine_for, is_writable, open_file, told
from corelab.storage.file_pen import FilePen, begun
from corelab.storage.indexed import IndexedSnapshot
from corelab.storage.network import refuse_network
from corelab.storage.rows import Rows
from corelab.storage.schema import REVISION, REVISIONS, VERSION_TABLE, statements
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Store
from corelab.storage.transaction import Actor, Transaction
from corelab.storage.verify.source import Source


class FileStore(Store):
    """One file. Whoever can open it sees all of it; what is secret is sealed."""

    def __init__(self, path: Path, clock: Clock, lab_id: LabId, *, read_only: bool = False) -> None:
        super().__init__(path, lab_id, read_only=read_only)
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
        self.require_writable()
        with connected(self._engine, self.path, writes=True) as connection:
            rows = Rows(connection)
            yield Transaction(rows, FilePen(rows), self.lab_id, actor, begun(rows, self.lab_id, self._clock))

    @contextmanager
    def read(self, account: AccountId | None = None) -> Iterator[Snapshot]:  # noqa: ARG002 - a file shows all
        with connected(self._engine, self.path, writes=False) as connection:
            yield Snapshot(Rows(connection))

    @contextmanager
    def read_whole(self, source: Source) -> Iterator[Snapshot]:
        """As ``read``, for checks that ask thousands of times: tables are looked up as ``source``, still open, has read them."""
        with connected(self._engine, self.path, writes=False) as connection:
            yield IndexedSnapshot(Rows(connection), source)

    def copy_to(self, target: Path, progress: Callable[[int, int], None]) -> None:
        copy_database(self.path, target, progress)

    def enter(self, user: str, password: str, workstation: str) -> None:
        """A file asks nobody."""

    def admit(self, code: str, password: str, workstation: str) -> None:
        """The same."""

    def leave(self, account: AccountId | None) -> None:
        """The same."""

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
