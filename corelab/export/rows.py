"""Exam records to rows of the tables of a package."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.charter.model_item import Item, MultiItem, NumberItem, TextItem
from corelab.domain.places import charter_id
from corelab.domain.result import Result
from corelab.domain.single import NO_READING
from corelab.domain.vocabulary import Answer, Cell, Grade, Missing, NotApplicableCause, Source
from corelab.export import beside, decisions, endpoints, measured
from corelab.export.records import ExamRecord, Outcome, SignedRecord, Waiting, outcomes
from corelab.export.tables import READINGS, RESULTS, TEXT, column_of, endpoint_column, subject_visit
from corelab.export.versions import Versions
from corelab.export.writers import Row


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of the tables of a package: those of ``readings``, ``attributes`` and below are records, the others follow from them."""

    readings: tuple[Row, ...]
    results: tuple[Row, ...]
    subject_visit: tuple[Row, ...]
    attributes: tuple[Row, ...] = ()
    checks: tuple[Row, ...] = ()
    viewing: tuple[Row, ...] = ()
    notes: tuple[Row, ...] = ()
    evidence: tuple[Row, ...] = ()
    measurements: tuple[Row, ...] = ()
    adjudications: tuple[Row, ...] = ()
    endpoints: tuple[Row, ...] = ()
    guess: tuple[Row, ...] | None = None

    def named(self) -> Mapping[str, tuple[Row, ...]]:
        always = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "guess"}
        return always if self.guess is None else {**always, "guess": self.guess}


DERIVED = ("readings", "results", "subject_visit", "evidence", "measurements", "adjudications", "endpoints")
"""The tables that are made anew when a package is verified."""


def tables_of(versions: Versions, exams: Iterable[ExamRecord], waiting: Iterable[Waiting] = ()) -> Tables:
    """All rows, every result and endpoint recomputed from the readings. ``waiting``: exams that are there and not final."""
    made = tuple((versions.under(exam.charter_hash), exam, one) for exam, one in outcomes(versions, exams, waiting))
    records = [(charter, exam, record) for charter, exam, _ in made for record in exam.records]
    final = [(charter, exam, one, result) for charter, exam, one in made for result in one.results]
    return Tables(
        readings=tuple(row for charter, exam, one in made for row in _reading_rows(charter, exam, one)),
        results=tuple(_result_row(*held) for held in final if not _unasked(held[-1].grade)),
        subject_visit=tuple(_visit_row(versions.main, *held) for held in made),
        attributes=tuple(beside.attribute_rows(exam for _, exam, _ in made)),
        checks=tuple(row for charter, exam, record in records for row in beside.check_rows(charter, exam, record)),
        viewing=tuple(row for charter, exam, record in records for row in beside.viewing_rows(charter, exam, record)),
        evidence=tuple(row for charter, exam, record in records for row in measured.evidence_rows(charter, exam, record)),
        measurements=tuple(row for charter, exam, record in records for row in measured.measurement_rows(charter, exam, record)),
        notes=tuple(row for charter, exam, record in records for row in beside.note_rows(charter, exam, record)),
        adjudications=tuple(row for charter, exam, record in records for row in decisions.adjudication_rows(charter, exam, record)),
        endpoints=tuple(row for charter, exam, one in made for row in endpoints.endpoint_rows(charter, exam, one)),
    )


def _unasked(grade: Grade) -> bool:
    return grade.missing is Missing.NOT_APPLICABLE and grade.reason == NotApplicableCause.CHARTER.value


def _visit(charter: Charter, exam: ExamRecord) -> dict[str, str]:
    return {
        "STUDYID": exam.study,
        "SITEID": exam.site,
        "USUBJID": exam.subject,
        "VISITNUM": str(charter.visit(exam.visit).number),
        "VISIT": exam.visit,
        "EXAMDTC": exam.date,
        "EXAMDY": exam.day,
    }


def _cell(charter: Charter, exam: ExamRecord, cell: Cell) -> dict[str, str]:
    item = charter.item(cell.item)
    return {
        **beside.place_of(exam, cell.segment),
        "SEG": charter.segment(charter_id(cell.segment)).name if cell.segment else "",
        "TESTCD": item.export.testcd,
        "TEST": item.export.test,
    }


def _answer(charter: Charter, cell: Cell, grade: Grade) -> dict[str, str]:
    item = charter.item(cell.item)
    words, number = _in_words(item, grade.value) if grade.value is not None else ("", "")
    return {
        "RESCD": TEXT if isinstance(item, TextItem) and grade.value is not None else grade.code,
        "RES": words,
        "RESN": number,
        "UNIT": item.unit if isinstance(item, NumberItem) and grade.value is not None else "",
        "EVALSTAT": grade.missing.value if grade.missing else "",
        "NERSN": grade.reason or "",
    }


