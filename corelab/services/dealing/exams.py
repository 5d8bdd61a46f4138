"""The exams of a lab as a deal sees them: which readings the charter asks of each, and which of them were dealt already."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from corelab.domain.allocation import Mode, Place, exam_part
from corelab.domain.charter import Charter
from corelab.domain.charter.model_design import ReadingType
from corelab.domain.vocabulary import ExamId, ExamState, ReadingTypeId, SubjectCode, VisitId
from corelab.services.eligibility import Pool
from corelab.services.labs import charter_of
from corelab.storage.readings import PRIMARY
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class DueExam:
    """An exam. ``asked``: the reading types that its visit and its own charter ask for."""

    id: ExamId
    subject: SubjectCode
    visit: VisitId
    visit_number: int
    state: ExamState
    asked: tuple[ReadingTypeId, ...]

    @property
    def part(self) -> str:
        return exam_part(self.subject, self.visit)

    @property
    def place(self) -> Place:
        return Place(self.subject, self.visit, self.visit_number)

    def unit(self, kind: ReadingType) -> str:
        """What a pair of readers is dealt for, as it stands in keys."""
        return self.subject if kind.pair_unit == "subject" else self.part


class Exams:
    """Every exam of the trial; those of the calibration set stand apart and are never dealt as others are."""

    def __init__(self, snapshot: Snapshot, charter: Charter, pool: Pool) -> None:
        self._snapshot, self._charter, self._pool = snapshot, charter, pool

    @cached_property
    def calibration(self) -> tuple[DueExam, ...]:
        """The calibration set, in its own order, as far as it is ready."""
        rows = sorted(self._snapshot.all("calibration_exam"), key=lambda row: row["n"])
        found = (self._every.get(ExamId(row["exam_id"])) for row in rows)
        return tuple(one for one in found if one is not None and one.state is not ExamState.RECEIVING)

    @cached_property
    def trial(self) -> tuple[DueExam, ...]:
        apart = {row["exam_id"] for row in self._snapshot.all("calibration_exam")}
        return tuple(one for one in self._every.values() if one.id not in apart)

    @cached_property
    def dealt(self) -> frozenset[tuple[ExamId, ReadingTypeId]]:
        """What has readers, or had."""
        rows = self._snapshot.all("assignment", kind=PRIMARY)
        return frozenset((ExamId(row["exam_id"]), ReadingTypeId(row["reading_type"])) for row in rows)

    def to_deal(self, kind: ReadingType) -> tuple[DueExam, ...]:
        """Exams that are there and that nobody reads yet by this type."""
        there = (one for one in self.trial if one.state in {ExamState.READY, ExamState.ASSIGNED} and kind.id in one.asked)
        return tuple(one for one in there if (one.id, kind.id) not in self.dealt)

    def too_early(self, kind: ReadingType, exams: tuple[DueExam, ...]) -> frozenset[DueExam]:
        """Of these the exams that wait for other visits of their subject, where the order of presentation asks for them.

        In time order: a required visit before this one is not in. Together: a required visit of the subject is not in.
        """
        mode = Mode(kind.order)
        if not mode.in_time:
            return frozenset()
        return frozenset(one for one in exams if any(self._missing(kind, one, all_visits=mode.together, new=exams)))

    def _missing(self, kind: ReadingType, exam: DueExam, *, all_visits: bool, new: tuple[DueExam, ...]) -> Iterator[bool]:
        there = {one.visit for one in new if one.subject == exam.subject}
        there |= {one.visit for one in self.trial if one.subject == exam.subject and (one.id, kind.id) in self.dealt}
        for visit in self.expected(kind):
            yield visit not in there and (all_visits or self._charter.visit(visit).number < exam.visit_number)

    def expected(self, kind: ReadingType) -> tuple[VisitId, ...]:
        """The required visits that are read by this type."""
        return tuple(VisitId(one.id) for one in self._charter.visits if one.required and kind in self._charter.types_at(one.id))

    @cached_property
    def by_id(self) -> Mapping[ExamId, DueExam]:
        return self._every

    @cached_property
    def _every(self) -> Mapping[ExamId, DueExam]:
        states = {row["exam_id"]: ExamState(row["state"]) for row in self._snapshot.all("exam_status")}
        return {
            ExamId(row["id"]): DueExam(
                ExamId(row["id"]),
                self._pool.subject_of[row["id"]],
                VisitId(row["visit"]),
                self._charter.visit(row["visit"]).number,
                states.get(row["id"], ExamState.RECEIVING),
                self._asked(row["charter_hash"], row["visit"]),
            )
            for row in self._snapshot.all("exam")
        }

    def _asked(self, charter_hash: str, visit: str) -> tuple[ReadingTypeId, ...]:
        """Under the charter that the exam came in under: what that one does not know cannot be asked of it."""
        known = charter_of(self._snapshot, charter_hash)
        return tuple(ReadingTypeId(kind.id) for kind in known.types_at(visit))
