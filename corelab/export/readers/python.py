"""``import/import.py``: a script for Python alone, with pandas where that is installed."""

from corelab.export.columns import Table
from corelab.export.readers.source import Source, codelist_of, filled


def script(source: Source) -> str:
    facts = source.facts
    names = ", ".join(ascii(facts[name]) for name in ("trial", "transfer", "kind"))
    tables = "".join(_table(source, table) for table in source.tables)
    lists = "".join(_codes(source, name) for name in source.named)
    return filled("import.py.in", TITLE=source.title, NAMES=names, TABLES=f"{{\n{tables}}}", CODELISTS=f"{{\n{lists}}}")


def _table(source: Source, table: Table) -> str:
    columns = "".join(f"        {(one.name, one.label, one.kind, codelist_of(source, one))!a},\n" for one in table.columns)
    return f"    {table.name!a}: (\n        {table.title!a},\n        {table.key!a},\n        (\n{columns}        ),\n    ),\n"


def _codes(source: Source, name: str) -> str:
    codes = "".join(f"        {one.code!a}: {one.decode!a},\n" for one in source.lists[name])
    return f"    {name!a}: {{\n{codes}    }},\n"
