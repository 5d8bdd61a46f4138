"""The statement that an electronic signature binds: accepted once by each person who signs, before the first signature."""

from corelab.domain.accounts import Meaning, role_of_meaning
from corelab.domain.record_errors import StatementNotAcceptedError
from corelab.domain.statement import SIGNATURE, Statement, signature_statement
from corelab.services.labs import OpenLab
from corelab.services.session import Session
from corelab.storage import sessions

SIGNING_ROLES = frozenset(role_of_meaning(meaning) for meaning in Meaning)


def due(lab: OpenLab, session: Session) -> Statement | None:
    """The statement that this person still has to accept before signing; None where it is accepted, or the roles sign nothing."""
    statement = signature_statement()
    if not session.roles & SIGNING_ROLES:
        return None
    with lab.store.read(session.account) as snapshot:
        accepted = sessions.acknowledged(snapshot, session.account, SIGNATURE, statement.digest)
    return None if accepted else statement


def accept(lab: OpenLab, session: Session, digest: str) -> None:
    """The person has read the statement with this digest and accepts it. Raises StatementNotAcceptedError for other words."""
    statement = signature_statement()
    if digest != statement.digest:
        raise StatementNotAcceptedError
    with lab.store.begin(session.actor(None)) as transaction:
        if sessions.acknowledged(transaction, session.account, SIGNATURE, digest):
            return
        row = sessions.acknowledgement_row(session.account, SIGNATURE, digest)
        transaction.record("statement.accepted", "account", session.account, rows=[row], payload={"statement": statement.words})
