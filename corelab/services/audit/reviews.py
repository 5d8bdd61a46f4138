"""Reviews of the trail: what an auditor looked at and found, signed; each binds the head of the trail as it was then."""

from collections.abc import Sequence
from uuid import uuid4

from corelab.domain.accounts import Command, Meaning
from corelab.domain.trail import ReviewFacts
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.audit.reading_the_trail import signature_facts
from corelab.services.labs import OpenLab
from corelab.storage.keys import make_opening
from corelab.storage.store import NewRow, Row, Snapshot

LONGEST_SCOPE, LONGEST_FINDING, MOST_FINDINGS = 500, 2000, 200


class ReviewRefusedError(ValueError):
    """A review that says nothing: ``what`` is ``scope`` (blank or too long) or ``findings`` (one blank or too long, or too many)."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def review(lab: OpenLab, session: Session, scope: str, findings: Sequence[str], password: str) -> ReviewFacts:
    """Records a review of all events so far, signed with meaning ``audit review``. ``scope`` says in words what was looked at.

    No finding is a result too. Only an auditor reviews. Raises NotPermittedError, ReviewRefusedError, SignInRefusedError,
    ClockBackwardError; then nothing is recorded.
    """
    role = accounts.permit(session, Command.REVIEW)
    scope, found = _checked(scope, findings)
    with accounts.signer(lab, session, password) as signer, lab.store.begin(session.actor(role)) as transaction:
        head, record = transaction.next_head(), str(uuid4())
        payload = {"findings": list(found), "head": head.prev, "last": head.seq - 1, "scope_text": scope}
        opening = make_opening(payload)
        signature = transaction.signature(
            signer,
            record_type="review",
            record_id=record,
            revision=1,
            meaning=Meaning.AUDIT_REVIEW,
            charter_hash=None,
            content_digest=opening.digest,
        )
        row = NewRow("review", {"id": record, "scope": f"events 1 to {head.seq - 1}", "findings": len(found)})
        transaction.record("audit.reviewed", "review", record, rows=[row, signature], payload=opening)
        return _facts(transaction, transaction.all("review", id=record)[0])


def _checked(scope: str, findings: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    words, found = scope.strip(), tuple(one.strip() for one in findings)
    if not words or len(words) > LONGEST_SCOPE:
        raise ReviewRefusedError("scope")
    if len(found) > MOST_FINDINGS or any(not one or len(one) > LONGEST_FINDING for one in found):
        raise ReviewRefusedError("findings")
    return words, found


def reviews(lab: OpenLab, session: Session) -> tuple[ReviewFacts, ...]:
    """All signed reviews, the newest first. Raises NotPermittedError."""
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        return tuple(_facts(snapshot, row) for row in reversed(snapshot.all("review")))


def _facts(snapshot: Snapshot, row: Row) -> ReviewFacts:
    payload = snapshot.opening_of(row["event_seq"])
    signature = snapshot.one("signature", record_type="review", record_id=row["id"])
    if signature is None:
        raise LookupError(row["id"])
    return ReviewFacts(
        row["id"],
        row["event_seq"],
        payload["scope_text"],
        payload["last"],
        payload["head"],
        tuple(payload["findings"]),
        signature_facts(signature),
    )
