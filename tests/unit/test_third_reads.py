"""An independent third read, and cases of the portal and hepatic veins."""

import pytest

from corelab.domain.rehearsal.outcome import try_out
from corelab.domain.rehearsal.written import read_case
from tests.case_builders import ADJUDICATED, NONE, PARTIAL, a_case, stands, tried, with_a_meaning_of_na
from tests.oracles import PORTAL, limb, liver_case

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


def test_not_applicable_differs_from_a_value_where_the_rule_gives_it_a_meaning() -> None:
    charter, case = with_a_meaning_of_na(), a_case({}, {"CFV": {"FLOW": 1}}, {})
    outcome = try_out(charter, read_case(case, charter))
    assert [(one.cell.item, one.classes) for one in outcome.disputed] == [("THR", ("C",))]
    assert stands(outcome, "EXT.CFV") is None, "what hangs on the thrombus waits"
    taken = try_out(charter, read_case({**case, "decisions": {"CFV": {"THR": "A"}}}, charter))
    assert stands(taken, "THR.CFV") == ("NA", "CONDITION", ADJUDICATED)
    assert stands(taken, "EXT.CFV") == ("NA", "CONDITION", ADJUDICATED)
