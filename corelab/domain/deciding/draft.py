"""The decisions of a case so far, and what keeps them from being signed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Self, TypeVar

from corelab.domain.checks import can_be_shown, lacks_caliper, lacks_mark, lacks_pair, measuring_faults, names_somebody
from corelab.domain.clip import Clip
from corelab.domain.conditions import truth
from corelab.domain.deciding.case import Case
from corelab.domain.deciding.decision import (
    CaseIncompleteError,
    Decision,
    DecisionFault,
    DecisionFaultKind,
    DecisionReason,
    DecisionRefusedError,
    Doubt,
    Take,
)
from corelab.domain.deciding.following import Detail, DetailState, Followed, followed, known_grades, may_be_own
from corelab.domain.details import NOT_APPLYING
from corelab.domain.form import refused
from corelab.domain.form_checks import FormCheck
from corelab.domain.measurement import Measurement
from corelab.domain.reading import Confirmed
from corelab.domain.reading_errors import ChecksFailedError
from corelab.domain.vocabulary import Answer, Cell, Evidence, Grade, Missing, SegmentId

_NOTHING: Mapping[Cell, Decision] = MappingProxyType({})
_NO_GRADES: Mapping[Cell, Grade] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """The decisions so far. A change is a new object.

    ``decisions`` may hold details that are not asked any more, since the decision they hung on was changed: they count for nothing and
    come back with it. ``details`` tells how every detail that hangs on a dispute stands now. ``confirmed`` are the soft checks that the
    adjudicator gave a reason for; one of them asks again when a cell that it looks at is decided otherwise. ``measurements`` are the
    adjudicator's own, beside the decisions.
    """

    case: Case
    decisions: Mapping[Cell, Decision] = field(default_factory=lambda: _NOTHING)
    note: str = ""
    confirmed: tuple[Confirmed, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    details: tuple[Detail, ...] = field(init=False, compare=False, repr=False)
    after: Followed = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        after = followed(self.case, self.decisions)
        object.__setattr__(self, "after", after)
        object.__setattr__(self, "details", after.details)

    # ------------------------------------------------------------ what is open

    @property
    def asked(self) -> tuple[Cell, ...]:
        """The details that are asked anew now, in form order."""
        asked = {detail.cell for detail in self.details if detail.state is DetailState.ASKED}
        return tuple(cell for cell in self.case.form.cells if cell in asked)

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What the adjudicator answers now: the disputes that apply, then the details that they ask anew."""
        return (*(dispute.cell for dispute in self.case.disputes if dispute.cell not in self.after.gone), *self.asked)

    def detail(self, cell: Cell) -> Detail | None:
        """How a detail stands; None for a cell that hangs on no dispute."""
        return next((detail for detail in self.details if detail.cell == cell), None)

    @property
    def unanswered(self) -> tuple[Cell, ...]:
        """The cells without a decision, in order."""
        return tuple(cell for cell in self.cells if not self._is_decided(cell))

    def _is_decided(self, cell: Cell) -> bool:
        """Nothing was decided by taking the reading that has nothing there, once it is known that the detail applies."""
        decision = self.decisions.get(cell)
        return decision is not None and (decision.grade.missing is not Missing.NOT_APPLICABLE or cell not in self.after.applying)

    def next_unanswered(self, after: Cell | None = None) -> Cell | None:
        """The next cell without a decision behind this one, then from the top; None when all are decided."""
        cells = self.cells
        start = cells.index(after) + 1 if after in cells else 0
        return next((cell for cell in cells[start:] + cells[:start] if not self._is_decided(cell)), None)

    @property
    def progress(self) -> tuple[int, int]:
        """(decided, to decide now)."""
        cells = self.cells
        return sum(map(self._is_decided, cells)), len(cells)

    # ------------------------------------------------------------ deciding

    def decided(
        self,
        cell: Cell,
        take: Take,
        *,
        grade: Grade | None = None,
        reason: DecisionReason | None = None,
        evidence: Iterable[Evidence] = (),
    ) -> Self:
        """Takes A, takes B, or gives an own ``grade``, in a cell that is open now. Raises DecisionRefusedError.

        Taking a reading takes its grade and its evidence; ``grade`` is for an own one only. Where the choice is forced no own grade is
        taken, and where A and B are hidden neither of them.
        """
        if cell not in self.cells:
            raise DecisionRefusedError(cell, grade)
        if take is Take.OWN:
            return self._with(self._own(cell, grade, reason, evidence))
        taken = self._side(cell, take)
        if taken is None:
            raise DecisionRefusedError(cell)
        return self._with(Decision(cell, take, taken.grade, reason, taken.evidence))

    def may_take(self, cell: Cell, take: Take) -> bool:
        """Whether A or B can be taken in a cell that is open now: of a detail that is asked, only where this side holds it."""
        return cell in self.cells and self._side(cell, take) is not None

    def may_own(self, cell: Cell) -> bool:
        """Whether an own grade can be given in a cell that is open now."""
        return cell in self.cells and may_be_own(self.case, cell)

    def _side(self, cell: Cell, take: Take) -> Answer | None:
        shown = next((one for one in (*self.case.disputes, *self.case.details) if one.cell == cell), None)
        answer = shown.side(take) if shown is not None else None
        applying = cell in self.asked or cell in self.after.applying
        return None if answer is not None and answer.grade.missing is Missing.NOT_APPLICABLE and applying else answer

    def _own(self, cell: Cell, grade: Grade | None, reason: DecisionReason | None, evidence: Iterable[Evidence]) -> Decision:
        if grade is None or refused(self.case.form, cell, grade) or not may_be_own(self.case, cell):
            raise DecisionRefusedError(cell, grade)
        return Decision(cell, Take.OWN, replace(grade, prefilled=False), reason, tuple(evidence))

    def reasoned(self, cell: Cell, reason: DecisionReason) -> Self:
        """The same decision with this reason. Raises DecisionRefusedError where nothing is decided yet."""
        if cell not in self.decisions:
            raise DecisionRefusedError(cell)
        return self._with(replace(self.decisions[cell], reason=reason))

    def cleared(self, cell: Cell) -> Self:
        rest = {other: decision for other, decision in self.decisions.items() if other != cell}
        return replace(self, decisions=MappingProxyType(rest), confirmed=self._still_confirmed(cell))

    def confirming(self, check: str, segment: SegmentId, reason: str) -> Self:
        """With this soft check confirmed, for this reason."""
        others = tuple(one for one in self.confirmed if (one.check, one.segment) != (check, segment))
        return replace(self, confirmed=(*others, Confirmed(check, segment, reason)))

    def _still_confirmed(self, changed: Cell) -> tuple[Confirmed, ...]:
        stale = {(check.id, check.segment) for check in self.case.form.checks if changed in check.cells}
        return tuple(one for one in self.confirmed if (one.check, one.segment) not in stale)

    def measuring(self, measurements: Iterable[Measurement]) -> Self:
        """With these measurements of the adjudicator's own."""
        return replace(self, measurements=tuple(measurements))

    def with_note(self, note: str) -> Self:
        return replace(self, note=note)

    def replayed(self, decisions: Iterable[Decision]) -> Self:
        """With these decisions made anew on this case, so that what is taken is what A and B say. Raises DecisionRefusedError.

        Those of details that are not asked, or do not apply, count for nothing and are left out.
        """
        made, given = self, {one.cell: one for one in decisions}
        for cell in self._disputes_in_order:
            one = given.pop(cell, None)
            if one is not None and cell in made.cells:
                made = _again(made, one)
        for detail in self.case.controlled:
            one = given.get(detail.cell)
            given.pop(detail.cell, None)
            if one is not None and detail.cell in made.asked:
                made = _again(made, one)
        for cell in given:
            raise DecisionRefusedError(cell)
        return made

    @property
    def _disputes_in_order(self) -> tuple[Cell, ...]:
        """Each after those that decide whether it applies."""
        disputed = dict.fromkeys(one.cell for one in self.case.disputes)
        hanging = [one.cell for one in self.case.hanging if one.cell in disputed]
        return (*(cell for cell in disputed if cell not in hanging), *hanging)

    def _with(self, decision: Decision) -> Self:
        same = self.decisions.get(decision.cell)
        kept = self.confirmed if same is not None and same.grade == decision.grade else self._still_confirmed(decision.cell)
        return replace(self, decisions=MappingProxyType({**self.decisions, decision.cell: decision}), confirmed=kept)

    # ------------------------------------------------------------ faults

    @property
    def faults(self) -> tuple[DecisionFault, ...]:
        """What keeps the case from being signed: in the order of the cells, then broken checks, then the note."""
        of_cells = (DecisionFault(cell, kind) for cell in self.cells for kind in self._faults_of(cell))
        named = (DecisionFault(None, DecisionFaultKind.IDENTITY_IN_NOTE, words) for words in names_somebody(self.note))
        return (*of_cells, *self.broken, *named)

    @property
    def broken(self) -> tuple[DecisionFault, ...]:
        """The hard checks that these decisions break, each at the first cell that was decided or follows."""
        known = known_grades(self.case, self.decisions, self.after)
        fired = self._fired("hard", known)
        return tuple(DecisionFault(cell, DecisionFaultKind.CHECK_BROKEN, check.message) for cell, check in fired)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """The soft checks that fire by what the adjudicator sees: what both readers say, what was decided, what follows from that."""
        known = known_grades(replace(self.case, stands=_NO_GRADES), self.decisions, self.after)
        return tuple(Doubt(cell, check.message, check.id, check.segment) for cell, check in self._fired("soft", known))

    @property
    def unconfirmed(self) -> tuple[Doubt, ...]:
        """The doubts that nobody gave a reason for."""
        given = {(one.check, one.segment) for one in self.confirmed if one.reason.strip()}
        return tuple(one for one in self.doubts if (one.check, one.segment) not in given)

    @property
    def confirmations(self) -> tuple[Confirmed, ...]:
        """What is signed of the soft checks: those that fire still, with the reason given."""
        firing = {(one.check, one.segment) for one in self.doubts}
        return tuple(one for one in self.confirmed if (one.check, one.segment) in firing)

    def _fired(self, level: str, known: Mapping[Cell, Grade]) -> Iterator[tuple[Cell, FormCheck]]:
        """Every check that fires and looks at a cell that was decided or follows, with the first such cell."""
        moved = [
            *(one.cell for one in self.case.disputes if one.cell in self.decisions),
            *(one.cell for one in self.details if one.settled),
        ]
        for check in self.case.form.checks:
            cell = next((cell for cell in moved if cell in check.cells), None)
            if check.level == level and cell is not None and truth(check.test, known):
                yield cell, check

    def _faults_of(self, cell: Cell) -> Iterator[DecisionFaultKind]:
        decision = self.decisions.get(cell)
        if decision is None or not self._is_decided(cell):
            yield DecisionFaultKind.OPEN
            return
        yield from self.lacks(cell)
        if decision.reason is None and self.needs_reason(cell):
            yield DecisionFaultKind.REASON_MISSING
        if self.wants_note(cell) and not self.note.strip():
            yield DecisionFaultKind.NOTE_MISSING

    def needs_reason(self, cell: Cell) -> bool:
        """Whether the charter asks why: for every dispute, not for the details that come after it."""
        return self.case.reason_required and any(dispute.cell == cell for dispute in self.case.disputes)

    def wants_note(self, cell: Cell) -> bool:
        """Whether the reason of a decision, or of an own "not evaluable", asks for a note."""
        decision, own = self.decisions.get(cell), self._own_at(cell)
        noted = {reason.id for reason in self.case.form.missing_reasons.ne if reason.note}
        unseen = own is not None and own.grade.missing is Missing.NOT_EVALUABLE and own.grade.reason in noted
        return unseen or (decision is not None and decision.reason is not None and decision.reason.needs_note)

    def lacks(self, cell: Cell) -> tuple[DecisionFaultKind, ...]:
        """What an own grade lacks that a reader would have to give with it: a marked frame, its partner under pressure, a caliper."""
        own = self._own_at(cell)
        if own is None:
            return ()
        said = (self.case.form, cell, own.grade, own.evidence)
        marks = (DecisionFaultKind.FRAME_MISSING,) if lacks_mark(*said) else (DecisionFaultKind.PAIR_MISSING,) if lacks_pair(*said) else ()
        return (*marks, DecisionFaultKind.CALIPER_MISSING) if lacks_caliper(*said) else marks

    def faults_among(self, clips: Sequence[Clip]) -> tuple[DecisionFault, ...]:
        """All of ``faults``, and every own grade whose evidence is not a frame of these clips that can be shown."""
        own = (decision for cell in self.cells if (decision := self._own_at(cell)) is not None)
        unknown = (one.cell for one in own if not all(can_be_shown(evidence, clips) for evidence in one.evidence))
        return (*self.faults, *(DecisionFault(cell, DecisionFaultKind.FRAME_UNKNOWN) for cell in unknown))

    def _own_at(self, cell: Cell) -> Decision | None:
        decision = self.decisions.get(cell)
        return decision if decision is not None and decision.take is Take.OWN else None

    # ------------------------------------------------------------ what is signed

    @property
    def standing(self) -> tuple[Decision, ...]:
        """Every decision that counts now: of the disputes, then of the details, those that nobody chose among them."""
        cells = (one.cell for one in self.case.disputes if one.cell in self.decisions or one.cell in self.after.gone)
        disputes = (self._of_gone(cell) if cell in self.after.gone else self.decisions[cell] for cell in cells)
        followers = (one for detail in self.details if (one := self._of_detail(detail)) is not None)
        return (*disputes, *followers)

    def _of_gone(self, cell: Cell) -> Decision:
        """That nothing is there may have been decided too."""
        own = self.decisions.get(cell)
        said = own is not None and own.grade.missing is Missing.NOT_APPLICABLE
        return own if own is not None and said else Decision(cell, Take.FOLLOWS, NOT_APPLYING)

    def _of_detail(self, detail: Detail) -> Decision | None:
        """What a detail brings to the signed record; nothing while it is open, and where both readers' grade stands."""
        if detail.answer is None or detail.answer.grade == self.case.agreed.get(detail.cell):
            return None
        if detail.state is DetailState.ASKED:
            return self.decisions[detail.cell]
        return Decision(detail.cell, Take.FOLLOWS, detail.answer.grade, evidence=detail.answer.evidence)

    def complete(self, clips: Sequence[Clip]) -> tuple[Decision, ...]:
        """All decisions in order, with what follows from them, on an exam of these clips.

        Raises CaseIncompleteError, ChecksFailedError where a measurement cannot be kept.
        """
        faults = self.faults_among(clips)
        if faults:
            raise CaseIncompleteError(faults)
        if wrong := tuple(measuring_faults(self.measurements, clips)):
            raise ChecksFailedError(wrong)
        return self.standing


_Draft = TypeVar("_Draft", bound=CaseDraft)


def _again(draft: _Draft, one: Decision) -> _Draft:
    grade = one.grade if one.take is Take.OWN else None
    return draft.decided(one.cell, one.take, grade=grade, reason=one.reason, evidence=one.evidence)
