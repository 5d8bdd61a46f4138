"""An exam from ready to final: dealt, read blind by two, compared, adjudicated; with a real database and real seals."""

from dataclasses import replace
from pathlib import Path

import pytest

from corelab.domain.accounts import Role
from corelab.domain.adjudication import CaseIncompleteError, DecisionFaultKind, DecisionReason, Take
from corelab.domain.reading_errors import DraftChangedError
from corelab.domain.vocabulary import Binding, Evidence, ExamState, Sha256, Source
from corelab.domain.worklist import WorkKind, WorkState
from corelab.services import adjudication, assignment, comparison, reading
from corelab.services.adjudication import OpenCase
from corelab.services.verification import verify_open
from corelab.storage.store import Row
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import cell, grade
from tests.reading_builders import a_ready_exam, first, signs


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = a_lab(tmp_path)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    return made


def dealt(lab: Lab, **exam: str) -> str:
    made = a_ready_exam(lab, **exam)
    assignment.assign(lab.open, lab.coordinator)
    return made


def compare(lab: Lab) -> comparison.Compared:
    return comparison.release_and_compare(lab.open, lab.coordinator)


def results(lab: Lab, exam: str) -> dict[str, Row]:
    with lab.open.store.read() as snapshot:
        return {f"{row['item']}.{row['segment']}": row for row in snapshot.all("result", exam_id=exam)}


def state(lab: Lab, exam: str) -> ExamState:
    with lab.open.store.read() as snapshot:
        row = snapshot.latest("exam_status", exam_id=exam)
    assert row is not None
    return ExamState(row["state"])


def the_case(lab: Lab) -> OpenCase:
    return adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))


def decide(lab: Lab, opened: OpenCase, take: Take, own: int | None = None) -> adjudication.Signed:
    draft, version = opened.draft, opened.version
    for dispute in opened.case.disputes:
        given = grade(dispute.cell.item, own) if own is not None else None
        proof = [Evidence(opened.clips[0].sha256, 3, bound=Binding.MARKED)]
        draft = draft.decided(dispute.cell, take, grade=given, reason=DecisionReason.OTHER_FRAME, evidence=proof)
        version = adjudication.save(lab.open, lab.adjudicator, opened.assignment, draft, version=version).version
    return adjudication.sign(lab.open, lab.adjudicator, opened.assignment, draft, PASSWORD, version=version)


def test_two_readers_who_agree_make_results_without_an_adjudicator(lab: Lab) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=1)
    signs(lab, lab.reader_2, COMP_CFV=1)
    done = compare(lab)
    assert (done.concordant, done.cases, done.waiting) == (1, 0, 0)
    assert results(lab, exam)["COMP.CFV"]["value"] == "partial"
    assert {row["source"] for row in results(lab, exam).values()} == {Source.CONCORDANT.value}
    assert state(lab, exam) is ExamState.FINAL


def test_what_was_not_imaged_and_what_is_not_asked_are_results_too(lab: Lab) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    compare(lab)
    found = results(lab, exam)
    assert found["COMP.PTV"]["value"] == "NI"
    assert found["COMP.CIV"]["value"] == "NA"


def test_a_difference_that_the_charter_does_not_adjudicate_takes_the_reference_reading(lab: Lab) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1, FLOW_CFV=1)
    signs(lab, lab.reader_2, FLOW_CFV=0)
    assert compare(lab).concordant == 1
    row = results(lab, exam)["FLOW.CFV"]
    assert row["source"] == Source.REFERENCE.value
    assert row["value"] in {"partial", "complete"}


@pytest.mark.parametrize(("take", "own"), [(Take.A, None), (Take.B, None), (Take.OWN, 1)])
def test_two_readers_who_differ_are_adjudicated(lab: Lab, take: Take, own: int | None) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    done = compare(lab)
    assert (done.concordant, done.cases, done.waiting) == (0, 1, 1)
    assert state(lab, exam) is ExamState.RELEASED
    opened = the_case(lab)
    (dispute,) = opened.case.disputes
    assert {dispute.a.grade.value, dispute.b.grade.value} == {"full", "none"}
    decide(lab, opened, take, own)
    assert compare(lab).finished == 1
    expected = {Take.A: dispute.a.grade.value, Take.B: dispute.b.grade.value, Take.OWN: "partial"}[take]
    row = results(lab, exam)["COMP.CFV"]
    assert (row["value"], row["source"]) == (expected, Source.ADJUDICATED.value)
    assert state(lab, exam) is ExamState.FINAL


def test_the_whole_life_verifies(lab: Lab) -> None:
    for visit in ("BL", "D10"):
        a_ready_exam(lab, visit=visit)
    assignment.assign(lab.open, lab.coordinator)
    for _ in range(2):
        signs(lab, lab.reader_1, COMP_CFV=2)
        signs(lab, lab.reader_2, COMP_CFV=0)
    compare(lab)
    decide(lab, the_case(lab), Take.A)
    decide(lab, the_case(lab), Take.B)
    compare(lab)
    assert verify_open(lab.open).faults == ()


