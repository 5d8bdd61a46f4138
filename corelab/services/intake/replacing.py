"""A coordinator says that a clip which waits is a later version of another one of its exam."""

from corelab.domain.accounts import Command
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.vocabulary import ClipId
from corelab.services.accounts import Session, permit
from corelab.services.intake.exam_work import Wanted, exam_of_clip, require_open
from corelab.services.intake.replacement import is_gone, require_replaceable
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.storage import intake_rows
from corelab.storage.store import Transaction


def replace_clip(lab: OpenLab, session: Session, clip: str, replaced: str, reason: str) -> ClipId:
    """``clip`` takes the place of ``replaced`` once it is released; until then nothing changes for readers. Both are kept for good.

    Nothing goes over from one to the other: the new clip is labelled, graded and checked like any other. Raises IntakeRefusedError.
    """
    role = permit(session, Command.INTAKE)
    if not reason.strip():
        raise IntakeRefusedError(Refusal.REPLACED_REASON)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        _require_possible(transaction, clip, replaced)
        row = intake_rows.replacement_row(clip, replaced)
        transaction.record("clip.replaces", "clip", clip, rows=[row], payload={"reason_text": reason})
    return ClipId(replaced)


def _require_possible(transaction: Transaction, clip: str, replaced: str) -> None:
    found, exam = exam_of_clip(transaction, clip)
    released = transaction.one("clip", id=found.id) is not None
    if released or is_gone(transaction, found.id) or intake_rows.replaces(transaction, found.id) is not None:
        raise IntakeRefusedError(Refusal.CLIP_STATE, clip)
    require_open(transaction, exam, replacing=True)
    earlier = require_replaceable(transaction, replaced, Wanted(exam.subject, exam.visit))
    if earlier.seq >= found.seq:
        raise IntakeRefusedError(Refusal.REPLACED, replaced)
