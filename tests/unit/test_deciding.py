"""What an adjudicator decides and what follows: modes, details of a segment, hard checks; on charters in full."""

from typing import Any

import pytest

from corelab.domain.rehearsal.written import CaseRefusedError
from tests.case_builders import ADJUDICATED, WINDOW, a_case, endpoint, stands, tried
from tests.oracles import LIMBS

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
