"""People: accounts and one-time codes for administrators; custody and training for coordinators; a list for auditors."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Command, Person, Role, Status, role_for
from corelab.domain.charter import Charter
from corelab.domain.record_errors import ResealIncompleteError
from corelab.domain.vocabulary import AccountId
from corelab.services import accounts, custody_facts, resealing
from corelab.services.custody_facts import CustodyFacts
from corelab.ui import dialogs
from corelab.ui.buttons import Button
from corelab.ui.cards import Card, scrolled
from corelab.ui.desk import Desk
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.people_custody import CustodyCard
from corelab.ui.people_forms import FORM_WIDTH, InviteForm, ResetDialog, RolesDialog, role_words
from corelab.ui.rows import Column, Mark, Rows, Shown, shown
from corelab.ui.theme import GRID, Colour, Size, Weight

_COLUMNS = (
    Column("Printed name"),
    Column("User", 170),
    Column("Roles", 200),
    Column("Status", 130),
    Column("Custody", 110),
    Column("Training", 130),
)


@dataclass(frozen=True, slots=True)
class _Everybody:
    people: tuple[Person, ...]
    custody: frozenset[AccountId]
    trained: frozenset[AccountId]
    sealed: frozenset[AccountId]
    charter: Charter | None = None
    facts: CustodyFacts | None = None


def _look(desk: Desk) -> _Everybody:
    people = accounts.people(desk.lab, desk.session)
    charter = desk.lab.charter
    trained = frozenset(each.account for each in people if accounts.is_trained(desk.lab, each.account, charter.hash))
    facts, sealed = custody_facts.custody_facts(desk.lab, desk.session), resealing.waiting(desk.lab, desk.session)
    return _Everybody(people, frozenset(one.account for one in facts.holders), trained, frozenset(sealed), charter, facts)


class PeoplePage(Page):
    name = "people"
    title = "People"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._known = _Everybody((), frozenset(), frozenset(), frozenset())
        self._administers = role_for(desk.session.roles, Command.ACCOUNT) is not None
        self._coordinates = role_for(desk.session.roles, Command.CUSTODY) is not None
        self.rows = Rows(_COLUMNS, "People")
        self.rows.chosen.connect(self._on_chosen)
        self._who = text_label("", Size.PANEL, Weight.HEADING, Colour.STRONG, wrap=True)
        self._what = text_label("", Size.BODY, Weight.TEXT, Colour.SECOND, wrap=True)
        self.invite = InviteForm()
        self.invite.invited.connect(self._on_invited)
        self.key = CustodyCard(desk, acts=self._coordinates)
        self.key.changed.connect(self.opened)
        self._make_buttons()
        self._lay_out()
        self.bind("refresh", self.opened)

    def _make_buttons(self) -> None:
        self.unlock = self._button("Unlock", self._on_unlock)
        self.reset = self._button("New one-time code", self._on_reset)
        self.roles = self._button("Change roles", self._on_roles)
        self.deactivate = self._button("Deactivate", self._on_deactivate)
        self.custody = self._button("Grant custody", self._on_custody)
        self.training = self._button("Record training", self._on_training)
        self.reseal = self._button("Re-seal", self._on_reseal)

    def _button(self, words: str, pressed: Callable[[], None]) -> Button:
        button = Button(words)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 24)
        outer.setSpacing(24)
        left = QVBoxLayout()
        left.setSpacing(16)
        left.addWidget(text_label("People", Size.PAGE, Weight.HEADING, Colour.STRONG))
        left.addWidget(self.rows, 1)
        outer.addLayout(left, 1)
        column = QWidget()
        side = QVBoxLayout(column)
        side.setContentsMargins(0, 0, GRID, 0)
        side.setSpacing(16)
        side.addWidget(self._chosen_card())
        side.addWidget(self.key)
        if self._administers:
            side.addWidget(self.invite)
        side.addStretch(1)
        area = scrolled(column)
        area.setFixedWidth(FORM_WIDTH + 2 * GRID)
        outer.addWidget(area)

    def _chosen_card(self) -> Card:
        card = Card()
        card.setFixedWidth(FORM_WIDTH)
        card.lines.addWidget(self._who)
        card.lines.addWidget(self._what)
        card.lines.addSpacing(GRID)
        offered = [
            (self._administers, (self.unlock, self.reset, self.roles, self.deactivate)),
            (self._coordinates, (self.training, self.custody, self.reseal)),
        ]
        for may, buttons in offered:
            for button in buttons if may else ():
                card.lines.addWidget(button)
        return card

    # ------------------------------------------------------------ showing

    def opened(self, _argument: object = None) -> None:
        self.desk.jobs.query(self, partial(_look, self.desk), self._on_looked, self.show_error)

    def _on_looked(self, known: _Everybody) -> None:
        at = self.rows.current
        self._known = known
        if known.facts is not None:
            self.key.show_facts(known.facts)
        self.rows.show_rows([self._cells(each) for each in known.people], current=max(at, 0))
        self._on_chosen(self.rows.current)
        self.rows.setFocus()

    def _cells(self, person: Person) -> tuple[Shown, ...]:
        gone = person.status is Status.DEACTIVATED
        ink = Colour.THIRD if gone else Colour.TEXT
        sealed = person.account in self._known.sealed
        attention = Mark.ATTENTION if sealed or person.status is Status.LOCKED else None
        status = Shown("Re-seal" if sealed else person.status.value.capitalize(), ink, mark=attention)
        return (
            Shown(person.printed_name, Colour.SECOND if gone else Colour.STRONG, Weight.HEADING),
            Shown(person.user_name, ink),
            Shown(role_words(person), ink),
            status,
            Shown("Holds it", ink, mark=Mark.TICK) if person.account in self._known.custody else shown(""),
            Shown("Recorded", ink, mark=Mark.TICK) if person.account in self._known.trained else shown(""),
        )

    @property
    def _person(self) -> Person | None:
        at = self.rows.current
        return self._known.people[at] if 0 <= at < len(self._known.people) else None

    def _on_chosen(self, _row: int) -> None:
        person = self._person
        if person is None:
            return
        self._who.setText(person.printed_name)
        sealed = person.account in self._known.sealed
        waits = ". Open work is sealed to the keys from before a reset." if sealed else ""
        self._what.setText(f"{role_words(person)}, {person.status.value}{waits}")
        self.reseal.setEnabled(sealed)
        other, alive = person.account != self.desk.session.account, person.status is not Status.DEACTIVATED
        self.unlock.setEnabled(person.status is Status.LOCKED)
        self.reset.setEnabled(other)
        self.roles.setEnabled(other and alive)
        self.deactivate.setEnabled(other and alive)
        self.training.setEnabled(person.active and person.account not in self._known.trained)
        coordinator = Role.COORDINATOR in person.roles and person.active
        self.custody.setEnabled(coordinator and person.account not in self._known.custody)

    # ------------------------------------------------------------ doing

    def _on_invited(self, user: str, name: str, roles: frozenset[Role], identity: IdentityCheck | None) -> None:
        invite = partial(accounts.add_person, self.desk.lab, self.desk.session, user, name, roles, identity)
        self.desk.jobs.query(self, invite, partial(self._show_code, name), self.show_error)

    def _show_code(self, name: str, code: str) -> None:
        self.invite.clear()
        self.opened()
        words = "With this code the person sets an own password at first sign-in. It is valid for 7 days and works once."
        dialogs.show_code(self, f"One-time code for {name}", words, code)

    def _ask(self, title: str, question: str, do: str, work: Callable[[AccountId, str], object]) -> None:
        person = self._person
        if person is not None:
            given = partial(self._do, person, work)
            dialogs.ask_reason(self, f"{title} {person.printed_name}?", question, do=do, given=given)

    def _do(self, person: Person, work: Callable[[AccountId, str], object], _code: str, reason: str) -> None:
        self.desk.jobs.query(self, partial(work, person.account, reason), self._on_done, self.show_error)

    def _on_done(self, _answer: object) -> None:
        self.opened()

    def _on_unlock(self) -> None:
        work = partial(accounts.unlock, self.desk.lab, self.desk.session)
        self._ask("Unlock", "The account was locked after too many wrong passwords. Why is it safe to unlock it?", "Unlock", work)

    def _on_deactivate(self) -> None:
        work = partial(accounts.deactivate, self.desk.lab, self.desk.session)
        self._ask("Deactivate", "Nobody can sign in with it any more; what was signed stays. Why?", "Deactivate", work)

    def _on_reset(self) -> None:
        person = self._person
        if person is None:
            return
        dialog = ResetDialog(self, person)
        dialog.given.connect(partial(self._reset, person))
        dialog.open()

    def _reset(self, person: Person, identity: IdentityCheck, reason: str) -> None:
        work = partial(accounts.reset, self.desk.lab, self.desk.session, person.account, reason, identity)
        self.desk.jobs.query(self, work, partial(self._show_code, person.printed_name), self.show_error)

    def _on_roles(self) -> None:
        person = self._person
        if person is not None:
            dialog = RolesDialog(self, person)
            dialog.given.connect(partial(self._set_roles, person))
            dialog.open()

    def _set_roles(self, person: Person, roles: frozenset[Role], reason: str) -> None:
        work = partial(accounts.set_roles, self.desk.lab, self.desk.session, person.account, roles, reason)
        self.desk.jobs.query(self, work, self._on_done, self.show_error)

    def _on_custody(self) -> None:
        person = self._person
        if person is None:
            return
        words = "From the next sign-in on, this coordinator can release, compare and export: the custody key opens sealed readings."
        give = partial(accounts.grant_custody, self.desk.lab, self.desk.session, person.account)
        agreed = partial(self.desk.jobs.query, self, give, self._on_done, self.show_error)
        dialogs.confirm(self, f"Grant custody to {person.printed_name}?", words, do="Grant custody", agreed=agreed)

    def _on_reseal(self) -> None:
        person = self._person
        if person is None:
            return
        words = "Drafts, signed readings and cases that are not released yet will open with the new keys. Be sure who holds them now."
        give = partial(resealing.reseal, self.desk.lab, self.desk.session, person.account)
        agreed = partial(self.desk.jobs.query, self, give, self._on_resealed, self.show_error)
        dialogs.confirm(self, f"Re-seal the open work of {person.printed_name}?", words, do="Re-seal", agreed=agreed)

    def _on_resealed(self, done: resealing.Resealed) -> None:
        self.opened()
        if done.damaged:
            self.show_error(ResealIncompleteError(done.damaged))

    def _on_training(self) -> None:
        person, charter = self._person, self._known.charter
        if person is None or charter is None:
            return
        words = f"{person.printed_name} was trained for charter {charter.id} {charter.version}. Without this nobody opens a reading."
        record = partial(accounts.record_training, self.desk.lab, self.desk.session, person.account, charter.hash)
        agreed = partial(self.desk.jobs.query, self, record, self._on_done, self.show_error)
        dialogs.confirm(self, "Record training?", words, do="Record training", agreed=agreed)
