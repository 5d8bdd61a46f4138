"""How intake says what it found, and reads what a coordinator types."""

from collections import Counter

from corelab.domain.charter import Charter
from corelab.domain.intake import ClipState, IntakeCode, Outcome
from corelab.domain.vocabulary import ExamState, SegmentId, Side
from corelab.services.intake import ExamOverview, IntakeReport, ObjectReport, WaitingClip
from corelab.ui.rows import Column, Mark, Shown, shown
from corelab.ui.segment_words import code_words
from corelab.ui.theme import Colour, Weight
from corelab.ui.work_words import EXAM_STATE_WORDS

SEGMENT_COLUMN = 6
_MASK_CODES = frozenset({IntakeCode.REGION_INVALID.value, IntakeCode.TEMPLATE_MISMATCH.value})
_LETTERS = {"R": Side.RIGHT, "L": Side.LEFT}
_STATES = {
    ClipState.HELD: "Your decision",
    ClipState.CHECKED: "Pixel check",
    ClipState.PASSED: "Second person",
    ClipState.REJECTED: "Nothing: rejected",
    ClipState.RELEASED: "Nothing: released",
}


def clip_columns() -> tuple[Column, ...]:
    return (
        Column("Clip", 60, right=True),
        Column("Subject", 120),
        Column("Visit", 70),
        Column("Frames", 84, right=True),
        Column("Rate", 80),
        Column("Calibration", 110),
        Column("Segment", 110, editable=True),
        Column("Waits for"),
    )


def clip_cells(clip: WaitingClip) -> tuple[Shown, ...]:
    return (
        Shown(str(clip.number), Colour.STRONG, Weight.HEADING),
        shown(clip.subject),
        shown(clip.visit),
        shown(clip.frames or ""),
        shown("still" if clip.frames == 1 else f"{clip.rate:.0f}/s" if clip.rate else ""),
        shown("found") if clip.calibrated else Shown("missing", Colour.SECOND),
        Shown(segment_of(clip) or "type it", Colour.STRONG if clip.segment else Colour.ATTENTION, Weight.VALUE),
        _waits(clip),
    )


def _waits(clip: WaitingClip) -> Shown:
    words = _STATES[clip.state]
    attention = clip.state is ClipState.HELD
    return Shown(words, mark=Mark.ATTENTION if attention else None, hint=clip.message)


def frames_words(clip: WaitingClip) -> str:
    """``60, 25/s``; of a damaged clip how many of the declared ones are whole; whether the rate is only assumed."""
    if clip.frames <= 1 and not clip.left_out:
        return "still"
    count = f"{clip.frames} of {clip.declared}" if clip.left_out and clip.declared else str(clip.frames)
    return f"{count}, {clip.rate:.0f}/s{' assumed' if clip.rate_assumed else ''}"


def segment_of(clip: WaitingClip) -> str:
    """``R FV prox``, or nothing where it has no label yet."""
    if clip.segment is None:
        return ""
    code = clip.segment.removesuffix(".L").removesuffix(".R")
    return f"{clip.side.letter if clip.side else ''} {code_words(code)}".strip()


def typed_segment(words: str, charter: Charter) -> tuple[SegmentId, Side | None] | None:
    """Read "R CFV", "r:cfv", "rcfv", "fv prox" or "IVC" as segment and side; None where the charter has no such segment."""
    known = {segment.id for segment in charter.segments}
    bare = words.strip().upper().replace(":", " ")
    first, _, rest = bare.partition(" ")
    tries = [(rest, _LETTERS.get(first)), (bare, None), (bare[1:], _LETTERS.get(bare[:1]))]
    for code, side in tries:
        segment = "_".join(code.split())
        if segment in known:
            return SegmentId(segment), side
    return None


def report_words(report: IntakeReport) -> str:
    """One line on a delivery: how many ended how, and the words of the first few that did not get through."""
    counts = Counter(each.outcome for each in report.objects)
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    refused = [f"No. {each.n}: {each.message}" for each in report.objects if _to_ask(each)]
    more = f" ({len(refused) - 3} more)" if len(refused) > 3 else ""
    said = [f"Taken in: {', '.join(parts) or 'nothing found'}.", f"{' '.join(refused[:3])}{more}", report.ending]
    return " ".join(each for each in said if each)


def _to_ask(each: ObjectReport) -> bool:
    return bool(each.message) and (each.outcome is Outcome.REJECTED or each.doubtful)


def faults_words(clip: WaitingClip) -> str:
    """Everything found about a clip, in words; nothing for a clean one."""
    said = [clip.message, *(fault.message for fault in clip.faults)]
    return " ".join(dict.fromkeys(each for each in said if each))


def needs_words(exam: ExamOverview) -> str:
    """What keeps an exam from being read, or where it stands."""
    missing, waiting = len(exam.completeness.missing), exam.completeness.waiting
    if exam.state is not ExamState.RECEIVING:
        return EXAM_STATE_WORDS[exam.state].lower()
    if missing:
        return f"{missing} missing"
    if exam.completeness.unknown:
        unknown = len(exam.completeness.unknown)
        return "1 fact missing" if unknown == 1 else f"{unknown} facts missing"
    return f"{waiting} to check" if waiting else "ready"


def needs_mask(clip: WaitingClip) -> bool:
    """Whether a person's word about masks is what the clip is held for."""
    return clip.state is ClipState.HELD and clip.code in _MASK_CODES


def masked_by_file(clip: WaitingClip) -> bool:
    """Whether the file's own regions leave anything of the picture out."""
    return bool(clip.regions) and (0, 0, clip.columns - 1, clip.rows - 1) not in clip.regions


def settled(clip: WaitingClip) -> bool:
    """Nothing more is to be done about it."""
    return clip.state in (ClipState.REJECTED, ClipState.RELEASED)
