"""Personal data in the payload of an event is emptied by two people: one asks, another agrees; the event itself stays in the chain."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from corelab.domain.accounts import Command
from corelab.domain.reasons import RedactionCause, cause_of, lasting_words
from corelab.domain.record_errors import SecondPersonError
from corelab.domain.redaction import RedactionFault, RedactionRefusedError, may_be_emptied
from corelab.domain.vocabulary import AccountId
from corelab.services import accounts, refusals
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage import audit_queries as queries
from corelab.storage.store import Row, Snapshot


@dataclass(frozen=True, slots=True)
class RedactionRequest:
    """Somebody asked for the payload of event ``of`` to be emptied; ``seq`` is the event in which. ``at`` in the zone of who asked."""

    of: int
    kind: str
    seq: int
    by: AccountId
    person: str
    cause: RedactionCause
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Emptied:
    """The payload of an event is gone: one person asked, another agreed in event ``seq``. ``at`` in the zone of the latter."""

    seq: int
    at: datetime
    asked_by: str
    agreed_by: str
    cause: RedactionCause
    why: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How the payload of event ``of`` stands: emptied, asked for, may be asked for, or ``refused`` and why."""

    of: int
    refused: RedactionFault | None
    asked: tuple[RedactionRequest, ...]
    emptied: Emptied | None


def request_redaction(lab: OpenLab, session: Session, seq: int, reason: str, cause: str = RedactionCause.OTHER.value) -> RedactionRequest:
    """A coordinator asks; nothing is emptied yet. The reason must not repeat what it is about.

    Raises ReasonRefusedError, RedactionRefusedError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.REDACT)
    with refusals.recorded(lab, session, "redaction.request", "event", str(seq)):
        code, words = cause_of(RedactionCause, cause), lasting_words(reason)
        with lab.store.begin(session.actor(role)) as transaction:
            _require_redactable(transaction, seq)
            recorded = transaction.record("redaction.requested", "event", str(seq), payload={"reason_text": words}, reason=code.value)
            return next(one for one in _pending(transaction) if one.seq == recorded.seq)


def redactions_requested(lab: OpenLab, session: Session) -> tuple[RedactionRequest, ...]:
    """What waits for a second person, oldest first."""
    accounts.permit(session, Command.CONFIRM_REDACTION)
    with lab.store.read(session.account) as snapshot:
        return tuple(_pending(snapshot))


def standing(lab: OpenLab, session: Session, seq: int) -> Standing:
    """What can be done about the payload of event ``seq``, or was. Raises NotPermittedError."""
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        try:
            _require_redactable(snapshot, seq)
        except RedactionRefusedError as error:
            return Standing(seq, error.fault, (), _emptied(snapshot, seq) if error.fault is RedactionFault.GONE else None)
        return Standing(seq, None, tuple(one for one in _pending(snapshot) if one.of == seq), None)


def confirm_redaction(lab: OpenLab, session: Session, seq: int, reason: str, password: str) -> int:
    """Another coordinator, or the auditor, agrees with the own password: the words are overwritten and cannot be had back.

    Answers the number of the event. Raises RedactionRefusedError, SecondPersonError for whoever asked, ReasonRefusedError,
    SignInRefusedError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.CONFIRM_REDACTION)
    with refusals.recorded(lab, session, "redaction.confirm", "event", str(seq)):
        words = lasting_words(reason)
        with lab.store.read(session.account) as snapshot:
            _require_second(snapshot, session, seq)
        with accounts.signer(lab, session, password), lab.store.begin(session.actor(role)) as transaction:
            asked = _require_second(transaction, session, seq)
            payload = {"reason_text": words, "requested": asked.seq, "second": asked.by}
            recorded = transaction.record("payload.redacted", "event", str(seq), payload=payload, reason=asked.cause.value)
            transaction.empty_payload(seq, recorded.seq)
            return recorded.seq


def _require_redactable(snapshot: Snapshot, seq: int) -> None:
    event, stored = snapshot.one("event", seq=seq), snapshot.one("event_payload", seq=seq)
    if event is None or stored is None:
        raise RedactionRefusedError(seq, RedactionFault.NOT_THERE)
    if stored["body"] is None:
        raise RedactionRefusedError(seq, RedactionFault.GONE)
    if not may_be_emptied(event["kind"]) or snapshot.one("signature", event_seq=seq) is not None or _names_site(snapshot, event):
        raise RedactionRefusedError(seq, RedactionFault.KEPT)


def _names_site(snapshot: Snapshot, event: Row) -> bool:
    """Nothing else says which site a query went to where it was named in sending; the numbers at the sites stand on it."""
    return event["kind"] == "query.sent" and "site" in snapshot.opening_of(event["seq"])


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
    for asked in snapshot.events(kind="redaction.requested"):
        of = int(asked["id"])
        stored, about = snapshot.one("event_payload", seq=of), snapshot.one("event", seq=of)
        if stored is not None and about is not None and stored["body"] is not None:
            yield _request(snapshot, about, asked)


def _request(snapshot: Snapshot, about: Row, asked: Row) -> RedactionRequest:
    why = snapshot.opening_of(asked["seq"])["reason_text"]
    by, cause = AccountId(asked["actor"]), RedactionCause(asked["reason"])
    return RedactionRequest(about["seq"], about["kind"], asked["seq"], by, _who(snapshot, asked), cause, why, _local(asked))


def _emptied(snapshot: Snapshot, seq: int) -> Emptied | None:
    stored = snapshot.one("event_payload", seq=seq)
    done = snapshot.one("event", seq=stored["redaction_seq"]) if stored else None
    if done is None:
        return None
    said = snapshot.opening_of(done["seq"])
    asked = snapshot.one("event", seq=said["requested"])
    first = _who(snapshot, asked) if asked else ""
    return Emptied(done["seq"], _local(done), first, _who(snapshot, done), RedactionCause(done["reason"]), said["reason_text"])


def _who(snapshot: Snapshot, event: Row) -> str:
    return queries.names_then(snapshot, (event,)).get(event["seq"], "")


def _local(event: Row) -> datetime:
    moment: datetime = event["at"]
    return moment.astimezone(timezone(timedelta(minutes=event["tz"])))
