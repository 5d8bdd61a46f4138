"""The reading page: clips, cine and grades of one exam, from the first moving image to the signature."""

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import uuid4

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.checks import CheckFault, may_grade
from corelab.domain.reading import Reading
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
from corelab.ui.draft_saver import DraftSaver
from corelab.ui.exam_clips import ExamClips
from corelab.ui.exam_desk import ExamDesk
from corelab.ui.grade_form import GradeForm
from corelab.ui.grading import Grading
from corelab.ui.page import Page
from corelab.ui.reading_shown import rail_clips, rail_rows, side_words, strip_marks
from corelab.ui.segment_words import answer_words, label_words
from corelab.ui.sign_flow import SignFlow
from corelab.ui.theme import NARROW_BELOW
from corelab.ui.times import clock_time

NOTE_PAUSE_MS: Final = 800
_SIGNED_WORDS: Final = "This reading is signed; nothing can be changed."


class ReadingPage(Page):
    """Holds one Grading and redraws from it. Opened with the id of an assignment."""

    name = "reading"
    title = "Reading"

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent)
        self._grading: Grading | None = None
        self._opened: OpenReading | None = None
        self._assignment: AssignmentId | None = None
        self._left_at: Cell | None = None
        self._signed, self._submit = False, ""
        self._saver = DraftSaver(desk.jobs, desk.lab.clock, self)
        self._signing = SignFlow(self, desk, Meaning.READING)
        self._note_pause = QTimer(self)
        self._note_pause.setSingleShot(True)
        self._note_pause.setInterval(NOTE_PAUSE_MS)
        self.clips = ExamDesk(self, desk, stopwatch=stopwatch)
        self.viewports = self.clips.viewports
        self.strip = CineStrip(self.viewports.active.player.cine)
        self.rail, self.form = ClipRail(), GradeForm()
        self._lay_out()
        self._connect()
        self._bind()

    # -- opening and leaving -----------------------------------------------------------------------------------------------------

    def opened(self, argument: object = None) -> None:
        """Open the reading of this assignment; without one, the reading that was left for another page."""
        if isinstance(argument, str):
            self._assignment, self._left_at = AssignmentId(argument), None
        if self._assignment is None:
            self.go.emit("worklist", None)
            return
        work = partial(readings.open_reading, self.desk.lab, self.desk.session, self._assignment)
        self.desk.jobs.query(self, work, self._on_opened, self._on_not_opened)

    def closing(self) -> bool:
        self.viewports.pause()
        if self._grading is not None and self._note_pause.isActive():
            self._save()
        error = self._saver.flush()
        if error is not None:
            self.show_error(error)
            return False
        self._forget()
        return True

    def _forget(self) -> None:
        """Nothing of the exam stays in memory while the page is not on screen."""
        self._note_pause.stop()
        self._left_at = self._grading.cell if self._grading is not None else self._left_at
        self._grading = self._opened = None
        self.rail.forget()
        self.clips.forget()

    def _on_not_opened(self, error: Exception) -> None:
        self._assignment = None
        self.show_error(error)
        self.go.emit("worklist", None)

    def _on_opened(self, opened: OpenReading) -> None:
        self._opened = opened
        begun = Grading.begun(opened.reading)
        self._grading = begun.at_cell(self._left_at) if self._left_at is not None else begun
        self._signed, self._submit = opened.signed_at is not None, opened.submit or str(uuid4())
        self.clips.open(ExamClips(opened.clips), opened.reading.played)
        self._saver.forget()
        noun = "clip" if len(opened.clips) == 1 else "clips"
        self.headline.emit(f"Reading {opened.pseudonym}", f"{side_words(opened.reading.form)}{len(opened.clips)} {noun}")
        self.saved.emit(f"Signed {clock_time(opened.signed_at, self.desk.lab.clock)}" if opened.signed_at else "Saved")
        self.form.show_signed(signed=self._signed)
        self._open_segment()
        self._show()
        self.setFocus()

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
        self._note_pause.timeout.connect(self._save)
        self._saver.state.connect(self.saved)
        self._signing.signed.connect(self._on_signed)
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
            self.saved.emit("Not saved yet")
            self._note_pause.start()

    def _on_note_left(self) -> None:
        if self._note_pause.isActive():
            self._save()
        self.setFocus()

    # -- signing -----------------------------------------------------------------------------------------------------------------

    def _on_sign(self) -> None:
        if self._signed:
            self.go.emit("worklist", "next")
            return
        reading = self._reading_with_viewing()
        if reading is None or self._opened is None:
            return
        self.viewports.pause()
        lab, session = self.desk.lab, self.desk.session
        check = partial(readings.faults, lab, session, reading, self.clips.exam.clips)
        words_of = partial(fault_words, reading, self.clips.exam)
        sign = partial(readings.sign, lab, session, reading, submit=self._submit)
        self._signing.begin(f"reading {self._opened.pseudonym}", check, words_of, sign)

    def _on_signed(self, signed: Signed) -> None:
        self._signed = True
        self._saver.forget()
        self.saved.emit(f"Signed {clock_time(signed.at, self.desk.lab.clock)}")
        self.form.show_signed(signed=True)
        self.setFocus()

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

    def hideEvent(self, event: QHideEvent) -> None:
        self.viewports.pause()
        super().hideEvent(event)


def _differing(before: Reading, after: Reading) -> Cell | None:
    """The cell whose answer is another one now."""
    cells = {**before.answers, **after.answers}
    return next((cell for cell in cells if before.answers.get(cell) != after.answers.get(cell)), None)
