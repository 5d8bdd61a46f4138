"""Monitoring of a lab: every look at sealed readings is on record, nothing of them is written, and a package gives the same figures."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.accounts import Role
from corelab.domain.monitoring.pairing import Kind
from corelab.domain.monitoring.report import Report, StoppedError
from corelab.domain.record_errors import NotPermittedError
from corelab.services import accounts, monitoring, packages
from corelab.services.monitoring import document
from tests.builders import PASSWORD, Lab
from tests.monitored import a_watched_lab


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Ten subjects released, two more signed and sealed."""
    return a_watched_lab(tmp_path_factory.mktemp("sealed"), people=2, batches=2, subjects=5, sealed=2)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return a_watched_lab(tmp_path_factory.mktemp("released"), people=3, batches=2, subjects=6, sealed=0)


@pytest.fixture(scope="module")
def package(released: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packages.export(released.open, released.coordinator, tmp_path_factory.mktemp("packages"), PASSWORD).package


def openings(lab: Lab) -> list[dict[str, Any]]:
    with lab.open.store.read() as snapshot:
        rows = snapshot.events(kind="sealed.opened", entity="lab")
        return [snapshot.opening_of(row["seq"]) for row in rows]


def test_a_look_counts_what_is_sealed_too_and_is_on_record(sealed: Lab) -> None:
    before = len(openings(sealed))
    found = monitoring.look(sealed.open, sealed.coordinator)
    assert (len(found.observed.compared), found.observed.unopened) == (24, 0)
    assert sum(each.one.sealed for each in found.observed.compared) == 4
    (event,) = openings(sealed)[before:]
    with sealed.open.store.read() as snapshot:
        exams = {row["id"] for row in snapshot.all("exam")}
    assert (event["scope"], event["count"], len(event["exams"])) == ("monitoring", 8, 4)
    assert set(event["exams"]) <= exams


def test_a_second_look_gives_the_same_figures_and_is_on_record_again(sealed: Lab) -> None:
    before = len(openings(sealed))
    first, second = (document(monitoring.look(sealed.open, sealed.coordinator)) for _ in range(2))
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert len(openings(sealed)) == before + 2


def test_every_figure_leads_to_what_was_counted(sealed: Lab) -> None:
    found = monitoring.look(sealed.open, sealed.coordinator)
    item = found.of(Kind.READERS).graded[0]
    table = item.found.with_ne.table
    assert sum(map(sum, table)) > 50
    assert all(len(item.cell_of_table(i, j)) == count for i, row in enumerate(table) for j, count in enumerate(row))
    assert len(found.rate.with_case) == found.rate.part
    for reader in found.readers:
        assert reader.adverse == len([one for one in reader.verdicts if one.adverse])
        assert len(reader.exams) == len(reader.took)
        assert all(took.days is not None and took.days >= 0 for took in reader.took)


def test_without_custody_only_what_is_released_is_counted(sealed: Lab) -> None:
    before = len(openings(sealed))
    without = accounts.sign_in(sealed.open, "coordinator", PASSWORD)
    object.__setattr__(without, "custody", None)
    found = monitoring.look(sealed.open, without)
    assert (len(found.observed.compared), found.observed.unopened) == (20, 8)
    assert len(openings(sealed)) == before, "nothing sealed was opened"


def test_a_lab_that_takes_no_record_opens_nothing_sealed(sealed: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    session = sealed.coordinator
    monkeypatch.setattr(sealed.open.store, "read_only", True)
    found = monitoring.look(sealed.open, session)
    assert found.observed.unopened == 8


@pytest.mark.parametrize("role", [Role.READER, Role.ADJUDICATOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_nobody_but_a_coordinator_is_told(sealed: Lab, role: Role) -> None:
    user = {Role.READER: "reader-1", Role.ADJUDICATOR: "adjudicator-1", Role.ADMINISTRATOR: "administrator", Role.AUDITOR: "auditor-1"}[
        role
    ]
    with pytest.raises(NotPermittedError):
        monitoring.look(sealed.open, sealed.person(user, role))


def test_a_look_writes_no_grade_anywhere(sealed: Lab) -> None:
    """Neither a table for grades nor any file of the lab holds more than before, but for the record of the look."""
    with sealed.open.store.read() as snapshot:
        before = {table: len(snapshot.all(table)) for table in ("grade", "opening", "result", "evidence", "draft")}
    files = contents(sealed.open.folder)
    monitoring.look(sealed.open, sealed.coordinator)
    with sealed.open.store.read() as snapshot:
        assert {table: len(snapshot.all(table)) for table in before} == before
    changed = {path.name for path, content in contents(sealed.open.folder).items() if files.get(path) != content}
    assert changed <= {"corelab.db", "corelab.db-wal", "corelab.db-shm"}


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_look_can_be_stopped(sealed: Lab) -> None:
    told: list[str] = []

    def stop() -> bool:
        return len(told) > 3

    with pytest.raises(StoppedError):
        monitoring.look(sealed.open, sealed.coordinator, lambda _done, _of, words: told.append(words), stop)
    assert len(told) == 4


# ---------------------------------------------------------------- the same from a package


def nameless(found: Report) -> dict[str, Any]:
    """What lab and package both tell: a package has no batches, no times, and pseudonyms for people."""
    told = document(found)
    for key in ("batches", "alike", "waiting", "overdue", "not_opened"):
        told.pop(key)
    people = [{key: one[key] for key in ("exams", "comparable", "decided", "adverse", "rdi", "side_taken")} for one in told.pop("readers")]
    return {**told, "readers": sorted(people, key=json.dumps)}


def test_a_package_gives_the_figures_of_the_lab(released: Lab, package: Path) -> None:
    in_lab, in_package = monitoring.look(released.open, released.coordinator), monitoring.of_package(package)
    assert in_lab.rate.part > 0
    assert len(in_lab.readers) == 3
    assert nameless(in_package) == nameless(in_lab)


def test_a_package_that_was_altered_is_refused(package: Path, tmp_path: Path) -> None:
    altered = tmp_path / "altered"
    for path in package.rglob("*"):
        to = altered / path.relative_to(package)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            to.write_bytes(path.read_bytes().replace(b",full,", b",none,"))
    with pytest.raises(monitoring.NoPackageError) as refused:
        monitoring.of_package(altered)
    assert any("readings.csv" in fault.where for fault in refused.value.faults)


# ---------------------------------------------------------------- the command


@pytest.fixture
def signed_in_as(monkeypatch: pytest.MonkeyPatch, sealed: Lab) -> Callable[[str], None]:
    monkeypatch.setattr("corelab.app.open_lab", lambda _folder: sealed.open)
    monkeypatch.setenv("CORELAB_PASSWORD", PASSWORD)
    return lambda user: monkeypatch.setenv("CORELAB_USER", user)


def run(*arguments: object) -> Any:
    return CliRunner().invoke(cli, [str(each) for each in arguments])


def test_the_command_tells_a_coordinator(sealed: Lab, signed_in_as: Callable[[str], None]) -> None:
    signed_in_as("coordinator")
    told = run("agreement", sealed.open.folder, "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    assert (found["compared"], found["bootstrap"]["seed"], found["bootstrap"]["repetitions"]) == (24, 20260101, 500)
    assert [item["item"] for item in found["between_readers"]["graded"]] == ["COMP", "FLOW"]
    assert found["repeats"] is None
    words = run("agreement", sealed.open.folder).stdout
    assert "24 pairs of readings" in words
    assert "Compressibility" in words


def test_the_command_refuses_a_reader(sealed: Lab, signed_in_as: Callable[[str], None]) -> None:
    signed_in_as("reader-1")
    told = run("agreement", sealed.open.folder, "--json")
    assert (told.exit_code, told.stdout) == (1, "")


def test_the_command_reads_a_package_without_signing_in(package: Path) -> None:
    told = run("agreement", package, "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["states"]["final"] == 24


def test_a_folder_that_is_neither_is_said(tmp_path: Path) -> None:
    told = run("agreement", tmp_path)
    assert told.exit_code == 1
    assert "no lab and no package" in told.stderr
