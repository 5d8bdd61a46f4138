"""Conditions of a charter: three-valued logic, groups, neighbours, sides, attributes and facts."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import TypeAdapter

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter, load_charter
from corelab.domain.charter.model_condition import Condition
from corelab.domain.conditions import NO_FACTS, Facts, Truth, cells_of, fired, truth
from corelab.domain.places import run_time_ids
from corelab.domain.resolving import Ground, resolve
from corelab.domain.vocabulary import Cell, Grade, NotApplicableCause, SegmentId, not_applicable, not_evaluable, not_imaged
from tests.charter_builders import DVT, ODD, PORTAL, full
from tests.exam_builders import cell

LEFT = Attributes({"STUDY_LIMB": "left"})
NA = not_applicable(NotApplicableCause.CHARTER)
NE, NI = not_evaluable("WINDOW"), not_imaged("NOT_SCANNED")
CORE = tuple(map(SegmentId, ("CFV", "FV_PROX", "FV_MID", "FV_DIST", "POPV")))
CFV = SegmentId("CFV")


def dvt() -> Charter:
    return load_charter(full(DVT).encode())


def condition(text: str) -> Condition:
    table: dict[str, Any] = tomllib.loads(f"it = {text}")
    return TypeAdapter[Condition](Condition).validate_python(_frozen(table["it"]))


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    return {key: _frozen(part) for key, part in value.items()} if isinstance(value, dict) else value


def asked(text: str, grades: Mapping[str, Grade], each: SegmentId | None = None, facts: Facts = NO_FACTS, visit: str = "D10") -> Truth:
    test = resolve(condition(text), Ground(dvt(), LEFT, visit, frozenset({"THROMBOSIS"})), each, CORE)
    return truth(test, {cell(place): grade for place, grade in grades.items()}, facts)


PARTIAL, NONE, FULL = Grade("partial"), Grade("none"), Grade("full")
COMPLETE, ABSENT = Grade("complete"), Grade("absent")
NOT_FULL = '{ item = "COMP", segment = "each", op = "in", value = ["partial", "none"] }'
ALL_FLOW = '{ item = "FLOW", group = "ILIAC", match = "all", op = "eq", value = "complete" }'
EITHER = f'{{ any_of = [{NOT_FULL}, {{ item = "FLOW", segment = "each", op = "eq", value = "absent" }}] }}'


@pytest.mark.parametrize(
    ("grades", "text", "expected"),
    [
        ({"COMP.CFV": PARTIAL}, NOT_FULL, True),
        ({"COMP.CFV": FULL}, NOT_FULL, False),
        ({"COMP.CFV": NE}, NOT_FULL, None),
        ({"COMP.CFV": NI}, NOT_FULL, None),
        ({"COMP.CFV": NA}, NOT_FULL, None),
        ({}, NOT_FULL, None),
        ({"COMP.CFV": NE}, '{ not = { item = "COMP", segment = "each", op = "eq", value = "full" } }', None),
        ({"COMP.CFV": NE, "FLOW.CFV": ABSENT}, EITHER, True),
        ({"COMP.CFV": NE, "FLOW.CFV": COMPLETE}, EITHER, None),
        ({"COMP.CFV": FULL, "FLOW.CFV": COMPLETE}, EITHER, False),
        ({"FLOW.CIV": COMPLETE, "FLOW.EIV": NE}, ALL_FLOW, None),
        ({"FLOW.CIV": ABSENT, "FLOW.EIV": NE}, ALL_FLOW, False),
        ({"FLOW.CIV": COMPLETE, "FLOW.EIV": NA}, ALL_FLOW, True),
        ({"FLOW.CIV": NA, "FLOW.EIV": NA}, ALL_FLOW, None),
        ({"COMP.CFV": NI}, '{ item = "COMP", segment = "each", op = "missing", value = ["NE", "NI"] }', True),
        ({"COMP.CFV": NE}, '{ item = "COMP", segment = "each", op = "missing", value = ["NI"] }', False),
        ({"COMP.CFV": NE}, '{ item = "COMP", segment = "each", op = "missing" }', True),
        ({}, '{ item = "COMP", segment = "each", op = "missing" }', False),
        ({"COMP.CFV": FULL}, '{ item = "COMP", segment = "each", op = "answered" }', True),
        ({}, '{ item = "COMP", segment = "each", op = "answered" }', False),
        ({"COMP.CFV": NE}, '{ item = "COMP", segment = "each", op = "answered" }', False),
        ({"COMP.CFV": PARTIAL}, '{ item = "COMP", segment = "each", op = "ge", value = "partial" }', True),
        ({"COMP.CFV": FULL}, '{ item = "COMP", segment = "each", op = "gt", value = "full" }', False),
        ({"COMP.CFV": NONE}, '{ item = "COMP", segment = "each", op = "not_in", value = ["full", "partial"] }', True),
        ({"COMP.CFV": NONE}, '{ item = "COMP", segment = "each", op = "ne", value = "full" }', True),
    ],
)
def test_a_condition_is_true_false_or_unknown(grades: dict[str, Grade], text: str, expected: Truth) -> None:
    assert asked(text, grades, CFV) is expected


@pytest.mark.parametrize(("typed", "expected"), [("2.67", False), ("2.68", True), ("2.66", False)])
def test_a_number_is_compared_as_it_is_written(typed: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert asked('{ item = "D_REST", segment = "each", op = "gt", value = 2.67 }', {"D_REST.CFV": Grade(typed)}, CFV) is expected


@pytest.mark.parametrize(("pressed", "expected"), [("4.4", True), ("4.5", False), ("9.0", False)])
def test_a_number_is_compared_with_another_times_a_factor(pressed: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    text = '{ item = "D_COMP", segment = "each", op = "lt", other = "D_REST", factor = 0.5 }'
    grades = {"D_REST.CFV": Grade("9.0"), "D_COMP.CFV": Grade(pressed)}
    assert asked(text, grades, CFV) is expected
    assert asked(text, {"D_COMP.CFV": Grade(pressed)}, CFV) is None


def test_neighbours_are_those_of_the_group_and_unknown_at_its_ends() -> None:
    before = '{ item = "COMP", segment = "before", op = "eq", value = "full" }'
    after = '{ item = "COMP", segment = "after", op = "eq", value = "full" }'
    grades = {"COMP.CFV": FULL, "COMP.FV_MID": NONE}
    middle = SegmentId("FV_PROX")
    assert (asked(before, grades, middle), asked(after, grades, middle)) == (True, False)
    assert asked(before, grades, CFV) is None
    assert asked(after, {"COMP.POPV": FULL}, SegmentId("POPV")) is None


@pytest.mark.parametrize(
    ("each", "place", "beside"),
    [
        ("CEPH.L", "before", "SUBCL.L"),
        ("CEPH.R", "before", "SUBCL.R"),
        ("CEPH.R", "after", "BASIL.R"),
        ("SUBCL.R", "before", "VCS"),
        ("VCS", "after", None),
        ("VCS", "before", None),
        ("ANAST", "before", None),
    ],
)
def test_neighbours_of_a_segment_of_both_sides_are_on_its_side(each: str, place: str, beside: str | None) -> None:
    """Of one without a side, nothing tells which neighbour of two sides is meant."""
    charter = load_charter(full(ODD).encode())
    group = run_time_ids(charter, charter.group("ALLE").segments)
    leaf = condition(f'{{ item = "WEITE", segment = "{place}", op = "eq", value = "frei" }}')
    test = resolve(leaf, Ground(charter), SegmentId(each), group)
    assert [cell.segment for cell in cells_of(test)] == ([beside] if beside else [])


def test_facts_of_the_exam_are_settled_at_once() -> None:
    assert asked('{ fact = "segment", op = "eq", value = "CFV" }', {}, CFV) is True
    assert asked('{ fact = "segment", op = "in", value = ["EIV"] }', {}, CFV) is False
    assert asked('{ fact = "visit", op = "in", value = ["D3", "D10"] }', {}) is True
    assert asked('{ fact = "visit", op = "ne", value = "D10" }', {}) is False
    assert asked('{ fact = "block", op = "eq", value = "REFLUX" }', {}) is False
    assert asked('{ fact = "block", op = "ne", value = "REFLUX" }', {}) is True


def test_facts_of_the_reading_are_asked_when_the_grades_are() -> None:
    differs = '{ fact = "evidence_label_differs", segment = "each", op = "eq", value = true }'
    assert asked(differs, {}, CFV, Facts(label_differs=frozenset({CFV}))) is True
    assert asked(differs, {}, CFV, Facts(label_differs=frozenset({SegmentId("EIV")}))) is False
    anywhere = '{ fact = "evidence_label_differs", op = "eq", value = true }'
    assert asked(anywhere, {}, None, Facts(label_differs=frozenset({SegmentId("EIV")}))) is True
    left = '{ fact = "unplayed_clips", segment = "each", op = "ge", value = 2 }'
    assert asked(left, {}, CFV, Facts(unplayed={CFV: 2})) is True
    assert asked(left, {}, CFV, Facts(unplayed={CFV: 1})) is False
    assert asked('{ fact = "reading_seconds", op = "lt", value = 60 }', {}, None, Facts(seconds=59)) is True
    assert asked('{ fact = "reading_seconds", op = "lt", value = 60 }', {}) is None


def test_attributes_of_subject_and_segment_are_settled_at_once() -> None:
    portal = load_charter(full(PORTAL).encode())
    left, right = SegmentId("PV_LEFT"), SegmentId("PV_RIGHT")
    ground = Ground(portal, Attributes(segments={("ROLE", left): "remnant"}))
    is_remnant = condition('{ attribute = "ROLE", segment = "each", op = "eq", value = "remnant" }')
    assert truth(resolve(is_remnant, ground, left), {}) is True
    assert truth(resolve(is_remnant, ground, right), {}) is None
    is_target = condition('{ attribute = "ROLE", segment = "PV_LEFT", op = "in", value = ["target"] }')
    assert truth(resolve(is_target, ground), {}) is False


def test_a_rule_fires_only_when_it_is_known_to_be_true() -> None:
    test = resolve(condition(NOT_FULL), Ground(dvt(), LEFT, "D10"), CFV)
    assert [fired(test, {cell("COMP.CFV"): grade}) for grade in (PARTIAL, FULL, NE)] == [True, False, False]


def test_a_resolved_test_names_the_cells_that_it_looks_at() -> None:
    text = '{ any_of = [{ item = "D_COMP", segment = "each", op = "gt", other = "D_REST" }, { not = %s }] }' % NOT_FULL  # noqa: UP031 - braces
    test = resolve(condition(text), Ground(dvt(), LEFT, "D10"), CFV)
    assert cells_of(test) == (cell("D_COMP.CFV"), cell("D_REST.CFV"), cell("COMP.CFV"))


def test_a_named_segment_of_both_sides_is_the_one_of_the_same_side() -> None:
    study, sides = 'side = "study"', 'side = "both"'
    both = load_charter(full(DVT).replace(study, sides).replace(sides, study, 1).encode())
    here = condition('{ item = "COMP", segment = "CFV", op = "eq", value = "none" }')
    of_left = resolve(here, Ground(both), SegmentId("POPV.L"))
    assert cells_of(of_left) == (Cell(SegmentId("CFV.L"), cell("COMP.CFV").item),)
    either = resolve(here, Ground(both))
    assert [one.segment for one in cells_of(either)] == ["CFV.L", "CFV.R"]
    assert truth(either, {cells_of(either)[1]: NONE, cells_of(either)[0]: FULL}) is True
