"""A lab of every released version opens: read as it is, and brought up to date; nothing that it held is another thing afterwards."""

import hashlib
import json
import lzma
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.record_errors import NewerSchemaError
from corelab.services import accounts, labs, status
from corelab.services.packages import verify_package
from corelab.services.verification import verify_lab
from corelab.storage.schema import REVISION
from corelab.ui.words import words_for
from tests.builders import TickingClock

KEPT = Path(__file__).parents[1] / "fixtures" / "labs"


@dataclass(frozen=True)
class Kept:
    """The lab of one version, unpacked, and the record of what it held."""

    folder: Path
    held: dict[str, Any]

    @property
    def database(self) -> Path:
        return self.folder / "lab" / labs.DATABASE

    def open(self, *, read_only: bool = False) -> labs.OpenLab:
        return labs.open_lab(self.folder / "lab", TickingClock(), self.folder / "configuration", read_only=read_only)


@pytest.fixture(params=sorted(each.name for each in KEPT.iterdir()))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    place = KEPT / request.param
    with tarfile.open(place / "lab.tar.xz") as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", None)  # Python 3.11.2, Debian 12's, knows no filters
        packed.extractall(tmp_path)  # noqa: S202 - our own archive
    held = json.loads(lzma.decompress((place / "records.json.xz").read_bytes()))
    assert held["version"] == request.param
    return Kept(tmp_path, held)


def cells(database: Path, table: str, columns: list[str]) -> list[list[Any]]:
    listed = ", ".join(f'"{column}"' for column in columns)
    with closing(sqlite3.connect(database)) as connection:
        return [[_cell(cell) for cell in row] for row in connection.execute(f'SELECT {listed} FROM "{table}" ORDER BY rowid')]


def _cell(cell: Any) -> Any:
    return {"sha256": hashlib.sha256(cell).hexdigest()} if isinstance(cell, bytes) else cell


def assert_all_is_there(kept: Kept) -> None:
    """Every value that the lab held, in its place; rows of later events may follow."""
    for name, table in kept.held["tables"].items():
        if name != "alembic_version":
            found = cells(kept.database, name, table["columns"])
            assert found[: len(table["rows"])] == table["rows"], name


def head_at(kept: Kept, seq: int) -> str:
    with closing(sqlite3.connect(kept.database)) as connection:
        return str(connection.execute("SELECT hash FROM event WHERE seq = ?", (seq,)).fetchone()[0])


def test_p11_09_a_lab_of_a_released_version_is_brought_up_to_date_and_keeps_every_value_event_and_signature(kept: Kept) -> None:
    before = verify_lab(kept.folder / "lab")
    lab = kept.open()
    assert before.faults == ()
    assert before.checked["signatures"] == len(kept.held["tables"]["signature"]["rows"]) > 10
    with lab.store.read() as snapshot:
        written = snapshot.events(after=kept.held["seq"])
    expected = [] if kept.held["tables"]["alembic_version"]["rows"] == [[REVISION]] else ["schema.migrated"]
    assert [event["kind"] for event in written] == expected
    assert head_at(kept, kept.held["seq"]) == kept.held["head"]
    assert_all_is_there(kept)
    after = verify_lab(kept.folder / "lab")
    assert after.faults == ()
    assert after.checked["signatures"] == before.checked["signatures"]


def test_p11_09_a_lab_of_a_released_version_is_read_without_a_change(kept: Kept) -> None:
    bytes_before = kept.database.read_bytes()
    with kept.open(read_only=True).store.read() as snapshot:
        readings = [row["id"] for row in snapshot.all("reading")]
        reopened = snapshot.all("reading_reopening")
    assert (len(readings), reopened) == (8, ())
    assert verify_lab(kept.folder / "lab").faults == ()
    assert kept.database.read_bytes() == bytes_before


def test_p11_09_the_people_of_a_released_version_sign_in_and_work(kept: Kept) -> None:
    lab = kept.open()
    for user, person in kept.held["people"].items():
        session = accounts.sign_in(lab, user, person["password"])
        with accounts.signer(lab, session, person["password"]) as signer:
            assert signer.sign(b"anything")
        if person["role"] == "coordinator":
            assert status.status(lab, session).locked
            assert accounts.lab_secret(lab, session, "deid")
        accounts.sign_out(lab, session)
    assert verify_lab(kept.folder / "lab").faults == ()


def test_p11_09_the_package_of_a_released_version_verifies(kept: Kept) -> None:
    (package,) = (each for each in (kept.folder / "package").iterdir() if each.is_dir())
    assert verify_package(package).faults == ()


def test_a_lab_of_a_later_version_is_refused_in_words_and_stays_as_it_is(kept: Kept) -> None:
    with closing(sqlite3.connect(kept.database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = kept.database.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerSchemaError) as refused:
            kept.open(read_only=read_only)
        assert "later version" in words_for(refused.value).all
        assert "read" in words_for(refused.value).do
    assert verify_lab(kept.folder / "lab").faults[0].what == "schema: was written by a later version of the program (9999)"
    assert kept.database.read_bytes() == before
