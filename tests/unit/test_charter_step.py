"""What a later version of a charter must at least change in its number."""

from typing import Any

import pytest

from corelab.domain.charter.step import Change, How, Step, changes, least_version, step_between, step_needed, successor_faults

OLD: dict[str, Any] = {
    "charter": {"id": "c", "version": "1.2.3", "title": "Title", "changes": "first", "statement": "words"},
    "segment": [{"id": "CFV", "name": "Common femoral vein", "presence": "required"}, {"id": "POPV", "name": "Popliteal vein"}],
    "item": [{"id": "COMP", "label": "Compressibility", "option": [{"value": "full", "key": "1"}, {"value": "none", "key": "2"}]}],
    "ask": [{"id": "Q1", "items": ["COMP"]}],
}


def changed(**parts: object) -> dict[str, object]:
    return {**OLD, **parts}


def test_the_same_charter_needs_no_step() -> None:
    assert step_needed(OLD, changed(charter={**OLD["charter"], "version": "2.0.0", "supersedes": ["1.2.3"]})) is Step.NONE


@pytest.mark.parametrize(
    ("parts", "step"),
    [
        ({"charter": {**OLD["charter"], "changes": "wording", "title": "Another"}}, Step.PATCH),
        ({"segment": [{**OLD["segment"][0], "name": "Femoral vein"}, OLD["segment"][1]]}, Step.PATCH),
        ({"segment": [*OLD["segment"], {"id": "GSV"}]}, Step.MINOR),
        ({"check": [{"id": "E01"}]}, Step.MINOR),
        ({"segment": OLD["segment"][:1]}, Step.MAJOR),
        ({"segment": [OLD["segment"][1], OLD["segment"][0]]}, Step.MAJOR),
        ({"segment": [{**OLD["segment"][0], "presence": "if_received"}, OLD["segment"][1]]}, Step.MAJOR),
        ({"item": [{**OLD["item"][0], "option": [{"value": "none", "key": "1"}]}]}, Step.MAJOR),
        ({"ask": [{"id": "Q1", "items": ["COMP", "FLOW"]}]}, Step.MAJOR),
        ({"ask": [{"id": "Q1", "items": ["FLOW"]}]}, Step.MAJOR),
        ({"ask": [*OLD["ask"], {"id": "Q2", "items": ["COMP"]}]}, Step.MAJOR),
        ({"adjudication": {"reason_required": True}}, Step.MAJOR),
    ],
)
def test_what_a_change_needs(parts: dict[str, object], step: Step) -> None:
    assert step_needed(OLD, changed(**parts)) is step


def test_an_option_at_the_end_is_a_minor_change() -> None:
    item = OLD["item"][0]
    more = {**item, "option": [*item["option"], {"value": "partial", "key": "3"}]}
    assert step_needed(OLD, changed(item=[more])) is Step.MINOR


@pytest.mark.parametrize(
    ("new", "step"),
    [
        ("1.2.3", Step.NONE),
        ("1.2.2", Step.NONE),
        ("0.9.9", Step.NONE),
        ("1.2.4", Step.PATCH),
        ("1.3.0", Step.MINOR),
        ("2.0.0", Step.MAJOR),
        ("1.10.0", Step.MINOR),
    ],
)
def test_what_the_numbers_say(new: str, step: Step) -> None:
    assert step_between("1.2.3", new) is step


# ---------------------------------------------------------------- every change by its place


def listed(**parts: object) -> list[tuple[str, str, str]]:
    return [(one.step.word, one.path, one.how.value) for one in changes(OLD, changed(**parts))]


def test_every_change_is_listed_in_the_order_of_the_new_file() -> None:
    item = {**OLD["item"][0], "label": "Compression", "option": [*OLD["item"][0]["option"], {"value": "partial", "key": "3"}]}
    segments = [{**OLD["segment"][0], "presence": "if_received"}]
    assert listed(segment=segments, item=[item], check=[{"id": "E01"}]) == [
        ("major", "segment[0](CFV).presence", "changed"),
        ("major", "segment[1](POPV)", "removed"),
        ("patch", "item[0](COMP).label", "changed"),
        ("minor", "item[0](COMP).option[2]", "added"),
        ("minor", "check[0](E01)", "added"),
    ]


def test_what_was_removed_is_named_by_its_place_in_the_old_file() -> None:
    assert listed(segment=[OLD["segment"][1]]) == [("major", "segment[0](CFV)", "removed")]


def test_a_new_order_is_one_change() -> None:
    assert listed(segment=[OLD["segment"][1], OLD["segment"][0]]) == [("major", "segment", "reordered")]


def test_what_stands_in_the_middle_of_an_order_is_major() -> None:
    segments = [OLD["segment"][0], {"id": "GSV"}, OLD["segment"][1]]
    assert listed(segment=segments) == [("major", "segment[1](GSV)", "added")]


def test_a_change_tells_old_and_new_in_short() -> None:
    (change,) = changes(OLD, changed(ask=[{"id": "Q1", "items": ["COMP", "FLOW"]}]))
    assert change == Change(Step.MAJOR, "ask[0](Q1).items", How.CHANGED, '["COMP"]', '["COMP", "FLOW"]')
    (long,) = changes(OLD, changed(charter={**OLD["charter"], "statement": "x" * 500}))
    assert long.new is not None
    assert len(long.new) == 120


def test_rules_without_a_name_are_compared_by_their_place() -> None:
    before = {**OLD, "class": [{"id": "B", "rule": [{"kind": "any_difference"}, {"kind": "partition"}]}]}
    after = {**OLD, "class": [{"id": "B", "rule": [{"kind": "any_difference"}]}]}
    assert [(one.path, one.how) for one in changes(before, after)] == [("class[0](B).rule[1]", How.REMOVED)]


@pytest.mark.parametrize(("step", "version"), [(Step.PATCH, "1.2.4"), (Step.MINOR, "1.3.0"), (Step.MAJOR, "2.0.0")])
def test_the_next_version_by_a_step(step: Step, version: str) -> None:
    assert least_version("1.2.3", step) == version


def test_a_successor_that_is_large_enough_has_no_fault() -> None:
    header = {**OLD["charter"], "version": "2.0.0", "supersedes": ["1.2.3"]}
    assert successor_faults(OLD, changed(charter=header, ask=[{"id": "Q1", "items": ["FLOW"]}])) == ()
    assert [fault.path for fault in successor_faults(OLD, changed(charter={**header, "version": "1.3.0"}, ask=[]))] == ["charter.version"]
