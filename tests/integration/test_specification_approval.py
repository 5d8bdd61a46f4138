"""Columns that packages had and will not have: no export until a coordinator signed for it; a name never comes back as another."""

import csv
from pathlib import Path

import pytest

from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import SignInRefusedError
from corelab.domain.specification import Change
from corelab.services import packages
from corelab.services.packages.errors import NothingToApproveError, SpecificationChangedError
from corelab.services.verification import verify_lab
from corelab.ui.words import words_for
from tests.builders import PASSWORD, Lab
from tests.lab_commands import answered, run
from tests.reading_builders import rows_of
from tests.specification_builders import QUALITY, WHY, a_lab_that_dropped_an_item, amended, amends, read


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    made = a_lab_that_dropped_an_item(tmp_path, monkeypatch)
    monkeypatch.setattr("corelab.app.clock", lambda: made.clock)
    return made


def exported(lab: Lab, out: Path) -> Path:
    return packages.export(lab.open, lab.coordinator, out, PASSWORD).package


def approves(lab: Lab, password: str = PASSWORD) -> packages.SpecificationState:
    return packages.approve_specification(lab.open, lab.coordinator, WHY, password)


def columns(package: Path, name: str) -> list[str]:
    with (package / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_a_removed_column_stops_the_export_with_its_name_and_writes_nothing(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(SpecificationChangedError) as stopped:
        exported(lab, tmp_path / "two")
    where = {(one.change, one.where) for one in stopped.value.differences}
    assert (Change.COLUMN_REMOVED, "subject_visit CFV_IMGQUAL") in where
    assert (Change.CODE_REMOVED, "TESTCD IMGQUAL") in where
    assert stopped.value.refused == ()
    words = words_for(stopped.value).all
    assert "approve it on the Export page" in words
    assert "IMGQUAL" in words
    assert not (tmp_path / "two").exists()
    assert len(rows_of(lab, "package")) == 1


def test_after_the_approval_the_package_is_written_and_announces_it(lab: Lab, tmp_path: Path) -> None:
    before = packages.specification(lab.open, lab.coordinator)
    assert (before.after, before.approved, before.refused) == ("T001", False, ())
    after = approves(lab)
    assert (after.stops, after.approved, after.differences) == ((), True, before.differences)
    two = exported(lab, tmp_path / "two")
    assert "CFV_IMGQUAL" not in columns(two, "subject_visit")
    text = (two / "CHANGES.md").read_text(encoding="utf-8")
    assert "approved by the signature of a coordinator:" in text
    assert "- Removed column: subject_visit CFV_IMGQUAL (Image quality, CFV)." in text
    assert packages.verify_package(two).faults == ()
    assert verify_lab(lab.open.folder).faults == ()
    again = exported(lab, tmp_path / "again")
    assert (again / "CHANGES.md").read_bytes() == (two / "CHANGES.md").read_bytes()


def test_the_approval_is_a_signed_record_with_the_reason_and_every_difference(lab: Lab) -> None:
    state = approves(lab)
    (row,) = rows_of(lab, "specification_approval")
    (signature,) = [one for one in rows_of(lab, "signature") if one["record_id"] == row["id"]]
    assert (signature["meaning"], signature["account_id"]) == ("specification approval", lab.coordinator.account)
    with lab.open.store.read() as snapshot:
        told = snapshot.opening_of(row["event_seq"])
    assert (told["after"], told["reason_text"]) == ("T001", WHY)
    assert len(told["differences"]) == sum(not one.is_allowed for one in state.differences) > 10


def test_an_approval_counts_once_for_the_differences_that_it_names(lab: Lab, tmp_path: Path) -> None:
    approves(lab)
    with pytest.raises(NothingToApproveError):
        approves(lab)
    exported(lab, tmp_path / "two")
    with pytest.raises(NothingToApproveError):
        approves(lab)
    assert packages.specification(lab.open, lab.coordinator).differences == ()


def test_a_wrong_password_or_a_blank_reason_approves_nothing(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(SignInRefusedError):
        approves(lab, "not the password at all")
    with pytest.raises(ReasonRefusedError):
        packages.approve_specification(lab.open, lab.coordinator, "ok", PASSWORD)
    assert rows_of(lab, "specification_approval") == []
    with pytest.raises(SpecificationChangedError):
        exported(lab, tmp_path / "two")


def test_a_removed_name_never_comes_back_as_another(lab: Lab, tmp_path: Path) -> None:
    approves(lab)
    exported(lab, tmp_path / "two")
    amends(lab, amended("2.0.0", "1.0.0", (QUALITY, 'label = "Overall impression"'), quality=True))
    read(lab, "S03")
    with pytest.raises(SpecificationChangedError) as stopped:
        exported(lab, tmp_path / "three")
    assert "subject_visit CFV_IMGQUAL" in {one.where for one in stopped.value.refused}
    assert "another meaning" in words_for(stopped.value).all
    with pytest.raises(SpecificationChangedError) as refused:
        approves(lab)
    assert refused.value.refused == refused.value.differences
    assert answered(lab, "specification", "show")["may_be_approved"] is False


def test_a_removed_name_may_come_back_as_what_it_was(lab: Lab, tmp_path: Path) -> None:
    approves(lab)
    exported(lab, tmp_path / "two")
    amends(lab, amended("2.0.0", "1.0.0", quality=True))
    read(lab, "S03")
    three = exported(lab, tmp_path / "three")
    assert "CFV_IMGQUAL" in columns(three, "subject_visit")
    assert "New column: subject_visit CFV_IMGQUAL" in (three / "CHANGES.md").read_text(encoding="utf-8")


def test_the_command_shows_what_stops_and_approves_it(lab: Lab, tmp_path: Path) -> None:
    found = answered(lab, "specification", "show")
    assert (found["after"], found["approved"], found["may_export"], found["may_be_approved"]) == ("T001", False, False, True)
    assert {"change": "code removed", "where": "TESTCD IMGQUAL", "old": "Image Quality", "new": "", "needs": "approval"} in found[
        "differences"
    ]
    shown = run(lab, "specification", "show")
    assert "stops     Removed code: TESTCD IMGQUAL" in shown.stdout
    stopped = run(lab, "export", str(tmp_path / "two"))
    assert stopped.exit_code == 1
    assert "corelab specification LAB approve" in stopped.stderr
    done = answered(lab, "specification", "approve", "--reason", WHY)
    assert (done["approved"], done["may_export"]) == (True, True)
    assert run(lab, "export", str(tmp_path / "two")).exit_code == 0
    again = run(lab, "specification", "approve", "--reason", WHY)
    assert (again.exit_code, again.stdout) == (1, "")
    assert "nothing to approve" in again.stderr


def test_a_reader_neither_sees_nor_approves(lab: Lab) -> None:
    for arguments in (("show",), ("approve", "--reason", WHY)):
        done = run(lab, "specification", *arguments, user="reader-1")
        assert done.exit_code == 1
        assert "Your role does not allow this." in done.stderr
