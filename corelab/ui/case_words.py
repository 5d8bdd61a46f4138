"""What is said of a case: its cells, its decisions, why a key does nothing here, what keeps it from being signed."""

from typing import Final

from corelab.domain.adjudication import CaseDraft, DecisionFault, DecisionFaultKind, DetailState, Doubt, Mode, Take
from corelab.domain.form import Form
from corelab.domain.values import option_words
from corelab.domain.vocabulary import Cell
from corelab.ui.commands import key_of, with_keys
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.entry import refused_digit
from corelab.ui.segment_words import grade_words, label_words, lowered, reason_words

_FAULTS: Final = {
    DecisionFaultKind.OPEN: "no decision yet",
    DecisionFaultKind.REASON_MISSING: "the decision has no reason yet",
    DecisionFaultKind.NOTE_MISSING: "this reason needs a note",
    DecisionFaultKind.FRAME_MISSING: "mark the frame that shows the own grade ({evidence})",
    DecisionFaultKind.PAIR_MISSING: "mark the frame under pressure too ({evidence_pair})",
    DecisionFaultKind.CALIPER_MISSING: "measure the own value with a caliper ({caliper})",
    DecisionFaultKind.FRAME_UNKNOWN: "the frame of the own grade is not one of this exam; mark another ({evidence})",
    DecisionFaultKind.CHECK_BROKEN: "the decisions break a check",
}
_LACKS: Final = {
    DecisionFaultKind.FRAME_MISSING: "mark its frame: {evidence}",
    DecisionFaultKind.PAIR_MISSING: "mark the frame under pressure: {evidence_pair}",
    DecisionFaultKind.CALIPER_MISSING: "measure it: {caliper}",
}
_LINES: Final = 3
"""So many checks are told at once; of more, only how many."""
NO_OWN_GRADE: Final = "Here A or B is taken; an own grade is not offered."
NO_SIDES: Final = "Here you grade without seeing A and B; your own grade counts as a third one."
SIGNED: Final = "This case is signed; nothing can be changed."


def dispute_label(form: Form, cell: Cell) -> str:
    return label_words(form.segment(cell.segment))


def cell_words(form: Form, cell: Cell) -> str:
    """``R CFV compressibility``."""
    return f"{dispute_label(form, cell)} {lowered(form.item(cell.item).label)}"


def count_words(draft: CaseDraft) -> str:
    """``3 disputes``; what it is about where the reads are hidden."""
    count = len(draft.case.disputes)
    nouns = ("dispute", "disputes") if draft.case.shows_sides else ("question of a third read", "questions of a third read")
    return f"{count} {nouns[count != 1]}"


def place_words(deciding: Deciding) -> str:
    """``Dispute 2 of 3``; of a detail ``Detail 1 of 4, asked anew``."""
    draft, cell = deciding.draft, deciding.cell
    disputes = [dispute.cell for dispute in draft.case.disputes]
    if cell in disputes:
        return f"{'Dispute' if draft.case.shows_sides else 'Question'} {disputes.index(cell) + 1} of {len(disputes)}"
    own = [each for each in draft.asked if each.segment == cell.segment]
    return (
        f"Detail {own.index(cell) + 1} of {len(own)}, asked anew"
        if draft.case.shows_sides
        else f"Detail {own.index(cell) + 1} of {len(own)}"
    )


def decision_words(deciding: Deciding, cell: Cell) -> str:
    """``R CFV: B taken, none``; of an open one ``R CFV: compressibility open again``."""
    form, decision = deciding.draft.case.form, deciding.draft.decisions.get(cell)
    label, item = dispute_label(form, cell), form.item(cell.item)
    if decision is None:
        return f"{label}: {lowered(item.label)} open again"
    who = "own grade" if decision.take is Take.OWN else f"{decision.take.value} taken"
    why_not = reason_words(form.missing_reasons, decision.grade)
    reason = option_words(decision.reason.label).lower() if decision.reason else ""
    said = (f"{who}, {lowered(grade_words(item, decision.grade))}", lowered(why_not), reason)
    return f"{label}: {', '.join(one for one in said if one)}"


def next_words(after: Deciding, cell: Cell) -> str:
    """What is to be done after a decision: a reason, a frame, or that it can be taken back."""
    lacking = [with_keys(_LACKS[kind]) for kind in after.draft.lacks(cell)]
    asks = ["now a reason"] if after.asked is Asked.REASON else []
    anew = " anew" if after.draft.case.shows_sides else ""
    asked = [f"{len(new)} detail{'s' if len(new) > 1 else ''} asked{anew}"] if (new := _asked_now(after, cell)) else []
    return " - " + (", and ".join([*asks, *lacking, *asked]) or key_of("undo"))


def _asked_now(after: Deciding, cell: Cell) -> list[Cell]:
    """The open details that hang on a dispute that has just been decided."""
    hanging = {one.cell for one in after.draft.case.controlled if cell in one.by}
    return [each for each in after.draft.asked if each in hanging and each not in after.draft.decisions]


def refused_words(deciding: Deciding, digit: int) -> str:
    """Why a digit does nothing here."""
    if deciding.asked is Asked.REASON:
        return f"{digit} is no reason."
    if not deciding.may_own:
        return NO_OWN_GRADE
    return f"{digit} is no reason." if deciding.asked is Asked.NE_REASON else refused_digit(deciding.item, digit)


def refused_take(deciding: Deciding, take: Take) -> str:
    """Why a read cannot be taken here."""
    return NO_SIDES if not deciding.draft.case.shows_sides else f"Read {take.value} does not answer this; give an own grade."


def follows_words(draft: CaseDraft, state: DetailState, take: Take | None) -> str:
    """How a detail follows what was decided."""
    return {
        DetailState.TAKEN: f"with {take.value if take else ''}",
        DetailState.GONE: "gone",
        DetailState.INHERITED: "inherited",
        DetailState.AGREED: "both reads" if draft.case.mode is not Mode.INDEPENDENT else "agreed",
    }.get(state, "")


def fault_words(draft: CaseDraft, fault: DecisionFault | Doubt) -> str:
    if isinstance(fault, Doubt):
        return f"{dispute_label(draft.case.form, fault.cell)}: {fault.message}"
    if fault.cell is None:
        return f"The note seems to name a person ({fault.found})"
    found = f". {fault.found}" if fault.found else ""
    return f"{cell_words(draft.case.form, fault.cell)}: {with_keys(_FAULTS[fault.kind])}{found}"


def check_words(deciding: Deciding) -> tuple[str, ...]:
    """What the own grade on screen lacks; then the checks that the decisions set off.

    Hard ones come first, those of the segment on screen before those of others, which are named.
    """
    draft, segment = deciding.draft, deciding.cell.segment
    hard = [(one.cell, f"{one.found} This cannot be signed.") for one in draft.broken if one.cell is not None]
    soft = [(one.cell, f"{one.message} Is it meant so?") for one in draft.unconfirmed]
    told = [(cell.segment == segment, at, cell, words) for at, found in enumerate((hard, soft)) for cell, words in found]
    lines = [
        words if here else f"{dispute_label(draft.case.form, cell)}: {words}"
        for here, _, cell, words in sorted(told, key=lambda one: (one[1], not one[0]))
    ]
    lines = [*(with_keys(_FAULTS[kind][:1].upper() + _FAULTS[kind][1:]) for kind in draft.lacks(deciding.cell)), *lines]
    return tuple(lines) if len(lines) <= _LINES else (*lines[: _LINES - 1], f"And {len(lines) - _LINES + 1} more checks.")
