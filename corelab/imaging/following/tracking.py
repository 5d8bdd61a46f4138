"""One way through the clip: from frame to frame the walls are predicted by flow and refined on the picture."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from corelab.domain.compression import LostReason
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.following.edges import at_half_height
from corelab.imaging.following.flow import Flow, carried, jumped
from corelab.imaging.following.levels import Levels, levels_at
from corelab.imaging.following.refine import Refined, refined
from corelab.imaging.following.walls import Walls
from corelab.imaging.following.window import Field, FrameColouredError, Grey, Image, Pictures, sample, smooth

_SEAM = 22
_FAILING = 0.6
"""Share of the usual edge under which the walls may lie outside of the search."""
_SETTLING, _SETTLED = 6, 0.3
_FAR = 3.0
_SLIT = 12.0
"""Over a narrower gap edges carry no information, and a wide search would find other walls."""


@dataclass(frozen=True, slots=True)
class Seam:
    """The mean profile across the middle of the lumen, in units of the contrast over the lumen's level."""

    dip: float
    """How much darker the middle is than its surroundings."""
    around: float
    """How bright the surroundings are: 0 as the lumen, 1 as the tissue at rest. A shadow makes it low."""


@dataclass(frozen=True, slots=True)
class Step:
    """The walls in one frame, with what speaks for them."""

    frame: int
    walls: Walls
    edge: float
    seam: Seam


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a way begins: walls at rest and the levels there."""

    frame: int
    walls: Walls
    levels: Levels


def sharp(picture: Grey) -> Image:
    """As the walls are refined on: more smoothing across than along the beam."""
    return smooth(picture, 2.2, 1.0)


def halved(picture: Grey) -> Grey:
    return np.asarray(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def anchored(picture: Grey, frame: int, walls: Walls) -> Anchor:
    """The walls put on the steps of grey at rest; levels are learned again each time, as they depend on the walls."""
    image = sharp(picture)
    for _ in range(_SETTLING):
        found = refined(image, walls, levels_at(image, walls)).walls
        settled = float(np.max(np.abs(found.gap - walls.gap))) < _SETTLED
        walls = found
        if settled:
            break
    return Anchor(frame, walls, levels_at(image, walls))


class Way:
    """The steps from the anchor's frame to ``end``, which may lie before it; ``ended``: which frames have none, and why.

    ``one_view``: all those frames were walked before, and no jump was found among them.
    """

    def __init__(self, pictures: Pictures, anchor: Anchor, end: int, *, one_view: bool = False) -> None:
        self._pictures, self._anchor, self._one_view = pictures, anchor, one_view
        direction = 1 if end >= anchor.frame else -1
        self._left = range(anchor.frame + direction, end + direction, direction)
        self.ended: dict[int, LostReason] = {}

    def __iter__(self) -> Iterator[Step]:
        walls, levels = self._anchor.walls, self._anchor.levels
        picture = self._pictures[self._anchor.frame]
        before, image, flow = halved(picture), sharp(picture), Flow()
        edge = refined(image, walls, levels).edge
        yield _step(self._anchor.frame, picture, image, Refined(walls, edge, 0.0), levels)
        for frame in self._left:
            try:
                picture = self._pictures[frame]
            except FrameUnreadableError:
                self.ended[frame] = LostReason.UNREADABLE
                continue
            except FrameColouredError:
                self.ended[frame] = LostReason.COLOUR
                continue
            after, image = halved(picture), sharp(picture)
            moved = flow.between(before, after)
            if not self._one_view and jumped(before, after, moved):
                self._end(frame, LostReason.JUMP)
                return
            found = _found(image, carried(walls, moved), levels, edge)
            if not _inside(found.walls, image):
                self._end(frame, LostReason.BORDER)
                return
            walls, before, edge = found.walls, after, 0.7 * edge + 0.3 * found.edge
            levels = levels.followed(levels_at(image, walls), walls.middle_gap)
            yield _step(frame, picture, image, found, levels)

    def _end(self, frame: int, reason: LostReason) -> None:
        self.ended.update(dict.fromkeys(range(frame, self._left.stop, self._left.step), reason))


def readable(pictures: Pictures, frames: Iterable[int]) -> Iterator[int]:
    """Those of ``frames`` that can be decoded and hold no colour."""
    for frame in frames:
        try:
            pictures[frame]
        except (FrameUnreadableError, FrameColouredError):
            continue
        yield frame


def _found(image: Image, walls: Walls, levels: Levels, usual: float) -> Refined:
    """Where the edges fail after fast motion, a coarse search twice as wide comes first; the better of both counts."""
    fine = _settled(image, walls, levels)
    if fine.edge > _FAILING * usual or walls.middle_gap < _SLIT:
        return fine
    wide = _settled(image, refined(image, walls, levels, stride=2).walls, levels)
    return wide if wide.edge > fine.edge else fine


def _settled(image: Image, walls: Walls, levels: Levels) -> Refined:
    """Staying is rewarded, so walls that moved far stop short of the step of grey: they are moved once more."""
    found = refined(image, walls, levels)
    moved = max(float(np.median(np.abs(found.walls.top - walls.top))), float(np.median(np.abs(found.walls.bottom - walls.bottom))))
    return refined(image, found.walls, levels) if moved >= _FAR else found


def _inside(walls: Walls, image: Image) -> bool:
    rows, columns = image.shape
    return bool(walls.top.min() >= 1 and walls.bottom.max() <= rows - 2 and walls.x[0] >= 0 and walls.x[-1] <= columns - 1)


def _step(frame: int, picture: Grey, image: Image, found: Refined, levels: Levels) -> Step:
    walls = found.walls
    return Step(frame, at_half_height(picture, walls, levels), found.edge, _seam(image, walls, levels))


def _seam(image: Image, walls: Walls, levels: Levels) -> Seam:
    middle = slice(7, -7)
    down = np.arange(-_SEAM, _SEAM + 1).astype(np.float64)
    x, y = walls.x[middle], (walls.top + walls.bottom)[middle] / 2
    grey = sample(image, np.repeat(x[:, None], len(down), axis=1), y[:, None] + down[None, :])
    profile = np.asarray(grey.mean(axis=0))
    lumen = (levels.lumen_top + levels.lumen_bottom) / 2
    return _seen(profile, down, lumen, levels.contrast)


def _seen(profile: Field, down: Field, lumen: float, contrast: float) -> Seam:
    beside = float(np.mean(profile[(np.abs(down) >= 6) & (np.abs(down) <= 16)]))
    middle = float(np.min(np.convolve(profile, np.ones(3) / 3, mode="same")[np.abs(down) <= 3]))
    return Seam((beside - middle) / contrast, (beside - lumen) / contrast)
