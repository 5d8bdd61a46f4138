"""Nothing is named twice (C03); codes fit their fields (C15)."""

from collections.abc import Iterable

from corelab.domain.charter.faults import Location
from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

SCHEMES = frozenset({"SCT", "LN", "DCM", "RADLEX", "NCIt", "UCUM", "FMA", "SRT", "UMLS", "RXNORM", "MDC", "ICD10", "CDISC"})
_ARRAYS = ("attribute", "block", "visit", "segment", "group", "item", "ask", "check", "alert")
_DESIGN_ARRAYS = ("reading_type", "blinding_profile", "class", "derivation")


def check_ids(names: Names) -> None:
    root = names.root
    for kind in (*_ARRAYS, *_DESIGN_ARRAYS):
        _once(names, ((node.at("id"), node.text("id")) for node in root.children(kind)))
    missing = root.child("missing")
    for kind in ("ne_reason", "ni_reason"):
        _once(names, ((node.at("id"), node.text("id")) for node in (missing.children(kind) if missing else ())))
    _once(names, ((node.at("number"), node.number("number")) for node in root.children("visit")))
    for key in ("testcd", "test"):
        exports = (item.child("export") for item in root.children("item"))
        _once(names, ((node.at(key), node.text(key)) for node in exports if node is not None))
    for item in root.children("item"):
        for key in ("value", "key"):
            _once(names, ((option.at(key), option.text(key)) for option in item.children("option")))
    for group in root.children("group"):
        _once(names, group.texts("segments"))
    _codes(names)


def _once(names: Names, found: Iterable[tuple[Location, str | float | None]]) -> None:
    seen: set[str | float] = set()
    for place, value in found:
        if value is not None and value in seen:
            names.findings.add("C03", place, f'"{value}" stands twice', found=value)
        elif value is not None:
            seen.add(value)


def _codes(names: Names) -> None:
    codings = names.root.child("codings")
    local = codings.text("local_scheme") if codings else None
    schemes = SCHEMES | ({local} if local else set())
    for node in names.root.walk():
        if {"value", "scheme", "meaning"} <= node.table.keys():
            _code(names, node, schemes)


def _code(names: Names, node: Node, schemes: Iterable[str]) -> None:
    for key, most in (("value", 16), ("meaning", 64)):
        text = node.text(key)
        if text is not None and not 1 <= len(text) <= most:
            names.findings.add("C15", node.at(key), f"a {key} has 1 to {most} characters", found=text)
    scheme = node.text("scheme")
    if scheme is not None and scheme not in schemes:
        names.findings.add(
            "C15", node.at("scheme"), f'"{scheme}" is neither a known scheme nor the local one', found=scheme, allowed=schemes
        )
