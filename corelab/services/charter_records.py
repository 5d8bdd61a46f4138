"""A charter on record: its file as it is, and the approval that a coordinator signs."""

import hashlib

from corelab.domain.accounts import Meaning
from corelab.domain.charter import Charter
from corelab.storage.keys import Signer, make_opening
from corelab.storage.store import NewRow, Transaction


def record_loaded(transaction: Transaction, charter: Charter, toml: bytes) -> None:
    file_sha256 = hashlib.sha256(toml).hexdigest()
    values = {"hash": charter.hash, "file_sha256": file_sha256, "version": charter.version, "toml": toml}
    payload = {"charter": charter.id, "version": charter.version, "file": file_sha256}
    transaction.record("charter.loaded", "charter", charter.hash, rows=[NewRow("charter", values)], payload=payload)


def record_approved(transaction: Transaction, charter: Charter, signer: Signer, former: Charter | None = None) -> None:
    """In force from this signature on, in place of ``former``."""
    said = {"charter": charter.id, "version": charter.version, "hash": charter.hash}
    since = {"former": former.hash, "changes": charter.header.changes} if former else {}
    approved = make_opening({**said, **since})
    row = transaction.signature(
        signer,
        record_type="charter",
        record_id=charter.hash,
        revision=1,
        meaning=Meaning.CHARTER_APPROVAL,
        charter_hash=charter.hash,
        content_digest=approved.digest,
    )
    transaction.record("charter.approved", "charter", charter.hash, rows=[row], payload=approved)
