"""Exams of several versions of one charter in one package: which version names the columns."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from corelab.domain.charter import Charter
from corelab.export.tables import tables_for


class VersionsDifferError(Exception):
    """No version has all columns of the others, or they are versions of different charters; ``versions`` are theirs."""

    def __init__(self, versions: Iterable[str]) -> None:
        self.versions = tuple(versions)
        super().__init__(", ".join(self.versions))


@dataclass(frozen=True, slots=True)
class Versions:
    """The charters of a package by content hash. ``main`` has every column that any of them has; rows name their own version."""

    main: Charter
    by_hash: Mapping[str, Charter]

    @classmethod
    def of(cls, charters: Iterable[Charter]) -> "Versions":
        """The newest of those that have all columns. Raises VersionsDifferError."""
        known = sorted({one.hash: one for one in charters}.values(), key=_number, reverse=True)
        columns = {one.hash: _columns(one) for one in known}
        every = frozenset().union(*columns.values())
        main = next((one for one in known if columns[one.hash] == every), None)
        if main is None or len({one.id for one in known}) > 1:
            raise VersionsDifferError(one.version for one in reversed(known))
        return cls(main, MappingProxyType({one.hash: one for one in known}))

    def under(self, content_hash: str) -> Charter:
        """The version of an exam. Raises LookupError for one that is not in the package."""
        return self.by_hash[content_hash]

    @property
    def all(self) -> tuple[Charter, ...]:
        """The main one first: its words stand where versions differ in words only."""
        return (self.main, *(one for one in self.by_hash.values() if one.hash != self.main.hash))


def _number(charter: Charter) -> tuple[int, ...]:
    return tuple(int(part) for part in charter.version.split("."))


def _columns(charter: Charter) -> frozenset[tuple[str, str]]:
    return frozenset((table.name, column.name) for table in tables_for(charter) for column in table.columns)
