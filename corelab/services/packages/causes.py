"""The events since the last package that explain what differs in the present one."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType

import corelab
from corelab.export.causes import Cause, Causes, Concerns, Reason
from corelab.export.tables import SPECIFICATION
from corelab.storage.snapshot import Row, Snapshot


def causes(snapshot: Snapshot, number: int, until: int) -> Causes:
    """Of the events after the cut-off of the package before ``number``, up to event ``until``."""
    last = snapshot.one("package", n=number - 1)
    if last is None:
        return Causes.of((), Cause(Reason.NEW_RECORD))
    events = [event for kind in _CONCERNS for event in snapshot.events(kind=kind, after=last["cutoff_seq"]) if event["seq"] <= until]
    found = (one for event in events for one in _CONCERNS[event["kind"]](snapshot, event))
    return Causes.of(found, _otherwise(snapshot, last, until))


def _otherwise(snapshot: Snapshot, last: Row, until: int) -> Cause:
    """What concerns every row: an amended charter, approved columns, another program."""
    kinds = ("specification.approved", "charter.approved")
    amended = [event["seq"] for kind in kinds for event in snapshot.events(kind=kind, after=last["cutoff_seq"]) if event["seq"] <= until]
    if amended:
        return Cause(Reason.SPECIFICATION, max(amended))
    if last["spec_version"] != SPECIFICATION:
        return Cause(Reason.SPECIFICATION)
    product = snapshot.opening_of(last["event_seq"]).get("product")
    return Cause(Reason.PROGRAM if product != corelab.__version__ else Reason.OTHER)


_Found = Iterator[Concerns]


def _of_exam(snapshot: Snapshot, cause: Cause, exam: str, *, record: str = "", clip: str = "") -> _Found:
    found = snapshot.one("exam", id=exam)
    if found is not None:
        subject = snapshot.one("subject", id=found["subject_id"]) or {"code": ""}
        yield Concerns(cause, subject=subject["code"], visit=found["visit"], record=record, clip=clip)


def _reading(snapshot: Snapshot, event: Row, reason: Reason) -> _Found:
    reading = snapshot.one("reading", id=event["id"])
    assignment = snapshot.one("assignment", id=reading["assignment_id"]) if reading is not None else None
    if reading is not None and assignment is not None:
        revised = reason is Reason.NEW_RECORD and reading["revision"] > 1
        cause = Cause(Reason.REVISED if revised else reason, event["seq"])
        yield from _of_exam(snapshot, cause, assignment["exam_id"], record=reading["id"])


def _adjudication(snapshot: Snapshot, event: Row) -> _Found:
    decided = snapshot.one("adjudication", id=event["id"])
    if decided is not None:
        cause = Cause(Reason.REVISED if decided["revision"] > 1 else Reason.ADJUDICATED, event["seq"])
        yield from _of_case(snapshot, decided["case_id"], cause, decided["id"])


def _case(snapshot: Snapshot, event: Row) -> _Found:
    return _of_case(snapshot, event["id"], Cause(Reason.ADJUDICATED, event["seq"]))


def _of_case(snapshot: Snapshot, case: str, cause: Cause, record: str = "") -> _Found:
    found = snapshot.one("adj_case", id=case)
    compared = snapshot.one("comparison", id=found["comparison_id"]) if found is not None else None
    if compared is not None:
        yield from _of_exam(snapshot, cause, compared["exam_id"], record=record)


def _of_row(table: str, snapshot: Snapshot, event: Row, reason: Reason) -> _Found:
    """An event about a record that names its exam."""
    found = snapshot.one(table, id=event["id"])
    if found is not None and found["exam_id"] is not None:
        yield from _of_exam(snapshot, Cause(reason, event["seq"]), found["exam_id"])


def _clip(snapshot: Snapshot, event: Row, reason: Reason) -> _Found:
    found = snapshot.one("clip", id=event["id"])
    if found is not None:
        yield from _of_exam(snapshot, Cause(reason, event["seq"]), found["exam_id"], clip=found["sha256"])


def _exam(snapshot: Snapshot, event: Row) -> _Found:
    return _of_exam(snapshot, Cause(Reason.INTAKE, event["seq"]), event["id"])


def _subject(snapshot: Snapshot, event: Row) -> _Found:
    subject = snapshot.one("subject", id=event["id"])
    if subject is not None:
        yield Concerns(Cause(Reason.SUBJECT_DATA, event["seq"]), subject=subject["code"])


def _query(snapshot: Snapshot, event: Row) -> _Found:
    query = snapshot.one("query", id=event["id"])
    if query is not None:
        yield Concerns(Cause(Reason.QUERY, event["seq"]), query=str(query["number"]))


_QUERIES = ("raised", "sent", "reminded", "answered", "returned", "closed", "cancelled", "given", "excluded", "included")
_CONCERNS: Mapping[str, Callable[[Snapshot, Row], _Found]] = MappingProxyType(
    {
        "reading.signed": partial(_reading, reason=Reason.NEW_RECORD),
        "reading.invalidated": partial(_reading, reason=Reason.INVALIDATED),
        "repeat.released": partial(_reading, reason=Reason.NEW_RECORD),
        "adjudication.signed": _adjudication,
        "case.finished": _case,
        "exam.compared": partial(_of_row, "comparison", reason=Reason.NEW_RECORD),
        "reading.released": partial(_of_row, "single_release", reason=Reason.NEW_RECORD),
        "clip.withdrawn": partial(_clip, reason=Reason.WITHDRAWN_CLIP),
        **{f"clip.{what}": partial(_clip, reason=Reason.INTAKE) for what in ("released", "labelled", "graded")},
        **{f"exam.{what}": _exam for what in ("expected", "not_imaged", "ready", "receiving")},
        "subject.set": _subject,
        "subject.corrected": _subject,
        **{f"query.{what}": _query for what in _QUERIES},
    }
)
"""What each kind of event concerns; those that are not here change no row of a package."""
