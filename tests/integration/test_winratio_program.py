"""`corelab-winratio` over a real package of a simulated trial: it verifies first, counts what anybody can count, and opens no lab."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corelab.services import accounts, labs, packages, simulation
from corelab.services.simulation import Plan, Simulated
from tests.acceptance.forgery import Table, forge
from tests.builders import TickingClock
from tests.charter_builders import REDUCED

SHARED = Path(__file__).parents[3] / "shared" / "data" / "winratio.json"
ARMS = {"S0001": "active", "S0002": "control", "S0003": "active", "S0004": "control"}
PAIN = {"S0001": 3, "S0002": 3, "S0003": 6, "S0004": 1}
TIERS = """[[tier]]
name = "compressibility"
from = "package:COMPWRST@D10"
better = "lower"
missing = "worst"

[[tier]]
name = "segments"
from = "package:COMPNSEG@D10"
better = "lower"
margin = 1

[[tier]]
name = "pain"
from = "pro:PAIN"
better = "lower"
"""


@dataclass(frozen=True)
class Exported:
    lab: Path
    package: Path


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """A locked trial of four subjects, and its package."""
    folder, clock = tmp_path_factory.mktemp("trial"), TickingClock()
    plan = Plan(subjects=len(ARMS), seed=5, agreement=0.7)
    made = simulation.simulate(folder / "lab", REDUCED.read_bytes(), plan, clock=clock, configuration=folder / "configuration")
    return Exported(made.lab, package_of(made, clock, folder))


def package_of(made: Simulated, clock: TickingClock, folder: Path) -> Path:
    lab = labs.open_lab(made.lab, clock, folder / "configuration")
    person = next(one for one in made.accounts if one.role == "coordinator")
    session = accounts.sign_in(lab, person.user, person.password)
    package = packages.export(lab, session, folder / "out", person.password).package
    lab.close()
    return package


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the three files of a statistician."""
    (tmp_path / "arms.csv").write_text("USUBJID,ARM\n" + "".join(f"{subject},{arm}\n" for subject, arm in ARMS.items()))
    (tmp_path / "pro.csv").write_text("USUBJID,PAIN\n" + "".join(f"{subject},{pain}\n" for subject, pain in PAIN.items()))
    (tmp_path / "tiers.toml").write_text(TIERS)
    return tmp_path


