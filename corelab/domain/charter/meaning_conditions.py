"""Conditions: what they name exists (C04), stands in the right scope (C05), and is compared by an operator that fits (C06)."""

from dataclasses import dataclass

from corelab.domain.charter.faults import Location
from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_ORDERED = frozenset({"lt", "le", "gt", "ge"})
_LISTED = frozenset({"in", "not_in"})
_EQUAL = frozenset({"eq", "ne"})
_PRESENCE = frozenset({"answered", "missing"})
_OPERATORS = _ORDERED | _LISTED | _EQUAL | _PRESENCE
_NEIGHBOURS = frozenset({"before", "after"})
_MISSING = ("NA", "NE", "NI")
_MAX_DEPTH, _MAX_LEAVES = 6, 40
_FACTS = {
    "segment": ("ask", "check", "alert"),
    "visit": ("check", "alert"),
    "block": ("ask", "check", "alert"),
    "evidence_label_differs": ("check",),
    "unplayed_clips": ("check",),
    "reading_seconds": ("check",),
}
_HOLDERS = (("ask", "when"), ("check", "fires_when"), ("alert", "fires_when"), ("derivation", "true_when"))


@dataclass(frozen=True, slots=True)
class _Within:
    """Where a condition stands: in which kind of rule, with a segment under consideration or not, with neighbours or not."""

    names: Names
    kind: str
    each: bool
    neighbours: bool

    def add(self, code: str, place: Location, message: str, found: object = None, allowed: tuple[str, ...] = ()) -> None:
        self.names.findings.add(code, place, message, found=found, allowed=allowed)


def check_conditions(names: Names) -> None:
    for kind, key in _HOLDERS:
        for holder in names.root.children(kind):
            condition = holder.child(key)
            if condition is not None:
                each = kind == "ask" or holder.has("each")
                _condition(_Within(names, kind, each, holder.has("each")), condition)


def _condition(within: _Within, condition: Node) -> None:
    tables = [node for node in condition.walk() if node.place[-1] != "where"]
    leaves = [node for node in tables if {"item", "attribute", "fact"} & node.table.keys()]
    if len(leaves) > _MAX_LEAVES:
        within.add("C02", condition.place, f"a condition has at most {_MAX_LEAVES} leaves", found=len(leaves))
    deepest = max(_depth(node.place[len(condition.place) :]) for node in tables)
    if deepest > _MAX_DEPTH:
        within.add("C02", condition.place, f"a condition is at most {_MAX_DEPTH} deep", found=deepest)
    for leaf in leaves:
        if leaf.has("item"):
            _item_leaf(within, leaf)
        elif leaf.has("attribute"):
            _attribute_leaf(within, leaf)
        else:
            _fact_leaf(within, leaf)


def _depth(steps: Location) -> int:
    return 1 + sum(step in {"all_of", "any_of", "not"} for step in steps)


def _item_leaf(within: _Within, leaf: Node) -> None:
    within.names.where(leaf)
    if not within.names.reference(leaf, "item", "item"):
        return
    item = within.names.of("item")[leaf.text("item") or ""]
    _place(within, leaf, item)
    _operator(within, leaf, item)
    _operand(within, leaf, item)


def _place(within: _Within, leaf: Node, item: Node) -> None:
    segment, group = leaf.text("segment"), leaf.text("group")
    if item.text("scope") == "exam":
        for key in {"segment", "group", "match"} & leaf.table.keys():
            within.add("C05", leaf.at(key), f"{item.id} is an item of the whole exam")
        return
    if (segment is None) == (group is None):
        within.add("C05", leaf.place, f"{item.id} needs exactly one of segment and group", allowed=("group", "segment"))
    if group is not None and within.names.reference(leaf, "group", "group") and not leaf.has("match"):
        within.add("C01", leaf.at("match"), "required key missing", allowed=("all", "any"))
    if segment is not None:
        _segment(within, leaf.at("segment"), segment)


def _segment(within: _Within, place: Location, segment: str) -> None:
    if segment == "each":
        if not within.each:
            within.add("C05", place, '"each" stands only in a rule with each', found=segment)
    elif segment in _NEIGHBOURS:
        if not within.neighbours:
            within.add("C05", place, f'"{segment}" stands only in a rule with each', found=segment)
    else:
        within.names.known("segment", place, segment)


def _operators(item: Node) -> frozenset[str]:
    """The operators that fit an item; all of them where its kind or scale is not known."""
    kind = item.text("kind")
    if kind == "choice" and item.text("scale") == "nominal":
        return _PRESENCE | _EQUAL | _LISTED
    if kind == "multi":
        return _PRESENCE
    return _PRESENCE | _EQUAL if kind == "text" else _OPERATORS


