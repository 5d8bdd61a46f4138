"""Where a wall is said to be: half-way in grey between the lumen and the wall's own echo, at rest and under pressure alike."""

from dataclasses import replace

import numpy as np

from corelab.imaging.following.levels import LEAST, Levels
from corelab.imaging.following.walls import Walls, blurred, median_of
from corelab.imaging.following.window import Field, Grey, Image, Places, sample, smooth

_REACH = 5.0
"""Working pixels about the followed line in which the echo's slope and its peak are sought."""
_FINE = 2
"""Samples per working pixel."""
_ACROSS = 1.5
"""Columns (sigma) over which profiles are averaged: speckle is no wall. Along the beam nothing is averaged, that would move the edge."""
_NOTHING = 0.01
_NARROW, _WIDE = 4.0, 10.0
"""Under the first gap the two echoes run into each other and the followed lines stay; from the second on half height decides."""
_PLACES = np.arange(-_REACH, _REACH + 0.5 / _FINE, 1 / _FINE)


def at_half_height(picture: Grey, walls: Walls, levels: Levels) -> Walls:
    """The ``walls`` moved to half height.

    The steepest step wanders with the brightness of the wall, and pressing makes walls brighter: half height stays where it is.
    """
    image = np.asarray(picture, dtype=np.float32)
    trust = np.clip((walls.gap - _NARROW) / (_WIDE - _NARROW), 0, 1)
    top = walls.top - trust * _moves(image, walls.x, walls.top, -1.0, levels.lumen_top)
    bottom = walls.bottom + trust * _moves(image, walls.x, walls.bottom, 1.0, levels.lumen_bottom)
    return replace(walls, top=top, bottom=bottom).uncrossed()


def _moves(picture: Image, x: Field, y: Field, outward: float, lumen: float) -> Field:
    """How far outward of each followed place half height lies, in working pixels; 0 where no place is dark enough."""
    seen = sample(picture, np.repeat(x[:, None], len(_PLACES), axis=1), y[:, None] + outward * _PLACES[None, :])
    grey = smooth(seen, _NOTHING, _ACROSS).astype(np.float64)
    peak = np.argmax(grey, axis=1)
    height = np.maximum(grey[np.arange(len(grey)), peak], lumen + LEAST)
    half = (lumen + height) / 2
    under = (grey < half[:, None]) & (np.arange(len(_PLACES))[None, :] < peak[:, None])
    last = len(_PLACES) - 1 - np.argmax(under[:, ::-1], axis=1)
    moves = np.where(under.any(axis=1), _crossing(grey, last, half), 0.0)
    return blurred(median_of(moves, 5), 1.2)


def _crossing(grey: Field, last: Places, half: Field) -> Field:
    """The place between the sample ``last``, still under half height, and the next one."""
    row, after = np.arange(len(grey)), np.minimum(last + 1, len(_PLACES) - 1)
    low, high = grey[row, last], grey[row, after]
    share = np.clip((half - low) / np.maximum(high - low, 1e-6), 0, 1)
    return np.asarray(_PLACES[last] + share / _FINE)
