"""Row digests by the version of the tables: a column that came later is in no older digest, and holds its default in every older row."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from corelab.domain.vocabulary import LabId
from corelab.services import labs
from corelab.services.verification import verify_lab
from corelab.storage.file_store import FileStore
from corelab.storage.schema import SCHEMA, hashed_columns
from corelab.storage.store import Actor, NewRow
from tests.builders import TickingClock, a_lab
from tests.later_program import later_program

__all__ = ["later_program"]


@pytest.fixture
def a_lab_with_a_site(tmp_path: Path) -> Path:
    lab = a_lab(tmp_path)
    with lab.open.store.begin(Actor()) as writing:
        writing.record("x.site", "site", "S01", rows=[NewRow("site", {"code": "S01"})])
    lab.open.close()
    return lab.open.folder


@pytest.fixture
def migrated(a_lab_with_a_site: Path, later_program: None, tmp_path: Path) -> Path:
    """The lab with a site of before, opened by the later program, and a site of after."""
    opened = labs.open_lab(a_lab_with_a_site, TickingClock(), tmp_path / "configuration")
    with opened.store.begin(Actor()) as writing:
        writing.record("x.site", "site", "S02", rows=[NewRow("site", {"code": "S02", "country": "CH", "beds": 12})])
    opened.close()
    return a_lab_with_a_site


def changed(folder: Path, statement: str) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(folder / labs.DATABASE)) as connection:
        triggers = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'site_no_update'").fetchone()[0]
        connection.execute("DROP TRIGGER site_no_update")
        connection.execute(statement)
        connection.execute(triggers)
        connection.commit()
    return [(fault.step, fault.where) for fault in verify_lab(folder).faults]


def test_rows_of_before_and_after_a_new_column_verify(migrated: Path) -> None:
    assert verify_lab(migrated).faults == ()


def test_a_new_lab_of_the_later_program_holds_the_same_tables_as_a_migrated_one(migrated: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    FileStore.create(made, TickingClock(), LabId("00000000-0000-4000-8000-0000000000a1")).close()
    texts = []
    for path in (made, migrated / labs.DATABASE):
        with closing(sqlite3.connect(path)) as connection:
            texts.append(connection.execute("SELECT sql FROM sqlite_master WHERE name = 'site'").fetchone()[0])
    assert texts[0] == texts[1]
    assert "country" in texts[0]


@pytest.mark.parametrize("change", ["country = 'FR'", "beds = 3"])
def test_an_older_row_holds_nothing_but_the_default_in_a_later_column(migrated: Path, change: str) -> None:
    found = changed(migrated, f"UPDATE site SET {change} WHERE code = 'S01'")
    assert {step for step, _ in found} == {"rows"}
    assert all("site S01" in where for _, where in found)


@pytest.mark.parametrize("change", ["country = 'FR'", "beds = 3", "beds = NULL"])
def test_a_later_column_is_in_the_digest_of_later_rows(migrated: Path, change: str) -> None:
    found = changed(migrated, f"UPDATE site SET {change} WHERE code = 'S02'")
    assert [step for step, _ in found] == ["rows"]
    assert "site S02" in found[0][1]


def test_a_table_has_no_rows_from_before_it_was_there() -> None:
    assert hashed_columns("second_factor", 1) == ()
    assert "sealed" in hashed_columns("second_factor", 2)
    assert hashed_columns("site", 1) == hashed_columns("site", SCHEMA)
