"""The outline of a vessel at rest from one click inside it: a closed contour in polar samples, the best of eight hypotheses."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from corelab.imaging.following.window import Field, Grey, Image, sample, smooth

ANGLES, RADII = 96, 101
"""Polar samples around the click; radii in half-size pixels (0.17 mm)."""
_ROUNDS = 5
_STEP = 3
"""The radius changes at most so much from one angle to the next."""
_BOX = 6
"""Half-size pixels averaged on either side of an edge."""
_ABOUT = 0.5
"""Scores so near to each other are those of the same outline."""
_TURN = np.linspace(0, 2 * np.pi, ANGLES, endpoint=False)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What one attempt expects: ``contrast`` of the first round in grey levels, cost of a ``crossing``, reward for the ``dark``."""

    contrast: float
    crossing: float
    dark: float


@dataclass(frozen=True, slots=True)
class Outline:
    """A closed contour in working pixels. ``contrast``: mean step over its rim in grey levels; ``cut``: share of the rim at the border."""

    x: Field
    y: Field
    contrast: float
    cut: float
    score: float


@dataclass(frozen=True, slots=True)
class _Polar:
    """Grey along the rays of one centre, and where on the picture each sample lies."""

    grey: Field
    y: npt.NDArray[np.floating[Any]]
    outside: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Levels:
    """Lumen level = ``base`` + ``slope`` x depth, because haze lies under the anterior wall; tissue level per angle."""

    base: float
    slope: float
    tissue: Field


def outline_at(picture: Grey, x: float, y: float) -> Outline:
    """The outline of the dark place around (x, y), both in working pixels.

    It is sought again from its own middle, so that it hardly depends on where in the lumen the point lay.
    """
    half = smooth(cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 1.5, 1.5)
    first = _best_of(half, ((x + 0.5) / 2 - 0.5, (y + 0.5) / 2 - 0.5))
    mx, my, _ = _moments((first.x - 0.5) / 2, (first.y - 0.5) / 2)
    again = _best_of(half, (mx, my))
    return again if again.score >= first.score - _ABOUT else first


def _best_of(half: Image, centre: tuple[float, float]) -> Outline:
    attempts = [_Attempt(half, centre, each) for each in _hypotheses()]
    for turn in range(_ROUNDS):
        radii = _contours(np.stack([each.scores() for each in attempts]), 0.18 if turn == 0 else 0.10)
        for attempt, radius in zip(attempts, radii, strict=True):
            attempt.learn(radius, pulled=turn >= 1, last=turn == _ROUNDS - 1)
    return max((each.judged() for each in attempts), key=lambda one: one.score)


def _hypotheses() -> Iterator[Hypothesis]:
    for contrast, crossing, dark in product((14.0, 30.0), (0.06, 0.25), (0.02, 0.07)):
        yield Hypothesis(contrast, crossing, dark)


class _Attempt:
    """One hypothesis through the rounds: after each, a new centre, new levels and, from the second on, a pull to an ellipse."""

    def __init__(self, half: Image, centre: tuple[float, float], hypothesis: Hypothesis) -> None:
        self._half, self._centre, self._hypothesis = half, centre, hypothesis
        self._polar = _rays(half, *centre)
        base = float(np.median(self._polar.grey[:, :5]))
        self._levels = _Levels(base, 0.0, np.full(ANGLES, base + hypothesis.contrast))
        self._radius, self._pull = np.zeros(ANGLES), np.zeros(0)

    def scores(self) -> Field:
        return _scores(self._polar, self._levels, self._hypothesis, self._pull)

    def learn(self, radius: Field, *, pulled: bool, last: bool) -> None:
        self._radius = radius
        self._levels = _levels(self._polar, radius, self._hypothesis)
        if last:
            return
        cx, cy, told = _recentred(self._half, *self._centre, radius)
        self._centre = cx, cy
        self._polar = _rays(self._half, cx, cy)
        if pulled:
            self._pull = _ellipse(told)

    def judged(self) -> Outline:
        return _judged(self._polar, self._levels, self._radius, self._centre)


def _rays(half: Image, cx: float, cy: float) -> _Polar:
    r = np.arange(RADII)[None, :]
    x, y = cx + r * np.cos(_TURN)[:, None], cy + r * np.sin(_TURN)[:, None]
    rows, columns = half.shape
    outside = (x < 0) | (y < 0) | (x > columns - 1) | (y > rows - 1)
    return _Polar(sample(half, x, y), y, outside)


