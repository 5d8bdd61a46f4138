"""What the people page knows: everybody, with custody, training and what waits for them; and each as a row of its table."""

from dataclasses import dataclass

from PySide6.QtGui import QColor

from corelab.domain.accounts import Command, Person, Role, Status, role_for
from corelab.domain.certification import Verdict
from corelab.domain.charter import Charter
from corelab.domain.vocabulary import AccountId
from corelab.services import accounts, calibration, certification, custody_facts, reader_changes, resealing, second_factor
from corelab.services.calibration import CalibrationSet
from corelab.services.certification import Certificate
from corelab.services.custody_facts import CustodyFacts
from corelab.ui.desk import Desk
from corelab.ui.people_forms import role_words
from corelab.ui.rows import Column, Mark, Shown, shown
from corelab.ui.theme import Colour, Weight

COLUMNS = (
    Column("Printed name"),
    Column("User", 128),
    Column("Roles", 150),
    Column("Status", 112),
    Column("Custody", 86, firm=True),
    Column("Training", 92, firm=True),
)
USER = 1
"""The column that goes where the window is narrow: the card of the chosen person says it too."""


@dataclass(frozen=True, slots=True)
class Everybody:
    """``sealed``: whose open work is sealed to keys from before a reset. ``trained``: for the charter in force.

    ``certificates``: every verdict; ``made``: how far the calibration set is, for coordinators.
    ``factors``: who has a second factor; ``removals``: for whom its removal was asked. ``absent``: to whom nothing new is dealt.
    """

    people: tuple[Person, ...] = ()
    custody: frozenset[AccountId] = frozenset()
    trained: frozenset[AccountId] = frozenset()
    sealed: frozenset[AccountId] = frozenset()
    charter: Charter | None = None
    facts: CustodyFacts | None = None
    factors: frozenset[AccountId] = frozenset()
    removals: frozenset[AccountId] = frozenset()
    certificates: tuple[Certificate, ...] = ()
    made: CalibrationSet | None = None
    absent: frozenset[AccountId] = frozenset()

    def is_certified(self, person: Person) -> bool:
        """By the last verdict under the major version in force; everybody where none is asked for."""
        if self.charter is None or not self.charter.certification.calibration_exams or Role.READER not in person.roles:
            return True
        last = self._last(person)
        return last is not None and last.verdict is Verdict.CERTIFIED

    def fell_short(self, person: Person) -> bool:
        """Read the set and was not certified: training is recorded once more before it is read again."""
        last = self._last(person)
        return last is not None and last.verdict is Verdict.NOT_CERTIFIED

    def _last(self, person: Person) -> Certificate | None:
        major = self.charter.major if self.charter is not None else None
        own = [one for one in self.certificates if one.account == person.account and int(one.version.partition(".")[0]) == major]
        return own[-1] if own else None


def look(desk: Desk) -> Everybody:
    people = accounts.people(desk.lab, desk.session)
    charter = desk.lab.charter
    trained = frozenset(each.account for each in people if accounts.is_trained(desk.lab, each.account, charter.hash))
    facts, sealed = custody_facts.custody_facts(desk.lab, desk.session), resealing.waiting(desk.lab, desk.session)
    factors = frozenset(second_factor.holders(desk.lab, desk.session))
    removals = frozenset(second_factor.removals(desk.lab, desk.session))
    holders = frozenset(one.account for one in facts.holders)
    certificates = certification.certificates(desk.lab, desk.session)
    made = calibration.calibration_set(desk.lab, desk.session) if role_for(desk.session.roles, Command.TRAINING) else None
    away = reader_changes.absent_people(desk.lab, desk.session)
    return Everybody(people, holders, trained, frozenset(sealed), charter, facts, factors, removals, certificates, made, away)


def cells(known: Everybody, person: Person) -> tuple[Shown, ...]:
    gone = person.status is Status.DEACTIVATED
    ink = Colour.THIRD if gone else Colour.TEXT
    sealed = person.account in known.sealed
    attention = Mark.ATTENTION if sealed or person.status is Status.LOCKED else None
    away = "Absent" if person.account in known.absent and person.active else person.status.value.capitalize()
    status = Shown("Re-seal" if sealed else away, ink, mark=attention)
    return (
        Shown(person.printed_name, Colour.SECOND if gone else Colour.STRONG, Weight.HEADING, hint=person.printed_name),
        Shown(person.user_name, ink, hint=person.user_name),
        Shown(role_words(person), ink, hint=role_words(person)),
        status,
        Shown("Yes", ink, mark=Mark.TICK, hint="Holds the custody key") if person.account in known.custody else shown(""),
        _training(known, person, ink),
    )


def _training(known: Everybody, person: Person, ink: QColor) -> Shown:
    if person.account not in known.trained:
        return shown("")
    if not known.is_certified(person):
        return Shown("Trained", ink, hint="Trained for the charter in force; reads the calibration set only until certified")
    return Shown("Yes", ink, mark=Mark.TICK, hint="Trained for the charter in force, and certified where it asks for that")
