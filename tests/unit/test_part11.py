"""The matrix of statements and tests is whole, and one option of the test run writes it."""

import csv
import subprocess
import sys
from pathlib import Path

from tests import part11

NUMBERS = [f"P11-{number:02}" for number in range(1, 76)]


def test_p11_01_every_statement_that_the_software_must_keep_has_a_test_or_says_why_not() -> None:
    tests = part11.named_tests()
    assert [one.id for one in part11.statements()] == NUMBERS
    assert [one.id for one in part11.statements() if one.id not in tests and not one.by_hand] == []


def test_p11_01_no_test_is_named_after_a_statement_that_does_not_exist() -> None:
    assert set(part11.named_tests()) <= set(NUMBERS)


def test_a_statement_with_a_test_is_not_also_excused() -> None:
    tests = part11.named_tests()
    assert [one.id for one in part11.statements() if one.id in tests and one.by_hand] == []


def test_p11_01_one_option_writes_requirement_test_and_result_with_versions(tmp_path: Path) -> None:
    told = tmp_path / "matrix.csv"
    a_few = f"{Path(__file__).relative_to(Path.cwd())}::{test_a_test_may_prove_two_statements.__name__}"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", a_few, "--p11-matrix", str(told)], capture_output=True, check=False
    )
    assert ran.returncode == 0
    with told.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["requirement"] for row in rows] == NUMBERS
    assert {row["result"] for row in rows} <= {"no test", "by hand"}  # none of the tests that prove something was asked for
    assert rows[0]["product"]
    assert rows[0]["sqlite"]


def test_the_matrix_tells_a_failed_proof_from_a_kept_one() -> None:
    results = {"tests/a.py::test_p11_05_06_prints": "passed", "tests/a.py::test_p11_06_marks": "failed", "tests/a.py::test_other": "failed"}
    told = [(line.requirement, line.test, line.result) for line in part11.matrix(results) if line.requirement in {"P11-05", "P11-06"}]
    assert told == [
        ("P11-05", "tests/a.py::test_p11_05_06_prints", "passed"),
        ("P11-06", "tests/a.py::test_p11_05_06_prints", "passed"),
        ("P11-06", "tests/a.py::test_p11_06_marks", "failed"),
    ]


def test_a_test_may_prove_two_statements() -> None:
    assert part11.proved_by("tests/x/test_y.py::test_p11_05_06_prints_all") == ("P11-05", "P11-06")
    assert part11.proved_by("tests/x/test_y.py::test_p11_matrix") == ()
