"""Whether one signed record verifies: with the key its author had then, over exactly what its row and event say."""

from datetime import datetime

from corelab.domain.audit import SignedDocument, key_id
from corelab.domain.clock import stamp
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
