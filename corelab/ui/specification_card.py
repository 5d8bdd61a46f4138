"""Columns and codes that the last package had and the next will not: what they are, and the approval by signature."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.accounts import Meaning
from corelab.services import packages
from corelab.services.packages import SpecificationState
from corelab.ui import dialogs
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card
from corelab.ui.desk import Desk
from corelab.ui.parts import text_label
from corelab.ui.specification_words import difference_lines
from corelab.ui.theme import Colour, Size, Weight

_WHY = "Analysts know the files, columns and codes of the last package. No package is written until a coordinator approves what is gone."
_REFUSED = "A name would come back with another meaning. That is never approved: give it a name in the charter that no package had."
_QUESTION = "Analysts have programs that read these. Do they know, and why is it so?"


class SpecificationCard(Card):
    """Hidden while the next package has all that the last one had.

    Signals:
        told: how the next package differs is known; carries why no package can be written, or nothing.
    """

    told = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent, current=True)
        self._desk = desk
        self._state: SpecificationState | None = None
        self._dialog: dialogs.SignDialog | None = None
        self.titled("Columns that are gone or changed")
        self.why = text_label("", Size.HINT, Weight.TEXT, Colour.SECOND, wrap=True)
        self.listed = text_label("", Size.BODY, Weight.TEXT, Colour.STRONG, wrap=True)
        self.approve = command_button("approve_columns")
        self.approve.clicked.connect(self.ask)
        for widget in (self.why, self.listed, self.approve):
            self.lines.addWidget(widget)
        self.hide()

    def look(self) -> None:
        """Ask the lab again how the next package differs."""
        work = partial(packages.specification, self._desk.lab, self._desk.session)
        self._desk.jobs.query(self, work, self._on_state, self._on_unknown)

    def _on_state(self, state: SpecificationState) -> None:
        self._state = state
        self.why.setText(_REFUSED if state.refused else _WHY)
        self.listed.setText(difference_lines(state.refused or state.stops))
        self.approve.setVisible(not state.refused)
        self.setVisible(bool(state.stops))
        self.told.emit("Columns that the last package had are gone or changed: approve that first." if state.stops else "")

    def _on_unknown(self, _error: Exception) -> None:
        """The charters do not fit into the same tables: the export says so in its own words."""
        self.hide()
        self.told.emit("")

    def ask(self) -> None:
        """The reason first, then the signature."""
        if self._state is not None and self._state.stops and not self._state.refused:
            title = "Approve columns that are gone or changed?"
            dialogs.ask_reason(self, title, _QUESTION, do="Go on to the signature", given=self._on_reason, both=True)

    def _on_reason(self, _code: str, reason: str) -> None:
        given = partial(self._on_password, reason)
        self._dialog = dialogs.ask_signature(self, self._desk, Meaning.SPECIFICATION_APPROVAL, "the changed columns", given=given)

    def _on_password(self, reason: str, password: str) -> None:
        work = partial(packages.approve_specification, self._desk.lab, self._desk.session, reason, password)
        self._desk.jobs.query(self, work, self._on_approved, self._on_refused)

    def _on_approved(self, state: SpecificationState) -> None:
        if self._dialog is not None:
            self._dialog.accept()
            self._dialog = None
        self._on_state(state)

    def _on_refused(self, error: Exception) -> None:
        if self._dialog is not None:
            self._dialog.refuse(error)
