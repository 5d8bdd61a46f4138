"""What lies on the reading page: a Grading with the clips of its exam, drawn again after every change, kept after every change."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import AssignmentId, Cell
from corelab.services import reading as readings
from corelab.services.reading import OpenReading
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_strip import CineStrip
from corelab.ui.clip_rail import ClipRail
from corelab.ui.desk import Desk
from corelab.ui.entry import is_measured
from corelab.ui.entry_fields import NumberField
from corelab.ui.exam_clips import ExamClips
from corelab.ui.exam_page import ExamPage
from corelab.ui.grade_form import GradeForm
from corelab.ui.grading import Grading
from corelab.ui.life_words import GIVEN_BACK
from corelab.ui.reading_shown import checks_now, kept_calipers, rail_clips, rail_rows, side_words, states, strip_marks, told_words
from corelab.ui.segment_words import label_words, lowered
from corelab.ui.theme import NARROW_BELOW

if TYPE_CHECKING:
    from corelab.domain.checks import Firing

WORTH_KEEPING_S: Final = 5
"""Active seconds since the last save that are saved for themselves when the page is left."""


class ReadingBench(ExamPage):
    """Holds one Grading and redraws from it. Opened with the id of an assignment."""

    name = "reading"
    title = "Reading"

    meaning = Meaning.READING

    def __init__(self, desk: Desk, parent: QWidget | None = None, *, stopwatch: Stopwatch | None = None) -> None:
        super().__init__(desk, parent, stopwatch=stopwatch)
        self._grading: Grading | None = None
        self._pseudonym, self._given_back = "", False
        self._left_at: tuple[AssignmentId, Cell] | None = None
        self._firings: tuple[Firing, ...] = ()
        """The soft checks that wait for a reason now."""
        self._refused: tuple[str, str] | None = None
        """What was written last, and why it was not taken."""
        self.strip = CineStrip(self.viewports.active.player.cine)
        self.rail, self.form = ClipRail(), GradeForm()
        self._seconds_kept = 0
        self._lay_out()

    # -- opening and leaving -----------------------------------------------------------------------------------------------------

    def _ask(self, assignment: AssignmentId) -> Callable[[], object]:
        return partial(readings.open_reading, self.desk.lab, self.desk.session, assignment)

    def _on_opened(self, opened: object) -> None:
        if not isinstance(opened, OpenReading):
            return
        if opened.aside is not None:
            self._resume(opened, readings.resumed(opened))
            return
        reading = opened.reading
        self._grading, self._pseudonym = self._begun(reading), opened.pseudonym
        self.clips.open(ExamClips(opened.clips), reading.played, reading.watched)
        noun = "clip" if len(opened.clips) == 1 else "clips"
        self._given_back = opened.reopened is not None
        back = f", given back: {GIVEN_BACK[opened.reopened]}" if opened.reopened else ""
        told = f"{told_words(reading.form)}{side_words(reading.form)}{len(opened.clips)} {noun}{back}"
        self.headline.emit(f"Reading {opened.pseudonym}", told[:1].upper() + told[1:])
        self._begin(opened.signed_at, opened.submit, opened.version, opened.drawer)
        self._seconds_kept = reading.seconds
        if not self._signed:
            self._time.begin(reading.seconds)
        self.setFocus()
        self._open_segment()
        self._show()

    def _begun(self, reading: Reading) -> Grading:
        """At the question that was left for another page, else at the first open one."""
        begun = Grading.begun(reading)
        if self._left_at is not None and self._left_at[0] == reading.assignment:
            return begun.at_cell(self._left_at[1])
        return begun

    def _left(self) -> bool:
        if self._grading is not None and not self._signed and self._time.seconds - self._seconds_kept >= WORTH_KEEPING_S:
            self._save()
        return super()._left()

    def _forget(self) -> None:
        if self._grading is not None and self._grading.cell is not None:
            self._left_at = (self._grading.reading.assignment, self._grading.cell)
        self._grading, self._pseudonym = None, ""
        self._firings, self._refused = (), None
        self._time.stop()
        self.viewports.ask_caliper("")
        self.rail.forget()
        self.form.forget()
        self.strip.show_marks(())

    def _show_signed(self) -> None:
        if self._signed:
            self._time.stop()
        self.form.show_signed(signed=self._signed)

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def grading(self) -> Grading | None:
        """What is on screen; None while no reading is open."""
        return self._grading

    def _show(self) -> None:
        if self._grading is None:
            return
        focus = QApplication.focusWidget()
        written = focus is not None and self.form.questions.isAncestorOf(focus)
        self._firings = () if self._signed else checks_now(self._grading.reading, self.clips.exam.clips)
        self.form.show_grading(self._grading, self._firings, self._refused)
        self._show_measuring(self._grading)
        self._show_clips()
        if isinstance(self.form.questions.field, NumberField) and not self._signed:
            self.form.questions.field.setFocus()
        elif written:
            self.setFocus()

    def _show_measuring(self, grading: Grading) -> None:
        """While the question is one that a caliper answers, calipers are for it."""
        item = grading.item
        measured = item is not None and is_measured(item) and grading.reason_of is None and not self._signed
        self.viewports.ask_caliper(lowered(item.label) if item is not None and measured else "")

    def _show_clips(self) -> None:
        """What depends on the clips on screen."""
        if self._grading is not None:
            exam, log = self.clips.exam, self.clips.log
            marks = states(self._grading, self._firings)
            self.rail.show_segments(rail_rows(self._grading.reading, exam, log, marks), self._grading.segment)
            self.rail.show_clips(rail_clips(exam, log, self._grading.segment), self.clips.on_screen)
            self.strip.show_marks(strip_marks(self._grading, self.clips.clip))
            for viewport in self.viewports.all:
                viewport.show_kept(kept_calipers(self._grading, viewport.clip.sha256) if viewport.clip else ())

    def _open_segment(self) -> None:
        if self._grading is not None:
            segment = self._grading.reading.form.segment(self._grading.segment)
            if segment.is_exam and not self.clips.exam.of(segment.id) and self.clips.clip is not None:
                return  # what is on screen stays: these questions are about all of it
            self.clips.show_segment(segment.id, self._grading.beside(1).segment, f"No clip of {label_words(segment)}.")

    # -- changing ----------------------------------------------------------------------------------------------------------------

    def _change(self, grading: Grading, words: str = "") -> None:
        before, self._grading, self._refused = self._grading, grading, None
        if before is None:
            return
        if grading.reading is not before.reading:
            self._save(differing(before.reading, grading.reading))
        if grading.segment != before.segment:
            self._open_segment()
        self._show()
        if words:
            self.form.say(words)

    def _save(self, changed: Cell | None = None) -> None:
        self._note_pause.stop()
        reading = self._reading_with_viewing()
        if reading is not None and not self._signed:
            self._seconds_kept = reading.seconds
            save = partial(readings.save, self.desk.lab, self.desk.session, reading, changed)
            self._keep(save, partial(readings.draft_of, reading, self.clips.exam.clips))

    def _reading_with_viewing(self) -> Reading | None:
        """With what was seen and how long was read until now."""
        if self._grading is None:
            return None
        reading, log = self._grading.reading, self.clips.log
        played = {clip: reading.played.get(clip, frozenset()) | frames for clip, frames in log.played.items()}
        shown, watched = MappingProxyType({**reading.played, **played}), MappingProxyType({**reading.watched, **log.watched})
        return replace(reading, played=shown, watched=watched, seconds=max(reading.seconds, self._time.seconds))

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


def differing(before: Reading, after: Reading) -> Cell | None:
    """The cell whose answer is another one now."""
    cells = {**before.answers, **after.answers}
    return next((cell for cell in cells if before.answers.get(cell) != after.answers.get(cell)), None)
