"""Classes: what they compare exists (C04), is asked there, fits the kind of comparison, and rests on one exam alone (C05, C11)."""

from collections import Counter

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_NUMERIC = frozenset({"sum", "max", "count", "worst", "lookup_score", "percent", "change", "rate", "flow_volume"})
_BACKWARD = frozenset({"change", "rate", "new_finding"})


def check_classes(names: Names) -> None:
    for difference in names.root.children("class"):
        names.known_all("visit", difference.texts("visits"))
        for rule in difference.children("rule"):
            _rule(names, rule)


def _rule(names: Names, rule: Node) -> None:
    if rule.has("derivations"):
        _derivations(names, rule)
    names.known_all("item", rule.texts("items"))
    names.target(rule)
    items = [item for name in rule.words("items") if (item := names.item(name)) is not None]
    for item in items:
        _scope(names, rule, item)
        _fits(names, rule, item)
    if rule.text("kind") == "partition":
        _parts(names, rule, items)
    if rule.text("kind") == "numeric_tolerance" and not {"absolute", "percent"} & rule.table.keys():
        names.findings.add("C11", rule.place, "a tolerance is absolute, in percent, or both", allowed=("absolute", "percent"))


def _derivations(names: Names, rule: Node) -> None:
    for place, name in rule.texts("derivations"):
        if names.known("derivation", place, name) and rule.text("kind") == "derived_tolerance":
            function = names.of("derivation")[name].text("function")
            if function not in _NUMERIC:
                names.findings.add("C11", place, f"{name} is no number", found=name)
        if _looks_back(names, name):
            names.findings.add("C11", place, f"{name} looks back to an earlier exam: a class cannot rest on it", found=name)


def _looks_back(names: Names, name: str) -> bool:
    """Two readings are compared as soon as both are signed, whether or not the earlier exams of the subject have results by then."""
    derivation, seen = names.of("derivation").get(name), {name}
    while derivation is not None and derivation.text("function") not in _BACKWARD:
        of = derivation.text("of")
        if of is None or of in seen:
            return False
        derivation, seen = names.of("derivation").get(of), {*seen, of}
    return derivation is not None


def _scope(names: Names, rule: Node, item: Node) -> None:
    targeted = rule.has("groups") or rule.has("segments")
    if item.text("scope") == "exam":
        if targeted:
            names.findings.add("C05", rule.at("groups" if rule.has("groups") else "segments"), f"{item.id} is an item of the whole exam")
        asked = (item.id, "") in names.asked
    else:
        if not targeted:
            names.findings.add("C05", rule.place, f"{item.id} needs groups or segments")
            return
        targets = names.targets(rule)
        asked = not targets or any((item.id, segment) in names.asked for segment in targets)
    if not asked and names.findings.sound("ask"):
        names.findings.add("C11", rule.at("items"), f"{item.id} is never asked where the rule compares it", found=item.id)


def _fits(names: Names, rule: Node, item: Node) -> None:
    kind, of, scale = rule.text("kind"), item.text("kind"), item.text("scale")
    needs = {
        "ordinal_distance": (of == "choice" and scale == "ordinal", "an ordinal choice"),
        "partition": (of == "choice", "a choice"),
        "numeric_tolerance": (of == "number", "a number"),
        "across_cutoff": (of == "number", "a number"),
    }
    fits, what = needs.get(kind or "", (True, ""))
    if not fits:
        names.findings.add("C11", rule.at("kind"), f"{item.id} is not {what}", found=item.id)
    elif of == "text":
        names.findings.add("C11", rule.at("items"), f"{item.id} holds words, and words may tell who wrote them", found=item.id)


def _parts(names: Names, rule: Node, items: list[Node]) -> None:
    raw = rule.table.get("parts")
    arrays = [(n, part) for n, part in enumerate(raw) if isinstance(part, list)] if isinstance(raw, list) else []
    values = [(rule.at("parts", n, m), value) for n, part in arrays for m, value in enumerate(part) if isinstance(value, str)]
    counted = Counter(value for _, value in values)
    for value in (value for value, times in counted.items() if times > 1):
        names.findings.add("C11", rule.at("parts"), f'"{value}" stands in two parts', found=value)
    na_as = rule.text("na_as")
    for item in items:
        names.values_of_item(item, values)
        if na_as is not None:
            names.values_of_item(item, [(rule.at("na_as"), na_as)])