def _steps(polar: _Polar) -> Field:
    """(angles, radii): mean of the box outside each radius minus mean of the box inside."""
    total = np.concatenate([np.zeros((ANGLES, 1)), np.cumsum(polar.grey, axis=1)], axis=1)
    r = np.arange(RADII)
    low, high = np.maximum(r - _BOX, 0), np.minimum(r + _BOX, RADII)
    inner = (total[:, r] - total[:, low]) / np.maximum(r - low, 1)
    outer = (total[:, high] - total[:, r]) / np.maximum(high - r, 1)
    return np.asarray(outer - inner)


def _scores(polar: _Polar, levels: _Levels, hypothesis: Hypothesis, pull: Field) -> Field:
    lumen = levels.base + levels.slope * polar.y
    contrast = np.maximum(levels.tissue[:, None] - lumen, 10.0)
    over = (polar.grey - (lumen + 0.5 * contrast)) / contrast
    way = np.cumsum(hypothesis.dark * np.clip(-over, 0, 0.5) * 2 - hypothesis.crossing * np.clip(over, 0, 1) * 2, axis=1)
    score = 1.3 * np.clip(_steps(polar) / contrast, -1, 1) + np.concatenate([np.zeros((ANGLES, 1)), way[:, :-1]], axis=1)
    score[:, :4] = -50.0
    score[polar.outside] -= 1.0
    if pull.size:
        away = np.arange(RADII)[None, :] / np.maximum(pull[:, None], 4.0) - 1
        score -= 3.5 * away * away
    return np.asarray(score)


def _contours(scores: Field, penalty: float) -> Field:
    """(attempts, angles): the best closed radius per angle of each; three turns are walked, and the middle one is kept."""
    count = len(scores)
    turns = 3 * ANGLES
    came = np.empty((turns, count, RADII), dtype=np.int64)
    shifts = np.arange(-_STEP, _STEP + 1)
    cost = penalty * shifts.astype(np.float64) ** 2
    padded = np.full((count, RADII + 2 * _STEP), -np.inf)
    nearby = np.lib.stride_tricks.sliding_window_view(padded, len(shifts), axis=1)
    each, reach = np.ogrid[:count, :RADII]
    best = scores[:, 0]
    for n in range(1, turns):
        padded[:, _STEP:-_STEP] = best
        options = nearby - cost
        chosen = options.argmax(axis=2)
        came[n] = reach + shifts[chosen]
        best = options[each, reach, chosen] + scores[:, n % ANGLES]
    return _walked_back(came, np.asarray(best.argmax(axis=1)))


