"""Items: ranks (C07), defaults, reasons and evidence that exist (C04), ranges that are ranges (C02)."""

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node


def check_items(names: Names) -> None:
    for item in names.root.children("item"):
        _ranks(names, item)
        _references(names, item)
        low, high = item.number("min"), item.number("max")
        if low is not None and high is not None and low > high:
            names.findings.add("C02", item.at("max"), "max is smaller than min", found=str(high))


def _ranks(names: Names, item: Node) -> None:
    ordinal = item.text("scale") == "ordinal"
    for n, option in enumerate(item.children("option")):
        if ordinal and option.table.get("rank") != n:
            found = option.table.get("rank")
            names.findings.add(
                "C07", option.at("rank"), "ranks of an ordinal item are 0, 1, 2, ... in file order", found=found, allowed=[str(n)]
            )
        if not ordinal and option.has("rank") and item.has("kind"):
            names.findings.add("C07", option.at("rank"), "an option without order has no rank", found=option.table["rank"])


def _references(names: Names, item: Node) -> None:
    default = item.text("default")
    if default is not None and item.text("kind") == "choice":
        names.values_of_item(item, [(item.at("default"), default)])
    for place, reason in item.texts("ne_reasons"):
        names.listed(place, reason, names.ne_reasons, "a reason of missing.ne_reason")
    evidence = item.child("evidence")
    if evidence is not None:
        names.values_of_item(item, evidence.texts("explicit_for"))
