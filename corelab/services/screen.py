"""The screen of a sign-in, locked and unlocked: both stand in the trail, with what locked it."""

from enum import Enum

from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab


class LockCause(Enum):
    PERSON = "person"
    IDLE = "idle"


def locked(lab: OpenLab, session: Session, cause: LockCause) -> None:
    """The window was locked, by the person or because nobody was there. Raises SignedOutError."""
    with lab.store.begin(session.actor(None)) as transaction:
        transaction.record("screen.locked", "session", session.id, reason=cause.value)


def unlock(lab: OpenLab, session: Session, password: str) -> None:
    """The same person is back: a wrong password counts to the lockout. Raises PasswordWrongError, AccountLockedError.

    A lab that can only be read keeps nobody out of the own window.
    """
    accounts.check_password(lab, session, password)
    if not lab.store.writable:
        return
    with lab.store.begin(session.actor(None)) as transaction:
        transaction.record("screen.unlocked", "session", session.id)
