"""Certification: a reader's calibration readings against the known truth, opened with custody, judged, and put on record for good.

A certificate is an event of a named coordinator, like a training record, and carries no signature: the closed list of what signatures
mean has none for it, the charter and not the coordinator gives the verdict, and what it rests on (readings, truth) is signed or sealed
by itself, so that anybody with custody can come to the verdict again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from corelab.domain.accounts import Command, Role
from corelab.domain.certification import Examined, Verdict, examined
from corelab.domain.charter import Charter
from corelab.domain.content import ReadingContent
from corelab.domain.reasons import reason_words
from corelab.domain.record_errors import PersonRefusedError
from corelab.domain.vocabulary import AccountId, Cell, Grade
from corelab.services.accounts import Session, held_custody, permit
from corelab.services.calibration_reach import reach, whole_of
from corelab.services.labs import OpenLab, charter_of, effective_charter
from corelab.services.pinned import known_custody
from corelab.services.training import trained_for
from corelab.storage import calibration, people, readings, released
from corelab.storage.calibration import CertificationRow
from corelab.storage.keys import BoxSecret
from corelab.storage.readings import CALIBRATION, SignedRecord
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import Transaction

_ROOM = 8192
"""Bytes: figures of every item of any charter, so that their length tells nothing."""


class CertificateUnknownError(Exception):
    """No verdict of this id is on record."""


class CalibrationUnreadError(Exception):
    """The person has not signed all that is needed: ``read`` of ``needed`` calibration readings; 0 needed: there is no set."""

    def __init__(self, read: int, needed: int) -> None:
        super().__init__(f"{read} of {needed}")
        self.read = read
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Certificate:
    """One verdict about a person. ``figures`` None: they are sealed here, or it was gained elsewhere; ``elsewhere`` says where."""

    id: str
    account: AccountId
    charter_hash: str
    version: str
    verdict: Verdict
    at: datetime
    figures: Examined | None = None
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """One signed calibration reading."""

    exam: ExamRecord
    record: SignedRecord


def certify(lab: OpenLab, session: Session, account: AccountId) -> Certificate:
    """Opens a person's calibration readings and the truth with custody, and records whether they agree well enough for the charter.

    Raises PersonRefusedError, CalibrationUnreadError, CustodyMissingError; then nothing was opened.
    """
    role = permit(session, Command.TRAINING)
    custody = held_custody(session)
    with lab.store.read(session.account) as snapshot:
        charter = effective_charter(snapshot)
        _require_trained(snapshot, account, charter)
        read = _signed(snapshot, charter, account)
    _record_opening(lab, session, role, account, read)
    with lab.store.begin(session.actor(role)) as transaction:
        exams = {one.exam.id for one in read}
        found = examined(charter, [_opened(transaction, one, custody) for one in read], len(exams))
        made = _record(lab, transaction, account, found.verdict, {"figures": found.to_json()})
        return replace(made, figures=found)


def certify_elsewhere(lab: OpenLab, session: Session, account: AccountId, reference: str) -> Certificate:
    """Records a certification that was gained in another lab, with where it is found. Raises PersonRefusedError, ReasonRefusedError."""
    role = permit(session, Command.TRAINING)
    words = reason_words(reference)
    with lab.store.begin(session.actor(role)) as transaction:
        _require_trained(transaction, account, effective_charter(transaction))
        return replace(_record(lab, transaction, account, Verdict.CERTIFIED, {"reason_text": words}), elsewhere=words)


def _require_trained(snapshot: Snapshot, account: AccountId, charter: Charter) -> None:
    person = people.person(snapshot, account)
    if person is None:
        raise PersonRefusedError("unknown", account)
    if Role.READER not in person.roles or not person.active:
        raise PersonRefusedError("not_reader", person.user_name)
    if not trained_for(snapshot, account, charter.hash):
        raise PersonRefusedError("not_trained", person.user_name)


def _signed(snapshot: Snapshot, charter: Charter, account: AccountId) -> tuple[_Read, ...]:
    """The latest reading of each exam of the set and each reading type that reads it. Raises CalibrationUnreadError."""
    found, needed = [], 0
    own = readings.all_assignments(snapshot, account_id=account, kind=CALIBRATION)
    for exam, kind in asked(snapshot, charter):
        needed += 1
        signed = [readings.signed_reading(snapshot, one.id) for one in own if one.exam == exam.id and one.reading_type == kind]
        last = max((each for each in signed if each is not None), key=lambda each: each.seq, default=None)
        found += [_Read(exam, last)] if last is not None else []
    if not needed or len(found) < needed:
        raise CalibrationUnreadError(len(found), needed)
    return tuple(found)


def asked(snapshot: Snapshot, charter: Charter) -> tuple[tuple[ExamRecord, str], ...]:
    """(exam, reading type) that one person has to sign: as many exams as the charter's certification asks for, where truth is known."""
    known, exams = reach(snapshot, charter), whole_of(snapshot, charter)
    return tuple(
        (exam, kind.id)
        for kind in charter.reading_types
        for exam in [one for one in exams if kind.id in known[one.id]][
            : min(kind.calibration_exams, charter.certification.calibration_exams)
        ]
    )


