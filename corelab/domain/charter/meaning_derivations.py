"""Derivations: what they name exists (C04), comes before them and fits their function (C05, C12)."""

from itertools import product

from corelab.domain.charter.faults import Location
from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_ITEM_KEYS = ("item", "present_item", "of_item", "part", "whole", "diameter", "velocity")
_NUMBER_KEYS = frozenset({"part", "whole", "diameter", "velocity", "of_item"})
_SEGMENT_FUNCTIONS = frozenset({"worst", "count", "sum", "max", "reflux", "flow_volume", "new_finding", "evaluable"})
_ORDINAL_FUNCTIONS = frozenset({"worst", "sum"})
_NUMBER_FUNCTIONS = frozenset({"max", "reflux"})
_NO_NUMBERS = frozenset({"flag", "reflux", "threshold", "new_finding", "evaluable"})
_ANY = "*"


def check_derivations(names: Names) -> None:
    earlier: list[str] = []
    for derivation in names.root.children("derivation"):
        names.known_all("block", derivation.texts("blocks"))
        names.known_all("visit", derivation.texts("visits"))
        _selections(names, derivation)
        _items(names, derivation)
        _fits(names, derivation)
        _earlier(names, derivation, earlier)
        _scope(names, derivation)
        _tables(names, derivation)
        earlier.append(derivation.id)


def _selections(names: Names, derivation: Node) -> None:
    names.selection(derivation.child("over"))
    for key in ("parts", "levels", "cutoffs"):
        for part in derivation.children(key):
            names.selection(part.child("over"))


def _items(names: Names, derivation: Node) -> None:
    for key in _ITEM_KEYS:
        if names.reference(derivation, key, "item") and key in _NUMBER_KEYS:
            _number(names, derivation.at(key), names.of("item")[derivation.text(key) or ""])
    names.known_all("item", (*derivation.texts("items"), *derivation.texts("less")))
    grows = derivation.child("grows")
    if grows is not None and names.reference(grows, "item", "item"):
        _number(names, grows.at("item"), names.of("item")[grows.text("item") or ""])
    item = names.item(derivation.text("item"))
    if item is not None:
        names.values_of_item(item, (*derivation.texts("values"), *derivation.texts("from_values")))
    present = names.item(derivation.text("present_item"))
    if present is not None:
        names.values_of_item(present, derivation.texts("absent_values"))


def _number(names: Names, place: Location, item: Node) -> None:
    if item.text("kind") != "number":
        names.findings.add("C12", place, f"{item.id} is no number", found=item.id)


def _fits(names: Names, derivation: Node) -> None:
    function, item = derivation.text("function"), names.item(derivation.text("item"))
    if item is None:
        return
    place = derivation.at("item")
    if function in _SEGMENT_FUNCTIONS and item.text("scope") == "exam":
        names.findings.add("C05", place, f"{item.id} is an item of the whole exam", found=item.id)
    ordinal = item.text("kind") == "choice" and item.text("scale") == "ordinal"
    if function in _ORDINAL_FUNCTIONS and not ordinal:
        names.findings.add("C12", place, f"{item.id} is not an ordinal choice", found=item.id)
    if function in _NUMBER_FUNCTIONS:
        _number(names, place, item)
    if function == "count" and derivation.text("missing") == "worst_case" and not ordinal:
        names.findings.add(
            "C12", derivation.at("missing"), f"{item.id} has no worst value", found="worst_case", allowed=("available", "strict")
        )


def _earlier(names: Names, derivation: Node, earlier: list[str]) -> None:
    of = derivation.text("of")
    if derivation.text("function") == "threshold" and derivation.has("of") == derivation.has("of_item"):
        names.findings.add("C12", derivation.place, "exactly one of of and of_item is required", allowed=("of", "of_item"))
    if of is None or not names.reference(derivation, "of", "derivation"):
        return
    function = names.of("derivation")[of].text("function")
    if of not in earlier:
        names.findings.add("C12", derivation.at("of"), f"{of} does not stand before {derivation.id}", found=of, allowed=earlier)
    elif function in _NO_NUMBERS:
        names.findings.add("C12", derivation.at("of"), f"{of} is no number", found=of)
    elif derivation.text("function") == "rate" and function != "change":
        names.findings.add("C12", derivation.at("of"), f"{of} is not a change", found=of)


def _scope(names: Names, derivation: Node) -> None:
    """One value per exam cannot be made from one per segment, nor one per segment without segments."""
    function, per_segment = derivation.text("function"), derivation.text("scope") == "segment"
    source = names.of("derivation").get(derivation.text("of") or "")
    if function == "flag" and per_segment:
        names.findings.add("C05", derivation.at("scope"), "a flag is about the whole exam", found="segment", allowed=("exam",))
    if function == "flow_volume" and not per_segment:
        names.findings.add("C05", derivation.at("scope"), "a flow volume is that of one segment", found="exam", allowed=("segment",))
    if source is not None and not per_segment and source.text("scope") == "segment":
        names.findings.add("C05", derivation.at("of"), f"{source.id} has one value per segment", found=source.id)
    for place, name in _operands(derivation) if not per_segment else ():
        item = names.item(name)
        if item is not None and item.text("scope") == "segment":
            names.findings.add("C05", place, f"{name} is an item of a segment", found=name)


def _operands(derivation: Node) -> list[tuple[Location, str]]:
    """Items that are read in one cell, not over a selection."""
    single = [(derivation.at(key), name) for key in ("part", "whole", "of_item") if (name := derivation.text(key)) is not None]
    return [*single, *derivation.texts("less")]


def _tables(names: Names, derivation: Node) -> None:
    if derivation.text("function") == "lookup_score":
        _rows(names, derivation)
    involved = derivation.child("involved")
    if involved is not None:
        for name in involved.table:
            if names.known("item", involved.at(name), name):
                names.values_of_item(names.of("item")[name], involved.texts(name))
        for place, name in derivation.texts("items"):
            if name not in involved.table:
                names.findings.add("C12", place, f"involved does not say which values of {name} count", found=name)


def _rows(names: Names, derivation: Node) -> None:
    items = [names.item(name) for name in derivation.words("items")]
    seen: dict[tuple[str, ...], int] = {}
    for n, row in enumerate(derivation.children("rows")):
        values = row.words("values")
        if len(values) != len(items):
            names.findings.add("C12", row.at("values"), f"a row has {len(items)} values", found=str(len(values)))
            continue
        for m, (item, value) in enumerate(zip(items, values, strict=True)):
            if item is not None and value != _ANY:
                names.values_of_item(item, [(row.at("values", m), value)])
        for combination in combinations_of(names, items, values):
            if seen.setdefault(combination, n) != n:
                names.findings.add("C12", row.place, "a row covers a combination twice", found=" ".join(combination))


def combinations_of(names: Names, items: list[Node | None], values: list[str]) -> list[tuple[str, ...]]:
    """The combinations of options that a row of a score covers."""
    choices = [names.options(item) if value == _ANY and item is not None else [value] for item, value in zip(items, values, strict=True)]
    return list(product(*choices))