def _operator(within: _Within, leaf: Node, item: Node) -> None:
    op, fitting = leaf.text("op"), _operators(item)
    if op in _OPERATORS and op not in fitting:
        within.add("C06", leaf.at("op"), f"{op} does not fit {item.id}", found=op, allowed=tuple(fitting))


def _operand(within: _Within, leaf: Node, item: Node) -> None:
    op = leaf.text("op")
    if op in _PRESENCE:
        _presence(within, leaf, op or "")
        return
    if leaf.has("value") == leaf.has("other"):
        within.add("C06", leaf.place, "exactly one of value and other is required", allowed=("other", "value"))
    if leaf.has("factor") and not leaf.has("other"):
        within.add("C06", leaf.at("factor"), "a factor needs other")
    if leaf.has("other"):
        _other(within, leaf, item)
    if leaf.has("value"):
        _value(within, leaf, item, op)


def _presence(within: _Within, leaf: Node, op: str) -> None:
    for key in {"value", "other", "factor"} & leaf.table.keys():
        if op == "answered" or key != "value":
            within.add("C06", leaf.at(key), f"{op} has no {key}")
    if op == "missing" and leaf.has("value"):
        for place, value in leaf.texts("value"):
            if value not in _MISSING:
                within.add("C06", place, f'"{value}" is no kind of missing', found=value, allowed=_MISSING)
        if not isinstance(leaf.table["value"], list):
            within.add("C06", leaf.at("value"), "missing takes an array of NA, NE, NI")


def _other(within: _Within, leaf: Node, item: Node) -> None:
    if item.text("kind") != "number":
        within.add("C06", leaf.at("other"), f"{item.id} is no number")
    if within.names.reference(leaf, "other", "item"):
        other = within.names.of("item")[leaf.text("other") or ""]
        if other.text("kind") != "number":
            within.add("C06", leaf.at("other"), f"{other.id} is no number", found=other.id)


def _value(within: _Within, leaf: Node, item: Node, op: str | None) -> None:
    value = leaf.table["value"]
    if isinstance(value, list) != (op in _LISTED):
        within.add("C06", leaf.at("value"), "an array stands with in and not_in, and only there")
    places = [(leaf.at("value", n), part) for n, part in enumerate(value)] if isinstance(value, list) else [(leaf.at("value"), value)]
    for place, part in places:
        _fits(within, place, item, part)


def _fits(within: _Within, place: Location, item: Node, value: object) -> None:
    kind = item.text("kind")
    if kind == "choice" and isinstance(value, str):
        within.names.values_of_item(item, [(place, value)])
    elif kind in {"choice", "text"} and not isinstance(value, str):
        within.add("C06", place, f"{item.id} is compared with a text", found=str(value))
    elif kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        within.add("C06", place, f"{item.id} is compared with a number", found=str(value))


def _attribute_leaf(within: _Within, leaf: Node) -> None:
    if not within.names.reference(leaf, "attribute", "attribute"):
        return
    attribute = within.names.of("attribute")[leaf.text("attribute") or ""]
    segment = leaf.text("segment")
    if (attribute.text("per") == "segment") != (segment is not None):
        needs = "needs a segment" if segment is None else "has no segment"
        within.add("C05", leaf.place, f"the attribute {attribute.id} {needs}")
    elif segment is not None:
        _segment(within, leaf.at("segment"), segment)
    _listing(within, leaf)
    for place, value in _texts(leaf):
        within.names.listed(place, value, attribute.words("values"), f"a value of {attribute.id}")


def _fact_leaf(within: _Within, leaf: Node) -> None:
    fact = leaf.text("fact") or ""
    if fact in _FACTS and within.kind not in _FACTS[fact]:
        within.add("C05", leaf.at("fact"), f"the fact {fact} does not exist in a {within.kind}", found=fact)
    needs_each = fact in {"segment", "evidence_label_differs"} or leaf.has("segment")
    if needs_each and not within.each:
        within.add("C05", leaf.at("fact"), f"the fact {fact} of a segment stands only in a rule with each", found=fact)
    _listing(within, leaf)
    if fact in {"segment", "visit", "block"}:
        for place, value in _texts(leaf):
            within.names.known(fact, place, value)
        if leaf.text("op") in _ORDERED:
            within.add("C06", leaf.at("op"), f"{leaf.text('op')} does not fit the fact {fact}", found=leaf.text("op"))


def _listing(within: _Within, leaf: Node) -> None:
    if leaf.has("value") and isinstance(leaf.table["value"], list) != (leaf.text("op") in _LISTED):
        within.add("C06", leaf.at("value"), "an array stands with in and not_in, and only there")


def _texts(leaf: Node) -> list[tuple[Location, str]]:
    value = leaf.text("value")
    return [(leaf.at("value"), value)] if value is not None else list(leaf.texts("value"))
