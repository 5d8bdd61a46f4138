"""What a trace asks of the records: results as they stood, released records about a question, and what rests on a frame."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from corelab.storage.readings import RecordType
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot


def result_at(snapshot: Snapshot, exam: str, cell: tuple[str, str], until: int | None = None) -> tuple[Row, bool] | None:
    """The result of a cell as it stood at event ``until`` (None: now), and whether no later one stands in its place."""
    segment, item = cell
    rows = sorted(snapshot.all("result", exam_id=exam, segment=segment, item=item), key=lambda row: row["revision"])
    then = [row for row in rows if until is None or row["event_seq"] <= until]
    return (then[-1], then[-1] is rows[-1]) if then else None


def readings_of(snapshot: Snapshot, exam: str, reading_type: str) -> Iterator[tuple[Row, Row]]:
    """Assignment and reading, of every signed reading of a type that is not one of the calibration set."""
    for assignment in snapshot.all("assignment", exam_id=exam, reading_type=reading_type):
        if assignment["kind"] in {"primary", "repeat"}:
            yield from ((assignment, row) for row in snapshot.all("reading", assignment_id=assignment["id"]))


def decisions_on(snapshot: Snapshot, readings: Iterable[str]) -> Iterator[tuple[Row, Row]]:
    """Assignment and adjudication, of every signed decision on two of these readings."""
    known = set(readings)
    for comparison in (row for one in sorted(known) for row in snapshot.all("comparison", reading_1=one) if row["reading_2"] in known):
        for case in snapshot.all("adj_case", comparison_id=comparison["id"]):
            for row in snapshot.all("adjudication", case_id=case["id"]):
                yield snapshot.all("assignment", id=case["assignment_id"])[0], row


def grade_of(snapshot: Snapshot, record_type: RecordType, record: str, cell: tuple[str, str]) -> Row | None:
    """What a released record says of a cell; None while it is sealed, or where it says nothing of it."""
    segment, item = cell
    return snapshot.one("grade", record_type=record_type, record_id=record, segment=segment, item=item)


def evidence_of(snapshot: Snapshot, record_type: RecordType, record: str, cell: tuple[str, str]) -> tuple[Row, ...]:
    segment, item = cell
    found = snapshot.all("evidence", record_type=record_type, record_id=record, segment=segment, item=item)
    return tuple(sorted(found, key=lambda row: row["n"]))


def resting_on(snapshot: Snapshot, clip: str, frame: int) -> tuple[Row, ...]:
    """Every piece of evidence of a released record that is this frame, or a pair with it."""
    return snapshot.query(_resting_on(), clip=clip, frame=frame)


@cache
def _resting_on() -> Select[Any]:
    evidence = TABLES["evidence"]
    of = evidence.columns
    here = or_(of.frame_a == bindparam("frame"), of.frame_b == bindparam("frame"))
    ordered = (of.record_type, of.record_id, of.segment, of.item, of.n)
    return select(evidence).where(of.clip_sha256 == bindparam("clip"), here).order_by(*ordered)


def released_clips(snapshot: Snapshot, beginning: str) -> tuple[Row, ...]:
    """Clips that were released, whose digest begins so."""
    clip, release = TABLES["clip"], TABLES["clip_release"].columns
    asked = select(clip).join(TABLES["clip_release"], release.clip_id == clip.columns.id)
    return snapshot.query(asked.where(clip.columns.sha256.startswith(beginning, autoescape=True)))


def readings_beginning(snapshot: Snapshot, beginning: str) -> tuple[tuple[RecordType, Row], ...]:
    """Signed readings and adjudications whose id begins so."""
    return tuple((kind, row) for kind in _RECORDS for row in snapshot.query(_beginning(kind), beginning=f"{beginning}%"))


_RECORDS: tuple[RecordType, ...] = ("reading", "adjudication")


@cache
def _beginning(kind: RecordType) -> Select[Any]:
    table = TABLES[kind]
    return select(table).where(table.columns.id.like(bindparam("beginning")))


def signed(snapshot: Snapshot, record_type: RecordType, record: str) -> Row:
    """The signature of a record. Raises LookupError."""
    found = snapshot.all("signature", record_type=record_type, record_id=record)
    if not found:
        raise LookupError(record)
    return found[0]
