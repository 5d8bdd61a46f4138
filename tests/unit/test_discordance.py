"""Which differences between two readings go to the adjudicator: the oracles that compressibility and colour filling can state."""

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corelab.domain.adjudication import Decision, Take, finish
from corelab.domain.charter import Charter, load_charter
from corelab.domain.derived import derive
from corelab.domain.discordance import Comparison, compare, endpoint_cells
from corelab.domain.vocabulary import Cell, Grade, Missing, NotApplicableCause, Source, not_applicable
from tests.exam_builders import CORE, a_form, a_reading, cell, changed, compared, grade, grades_of, reduced

Said = dict[str, int | str]


def disputed(comparison: Comparison) -> dict[str, str]:
    return {f"{one.cell.item}.{one.cell.segment}": ",".join(one.classes) for one in comparison.disputed}


def from_reference(comparison: Comparison) -> set[str]:
    return {f"{one.cell.item}.{one.cell.segment}" for one in comparison.results if one.source is Source.REFERENCE}


def closure(comparison: Comparison) -> list[str]:
    return [f"{one.cell.item}.{one.cell.segment}" for one in comparison.closure]


D02: tuple[Said, Said] = ({}, {"COMP_CFV": 1})
D06: tuple[Said, Said] = ({"COMP_CFV": 2, "COMP_FV_MID": 0, "COMP_POPV": 1}, {"COMP_CFV": 0, "COMP_FV_MID": 2, "COMP_POPV": 0})


@pytest.mark.parametrize(
    ("oracle", "visit", "one", "two", "expected", "added", "reference"),
    [
        ("D01", "D10", {}, {}, {}, [], set()),
        ("D02", "D10", *D02, {"COMP.CFV": "A"}, [], set()),
        ("D03", "BL", *D02, {}, [], {"COMP.CFV"}),
        ("D04", "D10", {"COMP_CFV": 2, "COMP_FV_MID": 1}, {"COMP_CFV": 2}, {}, [], {"COMP.FV_MID"}),
        ("D05", "D10", {"COMP_CFV": 2}, {"COMP_CFV": 2, "COMP_FV_MID": 2}, {"COMP.FV_MID": "B"}, [], set()),
        ("D06", "D10", *D06, {"COMP.CFV": "B", "COMP.FV_MID": "B"}, ["COMP.POPV"], set()),
        ("D07", "D10", {"COMP_CFV": "NE:WINDOW"}, {}, {"COMP.CFV": "A,B"}, [], set()),
        ("D08", "D10", {"COMP_CFV": "NE:WINDOW", "COMP_POPV": 2}, {"COMP_POPV": 2}, {"COMP.CFV": "B"}, [], set()),
        ("D09", "D10", {"COMP_CFV": "NE:WINDOW"}, {"COMP_CFV": "NE:WRONG_PLANE"}, {}, [], set()),
        ("D11", "D10", {}, {"FLOW_EIV": 2}, {"FLOW.EIV": "C"}, [], set()),
        ("D12", "D10", {}, {"FLOW_CFV": 1}, {}, [], {"FLOW.CFV"}),
        ("D20", "D10", {}, {"COMP_PTV": 2}, {"COMP.PTV": "C"}, [], set()),
        ("D21", "D10", {"COMP_PTV": "NE:WINDOW"}, {"COMP_PTV": 2}, {}, [], {"COMP.PTV"}),
    ],
)
def test_oracle(*, oracle: str, visit: str, one: Said, two: Said, expected: dict[str, str], added: list[str], reference: set[str]) -> None:
    comparison = compared(one, two, visit=visit)
    assert disputed(comparison) == expected
    assert closure(comparison) == added
    assert from_reference(comparison) == reference


def test_d09_two_not_evaluable_agree_and_keep_the_reason_of_the_reference_reading() -> None:
    said: tuple[Said, Said] = ({"COMP_CFV": "NE:WINDOW"}, {"COMP_CFV": "NE:WRONG_PLANE"})
    kept = [
        next(one for one in comparison.results if one.cell == cell("COMP.CFV"))
        for comparison in (compared(*said, reference=1), compared(*said, reference=2))
    ]
    assert [(one.source, one.grade.code, one.grade.reason) for one in kept] == [
        (Source.CONCORDANT, "NE", "WINDOW"),
        (Source.CONCORDANT, "NE", "WRONG_PLANE"),
    ]


