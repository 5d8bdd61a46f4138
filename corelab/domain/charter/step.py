"""How far a later version of a charter is from the one before: every change with its level, and what its version must at least change."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Any

from corelab.domain.charter.faults import Fault

Tree = Mapping[str, Any]


class Step(IntEnum):
    """Which number of ``MAJOR.MINOR.PATCH`` a change needs; ordered."""

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class How(Enum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference of two charter files. ``path`` is in the new one, of what was removed in the old one; ``old`` and ``new`` in short."""

    step: Step
    path: str
    how: How
    old: str | None = None
    new: str | None = None


_WORDS = frozenset({"label", "question", "message", "title", "text", "changes", "statement", "note", "name", "test"})
"""Keys whose values are only read by people."""

_ADDED = frozenset({"segment", "item", "option", "visit", "derivation", "check"})
"""Arrays to whose end something may be added without changing what is there; an addition that existing rules use changes those rules."""

_SELF = frozenset({"version", "supersedes"})
"""What a version says about itself is no change."""

_LONGEST = 120
_Found = Iterator[tuple[Step, str, How, Any, Any]]


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


def least_version(old: str, step: Step) -> str:
    """The next version after ``old`` by a step of this size."""
    major, minor, patch = version_parts(old)
    match step:
        case Step.MAJOR:
            return f"{major + 1}.0.0"
        case Step.MINOR:
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major}.{minor}.{patch + 1}"


def step_needed(old: Tree, new: Tree) -> Step:
    """What the difference of two parsed charter files needs. What is not known to be harmless is major."""
    return max((change.step for change in changes(old, new)), default=Step.NONE)


def changes(old: Tree, new: Tree) -> tuple[Change, ...]:
    """Every difference of two parsed charter files, in the order of the new one; what was removed stands behind its neighbours."""
    found = _of_tables(old, new, "")
    return tuple(Change(step, place, how, _short(before), _short(after)) for step, place, how, before, after in found)


def successor_faults(old: Tree, new: Tree) -> tuple[Fault, ...]:
    """Why a file cannot follow another one: another charter, no later version, a step that is too small, not named in ``supersedes``.

    Both trees have a sound header.
    """
    before, after = old["charter"], new["charter"]
    needed, given = step_needed(old, new), step_between(before["version"], after["version"])
    found: list[Fault] = []
    if before["id"] != after["id"]:
        found.append(Fault("C02", "charter.id", "the id stays the same over versions", after["id"], (before["id"],)))
    least = least_version(before["version"], max(needed, Step.PATCH))
    if given is Step.NONE:
        found.append(Fault("C02", "charter.version", f"no later version than {before['version']}", after["version"], (least,)))
    elif given < needed:
        message = f"a {given.word} step, but the changes since {before['version']} need a {needed.word} one"
        found.append(Fault("C02", "charter.version", message, after["version"], (f"at least {least}",)))
    if before["version"] not in after.get("supersedes", ()):
        named = ", ".join(after.get("supersedes", ())) or None
        found.append(Fault("C02", "charter.supersedes", f"does not name the version {before['version']}", named, (before["version"],)))
    return tuple(found)


def _short(value: Any) -> str | None:
    """A value on one line; a table by its name."""
    if value is None or isinstance(value, str):
        text = value
    elif isinstance(value, Mapping):
        text = _name(value) or json.dumps(value, ensure_ascii=False, default=str)
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    return text if text is None or len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _name(entry: Any) -> str | None:
    """What names an entry, where it is a table with a name; an option is named by its value, a code by nothing."""
    if not isinstance(entry, Mapping) or "scheme" in entry:
        return None
    name = entry.get("id", entry.get("value"))
    return name if isinstance(name, str) else None


def _of_values(old: Any, new: Any, place: str, key: str) -> _Found:
    if old == new or key in _SELF:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_tables(old, new, place)
    elif isinstance(old, list) and isinstance(new, list) and _tables(old) and _tables(new):
        yield from _of_arrays(old, new, place, key)
    else:
        words = key in _WORDS and isinstance(old, str) and isinstance(new, str)
        yield Step.PATCH if words else Step.MAJOR, place, How.CHANGED, old, new


def _tables(values: list[Any]) -> bool:
    return all(isinstance(value, Mapping) for value in values)


def _of_tables(old: Tree, new: Tree, place: str) -> _Found:
    for key in (*new, *(key for key in old if key not in new)):
        here = f"{place}.{key}" if place else key
        if key in old and key in new:
            yield from _of_values(old[key], new[key], here, key)
        elif key in _SELF:
            continue
        elif key in _ADDED and key in new and isinstance(new[key], list):
            yield from _of_arrays([], new[key], here, key)
        else:
            step = Step.PATCH if key == "registration" else Step.MAJOR
            yield step, here, How.ADDED if key in new else How.REMOVED, old.get(key), new.get(key)


def _of_arrays(old: list[Any], new: list[Any], place: str, key: str) -> _Found:
    """By name where every entry has one of its own, else by position."""
    before, after = [_name(entry) for entry in old], [_name(entry) for entry in new]
    if not (_all_named(before) and _all_named(after)):
        before, after = [str(n) for n in range(len(old))], [str(n) for n in range(len(new))]
    at_the_end = key in _ADDED and before == after[: len(before)]
    for n, name in enumerate(after):
        if name in before:
            yield from _of_values(old[before.index(name)], new[n], _entry(place, n, new[n]), "")
        else:
            yield Step.MINOR if at_the_end else Step.MAJOR, _entry(place, n, new[n]), How.ADDED, None, new[n]
    for n, name in enumerate(before):
        if name not in after:
            yield Step.MAJOR, _entry(place, n, old[n]), How.REMOVED, old[n], None
    kept = [name for name in after if name in before]
    if kept != [name for name in before if name in after]:
        yield Step.MAJOR, place, How.REORDERED, ", ".join(map(str, before)), ", ".join(map(str, after))


def _all_named(names: list[str | None]) -> bool:
    return None not in names and len(set(names)) == len(names)


def _entry(place: str, n: int, entry: Any) -> str:
    """As faults name it: position, and id where the entry has one."""
    name = entry.get("id")
    return f"{place}[{n}]" + (f"({name})" if isinstance(name, str) else "")
