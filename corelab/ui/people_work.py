"""Who reads what, on the people page: the chosen person is declared away or back, or replaced for what is not signed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.accounts import Person, Role
from corelab.services import reader_changes
from corelab.services.dealing import Assigned
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.desk import Desk
from corelab.ui.life_words import WITHDRAWAL_CAUSES, choices
from corelab.ui.parts import text_label
from corelab.ui.people_forms import FORM_WIDTH
from corelab.ui.people_known import Everybody
from corelab.ui.theme import Colour, Size, Weight

_AWAY = "Nothing new is dealt to this person until they are back. What they were dealt stays theirs. Why?"
_BACK = "From the next assign on this person gets exams again. Why?"
_REPLACE = (
    "Other readers get every exam that this person was dealt and has not signed; what was begun stays sealed and is never a grade. "
    "Signed readings stay. What other exams of these subjects wait is dealt too."
)
_MOST = 8


class WorkCard(Card):
    """One person's. Signals: ``changed``: something is new. ``failed``: an error."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._person: Person | None = None
        self._absent = False
        self.titled("Reading")
        self.setFixedWidth(FORM_WIDTH)
        self.told = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self.told)
        self.absence, self.replace = Button("Declare absent", writes=True), Button("Replace as reader", writes=True)
        for button, pressed in ((self.absence, self._on_absence), (self.replace, self._on_replace)):
            button.clicked.connect(pressed)
            self.lines.addWidget(button)
        self.outcome = text_label("", Size.BODY, Weight.TEXT, Colour.TEXT, wrap=True)
        self.lines.addWidget(self.outcome)
        self.outcome.hide()
        self.hide()

    def show_person(self, person: Person, known: Everybody) -> None:
        """Nothing for people who neither read nor adjudicate."""
        if self._person is not None and self._person.account != person.account:
            self.outcome.hide()
        self._person, self._absent = person, person.account in known.absent
        self.setVisible(bool(person.roles & {Role.READER, Role.ADJUDICATOR}))
        self.told.setText("Absent: nothing new is dealt to this person." if self._absent else "Here: gets exams when they are assigned.")
        self.absence.setText("Declare back" if self._absent else "Declare absent")
        self.absence.allow("" if person.active or self._absent else "The account is not active.")
        self.replace.allow("" if Role.READER in person.roles else "This person does not read.")

    def _on_absence(self) -> None:
        if self._person is not None:
            back = self._absent
            title = f"{self._person.printed_name} is {'back' if back else 'absent'}?"
            given = partial(self._declare, self._person, absent=not back)
            dialogs.ask_reason(self, title, _BACK if back else _AWAY, do="Record", given=given, both=True)

    def _declare(self, person: Person, _code: str, words: str, *, absent: bool) -> None:
        declare = partial(reader_changes.declare_absence, self._desk.lab, self._desk.session, person.account, words, absent=absent)
        self._work(declare, self._on_declared)

    def _on_declared(self, _done: None) -> None:
        self.changed.emit()

    def _on_replace(self) -> None:
        if self._person is not None:
            title = f"Replace {self._person.printed_name}?"
            given = partial(self._replace, self._person)
            dialogs.ask_reason(self, title, _REPLACE, do="Replace", given=given, choices=choices(WITHDRAWAL_CAUSES), both=True)

    def _replace(self, person: Person, cause: str, words: str) -> None:
        self._work(
            partial(reader_changes.replace_reader, self._desk.lab, self._desk.session, person.account, cause, words), self._on_replaced
        )

    def _on_replaced(self, done: Assigned) -> None:
        told = f"{done.assigned} {'reading was' if done.assigned == 1 else 'readings were'} dealt to others."
        waits = (f"Waits: {one.what}: {one.why}." for one in done.waiting[:_MOST])
        more = len(done.waiting) - _MOST
        self.outcome.setText("\n".join((told, *waits, *((f"and {more} more, as assigning again says",) if more > 0 else ()))))
        self.outcome.show()
        self.changed.emit()

    def _work(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._desk.jobs.query(self, work, done, self.failed.emit)
