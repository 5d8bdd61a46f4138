"""Structured reports as files: made anew they are the same, what they cannot hold stops the package, and other programs accept them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corelab.export import sr
from corelab.export.sr import elements
from corelab.export.sr.uids import of_report
from corelab.export.written import PartRefusedError
from tests.charter_builders import DVT, PORTAL
from tests.sr_builders import a_package, below, edit, groups, reports, told

AGAIN = """
import sys
from pathlib import Path
from corelab.export import sr
from tests.sr_builders import opened

sr.write(opened(Path(sys.argv[1]), sys.argv[2]), Path(sys.argv[3]))
"""


def written_files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "dicom" / "sr").iterdir()}


def ran(*command: object) -> str:
    return subprocess.run([str(one) for one in command], check=False, capture_output=True, text=True).stderr


def test_identifiers_follow_from_the_record_without_a_key() -> None:
    assert of_report("0266145e-4a4b-49d1-a8ac-348d27fe6309") == "2.25.98803674160839050842858285773380448270"


@pytest.mark.parametrize("charter_name", [DVT, PORTAL])
def test_another_process_under_another_hash_seed_and_zone_writes_the_same_bytes(tmp_path: Path, charter_name: str) -> None:
    package = a_package(tmp_path, charter_name, visits=1)
    sr.write(package, tmp_path)
    environment = {**os.environ, "PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "C"}
    command = [sys.executable, "-c", AGAIN, str(tmp_path), charter_name, str(tmp_path / "again")]
    subprocess.run(command, check=True, env=environment)
    assert written_files(tmp_path) == written_files(tmp_path / "again")


# ---------------------------------------------------------------- what stops a package


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("readings", "READERID", "R" * 70, "PN"),
        ("readings", "SIGNDTC", "2026-01-12 12:00", "DT"),
        ("readings", "USUBJID", "S\\1", "PN"),
        ("readings", "TESTCD", "NOWHERE", "NOWHERE"),
        ("evidence", "CLIPID", "0" * 64, "0" * 64),
        ("evidence", "FRAMEB", "41", "of a clip of 40"),
        ("measurements", "MVAL", "1.23456789012345678", "DS"),
        ("clips", "SOPUID", "2.25.07", "UI"),
    ],
)
def test_what_a_report_cannot_hold_is_refused_and_never_cut(tmp_path: Path, table: str, column: str, value: str, said: str) -> None:
    package = a_package(tmp_path, DVT, visits=1)
    edit(package, table, lambda row: {**row, column: value})
    if column == "USUBJID":
        for other in ("evidence", "measurements", "clips"):
            edit(package, other, lambda row: {**row, column: value})
    with pytest.raises(PartRefusedError) as refused:
        sr.write(package, tmp_path)
    assert refused.value.path.startswith("dicom/sr/2.25.")
    assert said in refused.value.what


def test_a_value_is_held_to_what_its_representation_allows() -> None:
    assert elements.text(0x00080060, "CS", "SR") == b"\x08\0\x60\0CS\x02\0SR"
    assert elements.text(0x00080018, "UI", "1.2") == b"\x08\0\x18\0UI\x04\x001.2\0"
    assert elements.several(0x00081160, "IS", ["1", "12"]) == b"\x08\0\x60\x11IS\x04\x001\\12"
    for representation, value in (
        ("CS", "sr"),
        ("SH", "a" * 17),
        ("LO", "a\\b"),
        ("LO", " a"),
        ("DS", "1e"),
        ("UI", "1.02"),
        ("TM", "12:00:00"),
    ):
        with pytest.raises(elements.UnfitError, match=representation):
            elements.text(0x00080060, representation, value)
    with pytest.raises(elements.UnfitError, match="65536 bytes"):
        elements.floats(0x00700022, [0.5] * 0x4000)


# ---------------------------------------------------------------- what other programs say


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dciodvfy (dicom3tools) is not installed")
@pytest.mark.parametrize("charter_name", [DVT, PORTAL])
def test_an_independent_checker_finds_no_error_and_only_the_private_scheme_to_remark(tmp_path: Path, charter_name: str) -> None:
    sr.write(a_package(tmp_path, charter_name, visits=1), tmp_path)
    for path in (tmp_path / "dicom" / "sr").iterdir():
        said = ran("dciodvfy", path).splitlines()
        remarks = {line for line in said if "99CORELAB" not in line and "DICOMDIR" not in line}
        assert remarks == {"Comprehensive3DSR"}


@pytest.mark.skipif(shutil.which("dsrdump") is None, reason="dsrdump (dcmtk) is not installed")
def test_another_program_prints_the_whole_tree(tmp_path: Path) -> None:
    sr.write(a_package(tmp_path, DVT, visits=1), tmp_path)
    for path, report in zip(sorted((tmp_path / "dicom" / "sr").iterdir()), reports(tmp_path).values(), strict=True):
        printed = subprocess.run(["dsrdump", "+Pn", str(path)], check=True, capture_output=True, text=True).stdout
        assert printed.count("<contains CONTAINER") == 1 + len(groups(report))
        assert printed.count("<inferred from") == sum(len(one.frames) for one in told(report))


def test_a_library_of_structured_reports_reads_the_groups(tmp_path: Path) -> None:
    highdicom = pytest.importorskip("highdicom")
    sr.write(a_package(tmp_path, PORTAL, visits=1), tmp_path)
    path = max((tmp_path / "dicom" / "sr").iterdir(), key=lambda one: one.stat().st_size)
    ours = groups(reports(tmp_path)[path.stem])
    read = highdicom.sr.srread(path).content.get_image_measurement_groups()
    assert [one.tracking_identifier for one in read] == [one.ContentSequence[0].TextValue for one in ours]
    for theirs, own in zip(read, ours, strict=True):
        items = below(own, "CONTAINS")
        assert len(theirs.get_measurements()) == sum(one.ValueType == "NUM" for one in items)
        assert len(theirs.get_qualitative_evaluations()) == sum(one.ValueType == "CODE" for one in items)
