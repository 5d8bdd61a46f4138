"""Details that are in dispute themselves: a decision of their own where they apply, gone where they do not."""

from typing import Any

import pytest

from corelab.domain.adjudication import DecisionFaultKind, Take, finish
from corelab.domain.case_content import case_json, case_of, misplaced
from corelab.domain.rehearsal.outcome import try_out
from corelab.domain.rehearsal.written import CaseRefusedError, read_case
from corelab.domain.vocabulary import Cell, Grade, ItemId, SegmentId
from tests.case_builders import (
    ADJUDICATED,
    NONE,
    PARTIAL,
    a_case,
    a_comparison_and_case,
    a_draft,
    endpoint,
    in_mode,
    stands,
    tried,
    with_a_meaning_of_na,
)
from tests.oracles import DVT

GONE = ("NA", "CONDITION", ADJUDICATED)


@pytest.mark.parametrize("decisions", [{"COMP": "full"}, {"COMP": "full", "D_REST": "A", "D_COMP": "B"}])
def test_a_disputed_detail_is_gone_when_the_decision_leaves_nothing_to_measure(decisions: dict[str, str]) -> None:
    outcome = tried("review", a_case(PARTIAL, NONE, {"CFV": decisions}))
    assert stands(outcome, "D_REST.CFV") == stands(outcome, "D_COMP.CFV") == GONE
    assert endpoint(outcome, "RVDMAX") == "0.0"
    assert not outcome.open_cells


def test_what_hangs_on_a_detail_that_is_gone_is_gone_too() -> None:
    outcome = tried("review", a_case(PARTIAL, NONE, {"CFV": {"COMP": "full"}}))
    assert [stands(outcome, f"{item}.CFV") for item in ("THR", "EXT", "ECHO", "AGE")] == [GONE] * 4


def test_a_disputed_detail_that_applies_has_a_decision_of_its_own() -> None:
    outcome = tried("review", a_case(PARTIAL, NONE, {"CFV": {"COMP": "A", "D_REST": "B"}}))
    assert stands(outcome, "D_REST.CFV") == ("12.5", None, ADJUDICATED)
    assert stands(outcome, "D_COMP.CFV") is None


def test_what_is_signed_of_a_disputed_detail_that_is_gone_gives_its_result() -> None:
    comparison, draft = a_comparison_and_case(in_mode(DVT, "review"), PARTIAL, NONE)
    comp = Cell(SegmentId("CFV"), ItemId("COMP"))
    decisions = draft.decided(comp, Take.OWN, grade=Grade("full")).complete(())
    gone = {one.cell.item for one in decisions if one.take is Take.FOLLOWS}
    assert {"D_REST", "D_COMP", "THR", "EXT"} <= gone
    results = {one.cell: one for one in finish(comparison, decisions)}
    assert {results[cell].grade.code for cell in results if cell.segment == "CFV" and cell.item in gone} == {"NA"}
    sealed = case_of(case_json(draft.case), draft.case.form, reason_required=False)
    assert misplaced(sealed, decisions) == ()
    assert sealed.hanging == draft.case.hanging


NOTHING_THERE: tuple[dict[str, Any], dict[str, Any]] = ({}, {"CFV": {"COMP": 2, "THR": "occlusive"}})


@pytest.mark.parametrize(("comp", "refused"), [("full", False), ("B", True), ("partial", True)])
def test_nothing_cannot_be_taken_for_a_disputed_detail_that_applies(comp: str, refused: bool) -> None:  # noqa: FBT001  # the case
    charter, case = with_a_meaning_of_na(), a_case(*NOTHING_THERE, {"CFV": {"COMP": comp, "THR": "A"}})
    if refused:
        with pytest.raises(CaseRefusedError, match="cannot be taken"):
            try_out(charter, read_case(case, charter))
    else:
        assert stands(try_out(charter, read_case(case, charter)), "THR.CFV") == GONE


def test_nothing_that_was_taken_before_it_was_known_to_apply_is_open_again() -> None:
    draft = a_draft(with_a_meaning_of_na(), *NOTHING_THERE)
    thrombus, comp = Cell(SegmentId("CFV"), ItemId("THR")), Cell(SegmentId("CFV"), ItemId("COMP"))
    draft = draft.decided(thrombus, Take.A).decided(comp, Take.B)
    assert draft.unanswered == (thrombus,)
    assert (thrombus, DecisionFaultKind.OPEN) in {(fault.cell, fault.kind) for fault in draft.faults}
    clean = draft.decided(comp, Take.A)
    assert not clean.unanswered
    assert thrombus not in clean.cells
