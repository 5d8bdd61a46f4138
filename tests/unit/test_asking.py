"""What is asked now: details that apply, do not apply or cannot be told; what stands in each cell of a complete reading."""

from collections.abc import Collection, Mapping
from functools import cache

import pytest

from corelab.domain.asking import Settled, Standing, controllers, settle
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.form import Form, Use, form_for
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import (
    WHOLE_EXAM,
    AssignmentId,
    Cell,
    Grade,
    Missing,
    NotApplicableCause,
    SegmentId,
    VisitId,
    not_applicable,
    not_evaluable,
    not_imaged,
)
from tests.charter_builders import DVT, PORTAL, full
from tests.exam_builders import cell

CONDITION = not_applicable(NotApplicableCause.CONDITION)
OPTIONAL = not_applicable(NotApplicableCause.OPTIONAL)


@cache
def charter(name: str) -> Charter:
    return load_charter(full(name).encode())


def leg(
    visit: str = "D10",
    *,
    received: Collection[str] = (),
    closed: Mapping[str, str] | None = None,
    cells: Mapping[Cell, str] | None = None,
) -> Form:
    return form_for(
        charter(DVT),
        "DUPLEX",
        visit=VisitId(visit),
        attributes=Attributes({"STUDY_LIMB": "left"}),
        received=frozenset(map(SegmentId, received)),
        not_imaged={SegmentId(segment): reason for segment, reason in (closed or {}).items()},
        not_imaged_cells=cells or {},
    )


ROLES = {
    **dict.fromkeys(("PV_MAIN", "SMV", "SPLV", "IVC"), "central"),
    **dict.fromkeys(("PV_LEFT", "HV_MIDDLE", "HV_LEFT"), "remnant"),
    **dict.fromkeys(("PV_RIGHT", "HV_RIGHT"), "target"),
    **dict.fromkeys(("PV_RANT", "PV_RPOST", "HV_INF_RIGHT"), "not_present"),
}


def liver(reading_type: str = "VESSEL", visit: str = "D3") -> Form:
    roles = {("ROLE", SegmentId(segment)): role for segment, role in ROLES.items()}
    there = frozenset(SegmentId(segment) for segment, role in ROLES.items() if role != "not_present")
    attributes = Attributes(segments=roles)
    return form_for(charter(PORTAL), reading_type, visit=VisitId(visit), attributes=attributes, received=there, not_imaged={})


def given(form: Form, **grades: Grade | str) -> Settled:
    """``COMP__CFV="partial"``; the defaults stand."""
    said = {cell(place.replace("__", ".")): Grade(grade) if isinstance(grade, str) else grade for place, grade in grades.items()}
    return settle(form, {one: answer.grade for one, answer in form.prefilled.items()} | said)


def standing(settled: Settled, place: str) -> Standing:
    return settled.standing[cell(place)]


# ---------------------------------------------------------------- load of the form


@pytest.mark.parametrize(
    ("form", "keys"),
    [(leg(), 19), (leg("M6"), 19 + 9), (liver(), 8 + 3), (liver("REMNANT", "W1"), 3)],
    ids=["leg", "reflux", "liver", "remnant"],
)
def test_what_a_clean_exam_costs(form: Form, keys: int) -> None:
    prefilled = form.prefilled
    core = [question for one, question in form.questions.items() if question.use is Use.CORE and one not in prefilled]
    assert len(core) == keys


def test_the_whole_exam_is_the_last_part_of_the_form() -> None:
    form = leg("M6")
    assert form.segments[-1].id == WHOLE_EXAM
    assert [item.id for item in form.questions_of(WHOLE_EXAM)] == ["REF_MAN", "REF_POS", "COMPLETE", "TECH"]
    assert [segment.id for segment in liver("REMNANT", "W1").segments if liver("REMNANT", "W1").questions_of(segment.id)] == [WHOLE_EXAM]


# ---------------------------------------------------------------- details


