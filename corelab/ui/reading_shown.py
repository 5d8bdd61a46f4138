"""What the parts of the reading page show of a Grading."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from corelab.domain.checks import Firing, unconfirmed
from corelab.domain.clip import Clip
from corelab.domain.form import Form
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Binding, Cell, Evidence, SegmentId, Sha256, Side
from corelab.ui.caliper import Caliper
from corelab.ui.capture import drawn_again
from corelab.ui.clip_rail import RailClip
from corelab.ui.exam_clips import ExamClips, ViewingLog
from corelab.ui.grading import Grading, marks_of
from corelab.ui.question_order import segments_asked
from corelab.ui.rail_parts import SegmentRow
from corelab.ui.segment_state import SegmentState, states_of
from corelab.ui.segment_words import code_words, lowered, segment_grade, segment_words, short_name
from corelab.ui.time_line import StripMark
from corelab.ui.vein_paths import tree_of

_GAPS_TOLD: Final = 3
TOLD: Final = 2
"""Words that stand at one mark of the strip; of more, only how many."""


def side_words(form: Form) -> str:
    """``Right side, ``, or nothing where both or none is under study."""
    sides = {segment.side for segment in form.segments} - {Side.UNPAIRED}
    return f"{sides.pop().value.capitalize()} side, " if len(sides) == 1 else ""


def told_words(form: Form) -> str:
    """What the reader may know of the exam: ``Visit: Day 10, ``; empty where the charter shows nothing."""
    return "".join(f"{word}: {value}, " for word, value in form.told)


def checks_now(reading: Reading, clips: Sequence[Clip]) -> tuple[Firing, ...]:
    """The soft checks that are told while the reader answers, and wait for a reason."""
    return unconfirmed(reading, clips, at_answer=True) if reading.form.checks else ()


def states(grading: Grading, firings: Sequence[Firing]) -> Mapping[SegmentId, SegmentState]:
    return states_of(grading.reading, firings, {cell.segment for cell in grading.lacking_evidence})


def rail_rows(
    reading: Reading, exam: ExamClips, log: ViewingLog, states: Mapping[SegmentId, SegmentState] | None = None
) -> tuple[SegmentRow, ...]:
    tree = tree_of(segment.map for segment in reading.form.segments)
    rows = []
    for segment in segments_asked(reading.form):
        clips, state = exam.of(segment.id), (states or {}).get(segment.id, SegmentState())
        section = tree.veins[segment.map].section if tree is not None and segment.map in tree.veins else ""
        seen = sum(log.seen(clip) for clip in clips)
        said = (segment_words(reading, segment), f"{seen} of {len(clips)} clips seen" if clips else "", state.words)
        code = segment.name if segment.is_exam else code_words(segment.code)
        name, grade = "" if segment.is_exam else short_name(segment.name), segment_grade(reading, segment)
        words = ". ".join(words for words in said if words)
        rows.append(SegmentRow(segment.id, code, name, section, words, grade, len(clips), seen, state))
    return tuple(rows)


def rail_clips(exam: ExamClips, log: ViewingLog, segment: SegmentId) -> tuple[RailClip, ...]:
    return tuple(RailClip(clip.sha256, number, log.seen(clip), unseen_words(clip, log)) for number, clip in enumerate(exam.of(segment), 1))


def unseen_words(clip: Clip, log: ViewingLog) -> str:
    """``frames 31 to 60 not seen``; of many gaps the first ones. Empty where all was seen."""
    unseen = log.unseen(clip)
    if not unseen:
        return ""
    if unseen == ((0, clip.frames - 1),):
        return "not seen yet"
    said = [str(first + 1) if first == last else f"{first + 1} to {last + 1}" for first, last in unseen[:_GAPS_TOLD]]
    more = " and others" if len(unseen) > _GAPS_TOLD else ""
    one = len(unseen) == 1 and unseen[0][0] == unseen[0][1]
    return f"frame{'' if one else 's'} {', '.join(said)}{more} not seen"


def strip_marks(grading: Grading, clip: Clip | None) -> tuple[StripMark, ...]:
    """The frames of this clip that prove a grade; what was bound by itself is hollow."""
    if clip is None:
        return ()
    bound = (each for each in marks_of(grading.reading.answers) if each[1].clip == clip.sha256)
    marks = [mark for cell, evidence in bound for mark in _marks(grading, cell, evidence)]
    if grading.kept is not None and grading.kept.clip == clip.sha256:
        marks.append(StripMark(grading.kept.frame_a, "next answer"))
    return tuple(_joined([mark for mark in marks if mark.frame == frame]) for frame in dict.fromkeys(mark.frame for mark in marks))


def _joined(marks: Sequence[StripMark]) -> StripMark:
    """What lies on one frame is one mark; it is hollow where nobody marked the frame."""
    words = tuple(dict.fromkeys(mark.word for mark in marks))
    more = f" +{len(words) - TOLD}" if len(words) > TOLD else ""
    return replace(marks[0], word=", ".join(words[:TOLD]) + more, hollow=all(mark.hollow for mark in marks))


def kept_calipers(grading: Grading, clip: Sha256) -> tuple[Caliper, ...]:
    """The calipers of the selected answer that lie on this clip, to be drawn again."""
    answer = grading.reading.answers.get(grading.cell) if grading.cell is not None else None
    own = (each for each in answer.evidence if each.clip == clip) if answer is not None else ()
    return tuple(drawn for each in own if (drawn := drawn_again(each)) is not None)


def _marks(grading: Grading, cell: Cell, evidence: Evidence) -> tuple[StripMark, ...]:
    if evidence.frame_b is not None:
        return StripMark(evidence.frame_a, "rest"), StripMark(evidence.frame_b, "compressed")
    word = lowered(grading.reading.form.item(cell.item).label)
    return (StripMark(evidence.frame_a, word, hollow=evidence.bound is Binding.AUTO),)
