"""A case under an adjudicator's hands, without a widget: every kind of item, details first, undo."""

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from corelab.domain.adjudication import Case, CaseDraft, DecisionFaultKind, Dispute, Mode, Take
from corelab.domain.charter.model_item import MultiItem
from corelab.domain.form import Form
from corelab.domain.vocabulary import WHOLE_EXAM, Answer, Binding, Caliper, Cell, Evidence, Grade, Missing
from corelab.ui.case_rows import agreed_rows, case_rows
from corelab.ui.case_words import NO_OWN_GRADE, NO_SIDES, place_words, refused_take, refused_words
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.entry import EntryRefusedError
from tests.charter_builders import DVT, ODD, PORTAL
from tests.gui.exams import a_cell
from tests.gui.full_forms import CLIP, a_form

COMP, THR, REST = (a_cell("CFV", item) for item in ("COMP", "THR", "D_REST"))
FLOW, TECH, TLV = a_cell("CFV", "FLOW"), Cell(WHOLE_EXAM, a_cell("", "TECH").item), a_cell("", "TLV")
FRAME = Evidence(CLIP, 3)
NOT_ASKED = Grade(missing=Missing.NOT_APPLICABLE, reason="CONDITION")


def the_leg() -> Form:
    return a_form(DVT, "DUPLEX", "D10", subject={"STUDY_LIMB": "right"}, received=["CIV", "EIV", "CFV", "POPV"])


def a_case(
    form: Form,
    disputes: Mapping[Cell, tuple[Grade, Grade]],
    *,
    details: Mapping[Cell, tuple[Grade, Grade]] = MappingProxyType({}),
    agreed: Mapping[Cell, Grade] = MappingProxyType({}),
    mode: Mode = Mode.REVIEW,
) -> Deciding:
    def made(sides: Mapping[Cell, tuple[Grade, Grade]]) -> tuple[Dispute, ...]:
        hidden = mode is Mode.INDEPENDENT
        return tuple(Dispute(cell, None if hidden else (Answer(cell, a), Answer(cell, b))) for cell, (a, b) in sides.items())

    return Deciding.begun(CaseDraft(Case(form, made(disputes), agreed, reason_required=True, mode=mode, details=made(details))))


def a_vein(mode: Mode = Mode.REVIEW) -> Deciding:
    """A says none, with its details; B full; both say that flow is complete."""
    held = {THR: Grade("occlusive"), REST: Grade("9.0")}
    details = {cell: (grade, NOT_ASKED) for cell, grade in held.items()}
    flow = {a_cell(place, "FLOW"): Grade("complete") for place in ("CIV", "EIV", "CFV", "POPV")}
    return a_case(the_leg(), {COMP: (Grade("none"), Grade("full"))}, details=details, agreed=flow, mode=mode)


def with_pair(case: Deciding) -> Deciding:
    """A frame without pressure and one under it are marked for the own grade to come."""
    return case.marked(Evidence(CLIP, 1, bound=Binding.MARKED)).paired(Evidence(CLIP, 2, bound=Binding.MARKED))


def words_of(deciding: Deciding) -> list[str]:
    return [row.words for row in case_rows(deciding)]


def test_a_read_is_taken_with_two_keys() -> None:
    case = a_vein().taken(Take.B)
    assert case.asked is Asked.REASON
    case = case.digit(1, FRAME)
    assert (case.draft.faults, case.asked) == ((), Asked.GRADE)


def test_details_of_the_read_taken_are_shown_as_taken_along() -> None:
    case = a_vein().taken(Take.A).digit(1, FRAME)
    assert "R CFV thrombus: occlusive thrombus, with A, read only" in words_of(case)
    assert not any("pressure" in words for words in words_of(case) if "with A" in words), "nobody measured it"


def test_details_asked_anew_come_under_their_dispute_and_are_next() -> None:
    case = with_pair(a_vein()).digit(2, FRAME).digit(1, FRAME)
    assert case.cell == THR
    assert place_words(case) == "Detail 1 of 4, asked anew"
    assert words_of(case)[1] == "R CFV thrombus, asked anew"
    case = case.taken(Take.A)
    assert case.draft.decisions[THR].grade == Grade("occlusive"), "what a read holds can be taken"
    assert case.asked is Asked.GRADE, "details need no reason"
    assert refused_take(case.at_cell(THR), Take.B).startswith("Read B does not answer this")


def test_undo_of_a_decision_takes_its_details_away_and_redo_brings_them_back() -> None:
    case = with_pair(a_vein()).digit(2, FRAME).digit(1, FRAME)
    before = case.undone().undone()
    assert (before.cells, before.cell) == ((COMP,), COMP)
    again = before.redone().redone()
    assert again.cells == case.cells


