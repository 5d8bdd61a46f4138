"""Prints the matrix of Part 11 as PDF: python packaging/part11/printed.py MATRIX.csv OUT.pdf."""

import csv
import sys
from collections import Counter
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

Row = dict[str, str]

FONTS = Path(__file__).parents[2] / "resources" / "fonts" / "print"
TITLE = "Requirement, test, result"
PREFACE = (
    "Corelab is designed to support 21 CFR Part 11, EU Annex 11 and ICH E6(R3); whether a laboratory complies depends on its procedures. "
    "Kind S: the software must do it. P: a procedure of the laboratory, which the software supports. S+P: both. "
    "Clause numbers are to be compared with the current texts before this table is used in a validation file."
)
WIDTHS = [17 * mm, 13 * mm, 88 * mm, 34 * mm, 98 * mm, 18 * mm]
MARGIN = 14 * mm


def main(matrix: Path, out: Path) -> None:
    """Write the PDF of one matrix."""
    with matrix.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    pdfmetrics.registerFont(TTFont("Inter", FONTS / "Inter-Regular.ttf"))
    pdfmetrics.registerFont(TTFont("Inter-SemiBold", FONTS / "Inter-SemiBold.ttf"))
    page = landscape(A4)
    document = SimpleDocTemplate(
        str(out), pagesize=page, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN, title=TITLE, author="corelab"
    )
    document.build(_story(rows), onFirstPage=_foot, onLaterPages=_foot)


def _story(rows: list[Row]) -> list[Flowable]:
    counted = Counter(row["result"] for row in rows)
    told = ", ".join(f"{count} {result}" for result, count in sorted(counted.items()))
    ran_on = ", ".join(f"{name} {rows[0][name]}" for name in ("product", "commit", "system", "python", "sqlite", "postgresql"))
    story: list[Flowable] = [_text(TITLE, 16, bold=True), _text(PREFACE), _text(ran_on), _text(f"Tests by result: {told}.", bold=True)]
    for area, of_area in groupby(rows, key=lambda row: row["area"]):
        story += [CondPageBreak(40 * mm), Spacer(1, 5 * mm), _text(area, 11, bold=True), _table(list(of_area))]
    return story


def _table(rows: list[Row]) -> Table:
    cells: list[list[Any]] = [[_text(words, bold=True) for words in ("Id", "Kind", "Statement", "Source", "Test", "Result")]]
    for _, of_one in groupby(rows, key=lambda row: row["requirement"]):
        cells += [_line(row, first=n == 0) for n, row in enumerate(_tests(list(of_one)))]
    rules = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.25, colors.HexColor("#b8c2ca")),
        ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#e8edf0")),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    return Table(cells, colWidths=WIDTHS, repeatRows=1, style=TableStyle(rules))


def _tests(rows: list[Row]) -> list[Row]:
    """One row for each test: its cases are told by number, and by name where they did not pass. The CSV has every one."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        name = row["test"].partition("[")[0] if row["result"] == "passed" else row["test"]
        found.setdefault((name, row["result"]), []).append(row)
    return [{**same[0], "test": name if len(same) == 1 else f"{name} ({len(same)} cases)"} for (name, _), same in found.items()]


def _line(row: Row, *, first: bool) -> list[Any]:
    about = [row["requirement"], row["kind"], row["statement"], row["source"]] if first else [""] * 4
    words = row["test"].rpartition("::")[2].replace("_", " ") or "-"
    return [*(_text(each) for each in about), _text(words), _text(row["result"], bold=row["result"] != "passed")]


def _text(words: str, size: float = 7.5, *, bold: bool = False) -> Paragraph:
    font = "Inter-SemiBold" if bold else "Inter"
    return Paragraph(escape(words), _style(font, size))


def _style(font: str, size: float) -> ParagraphStyle:
    return ParagraphStyle(font, fontName=font, fontSize=size, leading=size * 1.3, spaceAfter=size * 0.3)


def _foot(canvas: Any, document: Any) -> None:
    canvas.setFont("Inter", 7)
    canvas.drawRightString(document.pagesize[0] - MARGIN, 8 * mm, f"Page {document.page}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
