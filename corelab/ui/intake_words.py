"""How intake says what it found, and reads what a coordinator types."""

from collections import Counter
from collections.abc import Sequence

from corelab.domain.charter import Charter
from corelab.domain.intake import ClipState, HitClass, IntakeCode, Outcome
from corelab.domain.vocabulary import ExamState, SegmentId, Side
from corelab.services.intake import (
    ExamOverview,
    Finding,
    IntakeReport,
    Mode,
    ObjectReport,
    ProposalSource,
    Quality,
    QualityReason,
    Said,
    View,
    WaitingClip,
)
from corelab.ui.rows import Column, Mark, Shown, shown
from corelab.ui.segment_words import code_words
from corelab.ui.theme import Colour, Weight
from corelab.ui.work_words import EXAM_STATE_WORDS

SEGMENT_COLUMN = 6
SPARE_COLUMNS = frozenset({4, 5, 7, 8})
"""In a narrow window these are said beside the table only: scale, text, what it shows, quality."""
VIEW_WORDS = {View.REST: "Rest", View.COMPRESSION: "Compression", View.AUGMENTATION: "Augmentation"}
MODE_WORDS = {Mode.B: "B mode", Mode.COLOUR: "Colour", Mode.SPECTRAL: "Spectral"}
QUALITY_WORDS = {Quality.DIAGNOSTIC: "Diagnostic", Quality.LIMITED: "Limited", Quality.NON_DIAGNOSTIC: "Non-diagnostic"}
REASON_WORDS = {
    QualityReason.DEPTH: "Depth: too deep or too shallow",
    QualityReason.GAIN: "Gain: too dark or too bright",
    QualityReason.NO_TRANSVERSE_COMPRESSION: "No compression in the transverse view",
    QualityReason.INCOMPLETE_COMPRESSION: "The compression is not whole",
    QualityReason.WRONG_SEGMENT: "Another segment than asked",
    QualityReason.SHORT_CLIP: "The clip is too short",
    QualityReason.FRAME_RATE: "Too few frames a second",
    QualityReason.SCALE_ABSENT: "No scale",
    QualityReason.COLOUR_ABSENT: "No colour",
    QualityReason.SPECTRAL_ABSENT: "No spectrum",
    QualityReason.OTHER: "Something else",
}
CONFLICTS = frozenset(
    {Finding.SEGMENT_CONFLICT, Finding.SIDE_CONFLICT, Finding.LABEL_DIFFERS, Finding.PATIENT, Finding.VISIT_WINDOW}
    | {Finding.REPEATED_ELSEWHERE, Finding.OTHER_CONTENT, Finding.PATIENTS_DIFFER}
)
"""Findings in which two sources disagree."""
SOURCE_WORDS = {
    ProposalSource.PICTURE: "burned into the picture",
    ProposalSource.CODES: "codes of the file",
    ProposalSource.WORDS: "words of the file",
    ProposalSource.REGIONS: "areas of the picture",
    ProposalSource.TRANSMITTAL: "transmittal",
    ProposalSource.EXAM: "delivery",
    ProposalSource.ORDER: "order of the clips",
}
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
        Column("Clip", 62, right=True, firm=True),
        Column("Subject", 110),
        Column("Visit", 72),
        Column("Frames", 124, firm=True),
        Column("Scale", 80),
        Column("Text", 104, firm=True),
        Column("Segment", 126, editable=True, firm=True),
        Column("Shows", 140),
        Column("Quality", 122),
        Column("Waits for"),
    )


def clip_cells(clip: WaitingClip) -> tuple[Shown, ...]:
    """One row; the order is that of the columns."""
    shows = shows_words(clip.view, clip.mode)
    return (
        Shown(str(clip.number), Colour.STRONG, Weight.HEADING),
        shown(clip.subject),
        shown(clip.visit),
        Shown(_frames_cell(clip), mark=Mark.ATTENTION if clip.left_out else None, hint=_frames_hint(clip)),
        shown("found") if clip.calibrated else Shown("none", Colour.SECOND),
        Shown(text_words(clip), Colour.ATTENTION if clip.hits else Colour.SECOND),
        _label_cell(clip),
        Shown(shows or "\u2013", Colour.TEXT if shows else Colour.THIRD, hint=shows),
        _quality_cell(clip),
        _waits(clip),
    )


def text_words(clip: WaitingClip) -> str:
    """What the detector found; that it found nothing is never called clean."""
    named = clip.classes.count(HitClass.SUBJECT)
    if named:
        return f"{named} may name"
    return f"{len(clip.hits)} {'place' if len(clip.hits) == 1 else 'places'}" if clip.hits else "none"


def shows_words(view: View | None, mode: Mode | None) -> str:
    """``Compression, B mode``."""
    said = [VIEW_WORDS[view] if view else "", MODE_WORDS[mode] if mode else ""]
    return ", ".join(each for each in said if each)


def _label_cell(clip: WaitingClip) -> Shown:
    if clip.segment:
        return Shown(segment_of(clip), Colour.STRONG, Weight.VALUE)
    if confirmable(clip):
        proposed = proposed_words(clip)
        return Shown(f"{proposed} ?", Colour.ACCENT, Weight.VALUE, hint=f"Proposed by: {source_words(clip)}. Enter confirms it.")
    return Shown("type it", Colour.ATTENTION, Weight.VALUE)


def _quality_cell(clip: WaitingClip) -> Shown:
    if clip.quality is None:
        return Shown("\u2013", Colour.THIRD)
    colour = Colour.TEXT if clip.quality.grade is Quality.DIAGNOSTIC else Colour.ATTENTION
    return Shown(QUALITY_WORDS[clip.quality.grade], colour, hint=", ".join(REASON_WORDS[each] for each in clip.quality.reasons))


