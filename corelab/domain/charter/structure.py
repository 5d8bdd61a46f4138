"""Shape of a charter: keys, types, lists and ranges, as faults C01 and C02 (C12 for parameters of a derivation)."""

import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import ValidationError

from corelab.domain.charter.faults import Findings, Location, child
from corelab.domain.charter.model import Charter
from corelab.domain.charter.model_condition import FORMS, form_of
from corelab.domain.charter.table import Table

QUOTED = re.compile(r"'([^']*)'")
_COMMON = frozenset({"id", "label", "function", "blocks"})
DISCRIMINATORS = ("function", "kind")
_WELL_FORMED = ("1.0.0", "trial-charter", "TRIAL-1", "ID_1", "word_1")
"""Texts of every pattern, the narrowest first: what a fault gives as an example."""


def read_structure(tree: Mapping[str, Any], findings: Findings, *, content_hash: str) -> Charter | None:
    """The charter of this tree, or None with what is wrong in its shape added to the findings."""
    try:
        return Charter.model_validate(frozen(tree), context={"hash": content_hash})
    except ValidationError as error:
        faults = error.errors(include_url=False)
        for fault in faults:
            if not (fault["type"] == "too_short" and _has_faults_below(fault["loc"], [other["loc"] for other in faults])):
                _report(tree, findings, dict(fault))
        return None


def shape_faults(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What validation finds in the shape of this tree, as it says it."""
    try:
        Charter.model_validate(frozen(tree), context={"hash": ""})
    except ValidationError as error:
        return [dict(fault) for fault in error.errors(include_url=False)]
    return []


def _has_faults_below(place: Location, places: list[Location]) -> bool:
    """Whether an array is called short only because its elements are faulty."""
    return any(len(other) > len(place) and other[: len(place)] == place for other in places)


def frozen(value: Any) -> Any:
    """Arrays as tuples: strict validation converts nothing."""
    if isinstance(value, Mapping):
        return {key: frozen(part) for key, part in value.items()}
    return tuple(frozen(part) for part in value) if isinstance(value, list) else value


def _report(tree: Mapping[str, Any], findings: Findings, fault: Mapping[str, Any]) -> None:
    kind = str(fault["type"])
    location = location_of(tree, fault["loc"], absent=kind == "missing")
    report = _REPORTS.get(kind, _other)
    report(tree, findings, location, fault)


def location_of(tree: Any, steps: tuple[str | int, ...], *, absent: bool = False) -> Location:
    """The place in the file: the steps without the names of union members."""
    place: list[str | int] = []
    here = tree
    for n, step in enumerate(steps):
        below = child(here, step)
        if below is not None:
            here = below
        elif not (absent and n == len(steps) - 1):
            continue
        place.append(step)
    return tuple(place)


def _is_parameter(location: Location) -> bool:
    return len(location) == 3 and location[0] == "derivation" and location[2] not in _COMMON


def _unknown_key(tree: Mapping[str, Any], findings: Findings, location: Location, _fault: Mapping[str, Any]) -> None:
    code = "C12" if _is_parameter(location) else "C01"
    message = "unknown parameter" if code == "C12" else "unknown key"
    findings.add(code, location, message, found=location[-1], allowed=_keys_at(tree, location))


def _missing_key(_tree: Mapping[str, Any], findings: Findings, location: Location, _fault: Mapping[str, Any]) -> None:
    code = "C12" if _is_parameter(location) else "C01"
    findings.add(code, location, "required parameter missing" if code == "C12" else "required key missing")


def _literal(_tree: Mapping[str, Any], findings: Findings, location: Location, fault: Mapping[str, Any]) -> None:
    allowed = QUOTED.findall(fault["ctx"]["expected"]) or [fault["ctx"]["expected"]]
    policy = len(location) == 3 and location[0] == "derivation" and location[2] == "missing"
    findings.add("C12" if policy else "C02", location, f"{_shown(fault['input'])} is not allowed", found=fault["input"], allowed=allowed)


def _wrong_tag(_tree: Mapping[str, Any], findings: Findings, location: Location, fault: Mapping[str, Any]) -> None:
    key, found = fault["ctx"]["discriminator"].strip("'"), fault["ctx"]["tag"]
    findings.add(
        "C02", (*location, key), f"{_shown(found)} is not allowed", found=found, allowed=QUOTED.findall(fault["ctx"]["expected_tags"])
    )


def _no_tag(tree: Mapping[str, Any], findings: Findings, location: Location, fault: Mapping[str, Any]) -> None:
    key = fault["ctx"]["discriminator"].strip("'")
    if key in DISCRIMINATORS:
        _missing_key(tree, findings, (*location, key), fault)
    else:
        findings.add("C02", location, "not a condition", allowed=FORMS)


def _pattern(_tree: Mapping[str, Any], findings: Findings, location: Location, fault: Mapping[str, Any]) -> None:
    pattern = fault["ctx"]["pattern"]
    example = next((f": {text!r} would do" for text in _WELL_FORMED if re.fullmatch(pattern, text)), "")
    findings.add("C02", location, f"{_shown(fault['input'])} is malformed{example}", found=fault["input"], allowed=[pattern])


def _other(_tree: Mapping[str, Any], findings: Findings, location: Location, fault: Mapping[str, Any]) -> None:
    said = str(fault["msg"]).removeprefix("Input should be ").removeprefix("Value error, ")
    findings.add("C02", location, f"expected {said}" if said != fault["msg"] else said, found=_shown(fault["input"]))


def _shown(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else "a table" if isinstance(value, Mapping) else str(value)[:80]


_REPORTS: Mapping[str, Callable[[Mapping[str, Any], Findings, Location, Mapping[str, Any]], None]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "literal_error": _literal,
    "union_tag_invalid": _wrong_tag,
    "union_tag_not_found": _no_tag,
    "string_pattern_mismatch": _pattern,
}


def _keys_at(tree: Mapping[str, Any], location: Location) -> list[str]:
    """The keys that the table around this place may have."""
    model: type[Table] = Charter
    candidates: list[type[Table]] = []
    here: Any = tree
    for step in location[:-1]:
        if isinstance(step, str):
            candidates = _tables(next(field.annotation for name, field in model.model_fields.items() if (field.alias or name) == step))
        here = here[step]
        if isinstance(here, Mapping):
            model = _chosen(candidates, here)
    return [field.alias or name for name, field in model.model_fields.items()]


def _tables(annotation: Any) -> list[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return [annotation]
    return [table for part in get_args(annotation) for table in _tables(part)]


def _chosen(candidates: list[type[Table]], here: Mapping[str, Any]) -> type[Table]:
    """The member of a union that this table is."""
    return next((model for model in candidates if _is(model, here)), candidates[0])


def _is(model: type[Table], here: Mapping[str, Any]) -> bool:
    """By ``function`` or ``kind``, or by the form of a condition."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    told = next((key for key in DISCRIMINATORS if key in fields and key in here), None)
    return here[told] in get_args(fields[told].annotation) if told is not None else form_of(here) in fields
