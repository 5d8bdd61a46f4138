"""A package in the making: others work on meanwhile, nothing half made stays, and a part that refuses stops it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corelab.domain.vocabulary import LabKind
from corelab.export.parts import Part
from corelab.export.written import PartRefusedError, Written
from corelab.services import accounts, assignment, packages, reading, verification
from corelab.services.packages.errors import ExportedMeanwhileError, NothingToExportError, StopTheLineError
from tests.builders import PASSWORD, Lab
from tests.integration.test_packages import a_staffed_lab, exported, read_by_both
from tests.reading_builders import a_ready_exam


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_staffed_lab(tmp_path)


def while_it_is_made(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """What happens when the parts of the next package are made, once."""
    due = [happens]

    def write(_package: Written, _into: Path) -> None:
        if due:
            due.pop()()

    monkeypatch.setattr("corelab.services.packages.writing.parts_here", lambda: {"probe": Part("probe", write)})


def test_readers_work_on_while_a_package_is_made_and_are_not_in_it(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by_both(lab)
    a_ready_exam(lab, visit="BL")
    assignment.assign(lab.open, lab.coordinator)
    before = exported(lab, tmp_path / "before")

    def saves() -> None:
        row = reading.worklist(lab.open, lab.reader_1).rows[0]
        reading.save(lab.open, lab.reader_1, reading.open_reading(lab.open, lab.reader_1, row.assignment).reading)

    while_it_is_made(monkeypatch, saves)
    made = exported(lab, tmp_path / "made")
    assert made.head == before.head
    assert packages.verify_package(made.package).ok
    assert verification.verify_lab(lab.open.folder).faults == ()


def test_a_package_that_another_one_overtook_is_not_written(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by_both(lab)
    second = lab.sign_in("coordinator-2")
    while_it_is_made(monkeypatch, lambda: packages.export(lab.open, second, tmp_path / "other", PASSWORD))
    with pytest.raises(ExportedMeanwhileError) as refused:
        exported(lab, tmp_path / "out")
    assert refused.value.transfer == "T001"
    assert list((tmp_path / "out").iterdir()) == []
    assert [path.name[:11] for path in (tmp_path / "other").iterdir()] == ["DVT-LE_T001"]
    accounts.sign_out(lab.open, second)


def test_a_part_that_cannot_hold_what_the_tables_say_stops_the_package(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by_both(lab)

    def refuses() -> None:
        raise PartRefusedError("sdtm/cv.xpt", "CVORRES holds 201 bytes")

    while_it_is_made(monkeypatch, refuses)
    with pytest.raises(StopTheLineError) as stopped:
        exported(lab, tmp_path / "out")
    assert [(fault.where, fault.what) for fault in stopped.value.faults] == [("sdtm/cv.xpt", "CVORRES holds 201 bytes")]
    assert list((tmp_path / "out").iterdir()) == []
    with lab.open.store.read() as snapshot:
        assert not snapshot.all("package")


def test_a_test_package_of_a_lab_without_results_shows_the_specification(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path, LabKind.TRAINING)
    a_ready_exam(lab)
    made = exported(lab, tmp_path / "out", test=True)
    assert made.rows["readings"] == 0
    assert (made.package / "codebook/dictionary.csv").is_file()
    assert packages.verify_package(made.package).ok


def test_a_lab_of_a_trial_without_results_has_no_package(lab: Lab, tmp_path: Path) -> None:
    a_ready_exam(lab)
    with pytest.raises(NothingToExportError):
        exported(lab, tmp_path / "out")


def test_a_copy_of_the_records_goes_with_the_package_and_one_that_was_left_goes_with_the_next(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    left = lab.open.folder / f".records.{2**22 + 1}.x"
    left.mkdir()
    exported(lab, tmp_path / "out")
    assert not list(lab.open.folder.glob(".records.*"))


def test_with_other_libraries_the_same_state_is_the_next_transfer(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by_both(lab)
    one = exported(lab, tmp_path)
    monkeypatch.setattr("corelab.export.parts.ZLIB_RUNTIME_VERSION", "9.9")
    assert not packages.preview(lab.open, lab.coordinator).again
    two = exported(lab, tmp_path)
    assert (one.package.name[:11], two.package.name[:11], one.head == two.head) == ("DVT-LE_T001", "DVT-LE_T002", True)
    assert packages.verify_package(one.package).ok


def test_a_large_lab_whose_answers_are_forgotten_between_two_questions_has_its_package(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_by_both(lab)
    monkeypatch.setattr("corelab.storage.snapshot._MOST_ROWS", -1)
    assert packages.verify_package(exported(lab, tmp_path).package).ok
