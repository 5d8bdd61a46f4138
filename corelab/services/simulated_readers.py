"""Readers and adjudicators of a simulated trial at work, through the same doors as people: open the next, save, sign."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import ceil
from types import MappingProxyType
from typing import Final

from corelab.domain.adjudication import CaseDraft, DecisionReason, Mode, Take
from corelab.domain.charter.model_item import NumberItem
from corelab.domain.checks import unconfirmed
from corelab.domain.clip import Clip, Region, RegionKind
from corelab.domain.form import Form
from corelab.domain.measurement import HUNDREDTHS, QUANTITIES, Measurement
from corelab.domain.reading import Reading
from corelab.domain.simulated import SimulatedTrial, graded
from corelab.domain.vocabulary import (
    Answer,
    AssignmentId,
    Binding,
    Caliper,
    Cell,
    Evidence,
    Grade,
    ItemId,
    SubjectCode,
    VisitId,
    not_evaluable,
)
from corelab.domain.watching import Watched
from corelab.domain.worklist import WorkKind
from corelab.services import adjudication, clips, guessing, reading, shown, worklist
from corelab.services.accounts import Session
from corelab.services.adjudication import OpenCase
from corelab.services.demo_staff import Staffed
from corelab.services.reading import OpenReading
from corelab.storage import readings

_SEEN: Final = "seen in every clip of the segment"
_REGIONS: Mapping[str, RegionKind] = MappingProxyType(
    {"b_mode": RegionKind.TISSUE, "colour": RegionKind.COLOUR, "spectral": RegionKind.SPECTRAL}
)
_VEIN = (0.45, 0.46)
"""About where the vein of a phantom lies, as shares of its region's width and height."""
Done = Callable[[], None]
Points = tuple[tuple[int, int], ...]
"""In hundredths of a pixel."""


def next_of(here: Staffed, session: Session, kind: WorkKind) -> AssignmentId | None:
    """What this person can open now."""
    return next((assignment for assignment, of in worklist.offered(here.lab, session) if of is kind), None)


def read_all(here: Staffed, session: Session, trial: SimulatedTrial, note: str, done: Done) -> int:
    """Everything that waits for a reader, in the reader's own order; answers how many were signed."""
    signed = 0
    while (assignment := next_of(here, session, WorkKind.READING)) is not None:
        opened = reading.open_reading(here.lab, session, assignment)
        made = answered(here, opened, trial).with_note(note)
        version = reading.save(here.lab, session, made, version=opened.version).version
        reading.sign(here.lab, session, made, here.password(session), version=version, attended=False)
        _guesses(here, session, assignment, trial)
        signed += 1
        done()
    return signed


def _guesses(here: Staffed, session: Session, assignment: AssignmentId, trial: SimulatedTrial) -> None:
    """What the reader answers where the charter asks which treatment it was; a simulated picture shows none."""
    asked = guessing.due(here.lab, session, assignment)
    if asked is not None:
        suggestion, arm = trial.guessed(*_whose(here, assignment))
        guessing.answer(here.lab, session, assignment, suggestion, arm.value)


def answered(here: Staffed, opened: OpenReading, trial: SimulatedTrial, most: int | None = None) -> Reading:
    """The reading with every clip played and the first ``most`` answers (all, if None) that this reader would give, in form order."""
    subject, visit, slot = _whose(here, opened.reading.assignment)
    played = {clip.sha256: frozenset(range(clip.frames)) for clip in opened.clips}
    watched = {clip.sha256: Watched(ceil(clip.timing.duration_ms / 1000), 1, (100,)) for clip in opened.clips}
    made = replace(opened.reading, played=played, watched=watched)
    said = graded(made.form, lambda cell, again: trial.said(subject, visit, cell, slot, again))
    given = [(cell, said[cell]) for cell in made.form.questions if cell in said and not said[cell].prefilled]
    answers = {cell: Answer(cell, *_proven(opened, cell, grade)) for cell, grade in given[:most]}
    made = replace(made, answers=MappingProxyType({**made.form.prefilled, **answers}), seconds=trial.seconds(subject, visit, slot))
    for firing in unconfirmed(made, opened.clips):
        made = made.confirming(firing.check, firing.segment, _SEEN)
    return made


def _whose(here: Staffed, assignment: AssignmentId) -> tuple[SubjectCode, VisitId, int]:
    """What no reader may know: the simulation looks behind the pseudonym to find the truth it drew."""
    with here.lab.store.read() as snapshot:
        found = readings.assignment(snapshot, assignment)
        if found is None:
            raise LookupError(assignment)
        exam = shown.exam_of(snapshot, found.exam)
    return exam.subject, exam.visit, found.slot


def _proven(opened: OpenReading | OpenCase, cell: Cell, grade: Grade) -> tuple[Grade, tuple[Evidence, ...]]:
    """The grade with the middle frame of the clip that shows it: marked where the charter asks for a mark, measured where it is a measure.

    What no clip lets a caliper measure is not evaluable.
    """
    item, own = _form(opened).item(cell.item), _clips(opened.clips, cell)
    if grade.value is None or not own:
        return grade, ()
    if isinstance(item, NumberItem) and item.measure != "typed":
        return _measured(opened, item, own, grade)
    wanted = _REGIONS.get(item.evidence.region) if item.evidence else None
    clip = next((clip for clip in own if any(region.kind is wanted for region in clip.regions)), own[0])
    middle, marked = clip.frames // 2, item.needs_mark(grade.value)
    paired = marked and item.evidence is not None and item.evidence.kind == "frame_pair"
    evidence = Evidence(clip.sha256, 0 if paired else middle, middle if paired else None, Binding.MARKED if marked else Binding.AUTO)
    return grade, (evidence,) if item.evidence else ()


