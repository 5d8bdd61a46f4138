"""The signature under a reading or an adjudication: content, row and signature are one sealed event, and the draft is gone with it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from corelab.domain.accounts import Meaning
from corelab.domain.content import Json
from corelab.services import alerts
from corelab.services.own_work import Envelope, Signed
from corelab.storage.keys import Signer, make_opening
from corelab.storage.readings import Assignment, RecordType
from corelab.storage.store import NewRow, Transaction


@dataclass(frozen=True, slots=True)
class Complete:
    """What is signed. ``row`` makes its row from the new record's id and ``content_digest``; ``reason`` is why it replaces another."""

    record_type: RecordType
    meaning: Meaning
    charter: str
    content: Json
    row: Callable[..., NewRow]
    revision: int = 1
    reason: str | None = None


def write(transaction: Transaction, signer: Signer, sealing: Envelope, of: Assignment, what: Complete, submit: str) -> Signed:
    """Signs it in this transaction. Who may sign, and that this was kept as the draft, is asked before."""
    record, opening = str(uuid4()), make_opening(what.content)
    signature = transaction.signature(
        signer,
        record_type=what.record_type,
        record_id=record,
        revision=what.revision,
        meaning=what.meaning,
        charter_hash=what.charter,
        content_digest=opening.digest,
    )
    written = transaction.record(
        f"{what.record_type}.signed",
        what.record_type,
        record,
        rows=[what.row(record, content_digest=opening.digest), signature],
        payload=opening,
        seal_to=sealing.recipients,
        pad_to=sealing.room,
        reason=what.reason,
        submit=submit,
    )
    transaction.drop_draft(of.id)
    alerts.after_signing(transaction, of, record, what.content, sealing.custody)
    return Signed(record, transaction.now, written.seq)
