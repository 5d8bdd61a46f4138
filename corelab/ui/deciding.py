"""A case under the adjudicator's hands: which cell the next key decides, what can be undone. No widget, no disk."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final, Self

from corelab.domain.adjudication import CaseDraft, Decision, DecisionFaultKind, DecisionReason, Detail, Sides, Take
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem
from corelab.domain.measurement import Measurement
from corelab.domain.vocabulary import Binding, Cell, Evidence, Grade, SegmentId, not_evaluable
from corelab.ui.entry import NOT_EVALUABLE_KEY, is_measured, option_of, toggled, written

REASONS: Final = tuple(DecisionReason)
_MARKS: Final = frozenset({DecisionFaultKind.FRAME_MISSING, DecisionFaultKind.PAIR_MISSING})


class Asked(Enum):
    """What the next digit means."""

    GRADE = "grade"
    NE_REASON = "why not evaluable"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Deciding:
    """``cell`` is on screen: a dispute, or a detail that is asked anew.

    ``kept`` is a frame marked for an own grade that is not given yet, ``chosen`` the options of one with several, until Enter.
    """

    draft: CaseDraft
    cell: Cell
    asked: Asked = Asked.GRADE
    kept: Evidence | None = None
    past: tuple[CaseDraft, ...] = ()
    future: tuple[CaseDraft, ...] = ()
    chosen: str | None = None

    @classmethod
    def begun(cls, draft: CaseDraft) -> Self:
        """At the first cell without a decision, or at the first of all."""
        cells = in_order(draft)
        return cls(draft, next((cell for cell in cells if cell in draft.unanswered), cells[0]))

    @property
    def cells(self) -> tuple[Cell, ...]:
        """What is decided now, as it stands in the rail: each dispute, under it the details it asks anew."""
        return in_order(self.draft)

    @property
    def sides(self) -> Sides | None:
        """A and B of the cell; None where they are hidden, or neither read holds it."""
        case = self.draft.case
        return next((one.sides for one in (*case.disputes, *case.details) if one.cell == self.cell), None)

    @property
    def item(self) -> Item:
        return self.draft.case.form.item(self.cell.item)

    @property
    def decision(self) -> Decision | None:
        return self.draft.decisions.get(self.cell)

    @property
    def detail(self) -> Detail | None:
        """How the cell stands when it is a detail; None for a dispute."""
        return self.draft.detail(self.cell)

    @property
    def own(self) -> Grade | None:
        """The own grade given here."""
        return self.decision.grade if self.decision is not None and self.decision.take is Take.OWN else None

    @property
    def may_own(self) -> bool:
        """Whether an own grade can be given here."""
        return self.draft.may_own(self.cell)

    @property
    def measures(self) -> bool:
        """Whether a caliper drawn now is an own grade."""
        return self.asked is Asked.GRADE and self.may_own and is_measured(self.item)

    @property
    def options_chosen(self) -> str:
        """Of a question with several options: those chosen now, whether Enter confirmed them or not."""
        return self.chosen if self.chosen is not None else (self.own.value or "") if self.own else ""

    # -- where ----------------------------------------------------------------------------------------------------------------

    def at_cell(self, cell: Cell) -> Self:
        """At a cell that is open now; one that is not asked any more gives way to the dispute it hung on."""
        if cell not in self.cells:
            above = (one.by[-1] for one in self.draft.case.controlled if one.cell == cell)
            cell = next((each for each in above if each in self.cells), self.cell if self.cell in self.cells else self.cells[0])
        return replace(self, cell=cell, asked=Asked.GRADE, kept=None, chosen=None)

    def beside(self, steps: int) -> Self:
        cells = self.cells
        return self.at_cell(cells[max(0, min(cells.index(self.cell) + steps, len(cells) - 1))])

    def at_first_undecided(self) -> Self:
        cell = next((fault.cell for fault in self.draft.faults if fault.cell is not None), None)
        return self.at_cell(cell) if cell else self

    # -- decisions ------------------------------------------------------------------------------------------------------------

    def taken(self, take: Take) -> Self:
        """A or B as it stands; then its reason is asked. Itself where it cannot be taken."""
        return self._decided(self.draft.decided(self.cell, take)) if self.draft.may_take(self.cell, take) else self

    def accepts(self, digit: int) -> bool:
        """Whether this digit means something now."""
        if self.asked is Asked.REASON:
            return 1 <= digit <= len(REASONS)
        if not self.may_own:
            return False
        if self.asked is Asked.NE_REASON:
            return 1 <= digit <= len(self.draft.case.form.ne_reasons(self.cell.item))
        if digit == NOT_EVALUABLE_KEY and isinstance(self.item, ChoiceItem | MultiItem):
            return self.item.allow_ne
        return option_of(self.item, digit) is not None

    def digit(self, digit: int, shown: Evidence | None) -> Self:
        """An own grade, one of several options, why it is not evaluable, or the reason of the decision. Only where ``accepts``."""
        if not self.accepts(digit):
            return self
        if self.asked is Asked.REASON:
            return self._changed(self.draft.reasoned(self.cell, REASONS[digit - 1])).done()
        if self.asked is Asked.NE_REASON:
            return self._own(not_evaluable(self.draft.case.form.ne_reasons(self.cell.item)[digit - 1].id), shown)
        if digit == NOT_EVALUABLE_KEY:
            return self.not_evaluable()
        if isinstance(self.item, MultiItem):
            return replace(self, chosen=toggled(self.item, self.options_chosen, digit))
        return self._own(Grade(option_of(self.item, digit)), shown)

    def not_evaluable(self) -> Self:
        """The next digit says why. Itself where the question does not offer it, or no own grade is taken."""
        offered = self.item.allow_ne and self.may_own
        return replace(self, asked=Asked.NE_REASON, chosen=None) if offered else self

    def confirmed(self, shown: Evidence | None) -> Self:
        """Enter at a question with several options: what is chosen is the own grade."""
        open_now = isinstance(self.item, MultiItem) and self.asked is Asked.GRADE and self.may_own
        return self._own(Grade(self.options_chosen), shown) if open_now and self.options_chosen else self

    def entered(self, text: str) -> Self:
        """With what was written as the own grade; nothing written takes it back. Raises EntryRefusedError."""
        if not self.may_own:
            return self
        if not text.strip():
            return self.cleared() if self.own is not None else self
        return self._own(Grade(written(self.item, text)), None)

    def texted(self, text: str) -> Self:
        """With these words as the own grade while they are still written: one step of undo. Raises EntryRefusedError."""
        said, before = written(self.item, text), self.decision
        if not self.may_own or (not said and before is None):
            return self
        reason = before.reason if before is not None else None
        given = self.draft.decided(self.cell, Take.OWN, grade=Grade(said), reason=reason) if said else self.draft.cleared(self.cell)
        again = bool(self.past) and self.past[-1].decisions.get(self.cell) != before and self.own is not None
        return replace(self, draft=given) if again else self._changed(given)

    def measured(self, evidence: Evidence) -> Self:
        """With the value of a caliper as the own grade, and the caliper as its proof."""
        return self._own(Grade(evidence.caliper.value), evidence) if self.measures and evidence.caliper is not None else self

    def measuring(self, measurements: tuple[Measurement, ...], *, again: bool = False) -> Self:
        """With these measurements beside the decisions. ``again``: the same point was moved once more, in one step of undo."""
        draft = self.draft.measuring(measurements)
        same = again and bool(self.past) and self.past[-1].decisions == self.draft.decisions and not self.future
        return replace(self, draft=draft) if same else self._changed(draft)

    def left(self) -> Self:
        """Esc: no reason now, or evaluable after all, and nothing was chosen."""
        return replace(self, asked=Asked.GRADE, chosen=None)

    def asking(self, asked: Asked) -> Self:
        """With this as what the next digit means."""
        return replace(self, asked=asked)

    def cleared(self) -> Self:
        if self.decision is None:
            return replace(self, chosen=None)
        return replace(self._changed(self.draft.cleared(self.cell)), asked=Asked.GRADE, chosen=None)

    # -- evidence -------------------------------------------------------------------------------------------------------------

    def marked(self, frame: Evidence) -> Self:
        """With this frame as proof of the own grade, given or to come. The frame that was missing may complete the decision.

        Of a pair it is the frame without pressure; the one under pressure stays where it is of the same clip.
        """
        before = self._held
        under = before.frame_b if before is not None and before.clip == frame.clip else None
        return self._bound(replace(frame, frame_b=under))

    def paired(self, frame: Evidence) -> Self:
        """With this frame under pressure beside the one marked without; itself where none of the same clip is marked."""
        first = self._held
        same = first is not None and first.clip == frame.clip
        return self._bound(replace(first, frame_b=frame.frame_a, method=None)) if first is not None and same else self

    def proved(self, pair: Evidence) -> Self:
        """With both frames at once, as proof of the own grade, given or to come."""
        return self._bound(pair)

    @property
    def lacks_frame(self) -> bool:
        """Whether the own grade given here needs a frame, or two, that the adjudicator marks."""
        return not _MARKS.isdisjoint(self.draft.lacks(self.cell))

    @property
    def _held(self) -> Evidence | None:
        """The frame marked for the own grade: before it, or of the one given."""
        if self.kept is not None or self.own is None or self.decision is None:
            return self.kept
        return next((each for each in self.decision.evidence if each.bound is Binding.MARKED), None)

    def _bound(self, frame: Evidence) -> Self:
        decision = self.decision
        if decision is None or decision.take is not Take.OWN:
            return replace(self, kept=frame)
        evidence = (frame, *(each for each in decision.evidence if each.caliper is not None))
        draft = self.draft.decided(self.cell, Take.OWN, grade=decision.grade, reason=decision.reason, evidence=evidence)
        lacked, changed = self.lacks_frame, self._changed(draft)
        return changed.done() if lacked and not changed.lacks_frame and self.asked is Asked.GRADE else changed

    # -- note and undo --------------------------------------------------------------------------------------------------------

    def with_note(self, note: str) -> Self:
        return replace(self, draft=self.draft.with_note(note))

    def confirming(self, check: str, segment: SegmentId, reason: str) -> Self:
        """With a soft check confirmed, for this reason."""
        return replace(self, draft=self.draft.confirming(check, segment, reason))

    def undone(self) -> Self:
        if not self.past:
            return self
        return replace(self._back_to(self.past[-1]), past=self.past[:-1], future=(*self.future, self.draft))

    def redone(self) -> Self:
        if not self.future:
            return self
        return replace(self._back_to(self.future[-1]), future=self.future[:-1], past=(*self.past, self.draft))

    def _own(self, grade: Grade, shown: Evidence | None) -> Self:
        draft = self.draft.decided(self.cell, Take.OWN, grade=grade, evidence=self._proof(shown))
        return replace(self._decided(draft), kept=None, chosen=None)

    def _proof(self, shown: Evidence | None) -> tuple[Evidence, ...]:
        """A frame marked before stays, a caliper belongs to its value; else the frame on screen is bound, where the charter wants it."""
        marked, rule = (self._held,) if self._held is not None else (), self.item.evidence
        if shown is not None and shown.caliper is not None:
            return (shown, *marked)
        return marked if marked or shown is None or rule is None or not rule.auto else (shown,)

    def _decided(self, draft: CaseDraft) -> Self:
        changed = self._changed(draft)
        return replace(changed, asked=Asked.REASON, chosen=None) if draft.needs_reason(self.cell) else changed.done()

    def done(self) -> Self:
        """On to the next cell, unless the own grade given here still lacks its marked frame."""
        return replace(self, asked=Asked.GRADE) if self.lacks_frame else self.moved_on()

    def moved_on(self) -> Self:
        """To the next cell without a decision: behind this one in its segment, then before it there, then in the others.

        The last one stays.
        """
        cells = self.cells
        at = cells.index(self.cell) + 1
        missing = set(self.draft.unanswered)
        open_cells = [cell for cell in cells[at:] + cells[:at] if cell in missing]
        here = (cell for cell in open_cells if cell.segment == self.cell.segment)
        following = next(here, None) or next(iter(open_cells), None)
        return self.at_cell(following) if following else replace(self, asked=Asked.GRADE)

    def _changed(self, draft: CaseDraft) -> Self:
        return replace(self, draft=draft, past=(*self.past, self.draft), future=())

    def _back_to(self, draft: CaseDraft) -> Self:
        cells = {**draft.decisions, **self.draft.decisions}
        cell = next((cell for cell in cells if draft.decisions.get(cell) != self.draft.decisions.get(cell)), self.cell)
        return replace(self, draft=draft.with_note(self.draft.note)).at_cell(cell)


def in_order(draft: CaseDraft) -> tuple[Cell, ...]:
    """The cells that are decided now: each dispute that applies, and under it the details that it asks anew."""
    now = set(draft.cells)
    rows = (cell for dispute, details in under_disputes(draft).items() for cell in (dispute, *(detail.cell for detail in details)))
    return tuple(cell for cell in rows if cell in now)


def under_disputes(draft: CaseDraft) -> dict[Cell, tuple[Detail, ...]]:
    """Every detail in form order, under the last of the disputes that decide about it."""
    places = {dispute.cell: at for at, dispute in enumerate(draft.case.disputes)}
    order = {cell: at for at, cell in enumerate(draft.case.form.cells)}
    below: dict[Cell, list[Detail]] = {cell: [] for cell in places}
    for hanging, detail in zip(draft.case.controlled, draft.details, strict=True):
        below[max(hanging.by, key=lambda cell: places[cell])].append(detail)
    return {cell: tuple(sorted(details, key=lambda one: order[one.cell])) for cell, details in below.items()}
