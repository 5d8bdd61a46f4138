"""An assignment taken back, a signed reading declared invalid: who reads anew, what stays, and what checks and packages make of it."""

import csv
from pathlib import Path

import pytest

from corelab.domain.accounts import Meaning, Role
from corelab.domain.reading_errors import NotYoursError
from corelab.domain.reading_states import ReadingState, StateRefusedError
from corelab.domain.reasons import ReasonRefusedError
from corelab.domain.record_errors import NotPermittedError, SignInRefusedError
from corelab.domain.vocabulary import ExamState, Grade
from corelab.domain.worklist import WorkState
from corelab.services import adjudication, assignment, exam_records, invalidation, packages, reading, status, withdrawal
from corelab.services.accounts import Session
from corelab.services.assignment import Why
from corelab.services.packages.errors import LockedError, NothingToExportError
from corelab.services.verification import verify_open
from corelab.storage import reading_life
from corelab.storage.store import Actor, NewRow
from corelab.ui.records_dialog import hint
from tests.builders import PASSWORD, Lab
from tests.exam_builders import cell
from tests.life_builders import (
    assignment_of,
    compares,
    dealt,
    decides,
    exam_state,
    invalidates,
    read_by_both,
    reading_of,
    reading_state,
    refusals,
    withdraws,
)
from tests.reading_builders import a_lab_with_a_bad_record, a_ready_exam, a_staffed_lab, filled, first, opened_next, rows_of, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return a_staffed_lab(tmp_path)


def deals(lab: Lab) -> assignment.Assigned:
    return assignment.assign(lab.open, lab.coordinator)


def third_reader(lab: Lab) -> Session:
    return lab.person("reader-3", Role.READER)


def sound(lab: Lab) -> bool:
    return verify_open(lab.open).faults == ()


def exported(lab: Lab, out: Path) -> list[dict[str, str]]:
    made = packages.export(lab.open, lab.coordinator, out, PASSWORD)
    assert packages.verify_package(made.package).ok
    return list(csv.DictReader((made.package / "data" / "readings.csv").read_text().splitlines()))


