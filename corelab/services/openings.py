"""What a release publishes of an exam: every signed reading and decision of it, also those that are not current any more."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from corelab.domain.content import AdjudicationContent, ReadingContent
from corelab.domain.reading_errors import RecordFault, RecordRejectedError
from corelab.domain.record_errors import KeyRefusedError, RecordDamagedError
from corelab.domain.vocabulary import Answer, ExamId, ReadingTypeId
from corelab.storage import readings, released
from corelab.storage.by_type import type_of
from corelab.storage.keys import BoxSecret, Opening
from corelab.storage.readings import PRIMARY, REPEAT, CaseRecord, SignedRecord
from corelab.storage.released import SealedEvent, sealed_events
from corelab.storage.signed import verifies
from corelab.storage.store import NewRow, Snapshot


class Opener(Protocol):
    """Opens signed records of one exam with custody, and proves them."""

    @property
    def snapshot(self) -> Snapshot: ...

    @property
    def custody(self) -> BoxSecret: ...

    def proven(self, record: SignedRecord) -> Opening:
        """Raises RecordRejectedError."""

    def answers_of(self, record: SignedRecord) -> Sequence[Answer]:
        """What a signed reading says. Raises RecordRejectedError."""


@dataclass(frozen=True, slots=True)
class Proving:
    """Opens signed records of one exam with custody, and proves them."""

    snapshot: Snapshot
    custody: BoxSecret = field(repr=False)
    exam: ExamId
    _proven: dict[int, Opening] = field(default_factory=dict, repr=False)
    _said: dict[int, tuple[Answer, ...]] = field(default_factory=dict, repr=False)
    """By the event of the record: each is opened and read once in the transaction that this belongs to."""

    def proven(self, record: SignedRecord) -> Opening:
        """The opening of a signed record whose digest and signature hold. Raises RecordRejectedError."""
        if record.seq not in self._proven:
            self._proven[record.seq] = self._proved(record)
        return self._proven[record.seq]

    def _proved(self, record: SignedRecord) -> Opening:
        try:
            opening = released.opened(self.snapshot, record.seq, self.custody)
        except KeyRefusedError as error:
            raise RecordRejectedError(self.exam, record.id, RecordFault.SEALED) from error
        except RecordDamagedError as error:
            raise RecordRejectedError(self.exam, record.id, RecordFault.DIGEST) from error
        if opening.digest != record.content_digest:
            raise RecordRejectedError(self.exam, record.id, RecordFault.DIGEST)
        if not verifies(self.snapshot, record):
            raise RecordRejectedError(self.exam, record.id, RecordFault.SIGNATURE)
        return opening

    def content(self, record: SignedRecord, pseudonym: str) -> ReadingContent:
        """What a reading says, under this pseudonym. Raises RecordRejectedError."""
        opening = self.proven(record)
        try:
            content = ReadingContent.from_json(opening.json)
        except (LookupError, TypeError, ValueError) as error:
            raise RecordRejectedError(self.exam, record.id, RecordFault.CONTENT) from error
        if (content.charter, content.exam, content.revision) != (record.charter_hash, pseudonym, record.revision):
            raise RecordRejectedError(self.exam, record.id, RecordFault.DIGEST)
        self._said[record.seq] = content.answers
        return content

    def answers_of(self, record: SignedRecord) -> Sequence[Answer]:
        """What a signed reading says. Raises RecordRejectedError."""
        if record.seq not in self._said:
            self._said[record.seq] = ReadingContent.from_json(self.proven(record).json).answers
        return self._said[record.seq]


def opened_readings(work: Opener, exam: ExamId, kind: ReadingTypeId, current: Iterable[SignedRecord]) -> Iterator[NewRow]:
    """Openings of the readings of one type and of every change that led to them, their grades and evidence; second looks among them.

    What a reader had begun and never signed stays sealed. A record that is not current and that custody does not open, or that is not
    what was signed, stays sealed too: it was invalidated or signed anew, and must not hold up those that replaced it.
    """
    needed = {record.id for record in current}
    assigned = readings.all_assignments(work.snapshot, exam_id=exam, reading_type=kind)
    for of in (one for one in assigned if one.kind in {PRIMARY, REPEAT}):
        signed = readings.revisions(work.snapshot, of.id)
        for record in signed:
            yield from _where_needed(partial(_reading, work, record), needed=record.id in needed)
        for event in _told(work.snapshot, of.id, signed):
            yield from _where_needed(partial(_openings, work, (event,)), needed=any(record.id in needed for record in signed))


def _where_needed(rows: Callable[[], Iterable[NewRow]], *, needed: bool) -> tuple[NewRow, ...]:
    try:
        return tuple(rows())
    except (KeyRefusedError, RecordDamagedError, RecordRejectedError):
        if needed:
            raise
        return ()


def _told(snapshot: Snapshot, of: str, signed: Sequence[SignedRecord]) -> Iterator[SealedEvent]:
    """The changes that led to what was signed; why readings were given back or invalidated, and why the assignment was withdrawn."""
    last = signed[-1].seq if signed else 0
    own = sealed_events(snapshot, "assignment", of)
    yield from (one for one in own if one.seq < last or one.kind == "assignment.withdrawn")
    for record in signed:
        for entity in ("reading", "reading_invalidation"):
            yield from (one for one in sealed_events(snapshot, entity, record.id) if one.seq != record.seq)


def _reading(work: Opener, record: SignedRecord) -> Iterator[NewRow]:
    """Nothing for one that was published by an earlier release."""
    if released.is_sealed(work.snapshot, record.seq):
        opening = work.proven(record)
        yield released.opening_row(record.seq, opening)
        yield from released.grade_rows("reading", record.id, work.answers_of(record))


def opened_decisions(work: Opener, exam: ExamId, kind: ReadingTypeId, current: CaseRecord | None = None) -> Iterator[NewRow]:
    """Every signed decision on this type of the exam with its case, and which reading was A."""
    for case in readings.cases_of(work.snapshot, exam):
        if type_of(work.snapshot, case.reading_1) != kind:
            continue
        decided = readings.signed_adjudication(work.snapshot, case)
        if decided is None or not released.is_sealed(work.snapshot, decided.seq):
            continue
        yield from _where_needed(partial(_decision, work, case, decided), needed=current is not None and case.id == current.id)


def _decision(work: Opener, case: CaseRecord, decided: SignedRecord) -> Iterator[NewRow]:
    content = AdjudicationContent.from_json(work.proven(decided).json)
    answers = (Answer(one.cell, one.grade, one.evidence) for one in content.decisions)
    yield from _openings(work, (one for one in sealed_events(work.snapshot, "case", case.id) if one.seq in {case.seq, case.key_seq}))
    yield from _openings(work, (one for one in sealed_events(work.snapshot, "assignment", case.assignment) if one.seq < decided.seq))
    yield from _openings(work, (one for one in sealed_events(work.snapshot, "adjudication", decided.id) if one.seq == decided.seq))
    yield from released.grade_rows("adjudication", decided.id, answers)


def _openings(work: Opener, events: Iterable[SealedEvent]) -> Iterator[NewRow]:
    for one in events:
        yield released.opening_row(one.seq, one.opened(work.snapshot, work.custody))
