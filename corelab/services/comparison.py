"""Release and compare, the coordinator's batch: pairs of signed readings become results or cases, decided cases become results."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from corelab.domain.accounts import Command
from corelab.domain.reading_errors import RecordFault, RecordRejectedError
from corelab.domain.vocabulary import ExamId, SubjectCode, VisitId
from corelab.process import collecting_seldom
from corelab.services import accounts, shown
from corelab.services.accounts import Session
from corelab.services.assignment import chance
from corelab.services.exam_comparison import Batch, NoAdjudicatorError, compare_exam, finish_case
from corelab.services.exam_release import release_repeat, release_single
from corelab.services.labs import OpenLab
from corelab.services.packages.locking import require_unlocked
from corelab.services.verification import require_sound
from corelab.services.waiting_types import TypeOfExam, waiting_types
from corelab.storage import by_type, readings, released
from corelab.storage.readings import REPEAT, Assignment, CaseRecord
from corelab.storage.store import NewRow, Snapshot, Transaction

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
    """What one batch did, in exams; an exam with several reading types counts once for each, for each is compared on its own.

    ``waiting``: still without its signed readings, or with a case that is not decided. ``single``: types with one reader, released.
    ``without_adjudicator``: exams that differ and for which nobody may adjudicate; they stay sealed as they were.
    ``rejected``: exams with a record that is not what was signed; nothing of them was written, and they are not counted as waiting.
    """

    concordant: int
    cases: int
    waiting: int
    finished: int
    single: int = 0
    without_adjudicator: tuple[ExamId, ...] = ()
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class _Due:
    """What can be compared, released or finished now."""

    pairs: tuple[TypeOfExam, ...]
    singles: tuple[TypeOfExam, ...]
    decided: tuple[CaseRecord, ...]
    repeats: tuple[Assignment, ...]
    waiting: int

    @property
    def envelopes(self) -> int:
        """How many sealed records will be opened."""
        return 2 * len(self.pairs) + 5 * len(self.decided) + len(self.singles) + len(self.repeats)

    @property
    def exams(self) -> tuple[ExamId, ...]:
        """In the order in which they are worked on."""
        found = (*(one.exam for one in self.pairs), *(one.exam for one in self.singles))
        return tuple(dict.fromkeys((*found, *(case.exam for case in self.decided), *(one.exam for one in self.repeats))))


@collecting_seldom()
def release_and_compare(lab: OpenLab, session: Session, progress: Progress | None = None) -> Compared:
    """Compares every pair of signed readings, releases every reading that stands alone, finishes every decided case: one transaction each.

    An exam with a second look that is dealt and not signed stays sealed as it is.

    Interrupted, the exams already done stay done and the next run takes the rest. Needs custody.
    Raises LabFaultyError before anything is opened, when the lab does not verify.
    """
    role = accounts.permit(session, Command.COMPARE)
    lab.store.require_writable()
    custody, seed = accounts.held_custody(session), chance(lab, session)
    with lab.store.read(session.account) as snapshot:
        require_unlocked(snapshot)
        due = _due(snapshot)
    if not due.exams:
        return Compared(0, 0, due.waiting, 0)
    show = progress or (lambda _done, _of, _what: None)
    require_sound(lab, show)
    batch = Batch(_open_batch(lab, session, due), custody, seed)
    steps = _steps(batch, due)
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
    counts = {outcome: outcomes.count(outcome) for outcome in ("concordant", "case", "finished", "single")}
    waiting = due.waiting + counts["case"] + len(stuck)
    found = (counts["concordant"], counts["case"], waiting, counts["finished"], counts["single"])
    return Compared(*found, without_adjudicator=tuple(stuck), rejected=tuple(rejected))


def _steps(batch: Batch, due: _Due) -> list[Callable[[Transaction], str]]:
    steps: list[Callable[[Transaction], str]] = []
    steps += [partial(compare_exam, batch=batch, exam=one.exam, kind=one.kind) for one in due.pairs]
    steps += [partial(release_single, batch=batch, exam=one.exam, kind=one.kind) for one in due.singles]
    steps += [partial(finish_case, batch=batch, case=case) for case in due.decided]
    steps += [partial(release_repeat, batch=batch, exam=one.exam, repeat=one.id) for one in due.repeats]
    return steps


def _rejected(lab: OpenLab, error: RecordRejectedError) -> Rejected:
    with lab.store.read() as snapshot:
        exam = shown.exam_of(snapshot, error.exam)
    return Rejected(error.exam, exam.subject, exam.visit, error.record, error.fault)


def _due(snapshot: Snapshot) -> _Due:
    types = waiting_types(snapshot)
    ready = [one for one in types if one.complete]
    opened = [case for case in readings.live_cases(snapshot) if not by_type.is_finished(snapshot, case.id)]
    decided = tuple(case for case in opened if readings.signed_adjudication(snapshot, case))
    return _Due(
        pairs=tuple(one for one in ready if not one.single),
        singles=tuple(one for one in ready if one.single),
        decided=decided,
        repeats=tuple(_late_repeats(snapshot)),
        waiting=len(types) - len(ready) + len(opened) - len(decided),
    )


def _late_repeats(snapshot: Snapshot) -> Iterator[Assignment]:
    """Signed second looks, still sealed, of exams that are released already."""
    for one in readings.assignments(snapshot, kind=REPEAT):
        record = readings.signed_reading(snapshot, one.id)
        if record is not None and released.is_sealed(snapshot, record.seq) and one.reading_type in by_type.standing(snapshot, one.exam):
            yield one


def _open_batch(lab: OpenLab, session: Session, due: _Due) -> str:
    """The batch, and that sealed records are opened for it: on record before the first one is."""
    role = accounts.permit(session, Command.COMPARE)
    with lab.store.begin(session.actor(role)) as transaction:
        last = transaction.latest("release_batch")
        number, batch = (last["n"] if last else 0) + 1, str(uuid4())
        row = NewRow("release_batch", {"id": batch, "n": number, "label": f"batch {number}"})
        transaction.record("batch.released", "release_batch", batch, rows=[row], payload={"n": number})
        payload = {"scope": "release and compare", "count": due.envelopes, "exams": list(due.exams)}
        transaction.record("sealed.opened", "release_batch", batch, payload=payload)
    return batch
