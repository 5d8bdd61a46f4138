"""Printed pages: own embedded font, wrapped text in columns, a footer on every page; the same content gives the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from corelab.resources import resource

TEXT, HEADING = "Corelab-Regular", "Corelab-SemiBold"
_INK, _SECOND, _LINE = HexColor("#14191d"), HexColor("#5b6770"), HexColor("#c9d0d6")
_SIZE, _LEADING, _MARGIN, _FOOT = 8.5, 11.5, 42.0, 58.0
_GAP = 8.0
_TOTAL = "total"
"""A form drawn on every page and filled at the end, when the number of pages is known."""


@cache
def fonts() -> tuple[str, str]:
    """Makes the fonts known; their names."""
    for name, file in ((TEXT, "Inter-Regular.ttf"), (HEADING, "Inter-SemiBold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(resource("fonts", "print", file))))
    return TEXT, HEADING


@dataclass(frozen=True, slots=True)
class Foot:
    """What stands at the foot of every page beside its number: what is printed, and below it what it can be checked by."""

    left: str
    below: str


Column = tuple[str, float]
"""A title, and its share of the page's width."""


class Pages:
    """Writes from top to bottom; a new page begins by itself and repeats the titles of a table's columns.

    ``badge`` (DEMO, TRAINING) stands in the head of every page.
    """

    def __init__(self, foot: Foot, *, title: str, badge: str = "", wide: bool = False) -> None:
        fonts()
        self._size = landscape(A4) if wide else A4
        self._foot, self._badge, self._number = foot, badge, 0
        self._made = BytesIO()
        self._canvas = Canvas(self._made, pagesize=self._size, invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setCreator("Corelab")
        self._titles: tuple[Column, ...] = ()
        self._y = 0.0
        self._waiting: list[int] = []
        self._begin()

    @property
    def _width(self) -> float:
        return float(self._size[0]) - 2 * _MARGIN

    # ------------------------------------------------------------ what is written

    def heading(self, words: str, size: float = 11.0) -> None:
        """A heading stays on the page of what follows."""
        lines = wrapped(words, HEADING, self._width * _SIZE / size)
        self._need(len(lines) * (size + 4) + 3 * _LEADING)
        self._y -= 2
        for line in lines:
            self._y -= size + 4
            self._line(line, _MARGIN, HEADING, size)
        self._y -= 4

    def words(self, words: str, *, second: bool = False) -> None:
        for line in wrapped(words, TEXT, self._width):
            self._need(_LEADING)
            self._y -= _LEADING
            self._line(line, _MARGIN, TEXT, _SIZE, second=second)

    def entry(self, words: str, *, second: bool = False, mark: str = "\u2022") -> None:
        """An entry of a list, set in behind its mark."""
        indent = 15.0
        for number, line in enumerate(wrapped(words, TEXT, self._width - indent)):
            self._need(_LEADING)
            self._y -= _LEADING
            if number == 0 and mark:
                self._line(mark, _MARGIN, TEXT, _SIZE, second=second)
            self._line(line, _MARGIN + indent, TEXT, _SIZE, second=second)

    def keep(self, lines: int) -> None:
        """Begins a new page where so many lines no longer fit on this one."""
        self._need(lines * _LEADING)

    def new_page(self) -> None:
        self._end_page()
        self._begin()

    def signature(self, role: str, fields: Sequence[Column]) -> None:
        """Lines to sign on, each with what belongs on it below; all on one page."""
        self._need(62)
        self._y -= 16
        self._line(role, _MARGIN, HEADING, _SIZE)
        self._y -= 30
        x = _MARGIN
        for name, share in fields:
            width = self._width * share
            self._canvas.setStrokeColor(_SECOND)
            self._canvas.setLineWidth(0.6)
            self._canvas.line(x, self._y, x + width - _GAP, self._y)
            self._canvas.setFont(TEXT, 7.5)
            self._canvas.setFillColor(_SECOND)
            self._canvas.drawString(x, self._y - 10, name)
            x += width
        self._y -= 14

    def fact(self, name: str, value: str) -> None:
        """A name and its value beside it."""
        self._cells((name, value), (("", 0.22), ("", 0.78)), ruled=False, first=HEADING)

    def table(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        self._titles = tuple(columns)
        self._need(4 * _LEADING)
        self._head_of_table()
        for row in rows:
            self._cells(row, self._titles)
        self._titles = ()
        self._y -= 6

    def gap(self) -> None:
        self._y -= 10

    def finished(self) -> bytes:
        """The document. Page numbers say how many there are."""
        self._end_page()
        self._canvas.beginForm(_TOTAL)
        self._canvas.setFont(TEXT, 7.5)
        self._canvas.setFillColor(_SECOND)
        self._canvas.drawString(0, 0, f"of {self._number}")
        self._canvas.endForm()
        self._canvas.save()
        return self._made.getvalue()

    # ------------------------------------------------------------ how

    def _cells(self, texts: Sequence[str], columns: Sequence[Column], *, ruled: bool = True, first: str = TEXT) -> None:
        cells = [wrapped(text, TEXT, self._width * share - _GAP) for text, (_title, share) in zip(texts, columns, strict=True)]
        height = max(len(lines) for lines in cells)
        if height * _LEADING < self._size[1] / 2:  # a longer row may go on over the page
            self._need(height * _LEADING + 3)
        at = 0
        while at < height:
            self._need(_LEADING + 3)
            room = max(1, int((self._y - _FOOT - 3) / _LEADING))
            part = [lines[at : at + room] for lines in cells]
            self._part(part, columns, first)
            at += room
        if ruled:
            self._y -= 3
            self._canvas.setStrokeColor(_LINE)
            self._canvas.setLineWidth(0.4)
            self._canvas.line(_MARGIN, self._y, self._size[0] - _MARGIN, self._y)

    def _part(self, part: Sequence[Sequence[str]], columns: Sequence[Column], first: str) -> None:
        x, top = _MARGIN, self._y
        for number, (lines, (_title, share)) in enumerate(zip(part, columns, strict=True)):
            self._y = top
            for line in lines:
                self._y -= _LEADING
                self._line(line, x, first if number == 0 else TEXT, _SIZE)
            x += self._width * share
        self._y = top - _LEADING * max(len(lines) for lines in part)

    def _line(self, words: str, x: float, font: str, size: float, *, second: bool = False) -> None:
        self._canvas.setFont(font, size)
        self._canvas.setFillColor(_SECOND if second else _INK)
        self._canvas.drawString(x, self._y, words)

    def _head_of_table(self) -> None:
        x = _MARGIN
        self._y -= _LEADING
        for title, share in self._titles:
            self._line(title, x, HEADING, _SIZE - 0.5, second=True)
            x += self._width * share
        self._y -= 4
        self._canvas.setStrokeColor(_SECOND)
        self._canvas.setLineWidth(0.8)
        self._canvas.line(_MARGIN, self._y, self._size[0] - _MARGIN, self._y)

    def _need(self, height: float) -> None:
        if self._y - height < _FOOT:
            self._end_page()
            self._begin()
            if self._titles:
                self._head_of_table()

    def _begin(self) -> None:
        self._number += 1
        self._y = self._size[1] - _MARGIN
        if self._badge:
            self._canvas.setFont(HEADING, 9)
            self._canvas.setFillColor(HexColor("#9a6a00"))
            self._canvas.drawRightString(self._size[0] - _MARGIN, self._size[1] - _MARGIN + 8, self._badge)

    def _end_page(self) -> None:
        self._canvas.setStrokeColor(_LINE)
        self._canvas.setLineWidth(0.4)
        self._canvas.line(_MARGIN, 44, self._size[0] - _MARGIN, 44)
        self._canvas.setFont(TEXT, 7.5)
        self._canvas.setFillColor(_SECOND)
        self._canvas.drawString(_MARGIN, 32, self._foot.left)
        self._canvas.drawString(_MARGIN, 21, self._foot.below)
        self._canvas.drawRightString(self._size[0] - _MARGIN - 32, 32, f"Page {self._number}")
        self._canvas.saveState()
        self._canvas.translate(self._size[0] - _MARGIN - 29, 32)
        self._canvas.doForm(_TOTAL)
        self._canvas.restoreState()
        self._canvas.showPage()


LONGEST_TEXT: Final = 20_000


@lru_cache(maxsize=8192)
def wrapped(text: str, font: str, width: float, size: float = _SIZE) -> tuple[str, ...]:
    """Lines that fit; a word that is longer than a line is cut."""
    lines: list[str] = []
    for paragraph in _plain(text).split("\n"):
        line = ""
        for word in paragraph.split(" "):
            for piece in _pieces(word, font, width, size):
                joined = f"{line} {piece}" if line else piece
                if line and pdfmetrics.stringWidth(joined, font, size) > width:
                    lines.append(line)
                    line = piece
                else:
                    line = joined
        lines.append(line)
    return tuple(lines)


def _pieces(word: str, font: str, width: float, size: float) -> list[str]:
    pieces, rest = [], word
    while rest and pdfmetrics.stringWidth(rest, font, size) > width:
        fits = next(n for n in range(len(rest), 0, -1) if n == 1 or pdfmetrics.stringWidth(rest[:n], font, size) <= width)
        pieces.append(rest[:fits])
        rest = rest[fits:]
    return [*pieces, rest]


def _plain(text: str) -> str:
    """No control characters; very long texts end in dots."""
    clean = "".join(each if each == "\n" or each.isprintable() else " " for each in text)
    return clean if len(clean) <= LONGEST_TEXT else f"{clean[:LONGEST_TEXT]}..."
