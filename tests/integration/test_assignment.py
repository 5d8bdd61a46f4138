"""Who is dealt which exam, and why an exam waits."""

from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.vocabulary import ExamState, SegmentId
from corelab.services import accounts, assignment, comparison, intake, status
from corelab.services.accounts import Session
from corelab.services.assignment import Why
from corelab.services.packages.errors import LockedError
from corelab.services.packages.locking import lock
from corelab.storage.store import NewRow
from tests.builders import PASSWORD, Lab, a_lab
from tests.reading_builders import a_ready_exam, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_lab(tmp_path)


def staffed(lab: Lab, readers: int = 2) -> Lab:
    for number in range(1, readers + 1):
        assert lab.person(f"reader-{number}", Role.READER).account
    assert lab.adjudicator.account
    return lab


def reasons(lab: Lab) -> list[tuple[str, Why]]:
    return [(one.what, one.reason) for one in assignment.assign(lab.open, lab.coordinator).waiting]


def readers_of(lab: Lab, exam: str) -> dict[int, str]:
    with lab.open.store.read() as snapshot:
        users = {row["id"]: row["user_name"] for row in snapshot.all("account")}
        return {row["slot"]: users[row["account_id"]] for row in snapshot.all("assignment", exam_id=exam)}


def test_every_ready_exam_goes_to_two_readers(lab: Lab) -> None:
    staffed(lab)
    exam = a_ready_exam(lab)
    assert assignment.assign(lab.open, lab.coordinator) == assignment.Assigned(2, ())
    assert sorted(readers_of(lab, exam).values()) == ["reader-1", "reader-2"]


def test_assigning_again_deals_nothing_twice(lab: Lab) -> None:
    staffed(lab)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    assert assignment.assign(lab.open, lab.coordinator).assigned == 0


def test_a_subject_keeps_its_pair_and_its_slots_over_the_visits(lab: Lab) -> None:
    staffed(lab, readers=4)
    first = a_ready_exam(lab, visit="BL")
    assignment.assign(lab.open, lab.coordinator)
    second = a_ready_exam(lab, visit="D10")
    a_ready_exam(lab, "S02", "D10")
    assignment.assign(lab.open, lab.coordinator)
    assert readers_of(lab, second) == readers_of(lab, first)


def test_pairs_are_balanced(lab: Lab) -> None:
    staffed(lab, readers=3)
    exams = [a_ready_exam(lab, f"S{number:02d}", received=("CFV",)) for number in range(9)]
    assignment.assign(lab.open, lab.coordinator)
    pairs = [tuple(sorted(readers_of(lab, exam).values())) for exam in exams]
    assert sorted(pairs.count(pair) for pair in set(pairs)) == [3, 3, 3]


# ---------------------------------------------------------------- why an exam waits


def test_an_exam_waits_while_its_clips_are_not_all_released(lab: Lab) -> None:
    staffed(lab)
    intake.set_not_imaged(lab.open, lab.coordinator, "S01:D10", [SegmentId("CFV")], "NOT_SCANNED")
    (waits,) = assignment.assign(lab.open, lab.coordinator).waiting
    assert (waits.what, waits.reason) == ("S01 D10", Why.NOT_READY)
    (exam,) = intake.exams(lab.open, lab.coordinator)
    missing, unknown = len(exam.completeness.missing), len(exam.completeness.unknown)
    assert missing > 1
    assert waits.why.startswith(f"{missing} required segments without clip, {unknown} fact")
    assert "released" not in waits.why, "no clip came"


def test_an_exam_waits_while_too_few_people_are_trained(lab: Lab) -> None:
    assert lab.reader_1.account
    assert lab.reader_2.account
    a_ready_exam(lab)
    assert reasons(lab) == [("S01 D10", Why.POOL_TOO_SMALL)]


def test_an_exam_waits_without_two_readers(lab: Lab) -> None:
    assert lab.reader_1.account
    for number in (1, 2):
        assert lab.person(f"adjudicator-{number}", Role.ADJUDICATOR).account
    a_ready_exam(lab)
    assert reasons(lab) == [("S01 D10", Why.NO_PAIR)]