def _walked_back(came: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> Field:
    path = np.empty((len(came), len(last)), dtype=np.int64)
    path[-1] = last
    each = np.arange(len(last))
    for n in range(len(came) - 1, 0, -1):
        path[n - 1] = came[n, each, path[n]]
    return np.ascontiguousarray(path[ANGLES : 2 * ANGLES].T).astype(np.float64)


def _levels(polar: _Polar, radius: Field, hypothesis: Hypothesis) -> _Levels:
    """From what the contour holds: a line through the lumen's grey over depth, and what lies 2 to 10 px outside of each angle."""
    r = np.arange(RADII)[None, :]
    inside = (r < 0.85 * radius[:, None]) & ~polar.outside
    base, slope = (
        _line(np.asarray(polar.y[inside]), polar.grey[inside]) if inside.sum() > 40 else (float(np.median(polar.grey[:, :5])), 0.0)
    )
    beyond = np.clip(radius[:, None].astype(int) + np.arange(2, 10)[None, :], 0, RADII - 1)
    tissue = np.median(np.take_along_axis(polar.grey, beyond, axis=1), axis=1)
    edge_y = np.take_along_axis(polar.y, radius[:, None].astype(int), axis=1)[:, 0]
    return _Levels(base, slope, np.maximum(_round_blur(tissue, 4.0), base + slope * edge_y + 0.6 * hypothesis.contrast))


def _line(y: Field, grey: Field) -> tuple[float, float]:
    """Medians of three layers of depth: a plain fit would follow the few bright pixels."""
    order = np.argsort(y, kind="stable")
    top, bottom = order[: len(order) // 3], order[-(len(order) // 3) :]
    run = float(np.median(y[bottom]) - np.median(y[top]))
    middle = float(np.median(grey))
    if run < 4:
        return middle, 0.0
    slope = float(np.clip((np.median(grey[bottom]) - np.median(grey[top])) / run, -1.0, 1.0))
    return middle - slope * float(np.median(y)), slope


def _round_blur(values: Field, sigma: float) -> Field:
    reach = int(3 * sigma)
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    wrapped = np.concatenate([values[-reach:], values, values[:reach]])
    return np.convolve(wrapped, bell / bell.sum(), mode="valid")


def _recentred(half: Image, cx: float, cy: float, radius: Field) -> tuple[float, float, Field]:
    """The centre goes 80 % of the way to the contour's centroid; the contour is told from there."""
    x, y = cx + radius * np.cos(_TURN), cy + radius * np.sin(_TURN)
    mx, my, _ = _moments(x, y)
    nx = float(np.clip(cx + 0.8 * (mx - cx), 1, half.shape[1] - 2))
    ny = float(np.clip(cy + 0.8 * (my - cy), 1, half.shape[0] - 2))
    angle, away = np.arctan2(y - ny, x - nx) % (2 * np.pi), np.hypot(x - nx, y - ny)
    order = np.argsort(angle, kind="stable")
    return nx, ny, np.interp(_TURN, angle[order], away[order], period=2 * np.pi)


def _moments(x: Field, y: Field) -> tuple[float, float, npt.NDArray[np.float64]]:
    """Centroid and covariance of the area within a polygon."""
    polygon = np.stack([x, y], axis=1).astype(np.float32)
    m = cv2.moments(polygon)
    area = m["m00"] if abs(m["m00"]) > 1e-6 else 1e-6
    spread = np.array([[m["mu20"], m["mu11"]], [m["mu11"], m["mu02"]]]) / area
    return m["m10"] / area, m["m01"] / area, spread


def _ellipse(radius: Field) -> Field:
    """Radius per angle, around the current centre, of the ellipse with the contour's second moments."""
    x, y = radius * np.cos(_TURN), radius * np.sin(_TURN)
    mx, my, spread = _moments(x, y)
    inverse = np.linalg.inv(4 * spread + 1e-6 * np.eye(2))
    ux, uy = np.cos(_TURN), np.sin(_TURN)
    a = inverse[0, 0] * ux * ux + 2 * inverse[0, 1] * ux * uy + inverse[1, 1] * uy * uy
    b = inverse[0, 0] * ux * mx + inverse[0, 1] * (ux * my + uy * mx) + inverse[1, 1] * uy * my
    c = inverse[0, 0] * mx * mx + 2 * inverse[0, 1] * mx * my + inverse[1, 1] * my * my - 1
    return np.asarray((b + np.sqrt(np.maximum(b * b - a * c, 0))) / a)


def _judged(polar: _Polar, levels: _Levels, radius: Field, centre: tuple[float, float]) -> Outline:
    at = radius[:, None].astype(int)
    step = np.take_along_axis(_steps(polar), at, axis=1)[:, 0]
    inside = np.arange(RADII)[None, :] < radius[:, None] - 1
    lumen = levels.base + levels.slope * polar.y
    bright = float(np.mean((polar.grey > lumen + 0.5 * np.maximum(levels.tissue[:, None] - lumen, 10))[inside])) if inside.any() else 1.0
    misfit = float(np.mean(np.abs(radius / np.maximum(_ellipse(radius), 1) - 1)))
    rim = (radius >= RADII - 2) | np.take_along_axis(polar.outside, np.minimum(at + 1, RADII - 1), axis=1)[:, 0]
    contrast, cut = float(np.mean(step)), float(np.mean(rim))
    score = contrast / 10 + 1.5 * np.log(max(float(np.mean(radius)), 1.0)) - 12 * misfit - 8 * bright - 10 * cut
    soft = _round_blur(radius, 1.0)
    x, y = centre[0] + soft * np.cos(_TURN), centre[1] + soft * np.sin(_TURN)
    return Outline(2 * x + 0.5, 2 * y + 0.5, contrast, cut, float(score))
