"""Assignments, drafts, signed records, cases and results: rows <-> domain."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from corelab.domain.content import Draft
from corelab.domain.record_errors import RecordDamagedError
from corelab.domain.result import Result
from corelab.domain.vocabulary import AccountId, Answer, AssignmentId, ExamId, ExamState, ReadingTypeId
from corelab.storage.keys import ANSWER_PAD, BoxPublic, BoxSecret, Opening, make_opening, seal
from corelab.storage.store import NewRow, Row, Snapshot, Transaction

RecordType = Literal["reading", "adjudication"]
AssignmentKind = Literal["primary", "adjudication"]
PRIMARY: Final = "primary"
ADJUDICATION: Final = "adjudication"
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
    ended = {row["assignment_id"] for row in snapshot.all("assignment_end")}
    found = (_assignment(row) for row in snapshot.all("assignment", **equals) if row["id"] not in ended)
    return tuple(sorted(found, key=lambda one: (one.account, one.order_key)))


def assignment(snapshot: Snapshot, id_: str) -> Assignment | None:
    """An open assignment by its id."""
    return next(iter(assignments(snapshot, id=id_)), None)


def _assignment(row: Row) -> Assignment:
    return Assignment(
        AssignmentId(row["id"]),
        ExamId(row["exam_id"]),
        ReadingTypeId(row["reading_type"]),
        row["slot"],
        row["kind"],
        AccountId(row["account_id"]),
        row["pseudonym"],
        row["order_key"],
    )


def assignment_row(new: Assignment) -> NewRow:
    return NewRow(
        "assignment",
        {
            "id": new.id,
            "exam_id": new.exam,
            "reading_type": new.reading_type,
            "slot": new.slot,
            "attempt": 1,
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
    opening = make_opening(new.to_json())
    transaction.put_draft(AssignmentId(new.assignment), seal(opening.body, recipients, room))


# ---------------------------------------------------------------- signed records


def signed_reading(snapshot: Snapshot, of: AssignmentId) -> SignedRecord | None:
    """The latest signed revision of an assignment that was not invalidated."""
    row = snapshot.latest("reading", by="revision", assignment_id=of)
    if row is None or snapshot.one("reading_invalidation", reading_id=row["id"]):
        return None
    return _signed(snapshot, row, "reading", of)


def signed_assignments(snapshot: Snapshot) -> frozenset[AssignmentId]:
    """The assignments with a signed reading that was not invalidated, or a signed adjudication."""
    gone = {row["reading_id"] for row in snapshot.all("reading_invalidation")}
    read = {AssignmentId(row["assignment_id"]) for row in snapshot.all("reading") if row["id"] not in gone}
    decided = {row["case_id"] for row in snapshot.all("adjudication")}
    return frozenset(read | {AssignmentId(row["assignment_id"]) for row in snapshot.all("adj_case") if row["id"] in decided})


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


def reading_row(new: str, of: AssignmentId, charter_hash: str, content_digest: str) -> NewRow:
    columns = {"id": new, "assignment_id": of, "revision": 1, "supersedes_id": None}
    return NewRow("reading", {**columns, "charter_hash": charter_hash, "content_digest": content_digest})


def adjudication_row(new: str, case: str, charter_hash: str, content_digest: str) -> NewRow:
    columns = {"id": new, "case_id": case, "revision": 1, "supersedes_id": None}
    return NewRow("adjudication", {**columns, "charter_hash": charter_hash, "content_digest": content_digest})


# ---------------------------------------------------------------- cases


def cases(snapshot: Snapshot, **equals: Any) -> tuple[CaseRecord, ...]:
    """The cases, oldest first; ``equals`` names columns of adj_case."""
    return tuple(_case(snapshot, row) for row in sorted(snapshot.all("adj_case", **equals), key=lambda row: row["event_seq"]))


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


# ---------------------------------------------------------------- what is written at release


def grade_rows(record_type: RecordType, record_id: str, answers: Iterable[Answer]) -> Iterator[NewRow]:
    """The grades and evidence of a record that is opened for good."""
    for answer in answers:
        cell = {"record_type": record_type, "record_id": record_id, "segment": answer.cell.segment, "item": answer.cell.item}
        yield NewRow("grade", {**cell, **_grade_columns(answer)})
        for number, evidence in enumerate(answer.evidence, 1):
            frames = {"n": number, "clip_sha256": evidence.clip, "frame_a": evidence.frame_a, "frame_b": evidence.frame_b}
            yield NewRow("evidence", {**cell, **frames})


def _grade_columns(answer: Answer) -> Mapping[str, Any]:
    grade = answer.grade
    known = {"value": grade.code, "reason_code": grade.reason, "prefilled": int(grade.prefilled)}
    return {**known, "unit": None, "confidence": None}


def opened(snapshot: Snapshot, seq: int, secret: BoxSecret) -> Opening:
    """The sealed payload of an event. Raises KeyRefusedError, and RecordDamagedError when it is not what the event committed to."""
    event, stored = snapshot.one("event", seq=seq), snapshot.one("event_payload", seq=seq)
    if event is None or stored is None or stored["body"] is None:
        raise RecordDamagedError(seq, "payload is gone")
    opening = Opening(snapshot.unsealed(stored["body"], secret) if stored["form"] == "sealed" else bytes(stored["body"]))
    if opening.digest != event["payload"]:
        raise RecordDamagedError(seq, "payload differs from its digest")
    return opening


def sealed_events(snapshot: Snapshot, entity: str, id_: str) -> tuple[int, ...]:
    """The events of one record whose payloads are sealed and not opened yet."""
    found = (row["seq"] for row in snapshot.events(entity=entity, id=id_) if row["sealed"] is not None)
    return tuple(seq for seq in found if snapshot.one("opening", seq=seq) is None)


def opening_row(seq: int, opening: Opening) -> NewRow:
    return NewRow("opening", {"seq": seq, "body": opening.body, "redaction_seq": None})


def alert_row(alert: str, exam: ExamId) -> NewRow:
    return NewRow("alert", {"id": alert, "exam_id": exam})


def result_row(exam: ExamId, result: Result, source: SignedRecord) -> NewRow:
    """``source`` is the record that the grade was taken from."""
    cell = {"exam_id": exam, "segment": result.cell.segment, "item": result.cell.item, "revision": 1}
    taken = {"source": result.source.value, "from_type": source.record_type, "from_id": source.id}
    return NewRow("result", {**cell, **taken, "value": result.grade.code, "unit": None, "rule_id": ",".join(result.rules) or None})
