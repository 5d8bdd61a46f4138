"""Tables of words on a sheet that prints well: a title, a head that stands still and repeats on every page, lines between rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from corelab.export.xlsx.styles import CELL, FIRST, HEAD, STRONG, SUBTITLE, TITLE, Style

_A4: Final = 9
_HEAD: Final = 3
"""The line of the head, below the title."""
Heads = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A workbook with its styles. ``foot``: what stands on every page."""

    book: Any
    foot: str
    known: dict[int, Any]

    @classmethod
    def of(cls, book: Any, foot: str) -> "Grid":
        return cls(book, foot, {})

    def style(self, style: Style) -> Any:
        """The same format for the same style."""
        if id(style) not in self.known:
            self.known[id(style)] = self.book.add_format(style)
        return self.known[id(style)]

    def sheet(self, name: str, title: str, said: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer(f"&L&8{self.foot.replace('&', '&&')}&R&8{name}, page &P of &N")
        sheet.set_row(0, 30)
        self.put(sheet, (0, 0), title, TITLE)
        self.put(sheet, (1, 0), said, SUBTITLE)
        return sheet

    def put(self, sheet: Any, at: tuple[int, int], text: str, style: Style) -> None:
        """A text as it is. One in <r> would be taken for markup by the library, so its first letter is told apart."""
        if text.startswith("<r>"):
            sheet.write_rich_string(*at, "<", self.style(STRONG), text[1:], self.style(style))
        else:
            sheet.write_string(*at, text, self.style(style))


def put_table(grid: Grid, name: str, said: str, heads: Heads, rows: Iterable[Sequence[str]], *, parted: bool = False) -> None:
    """A sheet of its own. ``parted``: rows with the same first cell belong together, and can be chosen by the filter."""
    sheet = grid.sheet(name, name, said)
    for at, (head, width) in enumerate(heads):
        sheet.set_column(at, at, width)
        grid.put(sheet, (_HEAD, at), head, HEAD)
    line, before = _HEAD, ""
    for line, row in enumerate(rows, _HEAD + 1):
        for at, text in enumerate(row):
            style = FIRST if row[0] != before else CELL
            grid.put(sheet, (line, at), text, style)
        before = row[0]
    sheet.freeze_panes(_HEAD + 1, 2 if parted else 0)
    sheet.repeat_rows(_HEAD)
    if parted:
        sheet.autofilter(_HEAD, 0, line, len(heads) - 1)
