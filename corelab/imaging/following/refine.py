"""Both walls moved together to where grey steps from lumen to tissue: the best pair of offsets per column, smooth along the walls."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from corelab.imaging.following.levels import Levels
from corelab.imaging.following.walls import COLUMNS, Walls, blurred
from corelab.imaging.following.window import Field, Image, sample

REACH = 7
"""Offsets -7..7 of each wall are tried, in steps of one or, coarsely, two working pixels."""
_N = 2 * REACH + 1
_STEP = 2
_BENDING = 0.35
_REGION, _EDGE, _STAYING = 0.14, 0.55, 0.012
_BOX = 4
_FADE = 3.0
_OFFSETS = np.arange(-REACH, REACH + 1).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Refined:
    """``edge``: the mean step across both walls in units of the contrast, median over the columns."""

    walls: Walls
    edge: float
    score: float


def refined(picture: Image, walls: Walls, levels: Levels, stride: int = 1) -> Refined:
    """``picture``: smoothed frame of full working size. ``stride``: working pixels per offset."""
    score, edges = _scores(picture, walls, levels, stride)
    top, bottom, total = _best(score)
    column = np.arange(COLUMNS)
    edge = float(np.median(edges[column, top, bottom]))
    move_top, move_bottom = (blurred(_OFFSETS[chosen] * stride, 1.2) for chosen in (top, bottom))
    return Refined(Walls(walls.x, walls.top + move_top, walls.bottom + move_bottom).uncrossed(), edge, total / COLUMNS)


def _scores(picture: Image, walls: Walls, levels: Levels, stride: int) -> tuple[Field, Field]:
    """(columns, top offsets, bottom offsets): the score of each pair, and its edges; -inf where the walls cross."""
    margin = REACH * stride + _BOX + 1
    start = np.floor(walls.top) - margin
    length = int(np.max(np.ceil(walls.bottom) + margin - start)) + 1
    y = start[:, None] + np.arange(length)[None, :]
    grey = sample(picture, np.repeat(walls.x[:, None], length, axis=1), y)
    share = np.clip((y - walls.top[:, None]) / np.maximum(walls.gap[:, None], 1.0), 0, 1)
    lumen = levels.lumen_top + share * (levels.lumen_bottom - levels.lumen_top)
    contrast = (1 - share) * levels.contrast_top[:, None] + share * levels.contrast_bottom[:, None]
    dark = np.clip((lumen + 0.5 * contrast - grey) / contrast, -0.9, 0.5)
    sums, darks = _summed(grey), _summed(dark)
    at_top = (walls.top - start)[:, None] + stride * _OFFSETS[None, :]
    at_bottom = (walls.bottom - start)[:, None] + stride * _OFFSETS[None, :]
    top_edge = _edge(sums, at_top, -1) / levels.contrast_top[:, None]
    bottom_edge = _edge(sums, at_bottom, 1) / levels.contrast_bottom[:, None]
    gap = at_bottom[:, None, :] - at_top[:, :, None]
    edges = (np.clip(top_edge, -1, 1.2)[:, :, None] + np.clip(bottom_edge, -1, 1.2)[:, None, :]) / 2
    region = _at(darks, at_bottom)[:, None, :] - _at(darks, at_top)[:, :, None]
    staying = _OFFSETS[:, None] ** 2 + _OFFSETS[None, :] ** 2
    score = _REGION * region + 2 * _EDGE * edges * np.clip(gap / _FADE, 0, 1) - _STAYING * staying[None]
    return np.where(gap >= 0, score, -1e6), edges


def _summed(values: Field) -> Field:
    return np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)


def _at(sums: Field, y: Field) -> Field:
    """The running sum up to depth ``y`` (pixel centres at whole numbers), between pixels linearly."""
    place = np.clip(y + 0.5, 0, sums.shape[1] - 1.001)
    low = place.astype(np.int64)
    share = place - low
    return np.asarray((1 - share) * np.take_along_axis(sums, low, axis=1) + share * np.take_along_axis(sums, low + 1, axis=1))


def _edge(sums: Field, y: Field, outward: int) -> Field:
    """Mean grey of the box outside of each place minus the box inside."""
    here = _at(sums, y)
    below, above = (_at(sums, y + _BOX) - here) / _BOX, (here - _at(sums, y - _BOX)) / _BOX
    return below - above if outward > 0 else above - below


def _best(score: Field) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], float]:
    """The best chain of pairs over the columns (Viterbi); the two walls bend one after the other."""
    came_top = np.empty((COLUMNS, _N, _N), dtype=np.int64)
    came_bottom = np.empty_like(came_top)
    bending = _Bending()
    best = score[0]
    for n in range(1, COLUMNS):
        best, came_top[n] = bending.of(best)
        turned, back = bending.of(best.T)
        best, came_bottom[n] = turned.T + score[n], back.T
    top, bottom = np.empty(COLUMNS, dtype=np.int64), np.empty(COLUMNS, dtype=np.int64)
    top[-1], bottom[-1] = np.unravel_index(int(np.argmax(best)), best.shape)
    for n in range(COLUMNS - 1, 0, -1):
        bottom[n - 1] = came_bottom[n, top[n], bottom[n]]
        top[n - 1] = came_top[n, top[n], bottom[n - 1]]
    return top, bottom, float(best.max())


_SHIFTS = np.arange(-_STEP, _STEP + 1)
_COST = _BENDING * _SHIFTS.astype(np.float64) ** 2
_ROWS, _ALONG = np.ogrid[:_N, :_N]


class _Bending:
    """One wall bends by up to two offsets from a column to the next. Keeps one buffer for all columns."""

    def __init__(self) -> None:
        self._padded = np.full((_N + 2 * _STEP, _N), -np.inf)
        self._nearby = np.lib.stride_tricks.sliding_window_view(self._padded, len(_SHIFTS), axis=0)

    def of(self, best: Field) -> tuple[Field, npt.NDArray[np.int64]]:
        """For each offset of the first axis the best one it can come from, and which."""
        self._padded[_STEP:-_STEP] = best
        options = self._nearby - _COST
        chosen = options.argmax(axis=2)
        return options[_ROWS, _ALONG, chosen], _ROWS + _SHIFTS[chosen]
