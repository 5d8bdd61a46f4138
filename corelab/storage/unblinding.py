"""Who may know the treatment of which subject: rows <-> domain."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Select, bindparam, exists, select

from corelab.domain.vocabulary import AccountId, ExamId, SubjectCode
from corelab.storage import released
from corelab.storage.keys import BoxSecret
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow

EXCEPTED: Final = "unblinding.excepted"


def unblinded(snapshot: Snapshot, only: SubjectCode | None = None) -> Mapping[SubjectCode, frozenset[AccountId]]:
    """By subject (of all, or of one), for good but for a coordinator's reason; a subject of whom nobody knows is left out."""
    found: dict[SubjectCode, set[AccountId]] = {}
    for row in snapshot.query(_unblinded(one=only is not None), subject=only):
        found.setdefault(SubjectCode(row["subject"]), set()).add(AccountId(row["person"]))
    return {each: frozenset(people) for each, people in found.items()}


@cache
def _unblinded(*, one: bool) -> Select[Any]:
    known, exam, subject, event = TABLES["unblinding"], TABLES["exam"], TABLES["subject"], TABLES["event"]
    excepted = exists().where(event.columns.kind == EXCEPTED, event.columns.id == known.columns.id)
    asked = (
        select(subject.columns.code.label("subject"), known.columns.account_id.label("person"))
        .select_from(known)
        .join(exam, exam.columns.id == known.columns.exam_id)
        .join(subject, subject.columns.id == exam.columns.subject_id)
        .where(~excepted)
        .distinct()
    )
    return asked.where(subject.columns.code == bindparam("subject")) if one else asked


def unblinding_row(new: str, exam: ExamId, account: AccountId) -> NewRow:
    return NewRow("unblinding", {"id": new, "exam_id": exam, "account_id": account})


def deviation_row(new: str, exam: ExamId) -> NewRow:
    """Nobody planned it."""
    return NewRow("deviation", {"id": new, "kind": "unblinding", "exam_id": exam})


def bars(snapshot: Snapshot, subject: str, account: AccountId) -> tuple[str, ...]:
    """The unblindings (ids) that keep a person from further exams of a subject (its id)."""
    over = {event["id"] for event in snapshot.events(kind=EXCEPTED)}
    of_subject = {row["id"] for row in snapshot.all("exam", subject_id=subject)}
    known = (row for row in snapshot.all("unblinding", account_id=account) if row["exam_id"] in of_subject)
    return tuple(row["id"] for row in known if row["id"] not in over)


def kinds_of(snapshot: Snapshot, custody: BoxSecret) -> Iterator[str]:
    """The kind of each unblinding, for the count in a package."""
    for row in snapshot.all("unblinding"):
        told = told_of(snapshot, row["event_seq"], custody)
        yield str(told["kind"]) if told is not None else "redacted"


def told_of(snapshot: Snapshot, seq: int, custody: BoxSecret) -> Mapping[str, Any] | None:
    """What was said of an unblinding; None where its words were redacted."""
    stored = snapshot.one("event_payload", seq=seq)
    return released.opened(snapshot, seq, custody).json if stored is not None and stored["redaction_seq"] is None else None