def _clips(clips: Sequence[Clip], cell: Cell) -> Sequence[Clip]:
    """Those of the segment; where labels are hidden, or the whole exam is asked about, any."""
    return [clip for clip in clips if clip.segment == cell.segment] or [clip for clip in clips if not clip.segment or not cell.segment]


def _measured(opened: OpenReading | OpenCase, item: NumberItem, own: Sequence[Clip], grade: Grade) -> tuple[Grade, tuple[Evidence, ...]]:
    for clip in own:
        for number, region in enumerate(clip.regions):
            points = line_of(item, region, float(grade.value or 0))
            if points is not None:
                caliper = Caliper(points, number, grade.value or "", item.unit, _spacing(clip, item, points, grade.value or ""))
                return grade, (Evidence(clip.sha256, clip.frames // 2, None, Binding.CALIPER, caliper),)
    return not_evaluable(_form(opened).ne_reasons(ItemId(item.id))[0].id), ()


def _spacing(clip: Clip, item: NumberItem, points: Points, value: str) -> tuple[str, str] | None:
    """The size of a pixel under a caliper; None where its points, which lie on hundredths, give the last digit otherwise."""
    found = clips.caliper(clip, *((x / HUNDREDTHS, y / HUNDREDTHS) for x, y in points))
    if not isinstance(found, clips.Length):
        return None
    measured = Measurement(clip.sha256, 0, QUANTITIES[item.measure], points, found.region, found.spacing, value, item.unit)
    return found.spacing if measured.follows else None


def _form(opened: OpenReading | OpenCase) -> Form:
    return opened.reading.form if isinstance(opened, OpenReading) else opened.case.form


def line_of(item: NumberItem, region: Region, value: float) -> Points | None:
    """The ends of a line of this size, where a phantom has its vein or its curve, or as near as it has room.

    None where the region measures something else, or is smaller than that.
    """
    spectral = region.kind is RegionKind.SPECTRAL
    if not region.usable or spectral != (item.measure != "length"):
        return None
    x0, y0, x1, y1 = region.box
    x, y = 50 * (x0 + x1), 50 * (y0 + y1)
    if item.measure == "time":
        reach = round(50 * value / abs(region.dx))
        middle = _with_room(x, reach, x0, x1)
        return None if middle is None else ((middle - reach, y), (middle + reach, y))
    if not spectral:
        x, y = (round(100 * (low + share * (high - low))) for low, high, share in ((x0, x1, _VEIN[0]), (y0, y1, _VEIN[1])))
    reach = round(50 * value / abs(region.dy) / (1 if spectral else 10))
    middle = _with_room(y, reach, y0, y1)
    return None if middle is None else ((x, middle - reach), (x, middle + reach))


def _with_room(middle: int, reach: int, first: int, last: int) -> int | None:
    """The middle of a line that stays between two edges, in hundredths of a pixel."""
    low, high = 100 * first + reach, 100 * last - reach
    return min(max(middle, low), high) if low <= high else None


def adjudicate_all(here: Staffed, session: Session, trial: SimulatedTrial, done: Done) -> int:
    """Every case that waits for an adjudicator; answers how many were signed."""
    signed = 0
    while (assignment := next_of(here, session, WorkKind.ADJUDICATION)) is not None:
        opened = adjudication.open_case(here.lab, session, assignment)
        draft = _decided(opened, trial, *_whose(here, assignment)[:2])
        for doubt in draft.unconfirmed:
            draft = draft.confirming(doubt.check, doubt.segment, _SEEN)
        version = adjudication.save(here.lab, session, assignment, draft, version=opened.version).version
        adjudication.sign(here.lab, session, assignment, draft, here.password(session), version=version, attended=False)
        signed += 1
        done()
    return signed


def _decided(opened: OpenCase, trial: SimulatedTrial, subject: SubjectCode, visit: VisitId) -> CaseDraft:
    """Takes a side where sides are shown, else says what the picture shows; then answers the details that this asks anew.

    Sides drawn by chance may break a hard check of the charter; then one side is taken throughout.
    """
    draft = _all_decided(opened, trial, (subject, visit), None)
    for always in (Take.A, Take.B):
        draft = _all_decided(opened, trial, (subject, visit), always) if draft.broken else draft
    return draft


def _all_decided(opened: OpenCase, trial: SimulatedTrial, exam: tuple[SubjectCode, VisitId], always: Take | None) -> CaseDraft:
    draft = opened.draft
    while (cell := draft.next_unanswered()) is not None:
        draft = _one_decided(opened, draft, trial, exam, (cell, always or trial.taken(*exam, cell)))
    return draft


def _one_decided(
    opened: OpenCase, draft: CaseDraft, trial: SimulatedTrial, exam: tuple[SubjectCode, VisitId], choice: tuple[Cell, Take]
) -> CaseDraft:
    (cell, take), mode = choice, opened.case.mode
    disputed = cell in {dispute.cell for dispute in opened.case.disputes}
    if mode is Mode.FORCED_CHOICE or (disputed and mode is Mode.REVIEW):
        for side in (take, Take.B if take is Take.A else Take.A):
            if draft.may_take(cell, side):
                return draft.decided(cell, side, reason=DecisionReason.OTHER_FRAME)
    grade, evidence = _proven(opened, cell, trial.truth(*exam, cell))
    return draft.decided(cell, Take.OWN, grade=grade, reason=DecisionReason.OTHER_FRAME, evidence=evidence)