def had_a_hand_in(lab: Lab, exam: str, person: Session) -> None:
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        (clip, _) = [row["id"] for row in transaction.all("clip", exam_id=exam)]
        step = {"clip_id": clip, "n": 1, "action": "pass", "person_id": person.account}
        transaction.record("clip.passed", "clip", clip, rows=[NewRow("pixel_check", step)])


@pytest.mark.of_the_file
def test_an_exam_waits_where_nobody_would_be_left_to_adjudicate(lab: Lab) -> None:
    for number in (1, 2):
        assert lab.person(f"both-{number}", Role.READER, Role.ADJUDICATOR).account
    third = lab.person("both-3", Role.READER, Role.ADJUDICATOR)
    exam = a_ready_exam(lab)
    had_a_hand_in(lab, exam, third)
    assert reasons(lab) == [("S01 D10", Why.NO_ADJUDICATOR)]


def test_who_neither_reads_nor_adjudicates_does_not_fill_the_pool(lab: Lab) -> None:
    for person in (lab.reader_1, lab.reader_2):
        assert person.account
    accounts.record_training(lab.open, lab.coordinator, lab.auditor.account, lab.charter_sha256)
    a_ready_exam(lab)
    assert reasons(lab) == [("S01 D10", Why.POOL_TOO_SMALL)]


def test_the_next_visit_waits_when_a_reader_of_the_subject_has_left(lab: Lab) -> None:
    staffed(lab, readers=3)
    exam = a_ready_exam(lab, visit="BL")
    assignment.assign(lab.open, lab.coordinator)
    gone = readers_of(lab, exam)[1]
    accounts.deactivate(lab.open, lab.administrator, lab.person(gone).account, "left")
    a_ready_exam(lab, visit="D10")
    assert reasons(lab) == [("S01 D10", Why.READER_GONE)]


@pytest.mark.of_the_file
def test_who_had_a_hand_in_the_clips_of_a_subject_never_reads_it(lab: Lab) -> None:
    staffed(lab, readers=3)
    exam = a_ready_exam(lab)
    had_a_hand_in(lab, exam, lab.person("reader-2"))
    assignment.assign(lab.open, lab.coordinator)
    assert sorted(readers_of(lab, exam).values()) == ["reader-1", "reader-3"]


def test_an_exam_that_differs_stays_sealed_while_nobody_may_adjudicate_it(lab: Lab) -> None:
    staffed(lab)
    exam = a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    accounts.deactivate(lab.open, lab.administrator, lab.adjudicator.account, "left")
    done = comparison.release_and_compare(lab.open, lab.coordinator)
    assert (done.cases, done.waiting, done.without_adjudicator) == (0, 1, (exam,))
    assert lab.person("adjudicator-2", Role.ADJUDICATOR).account
    assert comparison.release_and_compare(lab.open, lab.coordinator).cases == 1


# ---------------------------------------------------------------- status, lock


def test_status_counts_exams_and_what_waits_for_whom(lab: Lab) -> None:
    staffed(lab)
    a_ready_exam(lab, visit="BL")
    a_ready_exam(lab, visit="D10")
    assert status.status(lab.open, lab.coordinator).states[ExamState.READY] == 2
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2)
    found = status.status(lab.open, lab.coordinator)
    assert (found.states[ExamState.ASSIGNED], found.comparable, found.open_cases) == (2, 1, 0)
    assert [(load.user, load.readings_waiting, load.readings_signed) for load in found.loads] == [("reader-1", 0, 2), ("reader-2", 1, 1)]
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    found = status.status(lab.open, lab.coordinator)
    assert (found.states[ExamState.RELEASED], found.comparable, found.open_cases) == (2, 0, 2)
    assert found.to_json()["states"]["released"] == 2
    assert "adjudicator-1: 0 readings and 2 cases to sign" in found.in_words()


def test_after_the_lock_nothing_is_dealt_or_compared(lab: Lab) -> None:
    staffed(lab)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    comparison.release_and_compare(lab.open, lab.coordinator)
    lock(lab.open, lab.coordinator, "end of trial", PASSWORD)
    for command in (assignment.assign, comparison.release_and_compare):
        with pytest.raises(LockedError):
            command(lab.open, lab.coordinator)
