"""Derived endpoints of an exam of the lab: from its results, the subject's attributes and the final exams of before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from corelab.domain.derived import EarlierExam, History, values_of
from corelab.domain.result import Result
from corelab.domain.vocabulary import ExamState
from corelab.services.labs import charter_of
from corelab.storage import calibration, registry
from corelab.storage.final_grades import exam_dates, final_results
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Snapshot

_FINAL = frozenset({ExamState.FINAL, ExamState.LOCKED})


def derived_values(
    snapshot: Snapshot, exam: ExamRecord, results: Sequence[Result], wanted: Iterable[str]
) -> Mapping[str, tuple[str | None, ...]]:
    """The values of each of these derivations: one for the exam, or one for each of its segments; None for a missing one."""
    charter, attributes = charter_of(snapshot, exam.charter_hash), registry.attributes(snapshot, exam.subject_id)
    grades, history = {one.cell: one.grade for one in results}, history_of(snapshot, exam)
    found = {one: values_of(charter, exam.visit, charter.derivation(one), grades, history, attributes) for one in wanted}
    return {one: tuple(value.value for value in values.values()) for one, values in found.items()}


def history_of(snapshot: Snapshot, exam: ExamRecord) -> History:
    """The exams of the subject before this one, in the order of the charter's visits; one that is not final is there without grades."""
    return History(tuple(_earlier(snapshot, exam)))


def _earlier(snapshot: Snapshot, exam: ExamRecord) -> Iterator[EarlierExam]:
    charter = charter_of(snapshot, exam.charter_hash)
    numbers = {visit.id: visit.number for visit in charter.visits}
    dates, left_out = exam_dates(snapshot, exam.subject_id), calibration.marked(snapshot)
    rows = [row for row in snapshot.all("exam", subject_id=exam.subject_id) if row["id"] not in left_out and row["visit"] in numbers]
    for row in sorted(rows, key=lambda row: numbers[row["visit"]]):
        if numbers[row["visit"]] < numbers[exam.visit]:
            known = row["id"] in dates and exam.id in dates
            days = (dates[exam.id] - dates[row["id"]]).days if known else None
            status = snapshot.latest("exam_status", exam_id=row["id"])
            final = status is not None and ExamState(status["state"]) in _FINAL
            yield EarlierExam.of(row["visit"], final_results(snapshot, row["id"]) if final else (), days)