def _record_opening(lab: OpenLab, session: Session, role: Role, account: AccountId, read: Sequence[_Read]) -> None:
    """On record before the first one is opened."""
    payload = {"scope": "certification", "count": 2 * len(read), "exams": sorted({one.exam.id for one in read})}
    with lab.store.begin(session.actor(role)) as transaction:
        transaction.record("sealed.opened", "account", account, payload=payload)


def _opened(snapshot: Snapshot, one: _Read, custody: BoxSecret) -> tuple[Mapping[Cell, Grade], Mapping[Cell, Grade]]:
    content = ReadingContent.from_json(released.opened(snapshot, one.record.seq, custody).json)
    return calibration.truth_of(snapshot, one.exam.id, custody), content.grades


def _record(lab: OpenLab, transaction: Transaction, account: AccountId, verdict: Verdict, payload: Mapping[str, object]) -> Certificate:
    """Sealed to custody: nobody reads how a colleague did, and figures of a set are hints of its truth."""
    certificate, charter = str(uuid4()), effective_charter(transaction)
    transaction.record(
        "certification.recorded",
        "account",
        account,
        rows=[calibration.certification_row(certificate, account, charter.hash, verdict.value)],
        payload=dict(payload),
        seal_to=[known_custody(lab, transaction)],
        pad_to=_ROOM,
    )
    return Certificate(certificate, account, charter.hash, charter.version, verdict, transaction.now)


# ---------------------------------------------------------------- who is certified


def certificates(lab: OpenLab, session: Session, account: AccountId | None = None) -> tuple[Certificate, ...]:
    """Every verdict about a person, or about everybody, in the order in which they were recorded; without figures."""
    permit(session, Command.PEOPLE)
    with lab.store.read(session.account) as snapshot:
        rows = calibration.certifications(snapshot, **({} if account is None else {"account_id": account}))
        return tuple(_certificate(snapshot, row) for row in rows)


def figures(lab: OpenLab, session: Session, certificate: str) -> Certificate:
    """One verdict with its figures, or with where it was gained; opened with custody.

    Raises CertificateUnknownError, CustodyMissingError.
    """
    role = permit(session, Command.TRAINING)
    custody = held_custody(session)
    with lab.store.begin(session.actor(role)) as transaction:
        row = next(iter(calibration.certifications(transaction, id=certificate)), None)
        if row is None:
            raise CertificateUnknownError(certificate)
        transaction.record("sealed.opened", "account", row.account, payload={"scope": "certification", "count": 1, "exams": []})
        payload = released.opened(transaction, row.seq, custody).json
        found = Examined.from_json(payload["figures"]) if "figures" in payload else None
        return _certificate(transaction, row, found, payload.get("reason_text", ""))


def _certificate(snapshot: Snapshot, row: CertificationRow, found: Examined | None = None, elsewhere: str = "") -> Certificate:
    version = charter_of(snapshot, row.charter_hash).version
    return Certificate(row.id, row.account, row.charter_hash, version, Verdict(row.verdict), row.at, found, elsewhere)