def test_d10_what_was_not_imaged_is_concordant() -> None:
    comparison = compared({}, {}, form=a_form(not_imaged={"CFV": "NOT_SCANNED"}))
    codes = {one.cell: (one.source, one.grade.code) for one in comparison.results}
    assert codes[cell("COMP.CFV")] == codes[cell("FLOW.CFV")] == (Source.CONCORDANT, "NI")
    derived = {str(one.id): one.missing for one in derive(reduced(), "D10", finish(comparison, ()))}
    assert derived["COMPWRST"] is Missing.NOT_IMAGED


def test_a_difference_of_image_quality_is_named_by_its_class_but_not_adjudicated() -> None:
    comparison = compared({"QUAL_CFV": "limited"}, {})
    result = next(one for one in comparison.results if one.cell == cell("QUAL.CFV"))
    assert comparison.disputed == ()
    assert (result.source, result.classes, result.rules) == (Source.REFERENCE, ("D",), ("D.1",))
    assert result.differs


def test_rules_are_named_by_class_and_position() -> None:
    dispute = compared({"COMP_PTV": 2, "COMP_CFV": "NE:WINDOW"}, {}).disputed
    assert {one.cell.segment: one.rules for one in dispute} == {"CFV": ("A.1", "B.1"), "PTV": ("C.2",)}


def test_results_stand_in_the_order_of_the_form() -> None:
    comparison = compared(*D06)
    given = list(comparison.grades_1)
    decisions = [Decision(one.cell, Take.OWN, Grade("full")) for one in comparison.to_decide]
    assert [one.cell for one in finish(comparison, decisions)] == given


def test_readings_of_different_cells_are_refused() -> None:
    one, two = grades_of(a_reading()), grades_of(a_reading(a_form(received=["IVC"])))
    del two[cell("COMP.CFV")]
    with pytest.raises(ValueError, match="same cells"):
        compare(reduced(), "D10", one, two, 1)


def test_a_clip_received_for_one_reading_only_is_no_dispute() -> None:
    absent = grades_of(a_reading())
    there = grades_of(a_reading(a_form(received=["DFV"]), COMP_DFV=2))
    comparison = compare(reduced(), "D10", absent, there, 2)
    assert comparison.disputed == ()
    result = next(one for one in comparison.results if one.cell == cell("COMP.DFV"))
    assert (result.source, result.grade.code) == (Source.REFERENCE, "none")


# ---------------------------------------------------------------- rules that another charter may state


def charter_with(*replacements: tuple[str, str]) -> Charter:
    return load_charter(changed(*replacements))


def partition_of_flow(parts: str, more: str = "") -> Charter:
    old = 'kind = "ordinal_distance"\nitems = ["FLOW"]\ngroups = ["DEEP"]\nmin = 2\nne_vs_value = false'
    return charter_with((old, f'kind = "partition"\nitems = ["FLOW"]\ngroups = ["DEEP"]\nparts = {parts}\n{more}'))


@pytest.mark.parametrize(
    ("parts", "one", "two", "is_disputed"),
    [
        ('[["complete"], ["absent"]]', 0, 2, True),
        ('[["complete", "absent"], ["partial"]]', 0, 2, False),
        ('[["complete"], ["absent"]]', 0, 1, False),
        ('[["complete"], ["absent"]]', 1, 2, False),
    ],
)
def test_a_partition_disputes_values_of_different_parts_only(*, parts: str, one: int, two: int, is_disputed: bool) -> None:
    charter = partition_of_flow(parts)
    comparison = compare(charter, "D10", grades_of(a_reading(FLOW_EIV=one)), grades_of(a_reading(FLOW_EIV=two)), 1)
    assert bool(comparison.disputed) is is_disputed


def test_without_closure_only_the_disputed_cells_are_decided() -> None:
    charter = charter_with(("closure = true", "closure = false"))
    comparison = compare(charter, "D10", grades_of(a_reading(None, **D06[0])), grades_of(a_reading(None, **D06[1])), 1)
    assert comparison.closure == ()
    assert len(comparison.disputed) == 2


def test_a_class_that_only_refers_disputes_nothing() -> None:
    charter = charter_with(('label = "Endpoint"\naction = "adjudicate"', 'label = "Endpoint"\naction = "reference"'))
    comparison = compare(charter, "D10", grades_of(a_reading()), grades_of(a_reading(COMP_CFV=1)), 1)
    assert comparison.disputed == ()


def test_an_item_of_both_sides_is_compared_on_each_side() -> None:
    charter = charter_with(('name = "Popliteal vein"\nside = "study"', 'name = "Popliteal vein"\nside = "both"'))
    form = a_form(of=charter)
    comparison = compare(charter, "D10", grades_of(a_reading(form)), grades_of(a_reading(form, **{"COMP_POPV.L": 2})), 1)
    assert disputed(comparison) == {"COMP.POPV.L": "A,B"}


