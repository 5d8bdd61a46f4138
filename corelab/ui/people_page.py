"""People: accounts and one-time codes for administrators; custody and training for coordinators; a list for auditors."""

from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from corelab.domain.access import IdentityCheck
from corelab.domain.accounts import Command, Role, role_for
from corelab.services import accounts
from corelab.ui import dialogs
from corelab.ui.archive_card import ArchiveCard
from corelab.ui.backup_card import BackupCard
from corelab.ui.buttons import Button
from corelab.ui.cards import scrolled
from corelab.ui.desk import Desk
from corelab.ui.machines_dialog import MachinesDialog
from corelab.ui.page import Page
from corelab.ui.parts import text_label
from corelab.ui.people_chosen import ChosenCard
from corelab.ui.people_custody import CustodyCard
from corelab.ui.people_forms import FORM_WIDTH, InviteForm
from corelab.ui.people_known import COLUMNS, USER, Everybody, cells, look
from corelab.ui.people_training import CertificationCard, SetCard
from corelab.ui.people_work import WorkCard
from corelab.ui.rows import Rows
from corelab.ui.theme import GRID, NARROW_BELOW, Colour, Size, Weight


class PeoplePage(Page):
    """A table of everybody; at its right one card each for the person chosen, the custody key, and a new account."""

    name = "people"
    title = "People"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._known = Everybody()
        self._administers = role_for(desk.session.roles, Command.ACCOUNT) is not None
        self._coordinates = role_for(desk.session.roles, Command.CUSTODY) is not None
        self.rows = Rows(COLUMNS, "People")
        self.rows.keep_widths(least=0.8, rest=150)
        self.rows.chosen.connect(self._on_chosen)
        self.chosen = ChosenCard(desk, administers=self._administers, coordinates=self._coordinates)
        self.chosen.changed.connect(self.opened)
        self.chosen.code_made.connect(self._show_code)
        self.chosen.failed.connect(self.show_error)
        self.certification = CertificationCard(desk, acts=self._coordinates)
        self.set = SetCard(desk)
        self.work = WorkCard(desk, self)
        for card in (self.certification, self.set, self.work):
            card.changed.connect(self.opened)
            card.failed.connect(self.show_error)
        self.key = CustodyCard(desk, acts=self._coordinates)
        self.key.changed.connect(self.opened)
        self.invite = InviteForm()
        self.invite.invited.connect(self._on_invited)
        self.machines = Button("Workstations")
        self.machines.clicked.connect(self._on_machines)
        self._lay_out()
        self.bind("refresh", self.opened)

    def _lay_out(self) -> None:
        outer = QHBoxLayout(self)
        outer.setContentsMargins(32, 32, 24, 24)
        outer.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(16)
        head = QHBoxLayout()
        head.addWidget(text_label("People", Size.PAGE, Weight.HEADING, Colour.STRONG), 1)
        head.addWidget(self.machines)
        left.addLayout(head)
        left.addWidget(self.rows, 1)
        outer.addLayout(left, 1)
        outer.addWidget(self._side())

    def _side(self) -> QWidget:
        column = QWidget()
        side = QVBoxLayout(column)
        side.setContentsMargins(0, 0, GRID, 0)
        side.setSpacing(16)
        for card in (self.chosen, self.certification, *((self.work,) if self._coordinates else ()), self.set, self.key):
            side.addWidget(card)
        if self._administers:
            side.addWidget(self.invite)
            side.addWidget(BackupCard(self.desk))
            side.addWidget(ArchiveCard(self.desk))
        side.addStretch(1)
        area = scrolled(column)
        area.setFixedWidth(FORM_WIDTH + 2 * GRID)
        return area

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.rows.setColumnHidden(USER, self.width() < NARROW_BELOW)
        super().resizeEvent(event)

    # ------------------------------------------------------------ showing

    def opened(self, _argument: object = None) -> None:
        self.desk.jobs.query(self, partial(look, self.desk), self._on_looked, self.show_error)

    def _on_looked(self, known: Everybody) -> None:
        at = self.rows.current
        self._known = known
        if known.facts is not None:
            self.key.show_facts(known.facts)
        self.set.show_set(known.made)
        self.rows.show_rows([cells(known, each) for each in known.people], current=max(at, 0))
        self._on_chosen(self.rows.current)
        self.rows.setFocus()

    def _on_chosen(self, _row: int) -> None:
        at = self.rows.current
        if 0 <= at < len(self._known.people):
            self.chosen.show_person(self._known.people[at], self._known)
            self.certification.show_person(self._known.people[at], self._known)
            if self._coordinates:
                self.work.show_person(self._known.people[at], self._known)

    def _on_machines(self) -> None:
        MachinesDialog(self, self.desk, administers=self._administers).open()

    # ------------------------------------------------------------ a new account

    def _on_invited(self, user: str, name: str, roles: frozenset[Role], identity: IdentityCheck | None) -> None:
        invite = partial(accounts.add_person, self.desk.lab, self.desk.session, user, name, roles, identity)
        self.desk.jobs.query(self, invite, partial(self._on_invitation, name), self.show_error)

    def _on_invitation(self, name: str, code: str) -> None:
        self.invite.clear()
        self._show_code(name, code)

    def _show_code(self, name: str, code: str) -> None:
        self.opened()
        words = "With this code the person sets an own password at first sign-in. It is valid for 7 days and works once."
        dialogs.show_code(self, f"One-time code for {name}", words, code)
