"""A later version of the charter before it is signed: what it changes, what is wrong with it, and the signature."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.accounts import Meaning
from corelab.domain.charter import Fault, Level
from corelab.domain.charter.step import Change, Step
from corelab.services import charter_approval
from corelab.services.charter_approval import Approved
from corelab.services.charter_versions import Later
from corelab.ui import dialogs
from corelab.ui.charter_words import SHORT, approved_words, change_words, fault_words, later_words, report_words, step_words
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.parts import text_label
from corelab.ui.rows import Column, Rows, Shown, shown
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.writing import bar

_CHANGES = (Column("Level", 70, firm=True), Column("Where", 300), Column("What"))
_FAULTS = (Column("Code", 60, firm=True), Column("Where", 300), Column("What is wrong"))
_HEIGHT = 32


class LaterDialog(Dialog):
    """Nothing is kept until it is signed.

    Signals:
        approved: it is in force; carries words about it.
    """

    approved = Signal(str)

    def __init__(self, parent: QWidget, desk: Desk, name: str, content: bytes, later: Later) -> None:
        super().__init__(parent, f"Check of {name}", width=900)
        self._desk, self._content, self._later = desk, content, later
        self._signature: dialogs.SignDialog | None = None
        report = later.report
        which = f"{report.charter or 'no charter'} {report.version or ''} {(report.sha256 or '')[:SHORT]}".strip()
        self.add_words(f"{which}: {report_words(report)}", strong=True)
        self.changes = Rows(_CHANGES, "Changes since the version in force", row_height=_HEIGHT)
        self.faults = Rows(_FAULTS, "Faults", row_height=_HEIGHT)
        self._show_faults(report.faults)
        if report.against is not None:
            self.add_words(step_words(report.against))
            self._show_changes(report.against.changes)
        self.whole = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.whole.hide()
        self.lines.addWidget(self.whole)
        for rows in (self.faults, self.changes):
            rows.chosen.connect(partial(self._on_chosen, rows))
        self._on_chosen(self.faults if report.faults else self.changes, 0)
        self.verdict = text_label(
            later_words(later), Size.BODY, Weight.VALUE, Colour.TEXT if later.may_be_approved else Colour.ATTENTION, wrap=True
        )
        self.lines.addWidget(self.verdict)
        self.add_button("Close", self.reject, cap="Esc")
        self.sign = self.add_button("Approve and sign", self.ask_signature, primary=True)
        self.sign.writes = True
        self.sign.setEnabled(later.may_be_approved)
        bar(self, desk.lab)

    def _show_faults(self, faults: tuple[Fault, ...]) -> None:
        if faults:
            self.faults.show_rows([_fault_cells(fault) for fault in faults])
            self._add_rows(self.faults, len(faults))

    def _show_changes(self, changes: tuple[Change, ...]) -> None:
        if changes:
            self.changes.show_rows([_change_cells(change) for change in changes])
            self._add_rows(self.changes, len(changes))

    def _add_rows(self, rows: Rows, count: int) -> None:
        """As high as they need, up to six of them; the rest scrolls."""
        rows.setFixedHeight(_HEIGHT * (min(count, 6) + 1) + 4)
        self.lines.addWidget(rows)

    def _on_chosen(self, rows: Rows, row: int) -> None:
        """The whole of a row that the columns may cut."""
        texts = rows.texts()
        if 0 <= row < len(texts):
            _, where, what = texts[row]
            self.whole.setText(f"{where}: {what}")
            self.whole.show()

    # ------------------------------------------------------------ the signature

    def ask_signature(self) -> None:
        report = self._later.report
        what = f"charter {report.version} ({(report.sha256 or '')[:SHORT]})"
        self._signature = dialogs.ask_signature(self, self._desk, Meaning.CHARTER_APPROVAL, what, given=self._on_password)

    def _on_password(self, password: str) -> None:
        work = partial(charter_approval.approve, self._desk.lab, self._desk.session, self._content, password)
        self._desk.jobs.query(self, work, self._on_approved, self._on_refused)

    def _on_approved(self, done: Approved) -> None:
        if self._signature is not None:
            self._signature.accept()
            self._signature = None
        self.approved.emit(approved_words(done))
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        if self._signature is not None:
            self._signature.refuse(error)


def _fault_cells(fault: Fault) -> tuple[Shown, ...]:
    ink = Colour.ATTENTION if fault.level is Level.ERROR else Colour.TEXT
    words = fault_words(fault)
    return Shown(fault.code, ink, Weight.VALUE), Shown(fault.path or "the file", hint=fault.path), Shown(words, hint=words)


def _change_cells(change: Change) -> tuple[Shown, ...]:
    weight = Weight.HEADING if change.step is Step.MAJOR else Weight.TEXT
    words = change_words(change)
    return Shown(change.step.word, Colour.STRONG, weight), Shown(change.path, hint=change.path), shown(words)
