"""Reading design: blocks and reading types (C04, C09), arms and visits that no text may name (C14), monitoring."""

import re
from collections import Counter

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_SPOKEN = frozenset({"label", "question", "message", "name"})


def check_design(names: Names) -> None:
    for kind in names.root.children("reading_type"):
        _reading_type(names, kind)
    _blocks_once(names)
    _items_once(names)
    _arms(names)
    for alert in names.root.children("alert"):
        _alert(names, alert)
    for check in names.root.children("check"):
        names.reference(check, "each", "group")
        names.where(check)
        _told(names, check)
    _seconds(names)
    _monitoring(names)


def _reading_type(names: Names, kind: Node) -> None:
    names.known_all("block", kind.texts("blocks"))
    names.reference(kind, "blinding", "blinding_profile")
    pool, readers, spacing = kind.number("min_pool"), kind.number("readers") or 0, kind.number("subject_spacing")
    if pool is not None and pool < max(2, readers):
        names.findings.add("C09", kind.at("min_pool"), "the pool is smaller than the readers of an exam", found=str(pool))
    if spacing and kind.text("order") in {"time_sequential", "simultaneous", "simultaneous_randomised_temporal", "simultaneous_timepoint"}:
        names.findings.add(
            "C09", kind.at("subject_spacing"), "an order that keeps a subject together has a spacing of 0", found=str(spacing)
        )
    for place, other in kind.texts("apart_from"):
        if other == kind.id:
            names.findings.add("C09", place, "a reading type is not kept apart from itself", found=other)
        if names.known("reading_type", place, other) and kind.id not in names.of("reading_type")[other].words("apart_from"):
            names.findings.add("C09", place, f"{other} is not kept apart from {kind.id}", found=other)


def _blocks_once(names: Names) -> None:
    types = Counter(block for kind in names.root.children("reading_type") for block in set(kind.words("blocks")))
    for block in names.root.children("block"):
        if block.id and types[block.id] != 1:
            how_many = "no reading type" if not types[block.id] else "more than one reading type"
            names.findings.add("C09", block.at("id"), f"the block belongs to {how_many}", found=block.id)


def _items_once(names: Names) -> None:
    """An item that two reading types ask would be answered twice in one exam, with nothing to say which answer counts."""
    types: dict[str, set[str]] = {}
    for kind in names.root.children("reading_type"):
        for block in kind.words("blocks"):
            types.setdefault(block, set()).add(kind.id)
    asking: dict[str, set[str]] = {}
    for ask in names.root.children("ask"):
        own = {kind for block in ask.words("blocks") if len(types.get(block, ())) == 1 for kind in types[block]}
        for place, item in ask.texts("items"):
            before = asking.setdefault(item, set())
            before |= own
            if len(before) > 1:
                names.findings.add("C09", place, f"{item} is asked by more than one reading type", found=item)


def _arms(names: Names) -> None:
    blinding = names.root.child("blinding")
    if blinding is None or not isinstance(blinding.table.get("guess_arms"), list):
        return
    arms = blinding.words("guess_arms")
    if len(arms) != 2 or not all(arm.strip() for arm in arms):
        names.findings.add("C14", blinding.at("guess_arms"), "exactly two arms are named", found=str(len(arms)))
    pattern = "|".join(rf"\b{re.escape(arm.strip())}\b" for arm in arms if arm.strip())
    for node in names.root.walk() if pattern else ():
        for key in _SPOKEN & node.table.keys():
            told = re.search(pattern, node.text(key) or "", re.IGNORECASE)
            if told:
                names.findings.add("C14", node.at(key), "the text names an arm", found=told.group())


def _told(names: Names, check: Node) -> None:
    """A message reaches readers who may not know the visit."""
    message = check.text("message") or ""
    for label in (visit.text("label") for visit in names.root.children("visit")):
        if label and re.search(rf"\b{re.escape(label)}\b", message, re.IGNORECASE):
            names.findings.add("C14", check.at("message"), "the message names a visit", found=label)


def _seconds(names: Names) -> None:
    signing = names.root.child("signing")
    low, high = (signing.number("min_seconds"), signing.number("max_seconds")) if signing else (None, None)
    if signing and low is not None and high is not None and low > high:
        names.findings.add("C02", signing.at("max_seconds"), "max_seconds is smaller than min_seconds", found=str(high))


def _alert(names: Names, alert: Node) -> None:
    names.reference(alert, "each", "group")
    names.reference(alert, "derivation", "derivation")
    names.where(alert)
    if alert.has("fires_when") == alert.has("derivation"):
        names.findings.add("C01", alert.place, "exactly one of fires_when and derivation is required", allowed=("derivation", "fires_when"))
    if alert.has("derivation") and not {"values", "above", "below"} & alert.table.keys():
        names.findings.add("C01", alert.place, "a derivation alerts by values, above or below", allowed=("above", "below", "values"))


def _monitoring(names: Names) -> None:
    monitoring = names.root.child("monitoring")
    if monitoring is None:
        return
    for key, numbers in (("agreement_items", False), ("numeric_items", True)):
        names.known_all("item", monitoring.texts(key))
        for place, name in monitoring.texts(key):
            item = names.item(name)
            fitting = "number" if numbers else "choice"
            if item is not None and item.has("kind") and item.text("kind") != fitting:
                names.findings.add("C11", place, f"{name} is not a {fitting}", found=name)
    rate = monitoring.child("adjudication_rate")
    if rate is not None:
        names.known_all("class", rate.texts("classes"))
