"""Labs whose charter asks for a calibration set, with small pictures, so that a test about training says only what matters."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.vocabulary import AssignmentId, Cell, Grade
from corelab.services import accounts, assignment, calibration, calibration_pictures, certification, intake, reading
from corelab.services.accounts import Session
from corelab.storage import calibration as records
from corelab.storage import readings
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import changed
from tests.reading_builders import filled, first

EXAMS = 2
CHARTER = changed(
    ("calibration_exams = 0\ncalibration_every", f"calibration_exams = {EXAMS}\ncalibration_every"),
    ("training_record = true\ncalibration_exams = 0", f"training_record = true\nmin_weighted_kappa = 0.6\ncalibration_exams = {EXAMS}"),
)


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_FRAMES", 6), ("_SIZE", (160, 120)), ("_SEEDS", 1)):
        monkeypatch.setattr(calibration_pictures, name, value)


def a_training_lab(folder: Path, charter: bytes = CHARTER) -> Lab:
    """Nobody is certified yet."""
    lab = a_lab(folder, charter=charter)
    lab.certifies = False
    return lab


def checked(lab: Lab) -> None:
    """Two people passed and released every clip that waits."""
    clips = [one.clip for one in intake.waiting(lab.open, lab.coordinator)]
    intake.pass_pixels(lab.open, lab.coordinator, clips, attended=False)
    intake.verify_pixels(lab.open, lab.coordinator_2, clips, attended=False)


def with_a_set(lab: Lab) -> Lab:
    """Two readers and two adjudicators, trained, and a set that is ready and dealt."""
    for user, role in (("reader-1", Role.READER), ("reader-2", Role.READER), ("adjudicator-1", Role.ADJUDICATOR)):
        assert lab.person(user, role).account
    calibration.make(lab.open, lab.coordinator)
    checked(lab)
    assignment.assign(lab.open, lab.coordinator)
    return lab


def certified(lab: Lab, *sessions: Session) -> None:
    for session in sessions:
        certification.certify_elsewhere(lab.open, lab.coordinator, session.account, "certified in the lab for training")


def truth_behind(lab: Lab, assignment: AssignmentId) -> Mapping[Cell, Grade]:
    """What no reader may know."""
    custody = accounts.held_custody(lab.coordinator)
    with lab.open.store.read() as snapshot:
        found = readings.assignment(snapshot, assignment)
        assert found is not None
        return records.truth_of(snapshot, found.exam, custody)


def reads_the_set(lab: Lab, session: Session, **wrong: str) -> int:
    """Signs every calibration reading as the truth says, but for ``wrong`` values by item and segment (``COMP_CFV="none"``)."""
    done = 0
    while (row := reading.worklist(lab.open, session).next) is not None and truth_behind(lab, row.assignment):
        opened = reading.open_reading(lab.open, session, first(lab, session))
        true = {f"{cell.item}_{cell.segment}": grade.value or "" for cell, grade in truth_behind(lab, row.assignment).items()}
        made = filled(opened, **{**true, **wrong})
        version = reading.save(lab.open, session, made, version=opened.version).version
        reading.sign(lab.open, session, made, PASSWORD, version=version)
        done += 1
    return done
