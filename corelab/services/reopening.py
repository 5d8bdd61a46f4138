"""A coordinator gives a signed reading back to its reader: before its release, with a reason, and without opening it."""

from corelab.domain.accounts import Command
from corelab.domain.reading_states import ReadingCommand, StateRefusedError, next_state
from corelab.domain.reasons import ReopenCause, cause_of, reason_words
from corelab.services import accounts, refusals
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.pinned import known_custody
from corelab.storage import reading_life, readings
from corelab.storage.readings import SignedRecord
from corelab.storage.store import Snapshot

REASON_ROOM = 2048


def reopen(lab: OpenLab, session: Session, reading: str, reason_code: str, reason_text: str) -> None:
    """The reader gets it back as the next work, begins with the grades as they were signed, and signs a revision with a reason.

    What was signed stays signed and visible. The words are sealed to custody until the release: they may tell of grades. The reader is
    shown the words of the code only. Raises ReasonRefusedError, LockedError, and StateRefusedError for a reading that is not the latest
    revision, is released, or is not there; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.REOPEN)
    with refusals.recorded(lab, session, "reading.reopen", "reading", reading):
        cause, words = cause_of(ReopenCause, reason_code), reason_words(reason_text)
        with lab.store.begin(session.actor(role)) as transaction:
            require_unlocked(transaction)
            require_latest(transaction, reading, ReadingCommand.REOPEN)
            transaction.record(
                "reading.reopened",
                "reading",
                reading,
                rows=[reading_life.reopening_row(reading, cause.value)],
                payload={"reason_text": words},
                seal_to=[known_custody(lab, transaction)],
                pad_to=REASON_ROOM,
                reason=cause.value,
            )


def require_latest(snapshot: Snapshot, reading: str, command: ReadingCommand) -> SignedRecord:
    """The latest revision of its assignment, when this may be done to it now. Raises StateRefusedError."""
    if snapshot.one("reading", id=reading) is None:
        raise StateRefusedError(reading, None, command)
    record = readings.reading_of(snapshot, reading)
    if readings.revisions(snapshot, record.assignment)[-1].id != reading:
        raise StateRefusedError(reading, None, command)
    next_state(reading, reading_life.reading_state(snapshot, record.assignment), command, signed_before=True)
    return record
