"""Ask rules: references (C04), scope (C05), details and circles (C08)."""

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node


def check_asks(names: Names) -> None:
    for ask in names.root.children("ask"):
        names.known_all("item", ask.texts("items"))
        names.known_all("block", ask.texts("blocks"))
        names.target(ask)
        _scope(names, ask)
        _use(names, ask)
    for ask in names.root.children("ask") if names.findings.sound("ask") and names.findings.sound("reading_type") else ():
        _read_together(names, ask)
    _circles(names)


def _items(names: Names, ask: Node) -> list[Node]:
    return [item for name in ask.words("items") if (item := names.item(name)) is not None]


def _scope(names: Names, ask: Node) -> None:
    scopes = {item.text("scope") for item in _items(names, ask)}
    targeted = ask.has("groups") or ask.has("segments")
    if {"segment", "exam"} <= scopes:
        names.findings.add("C05", ask.at("items"), "items of a segment and of the whole exam stand in one rule")
    elif scopes == {"exam"} and targeted:
        names.findings.add("C05", ask.at("groups" if ask.has("groups") else "segments"), "an item of the whole exam has no segments")
    elif scopes == {"segment"} and not targeted:
        names.findings.add("C05", ask.place, "an item of a segment needs groups or segments")


def _use(names: Names, ask: Node) -> None:
    use = ask.text("use")
    if use == "detail" and not ask.has("when"):
        names.findings.add("C08", ask.at("when"), "a detail needs the condition under which it is asked")
    if use in {"core", "optional"} and ask.has("when"):
        names.findings.add("C08", ask.at("when"), f"a question of use {use} has no condition")
    for place, name in ask.texts("items"):
        item = names.item(name)
        if use == "core" and item is not None and not item.flag("allow_ne", default=False) and not item.has("default"):
            names.findings.add("C08", place, f"{name} is core, but has neither allow_ne nor a default", found=name)


def _read_together(names: Names, ask: Node) -> None:
    """Whoever reads by one reading type knows nothing of the answers in another: a detail cannot hang on them."""
    when = ask.child("when")
    for leaf in when.walk() if when else ():
        item = names.item(leaf.text("item"))
        if item is not None and not _types_of(names, ask.words("blocks")) <= _types_of(names, _blocks_of(names, item)):
            message = f"{item.id} is asked in another reading type, or nowhere: no detail can hang on it"
            names.findings.add("C08", leaf.at("item"), message, found=item.id)


def _types_of(names: Names, blocks: Iterable[str]) -> set[str]:
    return {kind.id for kind in names.root.children("reading_type") if not set(blocks).isdisjoint(kind.words("blocks"))}


def _blocks_of(names: Names, item: Node) -> set[str]:
    """The blocks in which some rule asks an item."""
    return {block for ask in names.root.children("ask") if item.id in ask.words("items") for block in ask.words("blocks")}


def _circles(names: Names) -> None:
    sorter: TopologicalSorter[tuple[str, str]] = TopologicalSorter()
    details = [ask for ask in names.root.children("ask") if ask.text("use") == "detail"]
    for ask in details:
        for cell, condition in _needs(names, ask):
            sorter.add(cell, *condition)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = [f"{item} {segment}".strip() for item, segment in error.args[1]]
        first = next(ask for ask in details if set(ask.words("items")) & {item for item, _ in error.args[1]})
        names.findings.add("C08", first.at("when"), "details depend on each other in a circle", found=" > ".join(circle))


def _needs(names: Names, ask: Node) -> Iterator[tuple[tuple[str, str], set[tuple[str, str]]]]:
    """Every cell of a detail rule with the cells its condition names."""
    when = ask.child("when")
    leaves = [leaf for leaf in when.walk() if leaf.has("item")] if when else []
    for item in _items(names, ask):
        for segment in {""} if item.text("scope") == "exam" else names.targets(ask):
            yield (item.id, segment), {cell for leaf in leaves for cell in _cells(names, leaf, segment)}


def _cells(names: Names, leaf: Node, each: str) -> Iterable[tuple[str, str]]:
    item, segment, group = leaf.text("item") or "", leaf.text("segment"), leaf.text("group")
    if group is not None:
        return [(item, member) for member in names.members([group], [])]
    return [(item, each if segment == "each" else segment or "")]
