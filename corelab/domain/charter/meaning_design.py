"""Reading design: blocks and reading types (C04, C09), arms that no text may name (C14), monitoring, alerts and checks."""

import re
from collections import Counter

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_SPOKEN = frozenset({"label", "question", "message", "name"})


def check_design(names: Names) -> None:
    for kind in names.root.children("reading_type"):
        _reading_type(names, kind)
    _blocks_once(names)
    _arms(names)
    for alert in names.root.children("alert"):
        _alert(names, alert)
    for check in names.root.children("check"):
        names.reference(check, "each", "group")
        names.where(check)
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
        if names.known("reading_type", place, other) and kind.id not in names.of("reading_type")[other].words("apart_from"):
            names.findings.add("C09", place, f"{other} is not kept apart from {kind.id}", found=other)


def _blocks_once(names: Names) -> None:
    types = Counter(block for kind in names.root.children("reading_type") for block in set(kind.words("blocks")))
    for block in names.root.children("block"):
        if block.id and types[block.id] != 1:
            how_many = "no reading type" if not types[block.id] else "more than one reading type"
            names.findings.add("C09", block.at("id"), f"the block belongs to {how_many}", found=block.id)


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
    for key in ("agreement_items", "numeric_items"):
        names.known_all("item", monitoring.texts(key))
    rate = monitoring.child("adjudication_rate")
    if rate is not None:
        names.known_all("class", rate.texts("classes"))
