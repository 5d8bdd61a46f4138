"""The hands of an adjudicator on the adjudication page: what every key and every click does to a Deciding."""

from abc import abstractmethod
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.domain.adjudication import Take
from corelab.domain.vocabulary import Binding, Cell, Evidence
from corelab.ui import commands
from corelab.ui.adjudication_bench import AdjudicationBench
from corelab.ui.caliper import Caliper
from corelab.ui.capture import captured, is_split
from corelab.ui.case_shown import own_evidence, stops_of
from corelab.ui.case_words import NO_OWN_GRADE, NO_SIDES, SIGNED, decision_words, next_words, refused_take, refused_words
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_keys import CineKeys
from corelab.ui.commands import with_keys
from corelab.ui.deciding import Asked, Deciding
from corelab.ui.desk import Desk
from corelab.ui.entry import NOT_EVALUABLE_KEY, EntryRefusedError, refused_digit
from corelab.ui.entry_fields import NumberField, TextField


class AdjudicationHands(AdjudicationBench):
    """Keys and mouse, up to the signature."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._connect()
        self._bind()

    @abstractmethod
    def _on_sign(self) -> None:
        """The way to the signature; after it, to the next case."""

    # -- deciding ----------------------------------------------------------------------------------------------------------------

    def _may_change(self) -> Deciding | None:
        if self._signed:
            self.rail.foot.say(SIGNED)
            return None
        return self._deciding

    def take(self, take: Take) -> None:
        """Takes read A or B."""
        deciding = self._may_change()
        if deciding is None:
            return
        after = deciding.taken(take)
        if after is deciding:
            self.rail.foot.say(refused_take(deciding, take))
        else:
            self._decide(deciding, after)

    def digit(self, digit: int) -> None:
        """An own grade, one of several options, or a reason; where a number is asked, a digit of it."""
        deciding, field = self._may_change(), self.own.field
        if deciding is None:
            return
        if isinstance(field, NumberField) and deciding.asked is Asked.GRADE:
            field.setFocus()
            field.insert(str(digit))
        elif not deciding.accepts(digit):
            self.rail.foot.say(refused_words(deciding, digit))
        else:
            self._decide(deciding, deciding.digit(digit, self.clips.frame(Binding.AUTO)))

    def _decide(self, before: Deciding, after: Deciding) -> None:
        """What was said is told, with what comes next; a reason that needs a note leads to it."""
        cell, changed = before.cell, after.draft is not before.draft
        self._change(after, f"{decision_words(after, cell)}{next_words(after, cell)}" if changed else "")
        if changed and after.asked is not Asked.REASON and after.draft.wants_note(cell) and not after.draft.note.strip():
            self.rail.note.setFocus()

    def _on_entered(self, text: str) -> None:
        deciding = self._may_change()
        if deciding is None:
            return
        try:
            after = deciding.entered(text)
        except EntryRefusedError as error:
            self._refuse(text, error)
        else:
            self._decide(deciding, after) if after is not deciding else self.rail.foot.say("Nothing is written yet.")

    def _on_typed(self, text: str) -> None:
        if self._deciding is None or self._signed:
            return
        try:
            self._deciding = self._deciding.texted(text)
        except EntryRefusedError as error:
            self.rail.foot.say(error.words)
        else:
            self._wait_with_note()

    def _on_measured(self, drawn: Caliper) -> None:
        deciding, clip = self._may_change(), self.clips.clip
        if deciding is None or clip is None:
            return
        try:
            evidence = captured(deciding.item, clip, drawn)
        except EntryRefusedError as error:
            self._refuse("", error)
        else:
            self.viewports.leave_caliper()
            self._decide(deciding, deciding.measured(evidence))

    def _refuse(self, text: str, error: EntryRefusedError) -> None:
        """It is said beside the question, and what was written stays to be mended."""
        self._refused = (text, error.words)
        self._show()
        self.rail.foot.say(error.words)

    # -- evidence ----------------------------------------------------------------------------------------------------------------

    def _go_to(self, take: Take) -> None:
        """The frame on which a read rests, in its own viewport; from there to its next one."""
        deciding = self._deciding
        if deciding is None:
            return
        if not deciding.draft.case.shows_sides:
            self.rail.foot.say(NO_SIDES)
            return
        self.viewports.pause()
        here = (self.clips.clip, self.viewports.active.frame_on_screen)
        already = self.viewports.active is self.viewports.all[0 if take is Take.A else 1]
        self.viewports.activate(0 if take is Take.A else 1)
        stops = stops_of(deciding, take, self.clips.exam)
        at = stops.index(here) + 1 if already and here in stops else 0
        found = stops[at % len(stops)] if stops else self._frame_of(deciding, take)
        if found is not None:
            self.clips.show_clip(found[0], found[1], play=False)

    def _on_mark(self) -> None:
        deciding, frame = self._may_change(), self.clips.frame(Binding.MARKED)
        if deciding is None or frame is None:
            return
        if deciding.may_own:
            self._on_marked(deciding, deciding.marked(frame), f"Frame {frame.frame_a + 1}")
        else:
            self.rail.foot.say(NO_OWN_GRADE)

    def _on_mark_pair(self) -> None:
        deciding, frame, clip = self._may_change(), self.clips.frame(Binding.MARKED), self.clips.clip
        if deciding is None or frame is None or clip is None:
            return
        after = deciding.paired(frame)
        if after is deciding:
            self.rail.foot.say(with_keys("Mark the frame without pressure of this clip first: {evidence}."))
        elif _is_same_frame(own_evidence(after)) and not is_split(clip):
            self.rail.foot.say("That is the frame without pressure. Go to the one under pressure.")
        else:
            self._on_marked(deciding, after, f"Frame {frame.frame_a + 1}, under pressure,")

    def _on_marked(self, before: Deciding, after: Deciding, frame: str) -> None:
        words = "the own grade" if after.draft is not before.draft else "an own grade, if you give one"
        lacking = next_words(after, before.cell) if after.draft.lacks(before.cell) else ""
        self._change(after, f"{frame} marked for {words}{lacking}")

    # -- keys --------------------------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._cine_keys = CineKeys(self, self.viewports)
        commands.bind_each(self, "own_grade", self._on_digit)
        for command, slot in (
            ("take_a", partial(self.take, Take.A)),
            ("take_b", partial(self.take, Take.B)),
            ("evidence_a", partial(self._go_to, Take.A)),
            ("evidence_b", partial(self._go_to, Take.B)),
            ("not_evaluable", partial(self.digit, NOT_EVALUABLE_KEY)),
            ("not_evaluable_written", self._on_not_evaluable),
            ("clear", self._on_zero),
            ("clear_written", self._on_clear),
            ("accept", self._on_accept),
            ("undo", partial(self._step, Deciding.undone, "Back: ")),
            ("redo", partial(self._step, Deciding.redone, "Again: ")),
            ("dispute_back", partial(self._on_dispute_step, -1)),
            ("dispute_forward", partial(self._on_dispute_step, 1)),
            ("clip_back", partial(self._on_clip_step, -1)),
            ("clip_forward", partial(self._on_clip_step, 1)),
            ("first_unanswered", self._on_first_undecided),
            ("evidence", self._on_mark),
            ("evidence_pair", self._on_mark_pair),
            ("note", self.rail.note.setFocus),
            ("leave", self._on_leave),
            ("sign", self._on_sign),
        ):
            self.bind(command, slot)

    def _on_digit(self, key: str) -> None:
        self.digit(int(key))

    def _on_not_evaluable(self) -> None:
        deciding = self._may_change()
        if deciding is None:
            return
        after = deciding.not_evaluable()
        words = "" if after is not deciding else "This question has to be answered." if deciding.may_own else NO_OWN_GRADE
        self._change(after, words)

    def _on_zero(self) -> None:
        """0 clears where digits choose; where a number is asked it is a digit like any other."""
        deciding = self._deciding
        if deciding is not None and deciding.asked is Asked.GRADE and isinstance(self.own.field, NumberField):
            self.digit(0)
        elif deciding is not None and deciding.measures and deciding.decision is None:
            self.rail.foot.say(refused_digit(deciding.item, 0))
        else:
            self._on_clear()

    def _on_clear(self) -> None:
        self._step(Deciding.cleared, "")

    def _on_accept(self) -> None:
        """Enter: begins to write, or takes the options that are chosen."""
        field, deciding = self.own.field, self._may_change()
        if deciding is None:
            return
        if isinstance(field, TextField | NumberField) and deciding.asked is Asked.GRADE:
            field.setFocus()
        elif (after := deciding.confirmed(self.clips.frame(Binding.AUTO))) is not deciding:
            self._decide(deciding, after)

    def _step(self, step: Callable[[Deciding], Deciding], word: str) -> None:
        deciding = self._may_change()
        if deciding is not None:
            after = step(deciding)
            done = after.draft is not deciding.draft
            self._change(after, f"{word}{decision_words(after, after.cell)}" if done else "There is nothing more.")

    def _on_dispute_step(self, steps: int) -> None:
        if self._deciding is not None:
            self._change(self._deciding.beside(steps))

    def _on_clip_step(self, steps: int) -> None:
        if not self.clips.step(steps) and self.clips.clip is not None:
            self.rail.foot.say(f"This is the {'last' if steps > 0 else 'first'} clip of the segment.")

    def _on_first_undecided(self) -> None:
        if self._deciding is not None:
            done = not self._deciding.draft.faults
            self._change(self._deciding.at_first_undecided(), "Everything is decided." if done else "")

    def _on_leave(self) -> None:
        if not self.viewports.active.leave_caliper() and self._deciding is not None:
            self._change(self._deciding.left())

    # -- what widgets tell -------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.viewports.serve(self.strip)
        self.viewports.clip_stepped.connect(self._on_clip_step)
        self.viewports.measured.connect(self._on_measured)
        self.clips.changed.connect(self._show_marks)
        self.clips.completed.connect(self._save)
        self.clips.pictures.made.connect(self._show_cards)
        for take, card in self.cards.items():
            card.picked.connect(partial(self.take, take))
            card.followed.connect(partial(self._go_to, take))
        self.own.picked.connect(self._on_picked)
        self.own.entered.connect(self._on_entered)
        self.own.typed.connect(self._on_typed)
        self.own.left.connect(self._on_note_left)
        self.rail.dispute_chosen.connect(self._on_dispute)
        self.rail.foot.sign_requested.connect(self._on_sign)
        self.rail.note.typed.connect(self._on_note)
        self.rail.note.left.connect(self._on_note_left)

    def _on_picked(self, asked: Asked, digit: int) -> None:
        """A click says itself whether it means a grade or a reason."""
        deciding = self._may_change()
        if deciding is None or (asked is Asked.REASON and deciding.decision is None):
            return
        self._deciding = deciding.asking(asked)
        self.digit(digit)

    def _on_dispute(self, cell: Cell) -> None:
        if self._deciding is not None:
            self._change(self._deciding.at_cell(cell))

    def _on_note(self, note: str) -> None:
        if self._deciding is not None and not self._signed:
            self._deciding = self._deciding.with_note(note)
            self._wait_with_note()

    def _on_note_left(self) -> None:
        super()._on_note_left()
        self._show()  # a reason that needs a note may be complete now


def _is_same_frame(evidence: tuple[Evidence, ...]) -> bool:
    return any(each.frame_b == each.frame_a for each in evidence)
