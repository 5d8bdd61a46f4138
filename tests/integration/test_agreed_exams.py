"""Calibration exams from real clips whose truth people agreed on: typed values are read, judged and monitored too."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from corelab.cli import cli
from corelab.domain.accounts import Role
from corelab.domain.certification import Verdict
from corelab.domain.checks import unconfirmed
from corelab.domain.rehearsal.written import CaseRefusedError
from corelab.domain.vocabulary import Grade
from corelab.services import accounts, agreed_exams, assignment, calibration, certification, reading
from corelab.services.accounts import Session
from corelab.services.phantoms import make_phantom
from corelab.services.verification import verify_open
from corelab.storage import calibration as records
from tests.builders import PASSWORD, Lab
from tests.charter_builders import PORTAL, full
from tests.reading_builders import rows_of
from tests.training_builders import a_training_lab, checked, small_pictures
from tests.unit.test_agreed_exam import REMNANT, exam

pytestmark = pytest.mark.usefixtures(small_pictures.__name__)
__all__ = ["small_pictures"]
TRUE = {"TLV": "1600", "TUMV": "100", "FLRV": "375"}


def portal() -> bytes:
    """The vessels are read on one exam of the set, the remnant on two."""
    text = full(PORTAL)
    for often, now in (("8", "1"), ("5", "2"), ("8", "2")):
        text = text.replace(f"calibration_exams = {often}\n", f"calibration_exams = {now}\n", 1)
    return text.encode()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_training_lab(tmp_path, portal())


def written(folder: Path, seed: int = 1, **changed: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    document = exam(**changed)
    for n, name in enumerate(document["clips"]):
        (folder / name).write_bytes(make_phantom("colour_patent", 100 * seed + n, frames=4, size=(160, 120)).dicom)
    file = folder / "exam.json"
    file.write_text(json.dumps(document))
    return file


def reads_the_remnant(lab: Lab, session: Session, **said: str) -> None:
    row = reading.worklist(lab.open, session).next
    assert row is not None
    opened = reading.open_reading(lab.open, session, row.assignment)
    made = opened.reading
    for cell in made.form.cells:
        if cell.item in said:
            made = made.answered(cell, Grade(said[cell.item]), [])
    for one in unconfirmed(made, opened.clips):
        made = made.confirming(one.check, one.segment, "a test")
    version = reading.save(lab.open, session, made, version=opened.version).version
    reading.sign(lab.open, session, made, PASSWORD, version=version)


def test_an_exam_with_agreed_truth_is_read_by_the_type_whose_truth_is_known(lab: Lab, tmp_path: Path) -> None:
    made = agreed_exams.add(lab.open, lab.coordinator, written(tmp_path / "panel"))
    told = {one.label: (one.wanted, one.known, one.drawn) for one in made.types}
    assert told == {"Vessel reading, treatment visible": (1, 0, True), "Blinded remnant reading": (2, 1, False)}
    assert (made.made, made.to_draw) == (1, 1)
    assert lab.person("reader-1", Role.READER).account
    checked(lab)
    assignment.assign(lab.open, lab.coordinator)
    dealt = [(row["kind"], row["reading_type"]) for row in rows_of(lab, "assignment")]
    assert dealt == [("calibration", "REMNANT")]
    assert verify_open(lab.open).faults == ()


def test_typed_values_are_compared_with_the_truth(lab: Lab, tmp_path: Path) -> None:
    for seed in (1, 2):
        agreed_exams.add(lab.open, lab.coordinator, written(tmp_path / f"panel {seed}", seed))
    assert lab.person("reader-1", Role.READER).account
    checked(lab)
    assignment.assign(lab.open, lab.coordinator)
    for volume in ("385", "395"):
        reads_the_remnant(lab, lab.reader_1, **{**TRUE, "FLRV": volume})
    done = certification.certify(lab.open, lab.coordinator, lab.reader_1.account)
    assert done.verdict is Verdict.CERTIFIED
    assert done.figures is not None
    found = {one.item: (one.agreed, one.cells, one.difference) for one in done.figures.items}
    assert found == {"TLV": (2, 2, 0.0), "TUMV": (2, 2, 0.0), "FLRV": (0, 2, 15.0)}


def test_phantoms_and_agreed_exams_make_one_set(lab: Lab, tmp_path: Path) -> None:
    agreed_exams.add(lab.open, lab.coordinator, written(tmp_path / "panel"))
    made = calibration.make(lab.open, lab.coordinator)
    assert [(one.wanted, one.known) for one in made.types] == [(1, 1), (2, 1)]
    assert (made.made, made.to_draw) == (2, 0)


def test_the_truth_is_sealed_and_who_agreed_with_it(lab: Lab, tmp_path: Path) -> None:
    agreed_exams.add(lab.open, lab.coordinator, written(tmp_path / "panel", agreed="Konsens-Sitzung-77"))
    lab.open.store.close()
    stored = b"".join(file.read_bytes() for file in lab.open.folder.glob("corelab.db*"))
    assert b"Konsens-Sitzung-77" not in stored
    with lab.open.store.read() as snapshot:
        (of,) = records.exams(snapshot)
        truth = records.truth_of(snapshot, of, accounts.held_custody(lab.coordinator))
    assert {cell.item: grade.value for cell, grade in truth.items()} == TRUE


def test_nothing_is_made_of_an_exam_that_cannot_be_taken(lab: Lab, tmp_path: Path) -> None:
    file = written(tmp_path / "panel")
    (tmp_path / "panel" / "PV_MAIN.dcm").write_bytes(b"no image")
    (tmp_path / "panel" / "PV_LEFT.dcm").unlink()
    with pytest.raises(CaseRefusedError) as error:
        agreed_exams.add(lab.open, lab.coordinator, file)
    assert [fault.path for fault in error.value.faults] == ["clips.PV_LEFT.dcm"]
    (tmp_path / "panel" / "PV_LEFT.dcm").write_bytes(make_phantom("colour_patent", 9, frames=4, size=(160, 120)).dicom)
    with pytest.raises(CaseRefusedError) as error:
        agreed_exams.add(lab.open, lab.coordinator, file)
    assert [fault.path for fault in error.value.faults] == ["clips.PV_MAIN.dcm"]
    elsewhere = tmp_path / "elsewhere.dcm"
    elsewhere.write_bytes(make_phantom("colour_patent", 10, frames=4, size=(160, 120)).dicom)
    for name in ("../elsewhere.dcm", str(elsewhere)):
        file.write_text(json.dumps(exam(clips={name: "PV_MAIN"})))
        with pytest.raises(CaseRefusedError) as error:
            agreed_exams.add(lab.open, lab.coordinator, file)
        assert [fault.path for fault in error.value.faults] == [f"clips.{name}"]
    file.write_text("{")
    with pytest.raises(CaseRefusedError):
        agreed_exams.add(lab.open, lab.coordinator, file)
    assert rows_of(lab, "calibration_exam") == rows_of(lab, "exam") == []


def test_a_clip_of_the_lab_is_not_shown_twice(lab: Lab, tmp_path: Path) -> None:
    file = written(tmp_path / "panel")
    agreed_exams.add(lab.open, lab.coordinator, file)
    with pytest.raises(CaseRefusedError) as error:
        agreed_exams.add(lab.open, lab.coordinator, file)
    assert len(error.value.faults) == len(exam()["clips"])
    assert len(rows_of(lab, "calibration_exam")) == 1


def test_by_command(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORELAB_CONFIG", str(tmp_path / "configuration"))
    monkeypatch.setattr("corelab.app.clock", lambda: lab.clock)
    told = {"CORELAB_USER": "coordinator", "CORELAB_PASSWORD": PASSWORD}

    def run(file: Path) -> Any:
        return CliRunner().invoke(cli, ["training", str(lab.open.folder), "add", str(file), "--json"], env=told)

    done = run(written(tmp_path / "panel"))
    assert done.exit_code == 0, done.stderr
    remnant = json.loads(done.stdout)["types"][1]
    assert remnant == {"reading_type": "Blinded remnant reading", "wanted": 2, "known": 1, "drawn": False}
    refused = run(written(tmp_path / "other", seed=2, truth={**REMNANT, "PV_MAIN": {"PAT": "open"}}))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "truth.PV_MAIN.PAT   open is not a value of PAT" in refused.stderr
