"""The statements of Part 11 that this program supports, the tests named after them, and a table of what each answered in a run.

A test proves the statements whose numbers stand in its name: ``test_p11_05_...``, or ``test_p11_05_06_...`` for two.
"""

import csv
import platform
import re
import sqlite3
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pytest

import corelab

HERE = Path(__file__).parent
STATEMENTS = HERE.parent / "packaging" / "part11" / "statements.csv"
_NUMBERS = re.compile(r"\btest_p11((?:_\d\d)+)_")


@dataclass(frozen=True, slots=True)
class Statement:
    """``kind``: S the software must do it, P a procedure of the lab, S+P both. ``by_hand``: why no test proves it, and what was done."""

    id: str
    kind: str
    area: str
    statement: str
    source: str
    by_hand: str


@dataclass(frozen=True, slots=True)
class Line:
    """One test of one statement, or a statement without a test: then ``test`` says why."""

    requirement: str
    kind: str
    area: str
    statement: str
    source: str
    test: str
    result: str


def statements() -> tuple[Statement, ...]:
    """All statements, in order."""
    with STATEMENTS.open(encoding="utf-8", newline="") as table:
        return tuple(Statement(**row) for row in csv.DictReader(table))


def proved_by(name: str) -> tuple[str, ...]:
    """The statements that a test of this name proves."""
    found = _NUMBERS.search(name)
    return tuple(f"P11-{number}" for number in found.group(1).strip("_").split("_")) if found else ()


def named_tests() -> dict[str, list[str]]:
    """Every test in the suite that is named after a statement, by statement."""
    found: dict[str, list[str]] = {}
    for path in sorted(HERE.rglob("test_*.py")):
        for name in re.findall(r"^\s*def (test_p11_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            for statement in proved_by(name):
                found.setdefault(statement, []).append(name)
    return found


def matrix(results: Mapping[str, str]) -> Iterator[Line]:
    """``results``: what each test answered, by its id. One line for each test of each statement."""
    for one in statements():
        tests = [(test, result) for test, result in sorted(results.items()) if one.id in proved_by(test)]
        for test, result in tests or [(one.by_hand, "by hand" if one.by_hand else "no test")]:
            yield Line(one.id, one.kind, one.area, one.statement, one.source, test, result)


def versions() -> dict[str, str]:
    """What the run ran on."""
    return {
        "product": corelab.__version__,
        "commit": _answer_of("git", "-C", str(HERE), "rev-parse", "HEAD"),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "postgresql": _answer_of("postgres", "--version"),
    }


def _answer_of(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "none"


def write(path: Path, lines: Iterable[Line]) -> None:
    """The matrix as CSV; every line says on what it ran."""
    ran_on = versions()
    with path.open("w", encoding="utf-8", newline="") as table:
        out = csv.writer(table, lineterminator="\n")
        out.writerow([*(field.name for field in fields(Line)), *ran_on])
        out.writerows([*astuple(line), *ran_on.values()] for line in lines)


class Matrix:
    """Listens to a run of tests and writes the matrix at its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._results: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not proved_by(report.nodeid):
            return
        if report.when == "call" or report.outcome != "passed":
            self._results[report.nodeid] = report.outcome

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if not hasattr(session.config, "workerinput"):  # with several workers only their head has all the answers
            write(self._path, matrix(self._results))
