"""A changed program that writes a whole and consistent chain, but does what the rules forbid, is found by verify."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest

from corelab.domain.accounts import Role
from corelab.domain.vocabulary import AssignmentId, ExamId, ExamState
from corelab.services import packages
from corelab.services.verification import verify_open
from corelab.storage import reading_life, readings
from corelab.storage.readings import Assignment
from corelab.storage.store import NewRow
from tests.builders import PASSWORD, Lab
from tests.life_builders import assignment_of, compares, read_by_both, reading_of
from tests.reading_builders import a_staffed_lab, rows_of


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """One final exam; two coordinators."""
    made = a_staffed_lab(tmp_path)
    assert made.coordinator_2.account
    read_by_both(made)
    compares(made)
    assert verify_open(made.open).faults == ()
    return made


def writes(lab: Lab, kind: str, entity: str, id_: str, *rows: NewRow) -> None:
    with lab.open.store.begin(lab.coordinator.actor(Role.COORDINATOR)) as transaction:
        transaction.record(kind, entity, id_, rows=rows)


def exam(lab: Lab) -> ExamId:
    return ExamId(rows_of(lab, "exam")[0]["id"])


def state(lab: Lab, after: ExamState) -> NewRow:
    with lab.open.store.read() as snapshot:
        return readings.state_row(snapshot, exam(lab), after)


def reopened_after_release(lab: Lab) -> None:
    of = reading_of(lab, lab.reader_1)
    writes(lab, "reading.reopened", "reading", of, reading_life.reopening_row(of, "ASKED"))


def invalid_and_still_final(lab: Lab) -> None:
    of = reading_of(lab, lab.reader_1)
    writes(lab, "reading.invalidated", "reading_invalidation", of, reading_life.invalidation_row(of, "CLIPS"))


def back_without_a_reason(lab: Lab) -> None:
    writes(lab, "exam.assigned", "exam", exam(lab), state(lab, ExamState.ASSIGNED))


def a_slot_dealt_twice(lab: Lab) -> None:
    held = rows_of(lab, "assignment")[0]
    third = lab.person("reader-3", Role.READER).account
    new = Assignment(
        AssignmentId(str(uuid4())), exam(lab), held["reading_type"], held["slot"], "primary", third, "AAA-BBB", "000009-000001", 2
    )
    writes(lab, "exam.assigned", "exam", exam(lab), readings.assignment_row(new))


def signed_when_it_was_over(lab: Lab) -> None:
    of = AssignmentId(assignment_of(lab, lab.reader_1))
    writes(lab, "assignment.withdrawn", "assignment", of, reading_life.end_row(of, "AWAY"))
    before = rows_of(lab, "reading")[0]
    row = {"id": str(uuid4()), "assignment_id": of, "revision": 2, "supersedes_id": before["id"]}
    with lab.open.store.begin(lab.reader_1.actor(Role.READER)) as transaction:
        kept = {"charter_hash": before["charter_hash"], "content_digest": before["content_digest"]}
        transaction.record("reading.signed", "reading", row["id"], rows=[NewRow("reading", row | kept)])


def unlocked_by_one(lab: Lab) -> None:
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    row = NewRow("lock", {"id": str(uuid4()), "n": 2, "scope": "trial", "state": "unlocked"})
    writes(lab, "unlock.approved", "lock", str(row.values["id"]), row, state(lab, ExamState.FINAL))


DONE: dict[Callable[[Lab], None], str] = {
    reopened_after_release: "was given back after its release",
    invalid_and_still_final: "its state and its results do not belong together",
    back_without_a_reason: "went back to assigned without a reason",
    a_slot_dealt_twice: "was not free",
    signed_when_it_was_over: "was signed when its assignment was over",
    unlocked_by_one: "unlocked without a second coordinator",
}


@pytest.mark.parametrize("done", DONE, ids=lambda done: str(done.__name__))
def test_p11_26_an_illegal_sequence_is_found_in_a_chain_that_is_whole(lab: Lab, done: Callable[[Lab], None]) -> None:
    done(lab)
    found = verify_open(lab.open).faults
    assert any(DONE[done] in fault.what for fault in found), found
    assert not any(fault.step in {"chain", "rows", "payload"} for fault in found)


def test_a_revision_without_a_reopening_or_a_reason_is_found(lab: Lab) -> None:
    before = rows_of(lab, "reading")[0]
    row = {"id": str(uuid4()), "assignment_id": before["assignment_id"], "revision": 2, "supersedes_id": before["id"]}
    kept = {"charter_hash": before["charter_hash"], "content_digest": before["content_digest"]}
    with lab.open.store.begin(lab.reader_1.actor(Role.READER)) as transaction:
        transaction.record("reading.signed", "reading", row["id"], rows=[NewRow("reading", row | kept)])
    said = [fault.what for fault in verify_open(lab.open).faults]
    assert any("follows from nothing" in what for what in said)
    assert any("a revision has a reason" in what for what in said)
