"""What the tables of a package are made of: columns, tables, codes. Everything that a generator of any format needs stands here once."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

XPT_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}", re.ASCII)
"""What a transport file takes as the name of a variable."""
XPT_LABEL = 40
"""How long its labels may be."""


def in_order(version: str) -> tuple[int, ...]:
    """A version of the specification as versions are ordered: 1.10.0 comes after 1.9.0."""
    return tuple(map(int, version.split(".")))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is text, integer, number, date or datetime; ``codelist`` names the list its codes stand in.

    ``short`` is what a transport file calls it where the label is longer than 40 characters.
    """

    name: str
    label: str
    kind: str = "text"
    length: int = 64
    codelist: str | None = None
    key: bool = False
    origin: str = "record"
    since: str = "1.0.0"
    short: str = ""

    @property
    def xpt_label(self) -> str:
        return self.short or self.label


@dataclass(frozen=True, slots=True)
class Table:
    """One file of ``data/``: sorted by its key columns, in this column order."""

    name: str
    title: str
    columns: tuple[Column, ...]
    since: str = "1.0.0"

    @property
    def path(self) -> str:
        return f"data/{self.name}.csv"

    def since_of(self, column: Column) -> str:
        """The first specification that had this column of it."""
        return max(self.since, column.since, key=in_order)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)

    @property
    def xpt_names(self) -> Mapping[str, str]:
        """What each column is called in a transport file: its own name, or a short one that stays the same whatever is added later."""
        found = {name: name for name in self.names if XPT_NAME.fullmatch(name)}
        for name in self.names:
            if name not in found:
                found[name] = _short_name(name, set(found.values()))
        return {name: found[name] for name in self.names}


def _short_name(name: str, taken: set[str]) -> str:
    """Two letters of the name and six of its digest, taken again where somebody has them."""
    said = name
    while True:
        digest = base64.b32encode(hashlib.sha256(said.encode()).digest()).decode("ascii")
        short = f"{name[:2]}{digest[:6]}"
        if short not in taken:
            return short
        said = digest


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list, at its place in it, counted from 1. ``scheme`` and ``value``: the standard code of the same thing.

    ``extended``: the published list that this one follows has no such term; None where it follows none.
    """

    codelist: str
    code: str
    decode: str
    scheme: str = ""
    value: str = ""
    extended: bool | None = None
    order: int = 0
