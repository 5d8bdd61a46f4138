"""Somebody may know a treatment: reported by the reader before signing, recorded by a coordinator, or opened by an alert of the charter.

It keeps the person from further exams of the subject, unless a coordinator has a reason to deal them all the same.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from corelab.domain.accounts import Command, Person
from corelab.domain.reading_errors import AlreadySignedError, NotYoursError
from corelab.domain.reasons import reason_words
from corelab.domain.unblinding import ROOM, Excepted, Impact, NotBarredError, Told, Unblinding, UnblindingRefusedError, told
from corelab.domain.vocabulary import AccountId, AssignmentId, ExamId
from corelab.services import accounts, refusals, shown
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.pinned import known_custody
from corelab.storage import people, readings, registry
from corelab.storage.keys import BoxPublic, BoxSecret
from corelab.storage.store import Row, Snapshot, Transaction
from corelab.storage.unblinding import EXCEPTED, bars, deviation_row, told_of, unblinded, unblinding_row

_REDACTED: Mapping[str, Any] = MappingProxyType(
    {"alert": None, "done": "", "impact": {"open": 0, "signed": 0}, "kind": "redacted", "planned": False, "seen": ""}
)
__all__ = ["except_from", "opened_by_alert", "record", "report", "unblinded", "unblindings"]


def report(  # noqa: PLR0913 - what is said of it
    lab: OpenLab, session: Session, assignment: AssignmentId, kind: str, seen: str, done: str, *, planned: bool = False
) -> None:
    """The person who reads or adjudicates an exam may know its treatment; their grades stay theirs. What is said is sealed to custody.

    Raises NotYoursError, AlreadySignedError, UnblindingRefusedError, ReasonRefusedError, LockedError; a refusal leaves an event.
    """
    role = accounts.permit(session, Command.WORKLIST)
    with refusals.recorded(lab, session, "unblinding.report", "assignment", assignment):
        said = told(kind, seen, done, planned=planned)
        with lab.store.begin(session.actor(role)) as transaction:
            require_unlocked(transaction)
            of = readings.assignment(transaction, assignment)
            if of is None or of.account != session.account:
                raise NotYoursError(assignment)
            if readings.is_signed(transaction, of):
                raise AlreadySignedError(assignment)
            _write(transaction, "unblinding.reported", of.exam, session.account, said, known_custody(lab, transaction))


def record(lab: OpenLab, session: Session, exam: str, person: str, said: Told) -> None:
    """A coordinator records that a person (user name) may know the treatment of the subject of an exam (id, code or SUBJECT:VISIT).

    ``said`` is made by ``told``. Raises UnblindingRefusedError, LockedError.
    """
    role = accounts.permit(session, Command.SAFETY)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        found, who = registry.exam_named(transaction, exam), people.person_named(transaction, person)
        if found is None or who is None:
            raise UnblindingRefusedError(exam if found is None else person)
        _write(transaction, "unblinding.recorded", found.id, who.account, said, known_custody(lab, transaction))


def except_from(lab: OpenLab, session: Session, exam: str, person: str, why: str) -> None:
    """Further exams of the subject of an exam may be dealt to a person who may know its treatment, for a coordinator's reason.

    It holds for every unblinding on record of that person and subject; one that is recorded later bars the person again. The reason is
    sealed to custody, no reader sees that there is one. Raises UnblindingRefusedError where nothing bars the person, ReasonRefusedError,
    LockedError.
    """
    role, words = accounts.permit(session, Command.SAFETY), reason_words(why)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        found, who = registry.exam_named(transaction, exam), people.person_named(transaction, person)
        if found is None or who is None:
            raise UnblindingRefusedError(exam if found is None else person)
        barred = bars(transaction, found.subject_id, who.account)
        if not barred:
            raise NotBarredError(person, found.subject)
        to = [known_custody(lab, transaction)]
        for one in barred:
            transaction.record(EXCEPTED, "unblinding", one, payload={"reason_text": words}, seal_to=to, pad_to=ROOM)


def opened_by_alert(transaction: Transaction, exam: ExamId, who: AccountId, kind: str, alert: str, custody: BoxPublic) -> None:
    """An alert of the charter says that whoever read this saw the treatment; nobody planned that."""
    said = Told(kind, "", "", planned=False, alert=alert)
    _write(transaction, "unblinding.alerted", exam, who, said, custody)


def _write(transaction: Transaction, kind: str, exam: ExamId, who: AccountId, said: Told, custody: BoxPublic) -> None:
    new, payload = str(uuid4()), said.to_json(_impact(transaction, exam, who))
    rows = [unblinding_row(new, exam, who), *(() if said.planned else (deviation_row(str(uuid4()), exam),))]
    transaction.record(kind, "unblinding", new, rows=rows, payload=payload, seal_to=[custody], pad_to=ROOM)


def _impact(snapshot: Snapshot, exam: ExamId, who: AccountId) -> Impact:
    exams = snapshot.all("exam", subject_id=shown.exam_of(snapshot, exam).subject_id)
    held = (one for row in exams for one in readings.assignments(snapshot, exam_id=row["id"], account_id=who))
    own = [readings.is_signed(snapshot, one) for one in held]
    return Impact(own.count(True), own.count(False))


# ---------------------------------------------------------------- for coordinators


def unblindings(lab: OpenLab, session: Session) -> tuple[Unblinding, ...]:
    """Every unblinding on record, oldest first, opened with custody. Raises CustodyMissingError."""
    accounts.permit(session, Command.SAFETY)
    custody = accounts.held_custody(session)
    with lab.store.read(session.account) as snapshot:
        names = {person.account: person for person in people.all_people(snapshot)}
        excepted = {event["id"]: _excepted(snapshot, event, names, custody) for event in snapshot.events(kind=EXCEPTED)}
        found = ((row, _unblinding(snapshot, row, names, custody)) for row in snapshot.all("unblinding"))
        return tuple(replace(one, excepted=excepted.get(row["id"])) for row, one in found)


def _excepted(snapshot: Snapshot, event: Row, names: dict[AccountId, Person], custody: BoxSecret) -> Excepted:
    payload = told_of(snapshot, event["seq"], custody) or {"reason_text": ""}
    return Excepted(names[event["actor"]].printed_name, event["at"], payload["reason_text"])


def _unblinding(snapshot: Snapshot, row: Row, names: dict[AccountId, Person], custody: BoxSecret) -> Unblinding:
    event, exam = snapshot.one("event", seq=row["event_seq"]) or {}, shown.exam_of(snapshot, row["exam_id"])
    payload = told_of(snapshot, row["event_seq"], custody) or _REDACTED
    said = Told(payload["kind"], payload["seen"], payload["done"], payload["planned"], payload["alert"])
    impact = Impact(payload["impact"]["signed"], payload["impact"]["open"])
    by = names[event["actor"]].printed_name if said.alert is None else None
    person = names[row["account_id"]].printed_name
    return Unblinding(row["id"], exam.subject, exam.visit, person, by, event["at"], said, impact)
