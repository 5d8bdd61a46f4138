"""A reader is away, is back, or leaves units to others: the coordinator's acts on who reads what, each with its reason on record."""

from collections.abc import Iterator

from corelab.domain.accounts import Command
from corelab.domain.reasons import WithdrawalCause, cause_of, reason_words
from corelab.domain.record_errors import PersonRefusedError
from corelab.domain.vocabulary import AccountId, SubjectCode
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.assignment import chance
from corelab.services.dealing import Assigned, Dealing
from corelab.services.dealing.leaving import Leaving
from corelab.services.eligibility import absences
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.storage import own_assignments, people, reading_life, registry
from corelab.storage.readings import READING_KINDS, Assignment
from corelab.storage.store import NewRow, Snapshot, Transaction


def declare_absence(lab: OpenLab, session: Session, account: AccountId, reason_text: str, *, absent: bool) -> None:
    """From now on nothing new is dealt to this person, or is again; what they were dealt stays theirs.

    Raises PersonRefusedError for nobody and for what is declared already, ReasonRefusedError.
    """
    role = accounts.permit(session, Command.ASSIGN)
    words, state = reason_words(reason_text), "on" if absent else "off"
    with lab.store.begin(session.actor(role)) as transaction:
        _require_person(transaction, account)
        if absences(transaction).get(account, "off") == state:
            raise PersonRefusedError("absent" if absent else "here", account)
        last = transaction.latest("absence", account_id=account)
        row = NewRow("absence", {"account_id": account, "n": (last["n"] if last else 0) + 1, "state": state})
        kind = "reader.absent" if absent else "reader.back"
        transaction.record(kind, "account", account, rows=[row], payload={"reason_text": words})


def absent_people(lab: OpenLab, session: Session) -> frozenset[AccountId]:
    """Who is declared absent now."""
    accounts.permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return frozenset(AccountId(account) for account, state in absences(snapshot).items() if state == "on")


def replace_reader(
    lab: OpenLab, session: Session, account: AccountId, cause: str, reason_text: str, *, subject: SubjectCode | None = None
) -> Assigned:
    """Others read what this person has not signed, of one subject or of all: taken back and dealt anew in one transaction.

    Signed readings stay. Exams of the same subjects that are ready go to the new readers too. Second looks and the calibration set
    end with it: nobody else can make them. Raises PersonRefusedError, ReasonRefusedError, LockedError.
    """
    role = accounts.permit(session, Command.ASSIGN)
    code, words = cause_of(WithdrawalCause, cause), reason_words(reason_text)
    seed = chance(lab, session)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        _require_person(transaction, account)
        rows = [reading_life.end_row(one.id, code.value) for one in _unsigned(transaction, account, subject)]
        transaction.record("reader.replaced", "account", account, rows=rows, payload={"reason_text": words}, reason=code.value)
        leaving = Leaving(account, subject)
        return Dealing(transaction, effective_charter(transaction), seed, leaving=leaving).run()


def _unsigned(snapshot: Transaction, account: AccountId, subject: SubjectCode | None) -> Iterator[Assignment]:
    """A reading that was given back is signed already: its revision is withdrawn or awaited by itself."""
    for one in own_assignments.unsigned(snapshot, account, READING_KINDS):
        exam = registry.exam(snapshot, one.exam)
        given_back = snapshot.one("reading", assignment_id=one.id) is not None
        if exam is not None and not given_back and subject in {None, exam.subject}:
            yield one


def _require_person(snapshot: Snapshot, account: AccountId) -> None:
    if people.person(snapshot, account) is None:
        raise PersonRefusedError("unknown", account)