def _in_words(item: Item, value: str) -> tuple[str, str]:
    """A value in words and as a number: the rank of an ordered option, or what was measured, to the digit that was entered."""
    match item:
        case ChoiceItem():
            option = item.option(value)
            rank = option.rank if option is not None else None
            return option.label if option is not None else "", "" if rank is None else str(rank)
        case MultiItem():
            chosen = value.split("+")
            return "; ".join(option.label for option in item.options if option.value in chosen), ""
        case NumberItem():
            return "", value
        case _:
            return "", ""


def record_rows(charter: Charter, exam: ExamRecord) -> Iterator[Row]:
    """The rows of readings.csv of an exam's records, without the marks of accepted grades."""
    return _reading_rows(charter, exam, Outcome((), (), MappingProxyType({})))


def _reading_rows(charter: Charter, exam: ExamRecord, made: Outcome) -> Iterator[Row]:
    visit = _visit(charter, exam)
    for record in exam.records:
        for cell, answer in record.answers.items():
            if not _unasked(answer.grade):
                signed = _signed(exam, record, accepted=made.accepted.get(cell) == record.record)
                asked = {**visit, **_cell(charter, exam, cell)}
                row = {**asked, **_answer(charter, cell, answer.grade), **signed, **_proof(answer)}
                yield {name: row[name] for name in READINGS.names}


def _signed(exam: ExamRecord, record: SignedRecord, *, accepted: bool) -> dict[str, str]:
    return {
        "EVALROLE": record.role,
        "READERID": record.reader,
        "READNO": str(record.number or record.slot or 3),
        "REVISION": str(record.revision),
        "CURRFL": "Y" if record.current else "N",
        "PURPOSE": record.purpose,
        "CONF": "",
        "ACPTFL": "Y" if accepted else "N",
        "SIGNDTC": record.signed_at,
        "CHARTVER": exam.charter_version,
        "FORMHASH": exam.charter_hash,
        "RECID": record.record,
        "EVENTSEQ": str(record.event),
        "RDTYPE": record.kind,
        "ACTSEC": "" if record.slot is None else str(record.seconds),
    }


def _proof(answer: Answer) -> dict[str, str]:
    """The first piece of evidence; frames are counted from 1, as people count them."""
    if not answer.evidence:
        return {"CLIPID": "", "FRAMEA": "", "FRAMEB": ""}
    first = answer.evidence[0]
    second = "" if first.frame_b is None else str(first.frame_b + 1)
    return {"CLIPID": first.clip, "FRAMEA": str(first.frame_a + 1), "FRAMEB": second}


def _result_row(charter: Charter, exam: ExamRecord, made: Outcome, result: Result) -> Row:
    row = {
        **_visit(charter, exam),
        **_cell(charter, exam, result.cell),
        **_answer(charter, result.cell, result.grade),
        "SOURCE": result.source.value,
        "R1CD": _code_of(charter, result, result.reading_1),
        "R2CD": _code_of(charter, result, result.reading_2),
        "ADJCD": _code_of(charter, result, result.decision or ""),
        "DISCFL": "Y" if result.reading_2 != NO_READING and result.differs else "N",
        "CLASSID": ",".join(result.classes),
        "RULEID": ",".join(result.rules),
        "RECID": made.accepted[result.cell],
    }
    return {name: row[name] for name in RESULTS.names}


def _code_of(charter: Charter, result: Result, code: str) -> str:
    """A code as a table shows it: free text stands in notes.csv only."""
    is_text = isinstance(charter.item(result.cell.item), TextItem)
    return TEXT if is_text and code not in _NOT_TEXT else code


_NOT_TEXT = {NO_READING, *(kind.value for kind in Missing)}


def _visit_row(main: Charter, charter: Charter, exam: ExamRecord, made: Outcome) -> Row:
    """In the columns of the package, whatever version the exam was read under."""
    asked = [result for result in made.results if result.grade.missing is not Missing.NOT_APPLICABLE]
    kinds = [result.grade.missing for result in asked]
    counts: dict[str, int] = {
        "NREADS": sum(record.current and record.purpose == "PRIMARY" for record in exam.records),
        "REFREAD": exam.reference_slot,
        "NEXPECT": len(asked),
        "NANSWER": kinds.count(None),
        "NNE": kinds.count(Missing.NOT_EVALUABLE),
        "NNI": kinds.count(Missing.NOT_IMAGED),
        "NADJ": sum(result.source is Source.ADJUDICATED for result in asked),
    }
    grades = {column_of(charter, one.cell): _code_of(charter, one, one.grade.code) for one in made.results}
    endpoints = {endpoint_column(one.id, one.segment): one.code for one in made.derived}
    fixed = {**_visit(charter, exam), "SIDE": exam.limb.upper(), "CHARTVER": exam.charter_version}
    row = {**fixed, **{name: str(count) for name, count in counts.items()}, **grades, **endpoints}
    return {name: row.get(name, "") for name in subject_visit(main).names}
