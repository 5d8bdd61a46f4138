"""Who had a hand in the clips of a subject: labelled or graded one, masked, passed or verified it."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Exists, Select, bindparam, exists, or_, select

from corelab.domain.vocabulary import AccountId, SubjectCode
from corelab.storage.rows import OWN
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Snapshot


def hands_on(snapshot: Snapshot, subject: SubjectCode | None = None) -> Mapping[SubjectCode, frozenset[AccountId]]:
    """Of every subject, or of one; a subject whose clips nobody touched is left out."""
    found: dict[SubjectCode, set[AccountId]] = {}
    asked = _statements(one=subject is not None)
    for row in (row for statement in asked for row in snapshot.query(statement, subject=subject)):
        if row["person"] is not None:
            found.setdefault(SubjectCode(row["subject"]), set()).add(AccountId(row["person"]))
    return {each: frozenset(accounts) for each, accounts in found.items()}


@cache
def _statements(*, one: bool) -> tuple[Select[tuple[str, str]], ...]:
    """Composed once: that takes longer than asking."""
    code = TABLES["subject"].columns.code
    return tuple(statement.where(code == bindparam("subject")) if one else statement for statement in _of_all())


def _of_all() -> Iterator[Select[tuple[str, str]]]:
    event = TABLES["event"]
    check, release = TABLES["pixel_check"], TABLES["clip_release"]
    for said in (TABLES["clip_label"], TABLES["clip_qc"]):
        yield _of_clips(said.columns.clip_id, event.columns.actor).join(event, event.columns.seq == said.columns.event_seq).distinct()
    yield _of_clips(check.columns.clip_id, check.columns.person_id).distinct()
    for person in (release.columns.checker_id, release.columns.verifier_id):
        yield _of_clips(release.columns.clip_id, person).distinct()


def _of_clips(clip: ColumnElement[str], person: ColumnElement[str]) -> Select[tuple[str, str]]:
    """(subject code, person) of the rows that name these clips."""
    received, exam, subject = TABLES["intake_object"], TABLES["exam"], TABLES["subject"]
    return (
        select(subject.columns.code.label("subject"), person.label("person"))
        .select_from(clip.table)
        .join(received, received.columns.id == clip)
        .join(exam, exam.columns.id == received.columns.exam_id)
        .join(subject, subject.columns.id == exam.columns.subject_id)
    )


# ---------------------------------------------------------------- of one person


def had_a_hand(snapshot: Snapshot, subject: str, account: AccountId) -> bool:
    """Whether this person did, in a clip of any exam of a subject (its id)."""
    return bool(snapshot.query(own_statement(), subject=subject, account=account))


@cache
def own_statement() -> Select[Any]:
    """It has a function on a server, which answers readers about themselves alone."""
    subject, event = TABLES["subject"], TABLES["event"]
    account: BindParameter[str] = bindparam("account")
    check, release = TABLES["pixel_check"], TABLES["clip_release"]
    said = [
        _of_subject(of.columns.clip_id).where(event.columns.seq == of.columns.event_seq, event.columns.actor == account)
        for of in (TABLES["clip_label"], TABLES["clip_qc"])
    ]
    checked = _of_subject(check.columns.clip_id).where(check.columns.person_id == account)
    let_go = _of_subject(release.columns.clip_id).where(or_(release.columns.checker_id == account, release.columns.verifier_id == account))
    asked = select(subject.columns.id).where(subject.columns.id == bindparam("subject"))
    return asked.where(or_(*said, checked, let_go)).execution_options(**{OWN: "had_a_hand"})


def _of_subject(clip: ColumnElement[str]) -> Exists:
    received, exam, subject = TABLES["intake_object"], TABLES["exam"], TABLES["subject"]
    of_exam = (received.columns.id == clip, exam.columns.id == received.columns.exam_id)
    return exists().where(*of_exam, exam.columns.subject_id == subject.columns.id)
