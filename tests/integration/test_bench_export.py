"""What a package's tables are measured on: both sides write the same rows; what cannot be measured is said."""

import csv
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from corelab.services import bench_export
from corelab.services.bench_goals import Beside, Goal, NotMeasured

TINY = bench_export.Sizes(subjects=2, turns=1, few=1)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


def test_both_sides_write_the_same_rows_of_every_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_export, "_ROLLUP", tmp_path / "none")
    goal, beside, _ = bench_export.measure(tmp_path, TINY, lambda _: None)
    assert isinstance(goal, Goal)
    assert isinstance(beside, Beside)
    assert goal.value > 0
    bare = {path.name: rows_of(path) for path in (tmp_path / "bare").iterdir()}
    for folder in ("ours", "derived"):
        assert {path.name: rows_of(path) for path in (tmp_path / folder / "data").iterdir()} == bare
    readings = bare["readings.csv"]
    assert {row[readings[0].index("USUBJID")] for row in readings[1:]} == {"S0000000", "S0000001"}
    assert goal.what.startswith(f"writing the tables of a package, beside {sum(len(rows) - 1 for rows in bare.values())} rows")


def test_tables_are_written_and_read_in_little_memory(tmp_path: Path) -> None:
    if not bench_export._ROLLUP.exists():
        pytest.skip("the system does not tell a program's private memory")
    assert 0 < bench_export._in_a_child(tmp_path / "files", 2) < 200 * 1024 * 1024


def test_without_proc_and_after_an_end_by_the_system_memory_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> int:
        raise BrokenProcessPool

    monkeypatch.setattr(bench_export, "_in_a_child", ended)
    *_, missing = bench_export.measure(tmp_path / "one", TINY, lambda _: None)
    assert isinstance(missing, NotMeasured)
    assert missing.reason == "the process that wrote was ended by the system"
    monkeypatch.setattr(bench_export, "_ROLLUP", tmp_path / "none")
    *_, missing = bench_export.measure(tmp_path / "two", TINY, lambda _: None)
    assert isinstance(missing, NotMeasured)
    assert "no /proc" in missing.reason
