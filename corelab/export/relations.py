"""Which table of a package names rows of which other: the foreign keys that every reader of it may join by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from corelab.export.columns import Table


@dataclass(frozen=True, slots=True)
class Relation:
    """Every row of ``child`` whose ``fields`` are not all empty has its like in ``parent``, by fields of the same names."""

    child: str
    fields: tuple[str, ...]
    parent: str


_VISIT: Final = ("STUDYID", "USUBJID", "VISITNUM")
_CELL: Final = (*_VISIT, "SIDE", "SEGCD", "TESTCD")
_RECORD: Final = ("RECID",)
_CLIP: Final = ("CLIPID",)
_ALL: Final = (
    *(Relation(child, _VISIT, "subject_visit") for child in ("readings", "results", "adjudications", "endpoints")),
    Relation("results", _RECORD, "readings"),
    Relation("adjudications", _CELL, "results"),
    Relation("adjudications", _RECORD, "readings"),
    *(Relation(child, _RECORD, "readings") for child in ("checks", "viewing", "notes", "evidence", "measurements", "guess")),
    *(Relation(child, _CLIP, "clips") for child in ("readings", "viewing", "evidence", "measurements")),
)


def relations_of(tables: Iterable[Table], child: Table) -> Iterator[Relation]:
    """Those of one table among these, where both have the fields: an earlier specification had fewer."""
    names = {table.name: set(table.names) for table in tables}
    for one in _ALL:
        if one.child == child.name and one.parent in names and set(one.fields) <= names[one.parent] & names[child.name]:
            yield one