def test_the_case_shows_what_both_agree_on_and_nothing_of_who_said_what(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, note="a word of reader one", COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    compare(lab)
    opened = the_case(lab)
    assert opened.case.agreed[cell("COMP.POPV")].value == "full"
    assert cell("COMP.CFV") not in opened.case.agreed
    assert "reader one" not in repr(opened)
    assert len(opened.clips) == 2


def test_a_decided_case_can_be_looked_at_and_is_on_the_list_of_what_was_signed(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    compare(lab)
    decide(lab, the_case(lab), Take.A)
    (row,) = reading.worklist(lab.open, lab.adjudicator).rows
    assert (row.kind, row.state, row.answered, row.asked) == (WorkKind.ADJUDICATION, WorkState.SIGNED, 1, 1)
    again = adjudication.open_case(lab.open, lab.adjudicator, row.assignment)
    assert again.signed_at is not None
    assert again.draft.decisions[cell("COMP.CFV")].take is Take.A


def test_an_own_grade_without_a_frame_of_the_exam_is_not_signed(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    compare(lab)
    opened = the_case(lab)
    elsewhere = Evidence(Sha256("e" * 64), 3, bound=Binding.MARKED)
    given = grade("COMP", 1)
    for proof, kind in (([], DecisionFaultKind.FRAME_MISSING), ([elsewhere], DecisionFaultKind.FRAME_UNKNOWN)):
        own = opened.draft.decided(cell("COMP.CFV"), Take.OWN, grade=given, reason=DecisionReason.OTHER_FRAME, evidence=proof)
        with pytest.raises(CaseIncompleteError) as refused:
            adjudication.sign(lab.open, lab.adjudicator, opened.assignment, own, PASSWORD)
        assert [fault.kind for fault in refused.value.faults] == [kind]


def test_decisions_survive_a_crash_before_the_signature(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    compare(lab)
    opened = the_case(lab)
    draft = opened.draft.decided(cell("COMP.CFV"), Take.B, reason=DecisionReason.ARTERY)
    adjudication.save(lab.open, lab.adjudicator, opened.assignment, draft)
    assert the_case(lab).draft.decisions == draft.decisions


def test_the_older_of_two_windows_on_a_case_neither_saves_nor_signs_over_the_newer(lab: Lab) -> None:
    dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    compare(lab)
    older, newer = the_case(lab), the_case(lab)
    kept = newer.draft.decided(cell("COMP.CFV"), Take.A, reason=DecisionReason.ARTERY)
    adjudication.save(lab.open, lab.adjudicator, newer.assignment, kept, version=newer.version)
    other = older.draft.decided(cell("COMP.CFV"), Take.B, reason=DecisionReason.ARTERY)
    with pytest.raises(DraftChangedError) as refused:
        adjudication.save(lab.open, lab.adjudicator, older.assignment, other, version=older.version)
    assert refused.value.kind is WorkKind.ADJUDICATION
    with pytest.raises(DraftChangedError):
        adjudication.sign(lab.open, lab.adjudicator, older.assignment, other, PASSWORD, version=older.version)
    assert the_case(lab).draft.decisions == kept.decisions


def test_an_exam_with_one_signed_reading_waits(lab: Lab) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1)
    done = compare(lab)
    assert (done.concordant, done.cases, done.waiting) == (0, 0, 1)
    assert state(lab, exam) is ExamState.ASSIGNED


def test_an_exam_that_another_window_compared_meanwhile_is_left_alone(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1, COMP_CFV=2)
    signs(lab, lab.reader_2, COMP_CFV=0)
    with lab.open.store.read() as snapshot:
        stale = comparison._due(snapshot)
    compare(lab)
    decide(lab, the_case(lab), Take.A)
    with lab.open.store.read() as snapshot:
        both = replace(comparison._due(snapshot), pairs=stale.pairs)
    compare(lab)
    before = results(lab, exam)
    monkeypatch.setattr(comparison, "_due", lambda _snapshot: both)
    done = compare(lab)
    assert (done.concordant, done.cases, done.finished) == (0, 0, 0)
    assert results(lab, exam) == before
    assert state(lab, exam) is ExamState.FINAL


def test_comparing_twice_changes_nothing(lab: Lab) -> None:
    exam = dealt(lab)
    signs(lab, lab.reader_1)
    signs(lab, lab.reader_2)
    compare(lab)
    before = results(lab, exam)
    assert compare(lab) == comparison.Compared(0, 0, 0, 0)
    assert results(lab, exam) == before


def test_the_adjudicator_of_a_subject_never_read_it(lab: Lab) -> None:
    both = lab.person("both-1", Role.READER, Role.ADJUDICATOR)
    for subject in ("S01", "S02", "S03", "S04"):
        a_ready_exam(lab, subject=subject)
    assignment.assign(lab.open, lab.coordinator)
    for person in (lab.reader_1, lab.reader_2, both):
        rank = 0 if person is lab.reader_1 else 2 if person is lab.reader_2 else 1
        while any(row.kind is WorkKind.READING and row.state is not WorkState.SIGNED for row in reading.worklist(lab.open, person).rows):
            signs(lab, person, COMP_CFV=rank)
    compare(lab)
    with lab.open.store.read() as snapshot:
        made = snapshot.all("assignment")
    read = {(row["exam_id"], row["account_id"]) for row in made if row["kind"] == "primary"}
    decides = {(row["exam_id"], row["account_id"]) for row in made if row["kind"] == "adjudication"}
    assert decides
    assert not read & decides
