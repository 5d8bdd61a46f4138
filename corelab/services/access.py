"""The rules of access of a lab: how old a password may be, who needs a second factor, which machines may be used."""

from corelab.domain.access import ENROLLED_ONLY, PASSWORD_AGE, SECOND_FACTOR, AccessRules, rules_of
from corelab.domain.accounts import Command
from corelab.domain.record_errors import AccessRefusedError
from corelab.services.labs import OpenLab
from corelab.services.session import Session, permit
from corelab.storage import sessions
from corelab.storage.store import NewRow, Transaction

NAMES = (PASSWORD_AGE, SECOND_FACTOR, ENROLLED_ONLY)


def rules(lab: OpenLab, session: Session) -> AccessRules:
    """As they are now."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return sessions.access_rules(snapshot)


def set_rule(lab: OpenLab, session: Session, name: str, value: str, reason: str) -> AccessRules:
    """An administrator changes one rule, from the next sign-ins on; an empty value switches it off.

    Raises AccessRefusedError for a name or value that is none, a blank reason, and for shutting out the machine at which it is asked.
    """
    role = permit(session, Command.ACCOUNT)
    if name not in NAMES or not reason.strip():
        raise AccessRefusedError(name if name not in NAMES else "reason")
    with lab.store.begin(session.actor(role)) as transaction:
        before = sessions.access_settings(transaction)
        try:
            changed = rules_of({**before, name: value})
        except ValueError:
            raise AccessRefusedError(name, value) from None
        _require_a_way_back(transaction, lab, changed)
        payload = {"name": name, "from": before.get(name, ""), "to": value, "reason_text": reason}
        transaction.record("access.changed", "setting", name, rows=[_row(transaction, name, value)], payload=payload)
    return changed


def _row(transaction: Transaction, name: str, value: str) -> NewRow:
    last = transaction.latest("setting", name=name)
    return NewRow("setting", {"name": name, "n": last["n"] + 1 if last else 1, "value": value})


def _require_a_way_back(transaction: Transaction, lab: OpenLab, changed: AccessRules) -> None:
    """Who asks for enrolled machines only sits at one: else nobody could come in to enrol any."""
    here = sessions.machine(transaction, lab.workstation)
    if changed.enrolled_only and not (here is not None and here["enrolled"]):
        raise AccessRefusedError(ENROLLED_ONLY, "on at a machine that is not enrolled")
