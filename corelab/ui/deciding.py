"""A case under the adjudicator's hands: which dispute the next key decides, what can be undone. No widget, no disk."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Self

from corelab.domain.adjudication import CaseDraft, Decision, DecisionReason, Dispute, Take
from corelab.domain.charter import ChoiceItem
from corelab.domain.vocabulary import Binding, Cell, Evidence, Grade, not_evaluable
from corelab.ui.grading import NOT_EVALUABLE_KEY

REASONS: Final = tuple(DecisionReason)


class Asked(Enum):
    """What the next digit means."""

    GRADE = "grade"
    NE_REASON = "why not evaluable"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Deciding:
    """``cell`` is the dispute on screen. ``kept`` is a frame marked for an own grade that is not given yet."""

    draft: CaseDraft
    cell: Cell
    asked: Asked = Asked.GRADE
    kept: Evidence | None = None
    past: tuple[CaseDraft, ...] = ()
    future: tuple[CaseDraft, ...] = ()

    @classmethod
    def begun(cls, draft: CaseDraft) -> Self:
        """At the first dispute without a decision, or at the first of all."""
        return cls(draft, draft.next_unanswered() or draft.case.disputes[0].cell)

    @property
    def dispute(self) -> Dispute:
        return self.draft.case.dispute(self.cell)

    @property
    def item(self) -> ChoiceItem:
        item = self.draft.case.form.item(self.cell.item)
        if not isinstance(item, ChoiceItem):
            raise TypeError(self.cell)
        return item

    @property
    def decision(self) -> Decision | None:
        return self.draft.decisions.get(self.cell)

    @property
    def number(self) -> int:
        """Which dispute it is, from 1."""
        return [dispute.cell for dispute in self.draft.case.disputes].index(self.cell) + 1

    # -- where ----------------------------------------------------------------------------------------------------------------

    def at_cell(self, cell: Cell) -> Self:
        return replace(self, cell=cell, asked=Asked.GRADE, kept=None)

    def beside(self, steps: int) -> Self:
        cells = [dispute.cell for dispute in self.draft.case.disputes]
        return self.at_cell(cells[max(0, min(cells.index(self.cell) + steps, len(cells) - 1))])

    def at_first_undecided(self) -> Self:
        cell = next((fault.cell for fault in self.draft.faults if fault.cell is not None), None)
        return self.at_cell(cell) if cell else self

    # -- decisions ------------------------------------------------------------------------------------------------------------

    def taken(self, take: Take) -> Self:
        """A or B as it stands; then its reason is asked."""
        return self._decided(self.draft.decided(self.cell, take))

    def accepts(self, digit: int) -> bool:
        match self.asked:
            case Asked.REASON:
                return 1 <= digit <= len(REASONS)
            case Asked.NE_REASON:
                return 1 <= digit <= len(self.draft.case.form.ne_reasons(self.cell.item))
            case Asked.GRADE:
                if digit == NOT_EVALUABLE_KEY:
                    return self.item.allow_ne
                return any(option.key == str(digit) for option in self.item.options)

    def digit(self, digit: int, shown: Evidence | None) -> Self:
        """An own grade, why it is not evaluable, or the reason of the decision. Only where ``accepts``."""
        if not self.accepts(digit):
            return self
        match self.asked:
            case Asked.REASON:
                return self._changed(self.draft.reasoned(self.cell, REASONS[digit - 1])).done()
            case Asked.NE_REASON:
                reason = self.draft.case.form.ne_reasons(self.cell.item)[digit - 1]
                return self._own(not_evaluable(reason.id), shown)
            case Asked.GRADE if digit == NOT_EVALUABLE_KEY:
                return replace(self, asked=Asked.NE_REASON)
            case Asked.GRADE:
                value = next(option.value for option in self.item.options if option.key == str(digit))
                return self._own(Grade(value), shown)

    def left(self) -> Self:
        """Esc: no reason now, or evaluable after all."""
        return replace(self, asked=Asked.GRADE)

    def asking(self, asked: Asked) -> Self:
        """With this as what the next digit means."""
        return replace(self, asked=asked)

    def cleared(self) -> Self:
        if self.decision is None:
            return self
        return replace(self._changed(self.draft.cleared(self.cell)), asked=Asked.GRADE)

    def marked(self, frame: Evidence) -> Self:
        """With this frame as proof of the own grade, given or to come. The frame that was missing may complete the decision."""
        decision = self.decision
        if decision is None or decision.take is not Take.OWN:
            return replace(self, kept=frame)
        draft = self.draft.decided(self.cell, Take.OWN, grade=decision.grade, reason=decision.reason, evidence=(frame,))
        completes = self.lacks_frame and self.asked is Asked.GRADE
        return self._changed(draft).done() if completes else self._changed(draft)

    def with_note(self, note: str) -> Self:
        return replace(self, draft=self.draft.with_note(note))

    def undone(self) -> Self:
        if not self.past:
            return self
        return replace(self._back_to(self.past[-1]), past=self.past[:-1], future=(*self.future, self.draft))

    def redone(self) -> Self:
        if not self.future:
            return self
        return replace(self._back_to(self.future[-1]), future=self.future[:-1], past=(*self.past, self.draft))

    def _own(self, grade: Grade, shown: Evidence | None) -> Self:
        evidence = self._marked or ((shown,) if shown is not None else ())
        return replace(self._decided(self.draft.decided(self.cell, Take.OWN, grade=grade, evidence=evidence)), kept=None)

    @property
    def _marked(self) -> tuple[Evidence, ...]:
        """The frame marked for the own grade: before it, or of the one it corrects."""
        before = self.decision
        if self.kept is not None or before is None or before.take is not Take.OWN:
            return (self.kept,) if self.kept else ()
        return tuple(each for each in before.evidence if each.bound is Binding.MARKED)

    def _decided(self, draft: CaseDraft) -> Self:
        changed = self._changed(draft)
        return replace(changed, asked=Asked.REASON) if draft.case.reason_required else changed.done()

    def done(self) -> Self:
        """On to the next dispute, unless the own grade given here still lacks its marked frame."""
        return replace(self, asked=Asked.GRADE) if self.lacks_frame else self.moved_on()

    @property
    def lacks_frame(self) -> bool:
        return self.draft.lacks_frame(self.cell)

    def moved_on(self) -> Self:
        """To the next dispute without a decision; the last one stays."""
        following = self.draft.next_unanswered(self.cell)
        return self.at_cell(following) if following else replace(self, asked=Asked.GRADE)

    def _changed(self, draft: CaseDraft) -> Self:
        return replace(self, draft=draft, past=(*self.past, self.draft), future=())

    def _back_to(self, draft: CaseDraft) -> Self:
        cells = {**draft.decisions, **self.draft.decisions}
        cell = next((cell for cell in cells if draft.decisions.get(cell) != self.draft.decisions.get(cell)), self.cell)
        return replace(self.at_cell(cell), draft=draft.with_note(self.draft.note))
