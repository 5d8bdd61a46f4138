"""A vein followed through a compression clip: its lumen in every frame, what is proposed for rest and compression, and what got lost.

All of it is a proposal: a reader confirms rest and compression on the pictures themselves.
"""

from dataclasses import dataclass
from enum import Enum

METHOD = "walls 1.1"
"""Name and version of the method; another version may give other figures for the same clip."""

Point = tuple[float, float]
"""x and y in pixels of the frame, from the centre of its upper left pixel."""


class LumenState(Enum):
    OPEN = "open"
    CLOSED = "closed"
    LOST = "lost"


class LostReason(Enum):
    """Why the vein could not be followed through some frames."""

    EDGES = "edges"
    """The walls no longer stand out."""
    DISAGREE = "disagree"
    """Followed from rest before and from rest after the compression, the vein differs by too much."""
    UNRECOGNISED = "unrecognised"
    """What was followed no longer looks like the vein of the clicked frame."""
    BORDER = "border"
    """The lumen leaves the picture."""
    JUMP = "jump"
    """The picture jumps: another depth or zoom, a freeze, another view."""
    UNREADABLE = "unreadable"
    """The frame cannot be decoded."""
    COLOUR = "colour"
    """Flow is painted over the tissue."""


class RefusalReason(Enum):
    """Why a vein is not followed at all."""

    NO_FRAME = "no_frame"
    OUTSIDE_IMAGE = "outside_image"
    OUTSIDE_TISSUE = "outside_tissue"
    COLOUR = "colour"
    UNREADABLE = "unreadable"
    NO_OUTLINE = "no_outline"
    CONTRAST = "contrast"
    BORDER = "border"
    STILL = "still"
    """The tissue does not move: a single picture, or one that stands beside a running spectrum."""


class FollowRefusedError(Exception):
    """The vein cannot be followed from this point; ``reason`` says why. Nothing was kept."""

    def __init__(self, reason: RefusalReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class FollowStoppedError(Exception):
    """Whoever asked no longer wants the answer."""


@dataclass(frozen=True, slots=True)
class LumenFrame:
    """The lumen in one frame. AP is its longest vertical chord; area is less certain than AP, because side walls give little echo.

    Closed: AP and area are 0. Lost: they are None, and there are no walls. Millimetres only where the picture is calibrated.
    ``anterior`` and ``posterior`` are the wall lines from left to right.
    """

    frame: int
    state: LumenState
    ap_px: float | None
    area_px: float | None
    ap_mm: float | None
    area_mm2: float | None
    anterior: tuple[Point, ...] = ()
    posterior: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class Lost:
    """Frames ``first`` to ``last`` without an answer, and the last frame before them that has one."""

    first: int
    last: int
    reason: LostReason
    last_good: int | None


@dataclass(frozen=True, slots=True)
class Followed:
    """A vein followed through a clip, by ``method``. The frames and the percentage are proposals, None where nothing can be proposed.

    ``one_sided``: the clip does not show the vein at rest again after the compression, so nothing checks the answer from behind.
    ``pulsates``: the vessel pulsates and keeps its calibre; it may be the artery.
    """

    frames: tuple[LumenFrame, ...]
    rest_frame: int | None
    compressed_frame: int | None
    residual_ap_percent: float | None
    lost: tuple[Lost, ...]
    one_sided: bool
    pulsates: bool
    method: str = METHOD
