"""What keeps a reading from being signed, and what wants a reason first, in words."""

from typing import Final

from corelab.domain.checks import CheckCode, CheckFault, Firing
from corelab.domain.reading import Reading
from corelab.domain.vocabulary import WHOLE_EXAM, SegmentId
from corelab.ui.commands import with_keys
from corelab.ui.exam_clips import ExamClips
from corelab.ui.segment_state import places_of
from corelab.ui.segment_words import cell_words, firing_words, label_words

_WORDS: Final = {
    CheckCode.UNANSWERED: "no answer yet",
    CheckCode.GRADE_REFUSED: "this answer is not offered here; answer again",
    CheckCode.NOTE_MISSING: "this reason needs a note",
    CheckCode.EVIDENCE_MISSING: "mark the frame that shows it ({evidence})",
    CheckCode.PAIR_MISSING: "mark the frame under pressure too ({evidence_pair})",
    CheckCode.CALIPER_MISSING: "measure it with a caliper ({caliper})",
    CheckCode.EVIDENCE_UNKNOWN: "its frame cannot be shown; mark another ({evidence})",
    CheckCode.MEASUREMENT_UNKNOWN: "a measurement cannot be kept; pick it ({point_next}) and delete it ({clear_written})",
    CheckCode.CLIP_UNPLAYED: "not played to its end",
    CheckCode.SEGMENT_UNPLAYED: "graded before one of its clips was played",
}


def fault_words(reading: Reading, exam: ExamClips, fault: CheckFault) -> str:
    """One line: where, then what is missing."""
    if fault.code is CheckCode.IDENTITY_IN_NOTE:
        where = cell_words(reading, fault.cell) if fault.cell else "Note"
        return f'{where}: "{fault.found}" may tell who, when or where; take it out'
    where = cell_words(reading, fault.cell) if fault.cell else _segment_of(reading, exam, fault)
    return f"{where}: {fault.check.message if fault.check is not None else with_keys(_WORDS[fault.code])}"


def firing_line(reading: Reading, firing: Firing) -> str:
    """One line about a soft check: where, then what it says."""
    places = [_name(reading, place) for place in sorted(places_of(reading.form, firing))]
    where = "Whole exam" if firing.segment == WHOLE_EXAM and len(places) != 1 else places[0]
    return f"{where}: {firing_words(firing)}"


def _segment_of(reading: Reading, exam: ExamClips, fault: CheckFault) -> str:
    clip = exam.clip(fault.clip) if fault.clip else None
    segment = fault.segment if fault.segment is not None else clip.segment if clip else None
    name = _name(reading, segment)
    return f"{name}, {exam.place(clip).lower()}" if clip else name


def _name(reading: Reading, segment: SegmentId | None) -> str:
    if segment == WHOLE_EXAM:
        return "Whole exam"
    known = next((each for each in reading.form.segments if each.id == segment), None)
    return label_words(known) if known else "Clips without segment"
