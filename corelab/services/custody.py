"""The custody key made anew: by rotation, when somebody who held it has left, or by the recovery code, when nobody holds it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning, Role, Status
from corelab.domain.record_errors import CodeRefusedError, KeyRefusedError, PersonRefusedError, SignedOutError
from corelab.domain.vocabulary import AccountId
from corelab.services.accounts import Session, held_custody, permit, signer
from corelab.services.labs import OpenLab
from corelab.storage import codes, handover, keys, people
from corelab.storage.keys import BoxSecret, Opening, Signer, make_opening
from corelab.storage.store import NewRow, Transaction

CHANGED = "custody_changed"


def rotate(lab: OpenLab, session: Session, reason: str, password: str) -> str:
    """A new custody key and a new recovery code, which is the answer; the former key opens nothing that is sealed from now on.

    Every active coordinator who held the former key is granted the new one and holds it from the next sign-in on, also who rotates; who
    left is not. Everything sealed is handed over to the new key, every other sign-in is over, and the change is signed.
    Raises CustodyMissingError, PersonRefusedError (``reason``), SignInRefusedError, NotPermittedError.
    """
    role = permit(session, Command.CUSTODY)
    if not reason.strip():
        raise PersonRefusedError("reason")
    former = held_custody(session)
    with signer(lab, session, password) as signing:
        return _changed(lab, session, _How("custody.rotated", role, reason), former, signing)


def recover(lab: OpenLab, session: Session, code: str, password: str) -> str:
    """A new custody key and a new recovery code, which is the answer; the one that was typed is worth nothing any more.

    The coordinator who types it holds custody from the next sign-in on, and so does everybody who held it before. Everything sealed is
    handed over to the new key. Every other sign-in is over, so that nobody seals to the old key. The change is signed.
    Raises CodeRefusedError, SignInRefusedError, NotPermittedError.
    """
    role = permit(session, Command.CUSTODY)
    with _former(lab, session, code) as former, signer(lab, session, password) as signing:
        return _changed(lab, session, _How("custody.recovered", role), former, signing)


@dataclass(frozen=True, slots=True)
class _How:
    """By which event the key changes, in which role, and why in words."""

    kind: str
    role: Role
    reason: str | None = None


def _changed(lab: OpenLab, session: Session, how: _How, former: BoxSecret, signing: Signer) -> str:
    fresh = _Fresh(str(uuid4()), BoxSecret.of(keys.new_secret()), keys.new_secret(keys.RECOVERY_BYTES))
    with fresh.secret, lab.store.begin(session.actor(how.role)) as transaction:
        if people.custody(transaction).public != former.public:  # another window changed it a moment ago
            raise SignedOutError if how.kind == "custody.rotated" else CodeRefusedError
        _Change(lab, session, transaction, former, fresh).run(signing, how)
    return codes.code_for(fresh.recovery)


def _former(lab: OpenLab, session: Session, code: str) -> BoxSecret:
    """The custody key under this code; a wrong one leaves an event."""
    with lab.store.read(session.account) as snapshot:
        stored = people.recovery(snapshot)
    try:
        return keys.recovered_custody(codes.data_of(code, keys.RECOVERY_BYTES), stored.kdf, lab.lab_id, stored.wrapped)
    except (CodeRefusedError, KeyRefusedError):
        with lab.store.begin(session.actor(None)) as transaction:
            transaction.record("custody.recovery.refused", "lab", lab.lab_id)
        raise CodeRefusedError from None


@dataclass(frozen=True, slots=True)
class _Fresh:
    id: str
    secret: BoxSecret
    recovery: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Change:
    lab: OpenLab
    session: Session
    transaction: Transaction
    former: BoxSecret
    fresh: _Fresh

    def run(self, signing: Signer, how: _How) -> None:
        """One event: key, grants, lab secrets, and every sealed payload handed over; drafts and delivered identities beside it."""
        number = people.custody(self.transaction).n + 1
        granted, handed = self._granted(), [*self._events(), *self._identities()]
        drafts = self._drafts()
        payload = {
            "granted": granted,
            "by": "recovery code" if how.reason is None else "rotation",
            "drafts": drafts,
            "former": self.former.public.key_id,
            "handed_over": len(handed),
            "key": self.fresh.secret.public.key_id,
            "reason_text": how.reason,
        }
        opening = make_opening(payload)
        rows = [self._key_row(number), *(self._grant(one) for one in granted), *self._secrets(), *handed, *self._ends()]
        rows.append(self._signature(signing, opening, number))
        self.transaction.record(how.kind, "custody_key", self.fresh.id, rows=rows, payload=opening)

    def _key_row(self, number: int) -> NewRow:
        kdf = people.kdf_of(self.transaction)
        return people.custody_row(self.fresh.id, self.lab.lab_id, self.fresh.recovery, kdf, self.fresh.secret, n=number)

    def _signature(self, signing: Signer, opening: Opening, number: int) -> NewRow:
        return self.transaction.signature(
            signing,
            record_type="custody_key",
            record_id=self.fresh.id,
            revision=number,
            meaning=Meaning.CUSTODY_CHANGE,
            charter_hash=None,
            content_digest=opening.digest,
        )

    def _granted(self) -> list[AccountId]:
        """Who holds the new key: the one who changes it, and the coordinators who held the former one and are still that."""
        holders = [one.account for one in people.all_people(self.transaction) if self._held(one.account)]
        return list(dict.fromkeys((self.session.account, *holders)))

    def _held(self, account: AccountId) -> bool:
        person, credential = people.person(self.transaction, account), people.credential(self.transaction, account)
        if person is None or credential is None or Role.COORDINATOR not in person.roles:
            return False
        alive = person.status in {Status.ACTIVE, Status.LOCKED}
        return alive and people.sealed_custody(self.transaction, account, credential.box_public.key_id) is not None

    def _grant(self, account: AccountId) -> NewRow:
        credential = people.credential(self.transaction, account)
        if credential is None:
            raise LookupError(account)
        return people.grant_row(self.fresh.id, self.lab.lab_id, account, credential.box_public, self.fresh.secret)

    def _secrets(self) -> Iterator[NewRow]:
        for name in people.LAB_SECRETS:
            sealed = people.sealed_lab_secret(self.transaction, name)
            secret = keys.open_lab_secret(self.lab.lab_id, name, self.former, sealed)
            yield people.lab_secret_row(self.lab.lab_id, name, self.fresh.id, self.fresh.secret.public, secret)

    def _events(self) -> Iterator[NewRow]:
        for event in handover.all_sealed(self.transaction):
            yield from self._regrant(event.envelope)

    def _identities(self) -> Iterator[NewRow]:
        """What identifies the sources of clips that are not released yet lies sealed beside them."""
        for path in sorted(Path(self.lab.quarantine).glob("*/*.tokens")):
            yield from self._regrant(path.read_bytes())

    def _regrant(self, envelope: bytes) -> Iterator[NewRow]:
        key = self._content_key(envelope)
        if key is not None:
            yield handover.regrant_row(envelope, key, self.fresh.secret.public)

    def _drafts(self) -> list[str]:
        moved: list[str] = []
        for draft in handover.all_drafts(self.transaction):
            key = self._content_key(draft.envelope)
            if key is not None:
                to = self.fresh.secret.public
                self.transaction.put_draft(draft.assignment, keys.readdressed(draft.envelope, key, self.former.public.key_id, to))
                moved.append(draft.assignment)
        return moved

    def _content_key(self, envelope: bytes) -> bytes | None:
        """None for a damaged envelope, or one that never was for custody: it stays closed, as before."""
        try:
            return self.transaction.content_key(envelope, self.former)
        except KeyRefusedError:
            return None

    def _ends(self) -> Iterator[NewRow]:
        for session in people.open_sessions(self.transaction):
            if session != self.session.id:
                yield NewRow("session_end", {"session_id": session, "cause": CHANGED})
