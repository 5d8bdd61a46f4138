"""Whether one signed record verifies: with the key its author had then, over exactly what its row and event say."""

from datetime import datetime
from typing import Any

from corelab.domain.accounts import Meaning, role_of_meaning
from corelab.domain.audit import SignedDocument, key_id
from corelab.domain.clock import stamp
from corelab.domain.record_errors import PayloadSealedError, RecordDamagedError
from corelab.storage.keys import is_signed_by
from corelab.storage.readings import SignedRecord
from corelab.storage.snapshot import Row, Snapshot, plain


def verifies(snapshot: Snapshot, record: SignedRecord) -> bool:
    row = snapshot.one("signature", record_type=record.record_type, record_id=record.id, revision=record.revision)
    lab = snapshot.one("lab")
    if row is None or lab is None or (row["event_seq"], row["content_digest"]) != (record.seq, record.content_digest):
        return False
    public = _key(snapshot, row)
    return public is not None and is_signed_by(public, document_of(row, lab, row["event_seq"]).signed_bytes, row["signature"])


def signed_payload(snapshot: Snapshot, record_type: str, record_id: str, meaning: Meaning) -> dict[str, Any] | None:
    """The clear payload that somebody who then had the role of this meaning signed for this record; None where nobody did.

    Signature, row, event and payload must agree. Raises nothing: what is damaged is not signed.
    """
    row, lab = snapshot.one("signature", record_type=record_type, record_id=record_id, meaning=meaning), snapshot.one("lab")
    event = snapshot.one("event", seq=row["event_seq"]) if row is not None else None
    if row is None or lab is None or event is None:
        return None
    named = (event["entity"], event["id"], event["actor"], event["prev"], event["payload"])
    if named != (record_type, record_id, row["account_id"], row["prev_hash"], row["content_digest"]) or not _had_role(
        snapshot, row, meaning
    ):
        return None
    public = _key(snapshot, row)
    if public is None or not is_signed_by(public, document_of(row, lab, event["seq"]).signed_bytes, row["signature"]):
        return None
    try:
        return snapshot.opening_of(event["seq"])
    except (PayloadSealedError, RecordDamagedError):
        return None


def _had_role(snapshot: Snapshot, row: Row, meaning: Meaning) -> bool:
    then = [one for one in snapshot.all("account_revision", account_id=row["account_id"]) if one["event_seq"] < row["event_seq"]]
    last = max(then, key=lambda one: int(one["n"]), default=None)
    return last is not None and role_of_meaning(meaning).value in last["roles"].split(",")


def _key(snapshot: Snapshot, row: Row) -> bytes | None:
    """The signing key that the author had at that place of the chain, if the signature names it."""
    before = [one for one in snapshot.all("credential", account_id=row["account_id"]) if one["event_seq"] < row["event_seq"]]
    newest = max(before, key=lambda one: int(one["n"]), default=None)
    public = bytes(newest["sign_pub"]) if newest else None
    return public if public is not None and key_id(public) == row["key_id"] else None


def document_of(row: Row, lab: Row, seq: int) -> SignedDocument:
    """What a row of ``signature`` was signed over; ``seq`` is its event's number. Times and meanings may be values or as stored."""
    at = row["at"]
    return SignedDocument(
        account=row["account_id"],
        at=stamp(at) if isinstance(at, datetime) else at,
        charter=row["charter_hash"],
        content=row["content_digest"],
        key=row["key_id"],
        lab=lab["lab_id"],
        meaning=plain(row["meaning"]),
        name=row["printed_name"],
        prev=row["prev_hash"],
        record=row["record_id"],
        record_type=row["record_type"],
        revision=row["revision"],
        seq=seq,
        trial=lab["trial_id"],
        tz=row["tz"],
    )
