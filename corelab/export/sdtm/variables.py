"""What the SDTM datasets are made of: variables with label, type, length, origin, code list. Files, Define-XML and checks follow."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

LONGEST = 200
"""Bytes of a text in a transport file of version 5; longer ones are refused, never cut."""


class Kind(Enum):
    """By the names of Define-XML."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DATE = "date"

    @property
    def is_number(self) -> bool:
        return self in {Kind.INTEGER, Kind.FLOAT}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from, by the words of Define-XML 2.1."""

    type: str
    source: str


COLLECTED, ASSIGNED, DERIVED = Origin("Collected", "Vendor"), Origin("Assigned", "Vendor"), Origin("Derived", "Vendor")
OF_SPONSOR, PLANNED, NOT_THERE = Origin("Assigned", "Sponsor"), Origin("Protocol", "Sponsor"), Origin("Not Available", "Vendor")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; or what a variable is for one test or qualifier, and then ``name`` is that of the test or qualifier.

    ``key``: its place in the key, from 1; 0 for none. ``codelist``: id of a list of lists.py. ``method``, ``comment``: ids of words.py.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    length: int = 8
    origin: Origin = ASSIGNED
    codelist: str = ""
    key: int = 0
    required: bool = False
    decimals: int = 0
    method: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ByValue:
    """A variable that is another thing for each value of ``by``: a result for each test."""

    by: str
    variables: tuple[Variable, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset; ``kind`` is its class by SDTM."""

    name: str
    label: str
    structure: str
    kind: str
    variables: tuple[Variable, ...]
    values: Mapping[str, ByValue] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(variable.name for variable in self.variables)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(one.name for one in sorted(self.variables, key=lambda one: one.key) if one.key)

    @property
    def lists(self) -> frozenset[str]:
        """The ids of the code lists that it uses."""
        inner = (one for values in self.values.values() for one in values.variables)
        return frozenset(one.codelist for one in (*self.variables, *inner) if one.codelist)
