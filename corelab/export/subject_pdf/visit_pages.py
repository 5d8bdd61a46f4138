"""The pages of one visit: map and completeness, every grade, what was derived, the frames, who signed."""

from collections.abc import Callable
from dataclasses import replace

from corelab.domain.values import counted
from corelab.domain.vocabulary import Sha256
from corelab.export.subject_pdf import look
from corelab.export.subject_pdf.content import Endpoint, SubjectReport, VisitReport
from corelab.export.subject_pdf.first_page import endpoint_value, facts
from corelab.export.subject_pdf.grade_table import grade_table
from corelab.export.subject_pdf.picture_grid import picture_grid
from corelab.export.subject_pdf.sheet import MARGIN, WIDTH, Sheet, fitted
from corelab.export.subject_pdf.vein_map import Box, VeinMap, legend
from corelab.export.subject_pdf.vein_paths import VeinTree

Picture = Callable[[Sha256, int], bytes | None]
"""Gives a small JPEG of a frame, counted from 0, of a released clip; None where it cannot be shown."""
_MAP = Box(0.0, 0.0, 318.0, 262.0, 92.0)
_WIDE_MAP = Box(0.0, 0.0, WIDTH, 190.0, 130.0)
"""Of one organ, which is wider than it is high; what is told of the visit stands below it."""
_BESIDE = 326.0
_ENDPOINT, _NAMED = 21.0, 92.0


def write_visit(sheet: Sheet, subject: SubjectReport, visit: VisitReport, tree: VeinTree | None, picture: Picture) -> None:
    """A visit without a result stands on the first page."""
    if not visit.has_result:
        return
    sheet.new_page()
    _opening(sheet, subject, visit, tree)
    grade_table(sheet, visit.segments)
    _beside_the_table(sheet, visit)
    _endpoints(sheet, visit)
    _signatures(sheet, visit)
    if visit.pictures:
        picture_grid(sheet, visit, picture)


def _opening(sheet: Sheet, subject: SubjectReport, visit: VisitReport, tree: VeinTree | None) -> None:
    sheet.canvas.bookmarkPage(visit.code)
    sheet.canvas.addOutlineEntry(f"{visit.code}, {visit.label}", visit.code)
    sheet.y -= 14
    sheet.text(MARGIN, sheet.y, visit.label, 15, strong=True)
    sheet.right(MARGIN + WIDTH, sheet.y, visit.code, 15, look.SECOND, strong=True)
    sheet.y -= 10
    told = (*visit.facts, *visit.completeness)
    if tree is None:
        facts(sheet, told)
    elif tree.single:
        _map(sheet, subject, visit, tree, _WIDE_MAP)
        facts(sheet, told)
    else:
        top = sheet.y
        facts(sheet, told, name=68.0, x=MARGIN + _BESIDE, wide=WIDTH - _BESIDE)
        under, sheet.y = sheet.y, top
        _map(sheet, subject, visit, tree, _MAP)
        sheet.y = min(sheet.y, under)


def _map(sheet: Sheet, subject: SubjectReport, visit: VisitReport, tree: VeinTree, box: Box) -> None:
    low = sheet.y - box.high
    VeinMap(sheet, tree, replace(box, x=MARGIN, y=low)).draw(visit.segments)
    sheet.y = low - 13
    legend(sheet, MARGIN, sheet.y, subject.legend)
    sheet.y -= 4


def _beside_the_table(sheet: Sheet, visit: VisitReport) -> None:
    """What the table leaves out: questions that applied to nobody, readings for another purpose."""
    if visit.not_applicable:
        sheet.heading("Not applicable (NA) in every reading and in the result", follows=20)
        facts(sheet, visit.not_applicable, name=120.0)
    if visit.others:
        sheet.heading("Readings for another purpose", follows=20)
        for words in visit.others:
            sheet.paragraph(words)


def _endpoints(sheet: Sheet, visit: VisitReport) -> None:
    """Their names stand on the first page, those of a segment once here; each says what it was made from."""
    if not visit.endpoints:
        return
    sheet.heading("Endpoints", follows=40)
    columns, wide = 3, WIDTH / 3
    for begin in range(0, len(visit.endpoints), columns):
        sheet.need(_ENDPOINT)
        for column, one in enumerate(visit.endpoints[begin : begin + columns]):
            _endpoint(sheet, MARGIN + column * wide, one)
        sheet.y -= _ENDPOINT
        sheet.rule(sheet.y, look.HAIR, 0.4)
    told = dict.fromkeys(f"{one.code}: {one.label}{f', {one.unit}' if one.unit else ''}" for one in visit.endpoints if one.segment)
    sheet.paragraph("; ".join(told), size=look.SMALL)


def _endpoint(sheet: Sheet, x: float, one: Endpoint) -> None:
    name, value = f"{one.code}, {one.segment}" if one.segment else one.code, endpoint_value(one)
    made = ", ".join(part for part in (f"of {counted(int(one.inputs or 0), 'grade')}", one.source) if part)
    wide = WIDTH / 3 - _NAMED - 6
    sheet.text(x, sheet.y - look.LEADING, name, fitted(name, _NAMED - 4, look.BODY), look.SECOND)
    sheet.text(x + _NAMED, sheet.y - look.LEADING, value, fitted(value, wide, look.BODY, strong=bool(one.value)), strong=bool(one.value))
    sheet.text(x + _NAMED, sheet.y - look.LEADING - 8, made, fitted(made, wide, 6.2), look.SECOND)


def _signatures(sheet: Sheet, visit: VisitReport) -> None:
    sheet.heading("Signatures", follows=30)
    for one in visit.signatures:
        sheet.need(2 * look.LEADING + 4)
        sheet.y -= look.LEADING + 1.5
        sheet.text(MARGIN, sheet.y, f"{one.name}, {one.at}, meaning: {one.meaning}", strong=False)
        sheet.right(MARGIN + WIDTH, sheet.y, one.reader, look.BODY, look.SECOND)
        sheet.y -= look.LEADING - 1.2
        sheet.text(MARGIN, sheet.y, f"{one.role}, record {one.record}", look.SMALL, look.SECOND)
        sheet.y -= 3
        sheet.rule(sheet.y, look.HAIR, 0.4)
