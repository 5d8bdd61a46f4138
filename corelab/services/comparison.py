"""Release and compare, the coordinator's batch: pairs of signed readings become results or cases, decided cases become results."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.reading_errors import RecordFault, RecordRejectedError
from corelab.domain.vocabulary import ExamId, ExamState, SubjectCode, VisitId
from corelab.services import accounts, shown
from corelab.services.accounts import Session
from corelab.services.assignment import chance
from corelab.services.exam_comparison import Batch, NoAdjudicatorError, compare_exam, finish_case
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.verification import require_sound
from corelab.storage import readings
from corelab.storage.readings import PRIMARY, CaseRecord
from corelab.storage.store import NewRow, Snapshot

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Rejected:
    """An exam that was left as it was: ``record``, one of its signed records, does not hold what was signed."""

    exam: ExamId
    subject: SubjectCode
    visit: VisitId
    record: str
    fault: RecordFault


@dataclass(frozen=True, slots=True)
class Compared:
    """What one batch did, in exams. ``waiting``: still without two signed readings, or with a case that is not decided.

    ``without_adjudicator``: exams that differ and for which nobody may adjudicate; they stay sealed as they were.
    ``rejected``: exams with a record that is not what was signed; nothing of them was written, and they are not counted as waiting.
    """

    concordant: int
    cases: int
    waiting: int
    finished: int
    without_adjudicator: tuple[ExamId, ...] = ()
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class _Due:
    """What can be compared or finished now."""

    pairs: tuple[ExamId, ...]
    decided: tuple[CaseRecord, ...]
    waiting: int

    @property
    def envelopes(self) -> int:
        """How many sealed records will be opened."""
        return 2 * len(self.pairs) + 5 * len(self.decided)


def release_and_compare(lab: OpenLab, session: Session, progress: Progress | None = None) -> Compared:
    """Compares every exam whose two readings are signed, and finishes every decided case: one transaction per exam.

    Interrupted, the exams already done stay done and the next run takes the rest. Needs custody.
    Raises LabFaultyError before anything is opened, when the lab does not verify.
    """
    role = accounts.permit(session, Command.COMPARE)
    lab.store.require_writable()
    custody, seed = accounts.held_custody(session), chance(lab, session)
    with lab.store.read() as snapshot:
        require_unlocked(snapshot)
        due = _due(snapshot)
    if not due.pairs and not due.decided:
        return Compared(0, 0, due.waiting, 0)
    show = progress or (lambda _done, _of, _what: None)
    require_sound(lab, show)
    batch = Batch(_open_batch(lab, session, due), custody, seed)
    steps = [partial(compare_exam, batch=batch, exam=exam) for exam in due.pairs]
    steps += [partial(finish_case, batch=batch, case=case) for case in due.decided]
    outcomes: list[str] = []
    stuck: list[ExamId] = []
    rejected: list[Rejected] = []
    for number, step in enumerate(steps, 1):
        try:
            with lab.store.begin(session.actor(role)) as transaction:
                outcomes.append(step(transaction))
        except NoAdjudicatorError as error:
            stuck.append(error.exam)
        except RecordRejectedError as error:
            rejected.append(_rejected(lab, error))
        show(number, len(steps), "exams")
    counts = {outcome: outcomes.count(outcome) for outcome in ("concordant", "case", "finished")}
    waiting = due.waiting + counts["case"] + len(stuck)
    return Compared(counts["concordant"], counts["case"], waiting, counts["finished"], tuple(stuck), tuple(rejected))


def _rejected(lab: OpenLab, error: RecordRejectedError) -> Rejected:
    with lab.store.read() as snapshot:
        exam = shown.exam_of(snapshot, error.exam)
    return Rejected(error.exam, exam.subject, exam.visit, error.record, error.fault)


def _due(snapshot: Snapshot) -> _Due:
    states = {row["exam_id"]: ExamState(row["state"]) for row in snapshot.all("exam_status")}
    assigned = [ExamId(exam) for exam, state in states.items() if state is ExamState.ASSIGNED]
    pairs = tuple(exam for exam in assigned if _both_signed(snapshot, exam))
    opened = [case for case in readings.live_cases(snapshot) if states[case.exam] is ExamState.RELEASED]
    decided = tuple(case for case in opened if readings.signed_adjudication(snapshot, case))
    return _Due(pairs, decided, len(assigned) - len(pairs) + len(opened) - len(decided))


def _both_signed(snapshot: Snapshot, exam: ExamId) -> bool:
    primary = readings.assignments(snapshot, exam_id=exam, kind=PRIMARY)
    return len(primary) == 2 and all(readings.signed_reading(snapshot, one.id) for one in primary)


def _open_batch(lab: OpenLab, session: Session, due: _Due) -> str:
    """The batch, and that sealed records are opened for it: on record before the first one is."""
    role = accounts.permit(session, Command.COMPARE)
    with lab.store.begin(session.actor(role)) as transaction:
        last = transaction.latest("release_batch")
        number, batch = (last["n"] if last else 0) + 1, str(uuid4())
        row = NewRow("release_batch", {"id": batch, "n": number, "label": f"batch {number}"})
        transaction.record("batch.released", "release_batch", batch, rows=[row], payload={"n": number})
        exams = [*due.pairs, *(case.exam for case in due.decided)]
        payload = {"scope": "release and compare", "count": due.envelopes, "exams": exams}
        transaction.record("sealed.opened", "release_batch", batch, payload=payload)
    return batch
