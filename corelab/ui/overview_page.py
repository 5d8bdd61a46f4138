"""The coordinator's overview: exams by state, what waits for whom, and the batches: assign, release and compare, lock."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.intake import ClipState
from corelab.domain.queries import Query
from corelab.domain.vocabulary import ExamState, SubjectCode
from corelab.services import assignment, charter_versions, comparison, intake, queries, safety
from corelab.services.assignment import Assigned
from corelab.services.charter_versions import Version
from corelab.services.comparison import Compared
from corelab.services.intake import ExamOverview, WaitingClip
from corelab.services.safety import SafetyNotice
from corelab.services.status import Load, Status
from corelab.services.status import status as where_it_stands
from corelab.ui import dialogs
from corelab.ui.archive_card import ArchiveCard
from corelab.ui.backup_card import BackupCard
from corelab.ui.buttons import Look, command_button
from corelab.ui.cards import Card, EmptyState, LinkNumber, Working, scrolled
from corelab.ui.charter_card import CharterCard
from corelab.ui.charter_dialog import CharterDialog
from corelab.ui.desk import Desk
from corelab.ui.intake_words import needs_words
from corelab.ui.key_parts import command_hint
from corelab.ui.lock_flow import LockFlow
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.queries_dialogs import QueryAbout
from corelab.ui.query_words import waiting
from corelab.ui.records_dialog import RecordsDialog
from corelab.ui.rows import Column, Mark, Rows, Shown, shown
from corelab.ui.safety_card import SafetyCard
from corelab.ui.theme import NARROW_BELOW, Colour, Size, Weight
from corelab.ui.work_words import EXAM_STATE_WORDS, rejected_do, rejected_words

_COUNTS = (
    (ExamState.RECEIVING, "clips or facts missing"),
    (ExamState.READY, "to be assigned"),
    (ExamState.ASSIGNED, "until all have signed"),
    (ExamState.RELEASED, "cases to be decided"),
    (ExamState.FINAL, "every cell has a result"),
    (ExamState.LOCKED, "data closed"),
)
_COLUMNS = (Column("Subject", 150), Column("Visit", 90), Column("State", 116, firm=True), Column("What it waits for"))

_SIDE, _SIDE_NARROW = 380, 312
_LOADS = (Column("Person"), Column("Readings", 90, right=True), Column("Cases", 80, right=True))


@dataclass(frozen=True, slots=True)
class _State:
    exams: tuple[ExamOverview, ...]
    clips: tuple[WaitingClip, ...]
    status: Status
    charter: Version
    notices: tuple[SafetyNotice, ...]
    queries: tuple[Query, ...]


def _look(desk: Desk) -> _State:
    lab, session = desk.lab, desk.session
    in_force = charter_versions.versions(lab, session)[0]
    notices = safety.notices(lab, session) if session.custody is not None else ()
    exams, clips, stands = intake.exams(lab, session), intake.waiting(lab, session), where_it_stands(lab, session)
    return _State(exams, clips, stands, in_force, notices, queries.queries(lab, session))


T = TypeVar("T")

SINGLE_FILE_LIMIT = (
    "This lab is one folder. Who opens its database with another program sees exams, visits, who reads what and when; "
    "never a grade before release."
)
"""A limit that whoever coordinates a trial must know."""


class OverviewPage(Page):
    name = "overview"
    title = "Overview"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._exams: tuple[ExamOverview, ...] = ()
        self._filter: ExamState | None = None
        self._locked = False
        self.locking = LockFlow(self, desk)
        self.locking.told.connect(self._told)
        self.counts = {state: LinkNumber(EXAM_STATE_WORDS[state]) for state, _note in _COUNTS}
        for state, number in self.counts.items():
            number.clicked.connect(partial(self._on_count, state))
        self.checks = LinkNumber("Clips to check")
        self.checks.clicked.connect(partial(self.go.emit, "pixels", None))
        self.queries = LinkNumber("Queries")
        self.queries.clicked.connect(partial(self.go.emit, "queries", None))
        self.rows = Rows(_COLUMNS, "Exams", row_height=40)
        self.rows.keep_widths(least=0.6, rest=282)
        self.rows.opened.connect(self._on_opened)
        self.loads = Rows(_LOADS, "Who has what", row_height=36)
        self.empty = EmptyState()
        self.empty.chosen.connect(partial(self.go.emit, "intake", None))
        self.assign = command_button("assign", "Assign ready exams", look=Look.PRIMARY)
        self.compare = command_button("compare", "Release and compare")
        self.lock = command_button("lock_lab")
        self.charter = CharterCard(desk)
        self.charter.asked.connect(self.show_charter)
        self.backup, self.archive = BackupCard(desk), ArchiveCard(desk)
        self.safety = SafetyCard(desk)
        self.safety.done.connect(self._told)
        self.working = Working()
        self.told = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        for command, button, work in (
            ("assign", self.assign, self.assign_exams),
            ("compare", self.compare, self.ask_compare),
            ("lock_lab", self.lock, self.ask_lock),
        ):
            button.clicked.connect(work)
            self.bind(command, work)
        self.bind("ask_about_exam", self.ask_site)
        self.bind("charter", self.show_charter)
        self.bind("refresh", self.opened)
        self._lay_out()

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(16)
        outer.addLayout(self._head())
        numbers = QHBoxLayout()
        numbers.setSpacing(16)
        numbers.addWidget(self.checks)
        numbers.addWidget(self.queries)
        for number in self.counts.values():
            numbers.addWidget(number)
        outer.addLayout(numbers)
        body = QHBoxLayout()
        body.setSpacing(16)
        left = Card().titled("Exams", "Every number above shows its exams here; Enter opens an exam's readings, or intake.")
        left.lines.addWidget(self.rows, 1)
        left.lines.addWidget(self.empty, 1)
        self.limit = text_label(SINGLE_FILE_LIMIT, Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        left.lines.addWidget(self.limit)
        body.addWidget(left, 1)
        column = QWidget()
        side = QVBoxLayout(column)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(16)
        side.addWidget(self.safety)
        side.addWidget(self._work_card())
        self._loads_card = Card().titled("Who has what", "To sign, and signed. Never a grade.")
        self._loads_card.lines.addWidget(self.loads)
        side.addWidget(self._loads_card, 1)
        side.addWidget(self.charter)
        side.addWidget(self.backup)
        side.addWidget(self.archive)
        self.loads.setMinimumHeight(150)
        self._right = scrolled(column)
        body.addWidget(self._right)
        outer.addLayout(body, 1)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        self._second = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND)
        head.setSpacing(32)
        head.addWidget(text_label("Overview", Size.PAGE, Weight.HEADING, Colour.STRONG))
        head.addWidget(self._second)
        head.addStretch(1)
        head.addWidget(command_hint("raise a query about the exam", "ask_about_exam"))
        head.addWidget(command_hint("look again", "refresh"))
        return head

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._right.setFixedWidth(_SIDE_NARROW if self.width() < NARROW_BELOW else _SIDE)
        super().resizeEvent(event)

    def _work_card(self) -> Card:
        card = Card().titled("Next batch", "Dealing and comparing change nothing of before.")
        self._steps = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        for widget in (self._steps, self.assign, self.compare, self.lock, self.working, self.told):
            card.lines.addWidget(widget)
        card.lines.addStretch(1)
        return card

    # ------------------------------------------------------------ showing

    def opened(self, _argument: object = None) -> None:
        self.desk.jobs.query(self, partial(_look, self.desk), self._on_state, self.show_error)

    def _on_state(self, state: _State) -> None:
        self._exams = tuple(exam for exam in state.exams if not exam.calibration)
        self.safety.show_notices(state.notices)
        counts = Counter(exam.state for exam in self._exams)
        to_deal = any(exam.state is ExamState.READY for exam in state.exams)
        for each, note in _COUNTS:
            self.counts[each].show_number(counts[each], note, attention=each is ExamState.READY and counts[each] > 0)
        second = sum(clip.state is ClipState.PASSED for clip in state.clips)
        self.checks.show_number(len(state.clips), f"{second} for the second person" if second else "before readers see them")
        asked = waiting(state.queries, self.desk.lab.clock)
        self.queries.show_number(asked.number, asked.note, attention=asked.attention)
        total = len(self._exams)
        self._second.setText(f"{total} {'exam' if total == 1 else 'exams'}, trial {self.desk.lab.trial_id}")
        self.assign.setEnabled(to_deal or state.status.free > 0)
        due = state.status.comparable + state.status.decided
        self.compare.setEnabled(due > 0)
        self._locked = state.status.locked
        self.lock.setText("Unlock the database" if self._locked else "Lock the database")
        self.lock.setAccessibleName(self.lock.text())
        self.lock.setEnabled(self._locked or (total > 0 and counts[ExamState.FINAL] == total))
        self._steps.setText(_next_words(counts, len(state.clips), due, state.status.free))
        self.loads.show_rows([_load_cells(load) for load in state.status.loads])
        self._loads_card.setVisible(bool(state.status.loads))
        self.charter.show_charter(state.charter)
        self._show_rows()

    def _show_rows(self) -> None:
        exams = self._listed()
        self.rows.show_rows([_cells(exam) for exam in exams], current=max(0, self.rows.current))
        self.rows.setVisible(bool(exams))
        self.empty.setVisible(not exams)
        if self._filter is not None:
            self.empty.show_words("No exam is in this state.", "Choose another number above.")
        else:
            self.empty.show_words("No exam yet.", "Take in what a site sent; each subject and visit becomes an exam.", "Go to intake")

    def _listed(self) -> tuple[ExamOverview, ...]:
        return tuple(exam for exam in self._exams if self._filter in (None, exam.state))

    def _on_count(self, state: ExamState) -> None:
        self._filter = None if self._filter is state else state
        self._show_rows()
        self.rows.setFocus()

    def _on_opened(self, row: int) -> None:
        exam = self._listed()[row]
        if exam.state is ExamState.RECEIVING:
            self.go.emit("intake", None)
        elif exam.state is ExamState.READY:
            self._ask_early(exam.subject)
        else:
            dialog = RecordsDialog(self, self.desk, exam.id, f"{exam.subject} {exam.visit}", exam.state)
            dialog.changed.connect(self._told)
            dialog.open()

    def ask_site(self) -> None:
        """A query about the chosen exam, on the page of queries."""
        exams, row = self._listed(), self.rows.current
        if 0 <= row < len(exams):
            exam = exams[row]
            self.go.emit("queries", QueryAbout(exam=f"{exam.subject}:{exam.visit}", name=f"{exam.subject} {exam.visit}"))

    def _ask_early(self, subject: SubjectCode) -> None:
        """An order of presentation may wait for a visit that never comes."""
        if self.assign.isEnabled():
            words = (
                "Every ready exam is assigned. Where the charter has visits read in time order, or together, an exam waits for the others "
                f"of its subject; those of {subject} are not waited for any more."
            )
            work = partial(assignment.assign, self.desk.lab, self.desk.session, early=[subject])
            agreed = partial(self._work, "Assigning...", work, self._on_assigned)
            dialogs.confirm(self, f"Assign {subject} without waiting for its other visits?", words, do="Assign now", agreed=agreed)

    def show_charter(self) -> None:
        """The versions of the charter: on paper, and a later one checked and approved."""
        dialog = CharterDialog(self, self.desk)
        dialog.approved.connect(self._told)
        dialog.open()

    # ------------------------------------------------------------ the batches

    def assign_exams(self) -> None:
        """Deal ready exams to pairs of readers."""
        if not self.assign.isEnabled():
            return
        self._work("Assigning...", partial(assignment.assign, self.desk.lab, self.desk.session), self._on_assigned)

    def _on_assigned(self, done: Assigned) -> None:
        waits = "".join(f"\n{one.what}: {one.why}." for one in done.waiting[:6])
        self._told(f"{done.assigned} {'reading' if done.assigned == 1 else 'readings'} assigned.{waits}")

    def ask_compare(self) -> None:
        if not self.compare.isEnabled():
            return
        words = "Every exam whose readings are signed is opened and compared. No reader can change a reading after this."
        dialogs.confirm(self, "Release and compare?", words, do="Release and compare", agreed=self._compare)

    def _compare(self) -> None:
        told = self.desk.jobs.relay(self, self.working.tell)
        work = partial(comparison.release_and_compare, self.desk.lab, self.desk.session, progress=told)
        self._work("Comparing...", work, self._on_compared)

    def _on_compared(self, done: Compared) -> None:
        words = f"{done.concordant} concordant, {done.cases} new cases, {done.finished} cases finished, {done.waiting} still waiting."
        words += f" {done.single} of one reader released." if done.single else ""
        stuck = len(done.without_adjudicator)
        words += f" {stuck} differ and have no adjudicator: add one who read nothing of the subject." if stuck else ""
        rejected = "".join(f"\n{rejected_words(one)}." for one in done.rejected[:6])
        self._told(f"{words}{rejected}\n{rejected_do(len(done.rejected))}" if rejected else words)

    def ask_lock(self) -> None:
        if self.lock.isEnabled():
            self.locking.ask_unlock() if self._locked else self.locking.ask_lock()

    def _work(self, words: str, work: Callable[[], T], done: Callable[[T], None]) -> None:
        if not self.working.isVisible():
            self.working.begin(words, can_stop=False)
            self.desk.jobs.query(self, work, done, self._on_failed)

    def _told(self, words: str) -> None:
        self.working.end()
        self.told.setText(words)
        self.opened()

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        self.show_error(error)


def _cells(exam: ExamOverview) -> tuple[Shown, ...]:
    blocked = exam.state is ExamState.RECEIVING and bool(exam.completeness.missing or exam.completeness.unknown)
    waits = Shown(_waits(exam), mark=Mark.ATTENTION if blocked else None)
    return (Shown(exam.subject, Colour.STRONG, Weight.HEADING), shown(exam.visit), shown(EXAM_STATE_WORDS[exam.state]), waits)


def _waits(exam: ExamOverview) -> str:
    match exam.state:
        case ExamState.RECEIVING:
            return f"Intake: {needs_words(exam)}"
        case ExamState.READY:
            return "Coordinator: assign"
        case ExamState.ASSIGNED:
            return "Readers, then release and compare"
        case ExamState.RELEASED:
            return "Adjudicator, then release and compare"
        case ExamState.FINAL:
            return "Nothing; it is in the next package"
        case ExamState.LOCKED:
            return "Nothing; locked"


def _load_cells(load: Load) -> tuple[Shown, ...]:
    """To sign, of all that was dealt."""
    readings, cases = load.readings_waiting + load.readings_signed, load.cases_waiting + load.cases_signed
    return (
        Shown(load.user, Colour.STRONG, Weight.VALUE),
        shown(f"{load.readings_waiting} of {readings}" if readings else ""),
        shown(f"{load.cases_waiting} of {cases}" if cases else ""),
    )


def _next_words(counts: Counter[ExamState], clips: int, due: int, free: int) -> str:
    ready, waiting = counts[ExamState.READY], counts[ExamState.ASSIGNED] + counts[ExamState.RELEASED]
    steps = (
        (due, f"{due} {'exam is' if due == 1 else 'exams are'} signed: release and compare."),
        (free, f"{free} {'slot is' if free == 1 else 'slots are'} free again: assign."),
        (ready, f"{ready} ready: assign them to readers."),
        (clips, f"{clips} {'clip waits' if clips == 1 else 'clips wait'} for the pixel check."),
        (waiting, "When readers and adjudicators have signed, release and compare."),
        (counts[ExamState.FINAL], "Every exam is final: export, or lock the database first."),
    )
    return next((words for count, words in steps if count), "Nothing needs you. Take in what sites send.")
