"""A locked trial is opened again by two coordinators, locked anew, and its packages stay what they were."""

from pathlib import Path

import pytest

from corelab.domain.accounts import MOST_FAILURES, Meaning
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import NotPermittedError, SecondPersonError, SignInRefusedError
from corelab.domain.vocabulary import ExamState
from corelab.services import accounts, packages
from corelab.services.packages import unlocking
from corelab.services.packages.errors import LockedError, NotFinalError, NotLockedError
from corelab.services.verification import verify_open
from tests.builders import PASSWORD, Lab
from tests.life_builders import compares, dealt, exam_state, read_by_both, refusals
from tests.reading_builders import a_staffed_lab, rows_of

WHY = "A query of the sponsor came late"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """One final exam, two coordinators; locked."""
    made = a_staffed_lab(tmp_path)
    assert made.coordinator_2.account
    read_by_both(made)
    compares(made)
    packages.lock(made.open, made.coordinator, "All exams are in", PASSWORD)
    return made


def unlocks(lab: Lab, session: accounts.Session, why: str = WHY) -> packages.Unlocked:
    return packages.unlock(lab.open, session, why, PASSWORD)


def test_two_coordinators_unlock_by_their_signatures_and_exams_are_final_again(lab: Lab) -> None:
    (exam,) = (row["id"] for row in rows_of(lab, "exam"))
    assert not unlocks(lab, lab.coordinator).confirmed
    assert exam_state(lab, exam) is ExamState.LOCKED
    done = unlocks(lab, lab.coordinator_2)
    assert (done.confirmed, done.exams, exam_state(lab, exam)) == (True, 1, ExamState.FINAL)
    signed = [row for row in rows_of(lab, "signature") if row["meaning"] == Meaning.UNLOCK_APPROVAL.value]
    assert {row["account_id"] for row in signed} == {lab.coordinator.account, lab.coordinator_2.account}
    assert len({row["record_id"] for row in signed}) == 1
    assert verify_open(lab.open).faults == ()


def test_who_asked_cannot_agree_as_well(lab: Lab) -> None:
    unlocks(lab, lab.coordinator)
    with pytest.raises(SecondPersonError):
        unlocks(lab, lab.coordinator)
    assert refusals(lab) == [("unlock", "second_person")]


def test_the_only_active_coordinator_unlocks_alone(lab: Lab) -> None:
    accounts.deactivate(lab.open, lab.administrator, lab.coordinator_2.account, "left the core lab")
    assert unlocks(lab, lab.coordinator).confirmed
    assert verify_open(lab.open).faults == ()


def test_nobody_unlocks_alone_by_locking_the_other_coordinator_out(lab: Lab) -> None:
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in(lab.open, "coordinator-2", "not the password at all")
    assert not unlocks(lab, lab.coordinator).confirmed
    with pytest.raises(SecondPersonError):
        unlocks(lab, lab.coordinator)


def test_an_unlock_by_one_while_the_other_was_locked_out_is_a_fault(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(MOST_FAILURES):
        with pytest.raises(SignInRefusedError):
            accounts.sign_in(lab.open, "coordinator-2", "not the password at all")
    monkeypatch.setattr(unlocking, "two_needed", lambda _snapshot: False)
    assert unlocks(lab, lab.coordinator).confirmed
    assert [fault.what for fault in verify_open(lab.open).faults] == ["history: the trial was unlocked without a second coordinator"]


def test_a_request_of_somebody_who_left_counts_for_nothing(lab: Lab) -> None:
    third = lab.person("coordinator-3", *lab.coordinator.roles)
    unlocks(lab, lab.coordinator_2)
    accounts.deactivate(lab.open, lab.administrator, lab.coordinator_2.account, "left the core lab")
    assert not unlocks(lab, lab.coordinator).confirmed
    assert unlocks(lab, third).confirmed


def test_after_unlocking_a_new_lock_counts_on_and_packages_of_before_stay_what_they_were(lab: Lab, tmp_path: Path) -> None:
    before = packages.export(lab.open, lab.coordinator, tmp_path / "packages", PASSWORD).package
    unlocks(lab, lab.coordinator)
    unlocks(lab, lab.coordinator_2)
    dealt(lab, visit="M6")
    assert packages.verify_package(before).ok
    with pytest.raises(NotFinalError):
        packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    assert verify_open(lab.open).faults == ()


def test_a_lock_after_an_unlock_is_the_third_and_asks_two_again(lab: Lab) -> None:
    for session in (lab.coordinator, lab.coordinator_2):
        unlocks(lab, session)
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    assert [(row["n"], row["state"]) for row in rows_of(lab, "lock")] == [(1, "locked"), (2, "unlocked"), (3, "locked")]
    assert not unlocks(lab, lab.coordinator_2).confirmed
    with pytest.raises(LockedError):
        dealt(lab, visit="M6")


def test_unlocking_needs_a_locked_trial_a_reason_the_password_and_a_coordinator(lab: Lab) -> None:
    for why in ("", "   ", "late"):
        with pytest.raises(ReasonRefusedError):
            unlocks(lab, lab.coordinator, why)
    with pytest.raises(SignInRefusedError):
        packages.unlock(lab.open, lab.coordinator, WHY, "not the password at all")
    for session in (lab.reader_1, lab.administrator, lab.auditor):
        with pytest.raises(NotPermittedError):
            unlocks(lab, session)
    assert len(rows_of(lab, "lock")) == 1
    for session in (lab.coordinator, lab.coordinator_2):
        unlocks(lab, session)
    with pytest.raises(NotLockedError):
        unlocks(lab, lab.coordinator)
