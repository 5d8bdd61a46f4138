"""Rows of decisions: what stood as A and as B, whose grade was taken, and why; and back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from corelab.domain.adjudication import DecisionReason, Mode, Take
from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import TextItem
from corelab.domain.vocabulary import Answer, Cell, Grade, SegmentId
from corelab.export.beside import of_record, place_of
from corelab.export.lab_tables import ADJUDICATIONS
from corelab.export.records import Adjudicated, ExamRecord, SignedRecord
from corelab.export.tables import TEXT
from corelab.export.writers import Row


def adjudication_rows(charter: Charter, exam: ExamRecord, record: SignedRecord) -> Iterator[Row]:
    """None of a record that is a reading."""
    if record.adjudicated is not None:
        for answer in record.answers.values():
            row = _row(charter, exam, record, record.adjudicated, answer)
            yield {name: row[name] for name in ADJUDICATIONS.names}


def _row(charter: Charter, exam: ExamRecord, record: SignedRecord, how: Adjudicated, answer: Answer) -> Row:
    cell = answer.cell
    a, b = (exam.record(sides.get(cell.segment, "")) for sides in (how.a, how.b))
    take, why = how.taken.get(cell, (Take.OWN, None))
    shown = Mode(charter.adjudication.mode) is not Mode.INDEPENDENT
    sides = {Take.A: _grade(a, cell), Take.B: _grade(b, cell)}
    return {
        **of_record(charter, exam, record),
        **place_of(exam, cell.segment),
        "SITEID": exam.site,
        "RDTYPE": record.kind,
        "TESTCD": charter.item(cell.item).export.testcd,
        "ADJMODE": Mode(charter.adjudication.mode).name,
        "ACD": _code(charter, cell, sides[Take.A]) if shown else "",
        "BCD": _code(charter, cell, sides[Take.B]) if shown else "",
        "CHOSEN": _chosen(take, answer.grade, sides).value,
        "RESCD": _code(charter, cell, answer.grade),
        "NERSN": answer.grade.reason or "",
        "ADJRSN": why.value if why else "",
        "AROLE": a.role if a else "",
        "ARECID": how.a.get(cell.segment, ""),
        "BRECID": how.b.get(cell.segment, ""),
        "CURRFL": "Y" if record.current else "N",
    }


def _chosen(take: Take, grade: Grade, sides: Mapping[Take, Grade | None]) -> Take:
    """What was taken from a reading is what that reading says; else it is the adjudicator's own, whatever anybody wrote."""
    said = sides.get(take)
    taken = said is not None and (said.value, said.missing, said.reason) == (grade.value, grade.missing, grade.reason)
    return take if take not in sides or taken else Take.OWN


def _grade(record: SignedRecord | None, cell: Cell) -> Grade | None:
    answer = record.answers.get(cell) if record is not None else None
    return answer.grade if answer is not None else None


def _code(charter: Charter, cell: Cell, grade: Grade | None) -> str:
    """Free text stands in notes.csv only."""
    if grade is None:
        return ""
    return TEXT if grade.value is not None and isinstance(charter.item(cell.item), TextItem) else grade.code


def adjudicated_from(rows: Iterable[Row], cell_of: Callable[[Row], Cell]) -> Adjudicated | None:
    """What the rows of one decision say. Raises ValueError for a word that is in no list."""
    found = {cell_of(row): row for row in rows}
    if not found:
        return None
    taken = {cell: (Take(row["CHOSEN"]), DecisionReason(row["ADJRSN"]) if row["ADJRSN"] else None) for cell, row in found.items()}
    return Adjudicated(MappingProxyType(taken), _readings(found, "ARECID"), _readings(found, "BRECID"))


def _readings(found: Mapping[Cell, Row], column: str) -> Mapping[SegmentId, str]:
    return MappingProxyType({cell.segment: row[column] for cell, row in found.items() if row[column]})
