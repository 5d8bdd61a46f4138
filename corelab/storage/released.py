"""What is written when sealed records are released: openings, grades, evidence and results, all clear from then on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, exists, select

from corelab.domain.record_errors import RecordDamagedError
from corelab.domain.result import Result
from corelab.domain.vocabulary import Answer, ExamId
from corelab.storage.keys import BoxSecret, Opening
from corelab.storage.readings import RecordType, SignedRecord
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow


def grade_rows(record_type: RecordType, record_id: str, answers: Iterable[Answer]) -> Iterator[NewRow]:
    """The grades of a record that is opened for good, then their evidence: rows of one table are written together."""
    said = tuple(answers)
    for answer in said:
        grade = answer.grade
        known = {"value": grade.code, "reason_code": grade.reason, "prefilled": int(grade.prefilled)}
        yield NewRow("grade", {**known, **_place(record_type, record_id, answer)})
    for answer in said:
        for number, evidence in enumerate(answer.evidence, 1):
            frames = {"n": number, "clip_sha256": evidence.clip, "frame_a": evidence.frame_a, "frame_b": evidence.frame_b}
            yield NewRow("evidence", {**_place(record_type, record_id, answer), **frames})


def _place(record_type: RecordType, record_id: str, answer: Answer) -> Mapping[str, str]:
    return {"record_type": record_type, "record_id": record_id, "segment": answer.cell.segment, "item": answer.cell.item}


def opened(snapshot: Snapshot, seq: int, secret: BoxSecret) -> Opening:
    """The sealed payload of an event. Raises KeyRefusedError, and RecordDamagedError when it is not what the event committed to."""
    event, stored = snapshot.one("event", seq=seq), snapshot.one("event_payload", seq=seq)
    if event is None or stored is None or stored["body"] is None:
        raise RecordDamagedError(seq, "payload is gone")
    opening = Opening(snapshot.unsealed(stored["body"], secret) if stored["form"] == "sealed" else bytes(stored["body"]))
    if opening.digest != event["payload"]:
        raise RecordDamagedError(seq, "payload differs from its digest")
    return opening


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """An event whose payload stands in its envelope only; ``digest`` is what the event committed to."""

    seq: int
    kind: str
    digest: str
    envelope: bytes = field(repr=False)

    def opened(self, snapshot: Snapshot, secret: BoxSecret) -> Opening:
        """Raises KeyRefusedError, and RecordDamagedError when it is not what the event committed to."""
        opening = Opening(snapshot.unsealed(self.envelope, secret))
        if opening.digest != self.digest:
            raise RecordDamagedError(self.seq, "payload differs from its digest")
        return opening


def sealed_events(snapshot: Snapshot, entity: str, id_: str) -> tuple[SealedEvent, ...]:
    """The events of one record whose payloads are sealed, not opened yet and not redacted."""
    found = snapshot.query(_sealed_events(), entity=entity, id=id_)
    return tuple(SealedEvent(row["seq"], row["kind"], row["payload"], row["body"]) for row in found)


@cache
def _sealed_events() -> Select[Any]:
    """Composed once. An exam has hundreds of such events: they are asked for together."""
    event, stored, opening = TABLES["event"].columns, TABLES["event_payload"].columns, TABLES["opening"].columns
    return (
        select(event.seq, event.kind, event.payload, stored.body)
        .join_from(TABLES["event"], TABLES["event_payload"], stored.seq == event.seq)
        .where(event.entity == bindparam("entity"), event.id == bindparam("id"), event.sealed.is_not(None))
        .where(stored.form == "sealed", stored.body.is_not(None), ~exists().where(opening.seq == event.seq))
        .order_by(event.seq)
    )


def is_sealed(snapshot: Snapshot, seq: int) -> bool:
    """Whether the payload of this event stands in its envelope only."""
    stored = snapshot.one("event_payload", seq=seq, form="sealed")
    return stored is not None and stored["body"] is not None and snapshot.one("opening", seq=seq) is None


def opening_row(seq: int, opening: Opening) -> NewRow:
    return NewRow("opening", {"seq": seq, "body": opening.body, "redaction_seq": None})


def alert_row(alert: str, exam: ExamId) -> NewRow:
    return NewRow("alert", {"id": alert, "exam_id": exam})


def exams_with_results(snapshot: Snapshot) -> frozenset[str]:
    exam = TABLES["result"].columns.exam_id
    return frozenset(row["exam_id"] for row in snapshot.query(select(exam).distinct()))


def next_result_revision(snapshot: Snapshot, exam: ExamId) -> int:
    """Results that were made anew after an invalidation stand beside those of before."""
    last = snapshot.latest("result", by="revision", exam_id=exam)
    return (last["revision"] if last else 0) + 1


def result_row(exam: ExamId, result: Result, source: SignedRecord, revision: int = 1) -> NewRow:
    """``source`` is the record that the grade was taken from."""
    cell = {"exam_id": exam, "segment": result.cell.segment, "item": result.cell.item, "revision": revision}
    taken = {"source": result.source.value, "from_type": source.record_type, "from_id": source.id}
    return NewRow("result", {**cell, **taken, "value": result.grade.code, "unit": None, "rule_id": ",".join(result.rules) or None})
