"""Classes, adjudication and derived endpoints of a charter in words, with their formulae."""

from typing import Final, assert_never

from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_class import (
    AcrossCutoff,
    Adjudication,
    AnyDifference,
    CellRule,
    ClassRule,
    DerivedDifference,
    DerivedTolerance,
    NumericTolerance,
    OrdinalDistance,
    Partition,
)
from corelab.domain.charter.model_item import ChoiceItem
from corelab.export.charter.condition_words import either, listed, number, quoted, target_words, value_words

_INPUTS: Final = "Disputed are the inputs that differ."
_MODES: Final = {
    "review": "The adjudicator sees both answers as A and B, with their evidence, and takes A, takes B, or gives an own answer.",
    "independent": "The adjudicator answers the disputed questions without seeing A and B. Two equal answers of three win; of three "
    "different ranks the middle one; of numbers the reading's number nearest to the adjudicator's; of three different answers "
    "without order the adjudicator's.",
    "forced_choice": "The adjudicator sees both answers as A and B, with their evidence, and takes one of them, nothing else.",
}
_EXCLUDED: Final = {
    "reader_of_subject": "whoever read any exam of the subject",
    "reader_of_exam": "whoever read the exam",
    "designator_of_exam": "whoever labelled the clips of the exam",
}


def rule_words(charter: Charter, rule: ClassRule) -> str:
    """When two readings are discordant by this rule."""
    match rule:
        case DerivedDifference():
            names = listed(_derivation(charter, name) for name in rule.derivations)
            return f"{names}, computed from each reading alone, differs. NA, NE and NI count as values. {_INPUTS}"
        case DerivedTolerance():
            names = listed(_derivation(charter, name) for name in rule.derivations)
            return (
                f"{names}, computed from each reading alone, differs by more than {number(rule.percent)} % of the mean of both. {_INPUTS}"
            )
        case _:
            return f"{_on_cells(charter, rule)}{_missing(rule)}"


def _derivation(charter: Charter, name: str) -> str:
    return f"{quoted(charter.derivation(name).label)} ({name})"


def _on_cells(charter: Charter, rule: CellRule) -> str:
    items = listed(f"{charter.item(name).label} ({name})" for name in rule.items)
    where = target_words(charter, rule.groups, rule.segments, rule.where)
    return f"{items}, in {where}: {_discordant(charter, rule)}."


def _discordant(charter: Charter, rule: CellRule) -> str:
    match rule:
        case AnyDifference():
            return "the answers differ"
        case OrdinalDistance():
            return f"the ranks differ by at least {rule.min}"
        case Partition():
            return f"the answers lie in different parts of {_parts(charter, rule)}"
        case NumericTolerance():
            return f"the numbers differ by more than {_tolerance(charter, rule)}"
        case AcrossCutoff():
            return f"exactly one of the numbers is greater than {_unit(charter, rule, rule.cutoff)}"
        case _:
            assert_never(rule)


def _parts(charter: Charter, rule: Partition) -> str:
    item = charter.item(rule.items[0])
    parts = [f"[{', '.join(value_words(item, value) for value in part)}]" for part in rule.parts]
    known = {value for part in rule.parts for value in part}
    free = [value_words(item, option.value) for option in item.options if option.value not in known] if isinstance(item, ChoiceItem) else []
    rest = f"; {either(free)} is never discordant" if free else ""
    na_as = f"; not applicable counts as {value_words(item, rule.na_as)}" if rule.na_as is not None else ""
    return f"{' | '.join(parts)}{rest}{na_as}"


def _tolerance(charter: Charter, rule: NumericTolerance) -> str:
    absolute = _unit(charter, rule, rule.absolute) if rule.absolute is not None else ""
    percent = f"{number(rule.percent)} % of their mean" if rule.percent is not None else ""
    return f"the larger of {absolute} and {percent}" if absolute and percent else absolute or percent


def _unit(charter: Charter, rule: CellRule, value: float) -> str:
    units = {getattr(charter.item(name), "unit", "") for name in rule.items}
    return f"{number(value)} {units.pop()}" if len(units) == 1 else number(value)


def _missing(rule: CellRule) -> str:
    return " A value against \u201cnot evaluable\u201d is discordant." if rule.ne_vs_value else ""


def adjudication_words(adjudication: Adjudication) -> tuple[str, ...]:
    unit = "each segment" if adjudication.ab_order == "segment" else "each exam"
    closure = (
        "As soon as one disputed cell feeds an endpoint of class A, every differing input of the endpoints of class A is adjudicated too."
        if adjudication.closure
        else "Only disputed cells are adjudicated; an endpoint may rest on a reference grade."
    )
    reason = "A reason is recorded for every decision." if adjudication.reason_required else "A reason need not be given."
    excluded = either(_EXCLUDED[one] for one in adjudication.excludes)
    return (
        _MODES[adjudication.mode],
        f"Which reading is A and which is B is drawn anew for {unit}.",
        closure,
        reason,
        f"Not adjudicator can be: {excluded}." if adjudication.excludes else "Nobody is excluded from adjudicating.",
    )
