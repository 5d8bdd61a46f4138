"""What the tables of a package are specified to hold, and how that may differ from the package before. Pure."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Self

from corelab.domain.audit import canonical_of


class Change(Enum):
    """How one name of the specification differs from what analysts have."""

    FILE_ADDED = "file added"
    COLUMN_ADDED = "column added"
    CODE_ADDED = "code added"
    WORDS = "words changed"
    LENGTH = "length changed"
    FILE_REMOVED = "file removed"
    COLUMN_REMOVED = "column removed"
    KIND = "type changed"
    KEY = "key changed"
    CODE_LIST = "code list changed"
    CODE_REMOVED = "code removed"
    REUSED = "name used again with another meaning"


ALLOWED = frozenset({Change.FILE_ADDED, Change.COLUMN_ADDED, Change.CODE_ADDED, Change.WORDS, Change.LENGTH})
"""What is announced with the package. All else stops it until a coordinator approves; a name that meant something else, for ever."""


@dataclass(frozen=True, slots=True)
class NamedColumn:
    """One column as analysts know it; ``codelist`` is empty where its values stand in no list."""

    name: str
    label: str
    kind: str
    length: int
    codelist: str = ""
    key: bool = False

    @property
    def meaning(self) -> tuple[str, str, str]:
        return self.label, self.kind, self.codelist


Columns = Mapping[str, NamedColumn]
Codes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Specification:
    """``files``: the columns of each table by its name, in their order. ``lists``: the codes of each code list with their decodes."""

    version: str
    files: Mapping[str, tuple[NamedColumn, ...]]
    lists: Mapping[str, Codes]

    @property
    def as_json(self) -> dict[str, Any]:
        """What ``from_json`` reads."""
        files = [{"name": name, "columns": [asdict(column) for column in columns]} for name, columns in self.files.items()]
        lists = [{"name": name, "codes": [[code, words] for code, words in codes.items()]} for name, codes in self.lists.items()]
        return {"version": self.version, "files": files, "lists": lists}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """Raises KeyError, TypeError or ValueError for what was never written."""
        files = {one["name"]: tuple(NamedColumn(**column) for column in one["columns"]) for one in told["files"]}
        return cls(str(told["version"]), files, {one["name"]: dict(one["codes"]) for one in told["lists"]})

    def columns(self, file: str) -> Columns:
        return {column.name: column for column in self.files.get(file, ())}

    def key(self, file: str) -> tuple[str, ...]:
        return tuple(column.name for column in self.files.get(file, ()) if column.key)


@dataclass(frozen=True, slots=True)
class Difference:
    """``where`` is a file, a file and a column, or a list and a code; ``old`` and ``new`` say what changed of it."""

    change: Change
    where: str
    old: str = ""
    new: str = ""

    @property
    def is_allowed(self) -> bool:
        return self.change in ALLOWED

    @property
    def is_refused(self) -> bool:
        """No approval helps: what was written before would be read wrongly."""
        return self.change is Change.REUSED


def differences(earlier: Sequence[Specification], now: Specification) -> tuple[Difference, ...]:
    """How ``now`` differs from the last of ``earlier``, and which names it uses again that meant something else in one before; sorted.

    None where there is no earlier one.
    """
    if not earlier:
        return ()
    found = {*_of_files(earlier[-1], now), *_of_lists(earlier[-1], now), *_reused(earlier, now)}
    return tuple(sorted(found, key=lambda one: (list(Change).index(one.change), one.where, one.old, one.new)))


def stops(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Those that need an approval, or that none can allow."""
    return tuple(one for one in found if not one.is_allowed)


def digest(found: Iterable[Difference]) -> str:
    """What an approval is for: exactly these differences."""
    told = [[one.change.value, one.where, one.old, one.new] for one in found]
    return hashlib.sha256(b"corelab/specification/v1\0" + canonical_of(told)).hexdigest()


def _of_files(last: Specification, now: Specification) -> Iterator[Difference]:
    for name in now.files.keys() - last.files.keys():
        yield Difference(Change.FILE_ADDED, name)
    for name in last.files.keys() - now.files.keys():
        yield Difference(Change.FILE_REMOVED, name)
    for name in now.files.keys() & last.files.keys():
        yield from _of_columns(name, last.columns(name), now.columns(name))


def _of_columns(file: str, last: Columns, now: Columns) -> Iterator[Difference]:
    for name in now.keys() - last.keys():
        yield Difference(Change.COLUMN_ADDED, f"{file} {name}", new=now[name].label)
    for name in last.keys() - now.keys():
        yield Difference(Change.COLUMN_REMOVED, f"{file} {name}", old=last[name].label)
    for name in now.keys() & last.keys():
        yield from _of_column(f"{file} {name}", last[name], now[name])


def _of_column(where: str, last: NamedColumn, now: NamedColumn) -> Iterator[Difference]:
    pairs = (
        (Change.WORDS, last.label, now.label),
        (Change.KIND, last.kind, now.kind),
        (Change.LENGTH, str(last.length), str(now.length)),
        (Change.CODE_LIST, last.codelist, now.codelist),
        (Change.KEY, _in_key(last), _in_key(now)),
    )
    yield from (Difference(change, where, old, new) for change, old, new in pairs if old != new)


def _in_key(column: NamedColumn) -> str:
    return "in the key" if column.key else "not in the key"


def _of_lists(last: Specification, now: Specification) -> Iterator[Difference]:
    for name in now.lists.keys() | last.lists.keys():
        before, after = last.lists.get(name, {}), now.lists.get(name, {})
        yield from (Difference(Change.CODE_ADDED, f"{name} {code}", new=after[code]) for code in after.keys() - before.keys())
        yield from (Difference(Change.CODE_REMOVED, f"{name} {code}", old=before[code]) for code in before.keys() - after.keys())
        both = (code for code in after.keys() & before.keys() if after[code] != before[code])
        yield from (Difference(Change.WORDS, f"{name} {code}", before[code], after[code]) for code in both)


def _reused(earlier: Sequence[Specification], now: Specification) -> Iterator[Difference]:
    """Names that the last one did not have, and one before it had for something else."""
    last = earlier[-1]
    for file, columns in now.files.items():
        for column in columns:
            former = _former(earlier, file, column.name) if column.name not in last.columns(file) else None
            if former is not None and former.meaning != column.meaning:
                yield Difference(Change.REUSED, f"{file} {column.name}", _said(former), _said(column))
    for name, codes in now.lists.items():
        for code in codes.keys() - last.lists.get(name, {}).keys():
            meant = next((one.lists[name][code] for one in reversed(earlier) if code in one.lists.get(name, {})), None)
            if meant is not None and meant != codes[code]:
                yield Difference(Change.REUSED, f"{name} {code}", meant, codes[code])


def _former(earlier: Sequence[Specification], file: str, name: str) -> NamedColumn | None:
    """The column of this name in the latest specification that had it."""
    return next((found for one in reversed(earlier) if (found := one.columns(file).get(name)) is not None), None)


def _said(column: NamedColumn) -> str:
    listed = f", list {column.codelist}" if column.codelist else ""
    return f"{column.label} ({column.kind}{listed})"
