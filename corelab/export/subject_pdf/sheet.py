"""Pages from top to bottom: what stands on each of them, where the next line goes, and how text is set."""

import hashlib
import re
from io import BytesIO
from typing import Final

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from corelab.export.print_page import HEADING, TEXT, fonts, wrapped
from corelab.export.subject_pdf import look
from corelab.export.subject_pdf.content import Package

MARGIN: Final = 42.0
WIDTH: Final = A4[0] - 2 * MARGIN
_TOP, _FOOT = A4[1] - 56.0, 58.0
_ID = re.compile(rb"/ID\s*\[<([0-9a-f]{32})><\1>\]")
_TOTAL: Final = "total"
"""A form drawn on every page and filled at the end, when the number of pages is known."""


class Sheet:
    """``y`` is the base line last written; it falls. A page is begun by ``need`` where so much does not fit."""

    def __init__(self, package: Package, subject: str) -> None:
        fonts()
        self._package, self._subject = package, subject
        self._made, self._number = BytesIO(), 0
        self.canvas = Canvas(self._made, pagesize=A4, invariant=1, pageCompression=1, lang="en")
        self.canvas.setTitle(f"Subject {subject}, trial {package.trial}, transfer {package.transfer}")
        self.canvas.setSubject(package.name)
        self.canvas.setCreator("Corelab")
        self.canvas.setAuthor(package.product)
        stamp = "".join(each for each in package.at[:19] if each.isdigit())
        self.canvas.setDateFormatter(lambda *_now: f"D:{stamp}+00'00'")
        self.y = 0.0
        self._fill: Color | None = None
        self._begin()

    # ------------------------------------------------------------ where

    def need(self, height: float) -> bool:
        """Whether a new page was begun, because so much did not fit on this one."""
        if self.y - height >= _FOOT:
            return False
        self.new_page()
        return True

    @property
    def room(self) -> float:
        """What is left of this page."""
        return self.y - _FOOT

    def new_page(self) -> None:
        self._end()
        self._begin()

    def finished(self) -> bytes:
        """The document. Page numbers say how many there are."""
        self._end()
        self.canvas.beginForm(_TOTAL)
        self.canvas.setFont(TEXT, look.SMALL)
        self.canvas.setFillColor(look.SECOND)
        self.canvas.drawString(0, 0, f"of {self._number}")
        self.canvas.endForm()
        self.canvas.save()
        return _named(self._made.getvalue())

    # ------------------------------------------------------------ what

    def text(self, x: float, y: float, words: str, size: float = look.BODY, colour: Color = look.INK, *, strong: bool = False) -> None:
        self.canvas.setFont(HEADING if strong else TEXT, size)
        self.fill(colour)
        self.canvas.drawString(x, y, words)

    def fill(self, colour: Color) -> None:
        """The colour of letters and areas from here on; said once while it stays the same, since most of a page is text."""
        if colour is not self._fill:
            self.canvas.setFillColor(colour)
            self._fill = colour

    def right(self, x: float, y: float, words: str, size: float = look.BODY, colour: Color = look.INK, *, strong: bool = False) -> None:
        self.text(x - width_of(words, size, strong=strong), y, words, size, colour, strong=strong)

    def rule(self, y: float, colour: Color = look.LINE, width: float = 0.5, *, x: float = MARGIN, wide: float = WIDTH) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.setDash()
        self.canvas.line(x, y, x + wide, y)

    def band(self, x: float, y: float, wide: float, high: float, colour: Color) -> None:
        """A filled box whose lower left corner is there."""
        self.fill(colour)
        self.canvas.rect(x, y, wide, high, stroke=0, fill=1)

    def heading(self, words: str, *, size: float = 9.6, follows: float = 40.0, before: float = 16.0) -> None:
        """It stays on the page of what follows."""
        if not self.need(before + size + follows):
            self.y -= before
        self.y -= size
        self.text(MARGIN, self.y, words, size, strong=True)
        self.y -= 5

    def paragraph(self, words: str, *, size: float = look.BODY) -> None:
        for line in wrapped(words, TEXT, WIDTH, size):
            self.need(size + 3)
            self.y -= size + 2.4
            self.text(MARGIN, self.y, line, size, look.SECOND)

    # ------------------------------------------------------------ every page

    def _begin(self) -> None:
        self._number += 1
        self._fill = None
        package = self._package
        if package.badge:
            self._across(package.badge)
        self.text(MARGIN, A4[1] - 36, f"Trial {package.trial}   \u00b7   Subject {self._subject}", look.BODY, look.SECOND, strong=True)
        told = f"Transfer {package.transfer}, {package.kind}"
        self.right(MARGIN + WIDTH, A4[1] - 36, told, look.BODY, look.BADGE if package.badge else look.SECOND, strong=True)
        self.rule(A4[1] - 42, look.LINE, 0.5)
        self.y = _TOP

    def _across(self, badge: str) -> None:
        """The kind of a package that is no transfer of record, across the whole page, under everything else."""
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(A4[0] / 2, A4[1] / 2)
        canvas.rotate(56)
        canvas.setFont(HEADING, 190)
        canvas.setFillColor(look.ACROSS)
        canvas.drawCentredString(0, -66, badge)
        canvas.restoreState()

    def _end(self) -> None:
        self.rule(46, look.LINE, 0.5)
        self.text(MARGIN, 35, self._package.name, look.SMALL, look.SECOND)
        self.text(MARGIN, 26, f"Head of the chain {self._package.head_short}", look.SMALL, look.SECOND)
        edge = MARGIN + WIDTH - width_of("of 0000", look.SMALL)
        self.right(edge - 2, 35, f"Page {self._number}", look.SMALL, look.SECOND)
        self.canvas.saveState()
        self.canvas.translate(edge, 35)
        self.canvas.doForm(_TOTAL)
        self.canvas.restoreState()
        self.canvas.showPage()


def _named(data: bytes) -> bytes:
    """With an id that follows from the content alone: that of the library also rests on a variable of the environment."""
    found = _ID.search(data)
    if found is None:
        return data
    own = hashlib.sha256(data[: found.start()]).hexdigest()[:32].encode()
    return data[: found.start()] + found[0].replace(found[1], own) + data[found.end() :]


def width_of(words: str, size: float, *, strong: bool = False) -> float:
    return float(pdfmetrics.stringWidth(words, HEADING if strong else TEXT, size))


def fitted(words: str, wide: float, size: float, *, strong: bool = False) -> float:
    """The size at which the words fit: a long number is never cut, it is set smaller."""
    return min(size, size * wide / max(width_of(words, size, strong=strong), 1.0))


def shortened(words: str, wide: float, size: float) -> str:
    """As much of the words as fits, ending in dots where there are more: they stand in full elsewhere."""
    if width_of(words, size) <= wide:
        return words
    kept = next((n for n in range(len(words) - 1, 0, -1) if width_of(f"{words[:n].rstrip()}\u2026", size) <= wide), 0)
    return f"{words[:kept].rstrip()}\u2026" if kept else ""
