"""The endpoints of a simulated trial under the full leg charter, found again from its package by code that knows nothing of the product."""

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.command_line import CommandLine
from tests.acceptance.independent import limb_endpoints
from tests.acceptance.window import Place
from tests.oracles import DVT

VISITS = 4


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two subjects at every visit, read, adjudicated, locked and exported by command."""
    folder = tmp_path_factory.mktemp("limbs")
    corelab, lab = CommandLine(Place(folder / "person")), folder / "lab"
    plan = ("--charter", DVT, "--subjects", "2", "--seed", "1", "--agreement", "0.8", "--until", "locked")
    accounts = {each["user"]: each["password"] for each in corelab.done("simulate", lab, *plan)["accounts"]}
    return Path(corelab.done("export", lab, folder / "out", user="coordinator-1", password=accounts["coordinator-1"])["package"])


def test_every_endpoint_cell_is_found_again(package: Path) -> None:
    script = [sys.executable, "-I", limb_endpoints.__file__, str(package)]
    ran = subprocess.run(script, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout) == (0, f"{2 * VISITS} exams, 0 endpoint cells differ\n")


def test_the_trial_has_more_than_clean_limbs(package: Path) -> None:
    rows = limb_endpoints.read(package / "data" / "subject_visit.csv")
    worst = Counter(row["COMPWRST"] for row in rows)
    assert len(rows) == 2 * VISITS
    assert len(worst) > 1
    assert {row["REFLUXDP"] for row in rows if row["VISIT"] != "M6"} == {"NA"}


def test_a_changed_cell_is_found(package: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    rows = limb_endpoints.read(package / "data" / "subject_visit.csv")
    rows[0]["LEVEL"] = "9"
    with (tmp_path / "data" / "subject_visit.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (tmp_path / "data" / "results.csv").write_bytes((package / "data" / "results.csv").read_bytes())
    assert limb_endpoints.main(str(tmp_path)) == 1
