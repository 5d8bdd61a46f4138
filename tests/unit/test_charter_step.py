"""What a later version of a charter must at least change in its number."""

from typing import Any

import pytest

from corelab.domain.charter.step import Step, step_between, step_needed

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
