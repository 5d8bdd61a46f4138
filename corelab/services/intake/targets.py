"""The exams that a delivery brings something for, as they stand while it is taken in."""

from collections.abc import Sequence
from dataclasses import dataclass

from corelab.domain.charter import Charter
from corelab.domain.vocabulary import ExamId
from corelab.imaging.deid.header import Mark
from corelab.imaging.deid.keyed import Keyed
from corelab.services.accounts import Session
from corelab.services.intake.exam_work import Wanted, exam_rows, pseudonym
from corelab.services.intake.patients import Patients
from corelab.services.labs import OpenLab, effective_charter
from corelab.storage import registry
from corelab.storage.registry import ObjectRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction


@dataclass(slots=True)
class Target:
    """One exam of a delivery under way. ``exam`` is None in a dry run, and until the first object enters a new exam."""

    wanted: Wanted
    code: str
    already: int
    exam: ExamId | None
    patients: Patients

    def mark(self, lab: OpenLab, key: bytes, n: int) -> Mark:
        return Mark(self.code, lab.trial_id, Keyed(key, self.wanted.subject), self.already + n)

    def entered(self, transaction: Transaction, key: bytes) -> tuple[ExamId, list[NewRow]]:
        """The exam and what makes it, unless it is there. Raises IntakeRefusedError where another window closed it meanwhile."""
        exam, rows = exam_rows(transaction, effective_charter(transaction), self.wanted, key)
        self.patients.exam = exam.id
        return exam.id, rows

    def has(self, snapshot: Snapshot, one: ObjectRecord) -> bool:
        """An object of this very exam."""
        exam = registry.exam(snapshot, one.exam) if one.exam else None
        return exam is not None and (exam.subject, exam.visit) == (self.wanted.subject, self.wanted.visit)


Targets = dict[Wanted, Target]


def begun(
    transaction: Transaction, charter: Charter, lab: OpenLab, session: Session, exams: Sequence[Wanted], key: bytes
) -> tuple[Targets, list[NewRow]]:
    """A new exam, and its subject, are made with the first object that enters it: never an empty one. The rows are those of known exams."""
    targets: Targets = {}
    rows: list[NewRow] = []
    for wanted in exams:
        exam, made = exam_rows(transaction, charter, wanted, key)
        known = registry.exam(transaction, exam.id)
        rows += made if known else ()
        already = _delivered(transaction, exam.id)
        targets[wanted] = Target(wanted, exam.code, already, known.id if known else None, Patients(lab, session, exam.id))
    return targets, rows


def foreseen(snapshot: Snapshot, charter: Charter, lab: OpenLab, session: Session, exams: Sequence[Wanted], key: bytes) -> Targets:
    """The same checks without a trace."""
    targets: Targets = {}
    for wanted in exams:
        exam_rows(snapshot, charter, wanted, key)
        known = registry.exam_at(snapshot, wanted.subject, wanted.visit)
        patients = Patients(lab, session, known.id if known else None)
        targets[wanted] = Target(wanted, pseudonym(snapshot, key, wanted), 0, None, patients)
    return targets


def _delivered(snapshot: Snapshot, exam: ExamId) -> int:
    """Objects of all deliveries for an exam, those before its first clip too: no two clips of it get one number."""
    deliveries = {one.delivery for one in registry.objects(snapshot, exam_id=exam)}
    return sum(len(registry.objects(snapshot, delivery_id=one)) for one in deliveries)