@pytest.mark.parametrize(("percent", "is_disputed"), [("99.9", True), ("100.0", False), ("100.1", False)])
def test_a_derived_number_may_differ_by_a_share_of_its_mean(*, percent: str, is_disputed: bool) -> None:
    rule = f'kind = "derived_tolerance"\nderivations = ["COMPNSEG"]\npercent = {percent}'
    charter = charter_with(('kind = "derived_difference"\nderivations = ["COMPWRST"]', rule))
    one, two = a_reading(COMP_CFV=1), a_reading(COMP_CFV=1, COMP_POPV=1, COMP_FV_MID=1)
    comparison = compare(charter, "D10", grades_of(one), grades_of(two), 1)
    assert disputed(comparison) == ({"COMP.FV_MID": "A", "COMP.POPV": "A"} if is_disputed else {})


# ---------------------------------------------------------------- properties

RANKS: st.SearchStrategy[int | str] = st.sampled_from([0, 0, 0, 1, 2, "NE:WINDOW", "NE:DEPTH_GAIN"])
GRADED = [f"COMP_{segment}" for segment in CORE] + ["COMP_PTV", "FLOW_CFV", "FLOW_EIV"]
READINGS = st.fixed_dictionaries(dict.fromkeys(GRADED, RANKS))
CLEAN = MappingProxyType(grades_of(a_reading()))


def said(values: Said) -> dict[Cell, Grade]:
    stated = {cell(name.replace("_", ".", 1)): value for name, value in values.items()}
    return {**CLEAN, **{one: grade(one.item, value) for one, value in stated.items()}}


@settings(max_examples=20, deadline=None)
@given(READINGS, READINGS, st.sampled_from(["BL", "D10", "M6"]))
def test_the_order_of_the_readings_matters_only_through_the_reference_slot(one: Said, two: Said, visit: str) -> None:
    straight = compare(reduced(), visit, said(one), said(two), 1)
    swapped = compare(reduced(), visit, said(two), said(one), 2)
    assert straight.to_decide == swapped.to_decide
    mirrored = tuple(replace(result, reading_1=result.reading_2, reading_2=result.reading_1) for result in swapped.results)
    assert straight.results == mirrored


@settings(max_examples=25, deadline=None)
@given(READINGS, READINGS, st.data())
def test_no_endpoint_rests_on_the_draw_of_the_reference(one: Said, two: Said, data: st.DataObject) -> None:
    endpoints = []
    taken: dict[Cell, Decision] = {}
    for slot in (1, 2):
        comparison = compare(reduced(), "D10", said(one), said(two), 1 if slot == 1 else 2)
        for dispute in comparison.to_decide:
            if dispute.cell not in taken:
                own = grade(dispute.cell.item, data.draw(RANKS))
                grades = {Take.A: comparison.grades_1[dispute.cell], Take.B: comparison.grades_2[dispute.cell], Take.OWN: own}
                take = data.draw(st.sampled_from([Take.A, Take.B, Take.OWN]))
                taken[dispute.cell] = Decision(dispute.cell, take, grades[take])
        derived = derive(reduced(), "D10", finish(comparison, [taken[dispute.cell] for dispute in comparison.to_decide]))
        endpoints.append([(value.value, value.missing) for value in derived if value.id == "COMPWRST"])
    assert endpoints[0] == endpoints[1]


@settings(max_examples=20, deadline=None)
@given(READINGS, READINGS, st.sampled_from([1, 2]))
def test_every_result_is_a_grade_that_somebody_gave(one: Said, two: Said, slot: int) -> None:
    comparison = compare(reduced(), "D10", said(one), said(two), 1 if slot == 1 else 2)
    decisions = [Decision(dispute.cell, Take.OWN, Grade("partial")) for dispute in comparison.to_decide]
    results = finish(comparison, decisions)
    assert {result.cell for result in results} == set(CLEAN)
    for result in results:
        given_grades = (comparison.grades_1[result.cell], comparison.grades_2[result.cell])
        assert result.grade in given_grades or (result.source is Source.ADJUDICATED and result.grade == Grade("partial"))
        assert (result.source is Source.CONCORDANT) <= (not result.differs)


def test_endpoint_cells_are_those_of_class_a_at_this_visit() -> None:
    assert endpoint_cells(reduced(), "D10") == tuple(cell(f"COMP.{segment}") for segment in CORE)
    assert endpoint_cells(reduced(), "D30") == ()


def test_a_cell_that_is_not_asked_stays_not_applicable() -> None:
    result = next(one for one in compared({}, {}).results if one.cell == cell("COMP.CIV"))
    assert result.grade == not_applicable(NotApplicableCause.CHARTER)
