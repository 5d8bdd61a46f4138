"""A reading from the first key to the complete grid."""

import pytest

from corelab.domain.reading import GradeRefusedError, Reading, ReadingIncompleteError
from corelab.domain.vocabulary import AssignmentId, Evidence, Grade, Missing, not_evaluable, not_imaged
from tests.exam_builders import CLIP, a_form, a_reading, cell


def begun() -> Reading:
    return Reading.begun(AssignmentId("a"), a_form(not_imaged={"SSV": "NOT_SCANNED"}))


def test_a_reading_opens_with_its_defaults_and_nothing_else() -> None:
    reading = begun()
    assert {answer.grade for answer in reading.answers.values()} == {Grade("diagnostic", prefilled=True)}
    assert reading.progress == (0, 18)
    assert reading.next_unanswered() == cell("FLOW.CIV")


def test_an_answer_makes_a_new_reading() -> None:
    before = begun()
    after = before.answered(cell("COMP.CFV"), Grade("none"), [Evidence(CLIP, 4)])
    assert cell("COMP.CFV") not in before.answers
    assert after.answers[cell("COMP.CFV")].evidence == (Evidence(CLIP, 4),)
    assert after.progress == (1, 18)


def test_a_default_that_the_reader_touched_is_no_longer_prefilled() -> None:
    reading = begun().answered(cell("QUAL.CFV"), Grade("diagnostic", prefilled=True))
    assert reading.answers[cell("QUAL.CFV")].grade == Grade("diagnostic")
    assert reading.progress == (0, 18)


def test_a_cleared_answer_is_open_again_and_a_cleared_default_stands_again() -> None:
    reading = begun().answered(cell("COMP.CFV"), Grade("none")).answered(cell("QUAL.CFV"), Grade("limited"))
    reading = reading.cleared(cell("COMP.CFV")).cleared(cell("QUAL.CFV"))
    assert cell("COMP.CFV") in reading.unanswered
    assert reading.answers[cell("QUAL.CFV")].grade == Grade("diagnostic", prefilled=True)


@pytest.mark.parametrize("given", [not_imaged("NOT_SCANNED"), Grade("complete"), not_evaluable("NONE")])
def test_what_is_not_the_reader_s_to_say_is_refused(given: Grade) -> None:
    with pytest.raises(GradeRefusedError) as caught:
        begun().answered(cell("COMP.CFV"), given)
    assert (caught.value.cell, caught.value.grade) == (cell("COMP.CFV"), given)


def test_the_next_question_is_behind_this_one_then_from_the_top() -> None:
    reading = begun().answered(cell("COMP.CFV"), Grade("full"))
    assert reading.next_unanswered(after=cell("COMP.CFV")) == cell("FLOW.CFV")
    assert reading.next_unanswered(after=cell("COMP.GSV")) == cell("FLOW.CIV")
    assert reading.next_unanswered(after=cell("COMP.SSV")) == cell("FLOW.CIV")
    assert a_reading().next_unanswered(after=cell("COMP.CFV")) is None


def test_an_incomplete_reading_names_what_is_open() -> None:
    reading = a_reading().cleared(cell("COMP.CFV")).cleared(cell("FLOW.POPV"))
    with pytest.raises(ReadingIncompleteError) as caught:
        reading.complete()
    assert caught.value.missing == reading.unanswered == (cell("COMP.CFV"), cell("FLOW.POPV"))


def test_a_complete_reading_holds_every_cell_with_a_value_or_one_kind_of_missing() -> None:
    form = a_form(not_imaged={"SSV": "NOT_SCANNED"})
    answers = {answer.cell: answer.grade for answer in a_reading(form, COMP_CFV="NE:WINDOW").complete()}
    assert list(answers) == list(form.grid)
    assert answers[cell("COMP.CFV")] == not_evaluable("WINDOW")
    assert answers[cell("COMP.SSV")] == not_imaged("NOT_SCANNED")
    assert answers[cell("COMP.IVC")].missing is Missing.NOT_APPLICABLE
    assert answers == dict(a_reading(form, COMP_CFV="NE:WINDOW").grades)


def test_frames_shown_add_up() -> None:
    reading = begun().with_played(CLIP, range(3)).with_played(CLIP, [2, 5])
    assert reading.played[CLIP] == {0, 1, 2, 5}


def test_a_note_replaces_the_note_before() -> None:
    assert begun().with_note("first").with_note("second").note == "second"
