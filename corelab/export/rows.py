"""Exam records to rows of the tables, and rows back to exam records: verifying a package is making its tables anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType

from corelab.domain.charter import Charter, ChoiceItem
from corelab.domain.result import Derived, Result
from corelab.domain.vocabulary import Answer, Cell, Evidence, Grade, ItemId, Missing, NotApplicableCause, SegmentId, Sha256, Side, Source
from corelab.export.records import ExamRecord, Outcome, SignedRecord, outcome
from corelab.export.tables import READINGS, RESULTS, subject_visit
from corelab.export.writers import Row

_SIDE_WORDS = {Side.LEFT: "LEFT", Side.RIGHT: "RIGHT", Side.UNPAIRED: ""}


@dataclass(frozen=True, slots=True)
class Tables:
    """The rows of the three tables of a package."""

    readings: tuple[Row, ...]
    results: tuple[Row, ...]
    subject_visit: tuple[Row, ...]

    def named(self) -> Mapping[str, tuple[Row, ...]]:
        return {"readings": self.readings, "results": self.results, "subject_visit": self.subject_visit}


def tables_of(charter: Charter, exams: Iterable[ExamRecord]) -> Tables:
    """All rows, every result and endpoint recomputed from the readings."""
    readings: list[Row] = []
    results: list[Row] = []
    visits: list[Row] = []
    for exam in exams:
        made = outcome(charter, exam)
        readings += _reading_rows(charter, exam, made)
        results += [_result_row(charter, exam, made, result) for result in made.results if not _unasked(result.grade)]
        visits.append(_visit_row(charter, exam, made))
    return Tables(tuple(readings), tuple(results), tuple(visits))


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
    segment, item = charter.segment(cell.segment.partition(".")[0]), charter.item(cell.item)
    return {
        "SIDE": _SIDE_WORDS[exam.sides.get(cell.segment, Side.UNPAIRED)],
        "SEGCD": segment.id,
        "SEG": segment.name,
        "TESTCD": item.export.testcd,
        "TEST": item.export.test,
    }


def _answer(charter: Charter, cell: Cell, grade: Grade) -> dict[str, str]:
    item = charter.item(cell.item)
    option = item.option(grade.value) if isinstance(item, ChoiceItem) and grade.value is not None else None
    return {
        "RESCD": grade.code,
        "RES": option.label if option else "",
        "RESN": str(option.rank) if option and option.rank is not None else "",
        "UNIT": "",
        "EVALSTAT": grade.missing.value if grade.missing else "",
        "NERSN": grade.reason or "",
    }


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
        "READNO": str(record.slot or 3),
        "REVISION": str(record.revision),
        "CURRFL": "Y" if record.current else "N",
        "PURPOSE": "PRIMARY" if record.slot else "ADJUDICATION",
        "CONF": "",
        "ACPTFL": "Y" if accepted else "N",
        "SIGNDTC": record.signed_at,
        "CHARTVER": exam.charter_version,
        "FORMHASH": exam.charter_hash,
        "RECID": record.record,
        "EVENTSEQ": str(record.event),
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
        "R1CD": result.reading_1,
        "R2CD": result.reading_2,
        "ADJCD": result.decision or "",
        "DISCFL": "Y" if result.differs else "N",
        "CLASSID": ",".join(result.classes),
        "RULEID": ",".join(result.rules),
        "RECID": made.accepted[result.cell],
    }
    return {name: row[name] for name in RESULTS.names}


def _visit_row(charter: Charter, exam: ExamRecord, made: Outcome) -> Row:
    asked = [result for result in made.results if result.grade.missing is not Missing.NOT_APPLICABLE]
    kinds = [result.grade.missing for result in asked]
    counts: dict[str, int] = {
        "NREADS": sum(record.current and record.slot is not None for record in exam.records),
        "REFREAD": exam.reference_slot,
        "NEXPECT": len(asked),
        "NANSWER": kinds.count(None),
        "NNE": kinds.count(Missing.NOT_EVALUABLE),
        "NNI": kinds.count(Missing.NOT_IMAGED),
        "NADJ": sum(result.source is Source.ADJUDICATED for result in asked),
    }
    grades = {column_of(charter, result.cell): result.grade.code for result in made.results}
    endpoints: dict[str, str] = {derived.id: _code(derived) for derived in made.derived}
    fixed = {**_visit(charter, exam), "SIDE": exam.limb.upper(), "CHARTVER": exam.charter_version}
    row = {**fixed, **{name: str(count) for name, count in counts.items()}, **grades, **endpoints}
    return {name: row[name] for name in subject_visit(charter).names}


def _code(derived: Derived) -> str:
    if derived.value is not None:
        return derived.value
    return derived.missing.value if derived.missing else ""


def column_of(charter: Charter, cell: Cell) -> str:
    """The column of a cell in subject_visit.csv: ``CFV_VNCOMPR``."""
    return f"{cell.segment.replace('.', '_')}_{charter.item(cell.item).export.testcd}"


# ---------------------------------------------------------------- and back


def exams_of(charter: Charter, readings: Sequence[Row], visits: Sequence[Row]) -> tuple[ExamRecord, ...]:
    """The exams that readings.csv describes; subject_visit.csv adds which reading is the reference.

    Raises LookupError or ValueError where a row names what the charter does not have.
    """
    heads = {(row["USUBJID"], row["VISIT"]): row for row in visits}
    items = {item.export.testcd: ItemId(item.id) for item in charter.items}
    ordered = sorted(readings, key=_exam_key)
    return tuple(_exam(charter, items, heads[key], tuple(rows)) for key, rows in groupby(ordered, _exam_key))


def _exam_key(row: Row) -> tuple[str, str]:
    return row["USUBJID"], row["VISIT"]


def _exam(charter: Charter, items: Mapping[str, ItemId], head: Row, rows: tuple[Row, ...]) -> ExamRecord:
    first = rows[0]
    words = {word: side for side, word in _SIDE_WORDS.items()}
    sides = {_cell_of(charter, items, row).segment: words[row["SIDE"]] for row in rows}
    ordered = sorted(rows, key=lambda row: row["RECID"])
    records = [_record(charter, items, tuple(group)) for _, group in groupby(ordered, lambda row: row["RECID"])]
    return ExamRecord(
        study=first["STUDYID"],
        site=first["SITEID"],
        subject=first["USUBJID"],
        visit=first["VISIT"],
        date=first["EXAMDTC"],
        day=first["EXAMDY"],
        limb=head["SIDE"],
        reference_slot=1 if head["REFREAD"] == "1" else 2,
        charter_version=first["CHARTVER"],
        charter_hash=first["FORMHASH"],
        sides=MappingProxyType(sides),
        records=tuple(sorted(records, key=lambda record: (record.slot or 3, record.revision))),
    )


def _cell_of(charter: Charter, items: Mapping[str, ItemId], row: Row) -> Cell:
    both = charter.segment(row["SEGCD"]).side == "both"
    return Cell(SegmentId(f"{row['SEGCD']}.{row['SIDE'][:1]}" if both else row["SEGCD"]), items[row["TESTCD"]])


def _record(charter: Charter, items: Mapping[str, ItemId], rows: tuple[Row, ...]) -> SignedRecord:
    first = rows[0]
    slots = {"READER 1": 1, "READER 2": 2, "ADJUDICATOR 1": None}
    answers = {_cell_of(charter, items, row): Answer(_cell_of(charter, items, row), _grade_of(row), _evidence_of(row)) for row in rows}
    return SignedRecord(
        record=first["RECID"],
        slot=slots[first["EVALROLE"]],  # type: ignore[arg-type]  # the table's values are 1, 2 and None
        reader=first["READERID"],
        revision=int(first["REVISION"]),
        current=first["CURRFL"] == "Y",
        signed_at=first["SIGNDTC"],
        event=int(first["EVENTSEQ"]),
        answers=MappingProxyType(answers),
    )


def _grade_of(row: Row) -> Grade:
    if row["EVALSTAT"]:
        return Grade(missing=Missing(row["EVALSTAT"]), reason=row["NERSN"] or None)
    return Grade(value=row["RESCD"])


def _evidence_of(row: Row) -> tuple[Evidence, ...]:
    if not row["CLIPID"]:
        return ()
    second = int(row["FRAMEB"]) - 1 if row["FRAMEB"] else None
    return (Evidence(Sha256(row["CLIPID"]), int(row["FRAMEA"]) - 1, second),)
