"""The coordinator deals ready exams to readers, and slots that are free again."""

from collections.abc import Collection
from dataclasses import replace

from corelab.domain.accounts import Command
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.vocabulary import SubjectCode
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.dealing import Assigned, Dealing, WaitingExam, Why
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.services.received import completeness_of
from corelab.storage import registry
from corelab.storage.snapshot import Snapshot

__all__ = ["Assigned", "WaitingExam", "Why", "assign", "chance"]


def assign(lab: OpenLab, session: Session, *, early: Collection[SubjectCode] = ()) -> Assigned:
    """Deals every ready exam in one transaction. Nothing that was dealt before moves.

    ``early``: subjects whose other visits are not waited for, where the order of presentation would: a visit that never comes.
    Raises IntakeRefusedError for one that the lab does not know; nothing is dealt then.
    """
    role = accounts.permit(session, Command.ASSIGN)
    seed = chance(lab, session)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        for subject in early:
            if registry.subject_id(transaction, subject) is None:
                raise IntakeRefusedError(Refusal.SUBJECT_UNKNOWN, subject)
        done = Dealing(transaction, effective_charter(transaction), seed, early=early).run()
        return replace(done, waiting=tuple(_counted(transaction, one) for one in done.waiting))


def _counted(snapshot: Snapshot, one: WaitingExam) -> WaitingExam:
    exam = registry.exam(snapshot, one.exam) if one.reason is Why.NOT_READY else None
    if exam is None:
        return one
    found = completeness_of(snapshot, exam)
    counts = (
        (len(found.missing), "required segment without clip", "required segments without clip"),
        (len(found.unknown), "fact about the subject not entered", "facts about the subject not entered"),
        (found.waiting, "clip not released", "clips not released"),
    )
    return replace(one, left=", ".join(f"{count} {single if count == 1 else more}" for count, single, more in counts if count))


def chance(lab: OpenLab, session: Session) -> str:
    """The seed of every choice by chance in this lab. Needs custody."""
    return accounts.lab_secret(lab, session, "chance").decode("ascii")
