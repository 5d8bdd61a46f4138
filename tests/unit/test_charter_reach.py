"""Conditions over items of two reading types: what can never fire is a fault, what can is none."""

import pytest

from corelab.domain.charter import CharterError, approved_charter, check_charter, load_charter
from tests.types_builders import two_types

COMP = '{ item = "COMP", segment = "each", op = "eq", value = "none" }'
FLOW = '{ item = "FLOW", segment = "each", op = "eq", value = "absent" }'
ANSWERED = '{ item = "FLOW", segment = "each", op = "answered" }'
BOTH = f"{{ all_of = [{COMP}, {FLOW}] }}"


def a_check(condition: str) -> str:
    return f'[[check]]\nid = "X1"\nlevel = "soft"\non = "sign"\neach = "CORE"\nfires_when = {condition}\nmessage = "Odd."\n\n'


def an_alert(condition: str, after: str) -> str:
    head = f'[[alert]]\nid = "X1"\nafter = "{after}"\neach = "CORE"\nfires_when = {condition}'
    return f'{head}\nto = "coordinator"\nmessage = "Odd."\n\n'


def found(rule: str) -> list[tuple[str, str, str]]:
    faults = check_charter(two_types(rule)).faults
    return [(fault.code, fault.path, fault.message) for fault in faults if "(X1)" in fault.path]


@pytest.mark.parametrize(
    "condition",
    [
        BOTH,
        f"{{ all_of = [{COMP}, {{ not = {ANSWERED} }}] }}",
        f"{{ not = {{ any_of = [{COMP}, {FLOW}] }} }}",
        f"{{ any_of = [{BOTH}, {{ all_of = [{FLOW}, {{ not = {COMP} }}] }}] }}",
    ],
)
def test_a_check_on_two_reading_types_can_never_fire(condition: str) -> None:
    ((code, path, message),) = found(a_check(condition))
    assert code == "C05"
    assert path.endswith("(X1).fires_when")
    assert message == "it can never fire: no reading holds all that it looks at (COMP by DUPLEX, FLOW by PATENT)"


@pytest.mark.parametrize(
    "condition", [COMP, FLOW, f"{{ any_of = [{COMP}, {FLOW}] }}", f"{{ all_of = [{COMP}, {{ any_of = [{COMP}, {FLOW}] }}] }}"]
)
def test_a_check_that_a_reading_of_one_type_can_fire_is_none(condition: str) -> None:
    assert found(a_check(condition)) == []


def test_an_alert_after_signing_looks_at_one_reading_and_one_after_comparison_at_all_results() -> None:
    assert [code for code, _, _ in found(an_alert(BOTH, "signing"))] == ["C05"]
    assert found(an_alert(BOTH, "comparison")) == []


def test_a_charter_that_was_approved_before_the_rule_still_opens() -> None:
    charter = two_types(a_check(BOTH))
    with pytest.raises(CharterError):
        load_charter(charter)
    assert "X1" in {check.id for check in approved_charter(charter).checks}
