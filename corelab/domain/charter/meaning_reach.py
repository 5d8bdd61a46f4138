"""Checks and alerts on one reading: one that looks at items of two reading types has no reading that could fire it (C05)."""

from collections.abc import Collection, Iterator

from corelab.domain.charter.names import Names
from corelab.domain.charter.tree import Node

_Truths = frozenset[bool | None]
_ANY: _Truths = frozenset({True, False, None})
_UNKNOWN: _Truths = frozenset({None})


def check_reach(names: Names) -> None:
    """Nothing is said while references are faulty: a condition that names nothing is told already."""
    if not names.findings.references_sound:
        return
    types = _types(names)
    for holder in _on_one_reading(names):
        condition = holder.child("fires_when")
        asked = {kind for item in _items(condition) for kind in types.get(item, ())} if condition else set()
        if condition is None or True not in _truths(condition, types, asked):
            continue
        if len(asked) > 1 and not any(True in _truths(condition, types, {kind}) for kind in asked):
            _never(names, holder, condition, types)


def _never(names: Names, holder: Node, condition: Node, types: dict[str, set[str]]) -> None:
    told = ", ".join(f"{item} by {kind}" for item in dict.fromkeys(_items(condition)) for kind in sorted(types.get(item, ())))
    names.findings.add(
        "C05", holder.at("fires_when"), f"it can never fire: no reading holds all that it looks at ({told})", found=holder.id
    )


def _on_one_reading(names: Names) -> Iterator[Node]:
    """An alert after comparison looks at the results of the exam, of whichever type."""
    yield from names.root.children("check")
    yield from (alert for alert in names.root.children("alert") if alert.text("after") == "signing")


def _types(names: Names) -> dict[str, set[str]]:
    """Item -> the reading types that ask it."""
    blocks = {block: kind.id for kind in names.root.children("reading_type") for block in kind.words("blocks")}
    found: dict[str, set[str]] = {}
    for ask in names.root.children("ask"):
        for item in ask.words("items"):
            found.setdefault(item, set()).update(blocks[block] for block in ask.words("blocks") if block in blocks)
    return found


def _items(condition: Node) -> Iterator[str]:
    for node in condition.walk():
        yield from filter(None, (node.text("item"), node.text("other")))


def _truths(condition: Node, types: dict[str, set[str]], of: Collection[str]) -> _Truths:
    """What a condition can be in a reading of these types, part by part; what they do not ask is never known there."""
    if condition.has("all_of"):
        return _joined([_truths(part, types, of) for part in condition.children("all_of")], decides=False)
    if condition.has("any_of"):
        return _joined([_truths(part, types, of) for part in condition.children("any_of")], decides=True)
    negated = condition.child("not")
    if negated is not None:
        return frozenset(None if one is None else not one for one in _truths(negated, types, of))
    named = filter(None, (condition.text("item"), condition.text("other")))
    return _ANY if all(types.get(item, set()) & set(of) for item in named) else _UNKNOWN


def _joined(parts: list[_Truths], *, decides: bool) -> _Truths:
    """``decides`` is the truth of one part that decides for the whole."""
    found = {decides: any(decides in part for part in parts), not decides: all((not decides) in part for part in parts)}
    undecided = any(None in part for part in parts) and all(part & {None, not decides} for part in parts)
    return frozenset([truth for truth, possible in found.items() if possible] + ([None] if undecided else []))
