"""A second place to begin from: the frame after the compression that looks most like the clicked one, and both ways put together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from corelab.imaging.following.refine import refined
from corelab.imaging.following.tracking import Anchor, Step, anchored, halved, readable, sharp
from corelab.imaging.following.walls import Walls, mixed
from corelab.imaging.following.window import Grey, Pictures

LIKENESS = 0.5
"""Below this correlation no frame is taken to show the vein at rest again."""
_SEARCH = 52
_MARGIN = 14
_MOST = 240
"""So many frames are compared at most; of a longer clip every n-th."""


@dataclass(frozen=True, slots=True)
class Second:
    anchor: Anchor
    likeness: float


def second_anchor(pictures: Pictures, first: Anchor, candidates: range) -> Second | None:
    """The candidate frame most like the first anchor's, with the rest walls put there; None where none is like it."""
    pattern, corner = _pattern(halved(pictures[first.frame]), first.walls)
    step = max(1, len(candidates) // _MOST)
    best: tuple[float, int, float, float] | None = None
    for frame in readable(pictures, candidates[::step]):
        likeness, dx, dy = _match(halved(pictures[frame]), pattern, corner)
        if best is None or likeness > best[0]:
            best = (likeness, frame, dx, dy)
    if best is None or best[0] < LIKENESS:
        return None
    likeness, frame, dx, dy = best
    coarse = refined(sharp(pictures[frame]), first.walls.shifted(dx, dy), first.levels, stride=2).walls
    return Second(anchored(pictures[frame], frame, coarse), likeness)


def _pattern(half: Grey, walls: Walls) -> tuple[Grey, tuple[int, int]]:
    aside = 0.5 * walls.width
    cx, _ = walls.centre
    x0 = max(0, int((cx - aside - _MARGIN) / 2))
    y0 = max(0, int((walls.top.min() - _MARGIN) / 2))
    x1, y1 = int((cx + aside + _MARGIN) / 2), int((walls.bottom.max() + _MARGIN) / 2)
    return np.ascontiguousarray(half[y0:y1, x0:x1]), (x0, y0)


def _match(half: Grey, pattern: Grey, corner: tuple[int, int]) -> tuple[float, float, float]:
    """The best correlation near the old place, and the shift to it in working pixels."""
    reach = _SEARCH // 2
    x0, y0 = max(0, corner[0] - reach), max(0, corner[1] - reach)
    field = half[y0 : corner[1] + pattern.shape[0] + reach, x0 : corner[0] + pattern.shape[1] + reach]
    _, likeness, _, at = cv2.minMaxLoc(cv2.matchTemplate(np.ascontiguousarray(field), pattern, cv2.TM_CCOEFF_NORMED))
    return float(likeness), 2.0 * (x0 + at[0] - corner[0]), 2.0 * (y0 + at[1] - corner[1])


def blended(first: Mapping[int, Step], second: Mapping[int, Step], anchors: tuple[int, int]) -> dict[int, Step]:
    """Steps of the first way near the first anchor, of the second near the second, faded over half-way between them."""
    begin, end = anchors
    return {frame: _faded(first, second, frame, (frame - begin) / (end - begin)) for frame in _frames(first, second)}


def _frames(first: Mapping[int, Step], second: Mapping[int, Step]) -> Iterable[int]:
    return sorted({*first, *second})


def _faded(first: Mapping[int, Step], second: Mapping[int, Step], frame: int, share: float) -> Step:
    if frame not in second:
        return first[frame]
    if frame not in first:
        return second[frame]
    one, other = first[frame], second[frame]
    weight = float(np.clip((share - 0.4) / 0.2, 0, 1))
    if weight in {0.0, 1.0}:
        return one if weight == 0 else other
    nearer = one if weight < 0.5 else other
    return Step(frame, mixed(one.walls, other.walls, weight), (1 - weight) * one.edge + weight * other.edge, nearer.seam)
