"""What the tables of a package are made of: columns, tables, codes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is text, integer, number, date or datetime; ``codelist`` names the list its codes stand in."""

    name: str
    label: str
    kind: str = "text"
    length: int = 64
    codelist: str | None = None
    key: bool = False
    origin: str = "record"
    since: str = "1.0.0"


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

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.key)


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list."""

    codelist: str
    code: str
    decode: str
