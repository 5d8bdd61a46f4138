"""Nothing is signed while something required is missing, and what is missing is named."""

from dataclasses import replace
from pathlib import Path

import pytest

from corelab.domain.adjudication import CaseIncompleteError, DecisionFaultKind, DecisionReason, Take
from corelab.domain.checks import CheckCode
from corelab.domain.reading_errors import ChecksFailedError
from corelab.services import adjudication, assignment, reading
from tests.builders import PASSWORD
from tests.life_builders import compares, read_by_both
from tests.reading_builders import REQUIRED, a_ready_exam, a_staffed_lab, filled, first, opened_next, rows_of


def test_p11_27_each_required_answer_removed_in_turn_keeps_a_reading_from_being_signed(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab, received=REQUIRED)
    assignment.assign(lab.open, lab.coordinator)
    opened = opened_next(lab, lab.reader_1)
    complete = filled(opened)
    asked = [cell for cell in complete.form.cells if cell not in complete.form.prefilled]
    assert len(asked) == 19
    for cell in asked:
        with pytest.raises(ChecksFailedError) as refused:
            reading.sign(lab.open, lab.reader_1, complete.cleared(cell), PASSWORD)
        assert [(fault.code, fault.cell) for fault in refused.value.faults] == [(CheckCode.UNANSWERED, cell)]
    assert rows_of(lab, "reading") == []
    assert reading.sign(lab.open, lab.reader_1, complete, PASSWORD).record


def test_p11_27_each_required_frame_removed_in_turn_keeps_it_from_being_signed(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    a_ready_exam(lab)
    assignment.assign(lab.open, lab.coordinator)
    complete = filled(opened_next(lab, lab.reader_1), COMP_CFV=2, COMP_POPV=1)
    without = {cell: complete.answered(cell, answer.grade, ()) for cell, answer in complete.answers.items() if answer.evidence}
    needed = 0
    for cell, lacking in without.items():
        faults = reading.faults(lab.open, lab.reader_1, lacking, ())
        if any(fault.code is CheckCode.EVIDENCE_MISSING for fault in faults):
            needed += 1
            with pytest.raises(ChecksFailedError) as refused:
                reading.sign(lab.open, lab.reader_1, lacking, PASSWORD)
            assert [(fault.code, fault.cell) for fault in refused.value.faults] == [(CheckCode.EVIDENCE_MISSING, cell)]
    assert needed
    assert rows_of(lab, "reading") == []


def test_p11_27_each_decision_or_its_reason_removed_in_turn_keeps_a_case_from_being_signed(tmp_path: Path) -> None:
    lab = a_staffed_lab(tmp_path)
    read_by_both(lab, COMP_CFV=2, COMP_POPV=2)
    compares(lab)
    opened = adjudication.open_case(lab.open, lab.adjudicator, first(lab, lab.adjudicator))
    complete = opened.draft
    for dispute in opened.case.disputes:
        complete = complete.decided(dispute.cell, Take.A, reason=DecisionReason.OTHER_FRAME)
    assert len(opened.case.disputes) >= 2
    for dispute in opened.case.disputes:
        open_ = replace(complete, decisions={cell: one for cell, one in complete.decisions.items() if cell != dispute.cell})
        silent = complete.decided(dispute.cell, Take.A)
        for draft, kind in ((open_, DecisionFaultKind.OPEN), (silent, DecisionFaultKind.REASON_MISSING)):
            with pytest.raises(CaseIncompleteError) as refused:
                adjudication.sign(lab.open, lab.adjudicator, opened.assignment, draft, PASSWORD)
            assert [(fault.kind, fault.cell) for fault in refused.value.faults] == [(kind, dispute.cell)]
    assert rows_of(lab, "adjudication") == []
