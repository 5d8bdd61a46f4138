"""Rows of the tables of one subject to what the document says of it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_subject import Segment as CharterSegment
from corelab.domain.charter.model_subject import Visit
from corelab.domain.vocabulary import Missing
from corelab.export.subject_pdf.answers import Answers, Place
from corelab.export.subject_pdf.content import Drawn, Endpoint, Line, Segment, SubjectReport, VisitReport
from corelab.export.subject_pdf.key_pictures import key_pictures
from corelab.export.subject_pdf.received import completeness, segments_expected, why_no_result
from corelab.export.subject_pdf.signatures import Signatures
from corelab.export.subject_pdf.words import Words, drawn_of, segment_words, side_words, unit_words
from corelab.export.writers import Row
from corelab.export.written import SubjectRows, Written

TABLES = ("readings", "results", "subject_visit", "endpoints", "attributes", "evidence", "measurements", "clips", "expected")
"""What the document is made from, beside the signatures."""
_WHOLE_EXAM = "Whole exam"


class Gatherer:
    """Makes one report after the other. Raises OSError, ValueError, LookupError."""

    def __init__(self, package: Written) -> None:
        self._main = package.versions.main
        self._words = {charter.hash: Words(charter) for charter in package.versions.all}
        self._signatures = Signatures(package.folder)

    def report(self, subject: SubjectRows) -> SubjectReport:
        visits = tuple(self._visit(visit, _of_visit(subject, visit.id)) for visit in self._main.visits)
        item = _map_item(self._main)
        return SubjectReport(
            code=subject.code,
            facts=tuple(self._facts(subject)),
            visits=visits,
            legend=self._words[self._main.hash].legend(item) if item is not None else (),
            legend_of=item.label if item is not None else "",
        )

    def _facts(self, subject: SubjectRows) -> Iterator[tuple[str, str]]:
        sites = sorted({row["SITEID"] for row in subject.rows["subject_visit"] if row["SITEID"]})
        if sites:
            yield "Site", ", ".join(sites)
        told: dict[str, dict[str, list[str]]] = {}
        for row in subject.rows.get("attributes", ()):
            label = self._main.attribute(row["ATTRCD"]).label
            told.setdefault(label, {}).setdefault(row["VALUE"], []).append(segment_words(row["SEGCD"], row["SIDE"]))
        for label, values in told.items():
            yield label, "; ".join(f"{value}: {', '.join(places)}" if any(places) else value for value, places in values.items())

    def _visit(self, visit: Visit, rows: Mapping[str, tuple[Row, ...]]) -> VisitReport:
        readings = rows["readings"]
        if not rows["results"] or not readings:
            expected = rows.get("expected", ())
            told = tuple(segments_expected(self._words[self._main.hash], expected))
            return VisitReport(visit.id, visit.label, why_no_result(expected), completeness=told)
        words = self._words[readings[0]["FORMHASH"]]
        answers = Answers(words, readings, rows["results"])
        clips = {row["CLIPID"]: row for row in rows.get("clips", ())}
        pictures, left = key_pictures(answers.weighed(rows["evidence"]), rows["measurements"], clips, answers.heading)
        head = rows["subject_visit"][0]
        return VisitReport(
            code=visit.id,
            label=visit.label,
            state="",
            facts=tuple(_visit_facts(visit, head, readings[0])),
            completeness=tuple(completeness(words, head, rows)),
            segments=tuple(_segments(words.charter, answers)),
            not_applicable=tuple(answers.not_applicable()),
            endpoints=tuple(_endpoints(rows.get("endpoints", ()))),
            pictures=pictures,
            pictures_left=left,
            others=tuple(answers.others()),
            signatures=self._signatures.of(readings),
        )


def _of_visit(subject: SubjectRows, visit: str) -> Mapping[str, tuple[Row, ...]]:
    return {name: tuple(row for row in rows if row.get("VISIT") == visit) for name, rows in subject.rows.items()}


def _visit_facts(visit: Visit, head: Row, reading: Row) -> Iterator[tuple[str, str]]:
    day = f", day {head['EXAMDY']} counted from baseline" if head["EXAMDY"] else ""
    yield "Exam", f"{head['EXAMDTC'] or 'date not told'}{day} (dates are moved by whole weeks)"
    yield "Planned", f"day {visit.day}, window {visit.window[0]} to {visit.window[1]}"
    yield "Charter", f"{reading['CHARTVER']}, {reading['FORMHASH'][:16]}"


# ---------------------------------------------------------------- segments


def _segments(charter: Charter, answers: Answers) -> Iterator[Segment]:
    for segment in charter.segments:
        for side in ("RIGHT", "LEFT", ""):
            place = (side, segment.id)
            if answers.applies(place):
                yield _segment(charter, segment, place, answers)
    if answers.applies(("", "")):
        yield Segment(_WHOLE_EXAM, "", "", "", None, "", tuple(answers.lines(("", ""))))


def _segment(charter: Charter, segment: CharterSegment, place: Place, answers: Answers) -> Segment:
    drawn, said = _drawn(charter, place, answers)
    lines: tuple[Line, ...] = tuple(answers.lines(place))
    side, code = place
    return Segment(segment.name, segment_words(code, side), side_words(side), segment.map or segment.id, drawn, said, lines)


def _drawn(charter: Charter, place: Place, answers: Answers) -> tuple[Drawn, str]:
    """By the first question with options that had to be answered here: colour filling where nothing is compressed."""
    for item in _drawable(charter):
        row = answers.result(place, item.export.testcd)
        if row is not None and row["EVALSTAT"] != Missing.NOT_APPLICABLE.value:
            return drawn_of(item, row), answers.short(row)
    return None, ""


def _drawable(charter: Charter) -> Iterator[ChoiceItem]:
    """Items whose options can be drawn, those that must be answered first; never one with a default."""
    core = (charter.item(name) for ask in charter.asks if ask.use == "core" for name in ask.items)
    for item in dict.fromkeys(one.id for one in chain(core, charter.items)):
        found = charter.item(item)
        if isinstance(found, ChoiceItem) and found.default is None and found.scope == "segment":
            yield found


def _map_item(charter: Charter) -> ChoiceItem | None:
    return next(_drawable(charter), None)


# ---------------------------------------------------------------- endpoints


def _endpoints(rows: Iterable[Row]) -> Iterator[Endpoint]:
    for row in rows:
        place = segment_words(row["SEGCD"], row["SIDE"])
        told = (row["AVALC"], unit_words(row["AVALU"]), row["MISSRSN"], row["INPUTS"], row["SOURCE"].lower())
        yield Endpoint(row["PARAM"], row["PARAMCD"], place, *told)
