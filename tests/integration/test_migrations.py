"""Migrations make the schema that the program makes; an older lab is brought up to date, checked, with a copy kept and an event written."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corelab.domain.record_errors import DiskFullError, MigrationRefusedError
from corelab.domain.vocabulary import LabId
from corelab.services import labs
from corelab.services.verification import verify_lab
from corelab.storage import migrations
from corelab.storage.file_store import FileStore
from corelab.storage.migrations import upgrade
from corelab.storage.schema import REVISIONS, statements
from corelab.storage.store import Actor, NewRow
from tests.builders import Lab, TickingClock, a_lab
from tests.later_program import MIGRATION, later_program

__all__ = ["later_program"]


def objects(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def opened(lab: Lab, *, read_only: bool = False) -> labs.OpenLab:
    return labs.open_lab(lab.open.folder, lab.clock, lab.open.configuration, read_only=read_only)


def test_all_migrations_together_make_the_schema_of_the_program(tmp_path: Path) -> None:
    made, migrated = tmp_path / "made.db", tmp_path / "migrated.db"
    FileStore.create(made, TickingClock(), LabId("00000000-0000-4000-8000-0000000000a1")).close()
    migrated.touch()
    upgrade(migrated)
    assert objects(migrated) == objects(made)
    assert revision(migrated) == REVISIONS[-1]


@pytest.mark.parametrize(("n", "name"), [*enumerate(REVISIONS, 1)])
def test_the_migrations_up_to_each_make_what_a_check_of_that_version_expects(tmp_path: Path, n: int, name: str) -> None:
    migrated, made = tmp_path / "migrated.db", tmp_path / "made.db"
    migrated.touch()
    upgrade(migrated, name)
    with closing(sqlite3.connect(made)) as connection:
        connection.executescript(";\n".join(statements(n)))
    assert {key: sql for key, sql in objects(migrated).items() if "alembic_version" not in key} == objects(made)


@pytest.fixture
def old_lab(tmp_path: Path) -> Lab:
    lab = a_lab(tmp_path)
    with lab.open.store.begin(Actor()) as transaction:
        transaction.record("x.site", "site", "S01", rows=[NewRow("site", {"code": "S01"})])
    lab.open.close()
    return lab


def test_an_older_lab_is_migrated_with_a_copy_and_an_event(old_lab: Lab, later_program: None) -> None:
    before = verify_lab(old_lab.open.folder)
    lab = opened(old_lab)
    with lab.store.read() as snapshot:
        event = snapshot.events(kind="schema.migrated")[-1]
        payload = snapshot.opening_of(event["seq"])
    assert (payload["from"], payload["to"]) == (REVISIONS[-1], "later")
    assert "country" in objects(lab.store.path)["table site"]
    assert "country" not in objects(lab.backups / payload["copy"])["table site"]
    assert before.faults == verify_lab(lab.folder).faults == ()
    with opened(old_lab).store.read() as snapshot:
        assert len(snapshot.events(kind="schema.migrated")) == 1


def test_an_older_lab_opened_for_reading_is_read_as_it_is(old_lab: Lab, later_program: None) -> None:
    before = old_lab.open.store.path.read_bytes()
    with opened(old_lab, read_only=True).store.read() as snapshot:
        site = snapshot.all("site")[0]
    assert site["code"] == "S01"
    assert verify_lab(old_lab.open.folder).faults == ()
    assert old_lab.open.store.path.read_bytes() == before


def broken(migration: str) -> None:
    (migrations.FOLDER / "versions" / "later.py").write_text(migration)


def test_a_migration_that_fails_leaves_the_lab_as_it_was(old_lab: Lab, later_program: None) -> None:
    broken(MIGRATION.replace("INTEGER", "NO_SUCH_TYPE") % REVISIONS[-1])
    with pytest.raises(Exception, match="NO_SUCH_TYPE"):
        opened(old_lab)
    assert revision(old_lab.open.store.path) == REVISIONS[-1]
    assert "country" not in objects(old_lab.open.store.path)["table site"]


def test_a_migration_that_would_change_what_was_recorded_leaves_the_lab_as_it_was(old_lab: Lab, later_program: None) -> None:
    kept = old_lab.open.store.path.read_bytes()
    broken(MIGRATION.replace("it''s unknown", "somewhere else") % REVISIONS[-1])
    with pytest.raises(MigrationRefusedError) as refused:
        opened(old_lab)
    assert any("site S01" in fault for fault in refused.value.faults)
    assert old_lab.open.store.path.read_bytes() == kept


def test_an_older_lab_that_does_not_verify_is_not_migrated(old_lab: Lab, later_program: None) -> None:
    with closing(sqlite3.connect(old_lab.open.store.path)) as connection:
        connection.execute("DROP TRIGGER site_no_update")
        connection.commit()
    with pytest.raises(MigrationRefusedError) as refused:
        opened(old_lab)
    assert any("site_no_update" in fault for fault in refused.value.faults)
    assert revision(old_lab.open.store.path) == REVISIONS[-1]


def test_no_copy_no_migration(old_lab: Lab, later_program: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _clock: object) -> Path:
        raise DiskFullError(path)

    monkeypatch.setattr(migrations, "keep_copy", full)
    with pytest.raises(DiskFullError):
        opened(old_lab)
    assert revision(old_lab.open.store.path) == REVISIONS[-1]


def test_records_are_written_after_a_migration(old_lab: Lab, later_program: None) -> None:
    lab = opened(old_lab)
    with lab.store.begin(Actor()) as transaction:
        recorded = transaction.record("x.one", "site", None)
    with lab.store.read() as snapshot:
        assert snapshot.events(after=recorded.seq - 1)[0]["kind"] == "x.one"
