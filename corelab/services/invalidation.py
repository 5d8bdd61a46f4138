"""A coordinator declares a signed reading invalid, by signature, also after its release: another reader reads the exam anew."""

from collections.abc import Iterator

from corelab.domain.accounts import Command, Meaning
from corelab.domain.reading_states import ReadingCommand
from corelab.domain.reasons import InvalidationCause, cause_of, lasting_words
from corelab.domain.vocabulary import ExamState
from corelab.services import accounts, refusals, shown
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.pinned import known_custody
from corelab.services.reopening import REASON_ROOM, require_latest
from corelab.storage import reading_life, readings
from corelab.storage.keys import BoxPublic, Signer, make_opening
from corelab.storage.readings import PRIMARY, SignedRecord
from corelab.storage.store import NewRow, Snapshot, Transaction

CASE_WITHDRAWN = "reading invalidated"
ENDED = "invalidated"


def invalidate(lab: OpenLab, session: Session, reading: str, cause: str, reason_text: str, password: str) -> None:
    """The reading stays signed and visible and counts no more: its slot is free for another reader, its exam waits for readings again.

    A case of the exam is withdrawn with it, decided or not. Results that rest on it stay in the trail until new ones stand beside them.
    The words are sealed to custody until the next release. Raises ReasonRefusedError, LockedError, StateRefusedError, SignInRefusedError;
    a refusal leaves an event.
    """
    role = accounts.permit(session, Command.INVALIDATE)
    with refusals.recorded(lab, session, "reading.invalidate", "reading", reading):
        code, words = cause_of(InvalidationCause, cause), lasting_words(reason_text)
        with lab.store.read(session.account) as snapshot:
            require_unlocked(snapshot)
            require_latest(snapshot, reading, ReadingCommand.INVALIDATE)
        with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
            require_unlocked(transaction)
            record = require_latest(transaction, reading, ReadingCommand.INVALIDATE)
            case = next((one for one in readings.live_cases(transaction) if reading in {one.reading_1, one.reading_2}), None)
            _record(transaction, signer, record, (code, words), known_custody(lab, transaction))
            if case is not None:
                transaction.record("case.withdrawn", "case", case.id, rows=[reading_life.end_row(case.assignment, CASE_WITHDRAWN)])


def _record(transaction: Transaction, signer: Signer, record: SignedRecord, why: tuple[InvalidationCause, str], custody: BoxPublic) -> None:
    cause, words = why
    opening = make_opening({"reading": record.id, "reason_text": words})
    signature = transaction.signature(
        signer,
        record_type="reading_invalidation",
        record_id=record.id,
        revision=record.revision,
        meaning=Meaning.INVALIDATION,
        charter_hash=record.charter_hash,
        content_digest=opening.digest,
    )
    transaction.record(
        "reading.invalidated",
        "reading_invalidation",
        record.id,
        rows=[signature, *_rows(transaction, record, cause)],
        payload=opening,
        seal_to=[custody],
        pad_to=REASON_ROOM,
        reason=cause.value,
    )


def _rows(snapshot: Snapshot, record: SignedRecord, cause: InvalidationCause) -> Iterator[NewRow]:
    yield reading_life.invalidation_row(record.id, cause.value)
    yield reading_life.end_row(record.assignment, ENDED)
    of = readings.all_assignments(snapshot, id=record.assignment)[0]
    if of.kind == PRIMARY and shown.exam_of(snapshot, of.exam).state is not ExamState.ASSIGNED:
        yield readings.state_row(snapshot, of.exam, ExamState.ASSIGNED)
