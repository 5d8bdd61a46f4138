"""The readings and cases of one exam, for coordinators: where each stands, and what can be done with it. Never a grade."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.reading_states import READING_LIFE, ReadingCommand, ReadingState
from corelab.domain.unblinding import told
from corelab.domain.vocabulary import ExamId, ExamState
from corelab.domain.worklist import WorkKind
from corelab.services import exam_records, invalidation, reader_changes, reopening, unblinding, withdrawal
from corelab.services.assignment import Assigned
from corelab.services.exam_records import RecordRow
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.life_words import INVALIDATION_CAUSES, PURPOSES, REOPEN_CAUSES, WITHDRAWAL_CAUSES, choices
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.times import ago
from corelab.ui.unblinding_dialog import UnblindingDialog
from corelab.ui.writing import bar, why_not

Given = Callable[[RecordRow, str, str], None]
_COLUMNS = (Column("Slot", 168), Column("Person", 140), Column("State", 170), Column("Revision", 84, right=True), Column("Signed"))


class RecordsDialog(Dialog):
    """Stays open while things are done; each asks for its reason, and where it is signed for the password.

    Signals:
        changed: something was done to a reading of the exam; carries words about it.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, exam: ExamId, name: str, state: ExamState) -> None:
        super().__init__(parent, f"Records of {name}", width=760)
        self._desk, self._exam, self._locked = desk, exam, state is ExamState.LOCKED
        self._records: tuple[RecordRow, ...] = ()
        self._signature: dialogs.SignDialog | None = None
        self.rows = Rows(_COLUMNS, "Readings and cases of this exam", row_height=36)
        self.rows.setFixedHeight(36 * 6)
        self.rows.chosen.connect(self._on_chosen)
        self.lines.addWidget(self.rows)
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self.told)
        self.reopen = self.add_button("Give back", self._ask_reopen)
        self.withdraw = self.add_button("Withdraw", self._ask_withdraw)
        self.invalidate = self.add_button("Invalidate", self._ask_invalidate)
        for button in (self.reopen, self.withdraw, self.invalidate):
            button.writes = True
        self.lines.addLayout(self._of_person())
        bar(self, desk.lab)
        self.add_button("Close", self.accept, primary=True, cap="Esc")
        self._look()
        self.rows.setFocus()

    def _of_person(self) -> QHBoxLayout:
        """What concerns the person of the chosen row and all exams of this subject."""
        self.unblinded, self.excepted = Button("Unblinded", writes=True), Button("Deal all the same", writes=True)
        self.replace = Button("Replace for this subject", writes=True)
        line = QHBoxLayout()
        for button, pressed in (
            (self.unblinded, self._ask_unblinded),
            (self.excepted, self._ask_excepted),
            (self.replace, self._ask_replace),
        ):
            button.clicked.connect(pressed)
            line.addWidget(button)
        line.addStretch(1)
        return line

    # ------------------------------------------------------------ showing

    def _look(self) -> None:
        work = partial(exam_records.exam_records, self._desk.lab, self._desk.session, self._exam)
        self._desk.jobs.query(self, work, self._on_records, self._on_failed)

    def _on_records(self, records: tuple[RecordRow, ...]) -> None:
        self._records = records
        self.rows.show_rows([self._cells(row) for row in records], current=max(0, self.rows.current))
        self._on_chosen(self.rows.current)

    def _cells(self, row: RecordRow) -> tuple[Shown, ...]:
        over = row.state.value in {ReadingState.WITHDRAWN.value, ReadingState.INVALIDATED.value}
        ink = Colour.SECOND if over else Colour.TEXT
        several = len({one.reading_type for one in self._records}) > 1
        what = f"{PURPOSES[row.purpose]} {row.slot}" if row.kind is WorkKind.READING else PURPOSES[row.purpose]
        what = f"{row.reading_type} {what}" if several else what
        state = f"given back, {row.state.value}" if row.reopened else row.state.value
        signed = ago(row.signed_at, self._desk.lab.clock) if row.signed_at else ""
        cells = (what, row.reader, state, str(row.revision or ""), signed)
        return tuple(Shown(words, ink) if over else shown(words) for words in cells)

    @property
    def chosen(self) -> RecordRow | None:
        at = self.rows.current
        return self._records[at] if 0 <= at < len(self._records) else None

    def _on_chosen(self, _row: int) -> None:
        row = self.chosen
        for button, command in (
            (self.reopen, ReadingCommand.REOPEN),
            (self.withdraw, ReadingCommand.WITHDRAW),
            (self.invalidate, ReadingCommand.INVALIDATE),
        ):
            button.setEnabled(row is not None and not self._locked and (row.state, command) in READING_LIFE)
        self.unblinded.setEnabled(row is not None and not self._locked)
        barred = row is not None and not self._locked and row.barred
        self.excepted.allow("" if barred else "It is not on record that this person may know the treatment.")
        self.replace.setEnabled(row is not None and not self._locked and row.kind is WorkKind.READING)
        self.told.setText(why_not(self._desk.lab) or hint(row, locked=self._locked))

    # ------------------------------------------------------------ doing

    def _ask_reopen(self) -> None:
        question = "The reader signs a revision; what was signed stays. The reader is shown the choice, never your words."
        self._ask("Give this reading back?", question, choices(REOPEN_CAUSES), self._reopen)

    def _ask_withdraw(self) -> None:
        question = "What was begun stays sealed and is never a grade. The next assign gives the slot to another reader."
        self._ask("Withdraw this reading?", question, choices(WITHDRAWAL_CAUSES), self._withdraw)

    def _ask_invalidate(self) -> None:
        question = "It stays on record and counts no more; the exam waits for another reader. Results of it are made anew."
        self._ask("Invalidate this reading?", question, choices(INVALIDATION_CAUSES), self._sign_invalid)

    def _ask_unblinded(self) -> None:
        """The person of the chosen row may know the treatment of this subject."""
        row = self.chosen
        if row is not None:
            words = (
                f"No further exam of {row.subject} is dealt to {row.reader} without a reason. What you write is sealed for coordinators."
            )
            dialog = UnblindingDialog(self, f"May {row.reader} know the treatment?", words)
            dialog.reported.connect(partial(self._record_unblinded, row))
            dialog.open()

    def _record_unblinded(self, row: RecordRow, kind: str, seen: str, done: str, planned: bool) -> None:  # noqa: FBT001 - the signal's own
        said = told(kind, seen, done, planned=planned)
        work = partial(unblinding.record, self._desk.lab, self._desk.session, row.exam, row.reader, said)
        self._do(work, f"It is on record that {row.reader} may know the treatment of {row.subject}.")

    def _ask_excepted(self) -> None:
        """The person of the chosen row may know the treatment; exams of this subject are dealt to them for a reason."""
        row = self.chosen
        if row is not None:
            question = f"{row.reader} may know the treatment of {row.subject}; that stays on record. No reader sees your reason."
            title = f"Deal exams of {row.subject} to {row.reader} all the same?"
            dialogs.ask_reason(self, title, question, do="Deal all the same", given=partial(self._except, row))

    def _except(self, row: RecordRow, _cause: str, words: str) -> None:
        work = partial(unblinding.except_from, self._desk.lab, self._desk.session, row.exam, row.reader, words)
        self._do(work, f"Exams of {row.subject} may be dealt to {row.reader} all the same. Assign deals them.")

    def _ask_replace(self) -> None:
        row = self.chosen
        if row is not None:
            question = (
                f"Others read what {row.reader} has not signed of {row.subject}; what is signed stays. Other subjects stay as they are."
            )
            given, causes = partial(self._replace, row), choices(WITHDRAWAL_CAUSES)
            title = f"Replace {row.reader} for {row.subject}?"
            dialogs.ask_reason(self, title, question, do="Replace", given=given, choices=causes, both=True)

    def _replace(self, row: RecordRow, cause: str, words: str) -> None:
        replace = partial(reader_changes.replace_reader, self._desk.lab, self._desk.session, row.account, cause, words)
        self._desk.jobs.query(self, partial(replace, subject=row.subject), partial(self._on_replaced, row), self._on_failed)

    def _on_replaced(self, row: RecordRow, done: Assigned) -> None:
        dealt = f"{done.assigned} {'reading' if done.assigned == 1 else 'readings'} of {row.subject} dealt to others."
        waits = next((f" {one.what} waits: {one.why}." for one in done.waiting if one.subject == row.subject), "")
        self._on_done(f"{dealt}{waits}", None)

    def _ask(self, title: str, question: str, causes: tuple[tuple[str, str], ...], given: Given) -> None:
        row = self.chosen
        if row is not None:
            dialogs.ask_reason(self, title, question, do="Go on", given=partial(given, row), choices=causes, both=True)

    def _reopen(self, row: RecordRow, cause: str, words: str) -> None:
        self._do(
            partial(reopening.reopen, self._desk.lab, self._desk.session, row.record or "", cause, words), f"Given back to {row.reader}."
        )

    def _withdraw(self, row: RecordRow, cause: str, words: str) -> None:
        work = partial(withdrawal.withdraw, self._desk.lab, self._desk.session, row.assignment, cause, words)
        self._do(work, f"Withdrawn from {row.reader}. Assign gives it to another reader.")

    def _sign_invalid(self, row: RecordRow, cause: str, words: str) -> None:
        work = partial(invalidation.invalidate, self._desk.lab, self._desk.session, row.record or "", cause, words)
        told = f"The reading of {row.reader} is not valid any more. Assign gives it to another reader."
        given = partial(self._invalidate, work, told)
        what = f"the reading of {row.reader} is not valid"
        self._signature = dialogs.ask_signature(self, self._desk, Meaning.INVALIDATION, what, given=given)

    def _invalidate(self, work: partial[None], told: str, password: str) -> None:
        self._desk.jobs.query(self, partial(work, password), partial(self._on_invalid, told), self._on_refused)

    def _on_invalid(self, told: str, done: None) -> None:
        if self._signature is not None:
            self._signature.accept()
            self._signature = None
        self._on_done(told, done)

    def _on_refused(self, error: Exception) -> None:
        if self._signature is not None:
            self._signature.refuse(error)

    def _do(self, work: partial[None], told: str) -> None:
        self._desk.jobs.query(self, work, partial(self._on_done, told), self._on_failed)

    def _on_done(self, told: str, _done: None) -> None:
        self.changed.emit(told)
        self._look()

    def _on_failed(self, error: Exception) -> None:
        dialogs.show_error(self, error)
        self._look()


