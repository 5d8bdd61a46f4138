"""Personal data in the payload of an event is emptied by two people: one asks, another agrees; the event itself stays in the chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from corelab.domain.accounts import Command
from corelab.domain.checks import names_somebody
from corelab.domain.reasons import ReasonRefusedError, RedactionCause, cause_of, reason_words
from corelab.domain.record_errors import SecondPersonError
from corelab.domain.redaction import RedactionFault, RedactionRefusedError, may_be_emptied
from corelab.domain.vocabulary import AccountId
from corelab.services import accounts, refusals
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage.store import Row, Snapshot


@dataclass(frozen=True, slots=True)
class RedactionRequest:
    """Somebody asked for the payload of event ``of`` to be emptied; ``seq`` is the event in which."""

    of: int
    kind: str
    seq: int
    by: AccountId
    cause: RedactionCause
    at: datetime


def request_redaction(lab: OpenLab, session: Session, seq: int, reason: str, cause: str = RedactionCause.OTHER.value) -> RedactionRequest:
    """A coordinator asks; nothing is emptied yet. The reason must not repeat what it is about.

    Raises ReasonRefusedError, RedactionRefusedError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.REDACT)
    with refusals.recorded(lab, session, "redaction.request", "event", str(seq)):
        code, words = cause_of(RedactionCause, cause), _words(reason)
        with lab.store.begin(session.actor(role)) as transaction:
            event = _require_redactable(transaction, seq)
            recorded = transaction.record("redaction.requested", "event", str(seq), payload={"reason_text": words}, reason=code.value)
            return RedactionRequest(seq, event["kind"], recorded.seq, session.account, code, transaction.now)


def redactions_requested(lab: OpenLab, session: Session) -> tuple[RedactionRequest, ...]:
    """What waits for a second person, oldest first."""
    accounts.permit(session, Command.CONFIRM_REDACTION)
    with lab.store.read() as snapshot:
        return tuple(_pending(snapshot))


def confirm_redaction(lab: OpenLab, session: Session, seq: int, reason: str, password: str) -> int:
    """Another coordinator, or the auditor, agrees with the own password: the words are overwritten and cannot be had back.

    Answers the number of the event. Raises RedactionRefusedError, SecondPersonError for whoever asked, ReasonRefusedError,
    SignInRefusedError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.CONFIRM_REDACTION)
    with refusals.recorded(lab, session, "redaction.confirm", "event", str(seq)):
        words = _words(reason)
        with lab.store.read() as snapshot:
            _require_second(snapshot, session, seq)
        with accounts.signer(lab, session, password), lab.store.begin(session.actor(role)) as transaction:
            asked = _require_second(transaction, session, seq)
            payload = {"reason_text": words, "requested": asked.seq, "second": asked.by}
            recorded = transaction.record("payload.redacted", "event", str(seq), payload=payload, reason=asked.cause.value)
            transaction.empty_payload(seq, recorded.seq)
            return recorded.seq


def _words(reason: str) -> str:
    words = reason_words(reason)
    found = names_somebody(words)
    if found:
        raise ReasonRefusedError(found=found)
    return words


def _require_redactable(snapshot: Snapshot, seq: int) -> Row:
    event, stored = snapshot.one("event", seq=seq), snapshot.one("event_payload", seq=seq)
    if event is None or stored is None:
        raise RedactionRefusedError(seq, RedactionFault.NOT_THERE)
    if stored["body"] is None:
        raise RedactionRefusedError(seq, RedactionFault.GONE)
    if not may_be_emptied(event["kind"]) or snapshot.one("signature", event_seq=seq) is not None:
        raise RedactionRefusedError(seq, RedactionFault.KEPT)
    return event


def _require_second(snapshot: Snapshot, session: Session, seq: int) -> RedactionRequest:
    """The request of another person."""
    _require_redactable(snapshot, seq)
    asked = [one for one in _pending(snapshot) if one.of == seq]
    if not asked:
        raise RedactionRefusedError(seq, RedactionFault.NOT_REQUESTED)
    others = [one for one in asked if one.by != session.account]
    if not others:
        raise SecondPersonError
    return others[-1]


def _pending(snapshot: Snapshot) -> Iterator[RedactionRequest]:
    for event in snapshot.events(kind="redaction.requested"):
        of = int(event["id"])
        stored, about = snapshot.one("event_payload", seq=of), snapshot.one("event", seq=of)
        if stored is not None and about is not None and stored["body"] is not None:
            cause = RedactionCause(event["reason"])
            yield RedactionRequest(of, about["kind"], event["seq"], AccountId(event["actor"]), cause, event["at"])
