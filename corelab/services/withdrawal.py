"""A coordinator takes an assignment back that is not signed: its slot is free for another reader, its draft stays sealed for good."""

from corelab.domain.accounts import Command
from corelab.domain.reading_states import ReadingCommand, StateRefusedError, next_state
from corelab.domain.reasons import WithdrawalCause, cause_of, reason_words
from corelab.services import accounts, refusals
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.pinned import known_custody
from corelab.services.reopening import REASON_ROOM
from corelab.storage import reading_life, readings
from corelab.storage.readings import READING_KINDS


def withdraw(lab: OpenLab, session: Session, assignment: str, cause: str, reason_text: str) -> None:
    """The next deal gives the slot to another reader; who held it never gets this exam again.

    A second look or a calibration reading is not dealt anew.
    Nothing that was begun is ever a grade: the draft and its changes stay in their envelopes. A case is not withdrawn by this.
    Raises ReasonRefusedError, LockedError, and StateRefusedError for what is signed, over, or not there; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.ASSIGN)
    with refusals.recorded(lab, session, "assignment.withdraw", "assignment", assignment):
        code, words = cause_of(WithdrawalCause, cause), reason_words(reason_text)
        with lab.store.begin(session.actor(role)) as transaction:
            require_unlocked(transaction)
            found = next(iter(readings.all_assignments(transaction, id=assignment)), None)
            if found is None or found.kind not in READING_KINDS:
                raise StateRefusedError(assignment, None, ReadingCommand.WITHDRAW)
            next_state(assignment, reading_life.reading_state(transaction, assignment), ReadingCommand.WITHDRAW)
            transaction.record(
                "assignment.withdrawn",
                "assignment",
                assignment,
                rows=[reading_life.end_row(found.id, code.value)],
                payload={"reason_text": words},
                seal_to=[known_custody(lab, transaction)],
                pad_to=REASON_ROOM,
                reason=code.value,
            )
