"""After a signature, when grades can no longer change: what suggested the treatment, and which arm it was. Answered by two digits."""

from functools import partial
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from corelab.domain.guess import AfterSigning, Arm
from corelab.domain.vocabulary import AssignmentId
from corelab.services import guessing
from corelab.ui.desk import Desk
from corelab.ui.dialog import Dialog
from corelab.ui.dialogs import show_error
from corelab.ui.digit_choice import DigitChoice

_DONT_KNOW: Final = "Do not know"


class AfterSigningDialog(Dialog):
    """Two questions, one after the other; the second digit closes it.

    Signals:
        answered: carries the suggestion and the arm (1, 2 or DK).
    """

    answered = Signal(str, str)

    def __init__(self, parent: QWidget, asked: AfterSigning) -> None:
        super().__init__(parent, "Two questions after the signature")
        self._asked = asked
        self.add_words("Your grades are signed and stay as they are. Your answers are sealed; nobody in the trial sees them on a screen.")
        self.suggestion = DigitChoice("Did anything suggest the treatment?", asked.suggestions)
        self.arm = DigitChoice("Which treatment was it?", (*asked.arms, _DONT_KNOW))
        self.suggestion.picked.connect(self._on_suggestion)
        self.arm.picked.connect(self._on_arm)
        self.lines.addWidget(self.suggestion)
        self.lines.addWidget(self.arm)
        self.arm.hide()
        self.add_button("Later", self.reject, cap="Esc")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        asked = self.suggestion if self.arm.isHidden() else self.arm
        if not (event.text().isdigit() and len(event.text()) == 1 and asked.pick(int(event.text()))):
            super().keyPressEvent(event)

    def _on_suggestion(self, _number: int) -> None:
        self.arm.show()

    def _on_arm(self, number: int) -> None:
        if self.suggestion.chosen is not None:
            self.answered.emit(self._asked.suggestions[self.suggestion.chosen], list(Arm)[number].value)
            self.accept()


class AfterSigningFlow(QObject):
    """Asks where the charter wants it and nobody answered yet.

    Signals:
        done: nothing is to be asked (any more) of the reading that was left for the next.
    """

    done = Signal()

    def __init__(self, page: QWidget, desk: Desk) -> None:
        super().__init__(page)
        self._page, self._desk = page, desk

    def ask(self, assignment: AssignmentId | None) -> None:
        """Right after the signature."""
        self._begin(assignment, on=False)

    def begin(self, assignment: AssignmentId | None) -> None:
        """The reader wants the next exam: first what is still to be asked of this one."""
        self._begin(assignment, on=True)

    def _begin(self, assignment: AssignmentId | None, *, on: bool) -> None:
        if assignment is not None:
            due = partial(guessing.due, self._desk.lab, self._desk.session, assignment)
            self._desk.jobs.query(self, due, partial(self._on_due, assignment, on), self._on_failed)

    def _on_due(self, assignment: AssignmentId, on: bool, asked: AfterSigning | None) -> None:  # noqa: FBT001 - bound by its name
        if asked is not None and self._page.isVisible():
            dialog = AfterSigningDialog(self._page, asked)
            dialog.answered.connect(partial(self._on_answered, assignment, on))
            dialog.open()
        elif on:
            self.done.emit()

    def _on_answered(self, assignment: AssignmentId, on: bool, suggestion: str, arm: str) -> None:  # noqa: FBT001 - bound by its name
        work = partial(guessing.answer, self._desk.lab, self._desk.session, assignment, suggestion, arm)
        self._desk.jobs.query(self, work, partial(self._on_kept, on), self._on_failed)

    def _on_kept(self, on: bool, _nothing: None) -> None:  # noqa: FBT001 - bound by its name
        if on:
            self.done.emit()

    def _on_failed(self, error: Exception) -> None:
        show_error(self._page, error)
