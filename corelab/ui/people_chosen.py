"""The person who is chosen on the people page, and what may be done about the account: buttons, questions, work."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Person, Role, Status
from corelab.domain.record_errors import ResealIncompleteError
from corelab.domain.vocabulary import AccountId
from corelab.services import accounts, resealing, second_factor
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card
from corelab.ui.desk import Desk
from corelab.ui.parts import text_label
from corelab.ui.people_forms import FORM_WIDTH, RenameDialog, ResetDialog, RolesDialog, role_words
from corelab.ui.people_known import Everybody
from corelab.ui.theme import GRID, Colour, Size, Weight


class ChosenCard(Card):
    """Signals: ``changed``: something about somebody is new. ``code_made``: printed name and one-time code. ``failed``: an error."""

    changed = Signal()
    code_made = Signal(str, str)
    failed = Signal(object)

    def __init__(self, desk: Desk, *, administers: bool, coordinates: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._person, self._known = desk, None, Everybody()  # type: tuple[Desk, Person | None, Everybody]
        self.setFixedWidth(FORM_WIDTH)
        self._who = text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG, wrap=True)
        self._what = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.lines.addWidget(self._who)
        self.lines.addWidget(self._what)
        self.lines.addSpacing(GRID)
        self._make_buttons()
        offered = [
            (administers, (self.unlock, self.reset, self.roles, self.rename, self.deactivate)),
            (coordinates, (self.training, self.custody, self.reseal)),
            (administers, (self.remove_factor,)),
            (administers or coordinates, (self.confirm_removal,)),
        ]
        for may, buttons in offered:
            for button in buttons if may else ():
                self.lines.addWidget(button)

    def _make_buttons(self) -> None:
        self.unlock = self._button("Unlock", self._on_unlock)
        self.reset = self._button("New one-time code", self._on_reset)
        self.roles = self._button("Change roles", self._on_roles)
        self.rename = self._button("Change name", self._on_rename)
        self.deactivate = self._button("Deactivate", self._on_deactivate)
        self.training = self._button("Record training", self._on_training)
        self.custody = self._button("Grant custody", self._on_custody)
        self.reseal = self._button("Re-seal", self._on_reseal)
        self.remove_factor = self._button("Remove second factor", self._on_remove_factor)
        self.confirm_removal = self._button("Confirm removal of second factor", self._on_confirm_removal)

    def _button(self, words: str, pressed: Callable[[Person], None]) -> Button:
        def clicked() -> None:
            if self._person is not None:
                pressed(self._person)

        button = Button(words, writes=True)
        button.clicked.connect(clicked)
        return button

    def show_person(self, person: Person, known: Everybody) -> None:
        self._person, self._known = person, known
        self._who.setText(person.printed_name)
        sealed = person.account in known.sealed
        waits = ". Open work is sealed to the keys from before a reset." if sealed else ""
        factor = ", with a second factor" if person.account in known.factors else ""
        self._what.setText(f"{person.user_name}: {role_words(person)}, {person.status.value}{factor}{waits}")
        own = "" if person.account != self._desk.session.account else "Nobody does this for their own account."
        gone = "The account is deactivated." if person.status is Status.DEACTIVATED else ""
        asked = person.account in known.removals
        self.unlock.allow("" if person.status is Status.LOCKED else "The account is not locked.")
        self.reset.allow(own)
        for button in (self.roles, self.rename, self.deactivate):
            button.allow(own or gone)
        self.training.allow(_why_no_training(person, known))
        self.custody.allow(_why_no_custody(person, known))
        self.reseal.allow("" if sealed else "Nothing of this person is sealed to keys from before a reset.")
        has = "" if person.account in known.factors else "There is no second factor."
        self.remove_factor.allow(own or has or ("It is asked for already." if asked else ""))
        self.confirm_removal.allow(own or ("" if asked else "Nobody asked for its removal."))

    def _work(self, work: Callable[[], object]) -> None:
        self._desk.jobs.query(self, work, self._on_done, self.failed.emit)

    def _on_done(self, _answer: object) -> None:
        self.changed.emit()

    # ------------------------------------------------------------ an administrator's

    def _ask(self, person: Person, title: str, question: str, do: str, work: Callable[[AccountId, str], object]) -> None:
        def given(_code: str, reason: str) -> None:
            self._work(partial(work, person.account, reason))

        dialogs.ask_reason(self, f"{title} {person.printed_name}?", question, do=do, given=given)

    def _on_unlock(self, person: Person) -> None:
        work = partial(accounts.unlock, self._desk.lab, self._desk.session)
        self._ask(person, "Unlock", "The account was locked after too many wrong passwords. Why is it safe to unlock it?", "Unlock", work)

    def _on_deactivate(self, person: Person) -> None:
        work = partial(accounts.deactivate, self._desk.lab, self._desk.session)
        self._ask(person, "Deactivate", "Nobody can sign in with it any more; what was signed stays. Why?", "Deactivate", work)

    def _on_reset(self, person: Person) -> None:
        dialog = ResetDialog(self, person)
        dialog.given.connect(partial(self._reset, person))
        dialog.open()

    def _reset(self, person: Person, identity: IdentityCheck, reason: str) -> None:
        work = partial(accounts.reset, self._desk.lab, self._desk.session, person.account, reason, identity)
        self._desk.jobs.query(self, work, partial(self._on_code, person.printed_name), self.failed.emit)

    def _on_code(self, name: str, code: str) -> None:
        self.code_made.emit(name, code)

    def _on_roles(self, person: Person) -> None:
        dialog = RolesDialog(self, person)
        dialog.given.connect(partial(self._set_roles, person))
        dialog.open()

    def _set_roles(self, person: Person, roles: frozenset[Role], reason: str) -> None:
        self._work(partial(accounts.set_roles, self._desk.lab, self._desk.session, person.account, roles, reason))

    def _on_rename(self, person: Person) -> None:
        dialog = RenameDialog(self, person)
        dialog.given.connect(partial(self._rename, person))
        dialog.open()

    def _rename(self, person: Person, name: str, reason: str) -> None:
        self._work(partial(accounts.rename, self._desk.lab, self._desk.session, person.account, name, reason))

    # ------------------------------------------------------------ two people's

    def _on_remove_factor(self, person: Person) -> None:
        work = partial(second_factor.request_removal, self._desk.lab, self._desk.session)
        question = "It stays until another administrator or a coordinator confirms. Why, and how do you know who asked?"
        self._ask(person, "Remove the second factor of", question, "Ask for it", work)

    def _on_confirm_removal(self, person: Person) -> None:
        words = "From then on the password alone is asked, until a new one is set up. Be sure that it was this person who asked."
        confirm = partial(second_factor.confirm_removal, self._desk.lab, self._desk.session, person.account)
        title = f"Remove the second factor of {person.printed_name}?"
        dialogs.confirm(self, title, words, do="Remove it", agreed=partial(self._work, confirm))

    # ------------------------------------------------------------ a coordinator's

    def _on_custody(self, person: Person) -> None:
        words = "From the next sign-in on, this coordinator can release, compare and export: the custody key opens sealed readings."
        agreed = partial(self._work, partial(accounts.grant_custody, self._desk.lab, self._desk.session, person.account))
        dialogs.confirm(self, f"Grant custody to {person.printed_name}?", words, do="Grant custody", agreed=agreed)

    def _on_training(self, person: Person) -> None:
        charter = self._known.charter
        if charter is None:
            return
        words = f"{person.printed_name} was trained for charter {charter.id} {charter.version}. Without this nobody opens a reading."
        record = partial(accounts.record_training, self._desk.lab, self._desk.session, person.account, charter.hash)
        dialogs.confirm(self, "Record training?", words, do="Record training", agreed=partial(self._work, record))

    def _on_reseal(self, person: Person) -> None:
        words = "Drafts, signed readings and cases that are not released yet will open with the new keys. Be sure who holds them now."
        give = partial(resealing.reseal, self._desk.lab, self._desk.session, person.account)
        agreed = partial(self._desk.jobs.query, self, give, self._on_resealed, self.failed.emit)
        dialogs.confirm(self, f"Re-seal the open work of {person.printed_name}?", words, do="Re-seal", agreed=agreed)

    def _on_resealed(self, done: resealing.Resealed) -> None:
        self.changed.emit()
        if done.damaged:
            self.failed.emit(ResealIncompleteError(done.damaged))


def _why_no_training(person: Person, known: Everybody) -> str:
    if not person.active:
        return "The account is not active."
    if person.account in known.trained and not known.fell_short(person):
        return "It is recorded for the charter in force."
    return ""


def _why_no_custody(person: Person, known: Everybody) -> str:
    if not (Role.COORDINATOR in person.roles and person.active):
        return "Only coordinators hold custody."
    return "This person holds custody already." if person.account in known.custody else ""
