"""Digits answer the current question and go on; marks, corrections and undo do what a reader expects."""

from dataclasses import replace

import pytest

from corelab.domain.vocabulary import Binding, Missing, SegmentId
from corelab.ui.grading import Grading
from tests.gui.exams import a_cell, a_frame_of, a_reading

COMP_CFV, FLOW_CFV, COMP_POPV = a_cell("CFV", "COMP"), a_cell("CFV", "FLOW"), a_cell("POPV", "COMP")
MARK = replace(a_frame_of(frame=12), bound=Binding.MARKED)


@pytest.fixture
def grading() -> Grading:
    return Grading.begun(a_reading())


def test_a_reading_begins_at_its_first_open_question(grading: Grading) -> None:
    assert grading.cell == COMP_CFV


def test_a_digit_answers_and_goes_to_the_next_question_then_to_the_next_segment(grading: Grading) -> None:
    once = grading.digit(1, a_frame_of())
    assert once.cell == FLOW_CFV
    assert once.reading.answers[COMP_CFV].grade.value == "full"
    assert once.digit(1, a_frame_of()).cell == COMP_POPV


def test_a_clean_exam_costs_one_key_per_question(grading: Grading) -> None:
    for _ in range(grading.reading.progress[1]):
        grading = grading.digit(1, a_frame_of())
    assert grading.reading.unanswered == ()


def test_the_frame_on_screen_is_bound_by_itself(grading: Grading) -> None:
    (evidence,) = grading.digit(1, a_frame_of(frame=7)).reading.answers[COMP_CFV].evidence
    assert (evidence.frame_a, evidence.bound) == (7, Binding.AUTO)


def test_nine_asks_for_a_reason_and_a_digit_gives_it(grading: Grading) -> None:
    asked = grading.digit(9, a_frame_of())
    assert asked.reason_of == COMP_CFV
    assert asked.reading == grading.reading
    answer = asked.digit(2, a_frame_of()).reading.answers[COMP_CFV]
    assert (answer.grade.missing, answer.grade.reason) == (Missing.NOT_EVALUABLE, "WINDOW")


def test_escape_leaves_the_choice_of_a_reason(grading: Grading) -> None:
    assert grading.digit(9, None).without_reason() == grading


def test_a_digit_without_an_option_does_nothing(grading: Grading) -> None:
    assert not grading.accepts(7)
    assert grading.digit(7, None) == grading


def test_quality_does_not_offer_not_evaluable(grading: Grading) -> None:
    at_quality = grading.question_beside(-1)
    assert at_quality.cell == a_cell("CFV", "QUAL")
    assert not at_quality.accepts(9)


def test_an_abnormal_grade_lacks_a_marked_frame_until_one_is_marked(grading: Grading) -> None:
    partial = grading.digit(2, a_frame_of())
    assert partial.lacking_evidence == (COMP_CFV,)
    marked = partial.marked(MARK)
    assert marked.lacking_evidence == ()
    assert marked.cell == FLOW_CFV
    assert marked.reading.answers[COMP_CFV].evidence == (MARK,)


def test_a_frame_marked_before_the_answer_proves_it(grading: Grading) -> None:
    answer = grading.marked(MARK).digit(2, a_frame_of(frame=30)).reading.answers[COMP_CFV]
    assert answer.evidence == (MARK,)


def test_a_mark_on_a_new_question_does_not_change_a_normal_answer_before_it(grading: Grading) -> None:
    after = grading.digit(1, a_frame_of()).marked(MARK)
    assert after.kept == MARK
    assert after.reading.answers[COMP_CFV].evidence == (a_frame_of(),)


def test_a_second_frame_makes_a_pair_of_rest_and_compressed(grading: Grading) -> None:
    under = replace(MARK, frame_a=30)
    pair = grading.digit(2, a_frame_of()).marked(MARK).paired(under)
    assert pair.reading.answers[COMP_CFV].evidence == (replace(MARK, frame_b=30),)
    assert pair.lacking_evidence == ()


def test_a_pair_can_be_marked_before_the_answer(grading: Grading) -> None:
    pair = grading.marked(MARK).paired(replace(MARK, frame_a=30)).digit(2, None)
    assert pair.reading.answers[COMP_CFV].evidence == (replace(MARK, frame_b=30),)


def test_a_correction_keeps_the_marked_frame(grading: Grading) -> None:
    partial = grading.digit(2, a_frame_of()).marked(MARK)
    none = partial.at_cell(COMP_CFV).digit(3, a_frame_of(frame=40))
    assert none.reading.answers[COMP_CFV].evidence == (MARK,)


def test_a_correction_stays_in_its_segment(grading: Grading) -> None:
    done = grading.digit(1, None).digit(1, None)
    assert done.segment == "POPV"
    corrected = done.at_segment(SegmentId("CFV")).digit(3, None)
    assert corrected.cell == FLOW_CFV


def test_zero_clears_the_current_answer_or_the_last_one(grading: Grading) -> None:
    cleared = grading.digit(1, None).cleared()
    assert COMP_CFV not in cleared.reading.answers
    assert cleared.cell == COMP_CFV


def test_zero_on_an_untouched_reading_changes_nothing(grading: Grading) -> None:
    assert grading.cleared() == grading


def test_a_cleared_default_stands_again(grading: Grading) -> None:
    limited = grading.at_cell(a_cell("CFV", "QUAL")).digit(2, None)
    assert limited.reading.answers[a_cell("CFV", "QUAL")].grade.value == "limited"
    back = limited.at_cell(a_cell("CFV", "QUAL")).cleared()
    assert back.reading.answers[a_cell("CFV", "QUAL")].grade.prefilled


def test_undo_and_redo_walk_through_every_change(grading: Grading) -> None:
    first = grading.digit(1, None)
    second = first.digit(2, a_frame_of()).marked(MARK)
    undone = second.undone().undone().undone()
    assert undone.reading.answers == grading.reading.answers
    assert undone.cell == COMP_CFV
    assert undone.undone() == undone
    assert undone.redone().redone().redone().reading.answers == second.reading.answers


def test_a_new_answer_forgets_what_was_undone(grading: Grading) -> None:
    branched = grading.digit(1, None).undone().digit(2, None)
    assert branched.redone() == branched


def test_up_and_down_walk_over_every_segment_and_stop_at_the_ends(grading: Grading) -> None:
    last = grading.beside(100)
    assert last.segment == "SSV"
    assert last.cell is None
    assert grading.beside(-100).segment == "CIV"


def test_g_goes_to_the_first_open_question(grading: Grading) -> None:
    assert grading.digit(1, None).beside(5).at_first_unanswered().cell == FLOW_CFV
