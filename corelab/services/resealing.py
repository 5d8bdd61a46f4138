"""After a reset a person's open work is sealed to keys that are gone: a coordinator with custody hands it over to the new ones."""

from dataclasses import dataclass

from corelab.domain.accounts import Command, Person
from corelab.domain.record_errors import KeyRefusedError, PersonRefusedError
from corelab.domain.vocabulary import AccountId
from corelab.services.accounts import Session, held_custody, permit
from corelab.services.labs import OpenLab
from corelab.storage import handover, people
from corelab.storage.handover import SealedDraft, SealedEvent
from corelab.storage.keys import BoxPublic, BoxSecret, readdressed, recipients
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class Resealed:
    """How many drafts and sealed records the person can open again; ``damaged``: envelopes that custody does not open either."""

    drafts: int
    records: int
    damaged: int = 0


def waiting(lab: OpenLab, session: Session) -> tuple[AccountId, ...]:
    """The people whose open work is sealed to keys that they had before."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        return tuple(one.account for one in people.all_people(snapshot) if waits(snapshot, one))


def waits(snapshot: Snapshot, person: Person) -> bool:
    """Whether open work of this active person is sealed to keys from before a reset."""
    credential = people.credential(snapshot, person.account)
    if not person.active or credential is None or not handover.has_new_keys(snapshot, person.account):
        return False
    drafts, events = _closed(snapshot, person.account, credential.box_public)
    return bool(drafts or events)


def _closed(snapshot: Snapshot, account: AccountId, box: BoxPublic) -> tuple[list[SealedDraft], list[SealedEvent]]:
    """The person's own envelopes that their present key does not open."""
    drafts, events = handover.own_drafts(snapshot, account), handover.own_events(snapshot, account)
    closed = [one for one in drafts if not snapshot.is_open_to(one.envelope, box.key_id)]
    return closed, [one for one in events if not snapshot.is_open_to(one.envelope, box.key_id)]


def reseal(lab: OpenLab, session: Session, account: AccountId) -> Resealed:
    """Hands a person's drafts, signed records and cases over to their present keys; nothing of them is read.

    Nothing is written where nothing waits. Raises CustodyMissingError, PersonRefusedError (``unknown``, or ``status`` for one who is
    not active).
    """
    role, custody = permit(session, Command.CUSTODY), held_custody(session)
    with lab.store.begin(session.actor(role)) as transaction:
        person, credential = people.person(transaction, account), people.credential(transaction, account)
        if person is None:
            raise PersonRefusedError("unknown", account)
        if credential is None or not person.active:
            raise PersonRefusedError("status", person.status.value)
        return _Handing(transaction, custody, credential.box_public).run(account)


@dataclass(frozen=True, slots=True)
class _Handing:
    transaction: Transaction
    custody: BoxSecret
    to: BoxPublic

    def run(self, account: AccountId) -> Resealed:
        drafts, events = _closed(self.transaction, account, self.to)
        moved = [one.assignment for one in drafts if self._readdress(one)]
        granted = [(one.seq, row) for one in events if (row := self._regrant(one))]
        if moved or granted:
            payload = {"drafts": moved, "events": [seq for seq, _ in granted], "key": self.to.key_id}
            self.transaction.record("work.resealed", "account", account, rows=[row for _, row in granted], payload=payload)
        return Resealed(len(moved), len(granted), len(drafts) + len(events) - len(moved) - len(granted))

    def _readdress(self, draft: SealedDraft) -> bool:
        """A draft is not recorded by an event, so its envelope itself can change hands."""
        key = self._key(draft.envelope)
        former = [one for one in recipients(draft.envelope) if one != self.custody.public.key_id]
        if key is None or not former:
            return False
        self.transaction.put_draft(draft.assignment, readdressed(draft.envelope, key, former[0], self.to))
        return True

    def _regrant(self, event: SealedEvent) -> NewRow | None:
        key = self._key(event.envelope)
        return handover.regrant_row(event.envelope, key, self.to) if key is not None else None

    def _key(self, envelope: bytes) -> bytes | None:
        try:
            return self.transaction.content_key(envelope, self.custody)
        except KeyRefusedError:
            return None
