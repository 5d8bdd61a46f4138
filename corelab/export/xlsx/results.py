"""``xlsx/results.xlsx``: every table of a package as a sheet, for people who look; what is exact are the files of ``data/``."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from corelab.export.columns import Column
from corelab.export.writers import Row
from corelab.export.written import Written
from corelab.export.xlsx.about import write_about
from corelab.export.xlsx.archive import Members, members_of, write_book
from corelab.export.xlsx.cells import DIGITS, PATH, decimals_of, is_executed, text_xml
from corelab.export.xlsx.look import Look, left_out, look_at
from corelab.export.xlsx.styles import HEAD, KEY, NOTICE

_SHEET: Final = re.compile(r"xl/worksheets/sheet(\d+)\.xml")
_ROW: Final = re.compile(rb"<row [^>]*>.*?</row>", re.DOTALL)
_PIECE: Final = 400
_KNOWN: Final = 8192
"""Values of a column that are kept as XML."""
_OF_A_CELL: Final = 60
"""Characters of XML around a value, at most."""


def write(package: Written, into: Path) -> None:
    """The library writes sheets, styles and heads; the rows are put between as a stream, which takes a tenth of its time."""
    looks = tuple(look_at(package, table) for table in package.tables)
    created = datetime.fromisoformat(package.facts["cutoff"]["at"])
    title = f"{package.facts['trial']} {package.facts['transfer']}"
    members = members_of(partial(_fill, package, looks), created, title=title, author=package.facts["product"])
    write_book(into / PATH, _parts(package, looks, members))


def _fill(package: Written, looks: tuple[Look, ...], book: Any) -> None:
    write_about(book, package, looks)
    head, key, notice = (book.add_format(style) for style in (HEAD, KEY, NOTICE))
    samples = [
        book.add_format({"num_format": "@", "quote_prefix": True}),
        *(book.add_format({"num_format": "0" if n == 0 else f"0.{'0' * n}"}) for n in range(DIGITS + 1)),
    ]
    for look in looks:
        sheet = book.add_worksheet(look.table.name)
        for at, (column, width) in enumerate(zip(look.table.columns, look.widths, strict=True)):
            sheet.write_string(0, at, column.name, key if column.key else head)
            sheet.set_column(at, at, width)
        if look.shown < look.rows:
            sheet.write_string(0, len(look.table.columns), left_out(look.table.name, look.rows), notice)
        for at, sample in enumerate(samples):
            sheet.write_blank(1, at, None, sample)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(look.shown, 1), len(look.table.columns) - 1)


def _parts(package: Written, looks: tuple[Look, ...], members: Members) -> Iterator[tuple[str, Iterator[bytes], int]]:
    for name, data in members.items():
        found = _SHEET.fullmatch(name)
        if found is None or found[1] == "1":
            yield name, iter((data,)), len(data)
        else:
            look = looks[int(found[1]) - 2]
            yield name, _sheet(package, look, data), look.size + look.rows * len(look.longest) * _OF_A_CELL


def _sheet(package: Written, look: Look, frame: bytes) -> Iterator[bytes]:
    """The sheet as the library wrote it, with the table's rows instead of the row of samples."""
    before, _, rest = frame.partition(b"<sheetData>")
    inside, _, behind = rest.partition(b"</sheetData>")
    head, samples = _ROW.findall(inside)
    last = f"{_letters(len(look.longest) - 1)}{look.shown + 1}"
    yield re.sub(rb'<dimension ref="[^"]*"/>', f'<dimension ref="A1:{last}"/>'.encode(), before) + b"<sheetData>" + head
    styles = [int(one) for one in re.findall(rb' s="(\d+)"', samples)]
    lines = _lines(look, package.rows(look.table.name), styles[0], styles[1:])
    while piece := "".join(islice(lines, _PIECE)):
        yield piece.encode()
    yield b"</sheetData>" + behind


def _lines(look: Look, rows: Iterator[Row], as_text: int, as_number: list[int]) -> Iterator[str]:
    """Values of a column repeat: what stands behind the place of a cell is made once for each of them."""
    columns = [
        (f'<c r="{_letters(at)}', lru_cache(maxsize=_KNOWN)(partial(_behind_place, column, as_text, as_number)))
        for at, column in enumerate(look.table.columns)
    ]
    for number, row in enumerate(islice(rows, look.shown), 2):
        cells = [f"{opens}{number}{behind(value)}" for (opens, behind), value in zip(columns, row.values(), strict=True) if value]
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _behind_place(column: Column, as_text: int, as_number: list[int], value: str) -> str:
    decimals = decimals_of(column, value)
    if decimals is not None:
        return f'" s="{as_number[decimals]}"><v>{value}</v></c>'
    style = f' s="{as_text}"' if is_executed(value) else ""
    return f'"{style} t="inlineStr">{text_xml(value)}</c>'


def _letters(at: int) -> str:
    """The name of a column, counted from 0: A, Z, AA."""
    name = ""
    while at >= 0:
        name, at = chr(ord("A") + at % 26) + name, at // 26 - 1
    return name
