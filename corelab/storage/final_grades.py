"""The results of an exam as they stand, with the reason of each that is missing; and when exams were made."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, select

from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, ExamId, Grade, ItemId, Missing, SegmentId, Source
from corelab.storage.rows import OWN
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot

_MISSING = {kind.value: kind for kind in Missing}


def final_results(snapshot: Snapshot, exam: ExamId, before: int | None = None) -> tuple[Result, ...]:
    """The latest result of every cell, whichever reading type it is of. What each reading said is not in it.

    ``before``: as they stood before the event of this number.
    """
    latest = _latest(row for row in snapshot.query(_results_of(), exam=exam) if before is None or row["event_seq"] < before)
    return tuple(Result(cell, _grade(row), Source(row["source"]), "", "") for cell, row in latest.items())


def final_grades(snapshot: Snapshot, exam: ExamId, items: Iterable[ItemId]) -> Mapping[Cell, Grade]:
    """The grades of the latest results of these items alone: an exam has hundreds of others."""
    rows = (row for item in items for row in snapshot.query(_results_of(one_item=True), exam=exam, item=item))
    return {cell: _grade(row) for cell, row in _latest(rows).items()}


def _latest(rows: Iterable[Row]) -> Mapping[Cell, Row]:
    """Of rows in the order of their revisions."""
    return {Cell(SegmentId(row["segment"]), ItemId(row["item"])): row for row in rows}


def _grade(row: Row) -> Grade:
    kind = _MISSING.get(row["value"]) if row["reason_code"] is not None else None
    return Grade(row["value"]) if kind is None else Grade(missing=kind, reason=row["reason_code"])


@cache
def _results_of(*, one_item: bool = False) -> Select[Any]:
    """Composed once: that takes longer than asking."""
    result, grade = TABLES["result"].columns, TABLES["grade"].columns
    same = (
        grade.record_type == result.from_type,
        grade.record_id == result.from_id,
        grade.segment == result.segment,
        grade.item == result.item,
    )
    asked = (
        select(result.segment, result.item, result.value, result.source, result.event_seq, grade.reason_code)
        .select_from(TABLES["result"])
        .join(TABLES["grade"], and_(*same), isouter=True)
        .where(result.exam_id == bindparam("exam"))
        .order_by(result.revision)
    )
    return asked.where(result.item == bindparam("item")) if one_item else asked


def exam_dates(snapshot: Snapshot, subject: str | None = None) -> Mapping[str, date]:
    """The earliest (moved) study date of the clips of each exam of the lab, or of one subject; an exam without one is left out."""
    dates: dict[str, date] = {}
    for clip in snapshot.query(_study_dates(one=subject is not None), subject=subject):
        at = date.fromisoformat(clip["study_date"])
        dates[clip["exam_id"]] = min(at, dates.get(clip["exam_id"], at))
    return dates


@cache
def _study_dates(*, one: bool) -> Select[Any]:
    clip, exam = TABLES["clip"].columns, TABLES["exam"].columns
    asked = select(clip.exam_id, clip.study_date).where(clip.study_date != "").distinct()
    if not one:
        return asked
    of_subject = asked.join(TABLES["exam"], exam.id == clip.exam_id).where(exam.subject_id == bindparam("subject"))
    return of_subject.execution_options(**{OWN: "study_dates"})


def own_statements() -> tuple[Select[Any], ...]:
    """What a form asks of a subject: it has a function on a server that answers it."""
    return (_study_dates(one=True),)
