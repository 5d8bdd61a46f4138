"""A case: what the adjudicator sees, decides, and what follows."""

from collections.abc import Mapping
from typing import Literal

import pytest

from corelab.domain.adjudication import (
    Case,
    CaseDraft,
    CaseIncompleteError,
    Decision,
    DecisionFault,
    DecisionFaultKind,
    DecisionReason,
    DecisionRefusedError,
    Take,
    finish,
    open_case,
)
from corelab.domain.allocation import Slot
from corelab.domain.derived import derive
from corelab.domain.discordance import Comparison, compare
from corelab.domain.vocabulary import Answer, Binding, Cell, Evidence, Grade, SegmentId, Source, not_evaluable, not_imaged
from tests.exam_builders import CLIP, a_clip, a_form, a_reading, cell, compared, grades_of, reduced

Said = Mapping[str, int | str]
CFV = cell("COMP.CFV")
MARKED = Evidence(CLIP, 7, bound=Binding.MARKED)


def a_case(one: Said, two: Said, *, slot_of_a: Slot = 1, reference: Slot = 1, reason_required: bool = False) -> tuple[Comparison, Case]:
    readings = {1: a_reading(None, **one), 2: a_reading(None, **two)}
    comparison = compare(reduced(), "D10", grades_of(readings[1]), grades_of(readings[2]), reference)
    answers: dict[Slot, dict[Cell, Answer]] = {
        1: {answer.cell: answer for answer in readings[1].complete()},
        2: {answer.cell: answer for answer in readings[2].complete()},
    }
    slots: dict[SegmentId, Slot] = {dispute.cell.segment: slot_of_a for dispute in comparison.to_decide}
    return comparison, open_case(a_form(), comparison, answers, slots, reason_required=reason_required)


def decided(one: Said, two: Said, take: Take, own: Grade | None = None) -> tuple[str, str | None, Source]:
    comparison, case = a_case(one, two)
    draft = CaseDraft(case).decided(CFV, take, grade=own, evidence=[MARKED])
    result = next(result for result in finish(comparison, draft.complete([a_clip()])) if result.cell == CFV)
    return result.grade.code, result.grade.reason, result.source


def test_j01_taking_b_gives_b() -> None:
    assert decided({"COMP_CFV": 0}, {"COMP_CFV": 2}, Take.B) == ("none", None, Source.ADJUDICATED)


def test_j02_an_own_grade_stands() -> None:
    assert decided({"COMP_CFV": 0}, {"COMP_CFV": 2}, Take.OWN, Grade("partial")) == ("partial", None, Source.ADJUDICATED)


def test_j03_taking_not_evaluable_keeps_its_reason() -> None:
    assert decided({"COMP_CFV": "NE:WINDOW"}, {"COMP_CFV": 0}, Take.A) == ("NE", "WINDOW", Source.ADJUDICATED)


@pytest.mark.parametrize("reference", [1, 2])
def test_j12_after_d06_the_endpoint_is_the_adjudicator_s_whatever_the_reference(reference: Literal[1, 2]) -> None:
    one = {"COMP_CFV": 2, "COMP_FV_MID": 0, "COMP_POPV": 1}
    two = {"COMP_CFV": 0, "COMP_FV_MID": 2, "COMP_POPV": 0}
    comparison, case = a_case(one, two, reference=reference)
    draft = CaseDraft(case)
    for place, own in (("COMP.CFV", "full"), ("COMP.FV_MID", "full"), ("COMP.POPV", "partial")):
        draft = draft.decided(cell(place), Take.OWN, grade=Grade(own), evidence=[MARKED])
    endpoint = next(one for one in derive(reduced(), "D10", finish(comparison, draft.complete([a_clip()]))) if one.id == "COMPWRST")
    assert (endpoint.value, endpoint.source) == ("1", Source.ADJUDICATED)


def test_a_and_b_stand_as_drawn_for_the_segment() -> None:
    shown = []
    slots: tuple[Slot, Slot] = (1, 2)
    for slot in slots:
        _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2}, slot_of_a=slot)
        shown.append((case.dispute(CFV).a.grade.code, case.dispute(CFV).b.grade.code))
    assert shown == [("full", "none"), ("none", "full")]


def test_the_case_shows_disputes_first_then_what_closure_added_and_only_agreed_grades() -> None:
    _, case = a_case({"COMP_POPV": 1, "COMP_CFV": 2, "FLOW_CFV": 1}, {"COMP_FV_MID": 2})
    assert [(dispute.cell.segment, dispute.by_closure) for dispute in case.disputes] == [("CFV", False), ("FV_MID", False), ("POPV", True)]
    assert case.agreed[cell("COMP.GSV")] == Grade("full")
    assert cell("FLOW.CFV") not in case.agreed
    assert CFV not in case.agreed


def test_taking_a_reading_takes_its_evidence_and_an_own_grade_brings_its_own() -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    taken = CaseDraft(case).decided(CFV, Take.B).decisions[CFV]
    assert taken.evidence == case.dispute(CFV).b.evidence != ()
    assert CaseDraft(case).decided(CFV, Take.OWN, grade=Grade("partial"), evidence=[MARKED]).decisions[CFV].evidence == (MARKED,)


@pytest.mark.parametrize("own", [None, Grade("complete"), not_imaged("NOT_SCANNED"), not_evaluable("BOREDOM")])
def test_an_own_grade_must_be_one_of_the_form(own: Grade | None) -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    with pytest.raises(DecisionRefusedError):
        CaseDraft(case).decided(CFV, Take.OWN, grade=own)


