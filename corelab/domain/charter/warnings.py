"""What a charter may say but probably does not mean: W01 to W08 and W10."""

import re
from collections.abc import Iterator
from itertools import pairwise, product

from corelab.domain.charter.meaning_derivations import combinations_of
from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_MAX_LOAD = 2
_DENIAL = re.compile(r"\b(not|no|nicht|kein\w*|pas|non|niet|geen)\b", re.IGNORECASE)


def check_warnings(names: Names) -> None:
    if names.findings.references_sound:
        _unused(names)
    _visit_told(names)
    _form_order(names)
    _controlled(names)
    _closure(names)
    _scores(names)
    _load(names)
    for kind in names.root.children("reading_type"):
        if kind.number("readers") == 1 or kind.number("repeat_share") == 0:
            names.findings.add("W08", kind.place, "one reader, or no hidden repeats: agreement within a reader cannot be shown")
    header = names.root.child("charter")
    statement = header.text("statement") if header else None
    if header is not None and statement is not None and not _DENIAL.search(statement):
        names.findings.add("W10", header.at("statement"), "the statement does not say what the charter is not")


def _unused(names: Names) -> None:
    asked = {item for item, _ in names.asked}
    for item in names.root.children("item"):
        if item.id and item.id not in asked:
            names.findings.add("W01", item.place, f"{item.id} is never asked")
    used = set(_words(names.root))
    for kind in ("group", "attribute"):
        for node in names.root.children(kind):
            if node.id and node.id not in used:
                names.findings.add("W01", node.place, f"{node.id} is never used")
    _unused_blocks(names)
    _unused_reasons(names)


def _words(root: Node) -> Iterator[str]:
    """Every text of the tree but the ids that tables have themselves."""
    for node in root.walk():
        for key, value in node.table.items():
            if key != "id":
                yield from [value] if isinstance(value, str) else node.words(key)


def _unused_blocks(names: Names) -> None:
    at_visits = {block for visit in names.root.children("visit") for block in visit.words("blocks")}
    asked = {block for ask in names.root.children("ask") for block in ask.words("blocks")}
    for block in names.root.children("block"):
        if block.id and block.id not in at_visits & asked:
            names.findings.add("W01", block.place, f"{block.id} is asked at no visit")


def _unused_reasons(names: Names) -> None:
    allowing = [item for item in names.root.children("item") if item.flag("allow_ne", default=False)]
    offered = {reason for item in allowing for reason in (item.words("ne_reasons") if item.has("ne_reasons") else names.ne_reasons)}
    missing = names.root.child("missing")
    for node in missing.children("ne_reason") if missing else ():
        if node.id and node.id not in offered:
            names.findings.add("W01", node.place, f"{node.id} is offered by no item")


def _visit_told(names: Names) -> None:
    profiles = names.root.children("blinding_profile")
    if all("visit" in profile.words("show") for profile in profiles):
        return
    for check in names.root.children("check"):
        condition = check.child("fires_when")
        for leaf in condition.walk() if condition else ():
            if leaf.text("fact") == "visit":
                names.findings.add("W02", leaf.at("fact"), "the message tells a blinded reader about the visit")


def _form_order(names: Names) -> None:
    order = {segment: n for n, segment in enumerate(names.of("segment"))}
    for group in names.root.children("group"):
        positions = [(place, order[name]) for place, name in group.texts("segments") if name in order]
        for (_, before), (place, after) in pairwise(positions):
            if after < before:
                names.findings.add("W03", place, "the segment stands out of form order: before and after will not mean its neighbours")


def _closure(names: Names) -> None:
    adjudication = names.root.child("adjudication")
    if adjudication is not None and not adjudication.flag("closure", default=True):
        names.findings.add("W05", adjudication.at("closure"), "an endpoint may rest on a reference grade")
    rules = [rule for difference in names.root.children("class") for rule in difference.children("rule")]
    compared = {item for rule in rules for item in rule.words("items")}
    for rule, item in _endpoint_items(names):
        if item not in compared:
            names.findings.add("W05", rule.place, f"{item} feeds a class A derivation but is in no class")


def _controlled(names: Names) -> None:
    details = {item for ask in names.root.children("ask") if ask.text("use") == "detail" for item in ask.words("items")}
    for difference in names.root.children("class"):
        for rule in difference.children("rule"):
            if difference.text("action") == "adjudicate" and rule.has("na_as") and details & set(rule.words("items")):
                names.findings.add("W04", rule.at("na_as"), "every one-step difference of the controlling item becomes a case")


def _endpoint_items(names: Names) -> Iterator[tuple[Node, str]]:
    for difference in names.root.children("class"):
        for rule in difference.children("rule") if difference.text("id") == "A" else ():
            for name in rule.words("derivations"):
                yield from ((rule, item) for item in sorted(_feeding(names, name, frozenset())))


def _feeding(names: Names, derivation: str, seen: frozenset[str]) -> set[str]:
    """The items that a derivation rests on, through the derivations it uses."""
    node = names.of("derivation").get(derivation)
    if node is None or derivation in seen:
        return set()
    found = {word for part in node.walk() for word in _words_of(part) if word in names.of("item")}
    of = node.text("of")
    return found | (_feeding(names, of, seen | {derivation}) if of else set())


def _words_of(node: Node) -> Iterator[str]:
    for key in ("item", "present_item", "of_item", "part", "whole", "diameter", "velocity", "other"):
        yield from filter(None, [node.text(key)])
    for key in ("items", "less"):
        yield from node.words(key)


def _scores(names: Names) -> None:
    for derivation in names.root.children("derivation"):
        items = [names.item(name) for name in derivation.words("items")]
        if derivation.text("function") != "lookup_score" or None in items:
            continue
        rows = [row.words("values") for row in derivation.children("rows")]
        covered = {cell for values in rows if len(values) == len(items) for cell in combinations_of(names, items, values)}
        open_cells = set(product(*(names.options(item) for item in items if item is not None))) - covered
        if open_cells:
            names.findings.add("W06", derivation.at("rows"), "some combinations stand in no row and will be NE", found=str(len(open_cells)))


def _load(names: Names) -> None:
    """Core questions without default, over the required segments that are asked any."""
    asked: dict[tuple[str, str], set[str]] = {}
    for ask in names.root.children("ask"):
        for block in ask.words("blocks") if ask.text("use") == "core" else ():
            for segment in names.targets(ask):
                asked.setdefault((block, segment), set()).update(_to_answer(names, ask))
    for node in names.root.children("block"):
        loads = [len(items) for (of, segment), items in asked.items() if of == node.id and _required(names, segment)]
        if loads and sum(loads) > _MAX_LOAD * len(loads):
            names.findings.add("W07", node.place, f"{sum(loads)} core questions on {len(loads)} segments", found=str(sum(loads)))


def _to_answer(names: Names, ask: Node) -> set[str]:
    return {name for name in ask.words("items") if (item := names.item(name)) is not None and not item.has("default")}


def _required(names: Names, segment: str) -> bool:
    return names.of("segment")[segment].text("presence") == "required"
