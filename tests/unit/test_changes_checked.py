"""What a package tells of its differences is held against its tables: a line that is not so is a fault."""

import csv
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from corelab.export.causes import Cause, Causes, Reason
from corelab.export.change_table import CHANGES
from corelab.export.changes import KeptPackage, specified, write_changes
from corelab.export.check.changed import changed_faults
from corelab.export.tables import tables_for
from corelab.export.versions import Versions
from corelab.export.written import Written
from tests.exam_builders import reduced

PRODUCT = "corelab 0.0.0"
FACTS: Mapping[str, Any] = MappingProxyType(
    {"trial": "T", "transfer": "T002", "product": PRODUCT, "previous": {"transfer": "T001"}, "cutoff": {"at": "now", "seq": 100}}
)
(ATTRIBUTES,) = (table for table in tables_for(reduced()) if table.name == "attributes")
BEFORE = ("T,S01,STUDY_LIMB,,,left\n", "T,S02,STUDY_LIMB,,,left\n", "T,S03,STUDY_LIMB,,,left\n")
NOW = ("T,S01,STUDY_LIMB,,,left\n", "T,S02,STUDY_LIMB,,,right\n", "T,S04,STUDY_LIMB,,,left\n")
HEADER = ",".join(ATTRIBUTES.names) + "\n"


def a_package(folder: Path, facts: Mapping[str, Any] = FACTS) -> Written:
    """One subject has another limb than in the package before, one is gone, one is new."""
    (folder / "data").mkdir()
    (folder / ATTRIBUTES.path).write_text(HEADER + "".join(NOW))
    versions = Versions.of([reduced()])
    last = KeptPackage("T001", specified(versions), lambda name: iter(BEFORE if name == "attributes" else ()), str)
    made = Written(folder, facts, versions, (ATTRIBUTES,))
    assert write_changes(last, made, Causes.of((), Cause(Reason.SUBJECT_DATA, 90)), folder) == 3
    return Written(folder, facts, versions, (ATTRIBUTES, CHANGES))


def faults(package: Written) -> list[str]:
    return [f"{one.where}: {one.what}" for one in changed_faults(package, PRODUCT)]


def rewritten(package: Written, old: str, new: str) -> list[str]:
    path = package.folder / CHANGES.path
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    return faults(package)


def test_what_was_written_is_so(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    with (tmp_path / CHANGES.path).open(newline="") as file:
        assert [row["KIND"] for row in csv.DictReader(file)] == ["CHANGED", "DELETED", "ADDED"]
    assert faults(package) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("left,right", "left,both", "VALUE is 'right', and is told as 'both'"),
        ("S03", "S01", "is told as gone, and is there"),
        ("S04", "S05", "is not there"),
        ("VALUE", "VALUES", "has no column VALUES"),
        ("data/attributes.csv", "data/others.csv", "which is no table of the package"),
        ("90", "101", "rests on a later event"),
        ("DELETED,SUBJECT DATA", "DELETED,OTHER", "does not count what stands in"),
        ("90", "ninety", "cannot be held against the tables (ValueError)"),
    ],
)
def test_a_line_that_is_not_so_is_found(tmp_path: Path, old: str, new: str, expected: str) -> None:
    found = rewritten(a_package(tmp_path), old, new)
    assert any(expected in one for one in found), found


def test_a_first_package_tells_of_no_differences(tmp_path: Path) -> None:
    assert any("there is no package before" in one for one in faults(a_package(tmp_path, {**FACTS, "previous": None})))


def test_the_words_of_another_version_of_the_program_are_not_made_again(tmp_path: Path) -> None:
    package = a_package(tmp_path)
    (tmp_path / "CHANGES.md").write_text("told in other words")
    assert faults(package) == ["CHANGES.md: does not count what stands in data/changes.csv"]
    assert list(changed_faults(package, "corelab 9.9.9")) == []
