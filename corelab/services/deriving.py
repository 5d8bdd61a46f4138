"""Derived endpoints of an exam of the lab: from its results, the subject's attributes and the final exams of before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from corelab.domain.derived import EarlierExam, History, looks_back, values_of
from corelab.domain.derived.plan import plan_for
from corelab.domain.kept_for import KeptFor
from corelab.domain.result import Result
from corelab.domain.vocabulary import Cell, ExamId, ExamState, Grade, ItemId
from corelab.services.labs import charter_of
from corelab.storage import calibration, registry
from corelab.storage.final_grades import exam_dates, final_grades
from corelab.storage.registry import ExamRecord
from corelab.storage.store import Snapshot

_FINAL = frozenset({ExamState.FINAL, ExamState.LOCKED})


def derived_values(
    snapshot: Snapshot, exam: ExamRecord, results: Sequence[Result], wanted: Iterable[str]
) -> Mapping[str, tuple[str | None, ...]]:
    """The values of each of these derivations: one for the exam, or one for each of its segments; None for a missing one."""
    charter, attributes = charter_of(snapshot, exam.charter_hash), registry.attributes(snapshot, exam.subject_id)
    derivations, plan = [charter.derivation(one) for one in wanted], plan_for(KeptFor(charter, exam.visit, attributes))
    behind = [one for one in derivations if plan.has(one) and looks_back(charter, one)]
    history = _history_of(snapshot, exam, frozenset[ItemId]().union(*map(plan.items, behind))) if behind else History()
    grades = {one.cell: one.grade for one in results}
    found = {one.id: values_of(charter, exam.visit, one, grades, history, attributes) for one in derivations}
    return {one: tuple(value.value for value in values.values()) for one, values in found.items()}


class _Grades(Mapping[Cell, Grade]):
    """The final grades of an earlier exam, read when they are looked at: what looks back looks at one exam of many."""

    def __init__(self, snapshot: Snapshot, exam: ExamId, items: Iterable[ItemId]) -> None:
        self._asked = snapshot, exam, items

    @cached_property
    def _found(self) -> Mapping[Cell, Grade]:
        return final_grades(*self._asked)

    def __getitem__(self, cell: Cell) -> Grade:
        return self._found[cell]

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def _history_of(snapshot: Snapshot, exam: ExamRecord, items: Iterable[ItemId]) -> History:
    """The exams of the subject before this one, in the order of the charter's visits; one that is not final is there without grades."""
    return History(tuple(_earlier(snapshot, exam, items)))


def _earlier(snapshot: Snapshot, exam: ExamRecord, items: Iterable[ItemId]) -> Iterator[EarlierExam]:
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
            yield EarlierExam(row["visit"], _Grades(snapshot, row["id"], items) if final else {}, days)