def told(rows: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    """(role, is it current, grade) of the femoral vein."""
    return {(row["EVALROLE"], row["CURRFL"], row["RESCD"]) for row in rows if (row["SEGCD"], row["TESTCD"]) == ("CFV", "VNCOMPR")}


# ---------------------------------------------------------------- withdrawn


def test_a_withdrawn_slot_goes_to_another_reader_and_the_draft_is_never_a_grade(lab: Lab, tmp_path: Path) -> None:
    exam = dealt(lab)
    opened = opened_next(lab, lab.reader_1)
    reading.save(lab.open, lab.reader_1, opened.reading.answered(cell("COMP.CFV"), Grade("partial")))
    withdraws(lab, lab.reader_1)
    assert reading.worklist(lab.open, lab.reader_1).rows == ()
    assert exam_state(lab, exam) is ExamState.ASSIGNED
    third = third_reader(lab)
    assert deals(lab).assigned == 1
    assert deals(lab).assigned == 0
    signs(lab, third)
    signs(lab, lab.reader_2)
    assert compares(lab).concordant == 1
    assert [row["attempt"] for row in rows_of(lab, "assignment") if row["account_id"] == third.account] == [2]
    assert len(rows_of(lab, "draft")) == 1
    assert told(exported(lab, tmp_path / "out")) == {("READER 1", "Y", "full"), ("READER 2", "Y", "full")}
    with lab.open.store.read() as snapshot:
        changes = [row["seq"] for row in snapshot.events(kind="answer.changed", id=str(opened.reading.assignment))]
        assert changes
        assert all(snapshot.one("opening", seq=seq) is None for seq in changes)
    assert sound(lab)


def test_the_window_of_a_withdrawn_reader_keeps_and_signs_nothing_more(lab: Lab) -> None:
    dealt(lab)
    made = filled(opened_next(lab, lab.reader_1))
    withdraws(lab, lab.reader_1)
    with pytest.raises(NotYoursError):
        reading.save(lab.open, lab.reader_1, made)
    with pytest.raises(NotYoursError):
        reading.sign(lab.open, lab.reader_1, made, PASSWORD)
    with pytest.raises(NotYoursError):
        reading.open_reading(lab.open, lab.reader_1, made.assignment)
    assert rows_of(lab, "reading") == []
    assert {command for command, _why in refusals(lab)} == {"reading.save", "reading.sign", "reading.open"}


def test_what_is_signed_or_a_case_is_not_withdrawn(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    for session in (lab.reader_1, lab.reader_2):
        with pytest.raises(StateRefusedError) as refused:
            withdraws(lab, session)
        assert refused.value.state is ReadingState.SIGNED
    compares(lab)
    with pytest.raises(StateRefusedError):
        withdrawal.withdraw(lab.open, lab.coordinator, first(lab, lab.adjudicator), "AWAY", "On leave for three weeks")
    with pytest.raises(StateRefusedError):
        withdrawal.withdraw(lab.open, lab.coordinator, "no such assignment", "AWAY", "On leave for three weeks")
    assert rows_of(lab, "assignment_end") == []


def test_p11_35_withdrawal_and_invalidation_need_a_reason(lab: Lab) -> None:
    dealt(lab)
    for cause, why in (("AWAY", " "), ("AWAY", "away"), ("NO_SUCH", "On leave for three weeks")):
        with pytest.raises(ReasonRefusedError):
            withdrawal.withdraw(lab.open, lab.coordinator, assignment_of(lab, lab.reader_1), cause, why)
    signs(lab, lab.reader_1)
    for cause, why in (("CLIPS", " "), ("CLIPS", "wrong"), ("NO_SUCH", "Clips of another limb were in it")):
        with pytest.raises(ReasonRefusedError):
            invalidation.invalidate(lab.open, lab.coordinator, reading_of(lab, lab.reader_1), cause, why, PASSWORD)
    assert rows_of(lab, "assignment_end") == rows_of(lab, "reading_invalidation") == []


def test_the_slot_waits_where_nobody_is_left_to_read_it(lab: Lab) -> None:
    dealt(lab)
    withdraws(lab, lab.reader_1)
    dealt_again = deals(lab)
    assert (dealt_again.assigned, [one.reason for one in dealt_again.waiting]) == (0, [Why.NO_REPLACEMENT])
    third_reader(lab)
    assert (deals(lab).assigned, deals(lab).waiting) == (1, ())


def test_a_reader_who_left_is_replaced_by_one_person_for_the_whole_subject(lab: Lab) -> None:
    for visit in ("BL", "D10"):
        a_ready_exam(lab, visit=visit)
    deals(lab)
    people = [third_reader(lab), lab.person("reader-4", Role.READER)]
    for row in [row for row in rows_of(lab, "assignment") if row["account_id"] == lab.reader_1.account]:
        withdrawal.withdraw(lab.open, lab.coordinator, row["id"], "LEFT", "Left the core lab")
    assert deals(lab).assigned == 2
    second = [row["account_id"] for row in rows_of(lab, "assignment") if row["attempt"] == 2]
    assert len(set(second)) == 1
    a_ready_exam(lab, visit="M6")
    deals(lab)
    third_visit = {row["account_id"] for row in rows_of(lab, "assignment")[-2:]}
    assert third_visit == {second[0], lab.reader_2.account} != {person.account for person in people}


# ---------------------------------------------------------------- invalid


def test_an_invalid_reading_is_read_anew_by_another_reader_before_the_release(lab: Lab, tmp_path: Path) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    invalidates(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    assert compares(lab).waiting == 1
    third = third_reader(lab)
    deals(lab)
    signs(lab, third)
    assert compares(lab).concordant == 1
    assert exam_state(lab, exam) is ExamState.FINAL
    assert sound(lab)
    invalid = "READER 1" if _slot(lab, lab.reader_1) == 1 else "READER 2"
    found = told(exported(lab, tmp_path / "out"))
    assert found == {("READER 1", "Y", "full"), ("READER 2", "Y", "full"), (invalid, "N", "none")}


def _slot(lab: Lab, session: Session) -> int:
    return next(int(row["slot"]) for row in rows_of(lab, "assignment") if row["account_id"] == session.account)


def test_after_the_release_results_are_made_anew_and_those_of_before_stay(lab: Lab, tmp_path: Path) -> None:
    exam = read_by_both(lab)
    compares(lab)
    before = exported(lab, tmp_path / "before")
    invalidates(lab, lab.reader_2)
    assert exam_state(lab, exam) is ExamState.ASSIGNED
    assert sound(lab)
    assert status.status(lab.open, lab.coordinator).states[ExamState.FINAL] == 0
    with pytest.raises(NothingToExportError):
        packages.export(lab.open, lab.coordinator, tmp_path / "between", PASSWORD)
    third = third_reader(lab)
    deals(lab)
    signs(lab, third, FLOW_CFV=1)
    assert compares(lab).concordant == 1
    revisions = {row["revision"] for row in rows_of(lab, "result")}
    assert revisions == {1, 2}
    assert sound(lab)
    after = exported(lab, tmp_path / "after")
    assert len(after) > len(before)
    assert {row["RECID"] for row in after if row["CURRFL"] == "N"} == {reading_of(lab, lab.reader_2)}
    assert all(row["ACPTFL"] == "N" for row in after if row["CURRFL"] == "N")


@pytest.mark.parametrize("until", ["open", "decided", "finished"])
def test_a_case_is_withdrawn_with_its_reading_and_another_adjudicator_decides_the_next(lab: Lab, until: str, tmp_path: Path) -> None:
    exam = read_by_both(lab, COMP_CFV=2)
    compares(lab)
    case = first(lab, lab.adjudicator)
    if until != "open":
        decides(lab)
    if until == "finished":
        compares(lab)
    invalidates(lab, lab.reader_2)
    assert status.status(lab.open, lab.coordinator).open_cases == 0
    assert reading.worklist(lab.open, lab.adjudicator).next is None
    signed = [row.assignment for row in reading.worklist(lab.open, lab.adjudicator).rows if row.state is WorkState.SIGNED]
    assert signed == ([] if until == "open" else [case])
    third = third_reader(lab)
    assert [one.reason for one in deals(lab).waiting] == [Why.NO_ADJUDICATOR]
    other = lab.person("adjudicator-2", Role.ADJUDICATOR)
    assert deals(lab).assigned == 1
    signs(lab, third, COMP_CFV=2)
    assert compares(lab).cases == 1
    decides(lab, who=other)
    assert compares(lab).finished == 1
    assert exam_state(lab, exam) is ExamState.FINAL
    assert sound(lab)
    decisions = [row for row in exported(lab, tmp_path / "out") if row["EVALROLE"] == "ADJUDICATOR 1"]
    assert sorted({row["CURRFL"] for row in decisions}) == (["Y"] if until == "open" else ["N", "Y"])


def test_a_case_decided_but_not_finished_is_told_as_withdrawn_once_a_reading_of_it_is_not_valid(lab: Lab) -> None:
    """The adjudicator still looks at what was signed, the coordinator is told why it counts no more, and the lab verifies."""
    exam = read_by_both(lab, COMP_CFV=2)
    compares(lab)
    decides(lab)
    assert status.status(lab.open, lab.coordinator).decided == 1
    invalidates(lab, lab.reader_1)
    (row,) = reading.worklist(lab.open, lab.adjudicator).rows
    assert row.state is WorkState.SIGNED
    assert adjudication.open_case(lab.open, lab.adjudicator, row.assignment).draft.decisions
    seen = status.status(lab.open, lab.coordinator)
    assert (seen.decided, seen.open_cases, seen.free) == (0, 0, 1)
    records = exam_records.exam_records(lab.open, lab.coordinator, exam)
    *read, decided = ((each.kind.value, each.state.value) for each in records)
    assert sorted(read) == [("reading", "invalidated"), ("reading", "released")]  # who stands first is dealt by chance
    assert decided == ("adjudication", "withdrawn")
    assert "one of its two readings is not valid any more" in hint(records[-1], locked=False)
    assert compares(lab).finished == 0
    assert exam_state(lab, exam) is ExamState.ASSIGNED
    assert sound(lab)


def test_an_adjudicator_in_the_middle_of_a_withdrawn_case_keeps_and_signs_nothing_more(lab: Lab) -> None:
    read_by_both(lab, COMP_CFV=2)
    compares(lab)
    opened = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))
    invalidates(lab, lab.reader_2)
    with pytest.raises(NotYoursError):
        adjudication.save(lab.open, lab.adjudicator, opened.assignment, opened.draft)
    with pytest.raises(NotYoursError):
        adjudication.open_case(lab.open, lab.adjudicator, opened.assignment)


def test_the_invalidation_is_signed_by_the_coordinator_with_its_meaning(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    invalidates(lab, lab.reader_1)
    row = next(row for row in rows_of(lab, "signature") if row["meaning"] == Meaning.INVALIDATION.value)
    assert (row["account_id"], row["record_id"]) == (lab.coordinator.account, reading_of(lab, lab.reader_1))
    assert sound(lab)


def test_a_wrong_password_invalidates_nothing(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    with pytest.raises(SignInRefusedError):
        invalidation.invalidate(
            lab.open, lab.coordinator, reading_of(lab, lab.reader_1), "CLIPS", "Clips of another limb", "not the password"
        )
    assert rows_of(lab, "reading_invalidation") == []


def test_nobody_but_a_coordinator_withdraws_or_invalidates(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1)
    for session in (lab.reader_1, lab.reader_2, lab.adjudicator, lab.administrator, lab.auditor):
        with pytest.raises(NotPermittedError):
            invalidation.invalidate(lab.open, session, reading_of(lab, lab.reader_1), "CLIPS", "Clips of another limb", PASSWORD)
        with pytest.raises(NotPermittedError):
            withdrawal.withdraw(lab.open, session, assignment_of(lab, lab.reader_2), "AWAY", "On leave for three weeks")


def test_whose_reading_was_invalidated_can_still_look_at_what_they_signed(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    before = reading.worklist(lab.open, lab.reader_1)
    invalidates(lab, lab.reader_1)
    assert reading.worklist(lab.open, lab.reader_1) == before  # which tells nothing of the invalidation
    opened = reading.open_reading(lab.open, lab.reader_1, before.rows[0].assignment)
    assert opened.signed_at is not None
    assert opened.reading.answers[cell("COMP.CFV")].grade.value == "none"


def test_a_locked_trial_invalidates_nothing_until_it_is_unlocked(lab: Lab) -> None:
    exam = read_by_both(lab)
    compares(lab)
    packages.lock(lab.open, lab.coordinator, "All exams are in", PASSWORD)
    with pytest.raises(LockedError):
        invalidates(lab, lab.reader_1)
    assert exam_state(lab, exam) is ExamState.LOCKED
    assert refusals(lab) == [("reading.invalidate", "locked")]
    for session in (lab.coordinator, lab.coordinator_2):
        packages.unlock(lab.open, session, "A clip was of another limb", PASSWORD)
    invalidates(lab, lab.reader_1)
    assert exam_state(lab, exam) is ExamState.ASSIGNED
    assert reading_state(lab, assignment_of(lab, lab.reader_1)) is ReadingState.INVALIDATED


@pytest.mark.of_the_file
def test_a_reading_that_cannot_be_opened_is_invalidated_and_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = a_lab_with_a_bad_record(tmp_path, monkeypatch)
    rejected = compares(lab).rejected[0].record
    third = third_reader(lab)
    invalidation.invalidate(lab.open, lab.coordinator, rejected, "TECHNICAL", "Sealed to its author alone", PASSWORD)
    deals(lab)
    signs(lab, third)
    assert (compares(lab).concordant, sound(lab)) == (1, True)


# ---------------------------------------------------------------- forged by another program


@pytest.mark.of_the_file
def test_what_only_a_signature_brings_about_is_found_where_nobody_signed_it(lab: Lab) -> None:
    """Whoever can write the file can continue its chain, and cannot sign."""
    read_by_both(lab)
    compares(lab)
    signed = reading_of(lab, lab.reader_1)
    forged = (
        ("reading.invalidated", "reading_invalidation", [reading_life.invalidation_row(signed, "CLIPS")]),
        ("notice.seen", "account", [NewRow("lock", {"id": "forged", "n": 1, "scope": "trial", "state": "locked"})]),
        ("audit.reviewed", "review", [NewRow("review", {"id": "forged", "scope": "all", "findings": 0})]),
    )
    with lab.open.store.begin(Actor()) as transaction:
        for kind, entity, rows in forged:
            transaction.record(kind, entity, "forged", rows=rows)
    found = [fault.what for fault in verify_open(lab.open).faults if fault.step == "signature"]
    assert found == [f"signature: a row of {table} that nobody signed" for table in ("lock", "reading_invalidation", "review")]