def test_a_detail_applies_as_soon_as_its_condition_does() -> None:
    form = leg()
    assert standing(given(form), "THR.CFV") is Standing.WAITING
    assert standing(given(form, COMP__CFV="full", FLOW__CFV="complete"), "THR.CFV") is Standing.HIDDEN
    assert standing(given(form, COMP__CFV="partial"), "THR.CFV") is Standing.REQUIRED
    settled = given(form, COMP__CFV="full", FLOW__CFV="complete")
    assert settled.grades[cell("THR.CFV")] == CONDITION


def test_details_hang_on_details() -> None:
    form = leg()
    settled = given(form, COMP__CFV="none", FLOW__CFV="absent", THR__CFV="occlusive")
    assert standing(settled, "EXT.CFV") is standing(settled, "AGE.CFV") is Standing.REQUIRED
    settled = given(form, COMP__CFV="none", FLOW__CFV="absent", THR__CFV="no_thrombus", EXT__CFV="whole")
    assert standing(settled, "EXT.CFV") is Standing.HIDDEN
    assert settled.grades[cell("EXT.CFV")] == CONDITION


def test_a_detail_inherits_what_could_not_be_judged() -> None:
    form = leg()
    settled = given(form, COMP__CFV=not_evaluable("WINDOW"), FLOW__CFV="complete")
    assert standing(settled, "THR.CFV") is Standing.UNKNOWN
    assert settled.grades[cell("THR.CFV")] == not_evaluable("WINDOW")
    assert settled.grades[cell("EXT.CFV")] == not_evaluable("WINDOW")
    answered = given(form, COMP__CFV=not_evaluable("WINDOW"), FLOW__CFV="complete", THR__CFV="occlusive")
    assert answered.grades[cell("THR.CFV")] == Grade("occlusive")
    assert standing(answered, "EXT.CFV") is Standing.REQUIRED


def test_not_evaluable_is_inherited_before_not_imaged() -> None:
    form = leg(cells={cell("COMP.CFV"): "NOT_SCANNED"})
    settled = given(form, FLOW__CFV="complete")
    assert settled.grades[cell("THR.CFV")] == not_imaged("NOT_SCANNED")
    settled = given(form, FLOW__CFV=not_evaluable("NO_COLOUR"))
    assert settled.grades[cell("THR.CFV")] == not_evaluable("NO_COLOUR")


def test_what_is_left_out_of_the_optional_is_not_applicable() -> None:
    settled = given(leg())
    assert standing(settled, "CONF.CFV") is Standing.OPTIONAL
    assert settled.grades[cell("CONF.CFV")] == OPTIONAL
    assert given(leg(), CONF__CFV="low").grades[cell("CONF.CFV")] == Grade("low")


def test_a_segment_that_was_not_imaged_has_no_questions() -> None:
    form = leg(closed={"CFV": "NOT_SCANNED"})
    assert form.questions_of(SegmentId("CFV")) == ()
    assert form.fixed[cell("COMP.CFV")] == form.fixed[cell("THR.CFV")] == not_imaged("NOT_SCANNED")
    assert form.fixed[cell("CONF.CFV")] == OPTIONAL


def test_a_vessel_that_the_subject_does_not_have_is_absent() -> None:
    form = liver()
    assert form.fixed[cell("PAT.PV_RANT")] == not_applicable(NotApplicableCause.ABSENT)
    assert "PV_RANT" not in {segment.id for segment in form.segments}
    assert form.segment(SegmentId("PV_LEFT")).told == ("remnant",)


def test_a_question_for_some_roles_only_is_asked_of_them() -> None:
    form = liver()
    assert form.asks(cell("DIAM.PV_LEFT"))
    assert form.fixed[cell("DIAM.PV_RIGHT")] == not_applicable(NotApplicableCause.CHARTER)


def test_neighbours_decide_about_a_detail_of_another_segment() -> None:
    clean: dict[str, Grade | str] = {"COMP__CFV": "full", "FLOW__CFV": "complete", "FLOW__CIV": "complete", "FLOW__EIV": "complete"}
    form = leg()
    assert standing(given(form, **clean), "PHAS.CFV") is Standing.HIDDEN
    assert standing(given(form, **{**clean, "FLOW__EIV": "absent"}), "PHAS.CFV") is Standing.REQUIRED
    settled = given(form, **{**clean, "FLOW__EIV": not_evaluable("WINDOW")})
    assert standing(settled, "PHAS.CFV") is Standing.REQUIRED