def winratio(folder: Path, *arguments: str | Path) -> Ran:
    command = [sys.executable, "-m", "corelab.winratio", *(str(each) for each in arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    return Ran(done.returncode, done.stdout, done.stderr)


def of(folder: Path, package: Path | str, *more: str) -> Ran:
    return winratio(folder, "--package", package, "--arms", "arms.csv", "--pro", "pro.csv", "--tiers", "tiers.toml", *more)


def counted(package: Path) -> list[list[int]]:
    """Wins and losses of the active arm by tier, read off the table by hand: no value is the worst compressibility."""
    with (package / "data" / "subject_visit.csv").open(newline="") as file:
        visit = {row["USUBJID"]: row for row in csv.DictReader(file) if row["VISIT"] == "D10"}
    decided = [[0, 0], [0, 0], [0, 0]]
    for mine in (subject for subject, arm in ARMS.items() if arm == "active"):
        for theirs in (subject for subject, arm in ARMS.items() if arm == "control"):
            worst = [int(value) if (value := visit[one]["COMPWRST"]).isdigit() else 99 for one in (mine, theirs)]
            number = [visit[one]["COMPNSEG"] for one in (mine, theirs)]
            apart = int(number[0]) - int(number[1]) if all(each.isdigit() for each in number) else 0
            steps = (worst[0] - worst[1], apart if abs(apart) > 1 else 0, PAIN[mine] - PAIN[theirs])
            tier = next((place for place, step in enumerate(steps) if step), None)
            if tier is not None:
                decided[tier][steps[tier] > 0] += 1
    return decided


def test_a_package_is_verified_and_compared_and_nothing_is_written(exported: Exported, files: Path) -> None:
    before = {path: path.read_bytes() for folder in (files, exported.package) for path in folder.rglob("*") if path.is_file()}
    ran = of(files, exported.package, "--json")
    assert (ran.code, ran.err) == (0, "")
    answer: dict[str, Any] = json.loads(ran.out)
    assert answer["by_tier"] == counted(exported.package)
    assert answer["wins"] + answer["losses"] + answer["ties"] == 4
    assert sum(map(sum, answer["by_tier"])) > 0
    assert answer["arms"] == {"treatment": {"name": "active", "subjects": 2}, "control": {"name": "control", "subjects": 2}}
    assert answer["variance"] == "null_variance"
    assert answer["label"] == "check of the analysis, not the analysis of record"
    manifest = hashlib.sha256((exported.package / "MANIFEST.json").read_bytes()).hexdigest()
    assert answer["package"] == {"name": exported.package.name, "manifest_sha256": manifest}
    assert before == {path: path.read_bytes() for folder in (files, exported.package) for path in folder.rglob("*") if path.is_file()}


def test_the_words_name_the_arms_and_what_the_figures_are(exported: Exported, files: Path) -> None:
    ran = of(files, exported.package)
    assert ran.code == 0
    assert "active (2 subjects) against control (2 subjects)" in ran.out
    assert "check of the analysis, not the analysis of record" in ran.out


def test_a_subject_without_an_arm_is_told(exported: Exported, files: Path) -> None:
    (files / "arms.csv").write_text("USUBJID,ARM\nS0001,active\nS0002,control\nS0003,active\n")
    ran = of(files, exported.package, "--json")
    assert ran.code == 0
    assert "1 subject in the package without an arm: left out: S0004" in ran.err
    assert json.loads(ran.out)["arms"]["control"]["subjects"] == 1


def test_a_package_with_a_changed_byte_is_refused(exported: Exported, files: Path) -> None:
    copy = Path(shutil.copytree(exported.package, files / "copy"))
    table = copy / "data" / "subject_visit.csv"
    table.write_bytes(table.read_bytes().replace(b"S0001", b"S0009", 1))
    ran = of(files, copy)
    assert (ran.code, ran.out) == (1, "")
    assert "data/subject_visit.csv: differs from its hash in the manifest" in ran.err
    assert "The package is not verified, so nothing was compared." in ran.err


def test_a_forged_endpoint_is_refused_behind_right_hashes(exported: Exported, files: Path) -> None:
    def better(rows: Table) -> None:
        row = next(row for row in rows if row["VISIT"] == "D10" and row["COMPWRST"] != "0")
        row["COMPWRST"] = "0"

    copy = Path(shutil.copytree(exported.package, files / "copy"))
    forge(copy, "subject_visit", better)
    ran = of(files, copy)
    assert (ran.code, ran.out) == (1, "")
    assert "COMPWRST is '0', the readings give" in ran.err


def test_faults_of_the_files_are_told_with_the_package_untouched(exported: Exported, files: Path) -> None:
    (files / "arms.csv").write_text("USUBJID,ARM\nS0001,active\nS0001,control\n")
    (files / "tiers.toml").write_text(TIERS.replace("COMPWRST", "WORST"))
    ran = of(files, exported.package, "--json")
    assert (ran.code, ran.out) == (1, "")
    assert "arms.csv line 3: S0001 stands in line 2 already" in ran.err
    assert "tiers.toml line 3: the package has no endpoint WORST; it has COMPWRST, " in ran.err
    assert "Nothing was compared. Mend the files and run this again." in ran.err


def test_a_lab_is_refused_and_not_opened(exported: Exported, files: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in exported.lab.rglob("*")}
    for given in (exported.lab, exported.lab / "corelab.db", "postgresql://somewhere/lab"):
        ran = of(files, given)
        assert (ran.code, ran.out) == (1, "")
        assert f"{given} is a lab. This program reads packages only and opened nothing." in ran.err
    assert {path: path.stat().st_mtime_ns for path in exported.lab.rglob("*")} == before


def test_a_folder_that_is_no_package_is_refused(files: Path) -> None:
    ran = of(files, files)
    assert ran.code == 1
    assert "there is no MANIFEST.json: this folder is no package" in ran.err


@pytest.mark.parametrize("arguments", [(), ("--package", "x"), ("--data", "x.json", "--arms", "arms.csv"), ("--nonsense",)])
def test_wrong_usage_ends_with_2(files: Path, arguments: tuple[str, ...]) -> None:
    ran = winratio(files, *arguments)
    assert (ran.code, ran.out) == (2, "")


def test_the_program_loads_nothing_that_opens_a_lab() -> None:
    """Not by its imports alone (the import contracts say that), but in the process that holds the arm file."""
    listing = "import sys, corelab.winratio; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "corelab.winratio.package" in loaded
    barred = ("corelab.app", "corelab.cli", "corelab.ui", "corelab.services", "corelab.storage", "corelab.imaging", "corelab.export")
    assert not {name for name in loaded if name.startswith((*barred, "sqlalchemy", "sqlite3", "nacl", "PySide6"))}


def test_the_shared_examples_by_command(files: Path) -> None:
    if not SHARED.is_file():
        pytest.skip("the shared examples are not on this machine")
    ran = winratio(files, "--data", SHARED, "--json")
    answered = {entry["name"]: entry for entry in json.loads(ran.out)["entries"]}
    known = {entry["name"]: entry for entry in json.loads(SHARED.read_text())["entries"]}
    assert answered.keys() == known.keys()
    one, expected = (each["synthetic_three_tier_73_68"] for each in (answered, known))
    assert {key: one[key] for key in expected["expected_R_WINS"]} == pytest.approx(expected["expected_R_WINS"], abs=1e-5)
    assert [one["unrestricted"][key] for key in ("WR_lo", "WR_hi")] == pytest.approx(expected["bebu_lachin_ustat_ci95"], abs=1e-5)
    assert (one["wins"], one["losses"], one["ties"], one["by_tier"]) == tuple(
        expected[key] for key in ("wins", "losses", "ties", "by_tier")
    )
    assert round(answered["eurointervention_toy"]["WR"], 2) == known["eurointervention_toy"]["expected"]["WR"]
