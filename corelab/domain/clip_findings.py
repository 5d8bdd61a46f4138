"""What the automatic checks find in a clip: stable codes, what each means and what to do; they hold no clip back but for a conflict."""

from enum import Enum


class Finding(Enum):
    """One automatic finding about a clip."""

    SEGMENT_CONFLICT = "SEGMENT_CONFLICT"
    SIDE_CONFLICT = "SIDE_CONFLICT"
    LABEL_DIFFERS = "LABEL_DIFFERS"
    PATIENT = "PATIENT"
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
