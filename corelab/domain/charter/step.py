"""How far a later version of a charter is from the one before: what its version must at least change."""

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import Any

Tree = Mapping[str, Any]


class Step(IntEnum):
    """Which number of ``MAJOR.MINOR.PATCH`` a change needs; ordered."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


_WORDS = frozenset({"label", "question", "message", "title", "text", "changes", "statement", "note", "name", "test"})
"""Keys whose values are only read by people."""

_ADDED = frozenset({"segment", "item", "option", "visit", "derivation", "check"})
"""Arrays to whose end something may be added without changing what is there; an addition that existing rules use changes those rules."""


def version_parts(version: str) -> tuple[int, int, int]:
    major, minor, patch = (int(part) for part in version.split("."))
    return major, minor, patch


def step_between(old: str, new: str) -> Step:
    """What the version numbers say; NONE when ``new`` is not later."""
    before, after = version_parts(old), version_parts(new)
    if after <= before:
        return Step.NONE
    if after[0] > before[0]:
        return Step.MAJOR
    return Step.MINOR if after[1] > before[1] else Step.PATCH


def step_needed(old: Tree, new: Tree) -> Step:
    """What the difference of two parsed charter files needs. What is not known to be harmless is major."""
    return max(_steps(old, new, ""), default=Step.NONE)


def _steps(old: Any, new: Any, key: str) -> Iterator[Step]:
    if old == new or key in {"version", "supersedes"}:
        return
    if key in _WORDS and isinstance(old, str) and isinstance(new, str):
        yield Step.PATCH
    elif isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_tables(old, new)
    elif isinstance(old, list) and isinstance(new, list) and key in _ADDED and _ids(old) == _ids(new)[: len(old)]:
        yield from (Step.MINOR for _ in new[len(old) :])
        for before, after in zip(old, new, strict=False):
            yield from _steps(before, after, "")
    else:
        yield from _of_lists(old, new, key) if isinstance(old, list) and isinstance(new, list) else (Step.MAJOR,)


def _of_tables(old: Tree, new: Tree) -> Iterator[Step]:
    for key in old.keys() | new.keys():
        if key in old and key in new:
            yield from _steps(old[key], new[key], key)
        elif key == "registration":
            yield Step.PATCH
        elif key != "supersedes":
            yield Step.MINOR if key in _ADDED and key in new else Step.MAJOR


def _of_lists(old: list[Any], new: list[Any], key: str) -> Iterator[Step]:
    """The same things in the same order, compared one by one; anything else changes what the list means."""
    if len(old) != len(new) or _ids(old) != _ids(new):
        yield Step.MAJOR
        return
    for before, after in zip(old, new, strict=True):
        yield from _steps(before, after, "" if isinstance(before, Mapping) else f"{key}[]")


def _ids(entries: list[Any]) -> list[Any]:
    """What names each entry, where it is a table with a name; an option is named by its value."""
    return [entry.get("id", entry.get("value")) if isinstance(entry, Mapping) else None for entry in entries]
