"""A case: what two readers dispute, the adjudicator's decisions, the final grades that follow; the parts stand in ``deciding``.

A page works with ``CaseDraft``, which is made anew at every change. ``draft.cells`` are the cells to answer now: the disputes, then the
details that the decisions so far ask anew (``draft.asked``). ``draft.decided(cell, take, ...)`` answers one; ``draft.details`` tells how
every detail that hangs on a dispute stands: it waits, is asked, was taken along with A or B, is gone, inherits, or stands as agreed.
Everything in ``draft.case.agreed`` is read-only. Where ``draft.case.shows_sides`` is false, nobody may see A and B, and ``sides`` of a
dispute is None. ``draft.faults`` is what keeps the case from being signed, ``draft.complete(clips)`` the decisions to sign: those
of the disputes and everything that follows from them, so that ``finish`` needs no form.
"""

from corelab.domain.deciding.case import Case, Dispute, Sides, SidesHiddenError, open_case
from corelab.domain.deciding.decision import (
    CaseIncompleteError,
    Decision,
    DecisionFault,
    DecisionFaultKind,
    DecisionReason,
    DecisionRefusedError,
    Doubt,
    Mode,
    Take,
)
from corelab.domain.deciding.draft import CaseDraft
from corelab.domain.deciding.finishing import finish, results_so_far
from corelab.domain.deciding.following import Detail, DetailState

__all__ = [
    "Case",
    "CaseDraft",
    "CaseIncompleteError",
    "Decision",
    "DecisionFault",
    "DecisionFaultKind",
    "DecisionReason",
    "DecisionRefusedError",
    "Detail",
    "DetailState",
    "Dispute",
    "Doubt",
    "Mode",
    "Sides",
    "SidesHiddenError",
    "Take",
    "finish",
    "open_case",
    "results_so_far",
]
