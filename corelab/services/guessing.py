"""The questions after a signature, when grades can no longer change: what suggested the treatment, and which arm it was."""

from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.guess import AfterSigning, GuessRefusedError, asks_after_signing, guess_of
from corelab.domain.reading_errors import NotYoursError
from corelab.domain.vocabulary import AssignmentId
from corelab.services import accounts, refusals, shown
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab, charter_of
from corelab.services.packages.locking import is_locked
from corelab.services.pinned import known_custody
from corelab.storage import readings
from corelab.storage.readings import ADJUDICATION, Assignment
from corelab.storage.store import NewRow, Snapshot


def due(lab: OpenLab, session: Session, assignment: AssignmentId) -> AfterSigning | None:
    """What this person is to be asked about a reading that they signed; None where nothing is asked, or it was answered."""
    accounts.permit(session, Command.READ)
    with lab.store.read(session.account) as snapshot:
        of = _own(snapshot, session, assignment)
        if of is None or not _due(snapshot, of):
            return None
        blinding = charter_of(snapshot, shown.exam_of(snapshot, of.exam).charter_hash).blinding
        return AfterSigning(blinding.suggestions, blinding.guess_arms)


def answer(lab: OpenLab, session: Session, assignment: AssignmentId, suggestion: str, arm: str) -> None:
    """Keeps the answers, sealed to custody alone; they are shown on no screen, and never changed.

    ``suggestion`` is one of the charter's; ``arm`` is 1, 2 or DK. Raises NotYoursError, GuessRefusedError.
    """
    role = accounts.permit(session, Command.READ)
    with refusals.recorded(lab, session, "guess.answer", "assignment", assignment), lab.store.begin(session.actor(role)) as transaction:
        of = _own(transaction, session, assignment)
        if of is None:
            raise NotYoursError(assignment)
        if not _due(transaction, of):
            raise GuessRefusedError("not due")
        guess, new = guess_of(charter_of(transaction, shown.exam_of(transaction, of.exam).charter_hash), suggestion, arm), str(uuid4())
        row = NewRow("guess", {"id": new, "assignment_id": of.id})
        transaction.record("guess.answered", "guess", new, rows=[row], payload=guess.to_json(), seal_to=[known_custody(lab, transaction)])


def _own(snapshot: Snapshot, session: Session, assignment: AssignmentId) -> Assignment | None:
    found = next(iter(readings.all_assignments(snapshot, id=assignment)), None)
    return found if found is not None and found.account == session.account and found.kind != ADJUDICATION else None


def _due(snapshot: Snapshot, of: Assignment | None) -> bool:
    if of is None or is_locked(snapshot) or not readings.revisions(snapshot, of.id) or snapshot.one("guess", assignment_id=of.id):
        return False
    return asks_after_signing(charter_of(snapshot, shown.exam_of(snapshot, of.exam).charter_hash), of.reading_type)
