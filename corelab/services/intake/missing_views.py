"""Asking the site for what the charter's questions want to see of a segment and no clip of it shows."""

from corelab.domain.accounts import Command
from corelab.domain.clip_label import View
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.queries import QueryId, QueryKind
from corelab.services.accounts import Session, permit
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.queries import raised
from corelab.services.received import completeness_of
from corelab.storage import registry


def ask_for_views(lab: OpenLab, session: Session, exam: str) -> tuple[QueryId, ...]:
    """One query for each view or mode that a segment of an exam (its id, code, or SUBJECT:VISIT) lacks; what is asked already is not again.

    A person asks, no rule does: readers may find an answer in what is there, and an open query keeps a package back. Raises
    IntakeRefusedError where there is no such exam.
    """
    role = permit(session, Command.QUERY)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        found = registry.exam_named(transaction, exam)
        if found is None:
            raise IntakeRefusedError(Refusal.EXAM, exam)
        lacking = [(each, want) for each in completeness_of(transaction, found).segments for want in each.lacks]
        asked = [
            raised(
                transaction,
                QueryKind.VIEW_MISSING,
                exam=found.id,
                facts={"segment": each.segment, "view" if isinstance(want, View) else "mode": want.value},
            )
            for each, want in lacking
        ]
    return tuple(query for query in asked if query is not None)
