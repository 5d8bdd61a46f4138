"""tiers.toml: the hierarchy, tier by tier, with where its values come from."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any

from corelab.domain.winratio import Better, IfMissing, Tier
from corelab.winratio.faults import Fault
from corelab.winratio.numbers import NoNumberError, number

_KEYS = ("name", "from", "better", "margin", "missing")
_HEADER = re.compile(r"\s*\[\[\s*tier\s*\]\]")
_PLACE = re.compile(r"(?P<kind>package):(?P<column>[^@:\s]+)@(?P<visit>[^@:\s]+)|(?P<other>pro):(?P<own>[^@:\s]+)")


class Origin(Enum):
    PACKAGE = "package"
    PRO = "pro"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tier's values stand: a column of the package's visit table at one visit, or a column of the outcomes file."""

    origin: Origin
    column: str
    visit: str | None = None


@dataclass(frozen=True, slots=True)
class PlacedTier:
    """``line``: where the file says from where its values come."""

    tier: Tier
    place: Place
    line: int | None


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """The usable tiers of a file, and what is wrong with the others."""

    file: str
    tiers: tuple[PlacedTier, ...]
    faults: tuple[Fault, ...]

    def of(self, origin: Origin) -> tuple[PlacedTier, ...]:
        return tuple(tier for tier in self.tiers if tier.place.origin is origin)


def read_tiers(path: Path) -> Hierarchy:
    try:
        text = path.read_bytes().decode()
        tables = tomllib.loads(text, parse_float=str)  # a margin stays as it was written
    except OSError as error:
        return _unusable(path, f"cannot be read ({error.strerror or type(error).__name__})")
    except UnicodeDecodeError as error:
        return _unusable(path, f"is not UTF-8 text (byte {error.start + 1})")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return _unusable(path, f"is no TOML ({error})")
    return _hierarchy(str(path), tables, text)


def _hierarchy(file: str, tables: Mapping[str, Any], text: str) -> Hierarchy:
    entries = tables.get("tier")
    faults = [Fault(file, None, f"has a table or key {name!r}; only [[tier]] belongs there") for name in tables if name != "tier"]
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        return Hierarchy(file, (), (*faults, Fault(file, None, "has no [[tier]]")))
    lines = _Lines(text, len(entries))
    tiers = []
    for place, entry in enumerate(entries):
        wrong = [Fault(file, lines.of(place, key), what) for key, what in faults_of_entry(entry)]
        faults += wrong
        if not wrong:
            tiers.append(PlacedTier(tier_of(entry), _place(entry["from"]), lines.of(place, "from")))
    names = Counter(str(entry.get("name")) for entry in entries)
    faults += [Fault(file, None, f"names the tier {name!r} {count} times") for name, count in names.items() if count > 1]
    return Hierarchy(file, tuple(tiers), tuple(faults))


def tier_of(entry: Mapping[str, Any]) -> Tier:
    """The tier of an entry without faults."""
    margin = number(str(entry.get("margin", 0)))
    return Tier(entry["name"], Better(entry["better"]), margin, IfMissing(entry.get("missing", IfMissing.TIE.value)))


def faults_of_entry(entry: Mapping[str, Any], *, placed: bool = True) -> Iterator[tuple[str, str]]:
    """(key, what is wrong) of one tier. ``placed``: whether it must say where its values come from."""
    for key in entry:
        if key not in _KEYS:
            yield key, f"a tier has no {key!r}; it has {', '.join(_KEYS)}"
    if not isinstance(entry.get("name"), str) or not entry["name"].strip():
        yield "name", "the tier has no name"
    if placed and (not isinstance(entry.get("from"), str) or not _PLACE.fullmatch(entry["from"])):
        yield "from", f"from is {entry.get('from')!r}; write 'package:COLUMN@VISIT' or 'pro:COLUMN'"
    for key, words, needed in (("better", Better, True), ("missing", IfMissing, False)):
        known = [word.value for word in words]
        if (needed or key in entry) and entry.get(key) not in known:
            yield key, f"{key} is {entry.get(key)!r}; write {' or '.join(repr(word) for word in known)}"
    if not _is_margin(entry.get("margin", 0)):
        yield "margin", f"margin is {entry['margin']!r}; write a number that is not negative"


def _is_margin(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return False
    try:
        return number(str(value)) >= 0
    except NoNumberError:
        return False


def _place(text: str) -> Place:
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    if found["kind"]:
        return Place(Origin.PACKAGE, found["column"], found["visit"])
    return Place(Origin.PRO, found["own"])


class _Lines:
    """Finds the lines of tiers and keys; nothing where the file is written in another way than ``[[tier]]`` for each."""

    def __init__(self, text: str, count: int) -> None:
        self._lines = text.splitlines()
        heads = [place for place, line in enumerate(self._lines) if _HEADER.match(line)]
        self._heads = heads if len(heads) == count else []

    def of(self, tier: int, key: str) -> int | None:
        if not self._heads:
            return None
        head = self._heads[tier]
        end = (*self._heads, len(self._lines))[tier + 1]
        own = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
        return next((place + 1 for place in range(head + 1, end) if own.match(self._lines[place])), head + 1)


def _unusable(path: Path, what: str) -> Hierarchy:
    return Hierarchy(str(path), (), (Fault(str(path), None, what),))
