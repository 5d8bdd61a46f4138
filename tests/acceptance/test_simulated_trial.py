"""A whole simulated trial by command: the same seed gives the same grades, the same state the same bytes, and no forged result passes."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corelab.services import packages
from tests.acceptance.command_line import CommandLine
from tests.acceptance.forgery import Table, forge, rows_of
from tests.acceptance.window import Place

TABLES = ("readings", "results", "subject_visit")
OWN = {"SIGNDTC", "RECID", "EVENTSEQ"}
"""Columns that tell of the run and not of the trial: times and ids of records."""


@dataclass(frozen=True)
class Simulated:
    """A locked lab, and the package of it."""

    corelab: CommandLine
    lab: Path
    answered: dict[str, Any]
    package: Path


def simulated(folder: Path, until: str) -> Simulated:
    """A trial of two subjects; where it stops before the lock, that is done by command."""
    corelab, lab = CommandLine(Place(folder / "person")), folder / "lab"
    plan = ("--charter", "dvt-lower-extremity", "--subjects", "2", "--seed", "1", "--agreement", "0.8")
    answered = corelab.done("simulate", lab, *plan, "--until", until)
    passwords = {each["user"]: each["password"] for each in answered["accounts"]}
    if until != "locked":
        locked = corelab.done("lock", lab, "--reason", "all visits are in", user="coordinator-1", password=passwords["coordinator-1"])
        assert locked["locked"] is True
    return Simulated(corelab, lab, answered, exported(corelab, lab, answered, folder / "out"))


def exported(corelab: CommandLine, lab: Path, answered: dict[str, Any], out: Path) -> Path:
    passwords = {each["user"]: each["password"] for each in answered["accounts"]}
    made = corelab.done("export", lab, out, user="coordinator-1", password=passwords["coordinator-1"])
    assert set(made) >= {"package", "files", "rows", "head"}
    return Path(made["package"])


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulated(tmp_path_factory.mktemp("one"), "adjudicated")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    return simulated(tmp_path_factory.mktemp("two"), "locked")


@pytest.fixture
def copy(one: Simulated, tmp_path: Path) -> Path:
    """The package, to be damaged."""
    return Path(shutil.copytree(one.package, tmp_path / one.package.name))


def contents(package: Path) -> dict[str, bytes]:
    return {str(file.relative_to(package)): file.read_bytes() for file in package.rglob("*") if file.is_file()}


@pytest.mark.requirement("simulate: a whole trial, every step of the main job")
def test_the_trial_was_read_compared_and_adjudicated(one: Simulated) -> None:
    assert one.answered["subjects"] == 2
    assert one.answered["exams"] == 8
    assert one.answered["readings"] == 16
    assert one.answered["cases"] > 0
    assert {"intake", "signed", "compared", "adjudicated"} <= set(one.answered["seconds"])
    assert {row["SOURCE"] for row in rows_of(one.package, "results")} >= {"CONCORDANT", "ADJUDICATED"}


@pytest.mark.requirement("verify: a lab and a package")
def test_lab_and_package_of_a_trial_verify(one: Simulated) -> None:
    for target in (one.lab, one.package):
        answered = one.corelab.done("verify", target)
        assert answered["ok"] is True
        assert answered["faults"] == []
        assert sum(answered["checked"].values()) > 0


@pytest.mark.requirement("export: the same state gives the same bytes")
def test_a_second_export_in_a_new_process_gives_the_same_bytes(one: Simulated, tmp_path: Path) -> None:
    first = contents(one.package)
    kept = Path(shutil.move(one.package, tmp_path / "first"))
    try:
        again = exported(one.corelab, one.lab, one.answered, one.package.parent)
        assert again == one.package
        assert contents(again) == first
    finally:
        shutil.rmtree(one.package, ignore_errors=True)
        shutil.move(kept, one.package)


@pytest.mark.requirement("simulate: the same seed gives the same clips, grades and results")
@pytest.mark.parametrize("table", TABLES)
def test_the_same_seed_gives_the_same_rows_but_for_ids_and_times(one: Simulated, two: Simulated, table: str) -> None:
    rows = [[{name: row[name] for name in row if name not in OWN} for row in rows_of(each.package, table)] for each in (one, two)]
    assert rows[0]
    assert rows[0] == rows[1]


def worse(rows: Table) -> None:
    """One concordant result becomes the next worse grade, with word and rank; the grades of both readings stay."""
    row = next(row for row in rows if row["RESCD"] == "full" and row["SOURCE"] == "CONCORDANT")
    other = next(row for row in rows if row["RESCD"] == "partial" and row["TESTCD"] == "VNCOMPR")
    row |= {name: other[name] for name in ("RESCD", "RES", "RESN")}


@pytest.mark.requirement("verify: a changed result is found behind right hashes and signatures")
def test_a_forged_result_fails_and_its_row_is_named(one: Simulated, copy: Path) -> None:
    changed = next(row for row in rows_of(copy, "results") if row["RESCD"] == "full" and row["SOURCE"] == "CONCORDANT")
    forge(copy, "results", worse)
    ran = one.corelab("verify", copy, "--json")
    assert ran.code == 1
    assert ran.json["ok"] is False
    place = ran.json["faults"][0]["where"]
    assert place.startswith("data/results.csv")
    assert all(changed[name] in place for name in ("USUBJID", "SEGCD", "TESTCD"))
    assert not any(fault["where"] in {"MANIFEST.json", "SHA256SUMS"} for fault in ran.json["faults"])


@pytest.mark.requirement("verify: a changed result is found behind right hashes and signatures")
def test_forging_alone_changes_nothing_that_verify_finds(one: Simulated, copy: Path) -> None:
    """The control: made to fit again without any change, the package is as good as the first."""
    forge(copy, "results", lambda _rows: None)
    assert one.corelab("verify", copy, "--json").json == one.corelab("verify", one.package, "--json").json


@pytest.mark.requirement("verify: nothing in a package changes unseen")
def test_a_flipped_byte_in_any_file_of_the_package_is_found(one: Simulated, copy: Path) -> None:
    for file in sorted(each for each in copy.rglob("*") if each.is_file()):
        before = file.read_bytes()
        middle = len(before) // 2
        file.write_bytes(before[:middle] + bytes([before[middle] ^ 1]) + before[middle + 1 :])
        assert not packages.verify_package(copy, formats=False).ok, file.name
        file.write_bytes(before)
    assert packages.verify_package(copy).ok
