"""Who holds the custody key, and giving it to one more coordinator."""

from corelab.domain.accounts import Command, Role
from corelab.domain.record_errors import PersonRefusedError
from corelab.domain.vocabulary import AccountId
from corelab.services.labs import OpenLab
from corelab.services.session import Session, held_custody, permit
from corelab.storage import people as records


def holds_custody(lab: OpenLab, session: Session) -> tuple[AccountId, ...]:
    """The coordinators who can open what is sealed."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return tuple(each.account for each in records.all_people(snapshot) if records.holds_custody(snapshot, each))


def grant_custody(lab: OpenLab, session: Session, account: AccountId) -> None:
    """Give the custody key to another active coordinator, from their next sign-in on. Raises CustodyMissingError, PersonRefusedError."""
    role = permit(session, Command.CUSTODY)
    secret = held_custody(session)
    with lab.store.begin(session.actor(role)) as transaction:
        person, credential = records.person(transaction, account), records.credential(transaction, account)
        if person is None or credential is None or not person.active or Role.COORDINATOR not in person.roles:
            raise PersonRefusedError("not_coordinator", account)
        if records.holds_custody(transaction, person):
            raise PersonRefusedError("status", "granted")
        row = records.grant_row(records.custody(transaction).id, lab.lab_id, account, credential.box_public, secret)
        transaction.record("custody.granted", "account", account, rows=[row])
