"""What the parts of the reading page show of a Grading."""

from corelab.domain.clip import Clip
from corelab.domain.form import Form
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import Binding, Cell, Evidence, SegmentId, Side
from corelab.ui.clip_rail import RailClip
from corelab.ui.exam_clips import ExamClips, ViewingLog
from corelab.ui.grading import Grading, marks_of
from corelab.ui.rail_parts import SegmentRow
from corelab.ui.segment_words import code_words, segment_grade, segment_words, short_name
from corelab.ui.time_line import StripMark
from corelab.ui.vein_paths import vein_tree


def side_words(form: Form) -> str:
    """``Right side, ``, or nothing where both or none is under study."""
    sides = {segment.side for segment in form.segments} - {Side.UNPAIRED}
    return f"{sides.pop().value.capitalize()} side, " if len(sides) == 1 else ""


def rail_rows(reading: Reading, exam: ExamClips, log: ViewingLog) -> tuple[SegmentRow, ...]:
    veins = vein_tree().veins
    rows = []
    for segment in reading.form.segments:
        clips = exam.of(segment.id)
        section = veins[segment.map].section if segment.map in veins else ""
        seen = sum(log.seen(clip) for clip in clips)
        words = f"{segment_words(reading, segment)}. {seen} of {len(clips)} clips seen" if clips else segment_words(reading, segment)
        grade = segment_grade(reading, segment)
        rows.append(SegmentRow(segment.id, code_words(segment.code), short_name(segment.name), section, words, grade, len(clips), seen))
    return tuple(rows)


def rail_clips(exam: ExamClips, log: ViewingLog, segment: SegmentId) -> tuple[RailClip, ...]:
    return tuple(RailClip(clip.sha256, number, log.seen(clip)) for number, clip in enumerate(exam.of(segment), 1))


def strip_marks(grading: Grading, clip: Clip | None) -> tuple[StripMark, ...]:
    """The frames of this clip that prove a grade; what was bound by itself is hollow."""
    if clip is None:
        return ()
    bound = (each for each in marks_of(grading.reading.answers) if each[1].clip == clip.sha256)
    marks = [mark for cell, evidence in bound for mark in _marks(grading, cell, evidence)]
    if grading.kept is not None and grading.kept.clip == clip.sha256:
        marks.append(StripMark(grading.kept.frame_a, "next answer"))
    return tuple(marks)


def _marks(grading: Grading, cell: Cell, evidence: Evidence) -> tuple[StripMark, ...]:
    if evidence.frame_b is not None:
        return StripMark(evidence.frame_a, "rest"), StripMark(evidence.frame_b, "compressed")
    word = grading.reading.form.item(cell.item).label.lower()
    return (StripMark(evidence.frame_a, word, hollow=evidence.bound is Binding.AUTO),)
