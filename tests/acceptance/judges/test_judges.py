"""Others judge a package of a simulated trial: programs of the system, published schemas, and libraries that give back every cell."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.judges.table import JUDGES, a_package

_MAY_BE_ABSENT = {"R, haven", "R, import.R"}
"""R is large; where it is installed it is asked."""


def verdicts(package: Path) -> tuple[Mapping[str, Any], ...]:
    """In a process of its own: what libraries of others warn of is theirs."""
    call = (sys.executable, "-m", "tests.acceptance.judges.table", "--package", str(package), "--json")
    return tuple(json.loads(subprocess.run(call, capture_output=True, text=True, check=False).stdout))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made, again = a_package(tmp_path_factory.mktemp("judged"), 2)
    assert again.faults == ()
    assert again.looked_at > 50
    yield made
    shutil.rmtree(made.parent.parent)


def test_no_judge_has_anything_against_a_package(package: Path) -> None:
    found = verdicts(package)
    assert [(one["judge"], one["on"], one["faults"]) for one in found if one["faults"]] == []
    assert len(found) == len(JUDGES)
    assert {one["judge"] for one in found if one["absent"]} <= _MAY_BE_ABSENT
    assert [one["judge"] for one in found if not one["looked_at"] and not one["absent"]] == []


def test_a_grade_that_was_changed_is_found_by_judges_that_know_nothing_of_us(package: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    shutil.copytree(package, changed)
    results = changed / "data/results.csv"
    results.write_bytes(results.read_bytes().replace(b",full,", b",none,", 1))
    finds = {one["judge"] for one in verdicts(changed) if one["faults"]}
    assert {"sha256sum -c", "verify_standalone.py", "corelab verify", "frictionless", "openpyxl", "pyarrow"} <= finds
