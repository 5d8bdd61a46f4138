"""Intake: what a site sent becomes clips with a segment and a side; what an exam still misses is visible at once."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.charter import Charter
from corelab.services import intake
from corelab.services.intake import ExamOverview, WaitingClip
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card, EmptyState, scrolled
from corelab.ui.desk import Desk
from corelab.ui.intake_delivery import Delivery
from corelab.ui.intake_exams import IntakeExams
from corelab.ui.intake_words import clip_cells, clip_columns, faults_words, typed_segment
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.rows import Rows
from corelab.ui.take_in_form import TakeInForm
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.times import clock_time

_LEFT, _LEFT_NARROW = 316, 264
_MATRIX_LEAST = 164
"""Three exams under their headings, on a low screen too."""


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
        self._taken = False
        self.form = TakeInForm()
        self.delivery = Delivery(desk, self.form, self)
        self.delivery.taken.connect(self._on_taken)
        self.delivery.failed.connect(self._on_failed)
        self.rows = Rows(clip_columns(), "Clips not yet released", row_height=40)
        self.rows.typed.connect(self._on_typed)
        self.rows.opened.connect(self._on_opened)
        self.rows.chosen.connect(self._on_clip)
        self.empty = EmptyState()
        self.exams = IntakeExams(desk, self)
        self.exams.begun.connect(self._on_begun)
        self.exams.done.connect(self._on_done)
        self.exams.failed.connect(self._on_failed)
        self.matrix, self.exam = self.exams.matrix, self.exams.card
        self.fault = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.bind("add_files", self.form.choose_files)
        self.bind("add_folder", self.form.choose_folder)
        self.bind("facts", self.exams.ask_facts)
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
        for widget in (self.delivery.working, self.delivery.report):
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
        self.rows.show_rows([clip_cells(clip) for clip in state.clips], current=max(0, self.rows.current))
        self.rows.setVisible(bool(state.clips))
        self.empty.setVisible(not state.clips)
        self.empty.show_words(
            "No clip waits.", "Type the subject, choose the visit, then take in what the site sent: files, a folder or a ZIP."
        )
        self.exams.show(state.charter, state.exams)
        self._on_clip(self.rows.current)
        if first or self._taken:
            self._taken = False
            (self.rows if state.clips else self.form.subject).setFocus()

    def _on_clip(self, row: int) -> None:
        clips = self._state.clips if self._state else ()
        self.fault.setText(faults_words(clips[row]) if 0 <= row < len(clips) else "")

    def _to_pixel_check(self) -> None:
        clips, row = self._state.clips if self._state else (), self.rows.current
        self.go.emit("pixels", clips[row].clip if 0 <= row < len(clips) else None)

    def _on_opened(self, _row: int) -> None:
        self._to_pixel_check()

    # ------------------------------------------------------------ taking in, labels

    def _on_taken(self) -> None:
        self._taken = True
        self.opened()

    def _on_typed(self, row: int, _column: int, words: str) -> None:
        if self._state is None:
            return
        clip, typed = self._state.clips[row], typed_segment(words, self._state.charter)
        if typed is None:
            self.fault.setText(f"No segment of the charter is called {words}. Write the side and the code, for example R CFV or IVC.")
            return
        self._do(partial(intake.label, self.desk.lab, self.desk.session, clip.clip, *typed))

    def _do(self, work: Callable[[], object]) -> None:
        self._on_begun()
        self.desk.jobs.query(self, work, self._on_done, self._on_failed)

    def _on_begun(self) -> None:
        self.saved.emit("Saving...")

    def _on_done(self, _answer: object = None) -> None:
        self.saved.emit(f"Saved {clock_time(self.desk.lab.clock.now(), self.desk.lab.clock)}")
        self.opened()

    def _on_failed(self, error: Exception) -> None:
        self.saved.emit("Not saved")
        self.show_error(error)
        self.opened()
