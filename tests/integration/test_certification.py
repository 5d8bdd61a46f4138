"""The calibration set, who is dealt what before a certificate, and what a certificate rests on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest

from corelab.domain.certification import Verdict
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import PersonRefusedError
from corelab.domain.vocabulary import Cell, ExamState, Grade, SegmentId
from corelab.services import accounts, assignment, calibration, certification, intake, reading, status
from corelab.services.calibration_exams import RESERVED
from corelab.services.calibration_pictures import Pictures
from corelab.services.certification import CalibrationUnreadError
from corelab.services.monitoring.observing import Observing
from corelab.services.monitoring.signed import signed_records
from corelab.services.packages import gather
from corelab.services.packages.errors import NotFinalError
from corelab.services.packages.locking import lock as lock_trial
from corelab.services.training import able_for
from corelab.services.verification import verify_open
from corelab.storage import calibration as records
from tests.builders import PASSWORD, Lab
from tests.laid_back import LaidBack
from tests.reading_builders import a_ready_exam, rows_of
from tests.training_builders import EXAMS, a_training_lab, certified, checked, reads_the_set, small_pictures, with_a_set

pytestmark = pytest.mark.usefixtures(small_pictures.__name__)
__all__ = ["small_pictures"]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_training_lab(tmp_path)


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> LaidBack:
    return LaidBack(tmp_path_factory.mktemp("set"))


@pytest.fixture
def set_lab(laid: LaidBack, small_pictures: None) -> Iterator[Lab]:
    """With a set that is dealt, and nobody certified."""
    del small_pictures
    lab = laid.lab(lambda folder: with_a_set(a_training_lab(folder)))
    yield lab
    lab.open.close()


def able(lab: Lab, user: str) -> bool:
    with lab.open.store.read() as snapshot:
        account = next(row["id"] for row in snapshot.all("account") if row["user_name"] == user)
        return able_for(snapshot, account, lab.open.charter)


def kinds_dealt(lab: Lab, user: str) -> set[str]:
    accounts_of = {row["user_name"]: row["id"] for row in rows_of(lab, "account")}
    return {str(row["kind"]) for row in rows_of(lab, "assignment") if row["account_id"] == accounts_of[user]}


# ---------------------------------------------------------------- the set


def test_the_set_is_made_through_real_intake_and_waits_for_two_people(lab: Lab) -> None:
    made = calibration.make(lab.open, lab.coordinator)
    assert (made.wanted, made.made, made.ready) == (EXAMS, EXAMS, 0)
    assert made.clips == len(intake.waiting(lab.open, lab.coordinator)) > 0
    checked(lab)
    now = calibration.calibration_set(lab.open, lab.coordinator)
    assert (now.wanted, now.made, now.ready, now.clips, now.to_draw) == (EXAMS, EXAMS, EXAMS, 0, 0)
    assert [(one.wanted, one.known, one.drawn) for one in now.types] == [(EXAMS, EXAMS, True)]
    exams = intake.exams(lab.open, lab.coordinator)
    assert all(exam.subject.startswith(RESERVED) and exam.state is ExamState.READY for exam in exams)
    assert verify_open(lab.open).faults == ()


def test_making_again_makes_nothing_twice(lab: Lab) -> None:
    first = calibration.make(lab.open, lab.coordinator, 1)
    assert (first.made, len(rows_of(lab, "calibration_exam"))) == (1, 1)
    calibration.make(lab.open, lab.coordinator)
    calibration.make(lab.open, lab.coordinator)
    assert [row["n"] for row in rows_of(lab, "calibration_exam")] == [1, 2]


def test_the_set_is_no_part_of_the_trial(set_lab: Lab) -> None:
    assert status.status(set_lab.open, set_lab.coordinator).exams == 0
    with set_lab.open.store.read() as snapshot:
        found = gather.scope(snapshot)
    assert (found.included, found.excluded, found.subjects) == (0, (), ())
    with pytest.raises(NotFinalError) as error:
        lock_trial(set_lab.open, set_lab.coordinator, "nothing to lock yet", PASSWORD)
    assert error.value.waiting == ()


def test_a_subject_of_the_set_takes_no_exam_of_the_trial_and_what_was_dealt_stays(set_lab: Lab) -> None:
    code = f"{RESERVED}001"
    with pytest.raises(IntakeRefusedError) as error:
        intake.set_not_imaged(set_lab.open, set_lab.coordinator, f"{code}:M6", [SegmentId("CFV")], "NOT_SCANNED")
    assert error.value.refusal is Refusal.RESERVED
    visit = intake.exams(set_lab.open, set_lab.coordinator)[0].visit
    for change in (
        lambda: intake.set_not_imaged(set_lab.open, set_lab.coordinator, f"{code}:{visit}", [SegmentId("DFV")], "NOT_SCANNED"),
        lambda: intake.set_subject(set_lab.open, set_lab.coordinator, code, {"STUDY_LIMB": _other(set_lab, code)}),
    ):
        with pytest.raises(IntakeRefusedError) as error:
            change()
        assert error.value.refusal is Refusal.EXAM_CLOSED


def _other(lab: Lab, code: str) -> str:
    limb = next(exam for exam in intake.exams(lab.open, lab.coordinator) if exam.subject == code).attributes.subject["STUDY_LIMB"]
    return "left" if limb == "right" else "right"


def test_every_degree_of_illness_is_in_the_set_and_two_sets_differ(lab: Lab, tmp_path: Path) -> None:
    other = a_training_lab(tmp_path / "other")
    found = []
    for one in (lab, other):
        calibration.make(one.open, one.coordinator)
        found.append(truths(one))
    said = [{grade.value for exam in truth for cell, grade in exam.items() if cell.item == "COMP"} for truth in found]
    assert said == [{"full", "partial", "none"}] * 2
    assert found[0] != found[1]  # 2 exams of 12 segments, shuffled: equal once in far more than a million


def test_exams_that_become_ready_later_are_dealt_then(lab: Lab) -> None:
    assert lab.reader_1.account
    calibration.make(lab.open, lab.coordinator, 1)
    checked(lab)
    assignment.assign(lab.open, lab.coordinator)
    calibration.make(lab.open, lab.coordinator)
    checked(lab)
    for _ in range(2):
        assignment.assign(lab.open, lab.coordinator)
    assert len([row for row in rows_of(lab, "assignment") if row["kind"] == "calibration"]) == EXAMS


# ---------------------------------------------------------------- the gate


def test_a_trained_reader_reads_only_the_set_before_the_certificate(lab: Lab) -> None:
    a_ready_exam(lab)
    with_a_set(lab)
    assert kinds_dealt(lab, "reader-1") == kinds_dealt(lab, "reader-2") == {"calibration"}
    assert not able(lab, "reader-1")
    assert able(lab, "adjudicator-1")
    certified(lab, lab.reader_1, lab.reader_2)
    assignment.assign(lab.open, lab.coordinator)
    assert kinds_dealt(lab, "reader-1") == kinds_dealt(lab, "reader-2") == {"calibration", "primary"}


def test_a_reader_who_agrees_with_the_truth_is_certified(set_lab: Lab) -> None:
    assert reads_the_set(set_lab, set_lab.reader_1) == EXAMS
    done = certification.certify(set_lab.open, set_lab.coordinator, set_lab.reader_1.account)
    assert (done.verdict, done.version) == (Verdict.CERTIFIED, set_lab.open.charter.version)
    assert done.figures is not None
    assert done.figures.exams == EXAMS
    assert {item.item: item.share for item in done.figures.items} == {"COMP": 1.0, "FLOW": 1.0}
    assert able(set_lab, "reader-1")
    assert not able(set_lab, "reader-2")
    (row,) = certification.certificates(set_lab.open, set_lab.coordinator, set_lab.reader_1.account)
    assert (row.verdict, row.figures) == (Verdict.CERTIFIED, None)
    assert certification.figures(set_lab.open, set_lab.coordinator, row.id).figures == done.figures
    assert verify_open(set_lab.open).faults == ()


def test_an_exam_whose_making_broke_off_keeps_nobody_from_the_certificate(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(calibration, "fill", full)
        with pytest.raises(OSError, match="space"):
            calibration.make(lab.open, lab.coordinator)
    with_a_set(lab)
    assert len(rows_of(lab, "calibration_exam")) == EXAMS + 1
    assert reads_the_set(lab, lab.reader_1) == EXAMS
    assert certification.certify(lab.open, lab.coordinator, lab.reader_1.account).verdict is Verdict.CERTIFIED


def test_a_reader_who_falls_short_is_trained_and_reads_the_set_again_before_the_trial(set_lab: Lab) -> None:
    segments = {cell.segment for truth in truths(set_lab) for cell in truth if cell.item == "COMP"}
    reads_the_set(set_lab, set_lab.reader_1, **{f"COMP_{segment}": "none" for segment in segments})
    done = certification.certify(set_lab.open, set_lab.coordinator, set_lab.reader_1.account)
    assert done.verdict is Verdict.NOT_CERTIFIED
    assert not able(set_lab, "reader-1")
    assignment.assign(set_lab.open, set_lab.coordinator)
    assert reading.worklist(set_lab.open, set_lab.reader_1).next is None
    accounts.record_training(set_lab.open, set_lab.coordinator, set_lab.reader_1.account, set_lab.charter_sha256)
    assignment.assign(set_lab.open, set_lab.coordinator)
    assert reads_the_set(set_lab, set_lab.reader_1) == EXAMS
    assignment.assign(set_lab.open, set_lab.coordinator)
    assert reading.worklist(set_lab.open, set_lab.reader_1).next is None
    assert certification.certify(set_lab.open, set_lab.coordinator, set_lab.reader_1.account).verdict is Verdict.CERTIFIED
    assert able(set_lab, "reader-1")


def truths(lab: Lab) -> tuple[Mapping[Cell, Grade], ...]:
    with lab.open.store.read() as snapshot:
        custody = accounts.held_custody(lab.coordinator)
        return tuple(records.truth_of(snapshot, exam, custody) for exam in records.exams(snapshot))


def test_nothing_is_opened_before_the_whole_set_is_signed(lab: Lab) -> None:
    with pytest.raises(CalibrationUnreadError) as none:
        certification.certify(lab.open, lab.coordinator, lab.reader_1.account)
    assert (none.value.read, none.value.needed) == (0, 0)
    with_a_set(lab)
    with pytest.raises(CalibrationUnreadError) as error:
        certification.certify(lab.open, lab.coordinator, lab.reader_1.account)
    assert (error.value.read, error.value.needed) == (0, EXAMS)
    assert not rows_of(lab, "certification")
    with lab.open.store.read() as snapshot:
        assert not snapshot.events(kind="sealed.opened")


def test_opening_the_readings_is_on_record_before_the_verdict(set_lab: Lab) -> None:
    reads_the_set(set_lab, set_lab.reader_1)
    certification.certify(set_lab.open, set_lab.coordinator, set_lab.reader_1.account)
    with set_lab.open.store.read() as snapshot:
        (opened,), (verdict,) = snapshot.events(kind="sealed.opened"), snapshot.events(kind="certification.recorded")
        assert opened["seq"] < verdict["seq"]
        payload = snapshot.opening_of(opened["seq"])
    assert (payload["scope"], payload["count"], len(payload["exams"])) == ("certification", 2 * EXAMS, EXAMS)


def test_who_can_be_certified(lab: Lab) -> None:
    for account in (lab.auditor.account, lab.coordinator.account, lab.adjudicator.account):
        with pytest.raises(PersonRefusedError, match="not_reader"):
            certification.certify_elsewhere(lab.open, lab.coordinator, account, "in another lab of ours")
    with pytest.raises(ReasonRefusedError):
        certification.certify_elsewhere(lab.open, lab.coordinator, lab.reader_1.account, "ok")
    done = certification.certify_elsewhere(lab.open, lab.coordinator, lab.reader_1.account, "lab for training, record 12")
    assert certification.figures(lab.open, lab.coordinator, done.id).elsewhere == "lab for training, record 12"


def test_monitoring_knows_the_truth_of_what_was_read_and_counts_no_exam_of_the_set(set_lab: Lab) -> None:
    reads_the_set(set_lab, set_lab.reader_1)
    for custody in (accounts.held_custody(set_lab.coordinator), None):
        with set_lab.open.store.read() as snapshot:
            signed = signed_records(snapshot)
            observing = Observing(snapshot, signed, custody, set_lab.open.clock.now())
            for record in signed.records:
                observing.open(record)
            observed = observing.observed()
        assert observed.states == {}
        assert len(observed.truth) == (EXAMS if custody else 0)


# ---------------------------------------------------------------- what a reader could find


def test_the_truth_stands_nowhere_in_the_folder(set_lab: Lab) -> None:
    reads_the_set(set_lab, set_lab.reader_1)
    certification.certify(set_lab.open, set_lab.coordinator, set_lab.reader_1.account)
    words = (b"noncompressible", b"colour_absent", b"colour_patent", b'"truth"', b'"figures"', b"spectral_phasic")
    for file in (one for one in set_lab.open.folder.rglob("*") if one.is_file()):
        content = file.read_bytes()
        assert not [word for word in words if word in content], file.name


def test_what_the_pictures_were_drawn_from_is_kept_nowhere(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who knew the seed could draw the same picture and so find what it shows."""
    made: list[Pictures] = []

    def remembered(chance: Random) -> Pictures:
        made.append(Pictures(chance))
        return made[-1]

    monkeypatch.setattr(calibration, "Pictures", remembered)
    calibration.make(lab.open, lab.coordinator, 1)
    (seed,) = made[0]._seeds
    with lab.open.store.read() as snapshot:
        (event,) = snapshot.events(kind=records.MADE)
        payload = snapshot.opening_of(event["seq"], accounts.held_custody(lab.coordinator))
    assert set(payload) == {"n", "truth"}
    assert not [file for file in lab.open.folder.rglob("*") if file.is_file() and str(seed).encode() in file.read_bytes()]


def test_a_reader_sees_a_calibration_exam_like_any_other(set_lab: Lab) -> None:
    certified(set_lab, set_lab.reader_1, set_lab.reader_2)
    a_ready_exam(set_lab)
    assignment.assign(set_lab.open, set_lab.coordinator)
    rows = reading.worklist(set_lab.open, set_lab.reader_1).rows
    assert len({row.kind for row in rows}) == 1
    assert not any(RESERVED in str(row) or "calib" in str(row).lower() for row in rows)
    opened = reading.open_reading(set_lab.open, set_lab.reader_1, rows[0].assignment)
    assert RESERVED not in repr(opened)
