"""Which signed records of a lab monitoring looks at, and which of them are still sealed."""

from collections.abc import Iterator
from dataclasses import dataclass

from corelab.domain.vocabulary import ExamId
from corelab.storage import readings, released
from corelab.storage.readings import ADJUDICATION, Assignment, CaseRecord, SignedRecord
from corelab.storage.store import Snapshot


@dataclass(frozen=True, slots=True)
class SignedReading:
    """The reading of an assignment: ``first`` is its first revision, ``current`` the one that counts."""

    assignment: Assignment
    first: SignedRecord
    current: SignedRecord

    @property
    def exam(self) -> ExamId:
        return self.assignment.exam

    @property
    def seqs(self) -> frozenset[int]:
        return frozenset({self.first.seq, self.current.seq})


@dataclass(frozen=True, slots=True)
class SignedDecision:
    case: CaseRecord
    record: SignedRecord

    @property
    def exam(self) -> ExamId:
        return self.case.exam

    @property
    def seqs(self) -> frozenset[int]:
        return frozenset({self.record.seq})


@dataclass(frozen=True, slots=True)
class Signed:
    """Every valid signed reading, repeats and calibration readings too, and every decision that stands; ``sealed`` are event numbers."""

    records: tuple[SignedReading | SignedDecision, ...]
    sealed: frozenset[int]


def signed_records(snapshot: Snapshot) -> Signed:
    records: tuple[SignedReading | SignedDecision, ...] = (*_readings(snapshot), *_decisions(snapshot))
    seqs = {seq for record in records for seq in record.seqs}
    return Signed(records, frozenset(seq for seq in seqs if released.is_sealed(snapshot, seq)))


def _readings(snapshot: Snapshot) -> Iterator[SignedReading]:
    valid = readings.signed_assignments(snapshot)
    for of in readings.assignments(snapshot):
        if of.kind != ADJUDICATION and of.id in valid:
            revisions = readings.revisions(snapshot, of.id)
            yield SignedReading(of, revisions[0], revisions[-1])


def _decisions(snapshot: Snapshot) -> Iterator[SignedDecision]:
    for case in readings.live_cases(snapshot):
        decided = readings.signed_adjudication(snapshot, case)
        if decided is not None:
            yield SignedDecision(case, decided)
