"""What an import script is made of: the tables and code lists of a package, and the frame of the script."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corelab.export.columns import Code, Column, Table
from corelab.resources import resource


@dataclass(frozen=True, slots=True)
class Source:
    """``lists``: the code lists that columns of these tables name, by name."""

    facts: Mapping[str, Any]
    tables: tuple[Table, ...]
    lists: Mapping[str, tuple[Code, ...]]

    @property
    def title(self) -> str:
        return f"trial {self.facts['trial']}, transfer {self.facts['transfer']} ({self.facts['kind']})"

    @property
    def named(self) -> tuple[str, ...]:
        """The code lists that a column names, in the order of the codebook."""
        used = {column.codelist for table in self.tables for column in table.columns}
        return tuple(name for name in self.lists if name in used)


def codelist_of(source: Source, column: Column) -> str:
    return column.codelist if column.codelist and column.codelist in source.lists else ""


def filled(name: str, **parts: str) -> str:
    """The frame of a script with its parts put in: ``@TABLES@`` and the like."""
    text = resource("readers", name).read_text(encoding="utf-8")
    for part, value in parts.items():
        text = text.replace(f"@{part}@", value)
    return text
