"""Intake: what a site sent becomes clips with a segment and a side; what an exam still misses is visible at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.charter import Charter
from corelab.domain.completeness import Receipt, SegmentReceipt
from corelab.domain.vocabulary import ExamState, SegmentId
from corelab.services import intake
from corelab.services.intake import ExamOverview, Fact, IntakeRefusedError, IntakeReport, Refusal, WaitingClip
from corelab.ui import dialogs
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card, EmptyState, Working, scrolled
from corelab.ui.desk import Desk
from corelab.ui.exam_card import ExamCard
from corelab.ui.exam_matrix import ExamMatrix, MatrixRow
from corelab.ui.facts_dialog import FactsDialog
from corelab.ui.intake_words import clip_cells, clip_columns, faults_words, needs_words, report_words, typed_segment
from corelab.ui.jobs import Cancel
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.rows import Rows
from corelab.ui.segment_words import code_words
from corelab.ui.take_in_form import TakeInForm
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time

_LEFT, _LEFT_NARROW = 316, 264
_MATRIX_LEAST = 164
"""Three exams under their headings, on a low screen too."""
_BEFORE_READERS = frozenset({ExamState.RECEIVING, ExamState.READY})


@dataclass(frozen=True, slots=True)
class _State:
    charter: Charter
    clips: tuple[WaitingClip, ...]
    exams: tuple[ExamOverview, ...]


def _look(desk: Desk) -> _State:
    return _State(desk.lab.charter, intake.waiting(desk.lab, desk.session), intake.exams(desk.lab, desk.session))


class IntakePage(Page):
    name = "intake"
    title = "Intake"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._state: _State | None = None
        self._cancel = Cancel()
        self._taken = False
        self.form = TakeInForm()
        self.form.chosen.connect(self._on_files)
        self.working = Working()
        self.working.cancelled.connect(self._on_cancel)
        self.rows = Rows(clip_columns(), "Clips not yet released", row_height=40)
        self.rows.typed.connect(self._on_typed)
        self.rows.opened.connect(self._on_opened)
        self.rows.chosen.connect(self._on_clip)
        self.empty = EmptyState()
        self.report = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.report.hide()
        self.matrix = ExamMatrix()
        self.matrix.row_chosen.connect(self._show_exam)
        self.matrix.cell_chosen.connect(self._on_cell)
        self.exam = ExamCard()
        self.exam.fact_set.connect(self._on_fact)
        self.exam.close_requested.connect(self._on_close_missing)
        self.exam.facts_requested.connect(self._on_facts)
        self.fault = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.bind("add_files", self.form.choose_files)
        self.bind("add_folder", self.form.choose_folder)
        self.bind("facts", self._on_facts)
        self.bind("to_pixel_check", self._to_pixel_check)
        self.bind("refresh", self.opened)
        self._lay_out()

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(16)
        left = QWidget()
        left_lines = QVBoxLayout(left)
        left_lines.setContentsMargins(0, 0, 8, 0)
        left_lines.setSpacing(16)
        for card in (self.form, self.exam):
            left_lines.addWidget(card)
        left_lines.addStretch(1)
        area = scrolled(left)
        self._left_area = area
        outer.addWidget(area)
        outer.addLayout(self._middle(), 1)

    def _middle(self) -> QVBoxLayout:
        middle = QVBoxLayout()
        middle.setSpacing(12)
        head = QHBoxLayout()
        head.addWidget(text_label("Intake", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addStretch(1)
        check = command_button("to_pixel_check", "Pixel check")
        check.clicked.connect(self._to_pixel_check)
        head.addWidget(check)
        middle.addLayout(head)
        for widget in (self.working, self.report):
            middle.addWidget(widget)
        middle.addWidget(self.rows, 3)
        middle.addWidget(self.empty, 3)
        middle.addWidget(self.fault)
        card = Card().titled(
            "Completeness", "What the charter asks of each exam. Enter on a missing segment closes it as not imaged (NI), with a reason."
        )
        area = scrolled(self.matrix)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        area.setMinimumHeight(_MATRIX_LEAST)
        self.matrix.moved.connect(area.ensureVisible)
        card.lines.addWidget(area, 1)
        middle.addWidget(card, 2)
        return middle

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._left_area.setFixedWidth(_LEFT_NARROW if self.width() < NARROW_BELOW else _LEFT)
        super().resizeEvent(event)

    # ------------------------------------------------------------ showing

    def opened(self, _argument: object = None) -> None:
        self.desk.jobs.query(self, partial(_look, self.desk), self._on_state, self.show_error)

    def _on_state(self, state: _State) -> None:
        first = self._state is None
        self._state = state
        self.form.show_visits([(visit.id, visit.label) for visit in state.charter.visits])
        self.exam.ask_for([each for each in state.charter.attributes if each.per == "subject"])
        self.rows.show_rows([clip_cells(clip) for clip in state.clips], current=max(0, self.rows.current))
        self.rows.setVisible(bool(state.clips))
        self.empty.setVisible(not state.clips)
        self.empty.show_words(
            "No clip waits.", "Type the subject, choose the visit, then take in what the site sent: files, a folder or a ZIP."
        )
        self._show_matrix(state)
        self._on_clip(self.rows.current)
        if first or self._taken:
            self._taken = False
            (self.rows if state.clips else self.form.subject).setFocus()

    def _show_matrix(self, state: _State) -> None:
        columns: dict[SegmentId, str] = {}
        for exam in state.exams:
            for each in exam.completeness.segments:
                columns.setdefault(each.segment, column_words(each))
        rows = [
            MatrixRow(
                f"{exam.subject} {exam.visit}",
                needs_words(exam),
                {each.segment: each.receipt for each in exam.completeness.segments},
                frozenset(each.segment for each in exam.completeness.segments if each.waiting),
                not exam.completeness.missing,
            )
            for exam in state.exams
        ]
        self.matrix.show_exams(tuple(columns.items()), rows)
        self._show_exam(self.matrix.current[0] if self.matrix.current else 0)

    def _show_exam(self, row: int) -> None:
        exams = self._state.exams if self._state else ()
        if row < len(exams):
            exam = exams[row]
            if self._state and any(each.per == "segment" for each in self._state.charter.attributes):
                self.exam.ask_for_segments(sum(fact.segment is not None for fact in exam.completeness.unknown))
            self.exam.show_exam(
                f"Exam {exam.subject} {exam.visit}", needs_words(exam), exam.attributes.subject, len(exam.completeness.missing)
            )

    def _on_clip(self, row: int) -> None:
        clips = self._state.clips if self._state else ()
        self.fault.setText(faults_words(clips[row]) if 0 <= row < len(clips) else "")

    def _to_pixel_check(self) -> None:
        clips, row = self._state.clips if self._state else (), self.rows.current
        self.go.emit("pixels", clips[row].clip if 0 <= row < len(clips) else None)

    def _on_opened(self, _row: int) -> None:
        self._to_pixel_check()

    # ------------------------------------------------------------ taking in

    def _on_files(self, paths: Sequence[Path]) -> None:
        subject, visit, side = self.form.named
        self._cancel = Cancel()
        self.working.begin("Taking in...")
        self.report.hide()
        work = partial(
            intake.take_in,
            self.desk.lab,
            self.desk.session,
            tuple(paths),
            subject=subject,
            visit=visit,
            side=side,
            progress=self.desk.jobs.relay(self, self.working.tell),
            cancelled=self._cancel,
        )
        self.desk.jobs.query(self, work, self._on_taken, self._on_failed)

    def _on_cancel(self) -> None:
        self._cancel.ask()

    def _on_taken(self, report: IntakeReport) -> None:
        self.working.end()
        self.report.setText(report_words(report))
        self.report.show()
        self._taken = True
        self.opened()

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        self.saved.emit("Not saved")
        self.show_error(error)

    # ------------------------------------------------------------ labels, facts, what was not imaged

    def _on_typed(self, row: int, _column: int, words: str) -> None:
        if self._state is None:
            return
        clip, typed = self._state.clips[row], typed_segment(words, self._state.charter)
        if typed is None:
            self.fault.setText(f"No segment of the charter is called {words}. Write the side and the code, for example R CFV or IVC.")
            return
        self._do(partial(intake.label, self.desk.lab, self.desk.session, clip.clip, *typed))

    def _on_fact(self, attribute: str, value: str) -> None:
        exam = self._exam()
        if exam is not None:
            self._set_facts(exam.subject, {Fact(attribute): value})

    def _on_facts(self) -> None:
        """The subject's, by digits."""
        exam = self._exam()
        if exam is not None and self._state is not None:
            readers = any(each.subject == exam.subject and each.state not in _BEFORE_READERS for each in self._state.exams)
            asked = FactsDialog(self, exam.subject, self._state.charter, exam.attributes, with_reason=readers)
            asked.given.connect(partial(self._set_facts, exam.subject))
            asked.open()

    def _set_facts(self, subject: str, facts: Mapping[Fact, str], reason: str = "") -> None:
        self.saved.emit("Saving...")
        work = partial(intake.set_facts, self.desk.lab, self.desk.session, subject, facts, reason=reason)
        self.desk.jobs.query(self, work, self._on_done, partial(self._on_facts_refused, subject, facts))

    def _on_facts_refused(self, subject: str, facts: Mapping[Fact, str], error: Exception) -> None:
        """What readers have is changed only with a reason: it is asked, the rest is said."""
        if isinstance(error, IntakeRefusedError) and error.refusal is Refusal.FACT_REASON:
            self.saved.emit("Not saved")
            again = partial(self._set_facts_because, subject, facts)
            dialogs.ask_reason(self, f"Change facts of {subject}?", Refusal.FACT_REASON.message, do="Change", given=again)
        else:
            self._on_failed(error)
            self.opened()

    def _set_facts_because(self, subject: str, facts: Mapping[Fact, str], _code: str, reason: str) -> None:
        self._set_facts(subject, facts, reason)

    def _on_cell(self, row: int, segment: str) -> None:
        exam = self._state.exams[row] if self._state else None
        found = next((each for each in exam.completeness.segments if each.segment == segment), None) if exam else None
        if found is not None and found.receipt is not Receipt.RECEIVED:
            self._ask_not_imaged((SegmentId(segment),))

    def _on_close_missing(self) -> None:
        exam = self._exam()
        if exam is not None:
            self._ask_not_imaged(exam.completeness.missing)

    def _ask_not_imaged(self, segments: tuple[SegmentId, ...]) -> None:
        exam = self._exam()
        if exam is None or self._state is None or not segments:
            return
        choices = [(reason.id, reason.label) for reason in self._state.charter.missing.ni]
        names = ", ".join(segments) if len(segments) <= 6 else f"{len(segments)} segments"
        question = f"{exam.subject} {exam.visit}: {names}. Readers are not asked about them; they are exported as NI."
        given = partial(self._close, exam, segments)
        dialogs.ask_reason(self, "Not imaged?", question, do="Not imaged", given=given, choices=choices)

    def _close(self, exam: ExamOverview, segments: tuple[SegmentId, ...], code: str, _words: str) -> None:
        self._do(partial(intake.set_not_imaged, self.desk.lab, self.desk.session, exam.id, segments, code))

    def _exam(self) -> ExamOverview | None:
        at = self.matrix.current
        return self._state.exams[at[0]] if self._state and at and at[0] < len(self._state.exams) else None

    def _do(self, work: Callable[[], object]) -> None:
        self.saved.emit("Saving...")
        self.desk.jobs.query(self, work, self._on_done, self._on_failed)

    def _on_done(self, _answer: object) -> None:
        self.saved.emit(f"Saved {clock_time(self.desk.lab.clock.now(), self.desk.lab.clock)}")
        self.opened()


def column_words(segment: SegmentReceipt) -> str:
    """The head of a column; a segment of both legs says which."""
    both = segment.segment != segment.code
    return f"{segment.side.letter if both and segment.side else ''} {code_words(segment.code)}".strip()
