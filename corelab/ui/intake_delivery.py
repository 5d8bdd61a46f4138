"""A delivery on its way into the lab: what it is doing, how far it is, and what came of it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.services import intake
from corelab.services.intake import IntakeReport
from corelab.ui.cards import Working
from corelab.ui.desk import Desk
from corelab.ui.intake_words import report_words
from corelab.ui.jobs import Cancel
from corelab.ui.parts import text_label
from corelab.ui.take_in_form import TakeInForm
from corelab.ui.theme import Colour, Size, Weight


class Delivery(QObject):
    """Takes in what the form was given, one delivery at a time.

    Signals:
        taken: a delivery is in, whole or up to where it was stopped.
        failed: nothing more of it came in; carries the exception.
    """

    taken = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, form: TakeInForm, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._form = desk, form
        self._cancel = Cancel()
        self.working = Working()
        self.working.cancelled.connect(self._on_cancel)
        self.report = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.report.hide()
        form.chosen.connect(self._on_files)

    def _on_files(self, paths: Sequence[Path]) -> None:
        subject, visit, side = self._form.named
        self._cancel = Cancel()
        self.working.begin("Taking in...")
        self.report.hide()
        work = partial(
            intake.take_in,
            self._desk.lab,
            self._desk.session,
            tuple(paths),
            subject=subject,
            visit=visit,
            side=side,
            progress=self._desk.jobs.relay(self, self.working.tell),
            cancelled=self._cancel,
        )
        self._desk.jobs.query(self, work, self._on_taken, self._on_failed)

    def _on_cancel(self) -> None:
        self._cancel.ask()

    def _on_taken(self, report: IntakeReport) -> None:
        self.working.end()
        self.report.setText(report_words(report))
        self.report.show()
        self.taken.emit()

    def _on_failed(self, error: Exception) -> None:
        self.working.end()
        self.failed.emit(error)
