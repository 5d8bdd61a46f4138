"""``import/import.sas``: a script for SAS 9.4, as statements that anyone can read before running them."""

from collections.abc import Iterable
from typing import Final

from corelab.export.columns import Column, Table
from corelab.export.readers.source import Source, codelist_of, filled

_LONGEST: Final = 32_767
"""Bytes of a character variable."""
_OF_A_CHARACTER: Final = 4
"""Bytes that a character of UTF-8 can take."""
_FREE: Final = "free text"
_INFORMATS: Final = {"integer": "best32.", "number": "best32.", "date": "yymmdd10.", "datetime": "e8601dz32."}
_FORMATS: Final = {"integer": "best16.", "number": "best16.", "date": "yymmdd10.", "datetime": "e8601dz24.3"}
_FOLDED: Final = """/* A line break in quotes would end the line for SAS: it is a vertical tab on the way, and a line break in the end. */
filename folded temp;
data _null_;
  infile "&package/{path}" recfm=n;
  file folded recfm=n;
  retain quoted 0;
  input byte $char1. @@;
  if byte = '"' then quoted = not quoted;
  if quoted and byte = '0A'x then byte = '0B'x;
  put byte $char1. @@;
run;
"""


def script(source: Source) -> str:
    formats = "\n".join(_format(source, name) for name in source.named)
    tables = "\n".join(_table(source, table) for table in source.tables)
    return filled("import.sas.in", TITLE=source.title.replace("*/", "* /"), FORMATS=formats, TABLES=tables)


def _format(source: Source, name: str) -> str:
    codes = "\n".join(f"    {_quoted(one.code)} = {_quoted(one.decode)}" for one in source.lists[name])
    return f"  value {_format_name(name)}\n{codes};"


def _format_name(name: str) -> str:
    """The name of a format may not end with a digit."""
    return f"${name}_"


def _table(source: Source, table: Table) -> str:
    free = [one for one in table.columns if one.kind == _FREE]
    columns, before = table.columns, _FOLDED.format(path=table.path) if free else ""
    statements = (
        f"  infile {'folded' if free else _path(table)} dsd dlm=',' firstobs=2 missover lrecl=1048576 encoding='utf-8' termstr=lf;",
        _statement("length", ((one.name, _length(one)) for one in columns)),
        _statement("informat", ((one.name, _informat(one)) for one in columns)),
        _statement("format", ((one.name, _shown(source, one)) for one in columns)),
        _statement("label", ((one.name, f"= {_quoted(one.label)}") for one in columns)),
        _statement("input", ((one.name, " ") for one in columns)),
        *(f"  {one.name} = translate({one.name}, '0A'x, '0B'x);" for one in free),
    )
    title = f"/* {table.title.replace('*/', '* /')} */\n"
    head = f"data &library..{table.name} (label={_quoted(table.title)});\n"
    return f"{title}{before}{head}{chr(10).join(one for one in statements if one)}\nrun;\n"


def _path(table: Table) -> str:
    return f'"&package/{table.path}"'


def _statement(word: str, of: Iterable[tuple[str, str]]) -> str:
    """One line for each variable that has something to state; no statement where none has."""
    lines = [f"    {name} {said}".rstrip() for name, said in of if said]
    return f"  {word}\n{chr(10).join(lines)};" if lines else ""


def _length(column: Column) -> str:
    """Bytes: codes and keys are ASCII, other texts may hold any character."""
    if column.kind in _INFORMATS:
        return "8"
    wide = column.length if column.codelist or column.key else column.length * _OF_A_CHARACTER
    return f"${min(wide, _LONGEST)}"


def _informat(column: Column) -> str:
    """Free text keeps the spaces that it begins with."""
    return f"$char{_length(column)[1:]}." if column.kind == _FREE else _INFORMATS.get(column.kind, "")


def _shown(source: Source, column: Column) -> str:
    coded = codelist_of(source, column)
    return f"{_format_name(coded)}." if coded else _FORMATS.get(column.kind, "")


def _quoted(text: str) -> str:
    """In single quotes: nothing in it is taken for a macro."""
    return "'{}'".format(text.replace("'", "''"))
