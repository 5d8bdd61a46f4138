"""The foot of the audit page: verify, review, print, export, and what came of it in words."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QWidget

from corelab.domain.accounts import Command, Meaning, role_for
from corelab.domain.trail import ReadingRecord, ReviewFacts, TrailFilter
from corelab.services import audit, trail_export, verification
from corelab.services.trail_export import ExportedTrail
from corelab.services.verification import Verified
from corelab.ui import commands, dialogs
from corelab.ui.audit_review import ReviewDialog
from corelab.ui.buttons import Button, command_button
from corelab.ui.cards import Working
from corelab.ui.desk import Desk
from corelab.ui.event_words import WORDING, filter_words, review_words
from corelab.ui.parts import text_label, tint
from corelab.ui.theme import Colour, Size, Weight

T = TypeVar("T")


class AuditTasks(QWidget):
    """Buttons, and one place where is said what goes on and what came of it.

    Signals:
        recorded: something was done that is an event itself.
    """

    recorded = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._asked = TrailFilter()
        self._sign: dialogs.SignDialog | None = None
        self.told = text_label("", Size.BODY, Weight.VALUE, Colour.TEXT, wrap=True)
        self.working = Working()
        self.verify = self._button("verify_now", "Verify now", self._on_verify)
        self.review = self._button("review_trail", "Review", self._on_review)
        self.print = self._button("print_trail", "Print", self._on_print)
        self.export = self._button("export_trail", "Export", self._on_export)
        self.review.setVisible(role_for(desk.session.roles, Command.REVIEW) is not None)
        foot = QHBoxLayout(self)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(8)
        for button in (self.verify, self.review, self.print, self.export):
            foot.addWidget(button)
        foot.addSpacing(16)
        foot.addWidget(self.told, 1)
        foot.addWidget(self.working, 1)

    def _button(self, command: str, words: str, work: Callable[[], None]) -> Button:
        """A button with its key; only auditors review."""
        button = command_button(command, words)
        button.clicked.connect(work)
        if command != "review_trail" or role_for(self.desk.session.roles, Command.REVIEW) is not None:
            commands.bind(self, command, work)
        return button

    def show_filter(self, asked: TrailFilter) -> None:
        """The lines that are shown now: these are printed, and proposed as what was reviewed."""
        self._asked = asked

    # ------------------------------------------------------------ verify

    def _on_verify(self) -> None:
        """Everything, on a thread of its own, so that the trail can be read meanwhile."""
        if self.working.isVisible():
            return
        self._begin("Verifying the whole lab: chain, rows, signatures, results, clips...")
        work = partial(verification.verify_open, self.desk.lab, progress=self.desk.jobs.relay(self, self.working.tell))
        self.desk.jobs.pixels(self, work, self._on_verified, self._on_failed)

    def _on_verified(self, found: Verified) -> None:
        checked = ", ".join(f"{count} {what}" for what, count in found.checked.items())
        if found.ok:
            self.tell(f"The lab verifies. Checked: {checked}.")
            return
        first = "; ".join(f"{fault.where}: {fault.what}" for fault in found.faults[:3])
        self.tell(f"The lab does NOT verify: {len(found.faults)} faults. {first}. Keep the folder as it is.", bad=True)

    # ------------------------------------------------------------ review

    def _on_review(self) -> None:
        dialog = ReviewDialog(self, filter_words(self._asked))
        dialog.given.connect(self._on_review_given)
        dialog.open()

    def _on_review_given(self, scope: str, findings: tuple[str, ...]) -> None:
        given = partial(self._on_password, scope, findings)
        self._sign = dialogs.ask_signature(self, self.desk, Meaning.AUDIT_REVIEW, "review of the audit trail", given=given)

    def _on_password(self, scope: str, findings: tuple[str, ...], password: str) -> None:
        work = partial(audit.review, self.desk.lab, self.desk.session, scope, findings, password)
        self.desk.jobs.query(self, work, self._on_signed, self._on_refused)

    def _on_signed(self, review: ReviewFacts) -> None:
        if self._sign is not None:
            self._sign.accept()
            self._sign = None
        self.tell(f"Signed. {review_words(review)}")
        self.recorded.emit()

    def _on_refused(self, error: Exception) -> None:
        if self._sign is not None:
            self._sign.refuse(error)

    # ------------------------------------------------------------ out

    def _on_print(self) -> None:
        out = self._file("Print the lines shown", f"{self.desk.lab.trial_id}_audit_trail.pdf")
        if out is not None:
            words = filter_words(self._asked)
            work = partial(audit.print_trail, self.desk.lab, self.desk.session, self._asked, out, WORDING, words)
            self._hand_out("Printing...", work, lambda count: f"{count} events in {out}.")

    def print_reading(self, reading: str) -> None:
        """One released reading, by its id."""
        out = self._file("Print the reading", f"reading_{reading[:8]}.pdf")
        if out is not None:
            work = partial(audit.print_reading, self.desk.lab, self.desk.session, reading, out, WORDING)
            self._hand_out("Printing...", work, partial(_reading_words, out))

    def _on_export(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where the folder of the trail is made")
        if chosen:
            out = Path(chosen) / f"{self.desk.lab.trial_id}_audit"
            work = partial(trail_export.export_trail, self.desk.lab, self.desk.session, out)
            self._hand_out("Exporting the whole trail...", work, _export_words)

    def _file(self, title: str, name: str) -> Path | None:
        chosen, _filter = QFileDialog.getSaveFileName(self, title, name, "PDF (*.pdf)")
        return Path(chosen) if chosen else None

    def _hand_out(self, words: str, work: Callable[[], T], told: Callable[[T], str]) -> None:
        self._begin(words)
        self.desk.jobs.query(self, work, partial(self._on_handed_out, told), self._on_failed)

    def _on_handed_out(self, told: Callable[[T], str], answer: T) -> None:
        self.tell(told(answer))
        self.recorded.emit()

    # ------------------------------------------------------------ what goes on

    def _begin(self, words: str) -> None:
        self.told.hide()
        self.working.begin(words, can_stop=False)

    def tell(self, words: str, *, bad: bool = False) -> None:
        """What came of it."""
        self.working.end()
        _say(self.told, words, bad=bad)

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        dialogs.show_error(self, error)


def _say(label: QLabel, words: str, *, bad: bool) -> None:
    label.setText(words)
    label.setToolTip(words)
    tint(label, Colour.ATTENTION if bad else Colour.TEXT)
    label.show()


def _reading_words(out: Path, made: ReadingRecord) -> str:
    return f"Reading of {made.reader}, {made.subject} {made.visit}, in {out}."


def _export_words(made: ExportedTrail) -> str:
    return f"{made.events} events in {made.folder}, with the program that checks them."
