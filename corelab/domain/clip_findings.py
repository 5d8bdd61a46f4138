"""What the automatic checks find in a clip: stable codes, what each means and what to do; they hold no clip back but for a conflict."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from corelab.domain.clip import RegionKind, Timing, TimingSource
from corelab.domain.clip_label import Mode, Proposal, ProposalSource, View
from corelab.domain.vocabulary import SegmentId, Side

SHORTEST_MS = 1000.0
"""A compression and its release take a second or more; the shortest reflux that counts takes half of one, after the manoeuvre."""
SLOWEST = 10.0
"""Frames a second under which the walls of a vein are seen apart and together, and nothing in between."""


class Finding(Enum):
    """One automatic finding about a clip."""

    SEGMENT_CONFLICT = "SEGMENT_CONFLICT"
    SIDE_CONFLICT = "SIDE_CONFLICT"
    LABEL_DIFFERS = "LABEL_DIFFERS"
    PATIENT = "PATIENT"
    PATIENTS_DIFFER = "PATIENTS_DIFFER"
    VISIT_WINDOW = "VISIT_WINDOW"
    REPEATED = "REPEATED"
    REPEATED_ELSEWHERE = "REPEATED_ELSEWHERE"
    OTHER_CONTENT = "OTHER_CONTENT"
    ONE_FRAME = "ONE_FRAME"
    SHORT = "SHORT"
    FRAME_RATE = "FRAME_RATE"
    RATE_ASSUMED = "RATE_ASSUMED"
    NOT_CALIBRATED = "NOT_CALIBRATED"
    COLOUR_ABSENT = "COLOUR_ABSENT"
    SPECTRAL_ABSENT = "SPECTRAL_ABSENT"

    @property
    def message(self) -> str:
        """What it means and what to do, in words."""
        return _MESSAGES[self]


_MESSAGES = {
    Finding.SEGMENT_CONFLICT: "Two sources name different segments. Look at the clip and say what it shows, or ask the site.",
    Finding.SIDE_CONFLICT: "Two sources name different sides. Look at the clip and say which side it shows, or ask the site.",
    Finding.LABEL_DIFFERS: "The label differs from what the file says. Both are kept; ask the site where you are not sure.",
    Finding.PATIENT: "The clip names another patient than the rest of its study. Ask the site whose clip it is.",
    Finding.PATIENTS_DIFFER: (
        "The site is asked about the patient of this exam: its studies name different ones, or the patient comes under another subject too."
    ),
    Finding.VISIT_WINDOW: "The clip was recorded outside the window of this visit. Check the visit, or ask the site.",
    Finding.REPEATED: "Another clip of this exam has the very same picture. One of the two is enough.",
    Finding.REPEATED_ELSEWHERE: "A clip of another exam has the very same picture. One names the wrong subject or visit: ask the site.",
    Finding.OTHER_CONTENT: "The lab has a clip with the same identifier and another content. Ask the site which one holds.",
    Finding.ONE_FRAME: "A manoeuvre is said to be shown, and there is one frame only. Ask the site for the clip.",
    Finding.SHORT: "The clip is shorter than a second. Look whether the manoeuvre is whole.",
    Finding.FRAME_RATE: "There are fewer than ten frames a second. Look whether the movement can be followed.",
    Finding.RATE_ASSUMED: "The file does not say how fast it was recorded. Times cannot be measured in it.",
    Finding.NOT_CALIBRATED: "No part of the picture is calibrated. Lengths cannot be measured in it.",
    Finding.COLOUR_ABSENT: "The clip is said to be in colour, and no colour was found in it.",
    Finding.SPECTRAL_ABSENT: "The clip is said to show a spectrum, and it has no spectral area.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the file is known to hold. ``coloured`` is None where nobody looked, as in records of older labs."""

    timing: Timing
    kinds: Collection[RegionKind]
    calibrated: bool
    coloured: bool | None


def of_picture(shown: Shown, view: View | None, mode: Mode | None) -> Iterator[Finding]:
    """What speaks against a clip under the manoeuvre and mode that it is said to show."""
    frames = len(shown.timing.frame_times_ms)
    if frames == 1 and view in {View.COMPRESSION, View.AUGMENTATION}:
        yield Finding.ONE_FRAME
    if frames > 1:
        yield from _of_timing(shown.timing)
    if not shown.calibrated:
        yield Finding.NOT_CALIBRATED
    if mode is Mode.COLOUR and shown.coloured is False:
        yield Finding.COLOUR_ABSENT
    if mode is Mode.SPECTRAL and RegionKind.SPECTRAL not in shown.kinds:
        yield Finding.SPECTRAL_ABSENT


def _of_timing(timing: Timing) -> Iterator[Finding]:
    """Nothing can be said of time where the rate is assumed."""
    if timing.source is TimingSource.ASSUMED:
        yield Finding.RATE_ASSUMED
        return
    if timing.duration_ms < SHORTEST_MS:
        yield Finding.SHORT
    if timing.rate < SLOWEST:
        yield Finding.FRAME_RATE


def of_label(segment: SegmentId, side: Side, evidence: Sequence[Proposal]) -> Iterator[Finding]:
    """A label that no source of the file shares, where one of them speaks of it."""
    spoken = [one for one in evidence if one.source is not ProposalSource.ORDER]
    segments = {one.segment for one in spoken if one.segment}
    sides = {one.side for one in spoken if one.side in {Side.LEFT, Side.RIGHT}}
    if (segments and segment not in segments) or (sides and side is not Side.UNPAIRED and side not in sides):
        yield Finding.LABEL_DIFFERS