def test_an_own_grade_wants_the_pair_that_a_reader_would_mark() -> None:
    case = a_vein().digit(2, FRAME)
    assert case.draft.lacks(COMP) == (DecisionFaultKind.FRAME_MISSING,)
    case = case.digit(1, FRAME)
    assert case.cell == COMP
    case = case.marked(Evidence(CLIP, 1, bound=Binding.MARKED))
    assert case.draft.lacks(COMP) == (DecisionFaultKind.PAIR_MISSING,)
    assert case.cell == COMP
    assert case.paired(Evidence(CLIP, 4, bound=Binding.MARKED)).cell == THR


def test_a_caliper_is_an_own_value_and_a_typed_one_is_none() -> None:
    case = a_case(the_leg(), {REST: (Grade("9.0"), Grade("12.0"))}, agreed={COMP: Grade("none")})
    assert case.measures
    assert not case.accepts(8)
    drawn = Evidence(CLIP, 2, bound=Binding.CALIPER, caliper=Caliper(((0, 0), (0, 900)), 0, "10.4", "mm"))
    case = case.measured(drawn)
    assert (case.own, case.asked) == (Grade("10.4"), Asked.REASON)
    assert case.decision is not None
    assert case.decision.evidence == (drawn,)
    typed = case.draft.decided(REST, Take.OWN, grade=Grade("10.4"))
    assert DecisionFaultKind.CALIPER_MISSING in {fault.kind for fault in typed.faults}


@pytest.mark.parametrize(("value", "spacing", "stands"), [("9.0", "-0.1", True), ("9.1", "-0.1", False), ("9.1", None, True)])
def test_a_caliper_stands_for_what_its_points_give(value: str, spacing: str | None, *, stands: bool) -> None:
    """One of before the size of a pixel was kept is believed."""
    case = a_case(the_leg(), {REST: (Grade("8.0"), Grade("12.0"))}, agreed={COMP: Grade("none")})
    caliper = Caliper(((0, 0), (0, 900)), 0, value, "mm", None if spacing is None else ("0.1", spacing))
    drawn = Evidence(CLIP, 2, bound=Binding.CALIPER, caliper=caliper)
    made = case.draft.decided(REST, Take.OWN, grade=Grade(value), evidence=[drawn])
    assert (DecisionFaultKind.CALIPER_MISSING not in made.lacks(REST)) is stands


def test_a_number_is_typed_and_refused_outside_its_range() -> None:
    form = a_form(PORTAL, "REMNANT", "W1", received=["PV_MAIN"])
    case = a_case(form, {TLV: (Grade("1500"), Grade("1800"))})
    with pytest.raises(EntryRefusedError, match="Not taken"):
        case.entered("99999")
    assert case.entered("1650").own == Grade("1650")
    assert case.not_evaluable().asked is Asked.NE_REASON


def test_several_options_are_chosen_by_digits_and_taken_with_enter() -> None:
    form = a_form(ODD, "ARM", "BL", received=["SUBCL.R", "CEPH.R"])
    wall = next(cell for cell, question in form.questions.items() if isinstance(question.item, MultiItem))
    item = form.item(wall.item)
    assert isinstance(item, MultiItem)
    first, second = (option.value for option in item.options[:2])
    case = a_case(form, {wall: (Grade(first), Grade(second))})
    case = case.digit(1, FRAME).digit(2, FRAME)
    assert (case.options_chosen, case.decision) == (f"{first}+{second}", None)
    case = case.digit(1, FRAME).confirmed(FRAME)
    assert (case.own, case.asked) == (Grade(second), Asked.REASON)


def test_words_are_one_step_of_undo_while_they_are_written() -> None:
    case = a_case(the_leg(), {TECH: (Grade("scar"), Grade("stent"))})
    for text in ("a", "a s", "a stent"):
        case = case.texted(text)
    assert case.own == Grade("a stent")
    assert len(case.past) == 1
    assert case.undone().decision is None


def test_a_third_read_holds_no_side_and_takes_none() -> None:
    case = a_vein(Mode.INDEPENDENT)
    assert case.taken(Take.A) is case
    assert refused_take(case, Take.A) == NO_SIDES
    assert not any(letter in words for words in words_of(case) for letter in (" A ", " B "))
    assert case.digit(1, FRAME).own == Grade("full")


def test_a_forced_choice_takes_no_own_grade_but_for_what_neither_read_holds() -> None:
    case = a_vein(Mode.FORCED_CHOICE)
    assert not any(case.accepts(digit) for digit in range(10))
    assert refused_words(case, 2) == NO_OWN_GRADE
    assert case.not_evaluable() is case
    assert case.taken(Take.A).digit(1, FRAME).draft.decisions[COMP].take is Take.A


def test_soft_checks_are_told_from_what_the_adjudicator_sees_alone() -> None:
    case = with_pair(a_vein()).digit(3, FRAME).digit(1, FRAME).digit(1, FRAME)
    assert [doubt.cell for doubt in case.draft.doubts] == [COMP]
    assert case.draft.broken == ()


def test_what_both_say_is_read_only_and_named() -> None:
    agreed = [row.words for row in agreed_rows(a_vein().draft)]
    assert "R CFV: colour filling complete" in agreed
    assert FLOW not in a_vein().cells
