"""Readers and adjudicators of a simulated trial at work, through the same doors as people: open the next, save, sign."""

from collections.abc import Callable

from corelab.domain.adjudication import DecisionReason
from corelab.domain.clip import RegionKind
from corelab.domain.reading import Reading
from corelab.domain.simulated import SimulatedTrial
from corelab.domain.vocabulary import AssignmentId, Binding, Cell, Evidence, SubjectCode, VisitId
from corelab.domain.worklist import WorkKind, WorkState
from corelab.services import adjudication, reading, shown
from corelab.services.accounts import Session
from corelab.services.demo_staff import Staffed
from corelab.services.reading import OpenReading
from corelab.storage import readings

Done = Callable[[], None]


def next_of(here: Staffed, session: Session, kind: WorkKind) -> AssignmentId | None:
    """What this person can open now."""
    rows = reading.worklist(here.lab, session).rows
    return next((row.assignment for row in rows if row.kind is kind and row.state is not WorkState.SIGNED), None)


def read_all(here: Staffed, session: Session, trial: SimulatedTrial, note: str, done: Done) -> int:
    """Everything that waits for a reader, in the reader's own order; answers how many were signed."""
    signed = 0
    while (assignment := next_of(here, session, WorkKind.READING)) is not None:
        opened = reading.open_reading(here.lab, session, assignment)
        made = answered(here, opened, trial).with_note(note)
        version = reading.save(here.lab, session, made, version=opened.version).version
        reading.sign(here.lab, session, made, here.password(session), version=version, attended=False)
        signed += 1
        done()
    return signed


def answered(here: Staffed, opened: OpenReading, trial: SimulatedTrial, most: int | None = None) -> Reading:
    """The reading with every clip played and the first ``most`` questions (all, if None) answered as this reader would."""
    subject, visit, slot = _whose(here, opened.reading.assignment)
    made = opened.reading
    for clip in opened.clips:
        made = made.with_played(clip.sha256, range(clip.frames))
    prefilled = made.form.prefilled
    for cell in made.unanswered[:most] if most is not None else made.form.cells:
        grade = trial.said(subject, visit, cell, slot)
        if cell not in prefilled or prefilled[cell].grade.value != grade.value:
            made = made.answered(cell, grade, _proof(opened, cell, grade.value))
    return made


def _whose(here: Staffed, assignment: AssignmentId) -> tuple[SubjectCode, VisitId, int]:
    """What no reader may know: the simulation looks behind the pseudonym to find the truth it drew."""
    with here.lab.store.read() as snapshot:
        found = readings.assignment(snapshot, assignment)
        if found is None:
            raise LookupError(assignment)
        exam = shown.exam_of(snapshot, found.exam)
    return exam.subject, exam.visit, found.slot


def _proof(opened: OpenReading, cell: Cell, value: str | None) -> tuple[Evidence, ...]:
    """The middle frame of the clip that shows it, marked where the charter asks for a mark."""
    own = [clip for clip in opened.clips if clip.segment == cell.segment]
    if not own:
        return ()
    wanted = RegionKind.COLOUR if cell.item == "FLOW" else RegionKind.TISSUE
    fitting = [clip for clip in own if any(region.kind is wanted for region in clip.regions)]
    clip = (fitting or own)[0]
    marked = value is not None and opened.reading.form.item(cell.item).needs_mark(value)
    return (Evidence(clip.sha256, clip.frames // 2, bound=Binding.MARKED if marked else Binding.AUTO),)


def adjudicate_all(here: Staffed, session: Session, trial: SimulatedTrial, done: Done) -> int:
    """Every case that waits for an adjudicator; answers how many were signed."""
    signed = 0
    while (assignment := next_of(here, session, WorkKind.ADJUDICATION)) is not None:
        opened = adjudication.open_case(here.lab, session, assignment)
        subject, visit, _ = _whose(here, assignment)
        draft = opened.draft
        for dispute in opened.case.disputes:
            draft = draft.decided(dispute.cell, trial.taken(subject, visit, dispute.cell), reason=DecisionReason.OTHER_FRAME)
        version = adjudication.save(here.lab, session, assignment, draft, version=opened.version).version
        adjudication.sign(here.lab, session, assignment, draft, here.password(session), version=version, attended=False)
        signed += 1
        done()
    return signed
