"""What a clip shows: the words for manoeuvre and mode, and what its sources propose about it; a proposal never confirms itself."""

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from corelab.domain.clip_quality import ClipQuality
from corelab.domain.vocabulary import SegmentId, Side


class View(Enum):
    """The manoeuvre that a clip was taken under."""

    REST = "rest"
    COMPRESSION = "compression"
    AUGMENTATION = "augmentation"


class Mode(Enum):
    """How the machine showed the vein."""

    B = "b"
    COLOUR = "colour"
    SPECTRAL = "spectral"


class ProposalSource(Enum):
    """Where a proposal comes from, the strongest first: what stands burned in, codes of the header, its words, the delivery, the order.

    ``REGIONS`` are the calibrated regions and the decoded colour: they tell the mode alone. ``EXAM`` is the side that the delivery, or the
    subject's limb under study, says for every clip.
    """

    PICTURE = "picture"
    CODES = "codes"
    WORDS = "words"
    REGIONS = "regions"
    TRANSMITTAL = "transmittal"
    EXAM = "exam"
    ORDER = "order"

    @property
    def rank(self) -> int:
        return list(ProposalSource).index(self)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one source says about a clip; None where it is silent. ``segment`` is the id in readings.

    A source that leaves several segments open has one proposal for each.
    """

    segment: SegmentId | None
    side: Side | None
    view: View | None
    mode: Mode | None
    source: ProposalSource


Concept = tuple[str, str]
"""A coded concept: scheme and value."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What one source in the file says, in codes of our own lists: never a word of the source.

    ``places`` are veins, each with a part of it where that is said; a source may leave several open. Empty and None: it is silent.
    """

    source: ProposalSource
    places: tuple[tuple[Concept, Concept | None], ...] = ()
    side: Side | None = None
    view: View | None = None
    mode: Mode | None = None


class Said(NamedTuple):
    """What a person says that a clip shows.

    ``view`` and ``mode`` None: nothing new is said of them. ``quality`` None: it stays as it was, and is diagnostic at first.
    """

    segment: SegmentId
    side: Side | None
    view: View | None = None
    mode: Mode | None = None
    quality: ClipQuality | None = None
