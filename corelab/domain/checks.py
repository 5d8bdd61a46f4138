"""Hard checks of a reading: what keeps it from being signed. All are told at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from corelab.domain.clip import Clip
from corelab.domain.form import Form, refused
from corelab.domain.identity import identity_hints
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Answer, Binding, Cell, Evidence, Grade, Missing, SegmentId, Sha256


class CheckCode(Enum):
    UNANSWERED = "unanswered"
    GRADE_REFUSED = "grade_refused"
    NOTE_MISSING = "note_missing"
    EVIDENCE_MISSING = "evidence_missing"
    EVIDENCE_UNKNOWN = "evidence_unknown"
    CLIP_UNPLAYED = "clip_unplayed"
    SEGMENT_UNPLAYED = "segment_unplayed"
    IDENTITY_IN_NOTE = "identity_in_note"


@dataclass(frozen=True, slots=True)
class CheckFault:
    """One thing that keeps a reading from being signed: in a cell, of a clip, on a segment, or in the note (``found`` = its words)."""

    code: CheckCode
    cell: Cell | None = None
    clip: Sha256 | None = None
    segment: SegmentId | None = None
    found: str | None = None


def hard_faults(reading: Reading, clips: Sequence[Clip]) -> tuple[CheckFault, ...]:
    """Everything that keeps this reading of these clips from being signed: cells in form order, then clips, then the note."""
    faults = [fault for cell in reading.form.cells for fault in _of_cell(reading, cell, clips)]
    return (*faults, *_of_playing(reading, clips), *_of_note(reading))


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
    needed = grade.value is not None and form.item(cell.item).needs_mark(grade.value)
    return needed and not any(each.bound is Binding.MARKED for each in evidence)


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
    if answer is None:
        yield CheckFault(CheckCode.UNANSWERED, cell)
        return
    if refused(reading.form, cell, answer.grade):
        yield CheckFault(CheckCode.GRADE_REFUSED, cell)
    if _needs_note(reading, answer) and not reading.note.strip():
        yield CheckFault(CheckCode.NOTE_MISSING, cell)
    if lacks_mark(reading.form, cell, answer.grade, answer.evidence):
        yield CheckFault(CheckCode.EVIDENCE_MISSING, cell)
    for evidence in answer.evidence:
        if not can_be_shown(evidence, clips):
            yield CheckFault(CheckCode.EVIDENCE_UNKNOWN, cell, clip=evidence.clip)


def _needs_note(reading: Reading, answer: Answer) -> bool:
    reasons = reading.form.missing_reasons.ne
    grade = answer.grade
    return grade.missing is Missing.NOT_EVALUABLE and any(reason.note for reason in reasons if reason.id == grade.reason)


def _of_playing(reading: Reading, clips: Sequence[Clip]) -> Iterator[CheckFault]:
    if reading.form.signing.unplayed_clips == "hard":
        yield from (CheckFault(CheckCode.CLIP_UNPLAYED, clip=clip.sha256) for clip in clips if not played(reading, clip))
    for segment in reading.form.segments:
        graded = any(cell.segment == segment.id and not answer.grade.prefilled for cell, answer in reading.answers.items())
        if graded and not may_grade(reading, segment.id, clips):
            yield CheckFault(CheckCode.SEGMENT_UNPLAYED, segment=segment.id)


def _of_note(reading: Reading) -> Iterator[CheckFault]:
    yield from (CheckFault(CheckCode.IDENTITY_IN_NOTE, found=words) for words in names_somebody(reading.note))
