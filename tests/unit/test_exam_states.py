"""Which state of an exam may follow which."""

import pytest

from corelab.domain.exam_states import may_follow
from corelab.domain.vocabulary import ExamState

ORDER = list(ExamState)
BACK = {
    (ExamState.READY, ExamState.RECEIVING),
    (ExamState.RELEASED, ExamState.ASSIGNED),
    (ExamState.FINAL, ExamState.ASSIGNED),
    (ExamState.LOCKED, ExamState.FINAL),
}


@pytest.mark.parametrize("before", ORDER)
@pytest.mark.parametrize("after", ORDER)
def test_one_step_forward_or_one_of_the_ways_back(before: ExamState, after: ExamState) -> None:
    forward = ORDER.index(after) - ORDER.index(before)
    assert may_follow(before, after) == (forward in {0, 1} or (before, after) in BACK)


@pytest.mark.parametrize("first", ORDER)
def test_an_exam_begins_by_being_received(first: ExamState) -> None:
    assert may_follow(None, first) == (first in {ExamState.RECEIVING, ExamState.READY})
