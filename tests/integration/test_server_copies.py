"""A lab's rows go onto a server and come back, to the byte, or nothing does."""

import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from corelab.domain.moving import CopyDiffersError
from corelab.domain.record_errors import LabExistsError, LabUnsoundError
from corelab.services.verification import record_faults
from corelab.storage.file_store import FileStore
from corelab.storage.postgres import copying
from corelab.storage.schema import TABLES
from corelab.storage.verify import check_database, check_recent
from tests.builders import TickingClock
from tests.reading_builders import a_dealt_lab, signs
from tests.servers import Server

KEPT = Path(__file__).parents[1] / "fixtures" / "labs" / "0.6.0" / "lab.tar.xz"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a lab that a released version made, brought up to date."""
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(KEPT) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)
        packed.extractall(folder)  # noqa: S202 - our own archive
    database = folder / "lab" / "corelab.db"
    FileStore.open(database, TickingClock()).close()
    return database


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a lab with an exam that two people read."""
    lab = a_dealt_lab(tmp_path_factory.mktemp("small"), "S01")
    signs(lab, lab.reader_1)
    lab.open.close()
    return lab.open.folder / "corelab.db"


@pytest.fixture
def source(small: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "source.db"
    shutil.copy(small, copy)
    return copy


@pytest.fixture
def empty(postgres_server: Server) -> Iterator[psycopg.Connection[Any]]:
    with postgres_server.connect(postgres_server.new_database()) as connection:
        yield connection


class Stopped(Exception):  # noqa: N818 - what a person asked for
    """The person asked to stop."""


def quiet(_done: int, _of: int) -> None:
    return


def copied_in(source: Path, connection: psycopg.Connection[Any]) -> None:
    copying.copy_in(source, connection, connection.info.dbname, record_faults, quiet)


def all_rows(database: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(database)) as connection:
        return {table: sorted(connection.execute(f'SELECT * FROM "{table}"'), key=repr) for table in (*TABLES, "alembic_version")}


def nothing_is_left(connection: psycopg.Connection[Any]) -> bool:
    database = connection.info.dbname
    schemas = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('core', 'seen', 'own')").fetchone()
    roles = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname ~ %s", (f"^{database}[:.]",)).fetchone()
    connection.rollback()
    return schemas == (0,) and roles == (0,)


def test_every_row_of_a_lab_comes_back_from_a_server_to_the_byte(released: Path, empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    copied_in(released, empty)
    back = tmp_path / "back.db"
    copying.copy_out(empty, back, quiet)
    assert all_rows(back) == all_rows(released)
    assert sum(map(len, all_rows(released).values())) > 5000
    assert check_database(back, {}).faults == ()
    assert record_faults(back) == ()


def test_the_file_that_comes_back_is_a_lab_that_goes_on(source: Path, empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    copied_in(source, empty)
    back = tmp_path / "back.db"
    copying.copy_out(empty, back, quiet)
    with closing(sqlite3.connect(back)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM event")


def test_progress_goes_up_to_all_rows(source: Path, empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    copied_in(source, empty)
    heard: list[tuple[int, int]] = []
    copying.copy_out(empty, tmp_path / "back.db", lambda done, of: heard.append((done, of)))
    rows = sum(map(len, all_rows(source).values())) - 1  # the version is no record
    assert heard[-1] == (rows, rows)
    assert heard == sorted(heard)


def test_a_database_that_holds_a_lab_takes_no_other(source: Path, empty: psycopg.Connection[Any]) -> None:
    copied_in(source, empty)
    with pytest.raises(LabExistsError):
        copied_in(source, empty)
    assert empty.execute("SELECT count(*) > 0 FROM core.event").fetchone() == (True,)


def test_a_database_that_holds_anything_takes_no_lab(source: Path, empty: psycopg.Connection[Any]) -> None:
    empty.execute("CREATE TABLE public.notes (words text)")
    empty.commit()
    with pytest.raises(LabExistsError, match=r"public\.notes"):
        copied_in(source, empty)
    assert nothing_is_left(empty)


@pytest.mark.parametrize("column", ["kind", "at", "payload"])
def test_a_source_with_one_flipped_cell_is_refused(source: Path, empty: psycopg.Connection[Any], column: str) -> None:
    with closing(sqlite3.connect(source, isolation_level=None)) as connection:
        connection.execute('DROP TRIGGER "event_no_update"')
        connection.execute(f"UPDATE event SET {column} = (SELECT {column} FROM event WHERE seq = 3) WHERE seq = 7")
    with pytest.raises(LabUnsoundError):
        copied_in(source, empty)
    assert nothing_is_left(empty)


def test_a_copy_that_is_stopped_on_its_way_leaves_nothing(source: Path, empty: psycopg.Connection[Any]) -> None:
    def stops(_done: int, _of: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        copying.copy_in(source, empty, empty.info.dbname, record_faults, stops)
    assert nothing_is_left(empty)
    copied_in(source, empty)


def test_a_copy_out_that_is_stopped_leaves_no_file(source: Path, empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    copied_in(source, empty)

    def stops(_done: int, _of: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        copying.copy_out(empty, tmp_path / "back.db", stops)
    assert [each.name for each in tmp_path.iterdir()] == ["source.db"]
    copying.copy_out(empty, tmp_path / "back.db", quiet)


def test_what_does_not_arrive_as_it_was_sent_is_not_kept(
    source: Path, empty: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = copying._stored_rows

    def loses_one(file: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
        rows = sent(file, table)
        if table == "draft":
            next(rows, None)
        yield from rows

    monkeypatch.setattr(copying, "_stored_rows", loses_one)
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("INSERT INTO draft SELECT id, x'00', '2026-01-12T12:00:00.000Z' FROM assignment LIMIT 1")
        connection.commit()
    with pytest.raises(CopyDiffersError, match="draft"):
        copied_in(source, empty)
    assert nothing_is_left(empty)


def test_drafts_come_along(source: Path, empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        connection.execute("INSERT INTO draft SELECT id, x'00ff', '2026-01-12T12:00:00.000Z' FROM assignment LIMIT 1")
        connection.commit()
    copied_in(source, empty)
    copying.copy_out(empty, tmp_path / "back.db", quiet)
    assert all_rows(tmp_path / "back.db")["draft"] == all_rows(source)["draft"] != []


def test_the_last_events_alone_pass_the_quick_check_and_are_few(source: Path, empty: psycopg.Connection[Any], tmp_path: Path) -> None:
    copied_in(source, empty)
    part = tmp_path / "part.db"
    copying.copy_recent(empty, part, 20)
    assert check_recent(part, 20) == ()
    rows = all_rows(part)
    assert len(rows["event"]) == 21
    assert len(rows["lab"]) == 1


@pytest.mark.parametrize("statement", ["UPDATE core.event SET kind = 'lab.created' WHERE seq = (SELECT max(seq) - 3 FROM core.event)"])
def test_the_quick_check_finds_what_was_changed_behind_the_back_of_a_server(
    source: Path, empty: psycopg.Connection[Any], tmp_path: Path, statement: str
) -> None:
    copied_in(source, empty)
    empty.execute("ALTER TABLE core.event DISABLE TRIGGER USER")
    empty.execute(statement.encode())
    empty.execute("ALTER TABLE core.event ENABLE TRIGGER USER")
    empty.commit()
    copying.copy_recent(empty, tmp_path / "part.db", 20)
    empty.rollback()
    assert {fault.step for fault in check_recent(tmp_path / "part.db", 20)} == {"chain"}
