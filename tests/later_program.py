"""The program as it will be one schema version from now: sites have two more columns. What migrations are tried with."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import ForeignKey, MetaData, Table

from corelab.storage import file_pen, file_store, migrations, older, schema, transaction
from corelab.storage.schema import COLUMNS, METADATA, REVISIONS, SCHEMA, TABLES, hashed_columns, later_columns, statements
from corelab.storage.schema.columns import later, number, text
from corelab.storage.verify import source, structure, trail

MIGRATION = '''"""A later migration, as one will look."""

from alembic import op

revision = "later"
down_revision = "%s"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE \\"site\\" ADD COLUMN country TEXT DEFAULT 'it''s unknown' NOT NULL")
    op.execute("ALTER TABLE \\"site\\" ADD COLUMN beds INTEGER")
'''


@pytest.fixture
def later_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program as it will be when sites have two more columns."""
    site = Table(
        "site",
        MetaData(naming_convention=METADATA.naming_convention),
        number("event_seq", ForeignKey(TABLES["event"].columns["seq"])),
        text("code", key=True),
        later(text("country"), SCHEMA + 1, "it's unknown"),
        later(number("beds", null=True), SCHEMA + 1),
        sqlite_strict=True,
        info={"since": 1},
    )
    columns = {**COLUMNS, "site": tuple(site.columns.keys())}
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "later.py").write_text(MIGRATION % REVISIONS[-1])
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setattr(schema, "TABLES", MappingProxyType({**TABLES, "site": site}))
    for module in (file_store, older, structure):
        monkeypatch.setattr(module, "REVISIONS", (*REVISIONS, "later"))
    monkeypatch.setattr(file_store, "REVISION", "later")
    monkeypatch.setattr(transaction, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(trail, "SCHEMA", SCHEMA + 1)
    monkeypatch.setattr(trail, "hashed_columns", lambda table, n=SCHEMA + 1: hashed_columns(table, n))
    monkeypatch.setattr(transaction, "hashed_columns", lambda table: hashed_columns(table, SCHEMA + 1))
    monkeypatch.setattr(file_store, "statements", lambda: statements(SCHEMA + 1))
    for module in (transaction, file_pen, source):
        monkeypatch.setattr(module, "COLUMNS", MappingProxyType(columns))
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget() -> None:
    for each in (hashed_columns, later_columns, statements, structure._expected, file_pen._insert_statement):
        each.cache_clear()
