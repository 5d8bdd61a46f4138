"""Checks of a reading: hard ones keep it from being signed, soft ones want to be confirmed with a reason. All are told at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from corelab.domain.charter.model_item import NumberItem, TextItem
from corelab.domain.clip import Clip
from corelab.domain.conditions import Facts, fired
from corelab.domain.form import Form, refused
from corelab.domain.form_checks import FormCheck
from corelab.domain.identity import identity_hints
from corelab.domain.measurement import MOST, MOST_POINTS, Measurement, of_caliper
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import WHOLE_EXAM, Answer, Binding, Cell, Evidence, Grade, Missing, SegmentId, Sha256

UNPLAYED_CLIPS: Final = "unplayed_clips"
READING_TIME: Final = "reading_time"
IDENTITY_IN_TEXT: Final = "identity_in_text"


class CheckCode(Enum):
    UNANSWERED = "unanswered"
    GRADE_REFUSED = "grade_refused"
    NOTE_MISSING = "note_missing"
    EVIDENCE_MISSING = "evidence_missing"
    EVIDENCE_UNKNOWN = "evidence_unknown"
    CLIP_UNPLAYED = "clip_unplayed"
    SEGMENT_UNPLAYED = "segment_unplayed"
    IDENTITY_IN_NOTE = "identity_in_note"
    PAIR_MISSING = "pair_missing"
    CALIPER_MISSING = "caliper_missing"
    MEASUREMENT_UNKNOWN = "measurement_unknown"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class CheckFault:
    """One thing that keeps a reading from being signed: in a cell, of a clip, on a segment, or in a text (``found`` = its words).

    ``check`` is the hard check of the charter that fired.
    """

    code: CheckCode
    cell: Cell | None = None
    clip: Sha256 | None = None
    segment: SegmentId | None = None
    found: str | None = None
    check: FormCheck | None = None


@dataclass(frozen=True, slots=True)
class Firing:
    """A soft check that fires: of the charter (``message`` is its), or one that the charter sets for signing (``message`` is empty).

    ``segment`` is ``WHOLE_EXAM`` where it concerns the exam; ``found`` holds words of a text, or a number, that it is about.
    """

    check: str
    segment: SegmentId
    message: str = ""
    found: str = ""


def hard_faults(reading: Reading, clips: Sequence[Clip]) -> tuple[CheckFault, ...]:
    """Everything that keeps this reading of these clips from being signed: cells in form order, checks, clips, then texts.

    Soft checks that nobody confirmed are told by ``unconfirmed``.
    """
    faults = [fault for cell in reading.form.cells for fault in _of_cell(reading, cell, clips)]
    facts = facts_of(reading, clips)
    hard = (check for check in reading.form.checks if check.level == "hard" and fired(check.test, reading.grades, facts))
    checks = (CheckFault(CheckCode.CHECK, segment=check.segment, check=check) for check in hard)
    return (*faults, *checks, *measuring_faults(reading.measurements, clips), *_of_playing(reading, clips), *_of_texts(reading))


def firings(reading: Reading, clips: Sequence[Clip], *, at_answer: bool = False) -> tuple[Firing, ...]:
    """Every soft check that fires now, confirmed or not; with ``at_answer`` only those that are told while the reader answers."""
    facts = facts_of(reading, clips)
    asked = (check for check in reading.form.checks if check.level == "soft" and (check.on == "answer" or not at_answer))
    found = [Firing(check.id, check.segment, check.message) for check in asked if fired(check.test, reading.grades, facts)]
    return tuple(found) if at_answer else (*found, *_at_signing(reading, clips))


def unconfirmed(reading: Reading, clips: Sequence[Clip], *, at_answer: bool = False) -> tuple[Firing, ...]:
    """The soft checks that fire and that the reader has not confirmed with a reason."""
    known = {(one.check, one.segment) for one in reading.confirmed if one.reason.strip()}
    return tuple(one for one in firings(reading, clips, at_answer=at_answer) if (one.check, one.segment) not in known)


def facts_of(reading: Reading, clips: Sequence[Clip]) -> Facts:
    """What checks may know beside the grades."""
    unplayed = [clip for clip in clips if not played(reading, clip)]
    counts = {segment: sum(clip.segment == segment for clip in unplayed) for segment in {clip.segment for clip in unplayed} if segment}
    labels = {clip.sha256: clip.segment for clip in clips if clip.segment is not None}
    given = (answer for cell, answer in reading.answers.items() if reading.settled.grades.get(cell) == answer.grade)
    elsewhere = (one for one in given if any(labels.get(each.clip, one.cell.segment) != one.cell.segment for each in one.evidence))
    return Facts(
        unplayed=MappingProxyType({**counts, WHOLE_EXAM: len(unplayed)}),
        label_differs=frozenset(one.cell.segment for one in elsewhere if one.cell.segment != WHOLE_EXAM),
        seconds=reading.seconds,
    )


def _at_signing(reading: Reading, clips: Sequence[Clip]) -> Iterator[Firing]:
    """The checks that need more than grades (charter format, section 8)."""
    signing = reading.form.signing
    left = sum(not played(reading, clip) for clip in clips)
    if signing.unplayed_clips == "soft" and left:
        yield Firing(UNPLAYED_CLIPS, WHOLE_EXAM, found=str(left))
    if signing.time_outside == "soft" and not signing.min_seconds <= reading.seconds <= signing.max_seconds:
        yield Firing(READING_TIME, WHOLE_EXAM, found=str(reading.seconds))
    if signing.identity_in_text == "soft":
        for cell, text in _texts(reading):
            if words := names_somebody(text):
                yield Firing(IDENTITY_IN_TEXT, cell.segment if cell else WHOLE_EXAM, found=", ".join(words))


def may_grade(reading: Reading, segment: SegmentId, clips: Sequence[Clip]) -> bool:
    """Whether a digit is accepted on this segment now: where the charter asks for it, one of its clips must have played once."""
    own = [clip for clip in clips if clip.segment == segment]
    return not reading.form.signing.first_play_before_grading or not own or any(played(reading, clip) for clip in own)


def played(reading: Reading, clip: Clip) -> bool:
    """Whether every frame of a clip that can be shown was shown at least once."""
    shown = reading.played.get(clip.sha256, frozenset())
    return all(frame in shown for frame in range(clip.frames) if frame not in clip.damaged)


def lacks_mark(form: Form, cell: Cell, grade: Grade, evidence: Sequence[Evidence]) -> bool:
    """Whether the charter asks for a frame marked by hand with this answer, and none is there."""
    item = form.item(cell.item)
    needed = grade.value is not None and item.needs_mark(grade.value)
    return needed and not any(each.bound is Binding.MARKED for each in evidence)


def lacks_pair(form: Form, cell: Cell, grade: Grade, evidence: Sequence[Evidence]) -> bool:
    """Whether the charter asks for a frame at rest and one under pressure with this answer, and only one of them is marked."""
    item = form.item(cell.item)
    paired = item.evidence is not None and item.evidence.kind == "frame_pair"
    needed = paired and grade.value is not None and item.needs_mark(grade.value)
    return needed and not any(each.bound is Binding.MARKED and each.frame_b is not None for each in evidence)


def lacks_caliper(form: Form, cell: Cell, grade: Grade, evidence: Sequence[Evidence]) -> bool:
    """Whether a measured value stands here that no caliper wrote, or a caliper whose value is not what its points give.

    A caliper of before the size of a pixel was kept tells too little for that.
    """
    item = form.item(cell.item)
    if not isinstance(item, NumberItem) or item.measure == "typed":
        return False
    drawn = [found for one in evidence if (found := of_caliper(one, item.measure)) is not None]
    wrong = any(one.spacing is not None and not one.follows for one in drawn)
    return wrong or (grade.value is not None and all(one.value != grade.value for one in drawn))


def can_be_shown(evidence: Evidence, clips: Sequence[Clip]) -> bool:
    """Whether the evidence names a clip of this exam and frames of it that can be shown."""
    clip = next((clip for clip in clips if clip.sha256 == evidence.clip), None)
    frames = [frame for frame in (evidence.frame_a, evidence.frame_b) if frame is not None]
    return clip is not None and all(0 <= frame < clip.frames and frame not in clip.damaged for frame in frames)


def names_somebody(note: str) -> tuple[str, ...]:
    """The words of a note that look like identity."""
    return tuple(note[hint.start : hint.end] for hint in identity_hints(note))


def _of_cell(reading: Reading, cell: Cell, clips: Sequence[Clip]) -> Iterator[CheckFault]:
    answer = reading.answers.get(cell)
    if not reading.settled.standing[cell].shown:
        return
    if answer is None:
        if cell not in reading.settled.grades:
            yield CheckFault(CheckCode.UNANSWERED, cell)
        return
    if refused(reading.form, cell, answer.grade):
        yield CheckFault(CheckCode.GRADE_REFUSED, cell)
    if _needs_note(reading, answer) and not reading.note.strip():
        yield CheckFault(CheckCode.NOTE_MISSING, cell)
    yield from (CheckFault(code, cell) for code in _unproven(reading.form, answer))
    for evidence in answer.evidence:
        if not can_be_shown(evidence, clips):
            yield CheckFault(CheckCode.EVIDENCE_UNKNOWN, cell, clip=evidence.clip)


def _unproven(form: Form, answer: Answer) -> Iterator[CheckCode]:
    said = (form, answer.cell, answer.grade, answer.evidence)
    if lacks_mark(*said):
        yield CheckCode.EVIDENCE_MISSING
    elif lacks_pair(*said):
        yield CheckCode.PAIR_MISSING
    if lacks_caliper(*said):
        yield CheckCode.CALIPER_MISSING


def _needs_note(reading: Reading, answer: Answer) -> bool:
    reasons = reading.form.missing_reasons.ne
    grade = answer.grade
    return grade.missing is Missing.NOT_EVALUABLE and any(reason.note for reason in reasons if reason.id == grade.reason)


def measuring_faults(measurements: Sequence[Measurement], clips: Sequence[Clip]) -> Iterator[CheckFault]:
    """What was measured lies on frames of this exam, is what its points give, and is no more than an envelope has room for."""
    for number, one in enumerate(measurements):
        shown = can_be_shown(Evidence(one.clip, one.frame), clips)
        if number >= MOST or len(one.points) > MOST_POINTS or not shown or not one.follows:
            yield CheckFault(CheckCode.MEASUREMENT_UNKNOWN, clip=one.clip if shown else None)


def _of_playing(reading: Reading, clips: Sequence[Clip]) -> Iterator[CheckFault]:
    if reading.form.signing.unplayed_clips == "hard":
        yield from (CheckFault(CheckCode.CLIP_UNPLAYED, clip=clip.sha256) for clip in clips if not played(reading, clip))
    for segment in reading.form.segments:
        graded = any(cell.segment == segment.id and not answer.grade.prefilled for cell, answer in reading.answers.items())
        if graded and not may_grade(reading, segment.id, clips):
            yield CheckFault(CheckCode.SEGMENT_UNPLAYED, segment=segment.id)


def _of_texts(reading: Reading) -> Iterator[CheckFault]:
    """What the note and every text answer say that looks like identity; soft where the charter wants it so."""
    if reading.form.signing.identity_in_text == "hard":
        for cell, text in _texts(reading):
            yield from (CheckFault(CheckCode.IDENTITY_IN_NOTE, cell, found=words) for words in names_somebody(text))


def _texts(reading: Reading) -> Iterator[tuple[Cell | None, str]]:
    """Everything that was typed in words, with its cell; the note has none."""
    for cell in reading.form.cells:
        grade = reading.settled.grades.get(cell)
        if grade is not None and grade.value is not None and isinstance(reading.form.item(cell.item), TextItem):
            yield cell, grade.value
    yield None, reading.note
