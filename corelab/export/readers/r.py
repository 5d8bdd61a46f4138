"""``import/import.R``: a script for base R."""

from collections.abc import Iterable
from typing import Final

from corelab.export.columns import Column, Table
from corelab.export.readers.source import Source, codelist_of, filled

_DIGITS: Final = 9
"""Every integer of so many digits fits the integers of R, which have 32 bits."""


def script(source: Source) -> str:
    facts = source.facts
    return filled(
        "import.R.in",
        TITLE=source.title,
        TRIAL=_quoted(facts["trial"]),
        TRANSFER=_quoted(facts["transfer"]),
        KIND=_quoted(facts["kind"]),
        CODELISTS=",\n".join(_codes(source, name) for name in source.named),
        TABLES=",\n".join(_table(source, table) for table in source.tables),
    )


def _codes(source: Source, name: str) -> str:
    codes = ",\n".join(f"    {_quoted(one.decode)} = {_quoted(one.code)}" for one in source.lists[name])
    return f"  {_quoted(name)} = c(\n{codes}\n  )"


def _table(source: Source, table: Table) -> str:
    columns = ",\n".join(f"      {_all((one.name, one.label, _kind(one), codelist_of(source, one)))}" for one in table.columns)
    return (
        f"  {_quoted(table.name)} = list(\n    title = {_quoted(table.title)},\n    key = c({_all(table.key)}),\n"
        f"    columns = matrix(c(\n{columns}\n    ), ncol = 4L, byrow = TRUE, dimnames = list(NULL, package_columns))\n  )"
    )


def _kind(column: Column) -> str:
    return "long" if column.kind == "integer" and column.length > _DIGITS else column.kind


def _all(values: Iterable[str]) -> str:
    return ", ".join(map(_quoted, values))


def _quoted(text: str) -> str:
    """A text of R in ASCII, so that it means the same in every locale."""
    inside = "".join(one if one.isascii() and one.isprintable() else f"\\U{{{ord(one):X}}}" for one in text.replace("\\", "\\\\"))
    return '"{}"'.format(inside.replace('"', '\\"'))
