"""How well a clip serves its purpose, as a person at intake graded it: the grade and the coded reasons."""

from dataclasses import dataclass
from enum import Enum


class Quality(Enum):
    """Readers decide what is evaluable; this is the word of whoever took the clip in."""

    DIAGNOSTIC = "diagnostic"
    LIMITED = "limited"
    NON_DIAGNOSTIC = "non-diagnostic"


class QualityReason(Enum):
    """Why a clip is less than diagnostic: a closed list, so that no text of a person's leaves intake."""

    DEPTH = "depth"
    GAIN = "gain"
    NO_TRANSVERSE_COMPRESSION = "no transverse compression"
    INCOMPLETE_COMPRESSION = "incomplete compression cycle"
    WRONG_SEGMENT = "wrong segment"
    SHORT_CLIP = "short clip"
    FRAME_RATE = "frame rate"
    SCALE_ABSENT = "scale absent"
    COLOUR_ABSENT = "colour absent"
    SPECTRAL_ABSENT = "spectral absent"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ClipQuality:
    """A grade below diagnostic has at least one reason, and a diagnostic clip none. Raises ValueError otherwise."""

    grade: Quality
    reasons: tuple[QualityReason, ...] = ()

    def __post_init__(self) -> None:
        if (self.grade is Quality.DIAGNOSTIC) == bool(self.reasons):
            raise ValueError("a grade below diagnostic needs a reason, and a diagnostic one has none")
        ordered = tuple(reason for reason in QualityReason if reason in self.reasons)
        object.__setattr__(self, "reasons", ordered)


AS_IT_SHOULD_BE = ClipQuality(Quality.DIAGNOSTIC)
"""What a clip is when somebody says what it shows, and nothing of its quality."""
