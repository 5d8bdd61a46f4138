"""The reading page: clips, cine and grades of one exam, from the first moving image to the signature."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.checks import CheckFault, may_grade
from corelab.domain.reading import Reading
from corelab.domain.reasons import Change
from corelab.domain.vocabulary import AssignmentId, Binding, Cell, SegmentId
from corelab.services import reading as readings
from corelab.services.reading import OpenReading, Signed
from corelab.ui import commands
from corelab.ui.check_words import fault_words
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_keys import CineKeys
from corelab.ui.cine_strip import CineStrip
from corelab.ui.clip_rail import ClipRail
from corelab.ui.desk import Desk
from corelab.ui.exam_clips import ExamClips
from corelab.ui.exam_page import ExamPage
from corelab.ui.grade_form import GradeForm
from corelab.ui.grading import Grading
from corelab.ui.life_words import GIVEN_BACK
from corelab.ui.reading_shown import rail_clips, rail_rows, side_words, strip_marks
from corelab.ui.segment_words import answer_words, label_words
from corelab.ui.sign_flow import Revise
from corelab.ui.theme import NARROW_BELOW

_SIGNED_WORDS = "This reading is signed; nothing can be changed."


class ReadingPage(ExamPage):
    """Holds one Grading and redraws from it. Opened with the id of an assignment."""

    name = "reading"
    title = "Reading"

    meaning = Meaning.READING

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._grading: Grading | None = None
        self._pseudonym, self._given_back = "", False
        self._left_at: tuple[AssignmentId, Cell] | None = None
        self.strip = CineStrip(self.viewports.active.player.cine)
        self.rail, self.form = ClipRail(), GradeForm()
        self._lay_out()
        self._connect()
        self._bind()

    # -- opening and leaving -----------------------------------------------------------------------------------------------------

    def _ask(self, assignment: AssignmentId) -> Callable[[], object]:
        return partial(readings.open_reading, self.desk.lab, self.desk.session, assignment)

    def _on_opened(self, opened: object) -> None:
        if not isinstance(opened, OpenReading):
            return
        self._grading, self._pseudonym = self._begun(opened.reading), opened.pseudonym
        self.clips.open(ExamClips(opened.clips), opened.reading.played)
        noun = "clip" if len(opened.clips) == 1 else "clips"
        self._given_back = opened.reopened is not None
        back = f", given back: {GIVEN_BACK[opened.reopened]}" if opened.reopened else ""
        self.headline.emit(f"Reading {opened.pseudonym}", f"{side_words(opened.reading.form)}{len(opened.clips)} {noun}{back}")
        self._begin(opened.signed_at, opened.submit, opened.version)
        self._open_segment()
        self._show()
        self.setFocus()

    def _begun(self, reading: Reading) -> Grading:
        """At the question that was left for another page, else at the first open one."""
        begun = Grading.begun(reading)
        if self._left_at is not None and self._left_at[0] == reading.assignment:
            return begun.at_cell(self._left_at[1])
        return begun

    def _forget(self) -> None:
        if self._grading is not None and self._grading.cell is not None:
            self._left_at = (self._grading.reading.assignment, self._grading.cell)
        self._grading, self._pseudonym = None, ""
        self.rail.forget()
        self.form.forget()
        self.strip.show_marks(())

    def _show_signed(self) -> None:
        self.form.show_signed(signed=self._signed)

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def grading(self) -> Grading | None:
        """What is on screen; None while no reading is open."""
        return self._grading

    def _show(self) -> None:
        if self._grading is None:
            return
        self.form.show_grading(self._grading)
        self._show_clips()

    def _show_clips(self) -> None:
        """What depends on the clips on screen."""
        if self._grading is not None:
            exam, log = self.clips.exam, self.clips.log
            self.rail.show_segments(rail_rows(self._grading.reading, exam, log), self._grading.segment)
            self.rail.show_clips(rail_clips(exam, log, self._grading.segment), self.clips.on_screen)
            self.strip.show_marks(strip_marks(self._grading, self.clips.clip))

    def _open_segment(self) -> None:
        if self._grading is not None:
            segment = self._grading.reading.form.segment(self._grading.segment)
            self.clips.show_segment(segment.id, self._grading.beside(1).segment, f"No clip of {label_words(segment)}.")

    # -- changing ----------------------------------------------------------------------------------------------------------------

    def _change(self, grading: Grading, words: str = "") -> None:
        before, self._grading = self._grading, grading
        if before is None:
            return
        if grading.reading is not before.reading:
            self._save(_differing(before.reading, grading.reading))
        if grading.segment != before.segment:
            self._open_segment()
        self._show()
        if words:
            self.form.say(words)

    def _save(self, changed: Cell | None = None) -> None:
        self._note_pause.stop()
        reading = self._reading_with_viewing()
        if reading is not None and not self._signed:
            self._saver.save(partial(readings.save, self.desk.lab, self.desk.session, reading, changed))

    def _reading_with_viewing(self) -> Reading | None:
        if self._grading is None:
            return None
        reading = self._grading.reading
        for clip, frames in self.clips.log.played.items():
            reading = reading.with_played(clip, frames)
        return reading

    def _may_change(self) -> Grading | None:
        if self._signed:
            self.form.say(_SIGNED_WORDS)
            return None
        return self._grading

    def answer(self, digit: int) -> None:
        """A digit: the answer of the current question, or a reason."""
        grading, reading = self._may_change(), self._reading_with_viewing()
        if grading is None or reading is None:
            return
        if not grading.accepts(digit):
            self.form.say(f"{digit} means nothing here.")
        elif not may_grade(reading, grading.segment, self.clips.exam.clips):
            self.form.say("Play a clip of this segment once before grading it.")
        else:
            self._on_graded(grading, grading.digit(digit, self.clips.frame(Binding.AUTO)))

    def _on_graded(self, before: Grading, after: Grading) -> None:
        words = ""
        if after.last is not None and after.reading is not before.reading:
            lacking = after.last in after.lacking_evidence
            words = f"{answer_words(after.reading, after.last)} - {'mark its frame: K' if lacking else 'Ctrl+Z'}"
        self._change(after, words)

    def _mark(self) -> None:
        self._bind_frame(pair=False)

    def _mark_pair(self) -> None:
        self._bind_frame(pair=True)

    def _bind_frame(self, *, pair: bool) -> None:
        grading, frame = self._may_change(), self.clips.frame(Binding.MARKED)
        if grading is None or frame is None:
            return
        after = grading.paired(frame) if pair else grading.marked(frame)
        kept = after.reading is grading.reading
        words = "the next answer" if kept else answer_words(after.reading, after.last) if after.last else ""
        self._change(after, f"Frame {frame.frame_a + 1} marked for {words}")

    # -- keys --------------------------------------------------------------------------------------------------------------------

    def _bind(self) -> None:
        self._cine_keys = CineKeys(self, self.viewports)
        commands.bind_each(self, "answer", self._on_digit)
        for command, slot in (
            ("not_evaluable", self._on_nine),
            ("clear", self._on_clear),
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

    def _on_nine(self) -> None:
        self.answer(9)

    def _on_clear(self) -> None:
        grading = self._may_change()
        if grading is not None:
            after = grading.cleared()
            cell = after.cell if after is not grading else None
            self._change(after, f"{answer_words(after.reading, cell)} - Ctrl+Z" if cell else "There is nothing to clear here.")

    def _on_undo(self) -> None:
        self._retrace(Grading.undone, "Back")

    def _on_redo(self) -> None:
        self._retrace(Grading.redone, "Again")

    def _retrace(self, step: Callable[[Grading], Grading], word: str) -> None:
        grading = self._may_change()
        if grading is not None:
            after = step(grading)
            cell = _differing(grading.reading, after.reading)
            self._change(after, f"{word}: {answer_words(after.reading, cell)}" if cell else "There is nothing more.")

    def _on_segment_step(self, steps: int) -> None:
        if self._grading is not None:
            self._change(self._grading.beside(steps))

    def _on_question_step(self, steps: int) -> None:
        if self._grading is not None:
            self._change(self._grading.question_beside(steps))

    def _on_first_unanswered(self) -> None:
        if self._grading is not None:
            done = not self._grading.reading.unanswered
            self._change(self._grading.at_first_unanswered(), "Every question is answered." if done else "")

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
        self.clips.changed.connect(self._show_clips)
        self.clips.completed.connect(self._on_completed)
        self.clips.thumbnails.made.connect(self.rail.show_picture)
        self.rail.segment_chosen.connect(self._on_segment)
        self.rail.clip_chosen.connect(self._on_clip)
        self.form.segment_chosen.connect(self._on_segment)
        self.form.picked.connect(self.answer)
        self.form.question_chosen.connect(self._on_question)
        self.form.evidence_followed.connect(self.clips.show_evidence)
        self.form.note_typed.connect(self._on_note)
        self.form.note_left.connect(self._on_note_left)
        self.form.sign_requested.connect(self._on_sign)
        self._signing.followed.connect(self._on_fault)

    def _on_completed(self) -> None:
        self._save()
        self._show_clips()

    def _on_segment(self, segment: str) -> None:
        if self._grading is not None:
            self._change(self._grading.at_segment(SegmentId(segment)))

    def _on_question(self, cell: Cell) -> None:
        if self._grading is not None:
            self._change(self._grading.at_cell(cell))

    def _on_clip(self, sha256: str) -> None:
        clip = self.clips.exam.clip(sha256)
        if clip is not None:
            self.clips.show_clip(clip)

    def _on_note(self, note: str) -> None:
        if self._grading is not None and not self._signed:
            self._grading = self._grading.with_note(note)
            self._wait_with_note()

    # -- signing -----------------------------------------------------------------------------------------------------------------

    def _on_sign(self) -> None:
        if self._signed:
            self.go.emit("worklist", "next")
            return
        reading = self._reading_with_viewing()
        if reading is None:
            return
        self.viewports.pause()
        lab, session = self.desk.lab, self.desk.session
        check = partial(readings.faults, lab, session, reading, self.clips.exam.clips)
        words_of = partial(fault_words, reading, self.clips.exam)
        sign = partial(readings.sign, lab, session, reading, submit=self._submit)
        signing = Revise(partial(self._revising, sign)) if self._given_back else self._saver.signing(sign)
        self._signing.begin(f"reading {self._pseudonym}", check, words_of, signing)

    def _revising(self, sign: Callable[..., Signed], change: Change) -> Callable[[str], Signed]:
        return self._saver.signing(partial(sign, change=change))

    def _on_fault(self, fault: CheckFault) -> None:
        clip = self.clips.exam.clip(fault.clip) if fault.clip else None
        segment = fault.segment or (clip.segment if clip else None)
        if self._grading is None:
            return
        if fault.cell is not None:
            self._change(self._grading.at_cell(fault.cell))
        elif segment is not None:
            self._change(self._grading.at_segment(segment))
        else:
            self.form.note.setFocus()

    # -- layout ------------------------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.viewports, 1)
        middle.addWidget(self.strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(middle, 1)
        row.addWidget(self.form)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW_BELOW
        for part in (self.rail, self.form, self.strip):
            part.show_narrow(narrow=narrow)


def _differing(before: Reading, after: Reading) -> Cell | None:
    """The cell whose answer is another one now."""
    cells = {**before.answers, **after.answers}
    return next((cell for cell in cells if before.answers.get(cell) != after.answers.get(cell)), None)
