"""What is asked of assignments at every opening and signature, each in one statement: what one person has to sign, and signed when."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select

from corelab.domain.vocabulary import AccountId, AssignmentId, SubjectCode
from corelab.storage import readings
from corelab.storage.readings import Assignment
from corelab.storage.rows import OWN
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot


def unsigned(snapshot: Snapshot, account: AccountId, kinds: Collection[str]) -> tuple[Assignment, ...]:
    """The open assignments of one person that have no valid signature, in the stored order."""
    return tuple(readings.assignment_of(row) for row in snapshot.query(_unsigned(tuple(sorted(kinds))), account=account))


def first_unsigned(snapshot: Snapshot, account: AccountId, kinds: Collection[str]) -> Assignment | None:
    """The first of them."""
    rows = snapshot.query(_first(tuple(sorted(kinds)), begun=False), account=account)
    return readings.assignment_of(rows[0]) if rows else None


def any_begun(snapshot: Snapshot, account: AccountId, kinds: Collection[str]) -> bool:
    """Whether one of them was ever opened."""
    return bool(snapshot.query(_first(tuple(sorted(kinds)), begun=True), account=account))


@cache
def _first(kinds: tuple[str, ...], *, begun: bool) -> Select[Any]:
    of, event = TABLES["assignment"], TABLES["event"]
    # By the concatenation, SQLite looks at the events of the assignment, of which there are few, not at all that were opened.
    opened_once = exists().where(
        event.columns.entity == "assignment", event.columns.id == of.columns.id, event.columns.kind.concat("") == "reading.opened"
    )
    asked = _unsigned(kinds).where(opened_once) if begun else _unsigned(kinds)
    return asked.limit(1).execution_options(**{OWN: f"{'begun' if begun else 'first'}_{'_'.join(kinds)}"})


@cache
def _unsigned(kinds: tuple[str, ...]) -> Select[Any]:
    """Composed once, and only of what can be: every row costs each of these questions, and a reader has hundreds.

    A reading that was given back or is not valid any more is never the one that stands.
    """
    of, end, reading = TABLES["assignment"], TABLES["assignment_end"], TABLES["reading"]
    case, decision = TABLES["adj_case"], TABLES["adjudication"]
    back, gone = TABLES["reading_reopening"], TABLES["reading_invalidation"]
    stands = (
        exists()
        .where(reading.columns.assignment_id == of.columns.id)
        .where(~exists().where(back.columns.reading_id == reading.columns.id))
        .where(~exists().where(gone.columns.reading_id == reading.columns.id))
    )
    decided = exists().where(case.columns.assignment_id == of.columns.id).where(decision.columns.case_id == case.columns.id)
    signed = ((stands, readings.READING_KINDS), (decided, frozenset({readings.ADJUDICATION})))
    return (
        select(of)
        .where(of.columns.account_id == bindparam("account"))
        .where(or_(*(of.columns.kind == kind for kind in kinds)))
        .where(*(~there for there, so in signed if so & set(kinds)))
        .where(~exists().where(end.columns.assignment_id == of.columns.id))
        .order_by(of.columns.order_key)
        .execution_options(**{OWN: f"unsigned_{'_'.join(kinds)}"})
    )


def first_signed(snapshot: Snapshot, account: AccountId | None = None) -> Mapping[AssignmentId, datetime]:
    """When readings were signed for the first time, of everybody or of one person; by assignment."""
    rows = snapshot.query(_first_signed(one=account is not None), account=account)
    return MappingProxyType({AssignmentId(row["assignment_id"]): row["at"] for row in rows})


@cache
def _first_signed(*, one: bool) -> Select[Any]:
    of, reading, signature = TABLES["assignment"], TABLES["reading"], TABLES["signature"]
    asked = (
        select(reading.columns.assignment_id, signature.columns.at)
        .select_from(reading)
        .join(of, of.columns.id == reading.columns.assignment_id)
        .join(signature, (signature.columns.record_type == "reading") & (signature.columns.record_id == reading.columns.id))
        .where(reading.columns.revision == 1)
    )
    return asked.where(of.columns.account_id == bindparam("account")).execution_options(**{OWN: "first_signed"}) if one else asked


def opened(snapshot: Snapshot) -> frozenset[AssignmentId]:
    """The readings that were ever opened by their readers."""
    event = TABLES["event"]
    asked = select(event.columns.id).where(event.columns.kind == "reading.opened").distinct()
    return frozenset(AssignmentId(row["id"]) for row in snapshot.query(asked))


def of_subject(snapshot: Snapshot, subject: SubjectCode) -> tuple[Row, ...]:
    """The assignments of all exams of a subject, also those that have ended, in the order in which they were made."""
    return snapshot.query(_of_subject(), subject=subject)


@cache
def _of_subject() -> Select[Any]:
    of, exam, subject = TABLES["assignment"], TABLES["exam"], TABLES["subject"]
    return (
        select(of)
        .join(exam, exam.columns.id == of.columns.exam_id)
        .join(subject, subject.columns.id == exam.columns.subject_id)
        .where(subject.columns.code == bindparam("subject"))
        .order_by(of.columns.event_seq, of.columns.id)
    )


def held(snapshot: Snapshot, kind: str) -> Mapping[AccountId, int]:
    """How many assignments of this kind that have not ended each person has, signed or not."""
    return {AccountId(row["account_id"]): row["held"] for row in snapshot.query(_held(), kind=kind)}


@cache
def _held() -> Select[Any]:
    of, end = TABLES["assignment"], TABLES["assignment_end"]
    asked = select(of.columns.account_id, func.count().label("held")).where(of.columns.kind == bindparam("kind"))
    return asked.where(~exists().where(end.columns.assignment_id == of.columns.id)).group_by(of.columns.account_id)


# ---------------------------------------------------------------- on a server


def own_statements() -> Iterator[Select[Any]]:
    """What people ask of their own work: each has a function on a server that answers it."""
    for kinds in (tuple(sorted(readings.READING_KINDS)), (readings.ADJUDICATION,)):
        yield from (_unsigned(kinds), _first(kinds, begun=False), _first(kinds, begun=True))
    yield _first_signed(one=True)
