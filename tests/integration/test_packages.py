"""Locking and exporting: what goes into a package, what stops it, and that the same state gives the same bytes."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.record_errors import LabUnsoundError, NotPermittedError, SignInRefusedError
from corelab.domain.vocabulary import ClipId, LabKind, SegmentId
from corelab.export.check import PackageFault
from corelab.export.manifest import PackageExistsError
from corelab.services import accounts, adjudication, assignment, comparison, intake, packages, reading, verification
from corelab.services.packages.errors import LockedError, NotFinalError, NothingToExportError, StopTheLineError
from corelab.services.verification import LabFaultyError
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, first, signs


def a_staffed_lab(tmp_path: Path, kind: LabKind = LabKind.DEMO) -> Lab:
    made = a_lab(tmp_path, kind=kind)
    for person in (made.reader_1, made.reader_2, made.adjudicator, made.coordinator_2):
        assert person.account
    return made


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_staffed_lab(tmp_path)


def read_by_both(lab: Lab, subject: str = "S01", visit: str = "D10", **differs: int | str) -> None:
    a_ready_exam(lab, subject, visit)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2, "", **differs)
    comparison.release_and_compare(lab.open, lab.coordinator)


def decided(lab: Lab, take: Take = Take.A) -> None:
    opened = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))
    draft = opened.draft
    for dispute in draft.case.disputes:
        draft = draft.decided(dispute.cell, take, reason=DecisionReason.OTHER_FRAME)
    adjudication.sign(lab.open, lab.adjudicator, opened.assignment, draft, PASSWORD)
    comparison.release_and_compare(lab.open, lab.coordinator)


def exported(lab: Lab, out: Path, *, test: bool = False) -> packages.Exported:
    return packages.export(lab.open, lab.coordinator, out, PASSWORD, test=test)


def column(package: Path, table: str, name: str, **where: str) -> list[str]:
    rows = csv.DictReader((package / "data" / f"{table}.csv").read_text().splitlines())
    return [row[name] for row in rows if all(row[key] == value for key, value in where.items())]


def test_a_package_of_an_adjudicated_exam_verifies_and_holds_both_readings_and_the_decision(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, COMP_CFV=2)
    decided(lab)
    made = exported(lab, tmp_path / "out")
    assert packages.verify_package(made.package).faults == ()
    roles = column(made.package, "readings", "EVALROLE", SEGCD="CFV", TESTCD="VNCOMPR")
    assert sorted(roles) == ["ADJUDICATOR 1", "READER 1", "READER 2"]
    assert column(made.package, "results", "SOURCE", SEGCD="CFV", TESTCD="VNCOMPR") == ["ADJUDICATED"]
    assert column(made.package, "readings", "FRAMEA", SEGCD="CFV", TESTCD="VNCOMPR", EVALROLE="READER 1") == ["4"]
    assert made.package.name.startswith("DVT-LE_T001_2026")
    assert made.package.name.endswith("_DEMO")


def test_the_lab_verifies_before_and_after_a_package(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    exported(lab, tmp_path / "out")
    assert verification.verify_lab(lab.open.folder).faults == ()


def test_the_same_state_gives_the_same_bytes_and_no_new_number(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    one = exported(lab, tmp_path / "one")
    accounts.sign_out(lab.open, lab.sign_in("coordinator-2"))
    with pytest.raises(SignInRefusedError):
        lab.sign_in("reader-2", "not the password at all")
    with pytest.raises(SignInRefusedError):
        packages.export(lab.open, lab.coordinator, tmp_path / "no", "not the password at all")
    two = exported(lab, tmp_path / "two")
    files = sorted(path.relative_to(one.package) for path in one.package.rglob("*") if path.is_file())
    assert two.package.name == one.package.name
    assert files == sorted(path.relative_to(two.package) for path in two.package.rglob("*") if path.is_file())
    assert all((one.package / path).read_bytes() == (two.package / path).read_bytes() for path in files)


def test_a_new_reading_makes_the_next_transfer_and_names_the_former(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    one = exported(lab, tmp_path)
    read_by_both(lab, visit="BL")
    two = exported(lab, tmp_path)
    manifest = json.loads((two.package / "MANIFEST.json").read_text())
    assert (manifest["transfer"], manifest["previous"]["transfer"]) == ("T002", "T001")
    assert two.rows["subject_visit"] == one.rows["subject_visit"] + 1


def test_readers_keep_their_pseudonyms_when_others_join(tmp_path: Path) -> None:
    lab = a_lab(tmp_path, kind=LabKind.DEMO)
    for person in (lab.adjudicator, lab.reader_1, lab.reader_2, lab.coordinator_2):
        assert person.account
    read_by_both(lab)
    one = exported(lab, tmp_path / "out")
    read_by_both(lab, visit="BL", COMP_CFV=2)
    decided(lab)
    two = exported(lab, tmp_path / "out")
    before, after = (
        dict(zip(column(made.package, "readings", "RECID"), column(made.package, "readings", "READERID"), strict=True))
        for made in (one, two)
    )
    assert {record: after[record] for record in before} == before
    assert set(before.values()) == {"R01", "R02"}
    assert set(column(two.package, "readings", "READERID", EVALROLE="ADJUDICATOR 1")) == {"R03"}


def test_an_exam_that_waits_is_left_out_and_named(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    read_by_both(lab, visit="BL", COMP_CFV=2)
    shown = packages.preview(lab.open, lab.coordinator)
    assert (shown.included, [(one.subject, one.visit) for one in shown.excluded], shown.again) == (1, [("S01", "BL")], False)
    made = exported(lab, tmp_path)
    checks = json.loads((made.package / "qc/checks.json").read_text())
    assert [one["visit"] for one in checks["excluded"]] == ["BL"]


def test_a_package_without_any_final_exam_is_refused_with_what_waits(lab: Lab, tmp_path: Path) -> None:
    a_ready_exam(lab)
    with pytest.raises(NothingToExportError) as refused:
        exported(lab, tmp_path / "out")
    assert [one.visit for one in refused.value.excluded] == ["D10"]
    assert not (tmp_path / "out").exists()


def test_a_package_that_is_there_is_never_overwritten(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    made = exported(lab, tmp_path)
    with pytest.raises(PackageExistsError):
        exported(lab, tmp_path)
    assert packages.verify_package(made.package).ok


def test_a_package_that_does_not_verify_as_written_is_not_there(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by_both(lab)
    faulty = packages.VerifiedPackage({}, (PackageFault("data/results.csv", "differs"),))
    with monkeypatch.context() as patched:
        patched.setattr("corelab.services.packages.writing.verify_package", lambda _folder, formats: faulty)  # noqa: ARG005 - called by its name
        with pytest.raises(StopTheLineError):
            exported(lab, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
    assert packages.verify_package(exported(lab, tmp_path / "out").package).ok


def test_a_wrong_password_writes_nothing(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    with pytest.raises(SignInRefusedError):
        packages.export(lab.open, lab.coordinator, tmp_path / "out", "not the password at all")
    assert not (tmp_path / "out").exists()


def test_a_lab_with_a_fault_is_not_exported(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    (lab.open.clips / "stray.dcm").write_bytes(b"x")
    with pytest.raises(LabFaultyError):
        exported(lab, tmp_path / "out")


def test_p11_04_a_lab_with_a_fault_is_not_locked_and_takes_no_more_records(lab: Lab) -> None:
    read_by_both(lab)
    (lab.open.clips / "stray.dcm").write_bytes(b"x")
    with pytest.raises(LabFaultyError):
        packages.lock(lab.open, lab.coordinator, "All in", PASSWORD)
    with pytest.raises(LabUnsoundError):
        a_ready_exam(lab, visit="BL")
    with lab.open.store.read() as snapshot:
        assert not snapshot.all("lock")


def test_p11_04_a_lab_with_a_fault_is_neither_compared_nor_exported(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    a_ready_exam(lab, visit="BL")
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    (lab.open.clips / "stray.dcm").write_bytes(b"x")
    with pytest.raises(LabFaultyError):
        comparison.release_and_compare(lab.open, lab.coordinator)
    with pytest.raises(LabUnsoundError):
        exported(lab, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with lab.open.store.read() as snapshot:
        assert len(snapshot.all("comparison")) == len(snapshot.all("release_batch")) == len(snapshot.events(kind="sealed.opened")) == 1


def test_only_a_coordinator_locks_and_exports(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    for session in (lab.reader_1, lab.adjudicator, lab.administrator, lab.person("auditor-1", Role.AUDITOR)):
        with pytest.raises(NotPermittedError):
            packages.export(lab.open, session, tmp_path / "out", PASSWORD)
        with pytest.raises(NotPermittedError):
            packages.lock(lab.open, session, "All in", PASSWORD)


def test_the_approval_names_person_meaning_and_these_files(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    made = exported(lab, tmp_path)
    manifest = json.loads((made.package / "MANIFEST.json").read_text())
    document = manifest["approval"]["document"]
    assert (document["name"], document["meaning"]) == ("Coordinator", "package approval")
    manifest["approval"]["document"] = {**document, "name": "Somebody else"}
    (made.package / "MANIFEST.json").write_text(json.dumps(manifest))
    assert "the signature of the approval is not valid" in [fault.what for fault in packages.verify_package(made.package).faults]


def test_an_approval_of_another_package_does_not_fit(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    one = exported(lab, tmp_path)
    read_by_both(lab, visit="BL")
    two = exported(lab, tmp_path)
    manifest = json.loads((two.package / "MANIFEST.json").read_text())
    manifest["approval"] = json.loads((one.package / "MANIFEST.json").read_text())["approval"]
    (two.package / "MANIFEST.json").write_text(json.dumps(manifest))
    found = [fault.what for fault in packages.verify_package(two.package).faults]
    assert {"the approval is for other files", "the approval is for another transfer"} <= set(found)


def test_nobody_is_named_but_in_the_approval(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab)
    made = exported(lab, tmp_path)
    for file in made.package.rglob("*.csv"):
        assert "reader-1" not in file.read_text()
        assert lab.reader_1.account not in file.read_text()


def test_a_test_package_says_so_in_name_and_manifest(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path, kind=LabKind.TRAINING)
    read_by_both(lab)
    made = exported(lab, tmp_path / "out", test=True)
    assert made.package.name.endswith("_TEST")
    assert (made.package / "README.txt").read_text().startswith("TEST")


def _save(lab: Lab) -> None:
    row = reading.worklist(lab.open, lab.reader_1).rows[0]
    reading.save(lab.open, lab.reader_1, reading.open_reading(lab.open, lab.reader_1, row.assignment).reading)


def _label(lab: Lab) -> None:
    intake.label(lab.open, lab.coordinator, _a_clip(lab), SegmentId("CFV"), None)


def _pass(lab: Lab) -> None:
    intake.pass_pixels(lab.open, lab.coordinator, [_a_clip(lab)])


def _a_clip(lab: Lab) -> ClipId:
    with lab.open.store.read() as snapshot:
        return ClipId(snapshot.all("clip")[0]["id"])


def test_locking_needs_every_exam_final_and_a_reason(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    with pytest.raises(NotFinalError) as refused:
        packages.lock(lab.open, lab.coordinator, "All in", PASSWORD)
    assert [one.visit for one in refused.value.waiting] == ["D10"]
    decided(lab)
    with pytest.raises(ValueError, match="reason"):
        packages.lock(lab.open, lab.coordinator, "  ", PASSWORD)
    assert packages.lock(lab.open, lab.coordinator, "All in", PASSWORD).exams == 1
    with pytest.raises(LockedError):
        packages.lock(lab.open, lab.coordinator, "Again", PASSWORD)
    for add in (_save, _label, _pass):
        with pytest.raises(LockedError):
            add(lab)
    assert verification.verify_lab(lab.open.folder).faults == ()


def test_a_package_says_which_readings_its_numbers_come_from_after_the_lab_is_gone(lab: Lab, tmp_path: Path) -> None:
    read_by_both(lab, COMP_CFV=2)
    decided(lab, Take.B)
    made = exported(lab, tmp_path / "out")
    shutil.rmtree(lab.open.folder)
    verified = packages.verify_package(made.package)
    assert verified.ok
    assert verified.checked["results rows"] == made.rows["results"]
