"""What an adjudicator decides and what follows: modes, details of a segment, hard checks; on charters in full."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corelab.domain.adjudication import CaseDraft, DecisionFaultKind, Take, finish, open_case
from corelab.domain.allocation import Slot
from corelab.domain.asking import settle
from corelab.domain.attributes import Attributes
from corelab.domain.case_content import case_json, case_of, misplaced
from corelab.domain.charter import Charter, load_charter
from corelab.domain.discordance import Comparison, compare
from corelab.domain.form import Form, Use, form_for
from corelab.domain.rehearsal.outcome import Outcome, try_out
from corelab.domain.rehearsal.written import CaseRefusedError, read_case
from corelab.domain.values import first_value
from corelab.domain.vocabulary import Answer, Cell, Grade, ItemId, SegmentId, VisitId
from tests.oracles import DVT, LIMBS, PORTAL, limb, liver_case


@cache
def in_mode(path: Path, mode: str) -> Charter:
    text = path.read_text(encoding="utf-8")
    assert 'mode = "review"' in text
    return load_charter(text.replace('mode = "review"', f'mode = "{mode}"').encode())


def tried(mode: str, case: dict[str, Any], path: Path = DVT) -> Outcome:
    charter = in_mode(path, mode)
    return try_out(charter, read_case(case, charter))


def a_case(one: dict[str, Any], two: dict[str, Any], decisions: dict[str, Any], **more: Any) -> dict[str, Any]:
    base = {"visit": "D10", "start": "clean", "reading_1": limb(one), "reading_2": limb(two)}
    return base | {"decisions": decisions} | more


def a_draft(charter: Charter, one: dict[str, Any], two: dict[str, Any]) -> CaseDraft:
    return a_comparison_and_case(charter, one, two)[1]


def a_comparison_and_case(charter: Charter, one: dict[str, Any], two: dict[str, Any]) -> tuple[Comparison, CaseDraft]:
    """Two readings of a clean limb but for what is said, and their case; reading 1 stands as A."""
    form = form_for(charter, "DUPLEX", visit=VisitId("D10"), attributes=Attributes({"STUDY_LIMB": "left"}), received=(), not_imaged={})
    grades = {slot: clean_but_for(form, limb(said)) for slot, said in ((SLOTS[0], one), (SLOTS[1], two))}
    comparison = compare(charter, "D10", grades[1], grades[2], 1, attributes=Attributes({"STUDY_LIMB": "left"}))
    answers = {slot: {cell: Answer(cell, grade) for cell, grade in said.items()} for slot, said in grades.items()}
    sides = dict.fromkeys((cell.segment for cell in form.grid), SLOTS[0])
    return comparison, CaseDraft(open_case(form, comparison, answers, sides, reason_required=False))


def clean_but_for(form: Form, said: dict[str, dict[str, Any]]) -> dict[Cell, Grade]:
    given = {cell: Grade(str(said.get(cell.segment, {}).get(cell.item) or first_value(form.item(cell.item)))) for cell in form.questions}
    required = {cell: grade for cell, grade in given.items() if form.questions[cell].use is not Use.OPTIONAL}
    settled = settle(form, required)
    return {cell: settled.grades[cell] for cell in form.grid}


def stands(outcome: Outcome, place: str) -> tuple[str, str | None, str] | None:
    """(value, reason, source) of a cell; None while it is open."""
    item, _, segment = place.partition(".")
    found = (one for one in outcome.results if (one.cell.item, one.cell.segment) == (item, segment))
    return next(((one.grade.code, one.grade.reason, one.source.value) for one in found), None)


def endpoint(outcome: Outcome, name: str) -> str:
    return next(one.final.code for one in outcome.derived if one.derivation.id == name)


SLOTS: tuple[Slot, Slot] = (1, 2)
WINDOW = {"COMP": "NE:WINDOW"}
ADJUDICATED = "ADJUDICATED"


# ---------------------------------------------------------------- the worked examples

_J = [
    ("J01", "review", {}, {"COMP": 2}, "B", ("none", None)),
    ("J02", "review", {}, {"COMP": 2}, "partial", ("partial", None)),
    ("J03", "review", WINDOW, {}, "A", ("NE", "WINDOW")),
    ("J04", "independent", {}, {"COMP": 2}, "none", ("none", None)),
    ("J05", "independent", {}, {"COMP": 2}, "partial", ("partial", None)),
    ("J06", "independent", {}, {"COMP": 1}, "none", ("partial", None)),
    ("J08", "independent", WINDOW, {"COMP": 2}, "NE:DEPTH_GAIN", ("NE", "DEPTH_GAIN")),
    ("J09", "independent", WINDOW, {"COMP": 2}, "full", ("full", None)),
]


@pytest.mark.parametrize("reference", [1, 2])
@pytest.mark.parametrize(("oracle", "mode", "one", "two", "said", "expected"), _J, ids=[one[0] for one in _J])
def test_oracle(
    *, oracle: str, mode: str, one: dict[str, Any], two: dict[str, Any], said: str, expected: tuple[str, str | None], reference: int
) -> None:
    outcome = tried(mode, a_case({"CFV": one}, {"CFV": two}, {"CFV": {"COMP": said}}, reference=reference))
    assert stands(outcome, "COMP.CFV") == (*expected, ADJUDICATED), oracle


def test_j02_an_own_grade_asks_the_details_anew() -> None:
    outcome = tried("review", a_case({}, {"CFV": {"COMP": 2}}, {"CFV": {"COMP": "partial"}}))
    assert stands(outcome, "THR.CFV") is None
    assert stands(outcome, "D_REST.CFV") is None
    answered = {"COMP": "partial", "THR": "occlusive", "D_REST": "8.0"}
    outcome = tried("review", a_case({}, {"CFV": {"COMP": 2}}, {"CFV": answered}))
    assert stands(outcome, "THR.CFV") == ("occlusive", None, ADJUDICATED)
    assert stands(outcome, "D_REST.CFV") == ("8.0", None, ADJUDICATED)
    assert stands(outcome, "EXT.CFV") is None


@pytest.mark.parametrize("reference", [1, 2])
def test_j07_three_different_values_without_order_leave_the_adjudicator_s(reference: int) -> None:
    one, two = ({"CFV": {"COMP": 2, "THR": thrombus}} for thrombus in ("no_thrombus", "occlusive"))
    outcome = tried("independent", a_case(one, two, {"CFV": {"THR": "indeterminate"}}, reference=reference))
    assert stands(outcome, "THR.CFV") == ("indeterminate", None, ADJUDICATED)


@pytest.mark.parametrize(("own", "expected"), [("11.2", ("12.0", "12.0")), ("9.4", ("9.0", "9.0")), ("10.5", ("9.0", "12.0"))])
def test_j10_of_numbers_the_closest_stands_and_on_a_tie_that_of_the_reference(own: str, expected: tuple[str, str]) -> None:
    one, two = ({"CFV": {"COMP": 1, "D_REST": number}} for number in ("9.0", "12.0"))
    outcomes = [tried("independent", a_case(one, two, {"CFV": {"D_REST": own}}, reference=slot)) for slot in (1, 2)]
    assert [stands(outcome, "D_REST.CFV") for outcome in outcomes] == [(value, None, ADJUDICATED) for value in expected]


def test_j11_where_the_choice_is_forced_an_own_grade_is_refused() -> None:
    with pytest.raises(CaseRefusedError, match="A or B, nothing else"):
        tried("forced_choice", a_case({}, {"CFV": {"COMP": 2}}, {"CFV": {"COMP": "partial"}}))
    outcome = tried("forced_choice", a_case({}, {"CFV": {"COMP": 2}}, {"CFV": {"COMP": "B"}}))
    assert stands(outcome, "COMP.CFV") == ("none", None, ADJUDICATED)


@pytest.mark.parametrize("reference", [1, 2])
def test_j12_after_d06_the_endpoint_is_the_adjudicator_s(reference: int) -> None:
    d06 = next(one for one in LIMBS if one.id == "D06").case
    decisions = {"CFV": {"COMP": "full"}, "FV_MID": {"COMP": "A"}, "POPV": {"COMP": "A"}}
    outcome = tried("review", {**d06, "decisions": decisions, "reference": reference})
    assert endpoint(outcome, "COMPWRST") == "1"
    assert stands(outcome, "COMP.POPV") == ("partial", None, ADJUDICATED)
    assert not outcome.open_cells


# ---------------------------------------------------------------- details follow their segment


def test_taking_a_reading_takes_its_details_with_it() -> None:
    case = a_case({"CFV": {"COMP": 1, "THR": "post_thrombotic"}}, {}, {"CFV": {"COMP": "A"}}, reference=2)
    outcome = tried("review", case)
    assert stands(outcome, "THR.CFV") == ("post_thrombotic", None, ADJUDICATED)
    assert stands(outcome, "D_COMP.CFV") == ("4.0", None, ADJUDICATED)
    assert not outcome.open_cells


def test_taking_the_clean_reading_leaves_the_details_not_applicable() -> None:
    outcome = tried("review", a_case({"CFV": {"COMP": 1}}, {}, {"CFV": {"COMP": "B"}}))
    assert stands(outcome, "THR.CFV") == ("NA", "CONDITION", ADJUDICATED)
    assert not outcome.open_cells


def test_taking_not_evaluable_takes_what_is_inherited_by_it() -> None:
    outcome = tried("review", a_case({"CFV": WINDOW}, {}, {"CFV": {"COMP": "A"}}))
    assert stands(outcome, "D_COMP.CFV") == ("NE", "WINDOW", ADJUDICATED)


def test_an_own_not_evaluable_is_inherited() -> None:
    outcome = tried("review", a_case({}, {"CFV": {"COMP": 2}}, {"CFV": {"COMP": "NE:DEPTH_GAIN"}}))
    assert stands(outcome, "THR.CFV") == ("NE", "DEPTH_GAIN", ADJUDICATED)
    assert stands(outcome, "EXT.CFV") == ("NE", "DEPTH_GAIN", ADJUDICATED)


def test_controlling_items_taken_from_different_readings_ask_only_the_details_of_both() -> None:
    """Compressibility and filling both decide about the thrombus; the diameter hangs on compressibility alone."""
    one: dict[str, Any] = {"CFV": {"COMP": 2, "FLOW": 2, "THR": "occlusive"}}
    outcome = tried("review", a_case(one, {}, {"CFV": {"COMP": "A", "FLOW": "B"}}))
    assert stands(outcome, "THR.CFV") is None
    assert stands(outcome, "D_REST.CFV") == ("9.0", None, ADJUDICATED)
    both = tried("review", a_case(one, {}, {"CFV": {"COMP": "A", "FLOW": "A"}}))
    assert stands(both, "THR.CFV") == ("occlusive", None, ADJUDICATED)


def test_details_wait_until_every_controlling_item_is_decided() -> None:
    one: dict[str, Any] = {"CFV": {"COMP": 2, "FLOW": 2}}
    outcome = tried("review", a_case(one, {}, {"CFV": {"COMP": "A"}}))
    assert stands(outcome, "THR.CFV") is None
    assert stands(outcome, "D_REST.CFV") == ("9.0", None, ADJUDICATED)


def test_a_detail_that_does_not_differ_stays_while_its_condition_is_not_false() -> None:
    one, two = {"CFV": {"COMP": 2, "FLOW": 1}}, {"CFV": {"FLOW": 1}}
    outcome = tried("review", a_case(one, two, {"CFV": {"COMP": "partial"}}))
    assert stands(outcome, "THR.CFV") == ("non_occlusive", None, "CONCORDANT")
    assert stands(outcome, "D_REST.CFV") is None


def test_a_detail_that_does_not_differ_goes_when_its_condition_is_false() -> None:
    case = a_case({"CFV": {"COMP": 2}}, {"CFV": {"FLOW": 2}}, {"CFV": {"COMP": "full", "FLOW": "complete"}})
    outcome = tried("review", case)
    assert stands(outcome, "THR.CFV") == ("NA", "CONDITION", ADJUDICATED)


@pytest.mark.parametrize(
    ("reference", "take", "expected"),
    [
        (1, "A", ("non_occlusive", None, ADJUDICATED)),  # what A holds applies, by the filling that the reference says
        (2, "A", ("NA", "CONDITION", ADJUDICATED)),  # on the values that stand, A's detail does not apply
        (2, "B", ("occlusive", None, ADJUDICATED)),
    ],
)
def test_what_is_taken_along_applies_on_the_values_that_stand(reference: int, take: str, expected: tuple[str, str | None, str]) -> None:
    one, two = {"CFV": {"FLOW": 1}}, {"CFV": {"COMP": 2, "THR": "occlusive"}}
    case = a_case(one, two, {"CFV": {"COMP": take}}, visit="D30", reference=reference)
    assert stands(tried("review", case), "THR.CFV") == expected


def test_a_detail_that_the_taken_reading_does_not_hold_is_asked_where_it_applies() -> None:
    """Filling differs by one step and stands by the reference: it makes the thrombus apply, whatever was decided of compressibility."""
    case = a_case({"CFV": {"FLOW": 1, "COMP": 2}}, {}, {"CFV": {"COMP": "B"}}, visit="D30")
    assert stands(tried("review", case), "THR.CFV") is None
    case["decisions"]["CFV"]["THR"] = "A"
    assert stands(tried("review", case), "THR.CFV") == ("non_occlusive", None, ADJUDICATED)
    assert stands(tried("review", {**case, "reference": 2}), "THR.CFV") == ("NA", "CONDITION", ADJUDICATED)


def test_a_disputed_detail_has_a_decision_of_its_own() -> None:
    one = {"CFV": {"COMP": 2, "FLOW": 1, "THR": "post_thrombotic"}}
    two = {"CFV": {"FLOW": 1, "THR": "occlusive"}}
    outcome = tried("review", a_case(one, two, {"CFV": {"COMP": "A"}}))
    assert stands(outcome, "THR.CFV") is None
    outcome = tried("review", a_case(one, two, {"CFV": {"COMP": "A", "THR": "B"}}))
    assert stands(outcome, "THR.CFV") == ("occlusive", None, ADJUDICATED)
    assert stands(outcome, "EXT.CFV") is None, "compressibility came from one reading, the thrombus from the other"


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("mode", "decisions", "words"),
    [
        ("review", {"POPV": {"COMP": "A"}}, "not disputed"),
        ("review", {"CFV": {"THR": "A", "COMP": "A"}}, None),
        ("independent", {"CFV": {"COMP": "A"}}, "without A and B"),
        ("review", {"CIV": {"COMP": "full"}}, "not asked"),
        ("review", {"CFV": {"QUAL": "limited"}}, "not disputed"),
    ],
)
def test_only_what_is_open_is_decided(mode: str, decisions: dict[str, Any], words: str | None) -> None:
    case = a_case({}, {"CFV": {"COMP": 2}}, decisions)
    if words is None:
        assert not tried(mode, case).open_cells
    else:
        with pytest.raises(CaseRefusedError, match=words):
            tried(mode, case)


def test_a_decision_may_not_break_a_hard_check() -> None:
    one, two = ({"CFV": {"COMP": 1, "D_REST": "5.0", "D_COMP": number}} for number in ("4.0", "5.0"))
    two = {"CFV": {"COMP": 1, "D_REST": "8.0", "D_COMP": "7.0"}}
    case = a_case(one, two, {"CFV": {"D_REST": "A", "D_COMP": "B"}})
    with pytest.raises(CaseRefusedError, match="larger than at rest"):
        tried("review", case)
    assert not tried("review", {**case, "decisions": {"CFV": {"D_REST": "B", "D_COMP": "B"}}}).open_cells


def test_a_forced_choice_of_a_detail_is_between_what_the_readings_hold() -> None:
    one = {"CFV": {"COMP": 2, "FLOW": 2, "THR": "occlusive"}}
    decisions = {"COMP": "A", "FLOW": "B", "THR": "A", "EXT": "A", "ECHO": "A", "AGE": "A", "PHAS": "A"}
    outcome = tried("forced_choice", a_case(one, {}, {"CFV": decisions}))
    assert stands(outcome, "THR.CFV") == ("occlusive", None, ADJUDICATED)
    assert not outcome.open_cells
    with pytest.raises(CaseRefusedError, match="A or B"):
        tried("forced_choice", a_case(one, {}, {"CFV": decisions | {"THR": "indeterminate"}}))
    with pytest.raises(CaseRefusedError, match="cannot be taken"):
        tried("forced_choice", a_case(one, {}, {"CFV": decisions | {"THR": "B"}}))


# ---------------------------------------------------------------- details that are disputed themselves

PARTIAL = {"CFV": {"COMP": 1}}
NONE = {"CFV": {"COMP": 2, "D_REST": "12.5", "D_COMP": "9.5"}}
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


# ---------------------------------------------------------------- an independent third read


def test_the_details_of_a_third_read_are_the_adjudicator_s_own() -> None:
    decisions = {"COMP": "none", "THR": "post_thrombotic", "AGE": "chronic", "D_REST": "8.0", "D_COMP": "6.0", "PHAS": "phasic"}
    outcome = tried("independent", a_case({}, {"CFV": {"COMP": 2}}, {"CFV": decisions}))
    assert stands(outcome, "THR.CFV") == ("post_thrombotic", None, ADJUDICATED)
    assert stands(outcome, "EXT.CFV") == ("NA", "CONDITION", ADJUDICATED)
    assert not outcome.open_cells


@pytest.mark.parametrize("reference", [1, 2])
def test_a_detail_that_was_not_asked_comes_from_the_reading_whose_grade_won(reference: int) -> None:
    """Asking for it would tell the adjudicator what the others said."""
    one, two = {"CFV": {"COMP": 1, "THR": "occlusive"}}, {"CFV": {"COMP": 2}}
    popv = {"POPV": {"COMP": 2}}
    case = a_case(one, {**two, **popv}, {"CFV": {"COMP": "full"}, "POPV": {"COMP": "full"}}, reference=reference)
    outcome = tried("independent", case)
    assert stands(outcome, "COMP.CFV") == ("partial", None, ADJUDICATED)
    assert stands(outcome, "THR.CFV") == ("occlusive", None, ADJUDICATED)
    assert stands(outcome, "THR.POPV") == ("NA", "CONDITION", ADJUDICATED)
    assert stands(outcome, "COMP.POPV") == ("full", None, ADJUDICATED)


@pytest.mark.parametrize("reference", [1, 2])
def test_a_disputed_detail_that_was_not_asked_comes_from_the_reading_whose_grade_won(reference: int) -> None:
    outcome = tried("independent", a_case(PARTIAL, NONE, {"CFV": {"COMP": "full"}}, reference=reference))
    assert stands(outcome, "COMP.CFV") == ("partial", None, ADJUDICATED)
    assert stands(outcome, "D_REST.CFV") == ("9.0", None, ADJUDICATED)
    assert not outcome.open_cells


@pytest.mark.parametrize("mode", ["review", "independent"])
def test_what_the_coordinator_closed_stays_not_imaged_whatever_is_decided(mode: str) -> None:
    two = limb({"CFV": {"COMP": 2}})
    two["CFV"].pop("D_REST")
    case = a_case({}, {}, {"CFV": {"COMP": "full"}}, not_imaged={"CFV": ["D_REST"]}) | {"reading_2": two}
    found = stands(tried(mode, case), "D_REST.CFV")
    assert found is not None
    assert (found[0], found[2]) == ("NI", "CONCORDANT")


# ---------------------------------------------------------------- the portal and hepatic veins


def test_a_waveform_that_both_left_out_is_asked_once_it_applies() -> None:
    one, two = {"HV_LEFT": {"PAT": "occluded"}}, {"HV_LEFT": {"PAT": "cavernous"}}
    case = liver_case("D3", one, two, decisions={"HV_LEFT": {"PAT": "patent"}})
    assert stands(tried("review", case, PORTAL), "HVWAVE.HV_LEFT") is None
    case["decisions"]["HV_LEFT"]["HVWAVE"] = "biphasic"
    assert stands(tried("review", case, PORTAL), "HVWAVE.HV_LEFT") == ("biphasic", None, ADJUDICATED)


def test_items_of_the_whole_exam_are_decided_too() -> None:
    one, two = ({"": {"EMBNT": said}} for said in ("no", "yes"))
    outcome = tried("review", liver_case("D3", one, two, decisions={"": {"EMBNT": "B"}}), PORTAL)
    assert stands(outcome, "EMBNT.") == ("yes", None, ADJUDICATED)


def test_a_forced_choice_leaves_to_the_adjudicator_what_neither_reading_holds() -> None:
    one, two = {"HV_LEFT": {"PAT": "embolised"}}, {"HV_LEFT": {"PAT": "recanalised", "HVWAVE": "NE:WINDOW"}}
    case = liver_case("D3", one, two, decisions={"HV_LEFT": {"PAT": "B"}})
    assert stands(tried("forced_choice", case, PORTAL), "HVWAVE.HV_LEFT") == ("NE", "WINDOW", ADJUDICATED)


def test_a_missing_number_is_not_beyond_a_tolerance() -> None:
    two = {"PV_LEFT": {"DIAM": "NE:WINDOW"}}
    outcome = tried("review", liver_case("D3", {}, two), PORTAL)
    assert outcome.disputed == ()
    assert stands(outcome, "DIAM.PV_LEFT") == ("10.0", None, "REFERENCE")


def with_a_meaning_of_na() -> Charter:
    old = '["post_thrombotic"]]\nne_vs_value = false'
    text = DVT.read_text(encoding="utf-8")
    assert old in text
    return load_charter(text.replace(old, f'{old}\nna_as = "no_thrombus"').encode())


def test_not_applicable_differs_from_a_value_where_the_rule_gives_it_a_meaning() -> None:
    charter, case = with_a_meaning_of_na(), a_case({}, {"CFV": {"FLOW": 1}}, {})
    outcome = try_out(charter, read_case(case, charter))
    assert [(one.cell.item, one.classes) for one in outcome.disputed] == [("THR", ("C",))]
    assert stands(outcome, "EXT.CFV") is None, "what hangs on the thrombus waits"
    taken = try_out(charter, read_case({**case, "decisions": {"CFV": {"THR": "A"}}}, charter))
    assert stands(taken, "THR.CFV") == ("NA", "CONDITION", ADJUDICATED)
    assert stands(taken, "EXT.CFV") == ("NA", "CONDITION", ADJUDICATED)
