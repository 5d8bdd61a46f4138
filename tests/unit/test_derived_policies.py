"""Every policy for missing cells where the charters of the tests have another one; and sets in which nothing is left."""

import pytest

from corelab.domain.charter import load_charter
from corelab.domain.derived import derive, value_of
from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, Grade, NotApplicableCause, Source, not_applicable
from tests.charter_builders import DVT, full
from tests.derived_builders import LIMB, charter, limb

ABSENT = not_applicable(NotApplicableCause.ABSENT)


def under(derivation: str, policy: str, grades: dict[Cell, Grade], visit: str = "D10") -> str:
    """A derivation of the leg charter under another policy."""
    text = full(DVT)
    start = text.index("missing =", text.index(f'id = "{derivation}"'))
    other = load_charter((text[:start] + f'missing = "{policy}"' + text[text.index("\n", start) :]).encode())
    return value_of(other, visit, other.derivation(derivation), grades, attributes=LIMB).code


@pytest.mark.parametrize(
    ("policy", "stated", "expected"),
    [
        ("strict", {"COMP.CFV": "partial"}, "3"),
        ("strict", {"COMP.CFV": "partial", "COMP.PTV": "NE"}, "NE"),
        ("available", {"COMP.CFV": "NE", "COMP.POPV": "partial"}, "2"),
        ("worst_case", {"COMP.CFV": "NE", "COMP.POPV": "partial"}, "3"),
        ("worst_case", {"COMP.PTV": "NE", "COMP.POPV": "partial"}, "2"),
    ],
)
def test_the_highest_level(policy: str, stated: dict[str, str], expected: str) -> None:
    assert under("LEVEL", policy, limb(stated)) == expected


def test_the_highest_level_of_nothing_known() -> None:
    grades = {one: grade for one, grade in limb({}, not_imaged=["CFV"]).items() if one.segment == "CFV"}
    away = {one: ABSENT for one in limb({}) if one.segment != "CFV"}
    assert under("LEVEL", "available", grades | away) == "NI"


REFLUX = {"REFP.CFV": "yes", "REFS.CFV": "1.50"}


@pytest.mark.parametrize(
    ("policy", "stated", "expected"),
    [
        ("strict", REFLUX, "Y"),
        ("strict", REFLUX | {"REFP.POPV": "NE"}, "NE"),
        ("available", REFLUX | {"REFP.POPV": "NE"}, "Y"),
        ("available", {"REFP.POPV": "NE"}, "N"),
        ("available", {f"REFP.{one}": "NE" for one in ("CFV", "FV_MID", "POPV", "PTV", "SFJ", "GSV", "SSV")}, "NE"),
        ("worst_case", {"REFP.POPV": "NE"}, "Y"),
        ("worst_case", {}, "N"),
        ("certain", {"REFP.POPV": "yes", "REFS.POPV": "NE"}, "NE"),
    ],
)
def test_reflux(policy: str, stated: dict[str, str], expected: str) -> None:
    assert under("REFLUXDP", policy, limb(stated, "M6"), "M6") == expected


def test_reflux_whose_duration_is_not_asked_for_says_nothing() -> None:
    seen = {one: grade if one.item == "REFP" else ABSENT for one, grade in limb(REFLUX, "M6").items()}
    only = {one: grade if grade.value == "yes" else ABSENT for one, grade in seen.items()}
    assert under("REFLUXDP", "certain", seen, "M6") == "N"
    assert under("REFLUXDP", "certain", only, "M6") == "NA"


@pytest.mark.parametrize(("policy", "expected"), [("strict", "NE"), ("available", "5.0"), ("worst_case", "60.0")])
def test_the_largest_number(policy: str, expected: str) -> None:
    grades = limb({"COMP.CFV": "partial", "D_COMP.CFV": "NE", "COMP.POPV": "partial", "D_COMP.POPV": "5.0"})
    assert under("RVDMAX", policy, grades) == expected


def test_a_limb_without_a_single_segment_has_nothing_to_say() -> None:
    results = [Result(one, ABSENT, Source.CONCORDANT, "NA", "NA") for one in limb({}, "M6")]
    rows = derive(charter(DVT), "M6", results, attributes=LIMB)
    looking_back = {"SVSCHG", "RECURSUS"}
    assert {one.code for one in rows if one.id not in looking_back} == {"NA"}
    assert all(one.inputs == () and one.source is Source.CONCORDANT for one in rows)


def test_a_visit_without_the_derivation_has_no_inputs_of_it() -> None:
    results = [Result(one, grade, Source.CONCORDANT, grade.code, grade.code) for one, grade in limb({}).items()]
    (reflux,) = (one for one in derive(charter(DVT), "D10", results, attributes=LIMB) if one.id == "REFLUXDP")
    assert (reflux.code, reflux.inputs) == ("NA", ())


@pytest.mark.parametrize("extent", ["subsegmental", "whole"])
def test_a_score_that_no_answer_can_change_is_certain(extent: str) -> None:
    """The extent of a clot that does not occlude counts the same either way."""
    score = charter(DVT).derivation("SVSSCORE")
    known = {"COMP.CFV": "partial", "EXT.CFV": extent}
    unknown = {"COMP.CFV": "partial", "EXT.CFV": "NE"}
    occlusive = {"COMP.CFV": "none", "THR.CFV": "occlusive", "EXT.CFV": "NE"}
    said = [value_of(charter(DVT), "D10", score, limb(stated), attributes=LIMB).code for stated in (known, unknown, occlusive)]
    assert said == ["1", "1", "NE"]
