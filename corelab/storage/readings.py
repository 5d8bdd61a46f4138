"""Assignments, drafts, signed records, cases and results: rows <-> domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from corelab.domain.content import Draft
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId, ExamState, ReadingTypeId
from corelab.storage.keys import ANSWER_PAD, BoxPublic, BoxSecret, Opening, make_opening
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow, Transaction

RecordType = Literal["reading", "adjudication"]
AssignmentKind = Literal["primary", "repeat", "calibration", "adjudication"]
PRIMARY: Final = "primary"
REPEAT: Final = "repeat"
CALIBRATION: Final = "calibration"
ADJUDICATION: Final = "adjudication"
READING_KINDS: Final = frozenset({PRIMARY, REPEAT, CALIBRATION})
"""What a reader reads. Only a primary reading is compared; to the reader all are the same."""
ANSWER_ROOM = ANSWER_PAD


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who reads or adjudicates which exam. Coordinators' side only: nothing that reaches a reader's page holds one."""

    id: AssignmentId
    exam: ExamId
    reading_type: ReadingTypeId
    slot: int
    kind: AssignmentKind
    account: AccountId
    pseudonym: str
    order_key: str
    attempt: int = 1
    """Counts who held the slot; the one before has ended."""


@dataclass(frozen=True, slots=True)
class SignedRecord:
    """A signed reading or adjudication, still sealed: ``seq`` is the event whose payload it is."""

    id: str
    record_type: RecordType
    assignment: AssignmentId
    revision: int
    charter_hash: str
    content_digest: str
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """An open or decided case: ``seq`` is the event that holds A and B, ``key_seq`` the one that tells which reading is A."""

    id: str
    comparison: str
    exam: ExamId
    reading_1: str
    reading_2: str
    charter_hash: str
    assignment: AssignmentId
    seq: int
    key_seq: int


# ---------------------------------------------------------------- who reads what


def assignments(snapshot: Snapshot, **equals: Any) -> tuple[Assignment, ...]:
    """The open assignments, in stored order of each reader; ``equals`` names columns (exam_id, account_id, kind...)."""
    found = all_assignments(snapshot, **equals)
    if equals.keys() & {"id", "exam_id"}:
        return tuple(one for one in found if snapshot.one("assignment_end", assignment_id=one.id) is None)
    ended = {row["assignment_id"] for row in snapshot.all("assignment_end")}
    return tuple(one for one in found if one.id not in ended)


def all_assignments(snapshot: Snapshot, **equals: Any) -> tuple[Assignment, ...]:
    """Those that have ended too: withdrawn, or with a reading that is not valid any more."""
    found = (assignment_of(row) for row in snapshot.all("assignment", **equals))
    return tuple(sorted(found, key=lambda one: (one.account, one.order_key)))


def assignment(snapshot: Snapshot, id_: str) -> Assignment | None:
    """An open assignment by its id."""
    return next(iter(assignments(snapshot, id=id_)), None)


def open_repeats(snapshot: Snapshot, exam: ExamId) -> tuple[Assignment, ...]:
    """Second looks at this exam that are dealt and not signed: until they are, nothing of the exam is released."""
    return tuple(one for one in assignments(snapshot, exam_id=exam, kind=REPEAT) if signed_reading(snapshot, one.id) is None)


def assignment_of(row: Row) -> Assignment:
    """From a row of the table."""
    return Assignment(
        AssignmentId(row["id"]),
        ExamId(row["exam_id"]),
        ReadingTypeId(row["reading_type"]),
        row["slot"],
        row["kind"],
        AccountId(row["account_id"]),
        row["pseudonym"],
        row["order_key"],
        row["attempt"],
    )


def assignment_row(new: Assignment) -> NewRow:
    return NewRow(
        "assignment",
        {
            "id": new.id,
            "exam_id": new.exam,
            "reading_type": new.reading_type,
            "slot": new.slot,
            "attempt": new.attempt,
            "kind": new.kind,
            "account_id": new.account,
            "pseudonym": new.pseudonym,
            "order_key": new.order_key,
            "due": None,
        },
    )


def state_row(snapshot: Snapshot, exam: ExamId, state: ExamState, *, after: int = 0) -> NewRow:
    """The next row of an exam's states; ``after`` counts rows of the same event that come before it."""
    last = snapshot.latest("exam_status", exam_id=exam)
    number = (last["n"] if last else 0) + 1 + after
    kept = last["not_imaged"] if last else None
    return NewRow("exam_status", {"exam_id": exam, "n": number, "state": state.value, "not_imaged": kept})


# ---------------------------------------------------------------- drafts


def draft(snapshot: Snapshot, assignment_id: AssignmentId, secret: BoxSecret) -> Draft | None:
    """What was saved last, opened with its author's key."""
    row = snapshot.one("draft", assignment_id=assignment_id)
    return Draft.from_json(Opening(snapshot.unsealed(row["body"], secret)).json) if row else None


def put_draft(transaction: Transaction, new: Draft, recipients: Sequence[BoxPublic], room: int) -> None:
    transaction.put_draft(AssignmentId(new.assignment), transaction.sealed(make_opening(new.to_json()), recipients, room))


# ---------------------------------------------------------------- signed records


def signed_reading(snapshot: Snapshot, of: AssignmentId) -> SignedRecord | None:
    """The latest signed revision of an assignment; None where it was invalidated, or reopened and not signed again."""
    row = snapshot.latest("reading", by="revision", assignment_id=of)
    if row is None or any(snapshot.one(table, reading_id=row["id"]) for table in _TAKEN_BACK):
        return None
    return _signed(snapshot, row, "reading", of)


