"""The first page: whose document this is, of which package, every visit at a glance, the endpoints side by side."""

from collections.abc import Sequence

from corelab.export.print_page import TEXT, wrapped
from corelab.export.subject_pdf import look
from corelab.export.subject_pdf.content import Endpoint, Facts, Package, SubjectReport, VisitReport
from corelab.export.subject_pdf.sheet import MARGIN, WIDTH, Sheet, fitted
from corelab.export.subject_pdf.vein_map import Box, VeinMap, legend
from corelab.export.subject_pdf.vein_paths import VeinTree

_MAP_HIGH = 150.0
_NAME = 170.0


def write_first_page(sheet: Sheet, package: Package, subject: SubjectReport, tree: VeinTree | None) -> None:
    sheet.y -= 18
    sheet.text(MARGIN, sheet.y, f"Subject {subject.code}", 20, strong=True)
    sheet.y -= 15
    sheet.text(MARGIN, sheet.y, package.title, 9, look.SECOND)
    sheet.y -= 6
    facts(sheet, (*_of_package(package), *subject.facts))
    if tree is not None:
        _maps(sheet, subject, tree)
    _visits(sheet, subject.visits)
    _endpoints(sheet, subject.visits)


def _of_package(package: Package) -> Facts:
    return (
        ("Trial", package.trial),
        ("Transfer", f"{package.transfer}, {kind_words(package.kind)}"),
        ("Package", package.name),
        ("Cut-off", f"{package.at[:19].replace('T', ' ')} (UTC)"),
        ("Head of the chain", package.head),
        ("Imaging charter", package.charters),
        ("Made by", f"{package.product}. Approval and signature of the package stand in MANIFEST.json and MANIFEST.json.minisig."),
    )


def kind_words(kind: str) -> str:
    return {"PROD": "of record (PROD)"}.get(kind, f"{kind}: not for analysis")


def facts(sheet: Sheet, held: Facts, *, name: float = 92.0, x: float = MARGIN, wide: float = WIDTH) -> None:
    """Names and values in two columns."""
    for label, value in held:
        names, values = wrapped(label, TEXT, name - 6, look.BODY), wrapped(value, TEXT, wide - name, look.BODY)
        for number in range(max(len(names), len(values))):
            sheet.need(look.LEADING + 2)
            sheet.y -= look.LEADING + (1.4 if number == 0 else 0)
            if number < len(names):
                sheet.text(x, sheet.y, names[number], look.BODY, look.SECOND)
            if number < len(values):
                sheet.text(x + name, sheet.y, values[number])


def _maps(sheet: Sheet, subject: SubjectReport, tree: VeinTree) -> None:
    """One small map for each visit, as many beside each other as there is room for."""
    across = 4 if len(subject.visits) % 4 in (0, 3) or len(subject.visits) > 5 else max(1, min(5, len(subject.visits)))
    wide = WIDTH / across
    high = min(_MAP_HIGH, wide * tree.box[1] / tree.box[0])
    sheet.heading(f"Results over time: {subject.legend_of.lower()}" if subject.legend_of else "Results over time", follows=high + 40)
    for begin in range(0, len(subject.visits), across):
        sheet.need(high + 30)
        top = sheet.y - 8
        for column, visit in enumerate(subject.visits[begin : begin + across]):
            _map(sheet, visit, tree, Box(MARGIN + column * wide + 4, top - 12 - high, wide - 8, high))
        sheet.y = top - high - 18
    sheet.y -= 6
    legend(sheet, MARGIN, sheet.y, subject.legend)
    sheet.y -= 4


def _map(sheet: Sheet, visit: VisitReport, tree: VeinTree, box: Box) -> None:
    sheet.text(box.x, box.y + box.high + 4, visit.code, look.BODY, strong=True)
    if visit.has_result:
        VeinMap(sheet, tree, box).draw(visit.segments)
    else:
        for number, line in enumerate(wrapped(visit.state, TEXT, box.wide - 10, look.SMALL)):
            sheet.text(box.x, box.y + box.high - 12 - number * 8.6, line, look.SMALL, look.THIRD)


def _visits(sheet: Sheet, visits: Sequence[VisitReport]) -> None:
    sheet.heading("Visits")
    for visit in visits:
        told = visit.state or "; ".join(value for name, value in (*visit.facts, *visit.completeness) if name in {"Exam", "Questions"})
        facts(sheet, ((visit.code, f"{visit.label}. {told}"),))


def _endpoints(sheet: Sheet, visits: Sequence[VisitReport]) -> None:
    """What the charter derives of the whole exam, a column for each visit."""
    there = [visit for visit in visits if visit.has_result]
    names = dict.fromkeys((one.code, one.label, one.unit) for visit in there for one in visit.endpoints if not one.segment)
    if not names:
        return
    sheet.heading("Endpoints of the whole exam")
    codes, wide = [visit.code for visit in there], (WIDTH - _NAME) / len(there)
    _head(sheet, codes, wide)
    for code, label, unit in names:
        lines = wrapped(f"{label} ({code}{f', {unit}' if unit else ''})", TEXT, _NAME - 8, look.BODY)
        if sheet.need(len(lines) * look.LEADING + 4):
            _head(sheet, codes, wide)
        for number, line in enumerate(lines, 1):
            sheet.text(MARGIN, sheet.y - number * look.LEADING, line)
        for column, visit in enumerate(there):
            words = next((endpoint_value(each) for each in visit.endpoints if (each.code, each.segment) == (code, "")), "not derived")
            sheet.text(MARGIN + _NAME + column * wide, sheet.y - look.LEADING, words, fitted(words, wide - 6, look.BODY))
        sheet.y -= len(lines) * look.LEADING + 3
        sheet.rule(sheet.y, look.HAIR)


def endpoint_value(one: Endpoint) -> str:
    """A value without its unit, or the kind of missing."""
    return one.value or (f"missing ({one.why_missing})" if one.why_missing else "open")


def _head(sheet: Sheet, codes: Sequence[str], wide: float) -> None:
    sheet.y -= look.LEADING
    for column, code in enumerate(codes):
        sheet.text(MARGIN + _NAME + column * wide, sheet.y, code, look.BODY, look.SECOND, strong=True)
    sheet.y -= 3
    sheet.rule(sheet.y, look.SECOND, 0.7)
