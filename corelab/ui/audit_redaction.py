"""Redaction on the audit page: asking for it, agreeing to it, and what was emptied when, by whom and why."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.accounts import Command, role_for
from corelab.domain.redaction import RedactionFault
from corelab.domain.trail import TrailLine, Visibility
from corelab.services import redaction
from corelab.services.redaction import Emptied, RedactionRequest, Standing
from corelab.ui import dialogs
from corelab.ui.buttons import command_button
from corelab.ui.cards import Card
from corelab.ui.confirm_redaction import ConfirmRedaction, request_words
from corelab.ui.desk import Desk
from corelab.ui.event_words import time_with_zone
from corelab.ui.life_words import REDACTION_CAUSES, choices
from corelab.ui.parts import text_label
from corelab.ui.theme import Colour, Size, Weight

T = TypeVar("T")


class RedactionCard(Card):
    """What can be done about the words of the chosen event, or was done; or why they stay.

    Signals:
        recorded: somebody asked or agreed; carries words about it.
    """

    recorded = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._standing: Standing | None = None
        self._of = 0
        self.titled("Personal data")
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True)
        self.lines.addWidget(self.told)
        self.do = command_button("redact", _ASK)
        self.do.clicked.connect(self.act)
        self.lines.addWidget(self.do)
        self.hide()

    def show_event(self, line: TrailLine) -> None:
        """Ask how the words of this event stand; a line without words of its own needs no card."""
        self._standing, self._of = None, line.seq
        if line.visibility is Visibility.NOTHING:
            self.hide()
        else:
            self._query(partial(redaction.standing, self._desk.lab, self._desk.session, line.seq), self._on_standing)

    def show_nothing(self) -> None:
        self._standing, self._of = None, 0
        self.hide()

    def act(self) -> None:
        """Ask for redaction, or confirm what another person asked for: whichever the event is waiting for."""
        if self._standing is None or self.do.isHidden():
            return
        others = [one for one in self._standing.asked if one.by != self._desk.session.account]
        if others:
            self.confirm(others[-1])
        else:
            self._ask(self._standing.of)

    def confirm(self, asked: RedactionRequest) -> None:
        """Another person's request: a reason of one's own, and the password."""
        dialog = ConfirmRedaction(self, asked)
        dialog.given.connect(partial(self._on_confirm, dialog, asked))
        dialog.open()

    # ------------------------------------------------------------ showing

    def _on_standing(self, found: Standing) -> None:
        if found.of != self._of:
            return
        self._standing = found
        own = [one for one in found.asked if one.by == self._desk.session.account]
        others = [one for one in found.asked if one.by != self._desk.session.account]
        may_ask = role_for(self._desk.session.roles, Command.REDACT) is not None
        self.told.setText(standing_words(found, own=bool(own), may_ask=may_ask))
        self.do.setText(_CONFIRM if others else _ASK)
        self.do.setAccessibleName(f"{self.do.text()} Event {found.of}")
        self.do.setVisible(found.refused is None and (bool(others) or (may_ask and not own)))
        self.show()

    # ------------------------------------------------------------ doing

    def _ask(self, seq: int) -> None:
        question = "Another person has to agree; then the words are gone for good. Say of what kind they are, never the data themselves."
        given = partial(self._on_asked, seq)
        title = f"Ask for redaction of event {seq}?"
        dialogs.ask_reason(self, title, question, do="Ask for redaction", given=given, choices=choices(REDACTION_CAUSES), both=True)

    def _on_asked(self, seq: int, cause: str, words: str) -> None:
        work = partial(redaction.request_redaction, self._desk.lab, self._desk.session, seq, words, cause)
        told = f"Asked for redaction of event {seq}. Another coordinator or the auditor has to agree."
        self._query(work, lambda _asked: self.recorded.emit(told))

    def _on_confirm(self, dialog: ConfirmRedaction, asked: RedactionRequest, why: str, password: str) -> None:
        work = partial(redaction.confirm_redaction, self._desk.lab, self._desk.session, asked.of, why, password)
        self._desk.jobs.query(self, work, partial(self._on_emptied, dialog, asked.of), partial(_refuse, dialog))

    def _on_emptied(self, dialog: ConfirmRedaction, seq: int, by: int) -> None:
        if shiboken6.isValid(dialog):
            dialog.accept()
        self.recorded.emit(f"Event {seq} is emptied, by event {by}. Older backups still hold its words.")

    def _query(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._desk.jobs.query(self, work, done, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        dialogs.show_error(self, error)


def _refuse(dialog: ConfirmRedaction, error: Exception) -> None:
    if shiboken6.isValid(dialog):
        dialog.refuse(error)


# ---------------------------------------------------------------- words


def emptied_words(done: Emptied) -> str:
    """When, by which two, and why."""
    people = f"asked by {done.asked_by}, confirmed by {done.agreed_by}"
    return f"Emptied on {time_with_zone(done.at)}, {people}. {REDACTION_CAUSES[done.cause]}: {done.why} (event {done.seq})"


def standing_words(found: Standing, *, own: bool, may_ask: bool) -> str:
    if found.emptied is not None:
        return emptied_words(found.emptied)
    if found.refused is not None:
        return _STAYS[found.refused]
    if found.asked:
        return request_words(found.asked[-1]) + (". You asked: another coordinator or the auditor has to agree." if own else "")
    return _MAY if may_ask else "A coordinator can ask for the words of this event to be emptied; then you can agree."


_ASK, _CONFIRM = "Ask for redaction...", "Confirm redaction..."
_MAY = "Where the words of this event name a person, they can be emptied by two people. The event stays in the chain."
_STAYS = {
    RedactionFault.KEPT: "Never emptied: grades, decisions, signed words, redactions, and what results stand on, have to stay.",
    RedactionFault.NOT_THERE: "This event has no words to empty.",
    RedactionFault.GONE: "The words of this event are emptied.",
    RedactionFault.NOT_REQUESTED: "",
}
