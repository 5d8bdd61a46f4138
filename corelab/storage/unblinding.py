"""Who may know the treatment of which subject: rows <-> domain."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from corelab.domain.vocabulary import AccountId, ExamId, SubjectCode
from corelab.storage import released
from corelab.storage.keys import BoxSecret
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow


def unblinded(snapshot: Snapshot) -> Mapping[SubjectCode, frozenset[AccountId]]:
    """By subject, for good; a subject of whom nobody knows is left out."""
    found: dict[SubjectCode, set[AccountId]] = {}
    for row in snapshot.query(_unblinded()):
        found.setdefault(SubjectCode(row["subject"]), set()).add(AccountId(row["person"]))
    return {each: frozenset(people) for each, people in found.items()}


@cache
def _unblinded() -> Select[Any]:
    known, exam, subject = TABLES["unblinding"], TABLES["exam"], TABLES["subject"]
    return (
        select(subject.columns.code.label("subject"), known.columns.account_id.label("person"))
        .select_from(known)
        .join(exam, exam.columns.id == known.columns.exam_id)
        .join(subject, subject.columns.id == exam.columns.subject_id)
        .distinct()
    )


def unblinding_row(new: str, exam: ExamId, account: AccountId) -> NewRow:
    return NewRow("unblinding", {"id": new, "exam_id": exam, "account_id": account})


def deviation_row(new: str, exam: ExamId) -> NewRow:
    """Nobody planned it."""
    return NewRow("deviation", {"id": new, "kind": "unblinding", "exam_id": exam})


def kinds_of(snapshot: Snapshot, custody: BoxSecret) -> Iterator[str]:
    """The kind of each unblinding, for the count in a package."""
    for row in snapshot.all("unblinding"):
        told = told_of(snapshot, row["event_seq"], custody)
        yield str(told["kind"]) if told is not None else "redacted"


def told_of(snapshot: Snapshot, seq: int, custody: BoxSecret) -> Mapping[str, Any] | None:
    """What was said of an unblinding; None where its words were redacted."""
    stored = snapshot.one("event_payload", seq=seq)
    return released.opened(snapshot, seq, custody).json if stored is not None and stored["redaction_seq"] is None else None