def hint(row: RecordRow | None, *, locked: bool) -> str:
    """What can be done with the chosen one, or why nothing can."""
    if row is None:
        return "Nothing is assigned yet."
    if locked:
        return "The trial is locked: unlock it first."
    if row.kind is WorkKind.READING:
        open_ = row.state in {ReadingState.ASSIGNED, ReadingState.IN_PROGRESS}
        return _HINTS.get(row.state.value, "") if row.purpose == "primary" or not open_ else _RETURNING
    return _CASE_WITHDRAWN if row.state.value == ReadingState.WITHDRAWN.value else _CASE_HINT


_HINTS: Mapping[str, str] = MappingProxyType(
    {
        ReadingState.ASSIGNED.value: "Not signed: it can be withdrawn and goes to another reader.",
        ReadingState.IN_PROGRESS.value: "Not signed: it can be withdrawn and goes to another reader.",
        ReadingState.SIGNED.value: "Signed and sealed: it can be given back to its reader, or invalidated.",
        ReadingState.RELEASED.value: "Released: nobody changes it; it can be invalidated.",
        ReadingState.WITHDRAWN.value: "Withdrawn; it stays on record.",
        ReadingState.INVALIDATED.value: "Not valid any more; it stays on record.",
    }
)
_RETURNING = "Not signed: it can be withdrawn, and is not given to anybody else."
_CASE_HINT = "A case is withdrawn when one of its two readings is invalidated."
_CASE_WITHDRAWN = (
    "Withdrawn, because one of its two readings is not valid any more. What was decided stays on record and counts no more; "
    "if the next reading differs too, another adjudicator decides."
)
