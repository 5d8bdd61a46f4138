"""What keeps a reading from being signed, in words."""

from typing import Final

from corelab.domain.checks import CheckCode, CheckFault
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import SegmentId
from corelab.ui.exam_clips import ExamClips
from corelab.ui.segment_words import cell_words, label_words

_WORDS: Final = {
    CheckCode.UNANSWERED: "no answer yet",
    CheckCode.GRADE_REFUSED: "this answer is not offered here; answer again",
    CheckCode.NOTE_MISSING: "this reason needs a note",
    CheckCode.EVIDENCE_MISSING: "mark the frame that shows it (K)",
    CheckCode.EVIDENCE_UNKNOWN: "its frame cannot be shown; mark another (K)",
    CheckCode.CLIP_UNPLAYED: "not played to its end",
    CheckCode.SEGMENT_UNPLAYED: "graded before one of its clips was played",
}


def fault_words(reading: Reading, exam: ExamClips, fault: CheckFault) -> str:
    """One line: where, then what is missing."""
    if fault.code is CheckCode.IDENTITY_IN_NOTE:
        return f'Note: "{fault.found}" may tell who, when or where; take it out'
    where = cell_words(reading, fault.cell) if fault.cell else _segment_of(reading, exam, fault)
    return f"{where}: {_WORDS[fault.code]}"


def _segment_of(reading: Reading, exam: ExamClips, fault: CheckFault) -> str:
    clip = exam.clip(fault.clip) if fault.clip else None
    segment = fault.segment or (clip.segment if clip else None)
    name = _name(reading, segment)
    return f"{name}, {exam.place(clip).lower()}" if clip else name


def _name(reading: Reading, segment: SegmentId | None) -> str:
    known = next((each for each in reading.form.segments if each.id == segment), None)
    return label_words(known) if known else "Clips without segment"
