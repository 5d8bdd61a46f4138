"""A lab whose readers have read for a while: several readers, batches with cases, and readings still sealed; the same every time."""

from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from corelab.domain.accounts import Role
from corelab.domain.adjudication import DecisionReason, Take
from corelab.domain.vocabulary import AssignmentId, Cell
from corelab.domain.worklist import WorkKind, WorkState
from corelab.services import adjudication, assignment, comparison, reading, shown
from corelab.services.accounts import Session
from corelab.storage import readings
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import changed
from tests.reading_builders import a_ready_exam, filled

WATCHED = (
    ("agreement_items = []", 'agreement_items = ["COMP", "FLOW"]'),
    ("classes = [] }", 'classes = ["A", "B", "C"] }'),
    ("bootstrap_reps = 2000", "bootstrap_reps = 500"),
    ("p_chart_batch_min = 0", "p_chart_batch_min = 4"),
    ("rdi_alarm_sd = 0.0", "rdi_alarm_sd = 1.0"),
)
SEEN = ("CFV", "FV_PROX", "FV_MID", "POPV")
ERRS: Mapping[str, float] = {"reader-1": 0.05, "reader-2": 0.08, "reader-3": 0.1, "reader-4": 0.3}


def watched_charter() -> bytes:
    """The shipped charter, with compressibility and colour filling watched, all classes counted, and alarms."""
    return changed(*WATCHED)


def a_watched_lab(folder: Path, *, people: int = 3, batches: int = 2, subjects: int = 5, sealed: int = 2, seed: int = 7) -> Lab:
    """``batches`` of so many subjects released and decided; the readings of ``sealed`` more subjects are signed and not released."""
    lab = a_lab(folder, charter=watched_charter())
    reading_people = [lab.person(f"reader-{n}", Role.READER) for n in range(1, people + 1)]
    assert lab.adjudicator.account
    dice, numbers = Random(seed), iter(range(1, 1000))  # noqa: S311 - a test
    for batch in range(batches):
        _read(lab, reading_people, [f"S{next(numbers):03}" for _ in range(subjects)], dice)
        lab.clock.forward(days=3 + batch)
        comparison.release_and_compare(lab.open, lab.coordinator)
        while decides(lab, dice):
            pass
        comparison.release_and_compare(lab.open, lab.coordinator)
    if sealed:
        _read(lab, reading_people, [f"S{next(numbers):03}" for _ in range(sealed)], dice)
    return lab


def _read(lab: Lab, people: list[Session], subjects: list[str], dice: Random) -> None:
    for subject in subjects:
        for visit in ("BL", "D10"):
            a_ready_exam(lab, subject, visit, received=SEEN)
    assignment.assign(lab.open, lab.coordinator)
    for session in people:
        while reads(lab, session, dice):
            lab.clock.forward(hours=dice.randrange(2, 9))


def reads(lab: Lab, session: Session, dice: Random) -> bool:
    """The next one, read with the errors of this reader; False when nothing waits."""
    rows = reading.worklist(lab.open, session).rows
    row = next((one for one in rows if one.kind is WorkKind.READING and one.state is not WorkState.SIGNED), None)
    if row is None:
        return False
    opened = reading.open_reading(lab.open, session, row.assignment)
    name = _exam(lab, row.assignment)
    cells = [cell for cell in opened.reading.form.cells if cell.item in {"COMP", "FLOW"}]
    said: dict[str, Any] = {f"{cell.item}_{cell.segment}": _said(name, cell, ERRS[session.user_name], dice) for cell in cells}
    made = filled(opened, **said)
    version = reading.save(lab.open, session, made, version=opened.version).version
    reading.sign(lab.open, session, made, PASSWORD, version=version)
    return True


def _exam(lab: Lab, of: AssignmentId) -> str:
    with lab.open.store.read() as snapshot:
        found = readings.assignment(snapshot, of)
        assert found is not None
        exam = shown.exam_of(snapshot, found.exam)
    return f"{exam.subject} {exam.visit}"


def _said(exam: str, cell: Cell, errs: float, dice: Random) -> int | str:
    """The truth of this cell, or another rank, or now and then "not evaluable"."""
    truth = Random(f"{exam} {cell.segment}").choice((0, 0, 0, 1, 2))  # noqa: S311 - a test
    roll = dice.random()
    if roll < errs / 5 and cell.item == "COMP":
        return "NE:WINDOW"
    return dice.choice([rank for rank in (0, 1, 2) if rank != truth]) if roll < errs else truth


def decides(lab: Lab, dice: Random) -> bool:
    """The next case, each dispute for A or for B; False when no case waits."""
    rows = reading.worklist(lab.open, lab.adjudicator).rows
    row = next((one for one in rows if one.kind is WorkKind.ADJUDICATION and one.state is not WorkState.SIGNED), None)
    if row is None:
        return False
    opened = adjudication.open_case(lab.open, lab.adjudicator, row.assignment)
    draft = opened.draft
    for dispute in opened.case.disputes:
        draft = draft.decided(dispute.cell, dice.choice((Take.A, Take.B)), reason=DecisionReason.OTHER_FRAME)
    version = adjudication.save(lab.open, lab.adjudicator, row.assignment, draft, version=opened.version).version
    adjudication.sign(lab.open, lab.adjudicator, row.assignment, draft, PASSWORD, version=version)
    lab.clock.forward(minutes=20)
    return True