def test_only_disputed_cells_are_decided() -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    with pytest.raises(DecisionRefusedError) as caught:
        CaseDraft(case).decided(cell("COMP.GSV"), Take.A)
    assert caught.value.cell == cell("COMP.GSV")


def test_where_the_charter_asks_every_decision_needs_a_reason_and_one_of_them_a_note() -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2}, reason_required=True)
    draft = CaseDraft(case)
    assert draft.faults == (DecisionFault(CFV, DecisionFaultKind.OPEN),)
    draft = draft.decided(CFV, Take.B)
    assert draft.faults == (DecisionFault(CFV, DecisionFaultKind.REASON_MISSING),)
    draft = draft.reasoned(CFV, DecisionReason.OTHER)
    assert draft.faults == (DecisionFault(CFV, DecisionFaultKind.NOTE_MISSING),)
    draft = draft.with_note("the probe slipped")
    assert draft.complete([a_clip()]) == (draft.decisions[CFV],)
    assert draft.reasoned(CFV, DecisionReason.ARTERY).with_note("").faults == ()


def test_an_unfinished_case_names_what_is_open() -> None:
    _, case = a_case({"COMP_CFV": 0, "COMP_FV_MID": 2}, {"COMP_CFV": 2})
    draft = CaseDraft(case).decided(CFV, Take.A)
    with pytest.raises(CaseIncompleteError) as caught:
        draft.complete([a_clip()])
    assert caught.value.faults == (DecisionFault(cell("COMP.FV_MID"), DecisionFaultKind.OPEN),)
    assert draft.unanswered == (cell("COMP.FV_MID"),)
    assert draft.progress == (1, 2)


def test_an_own_abnormal_grade_needs_a_marked_frame_as_a_reader_s_does() -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    missing = (DecisionFault(CFV, DecisionFaultKind.FRAME_MISSING),)
    for shown in ([], [Evidence(CLIP, 7)]):
        draft = CaseDraft(case).decided(CFV, Take.OWN, grade=Grade("partial"), evidence=shown)
        assert draft.faults == missing
        with pytest.raises(CaseIncompleteError):
            draft.complete([a_clip()])
    assert CaseDraft(case).decided(CFV, Take.OWN, grade=Grade("partial"), evidence=[MARKED]).faults == ()
    for grade in (Grade("full"), not_evaluable("WINDOW")):
        assert CaseDraft(case).decided(CFV, Take.OWN, grade=grade, evidence=[Evidence(CLIP, 7)]).faults == ()


@pytest.mark.parametrize("frame", [10, -1, 4])
def test_the_frame_of_an_own_grade_is_one_of_the_exam_that_can_be_shown(frame: int) -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    unknown = (DecisionFault(CFV, DecisionFaultKind.FRAME_UNKNOWN),)
    draft = CaseDraft(case).decided(CFV, Take.OWN, grade=Grade("partial"), evidence=[Evidence(CLIP, frame, bound=Binding.MARKED)])
    assert draft.faults_among([a_clip(damaged=(4,))]) == unknown
    draft = CaseDraft(case).decided(CFV, Take.OWN, grade=Grade("partial"), evidence=[MARKED])
    assert draft.faults_among([a_clip()]) == ()
    assert draft.faults_among([a_clip(sha256="d" * 64)]) == unknown


def test_a_note_that_names_somebody_keeps_the_case_from_being_signed() -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    draft = CaseDraft(case).decided(CFV, Take.A).with_note("as Dr Miller told me")
    assert draft.faults == (DecisionFault(None, DecisionFaultKind.IDENTITY_IN_NOTE, "Dr Miller"),)
    assert draft.with_note("as the second clip shows").faults == ()


def test_a_reason_needs_a_decision_first() -> None:
    _, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    with pytest.raises(DecisionRefusedError):
        CaseDraft(case).reasoned(CFV, DecisionReason.ARTERY)


def test_the_next_dispute_is_behind_this_one_then_from_the_top() -> None:
    _, case = a_case({"COMP_CFV": 0, "COMP_FV_MID": 2}, {"COMP_CFV": 2})
    draft = CaseDraft(case)
    assert draft.next_unanswered() == CFV
    assert draft.next_unanswered(after=CFV) == cell("COMP.FV_MID")
    assert draft.next_unanswered(after=cell("COMP.FV_MID")) == CFV
    done = draft.decided(CFV, Take.A).decided(cell("COMP.FV_MID"), Take.B)
    assert done.next_unanswered() is None
    assert done.cleared(CFV).next_unanswered() == CFV


def test_reasons_have_digits_and_words() -> None:
    assert [(reason.digit, reason.label) for reason in DecisionReason] == [
        ("1", "Other frame shows it"),
        ("2", "Artery taken for vein"),
        ("3", "Other plane or clip"),
        ("4", "Other, with note"),
    ]


def test_results_need_exactly_the_decisions_that_are_asked() -> None:
    comparison, _ = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    with pytest.raises(DecisionRefusedError):
        finish(comparison, ())
    with pytest.raises(DecisionRefusedError):
        finish(compared({}, {}), [Decision(CFV, Take.A, Grade("full"))])


def test_a_result_tells_both_readings_the_decision_and_why() -> None:
    comparison, case = a_case({"COMP_CFV": 0}, {"COMP_CFV": 2})
    result = next(one for one in finish(comparison, CaseDraft(case).decided(CFV, Take.B).complete([a_clip()])) if one.cell == CFV)
    assert (result.reading_1, result.reading_2, result.decision) == ("full", "none", "none")
    assert (result.classes, result.rules) == (("A", "B"), ("A.1", "B.1"))
