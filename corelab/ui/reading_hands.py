"""The hands of a reader on the reading page: what every key and every click does to a Grading."""

from abc import abstractmethod
from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from corelab.domain.checks import Firing, may_grade
from corelab.domain.vocabulary import Binding, Cell, Evidence, Missing, SegmentId
from corelab.ui import commands
from corelab.ui.caliper import Caliper
from corelab.ui.capture import captured, is_split, shows
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_keys import CineKeys
from corelab.ui.commands import key_of, with_keys
from corelab.ui.desk import Desk
from corelab.ui.entry import EntryRefusedError, is_measured, refused_digit
from corelab.ui.entry_fields import NumberField, TextField
from corelab.ui.grading import NOT_EVALUABLE_KEY, Grading
from corelab.ui.reading_bench import ReadingBench, differing
from corelab.ui.segment_words import answer_words, firing_words, measured_words
from corelab.ui.unblinding_dialog import UnblindingFlow

_SIGNED_WORDS = "This reading is signed; nothing can be changed."


class ReadingHands(ReadingBench):
    """Keys and mouse, up to the signature."""

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._unblinding = UnblindingFlow(self, desk)
        self._connect()
        self._bind()

    @abstractmethod
    def _on_sign(self) -> None:
        """The way to the signature; after it, to the next exam."""

    # -- answers -----------------------------------------------------------------------------------------------------------------

    def _may_change(self) -> Grading | None:
        if self._signed:
            self.form.say(_SIGNED_WORDS)
            return None
        return self._grading

    def _may_grade(self) -> Grading | None:
        """What may be answered now; else it is said why not."""
        grading, reading = self._may_change(), self._reading_with_viewing()
        if grading is None or reading is None or may_grade(reading, grading.segment, self.clips.exam.clips):
            return grading
        self.form.say("Play a clip of this segment once before grading it.")
        return None

    def answer(self, digit: int) -> None:
        """A digit: the answer of the current question, one of several options, or a reason."""
        grading, field = self._may_change(), self.form.questions.field
        if grading is None:
            return
        if isinstance(field, NumberField):
            field.setFocus()
            field.insert(str(digit))
        elif not grading.accepts(digit):
            self.form.say(refused_digit(grading.item, digit) if grading.item is not None else f"{digit} means nothing here.")
        elif self._may_grade() is not None:
            self._on_graded(grading, grading.digit(digit, self._shown_frame(grading)))

    def _shown_frame(self, grading: Grading) -> Evidence | None:
        """The frame on screen, where it can prove the current item by itself."""
        clip, item = self.clips.clip, grading.item
        return self.clips.frame(Binding.AUTO) if clip is not None and item is not None and shows(clip, item) else None

    def _on_graded(self, before: Grading, after: Grading) -> None:
        words = ""
        if after.last is not None and after.reading is not before.reading:
            lacking = after.last in after.lacking_evidence
            words = f"{answer_words(after.reading, after.last)} - {with_keys('mark its frame: {evidence}' if lacking else '{undo}')}"
        known = self._firings
        self._change(after, words)
        new = next((firing for firing in self._firings if firing not in known), None)
        if new is not None:
            self.form.say(f"{firing_words(new)} {key_of('confirm_check')}: confirm with a reason.")
        if after.reading is not before.reading and self._wants_note(after):
            self.form.note.setFocus()
            self.form.say("This reason needs a note; Esc leaves it.")
        if not self._measures(after):
            self.viewports.leave_caliper()

    def _wants_note(self, after: Grading) -> bool:
        """Whether the answer just given needs words that are not there."""
        answer = after.reading.answers.get(after.last) if after.last is not None else None
        asking = {reason.id for reason in after.reading.form.missing_reasons.ne if reason.note}
        said = answer is not None and answer.grade.missing is Missing.NOT_EVALUABLE and answer.grade.reason in asking
        return said and not after.reading.note.strip()

    def _measures(self, grading: Grading) -> bool:
        return grading.item is not None and is_measured(grading.item)

    def _on_entered(self, text: str) -> None:
        grading = self._may_grade()
        if grading is None:
            return
        try:
            after = grading.entered(text)
        except EntryRefusedError as error:
            self._refuse(text, error)
        else:
            self._on_graded(grading, after) if after is not grading else self.form.say("Nothing is written yet.")

    def _refuse(self, text: str, error: EntryRefusedError) -> None:
        """It is said beside the question, and what was written stays to be mended."""
        self._refused = (text, error.words)
        self._show()
        self.form.say(error.words)

    def _on_typed(self, text: str) -> None:
        if self._grading is None or self._signed:
            return
        try:
            self._grading = self._grading.texted(text)
        except EntryRefusedError as error:
            self.form.say(error.words)
        else:
            self._wait_with_note()

    def _on_measured(self, drawn: Caliper) -> None:
        grading, clip = self._may_grade(), self.clips.clip
        if grading is None or clip is None or grading.item is None:
            return
        try:
            evidence = captured(grading.item, clip, drawn)
        except EntryRefusedError as error:
            self._refuse("", error)
        else:
            self._on_graded(grading, grading.measured(evidence))

    # -- evidence ----------------------------------------------------------------------------------------------------------------

    def _mark(self) -> None:
        grading, frame = self._may_change(), self.clips.frame(Binding.MARKED)
        if grading is not None and frame is not None:
            self._on_marked(grading, grading.marked(frame), f"Frame {frame.frame_a + 1}")

    def _mark_pair(self) -> None:
        grading, frame, clip = self._may_change(), self.clips.frame(Binding.MARKED), self.clips.clip
        if grading is None or frame is None or clip is None:
            return
        after = grading.paired(frame)
        if after is grading:
            self.form.say(with_keys("Mark the frame without pressure of this clip first: {evidence}."))
        elif any(each.frame_b == each.frame_a for each in _evidence(after)) and not is_split(clip):
            self.form.say("That is the frame without pressure. Go to the one under pressure.")
        else:
            self._on_marked(grading, after, f"Frame {frame.frame_a + 1}, under pressure,")

    def _on_marked(self, before: Grading, after: Grading, frame: str) -> None:
        kept = after.reading is before.reading
        words = "the next answer" if kept else answer_words(after.reading, after.last) if after.last else ""
        self._change(after, f"{frame} marked for {words}")

    # -- keys --------------------------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._cine_keys = CineKeys(self, self.viewports)
        commands.bind_each(self, "answer", self._on_digit)
        for command, slot in (
            ("not_evaluable", partial(self.answer, NOT_EVALUABLE_KEY)),
            ("not_evaluable_written", self._on_not_evaluable),
            ("clear", self._on_zero),
            ("clear_written", self._on_clear),
            ("accept", self._on_accept),
            ("optional", self._on_fold),
            ("confirm_check", self._on_confirm_check),
            ("unblinding", self._on_unblinding),
            ("undo", self._on_undo),
            ("redo", self._on_redo),
            ("segment_back", partial(self._on_segment_step, -1)),
            ("segment_forward", partial(self._on_segment_step, 1)),
            ("question_back", partial(self._on_question_step, -1)),
            ("question_forward", partial(self._on_question_step, 1)),
            ("clip_back", partial(self._on_clip_step, -1)),
            ("clip_forward", partial(self._on_clip_step, 1)),
            ("first_unanswered", self._on_first_unanswered),
            ("evidence", self._mark),
            ("evidence_pair", self._mark_pair),
            ("note", self.form.note.setFocus),
            ("leave", self._on_leave),
            ("sign", self._on_sign),
        ):
            self.bind(command, slot)

    def _on_digit(self, key: str) -> None:
        self.answer(int(key))

    def _on_not_evaluable(self) -> None:
        grading = self._may_grade()
        if grading is not None:
            after = grading.asking_reason()
            self._change(after, "" if after is not grading else "This question has to be answered.")

    def _on_zero(self) -> None:
        """0 clears where digits choose; where a number is asked it is a digit like any other."""
        if isinstance(self.form.questions.field, NumberField) or (self._grading is not None and self._measures(self._grading)):
            self.answer(0)
        else:
            self._on_clear()

    def _on_clear(self) -> None:
        grading = self._may_change()
        if grading is not None:
            after = grading.cleared()
            cell = after.cell if after is not grading else None
            self._change(after, f"{answer_words(after.reading, cell)} - {key_of('undo')}" if cell else "There is nothing to clear here.")

    def _on_accept(self) -> None:
        field, grading = self.form.questions.field, self._may_change()
        if isinstance(field, TextField) and not self._signed:
            field.setFocus()
        elif grading is not None and (after := grading.confirmed(self._shown_frame(grading))) is not grading:
            self._on_graded(grading, after)

    def _on_fold(self) -> None:
        if self._grading is not None:
            after = self._grading.folding()
            none = not after.unfolded and not self._grading.unfolded
            self._change(after, "There is no optional question here." if none else "")

    def _on_confirm_check(self) -> None:
        if self._may_change() is not None:
            line = next(iter(self.form.questions.checks), None)
            if line is not None:
                line.ask()
            else:
                self.form.say("No check asks for a reason here.")

    def _on_check_confirmed(self, firing: Firing, reason: str) -> None:
        grading = self._may_change()
        if grading is not None:
            self.setFocus()
            self._change(grading.confirming(firing.check, firing.segment, reason), "Confirmed")

    def _on_unblinding(self) -> None:
        if self._may_change() is not None:
            self.viewports.pause()
            self._unblinding.begin(self._grading.reading.assignment if self._grading else None)

    def _on_undo(self) -> None:
        self._retrace(Grading.undone, "Back")

    def _on_redo(self) -> None:
        self._retrace(Grading.redone, "Again")

    def _retrace(self, step: Callable[[Grading], Grading], word: str) -> None:
        grading = self._may_change()
        if grading is not None:
            after = step(grading)
            cell = differing(grading.reading, after.reading)
            same = after.reading is grading.reading
            words = answer_words(after.reading, cell) if cell else measured_words(after.reading)
            self._change(after, "There is nothing more." if same else f"{word}: {words}")

    def _on_segment_step(self, steps: int) -> None:
        if self._grading is not None:
            self._go(self._grading.beside(steps))

    def _on_question_step(self, steps: int) -> None:
        if self._grading is not None:
            self._go(self._grading.question_beside(steps))

    def _go(self, grading: Grading, words: str = "") -> None:
        """Elsewhere: a caliper that was begun for a question is left with it."""
        if self._grading is not None and self._measures(self._grading) and grading.cell != self._grading.cell:
            self.viewports.leave_caliper()
        self._change(grading, words)

    def _on_first_unanswered(self) -> None:
        if self._grading is not None:
            done = not self._grading.reading.unanswered
            self._go(self._grading.at_first_unanswered(), "Every question is answered." if done else "")

    def _on_clip_step(self, steps: int) -> None:
        if not self.clips.step(steps) and self.clips.clip is not None:
            self.form.say(f"This is the {'last' if steps > 0 else 'first'} clip of the segment.")

    def _on_leave(self) -> None:
        if not self.viewports.active.leave_caliper() and self._grading is not None:
            self._change(self._grading.without_reason())

    # -- what widgets tell -------------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self.viewports.serve(self.strip)
        self.viewports.clip_stepped.connect(self._on_clip_step)
        self.viewports.measured.connect(self._on_measured)
        self.clips.changed.connect(self._show_clips)
        self.clips.completed.connect(self._on_completed)
        self.clips.thumbnails.made.connect(self.rail.show_picture)
        self.rail.segment_chosen.connect(self._on_segment)
        self.rail.clip_chosen.connect(self._on_clip)
        self.rail.picture_wanted.connect(self.clips.want_picture)
        form = self.form
        form.segment_chosen.connect(self._on_segment)
        form.picked.connect(self.answer)
        form.entered.connect(self._on_entered)
        form.typed.connect(self._on_typed)
        form.left.connect(self._on_note_left)
        form.fold_asked.connect(self._on_fold)
        form.check_confirmed.connect(self._on_check_confirmed)
        form.check_left.connect(self.setFocus)
        form.question_chosen.connect(self._on_question)
        form.evidence_followed.connect(self.clips.show_evidence)
        form.note_typed.connect(self._on_note)
        form.note_left.connect(self._on_note_left)
        form.sign_requested.connect(self._on_sign)
        self._unblinding.told.connect(form.say)

    def _on_completed(self) -> None:
        self._save()
        self._show_clips()

    def _on_segment(self, segment: str) -> None:
        if self._grading is not None:
            self._go(self._grading.at_segment(SegmentId(segment)))

    def _on_question(self, cell: Cell) -> None:
        if self._grading is not None:
            self._go(self._grading.at_cell(cell))

    def _on_clip(self, sha256: str) -> None:
        clip = self.clips.exam.clip(sha256)
        if clip is not None:
            self.clips.show_clip(clip)

    def _on_note(self, note: str) -> None:
        if self._grading is not None and not self._signed:
            self._grading = self._grading.with_note(note)
            self._wait_with_note()


def _evidence(grading: Grading) -> tuple[Evidence, ...]:
    """What the key just marked."""
    answer = grading.reading.answers.get(grading.last) if grading.last is not None else None
    return (*(answer.evidence if answer else ()), *((grading.kept,) if grading.kept else ()))
