"""The alerts of the charter, run at every signature and comparison; one row each time, so that the row alone tells nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from corelab.domain.alerts import After, Fired, derivations_of, fired_alerts, room_of
from corelab.domain.content import Json, ReadingContent
from corelab.domain.resolving import Ground
from corelab.domain.result import Result
from corelab.domain.single import results_of_one
from corelab.domain.vocabulary import AccountId, Cell, ExamId, Grade, ReadingTypeId
from corelab.services import shown
from corelab.services.deriving import derived_values
from corelab.services.labs import charter_of
from corelab.services.unblinding import opened_by_alert
from corelab.storage import by_type, readings, registry, released
from corelab.storage.final_grades import final_results
from corelab.storage.keys import BoxPublic
from corelab.storage.readings import ADJUDICATION, CALIBRATION, Assignment
from corelab.storage.store import Snapshot, Transaction


def after_signing(transaction: Transaction, of: Assignment, record: str, content: Json, custody: BoxPublic) -> None:
    """What a reading fires by itself. A decision fires nothing before its case is finished, an exam of the calibration set never."""
    found: tuple[Fired, ...] = ()
    if of.kind not in {ADJUDICATION, CALIBRATION}:
        grades = ReadingContent.from_json(content).grades
        found = _found(transaction, of.exam, "signing", grades, results_of_one(grades))
    _write(transaction, of.exam, "signing", found, record, custody)
    _unblinds(transaction, of.exam, found, (of.account,), custody)


@dataclass(frozen=True, slots=True)
class TypeCompared:
    """One reading type of an exam that has results now; ``batch`` is the act in which it got them."""

    exam: ExamId
    kind: ReadingTypeId
    batch: str


@dataclass(frozen=True, slots=True)
class Stood:
    """The results that stood when the same readings were compared, by the event of this number."""

    results: tuple[Result, ...]
    seq: int


def after_comparison(
    transaction: Transaction, of: TypeCompared, results: Sequence[Result], custody: BoxPublic, stood: Stood | None = None
) -> None:
    """What these results fire, with those of the exam's other reading types as far as these are finished.

    What fires without them is told already, and so is what fired when the same readings were compared (``stood``).
    """
    found = _with_others(transaction, of, results)
    told = set(_with_others(transaction, of, ())) if found else set()
    if found and stood is not None:
        told |= set(_with_others(transaction, of, stood.results, before=stood.seq))
    new = tuple(one for one in found if one not in told)
    _write(transaction, of.exam, "comparison", new, of.batch, custody)
    if new:
        _unblinds(transaction, of.exam, new, _readers(transaction, of.exam), custody)


def _with_others(snapshot: Snapshot, of: TypeCompared, own: Sequence[Result], *, before: int | None = None) -> tuple[Fired, ...]:
    every = (*_others(snapshot, of, before), *own)
    return _found(snapshot, of.exam, "comparison", _grades(every), every)


def _others(snapshot: Snapshot, of: TypeCompared, before: int | None) -> Iterator[Result]:
    """The results of every other reading type that is finished, and whose readings are valid still."""
    charter = charter_of(snapshot, shown.exam_of(snapshot, of.exam).charter_hash)
    done = {kind for kind, state in by_type.standing(snapshot, of.exam).items() if state.finished} - {of.kind}
    items = {item for kind in charter.reading_types if kind.id in done for item in charter.items_of(kind)}
    return (one for one in final_results(snapshot, of.exam, before) if one.cell.item in items) if items else iter(())


def _grades(results: Iterable[Result]) -> Mapping[Cell, Grade]:
    return {one.cell: one.grade for one in results}


def _readers(snapshot: Snapshot, exam: ExamId) -> tuple[AccountId, ...]:
    own = (one for one in readings.assignments(snapshot, exam_id=exam) if one.kind != ADJUDICATION)
    return tuple(dict.fromkeys(one.account for one in own if readings.is_signed(snapshot, one)))


def _found(snapshot: Snapshot, exam: ExamId, after: After, grades: Mapping[Cell, Grade], results: Sequence[Result]) -> tuple[Fired, ...]:
    of = shown.exam_of(snapshot, exam)
    charter = charter_of(snapshot, of.charter_hash)
    if not any(alert.after == after for alert in charter.alerts):
        return ()
    visit, attributes = charter.visit(of.visit), registry.attributes(snapshot, of.subject_id)
    ground = Ground(charter, attributes, of.visit, frozenset(visit.blocks))
    needed = derivations_of(charter, after)
    values = derived_values(snapshot, of, results, needed) if needed else {}
    return fired_alerts(ground, after, grades, lambda derivation: values.get(derivation, ()))


def _write(transaction: Transaction, exam: ExamId, after: After, found: Iterable[Fired], record: str, custody: BoxPublic) -> None:
    alert, charter = str(uuid4()), charter_of(transaction, shown.exam_of(transaction, exam).charter_hash)
    payload = {"after": after, "fired": [one.to_json() for one in found], "record": record}
    row = released.alert_row(alert, exam)
    transaction.record("alerts.checked", "alert", alert, rows=[row], payload=payload, seal_to=[custody], pad_to=room_of(charter))


def _unblinds(transaction: Transaction, exam: ExamId, found: Iterable[Fired], who: Iterable[AccountId], custody: BoxPublic) -> None:
    """An alert that says so opens an unblinding of everybody who read what fired it."""
    known = {alert.id: alert.unblinding for alert in charter_of(transaction, shown.exam_of(transaction, exam).charter_hash).alerts}
    people = tuple(who)
    for one in found:
        kind = known[one.alert]
        for account in people if kind is not None else ():
            opened_by_alert(transaction, exam, account, kind or "", one.alert, custody)
