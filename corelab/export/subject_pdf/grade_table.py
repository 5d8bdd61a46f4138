"""The table of one visit: every segment and question with both readings, the adjudicator and the result."""

from collections.abc import Sequence
from typing import Final

from corelab.export.print_page import HEADING, TEXT, wrapped
from corelab.export.subject_pdf import look
from corelab.export.subject_pdf.content import Line, Segment
from corelab.export.subject_pdf.sheet import MARGIN, WIDTH, Sheet

_TITLES: Final = ("Segment", "Question", "Reader 1", "Reader 2", "Adjudicator", "Result", "Source")
_WIDTHS: Final = (76.0, 81.0, 82.0, 82.0, 66.0, 74.0, 50.0)
_SIZE: Final = 7.2
_HIGH: Final = 9.0
_PAD: Final = 2.4
_ADJUDICATED: Final = "\u25c6 "
_KEY: Final = (
    "Shaded: the two readings differ.  \u25c6 adjudicated.  \u2190 changed: before the arrow the answer that stands, behind it that of an "
    "earlier signed revision.  Reference 1: the result is that of reading 1, drawn before anyone read.  "
    "NE not evaluable, NI not imaged, NA not applicable."
)


def grade_table(sheet: Sheet, segments: Sequence[Segment]) -> None:
    sheet.heading("Grades", follows=70)
    _head(sheet)
    for segment in segments:
        _segment(sheet, segment)
    sheet.paragraph(_KEY, size=look.SMALL)


def _head(sheet: Sheet) -> None:
    sheet.y -= _HIGH
    for x, title in zip(_places(), _TITLES, strict=True):
        sheet.text(x, sheet.y, title, look.SMALL, look.SECOND, strong=True)
    sheet.y -= 3.4
    sheet.rule(sheet.y, look.SECOND, 0.7)


def _places() -> tuple[float, ...]:
    return tuple(MARGIN + sum(_WIDTHS[:number]) for number in range(len(_WIDTHS)))


def _segment(sheet: Sheet, segment: Segment) -> None:
    """The lines of a segment stay together where they fit on one page; its name stands again after a break."""
    rows = [_wrapped_row(line) for line in segment.lines]
    whole = sum(_high(row) for row in rows)
    if whole < 260 and sheet.need(max(whole, _name_high(segment))):
        _head(sheet)
    top = sheet.y
    _name(sheet, segment)
    for line, row in zip(segment.lines, rows, strict=True):
        if sheet.need(_high(row)):
            _head(sheet)
            top = sheet.y
            _name(sheet, segment)
        _row(sheet, line, row)
    sheet.y = min(sheet.y, top - _name_high(segment))
    sheet.rule(sheet.y, look.LINE, 0.5)


def _name_lines(segment: Segment) -> tuple[str, ...]:
    return wrapped(segment.name, HEADING, _WIDTHS[0] - 6, _SIZE)


def _name_high(segment: Segment) -> float:
    return (len(_name_lines(segment)) + bool(segment.code)) * _HIGH + _PAD


def _name(sheet: Sheet, segment: Segment) -> None:
    y = sheet.y
    for line in _name_lines(segment):
        y -= _HIGH
        sheet.text(MARGIN, y, line, _SIZE, strong=True)
    if segment.code:
        sheet.text(MARGIN, y - _HIGH + 0.6, segment.code, look.SMALL, look.SECOND)


def _wrapped_row(line: Line) -> tuple[tuple[str, ...], ...]:
    result = (_ADJUDICATED if line.adjudicated else "") + line.result
    words = (line.item, line.one, line.two, line.adjudicator, result, line.basis)
    return tuple(
        wrapped(each, HEADING if title == "Result" else TEXT, wide - 5, _SIZE)
        for each, wide, title in zip(words, _WIDTHS[1:], _TITLES[1:], strict=True)
    )


def _high(row: Sequence[Sequence[str]]) -> float:
    return max(len(cell) for cell in row) * _HIGH + _PAD


def _row(sheet: Sheet, line: Line, row: Sequence[Sequence[str]]) -> None:
    places, high = _places()[1:], _high(row)
    if line.differs:
        sheet.band(places[0] - 3, sheet.y - high + 0.3, WIDTH - _WIDTHS[0] + 3, high - 0.5, look.DIFFERS)
    for x, cell, title in zip(places, row, _TITLES[1:], strict=True):
        for number, words in enumerate(cell, 1):
            colour = look.SECOND if title in {"Question", "Source"} else look.INK
            sheet.text(x, sheet.y - number * _HIGH, words, _SIZE, colour, strong=title == "Result")
    sheet.y -= high
    sheet.rule(sheet.y, look.HAIR, 0.4, x=places[0] - 3, wide=WIDTH - _WIDTHS[0] + 3)
