"""Envelopes that a present key does not open, and the rows that hand their own keys over to it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from corelab.domain.vocabulary import AccountId, AssignmentId
from corelab.storage import readings, released
from corelab.storage.keys import BoxPublic
from corelab.storage.readings import ADJUDICATION, Assignment
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Snapshot
from corelab.storage.transaction import NewRow


@dataclass(frozen=True, slots=True)
class SealedDraft:
    """The draft of an assignment, as it is stored."""

    assignment: AssignmentId
    envelope: bytes


@dataclass(frozen=True, slots=True)
class SealedEvent:
    """The payload of an event that was not opened for all."""

    seq: int
    envelope: bytes


def regrant_row(envelope: bytes, key: bytes, to: BoxPublic) -> NewRow:
    """The envelope's own key, sealed to one more recipient; the envelope stays as its event recorded it."""
    sha256 = hashlib.sha256(envelope).hexdigest()
    return NewRow("regrant", {"envelope_sha256": sha256, "key_id": to.key_id, "sealed_key": to.seal(key)})


# ---------------------------------------------------------------- of one person


def has_new_keys(snapshot: Snapshot, account: AccountId) -> bool:
    """Whether this person had other keys before."""
    return len({row["box_pub"] for row in snapshot.all("credential", account_id=account)}) > 1


def own_drafts(snapshot: Snapshot, account: AccountId) -> Iterator[SealedDraft]:
    """What this person has begun."""
    for of in readings.assignments(snapshot, account_id=account):
        body = snapshot.draft(of.id)
        if body is not None:
            yield SealedDraft(of.id, body)


def own_events(snapshot: Snapshot, account: AccountId) -> Iterator[SealedEvent]:
    """What this person signed, and the cases they decide or decided: everything of it that was not opened for all."""
    for of in readings.all_assignments(snapshot, account_id=account):
        for seq in _work(snapshot, of):
            yield from _sealed(snapshot, seq)


def _work(snapshot: Snapshot, of: Assignment) -> Iterator[int]:
    """The events whose payloads this person's pages show."""
    if of.kind != ADJUDICATION:
        yield from (record.seq for record in readings.revisions(snapshot, of.id))
        return
    for case in readings.cases(snapshot, assignment_id=of.id):
        yield case.seq
        signed = readings.signed_adjudication(snapshot, case)
        if signed is not None:
            yield signed.seq


def _sealed(snapshot: Snapshot, seq: int) -> Iterator[SealedEvent]:
    stored = snapshot.one("event_payload", seq=seq)
    if stored is not None and released.is_sealed(snapshot, seq):
        yield SealedEvent(seq, bytes(stored["body"]))


# ---------------------------------------------------------------- of the lab


def all_drafts(snapshot: Snapshot) -> tuple[SealedDraft, ...]:
    return tuple(SealedDraft(AssignmentId(row["assignment_id"]), bytes(row["body"])) for row in snapshot.all("draft"))


def all_sealed(snapshot: Snapshot) -> Iterator[SealedEvent]:
    """Every payload that stands in its envelope only."""
    payload, opening = TABLES["event_payload"].columns, TABLES["opening"].columns
    unopened = payload.form == "sealed", payload.body.is_not(None), payload.seq.not_in(select(opening.seq))
    for row in snapshot.query(select(TABLES["event_payload"]).where(*unopened).order_by(payload.seq)):
        yield SealedEvent(row["seq"], bytes(row["body"]))
