"""Intake: what a site sent becomes clips with a segment and a side; what an exam still misses is visible at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from pathlib import Path

from PySide6.QtGui import QDragEnterEvent, QDropEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from corelab.domain.charter import Charter
from corelab.domain.vocabulary import ExamId
from corelab.services import intake
from corelab.services.intake import ExamOverview, WaitingClip
from corelab.ui.commands import action, bind_each
from corelab.ui.desk import Desk
from corelab.ui.intake_delivery import Delivery
from corelab.ui.intake_exams import IntakeExams
from corelab.ui.intake_labels import IntakeLabels
from corelab.ui.intake_layout import IntakeLayout, Side
from corelab.ui.intake_settling import Settling
from corelab.ui.page import Page
from corelab.ui.take_in_form import TakeInForm
from corelab.ui.times import clock_time


@dataclass(frozen=True, slots=True)
class _State:
    charter: Charter
    clips: tuple[WaitingClip, ...]
    exams: tuple[ExamOverview, ...]


def _look(desk: Desk) -> _State:
    return _State(desk.lab.charter, intake.waiting(desk.lab, desk.session), intake.exams(desk.lab, desk.session))


def _look_at(desk: Desk, before: _State, among: frozenset[ExamId]) -> _State:
    """Of these exams what is new, of all others what was known: one label does not read a thousand clips again."""
    exams = intake.exams(desk.lab, desk.session)
    names = {(each.subject, each.visit) for each in exams if each.id in among}
    found = intake.waiting(desk.lab, desk.session, among)
    others = [(at, each) for at, each in enumerate(before.clips) if (each.subject, each.visit) not in names]
    places = {each.clip: at for at, each in enumerate(before.clips)}
    now = [(places.get(each.clip, len(before.clips)), each) for each in found]
    return _State(before.charter, tuple(each for _, each in sorted([*others, *now], key=itemgetter(0))), exams)


class IntakePage(Page):
    """Holds what waits; its parts show it and tell what a person does."""

    name = "intake"
    title = "Intake"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.setAcceptDrops(True)
        self._state: _State | None = None
        self._taken = False
        self._asking, self._again = False, False
        self._changed: set[ExamId] = set()
        """Exams of which something was said since they were last looked at."""
        self.form = TakeInForm()
        self.delivery = Delivery(desk, self.form, self)
        self.exams = IntakeExams(desk, self)
        self.matrix, self.exam = self.exams.matrix, self.exams.card
        self.parts = IntakeLayout(self, self.form, self.delivery, self.exams)
        self.rows, self.clip, self.fault = self.parts.table, self.parts.clip, self.parts.fault
        self.labels = IntakeLabels(desk, self.rows, self)
        self.settling = Settling(desk, self)
        self._connect()
        self._bind()

    def _connect(self) -> None:
        self.delivery.grown.connect(self.opened)
        self.delivery.taken.connect(self._on_taken)
        self.rows.opened.connect(self._on_opened)
        self.rows.marked.connect(self._show_clip)
        self.parts.filter.changed.connect(self._show_listed)
        for begun in (self.labels.begun, self.settling.begun, self.exams.begun):
            begun.connect(self._on_begun)
        for failed in (self.delivery.failed, self.labels.failed, self.settling.failed, self.exams.failed):
            failed.connect(self._on_failed)
        self.exams.done.connect(self._on_done)
        self.settling.done.connect(self._on_settled)
        self.labels.said.connect(self._on_said)
        self.labels.told.connect(self.fault.setText)
        self.clip.view_picked.connect(self.labels.view)
        self.clip.mode_picked.connect(self.labels.mode)
        self.clip.quality_picked.connect(self.labels.quality)
        self.clip.map.dropped.connect(self.labels.place)
        self.clip.map.segment_chosen.connect(self.labels.pick)
        self.matrix.row_chosen.connect(self._show_clip)

    def _bind(self) -> None:
        work = {
            "take_in": self._to_form,
            "add_files": self.form.choose_files,
            "add_folder": self.form.choose_folder,
            "facts": self.exams.ask_facts,
            "filter": self.parts.filter.words.setFocus,
            "filter_next": self.parts.filter.step,
            "completeness": self._to_matrix,
            "ask_missing": self._ask_missing,
            "accept_held": self._accept,
            "replace_clip": self._replace,
            "ask_site": self._ask_site,
            "reject_clip": self._reject,
            "to_pixel_check": self._to_pixel_check,
            "refresh": self.opened,
        }
        for command, slot in work.items():
            self.bind(command, slot)
        for command, row in (*self.clip.commands.items(), *self.parts.commands.items()):
            row.clicked.connect(work[command])
        for command, picked in (("view", self.labels.view), ("mode", self.labels.mode), ("quality", self.labels.quality)):
            bind_each(self, command, partial(_by_key, command, picked))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.parts.fit(self.height())
        super().resizeEvent(event)

    # ------------------------------------------------------------ showing

    def opened(self, _argument: object = None) -> None:
        """Asked again while an answer is on its way: once more after it, however often it was."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._changed.clear()
        self.desk.jobs.query(self, partial(_look, self.desk), self._on_state, self._on_not_looked)

    def _look_again(self) -> None:
        """At the exams of which something was said."""
        if self._state is None or not self._changed:
            self.opened()
        elif not self._asking:
            self._asking = True
            work = partial(_look_at, self.desk, self._state, frozenset(self._changed))
            self._changed.clear()
            self.desk.jobs.query(self, work, self._on_state, self._on_not_looked)

    def _on_not_looked(self, error: Exception) -> None:
        self._asking = self._again = False
        self.show_error(error)

    def _on_state(self, state: _State) -> None:
        first, self._state, self._asking = self._state is None, state, False
        self.form.show_visits([(visit.id, visit.label) for visit in state.charter.visits])
        self.labels.use(state.charter)
        self.exams.show(state.charter, state.exams)
        self._show_listed()
        if first or self._taken:
            self._taken = False
            self._to_list() if state.clips else self._to_form()
        if self._again:
            self._again = False
            self.opened()
        elif self._changed:
            self._look_again()

    def _show_listed(self) -> None:
        if self._state is not None:
            listed = self.parts.filter.listed(self._state.clips)
            self.rows.show_clips(listed)
            self.parts.show_empty(clips=bool(self._state.clips), listed=bool(listed))
            self._show_clip()

    def _show_clip(self, _row: int = 0) -> None:
        if self._state is None:
            return
        chosen = self.rows.chosen_clips
        first = chosen[0] if chosen else None
        exam = next((each for each in self._state.exams if first and (each.subject, each.visit) == (first.subject, first.visit)), None)
        waiting = [each for each in self._state.clips if first and (each.subject, each.visit) == (first.subject, first.visit)]
        self.clip.show_clips(self._state.charter, chosen, exam, waiting)
        self.fault.clear()

    # ------------------------------------------------------------ going about

    def _to_form(self) -> None:
        self.parts.show_side(Side.TAKE_IN)
        self.form.subject.setFocus()

    def _to_list(self) -> None:
        self.parts.show_side(Side.CLIP)
        self.rows.setFocus()

    def _to_matrix(self) -> None:
        self.parts.show_side(Side.EXAM)
        self.matrix.setFocus()

    def _to_pixel_check(self) -> None:
        clip = self.rows.current_clip
        self.go.emit("pixels", clip.clip if clip else None)

    def _on_opened(self, _row: int) -> None:
        """One key confirms what is proposed; where nothing is, it begins to type; a labelled clip is looked at."""
        clip = self.rows.current_clip
        if self.labels.confirm() or clip is None:
            return
        if clip.segment is None:
            self.rows.type_label()
        else:
            self._to_pixel_check()

    # ------------------------------------------------------------ taking in

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = tuple(Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile())
        if paths:
            event.acceptProposedAction()
            self.parts.show_side(Side.TAKE_IN)
            self.form.take(paths)

    def _on_taken(self) -> None:
        self._taken = True
        self.opened()

    # ------------------------------------------------------------ what a person decides

    def _on_said(self, clips: Sequence[WaitingClip]) -> None:
        """At once in the list; what follows from it for the exams is asked."""
        if self._state is not None:
            now = {each.clip: each for each in clips}
            self._state = replace(self._state, clips=tuple(now.get(each.clip, each) for each in self._state.clips))
            names = {(each.subject, each.visit) for each in clips}
            self._changed |= {each.id for each in self._state.exams if (each.subject, each.visit) in names}
            self._show_listed()
        self._tell_saved()
        self._look_again()

    def _accept(self) -> None:
        self.settling.accept(self.rows.current_clip)

    def _replace(self) -> None:
        self.settling.replace(self.rows.current_clip)

    def _ask_site(self) -> None:
        self.settling.ask_site(self.rows.current_clip)

    def _reject(self) -> None:
        self.settling.reject(self.rows.chosen_clips)

    def _ask_missing(self) -> None:
        self.settling.ask_missing(self.exams.exam)

    def _on_begun(self) -> None:
        self.saved.emit("Saving...")

    def _on_settled(self, words: str) -> None:
        self.delivery.say(words)
        self._on_done()

    def _on_done(self) -> None:
        self._tell_saved()
        self.opened()

    def _tell_saved(self) -> None:
        self.saved.emit(f"Saved {clock_time(self.desk.lab.clock.now(), self.desk.lab.clock)}")

    def _on_failed(self, error: Exception) -> None:
        self.saved.emit("Not saved")
        self.show_error(error)
        self.opened()


def _by_key(command: str, picked: Callable[[int], object], key: str) -> None:
    """By the place of the key in its row of the table."""
    picked(action(command).keys.index(key))
