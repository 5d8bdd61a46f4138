"""Migrations make the schema that the program makes; an older lab is brought up to date, with a copy kept and an event written."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corelab.domain.record_errors import OlderSchemaError
from corelab.domain.vocabulary import LabId
from corelab.services import labs
from corelab.storage import migrations, store
from corelab.storage.migrations import upgrade
from corelab.storage.schema import REVISIONS
from corelab.storage.store import Actor, Store
from tests.builders import Lab, TickingClock, a_lab

LATER = '''"""A later migration, as one will look."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_grade_value ON grade (value)")
'''


def objects(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT type || ' ' || name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_all_migrations_together_make_the_schema_of_the_program(tmp_path: Path) -> None:
    made, migrated = tmp_path / "made.db", tmp_path / "migrated.db"
    Store.create(made, TickingClock(), LabId("00000000-0000-4000-8000-0000000000a1")).close()
    migrated.touch()
    upgrade(migrated)
    assert objects(migrated) == objects(made)
    with closing(sqlite3.connect(migrated)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(REVISIONS[-1],)]


@pytest.fixture
def later_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program as it will be one migration from now."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "0003_later.py").write_text(LATER)
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setattr(store, "REVISIONS", (*REVISIONS, "0003"))
    monkeypatch.setattr(store, "REVISION", "0003")


@pytest.fixture
def old_lab(tmp_path: Path) -> Lab:
    lab = a_lab(tmp_path)
    lab.open.close()
    return lab


def test_an_older_lab_is_migrated_with_a_copy_and_an_event(old_lab: Lab, later_program: None) -> None:
    opened = labs.open_lab(old_lab.open.folder, old_lab.clock, old_lab.open.configuration)
    with opened.store.read() as snapshot:
        event = snapshot.events(kind="schema.migrated")[-1]
        payload = snapshot.opening_of(event["seq"])
    assert (payload["from"], payload["to"]) == ("0002", "0003")
    assert "index ix_grade_value" in objects(opened.store.path)
    copy = opened.backups / payload["copy"]
    assert "index ix_grade_value" not in objects(copy)
    again = labs.open_lab(old_lab.open.folder, old_lab.clock, old_lab.open.configuration)
    with again.store.read() as snapshot:
        assert len(snapshot.events(kind="schema.migrated")) == 1


def test_an_older_lab_opened_for_reading_is_not_touched(old_lab: Lab, later_program: None) -> None:
    before = old_lab.open.store.path.read_bytes()
    with pytest.raises(OlderSchemaError) as refused:
        labs.open_lab(old_lab.open.folder, old_lab.clock, old_lab.open.configuration, read_only=True)
    assert refused.value.found == "0002"
    assert old_lab.open.store.path.read_bytes() == before


def test_a_migration_that_fails_leaves_the_lab_as_it_was(old_lab: Lab, later_program: None) -> None:
    broken = LATER.replace("ON grade (value)", "ON grade (no_such_column)")
    (migrations.FOLDER / "versions" / "0003_later.py").write_text(broken)
    with pytest.raises(Exception, match="no_such_column"):
        labs.open_lab(old_lab.open.folder, old_lab.clock, old_lab.open.configuration)
    with closing(sqlite3.connect(old_lab.open.store.path)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
    assert "index ix_grade_value" not in objects(old_lab.open.store.path)


def test_records_are_written_after_a_migration(old_lab: Lab, later_program: None) -> None:
    opened = labs.open_lab(old_lab.open.folder, old_lab.clock, old_lab.open.configuration)
    with opened.store.begin(Actor()) as transaction:
        recorded = transaction.record("x.one", "site", None)
    with opened.store.read() as snapshot:
        assert snapshot.events(after=recorded.seq - 1)[0]["kind"] == "x.one"