_TAKEN_BACK = ("reading_invalidation", "reading_reopening")


def revisions(snapshot: Snapshot, of: str) -> tuple[SignedRecord, ...]:
    """Every signed reading of an assignment, the first one first, whatever became of it."""
    rows = sorted(snapshot.all("reading", assignment_id=of), key=lambda row: row["revision"])
    return tuple(_signed(snapshot, row, "reading", AssignmentId(of)) for row in rows)


def signed_assignments(snapshot: Snapshot) -> frozenset[AssignmentId]:
    """The assignments with a signed reading that is valid and not reopened, or a signed adjudication."""
    gone = {row["reading_id"] for table in _TAKEN_BACK for row in snapshot.all(table)}
    latest = {row["assignment_id"]: row["id"] for row in sorted(snapshot.all("reading"), key=lambda row: row["revision"])}
    read = {AssignmentId(of) for of, id_ in latest.items() if id_ not in gone}
    decided = {row["case_id"] for row in snapshot.all("adjudication")}
    return frozenset(read | {AssignmentId(row["assignment_id"]) for row in snapshot.all("adj_case") if row["id"] in decided})


def is_signed(snapshot: Snapshot, of: Assignment) -> bool:
    """Whether it is among the ``signed_assignments``: asked about one, without reading all."""
    if of.kind != ADJUDICATION:
        return signed_reading(snapshot, of.id) is not None
    return any(signed_adjudication(snapshot, case) is not None for case in cases(snapshot, assignment_id=of.id))


def signed_under(snapshot: Snapshot, record_id: str) -> AssignmentId | None:
    """The assignment that a signed reading or adjudication belongs to, whatever became of it."""
    reading = snapshot.one("reading", id=record_id)
    if reading is not None:
        return AssignmentId(reading["assignment_id"])
    adjudication = snapshot.one("adjudication", id=record_id)
    case = snapshot.one("adj_case", id=adjudication["case_id"]) if adjudication else None
    return AssignmentId(case["assignment_id"]) if case else None


def reading_of(snapshot: Snapshot, reading_id: str) -> SignedRecord:
    """A signed reading by its id. Raises LookupError."""
    row = snapshot.one("reading", id=reading_id)
    if row is None:
        raise LookupError(reading_id)
    return _signed(snapshot, row, "reading", AssignmentId(row["assignment_id"]))


def signed_adjudication(snapshot: Snapshot, case: CaseRecord) -> SignedRecord | None:
    row = snapshot.latest("adjudication", by="revision", case_id=case.id)
    return _signed(snapshot, row, "adjudication", case.assignment) if row else None


def _signed(snapshot: Snapshot, row: Row, record_type: RecordType, of: AssignmentId) -> SignedRecord:
    signature = snapshot.one("signature", record_type=record_type, record_id=row["id"])
    if signature is None:
        raise LookupError(row["id"])
    return SignedRecord(
        row["id"], record_type, of, row["revision"], row["charter_hash"], row["content_digest"], row["event_seq"], signature["at"]
    )


def reading_row(new: str, of: AssignmentId, charter_hash: str, content_digest: str, before: SignedRecord | None = None) -> NewRow:
    """``before`` is the revision that this one supersedes."""
    columns = {"id": new, "assignment_id": of, "revision": 1, "supersedes_id": None}
    if before is not None:
        columns |= {"revision": before.revision + 1, "supersedes_id": before.id}
    return NewRow("reading", {**columns, "charter_hash": charter_hash, "content_digest": content_digest})


def adjudication_row(new: str, case: str, charter_hash: str, content_digest: str) -> NewRow:
    columns = {"id": new, "case_id": case, "revision": 1, "supersedes_id": None}
    return NewRow("adjudication", {**columns, "charter_hash": charter_hash, "content_digest": content_digest})


# ---------------------------------------------------------------- cases


def cases(snapshot: Snapshot, **equals: Any) -> tuple[CaseRecord, ...]:
    """The cases, oldest first; ``equals`` names columns of adj_case."""
    return tuple(_case(snapshot, row) for row in sorted(snapshot.all("adj_case", **equals), key=lambda row: row["event_seq"]))


def live_cases(snapshot: Snapshot) -> tuple[CaseRecord, ...]:
    """The cases that stand: no reading of theirs was invalidated."""
    ended = {row["assignment_id"] for row in snapshot.all("assignment_end")}
    return tuple(case for case in cases(snapshot) if case.assignment not in ended)


def cases_of(snapshot: Snapshot, exam: ExamId) -> tuple[CaseRecord, ...]:
    """Every case of an exam, also those that were withdrawn, oldest first."""
    compared = sorted(snapshot.all("comparison", exam_id=exam), key=lambda row: row["event_seq"])
    return tuple(case for row in compared for case in cases(snapshot, comparison_id=row["id"]))


def _case(snapshot: Snapshot, row: Row) -> CaseRecord:
    comparison = snapshot.one("comparison", id=row["comparison_id"])
    keys = snapshot.events(kind="case.key", entity="case", id=row["id"])
    if comparison is None or not keys:
        raise LookupError(row["id"])
    return CaseRecord(
        row["id"],
        comparison["id"],
        ExamId(comparison["exam_id"]),
        comparison["reading_1"],
        comparison["reading_2"],
        comparison["charter_hash"],
        AssignmentId(row["assignment_id"]),
        row["event_seq"],
        keys[-1]["seq"],
    )
