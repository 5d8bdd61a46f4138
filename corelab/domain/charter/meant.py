"""What a table most probably is whose ``kind`` or ``function`` is wrong or missing: so that one wrong word hides no other fault."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from corelab.domain.charter.faults import Location, child, near
from corelab.domain.charter.structure import DISCRIMINATORS, QUOTED, location_of, shape_faults

_NO_WORD = "?"
_PASSES = 3


def as_meant(tree: Mapping[str, Any]) -> Mapping[str, Any]:
    """The tree with every such word replaced by the nearest one allowed, or by the one that fits the keys of its table best."""
    for _ in range(_PASSES):
        wrong = list(_wrong(tree))
        if not wrong:
            break
        for table, key, allowed in wrong:
            tree = _with(tree, table, key, _best(tree, table, key, allowed))
    return tree


def _wrong(tree: Mapping[str, Any]) -> Iterator[tuple[Location, str, list[str]]]:
    """(table, its word, what is allowed there); of a missing word it is not known yet what is."""
    for fault in shape_faults(tree):
        key = fault["ctx"]["discriminator"].strip("'") if str(fault["type"]).startswith("union_tag") else ""
        if key in DISCRIMINATORS:
            yield location_of(tree, fault["loc"]), key, QUOTED.findall(fault["ctx"].get("expected_tags", ""))


def _best(tree: Mapping[str, Any], table: Location, key: str, allowed: list[str]) -> str:
    found: Any = tree
    for step in table:
        found = child(found, step)
    word = found.get(key) if isinstance(found, dict) else None
    return (near(word, allowed) if isinstance(word, str) else None) or min(
        allowed, key=lambda each: _faults_in(_with(tree, table, key, each), table), default=_NO_WORD
    )


def _faults_in(tree: Mapping[str, Any], table: Location) -> int:
    return sum(location_of(tree, fault["loc"])[: len(table)] == table for fault in shape_faults(tree))


def _with(tree: Mapping[str, Any], table: Location, key: str, word: str) -> Mapping[str, Any]:
    made = deepcopy(dict(tree))
    here: Any = made
    for step in table:
        here = here[step]
    here[key] = word
    return made
