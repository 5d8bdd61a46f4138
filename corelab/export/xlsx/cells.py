"""Cells of a table as a spreadsheet keeps them: numbers where the text comes back digit by digit, all else as the text that it is."""

import re
from html import escape
from typing import Final

from corelab.export.columns import Column
from corelab.export.written import PartRefusedError

PATH: Final = "xlsx/results.xlsx"
MOST_CHARACTERS: Final = 32_767
"""Of one cell, in UTF-16 units: the program would cut a longer one when it opens the file."""
DIGITS: Final = 15
"""A spreadsheet keeps numbers in binary: more digits would not come back."""
NUMBERS: Final = frozenset({"integer", "number"})
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(\d+))?")
_EXECUTED: Final = re.compile("[\\s\ufeff\u200b]*[=+@\\-\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_LITERAL: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def is_executed(value: str) -> bool:
    """Whether a spreadsheet would take this text for a formula when someone edits the cell, or saves and opens it as CSV."""
    return _EXECUTED.match(value) is not None


def decimals_of(column: Column, value: str) -> int | None:
    """How many decimals a number has; None for what stays text: another kind of column, or a text that would not come back exactly."""
    found = _NUMBER.fullmatch(value) if column.kind in NUMBERS else None
    if found is None or len(re.sub(r"\D", "", value).lstrip("0")) > DIGITS or (value.startswith("-") and not value.strip("-0.")):
        return None
    return len(found[1] or "")


def text_xml(value: str) -> str:
    """The inside of an inline text. Raises PartRefusedError for a text that no cell can hold."""
    if len(value.encode("utf-16-le")) // 2 > MOST_CHARACTERS:
        raise PartRefusedError(PATH, f"a text of {len(value)} characters is longer than a cell of a spreadsheet")
    written = _NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", _LITERAL.sub("_x005F_", value))
    return f'<is><t xml:space="preserve">{escape(written, quote=False)}</t></is>'
