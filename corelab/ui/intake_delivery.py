"""A delivery on its way into the lab: what it is doing, how far it is, and what came of it."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import shiboken6
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.transmittal import TransmittalRefusedError
from corelab.services import intake
from corelab.services.intake import IntakeReport
from corelab.ui.cards import Working
from corelab.ui.desk import Desk
from corelab.ui.intake_words import report_words
from corelab.ui.jobs import Cancel
from corelab.ui.parts import text_label
from corelab.ui.take_in_form import TakeInForm, is_transmittal
from corelab.ui.theme import Colour, Size, Weight
from corelab.ui.transmittal_view import TransmittalView

_GROWS_BY = 10
"""So many objects later the list is asked for again."""


class Delivery(QObject):
    """Takes in what the form was given, one delivery at a time.

    Signals:
        grown: more clips of the delivery are there.
        taken: a delivery is in, whole or up to where it was stopped.
        failed: nothing more of it came in; carries the exception.
    """

    grown = Signal()
    taken = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, form: TakeInForm, page: QWidget) -> None:
        super().__init__(page)
        self._desk, self._form = desk, form
        self._cancel = Cancel()
        self._under_way = False
        self._told = 0
        self.working = Working()
        self.working.cancelled.connect(self._on_cancel)
        self.report = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.report.hide()
        self.transmittal = TransmittalView()
        form.chosen.connect(self._on_files)

    def _on_files(self, paths: Sequence[Path]) -> None:
        if self._under_way:
            self.say("One delivery at a time: this one goes on. Give the next when it is in.")
            return
        self._cancel, self._under_way, self._told = Cancel(), True, 0
        self.working.begin("Taking in...")
        self.report.hide()
        self.transmittal.hide()
        work = partial(
            intake.take_in,
            self._desk.lab,
            self._desk.session,
            **self._named(paths),
            progress=self._desk.jobs.relay(self, self._on_progress),
            cancelled=partial(_stops, self._desk, self, self._cancel),
        )
        # Beside the other work of the lab: a delivery takes minutes, and clips that are in can be labelled meanwhile.
        self._desk.jobs.aside(self, work, self._on_taken, self._on_failed)

    def _named(self, paths: Sequence[Path]) -> dict[str, Any]:
        """What a transmittal names, or what the form does. A transmittal alone stands beside its files."""
        lists = [each for each in paths if is_transmittal(each)]
        if lists:
            return {"sources": tuple(each for each in paths if each not in lists) or (lists[0].parent,), "transmittal": lists[0]}
        subject, visit, side = self._form.named
        return {"sources": tuple(paths), "subject": subject, "visit": visit, "side": side}

    def _on_progress(self, done: int, total: int, words: str = "") -> None:
        self.working.tell(done, total, words)
        if done - self._told >= _GROWS_BY:
            self._told = done
            self.grown.emit()

    def _on_cancel(self) -> None:
        self._cancel.ask()

    def _on_taken(self, report: IntakeReport) -> None:
        self._under_way = False
        self.working.end()
        self.say(report_words(report))
        self.transmittal.show_rows(report)
        self.taken.emit()

    def say(self, words: str) -> None:
        self.report.setText(words)
        self.report.show()

    def _on_failed(self, error: Exception) -> None:
        self._under_way = False
        self.working.end()
        if isinstance(error, TransmittalRefusedError):
            self.transmittal.show_faults(error)
        else:
            self.failed.emit(error)


def _stops(desk: Desk, owner: QObject, cancel: Cancel) -> bool:
    """Asked by the working thread: somebody cancelled, signed out, or closed the window."""
    return cancel() or desk.jobs.ending or not shiboken6.isValid(owner)