def confirmable(clip: WaitingClip) -> bool:
    """Whether one key takes the proposal: there is one, it names a segment, and no source says otherwise."""
    differs = {Finding.SEGMENT_CONFLICT, Finding.SIDE_CONFLICT} & set(clip.checks)
    return clip.segment is None and clip.proposal is not None and clip.proposal.segment is not None and not differs


def proposed_words(clip: WaitingClip) -> str:
    """``R FV prox``, as proposed."""
    one = clip.proposal
    return placed_words(one.segment, one.side) if one and one.segment else ""


def source_words(clip: WaitingClip) -> str:
    """Where the proposal comes from."""
    return SOURCE_WORDS[clip.proposal.source] if clip.proposal else ""


def _waits(clip: WaitingClip) -> Shown:
    words = held_words(clip) if clip.state is ClipState.HELD else _STATES[clip.state]
    attention = clip.state is ClipState.HELD or in_conflict(clip)
    return Shown(words, mark=Mark.ATTENTION if attention else None, hint=faults_words(clip))


def held_words(clip: WaitingClip) -> str:
    """What decision a held clip waits for, in a few words."""
    if clip.code == IntakeCode.IDENTITY_MISMATCH.value:
        return "Another patient?"
    if needs_mask(clip):
        return "Needs a mask"
    return whole_words(clip) or "Your decision"


def whole_words(clip: WaitingClip) -> str:
    """``33 of 34 frames``; empty where none is left out."""
    whole, declared = whole_of(clip)
    return f"{whole} of {declared} frames" if whole < declared else ""


def whole_of(clip: WaitingClip) -> tuple[int, int]:
    """How many frames are whole, and how many the file declares; the same before and after it was accepted."""
    declared = clip.declared or clip.frames
    return min(clip.frames, declared - len(clip.left_out)), declared


def frames_words(clip: WaitingClip) -> str:
    """``60, 25/s``; of a damaged clip how many of the declared ones are whole; whether the rate is only assumed."""
    if clip.frames <= 1 and not clip.left_out:
        return "still"
    whole, declared = whole_of(clip)
    count = f"{whole} of {declared}" if whole < declared else str(whole)
    return f"{count}, {clip.rate:.0f}/s{' assumed' if clip.rate_assumed else ''}"


def _frames_cell(clip: WaitingClip) -> str:
    """The same as short as a column is: the rate of a damaged clip, or one that is only assumed, stands beside the table."""
    whole, declared = whole_of(clip)
    if whole < declared:
        return f"{whole} of {declared}"
    return f"{whole}, no rate" if clip.rate_assumed and clip.frames > 1 else frames_words(clip)


def _frames_hint(clip: WaitingClip) -> str:
    return f"Frames: {frames_words(clip)}. {clip.message}".strip()


def segment_of(clip: WaitingClip) -> str:
    """``R FV prox``, or nothing where it has no label yet."""
    return placed_words(clip.segment, clip.side) if clip.segment else ""


def placed_words(segment: str, side: Side | None) -> str:
    """``R FV prox`` of a segment's id in readings and its side."""
    bare, _, letter = segment.partition(".")
    return f"{side.letter if side else letter} {code_words(bare)}".strip()


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


def typed_label(words: str, charter: Charter) -> Said | None:
    """The same with what the clip shows after it: "r cfv comp col" is R CFV, compression, colour. Any beginning of a word will do."""
    parts = words.split()
    for count in range(len(parts), 0, -1):
        found = typed_segment(" ".join(parts[:count]), charter)
        if found is not None:
            return _shown_after(parts[count:], Said(*found))
    return None


def _shown_after(parts: Sequence[str], said: Said) -> Said | None:
    for part in parts:
        views = [each for each, word in VIEW_WORDS.items() if word.casefold().startswith(part.casefold())]
        modes = [each for each, word in MODE_WORDS.items() if word.casefold().startswith(part.casefold())]
        if len(views) + len(modes) != 1:
            return None
        said = said._replace(view=views[0]) if views else said._replace(mode=modes[0])
    return said


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
    said = [clip.message, *(fault.message for fault in clip.faults), *(each.message for each in clip.checks)]
    return " ".join(dict.fromkeys(each for each in said if each))


def trouble_words(clip: WaitingClip) -> str:
    """What somebody has to decide about."""
    held = clip.message if clip.state is ClipState.HELD else ""
    said = [held, *(each.message for each in clip.checks if each in CONFLICTS)]
    return " ".join(dict.fromkeys(each for each in said if each))


def remarks_words(clip: WaitingClip) -> str:
    """What is worth knowing and holds nothing up."""
    said = [*(fault.message for fault in clip.faults), *(each.message for each in clip.checks if each not in CONFLICTS)]
    return " ".join(dict.fromkeys(each for each in said if each and each not in trouble_words(clip)))


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


def in_conflict(clip: WaitingClip) -> bool:
    """Whether two sources disagree about whose it is, when it was, or what it shows."""
    return clip.code == IntakeCode.IDENTITY_MISMATCH.value or bool(CONFLICTS & set(clip.checks))


def needs_mask(clip: WaitingClip) -> bool:
    """Whether a person's word about masks is what the clip is held for."""
    return clip.state is ClipState.HELD and clip.code in _MASK_CODES


def masked_by_file(clip: WaitingClip) -> bool:
    """Whether the file's own regions leave anything of the picture out."""
    return bool(clip.regions) and (0, 0, clip.columns - 1, clip.rows - 1) not in clip.regions


def settled(clip: WaitingClip) -> bool:
    """Nothing more is to be done about it."""
    return clip.state in (ClipState.REJECTED, ClipState.RELEASED)
