"""Key U: the treatment may be known. What showed it, what was seen, what was done; the grades stay the reader's."""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QWidget

from corelab.domain.reasons import SHORTEST_REASON
from corelab.domain.unblinding import UnblindingKind
from corelab.domain.vocabulary import AssignmentId
from corelab.services import unblinding
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import show_error
from corelab.ui.digit_choice import DigitChoice
from corelab.ui.fields import field

_KINDS: Final = tuple(UnblindingKind)
"""In the order of their digits."""
_TITLE: Final = "Report that the treatment may be known"
_FOR_GOOD: Final = "It is recorded for good: no further exam of this person comes to you without a coordinator's reason."


class UnblindingDialog(Dialog):
    """A digit for what showed it, then words.

    Signals:
        reported: carries kind, what was seen, what was done, and whether it was planned.
    """

    reported = Signal(str, str, str, bool)

    def __init__(self, parent: QWidget, title: str = _TITLE, words: str = _FOR_GOOD) -> None:
        super().__init__(parent, title, width=520)
        self.add_words(words)
        self.kind = DigitChoice("What showed it?", [kind.value.capitalize() for kind in _KINDS])
        self.lines.addWidget(self.kind)
        self.seen, self.acted, self.planned = QLineEdit(), QLineEdit(), QCheckBox("It was planned")
        self.lines.addWidget(field("What was seen (no names, no dates)", self.seen))
        self.lines.addWidget(field("What was done", self.acted))
        self.lines.addWidget(self.planned)
        self.add_button("Cancel", self.reject, cap="Esc")
        self.do = self.add_button("Report", self._on_report, primary=True, cap="Enter")
        self.kind.picked.connect(self._on_kind)
        for line in (self.seen, self.acted):
            line.textChanged.connect(self._on_typed)
            line.returnPressed.connect(self._on_enter)
        self._on_typed()
        self.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits choose until a field is written in: a field takes its own."""
        digit = event.text() if event.text().isdigit() and len(event.text()) == 1 else ""
        if not (digit and self.kind.pick(int(digit))):
            super().keyPressEvent(event)

    def _on_kind(self, _number: int) -> None:
        self.seen.setFocus(Qt.FocusReason.OtherFocusReason)
        self._on_typed()

    def _on_enter(self) -> None:
        if self.do.isEnabled():
            self._on_report()
        else:
            (self.acted if self.seen.hasFocus() else self.seen).setFocus()

    def _on_typed(self) -> None:
        said = all(sum(each.isalnum() for each in line.text()) >= SHORTEST_REASON for line in (self.seen, self.acted))
        self.do.setEnabled(said and self.kind.chosen is not None)

    def _on_report(self) -> None:
        if self.kind.chosen is not None:
            kind = _KINDS[self.kind.chosen].value
            self.reported.emit(kind, self.seen.text().strip(), self.acted.text().strip(), self.planned.isChecked())
            self.accept()


class UnblindingFlow(QObject):
    """Asks, reports, tells.

    Signals:
        told: it is recorded; carries words.
    """

    told = Signal(str)

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk

    def begin(self, assignment: AssignmentId | None) -> None:
        if assignment is not None:
            dialog = UnblindingDialog(self._page)
            dialog.reported.connect(partial(self._on_reported, assignment))
            dialog.open()

    def _on_reported(self, assignment: AssignmentId, kind: str, seen: str, done: str, planned: bool) -> None:  # noqa: FBT001 - a signal's
        work = partial(unblinding.report, self._desk.lab, self._desk.session, assignment, kind, seen, done, planned=planned)
        self._desk.jobs.query(self, work, self._on_recorded, self._on_failed)

    def _on_recorded(self, _nothing: None) -> None:
        self.told.emit("Recorded. Go on grading what you see.")

    def _on_failed(self, error: Exception) -> None:
        show_error(self._page, error)
