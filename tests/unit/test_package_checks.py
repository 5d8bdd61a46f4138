"""Checking the tables of a package row by row: what is wrong with one is named, and the memory does not grow with the package."""

import json
import tracemalloc
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from corelab.domain.vocabulary import Answer, Cell
from corelab.export.check import LARGEST_LIST, Loaded, content_faults, load, recomputed_faults, table_faults, versions_of
from corelab.export.check.content import RowChecks
from corelab.export.check.fault import MOST, PackageFault, limited
from corelab.export.columns import Table
from corelab.export.records import ExamRecord, SignedRecord
from corelab.export.rows import tables_of
from corelab.export.tables import ATTRIBUTES, READINGS, tables_for
from corelab.export.versions import Versions
from corelab.export.writers import Row
from tests.exam_builders import reduced
from tests.table_builders import table_bytes
from tests.unit.test_package_tables import an_exam

VERSIONS = Versions.of([reduced()])


def a_folder(folder: Path, subjects: int) -> Loaded:
    """A package's tables alone: the same exam of many subjects."""
    exams = [_of(an_exam({}, {"COMP_CFV": 2}, {"COMP_CFV": 1}), number) for number in range(subjects)]
    made = tables_of(VERSIONS, exams).named()
    (folder / "data").mkdir(parents=True)
    entries = []
    for table in tables_for(reduced()):
        rows = made.get(table.name, ())
        (folder / table.path).write_bytes(table_bytes(table, rows))
        entries.append({"path": table.path, "rows": len(rows)})
    return Loaded(folder, {"files": entries}, frozenset(str(entry["path"]) for entry in entries))


def _of(exam: ExamRecord, number: int) -> ExamRecord:
    """Without frames: the tables about clips are empty here."""
    records = (replace(one, record=f"{one.record}-{number:04d}", answers=_unproven(one)) for one in exam.records)
    return replace(exam, subject=f"S{number:04d}", records=tuple(records))


def _unproven(record: SignedRecord) -> Mapping[Cell, Answer]:
    return MappingProxyType({cell: Answer(cell, answer.grade) for cell, answer in record.answers.items()})


def peak(loaded: Loaded) -> int:
    tracemalloc.start()
    try:
        assert table_faults(VERSIONS, loaded)[0] == ()
        assert recomputed_faults(VERSIONS, loaded) == ()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_six_times_the_subjects_take_the_same_memory(tmp_path: Path) -> None:
    few, many = a_folder(tmp_path / "few", 3), a_folder(tmp_path / "many", 18)
    peak(few)  # what is made once for every package
    assert peak(many) < 1.3 * peak(few)


# ---------------------------------------------------------------- rows


def told(table: Table, *rows: Row, typed: bool = True) -> list[str]:
    return [fault.what for fault in content_faults(VERSIONS, table, rows, typed=typed)]


def a_row(**said: str) -> dict[str, str]:
    row = dict(tables_of(VERSIONS, [an_exam({}, {})]).attributes[0])
    return {**row, **said}


def test_keys_are_held_against_the_row_before() -> None:
    assert told(ATTRIBUTES, a_row(USUBJID="S1"), a_row(USUBJID="S2")) == []
    assert told(ATTRIBUTES, a_row(USUBJID="S1"), a_row(USUBJID="S1")) == ["has the key of the row before"]
    assert told(ATTRIBUTES, a_row(USUBJID="S2"), a_row(USUBJID="S1")) == ["stands out of order"]


def test_whole_numbers_are_in_order_by_value() -> None:
    first = dict.fromkeys(READINGS.names, "") | {"VISITNUM": "2", "VISIT": "D10"}
    checks = RowChecks(VERSIONS, READINGS)
    assert [one.fault.what for row in (first, {**first, "VISITNUM": "10"}) for one in checks.broken(row)] == []
    assert checks.rows == 2


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [
        ("VISITNUM", "two", "VISITNUM holds 'two', which is no whole number"),
        ("VISITNUM", "\u0662", "VISITNUM holds '\u0662', which is no whole number"),
        ("RESN", "1e3", "RESN holds '1e3', which is no number"),
        ("RESN", "nan", "RESN holds 'nan', which is no number"),
        ("EXAMDTC", "20260112", "EXAMDTC holds '20260112', which is no date"),
        ("SIGNDTC", "2026-01-12T12:00:00", "SIGNDTC holds '2026-01-12T12:00:00', which is no time"),
        ("UNIT", "x" * 17, "UNIT holds 17 characters, its length is 16"),
    ],
)
def test_values_are_of_their_type_and_length(column: str, value: str, what: str) -> None:
    row = dict.fromkeys(READINGS.names, "") | {column: value}
    assert told(READINGS, row) == [what]
    assert told(READINGS, row, typed=False) == []


def test_a_long_value_is_not_repeated_whole() -> None:
    row = dict.fromkeys(READINGS.names, "") | {"SIDE": "x" * 5000}
    assert all(len(what) < 150 for what in told(READINGS, row))


# ---------------------------------------------------------------- files


def spoiled(folder: Path, content: bytes) -> list[str]:
    loaded = a_folder(folder, 1)
    (folder / READINGS.path).write_bytes(content)
    return [f"{fault.where}: {fault.what}" for fault in table_faults(VERSIONS, loaded)[0]]


HEADER = ",".join(READINGS.names).encode()


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "has other columns than the specification"),
        (b"\xef\xbb\xbf" + HEADER, "has other columns than the specification"),
        (HEADER + b"\n\xff\xfe\n", "is no readable table"),
        (HEADER + b"\na,b\n", "line 2 has 2 fields instead of"),
        (HEADER + b"\n" + b"x" * (1024**2 + 2), "a line is too long"),
        (HEADER + b'\n"' + b"x" * 200_000, "is no readable table"),
        (HEADER + b'\n"open', "is no readable table"),
    ],
)
def test_a_file_that_is_no_table_is_named_and_not_read_on(content: bytes, what: str, tmp_path: Path) -> None:
    found = spoiled(tmp_path / "package", content)
    assert len(found) == 1
    assert found[0].startswith("data/readings.csv")
    assert what in found[0], found


def test_a_package_full_of_faults_is_told_shortly() -> None:
    found = list(limited((PackageFault("a", str(number)) for number in range(10**9)), "data"))
    assert len(found) == MOST + 1
    assert found[-1] == PackageFault("data", f"has more faults than the {MOST} that are named")


def test_small_files_are_read_up_to_a_limit_and_lines_too(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"x" * (LARGEST_LIST + 1))
    loaded = Loaded(tmp_path, {"files": []}, frozenset({"large"}))
    with pytest.raises(ValueError, match="too large"):
        loaded.content("large")
    with pytest.raises(ValueError, match="too long"):
        list(loaded.lines("large"))
    with pytest.raises(KeyError):
        loaded.content("another")


@pytest.mark.parametrize("charter", [None, 5, "x", ["x"], [None]])
def test_a_manifest_that_names_no_charter_is_told(charter: object, tmp_path: Path) -> None:
    versions, faults = versions_of(Loaded(tmp_path, {"files": [], "charter": charter}, frozenset()))
    assert versions is None
    assert [fault.what for fault in faults] == ["names no charter"]


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    package = tmp_path / "package"
    package.mkdir()
    (package / "a").symlink_to(tmp_path / "secret")
    (package / "MANIFEST.json").write_text(json.dumps({"files": [{"path": "a", "sha256": "0" * 64, "bytes": 1}]}))
    loaded, faults = load(package)
    assert loaded is not None
    assert not loaded.present
    assert "a: is missing" in [f"{fault.where}: {fault.what}" for fault in faults]