def test_what_decides_about_a_detail_in_its_segment() -> None:
    form = leg()
    assert controllers(form, cell("EXT.CFV")) == (cell("THR.CFV"), cell("COMP.CFV"), cell("FLOW.CFV"))
    assert controllers(form, cell("PHAS.CFV")) == (cell("COMP.CFV"), cell("FLOW.CFV"))
    assert controllers(form, cell("COMP.CFV")) == ()


# ---------------------------------------------------------------- readings


def reading(form: Form, **grades: str) -> Reading:
    made = Reading.begun(AssignmentId("a"), form)
    for place, value in grades.items():
        made = made.answered(cell(place.replace("__", ".")), Grade(value))
    return made


def test_an_answer_that_no_longer_applies_comes_back_with_its_condition() -> None:
    made = reading(leg(), COMP__CFV="none", FLOW__CFV="absent", THR__CFV="occlusive", EXT__CFV="whole")
    cured = made.answered(cell("COMP.CFV"), Grade("full")).answered(cell("FLOW.CFV"), Grade("complete"))
    assert cured.grades[cell("EXT.CFV")] == CONDITION
    again = cured.answered(cell("COMP.CFV"), Grade("partial"))
    assert again.grades[cell("EXT.CFV")] == Grade("whole")


def test_a_complete_reading_has_every_cell_of_the_grid() -> None:
    form = leg("M6")
    made = Reading.begun(AssignmentId("a"), form)
    while (open_cell := made.next_unanswered()) is not None:
        item = form.item(open_cell.item)
        made = made.answered(open_cell, Grade(item.options[0].value if hasattr(item, "options") else "x"))
    answers = made.complete()
    assert tuple(answer.cell for answer in answers) == form.grid
    kinds = {answer.grade.missing for answer in answers}
    assert kinds == {None, Missing.NOT_APPLICABLE}
    assert made.progress == (28, 28)


def test_progress_counts_what_must_be_answered_now() -> None:
    made = reading(leg(), COMP__CFV="partial")
    assert made.progress == (1, 19 + 4)  # thrombus, two diameters and phasicity of this segment; more may follow
    assert cell("THR.CFV") in made.unanswered


def test_a_confirmed_check_may_fire_again_when_one_of_its_cells_changes() -> None:
    made = reading(leg(), COMP__CFV="full", FLOW__CFV="absent").confirming("E05", SegmentId("CFV"), "seen in two planes")
    assert [one.check for one in made.confirmed] == ["E05"]
    elsewhere = made.answered(cell("COMP.POPV"), Grade("full"))
    assert elsewhere.confirmed == made.confirmed
    assert made.answered(cell("FLOW.CFV"), Grade("partial")).confirmed == ()


NESTED = """when = { any_of = [
  { all_of = [
    { item = "COMP", segment = "each", op = "in", value = ["partial", "none"] },
    { item = "STENT", segment = "CIV", op = "eq", value = "open" },
  ] },
  { item = "FLOW", segment = "each", op = "in", value = ["partial", "absent"] },
] }"""


@pytest.mark.parametrize(("comp", "expected"), [("full", not_imaged("NOT_SCANNED")), ("partial", not_evaluable("WINDOW"))])
def test_a_detail_inherits_from_what_keeps_its_condition_from_being_known(comp: str, expected: Grade) -> None:
    """A stent that could not be judged says nothing about the diameter of a vein that compresses fully."""
    text, old = full(DVT), 'when = { item = "COMP", segment = "each", op = "in", value = ["partial", "none"] }'
    assert text.count(old) == 1
    form = form_for(
        load_charter(text.replace(old, NESTED).encode()),
        "DUPLEX",
        visit=VisitId("D10"),
        attributes=Attributes({"STUDY_LIMB": "left"}),
        received=(),
        not_imaged={},
        not_imaged_cells={cell("FLOW.CFV"): "NOT_SCANNED"},
    )
    settled = given(form, COMP__CFV=comp, STENT__CIV=not_evaluable("WINDOW"))
    assert settled.standing[cell("D_REST.CFV")] is Standing.UNKNOWN
    assert settled.grades[cell("D_REST.CFV")] == expected
