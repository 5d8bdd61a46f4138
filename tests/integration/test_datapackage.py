"""datapackage.json is a Data Package: frictionless finds it valid, and finds what was changed behind its back."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frictionless
import pytest

from corelab.export import datapackage
from corelab.export.relations import relations_of
from corelab.export.written import Written
from tests.charter_builders import DVT
from tests.written_packages import a_package

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the judge


def of(folder: Path, name: str = DVT) -> Written:
    package = a_package(folder, name)
    datapackage.write(package, folder)
    return package


def described(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    return found


def faults(folder: Path) -> list[tuple[str, str]]:
    """(kind of fault, column) of all that the judge finds."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    return [(str(kind), str(column)) for kind, column in report.flatten(["type", "fieldName"])]


def replaced(folder: Path, table: str, old: str, new: str) -> None:
    path = folder / "data" / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def fields(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in described(folder)["resources"]:
        for field in resource["schema"]["fields"]:
            yield resource["name"], field


@pytest.mark.parametrize("name", [DVT, "odd"])
def test_the_judge_finds_it_valid(tmp_path: Path, name: str) -> None:
    of(tmp_path, name)
    assert faults(tmp_path) == []


def test_every_file_of_data_stands_in_it_with_size_hash_and_columns(tmp_path: Path) -> None:
    package = of(tmp_path)
    resources = {one["path"]: one for one in described(tmp_path)["resources"]}
    assert set(resources) == {f"data/{path.name}" for path in (tmp_path / "data").iterdir()}
    for table in package.tables:
        data, one = (tmp_path / table.path).read_bytes(), resources[table.path]
        assert (one["bytes"], one["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")
        assert [field["name"] for field in one["schema"]["fields"]] == list(table.names)
        assert one["schema"]["primaryKey"] == list(table.key)


def test_a_changed_byte_is_found_by_its_hash(tmp_path: Path) -> None:
    of(tmp_path)
    replaced(tmp_path, "results", "CONCORDANT", "ADJUDICATE")
    assert ("hash-count", "None") in faults(tmp_path)


def test_a_code_outside_its_list_is_found_even_where_the_hash_was_adapted(tmp_path: Path) -> None:
    package = of(tmp_path)
    replaced(tmp_path, "results", "CONCORDANT", "CONCORDAND")
    datapackage.write(package, tmp_path)
    assert faults(tmp_path) == [("constraint-error", "SOURCE")]


def test_a_key_that_stands_twice_and_a_row_that_belongs_to_nothing_are_found(tmp_path: Path) -> None:
    package = of(tmp_path)
    path = tmp_path / "data" / "results.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1], lines[2].replace("S01", "S99")]), encoding="utf-8")
    datapackage.write(package, tmp_path)
    assert {kind for kind, _ in faults(tmp_path)} == {"primary-key", "foreign-key"}


def test_a_text_where_a_number_belongs_is_found(tmp_path: Path) -> None:
    package = of(tmp_path)
    path = tmp_path / "data" / "measurements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("7.50", "7,50").replace("7,50", '"7,50"'), encoding="utf-8")
    datapackage.write(package, tmp_path)
    assert set(faults(tmp_path)) == {("type-error", "MVAL")}


def test_columns_with_a_code_list_are_constrained_to_it_with_words(tmp_path: Path) -> None:
    of(tmp_path)
    found = {(table, field["name"]): field for table, field in fields(tmp_path)}
    kind = found["results", "EVALSTAT"]
    assert kind["constraints"]["enum"] == ["NA", "NE", "NI"]
    assert kind["categories"][1] == {"label": "Not evaluable", "value": "NE"}
    assert found["notes", "NOTE"]["constraints"] == {"maxLength": 4000}


def test_relations_lead_from_rows_to_their_exam_and_their_record(tmp_path: Path) -> None:
    package = of(tmp_path)
    held = {(one.child, one.parent) for table in package.tables for one in relations_of(package.tables, table)}
    assert {("readings", "subject_visit"), ("results", "readings"), ("evidence", "readings"), ("evidence", "clips")} <= held


def test_a_package_without_the_other_table_has_no_relation_to_it(tmp_path: Path) -> None:
    package = of(tmp_path)
    alone = tuple(one for one in package.tables if one.name != "readings")
    assert [one for one in relations_of(alone, package.table("evidence")) if one.parent == "readings"] == []
