"""Finds what may be text in a clip, for a person to look at. It finds; it never clears: the absence of a hit says nothing."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(1 << 26))

import cv2
import numpy as np
from numpy.typing import NDArray

from corelab.domain.intake import Box

Grey = NDArray[np.uint8]

_THRESHOLDS = (60, 90, 120, 160, 200)
"""The first frame and the extremes over time are searched at all of these levels: the extremes hold whatever any frame shows."""
_BRIGHTEST = (200,)
"""Every frame is searched at this level, against its surroundings, and in what it shows brighter than any frame before it."""
_NEW = 24
_DIM, _DIM_STEP, _DIM_GROUND = 40, 3, 16
"""Dark letters on a dark ground, which nobody sees: at least so much above their surroundings, in the extremes over time."""
_GLYPHS_IN_A_LINE = 4
_LEAST_INK = 5 * _GLYPHS_IN_A_LINE
_HEIGHTS = (5, 40)
_FLAT, _FLAT_SHARE = 22.0, 0.35
_EVEN = 0.4
_LINES_KEPT = 40
_REACH = 24
_AS_BRIGHT, _MARKED, _WORD, _LONGEST = 0.85, 2, 1.2, 20
_FAR = 1 << 20
_LINES_OF_A_HIT, _SAME = 4, 12


@dataclass(frozen=True, slots=True)
class Findings:
    """``frames``: numbers (from 0) of the frames to look at, the first for a hit in all of them; ``boxes``: where hits lie."""

    frames: tuple[int, ...] = ()
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a hit stands in one frame (number from 0) that shows it."""

    frame: int
    box: Box


@dataclass(slots=True)
class TextFinder:
    """Fed with the grey frames of a clip in order; remembers only extremes and hits."""

    low: Grey | None = None
    high: Grey | None = None
    brightest: NDArray[np.int32] | None = None
    found: dict[int, tuple[Box, ...]] = field(default_factory=dict)
    count: int = 0

    def add(self, frame: Grey) -> None:
        new = self._newly_bright(frame)
        lines = lines_of_text(frame, _THRESHOLDS if new is None else _BRIGHTEST, *(() if new is None else (new,)))
        if lines:
            self.found[self.count] = lines
        if self.low is None or self.high is None or self.brightest is None:
            self.low, self.high, self.brightest = frame.copy(), frame.copy(), np.zeros(frame.shape, np.int32)
        else:
            self.brightest[frame > self.high] = self.count
            self.low = np.asarray(cv2.min(self.low, frame), np.uint8)
            self.high = np.asarray(cv2.max(self.high, frame), np.uint8)
        self.count += 1

    def _newly_bright(self, frame: Grey) -> Grey | None:
        """Marks of what is clearly brighter than in any frame before; None for the first."""
        if self.high is None:
            return None
        return np.asarray(cv2.threshold(cv2.subtract(frame, self.high), _NEW, 255, cv2.THRESH_BINARY)[1], np.uint8)

    def findings(self) -> Findings:
        """Hits of single frames, and of the darkest and brightest value of each pixel over the clip."""
        if self.low is None or self.high is None:
            return Findings()
        still = _merged([*lines_of_text(self.low, _THRESHOLDS), *_dim_lines(self.low)])
        passing = _merged([*lines_of_text(self.high, _THRESHOLDS), *_dim_lines(self.high)]) if self.count > 1 else ()
        own = {number for number, lines in self.found.items() if any(not _touches(box, still) for box in lines)}
        own |= {self._shown_in(box) for box in passing if not _touches(box, still)} | ({0} if still else set())
        boxes = _merged([box for lines in self.found.values() for box in lines] + [*still, *passing])
        return Findings(frames=tuple(sorted(own)), boxes=boxes)

    def shown(self, boxes: Sequence[Box]) -> tuple[tuple[Shown, ...], ...]:
        """For each of the boxes that were found: the first frame of each different line in it, a few at most."""
        return tuple(self._lines_in(box) for box in boxes)

    def _lines_in(self, hit: Box) -> tuple[Shown, ...]:
        """Lines that begin and end at about the same place are one. What only the extremes show is looked at where it was brightest."""
        first: dict[Box, Shown] = {}
        for frame, lines in self.found.items():
            for box in lines:
                if _overlap(box, hit):
                    first.setdefault(_roughly(box), Shown(frame, box))
            if len(first) >= _LINES_OF_A_HIT:
                break
        passing = Shown(self._shown_in(hit), hit)
        return tuple(first.values())[:_LINES_OF_A_HIT] or (passing,)

    def _shown_in(self, box: Box) -> int:
        """The frame that gave most of the bright pixels of a hit in the maximum over time."""
        if self.brightest is None or self.high is None:
            return 0
        place = slice(box[1], box[3] + 1), slice(box[0], box[2] + 1)
        shown = self.high[place]
        bright = 2 * shown.astype(np.int32) >= int(shown.min()) + int(shown.max())
        return int(np.bincount(self.brightest[place][bright]).argmax())


def lines_of_text(frame: Grey, thresholds: Sequence[int], *more: Grey) -> tuple[Box, ...]:
    """Boxes of rows of glyph-like marks in one grey frame: at each threshold, against the surroundings, and among ``more`` marks."""
    boxes: list[Box] = []
    for threshold in thresholds:
        _, marks = cv2.threshold(frame, threshold, 255, cv2.THRESH_BINARY)
        boxes += _lines(np.asarray(marks, np.uint8), frame)
    for marks in (_locally_bright(frame), *more):
        boxes += _lines(np.asarray(marks, np.uint8), frame)
    return _merged(boxes)


def _dim_lines(frame: Grey) -> list[Box]:
    """Rows of dark thin marks on what is darker still, and even: speckle is not. Bright speckle may be near."""
    ground = cv2.morphologyEx(frame, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
    _, above = cv2.threshold(cv2.subtract(frame, ground), _DIM_STEP, 255, cv2.THRESH_BINARY)
    above[(ground >= _DIM_GROUND) | (frame > _DIM)] = 0
    return [box for box in _lines(np.asarray(above, np.uint8), frame) if _on_even_ground(box, frame)]


def _on_even_ground(box: Box, frame: Grey) -> bool:
    """Whether what lies between the letters has one level, but for a step of noise."""
    inside = frame[box[1] : box[3] + 1, box[0] : box[2] + 1].astype(np.int32)
    level = int(np.percentile(inside, 30))
    return float((abs(inside - level) <= 1).mean()) >= _EVEN


def _locally_bright(frame: Grey) -> Grey:
    mean = cv2.blur(frame, (31, 31))
    return np.asarray(cv2.threshold(cv2.subtract(frame, mean), 24, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _glyphs(marks: Grey) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """(x, y, width, height, label) of marks of the size and density of letters or digits, from left to right; and the labels."""
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(marks, 8, cv2.CV_32S, cv2.CCL_BBDT)
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    low, high = _HEIGHTS
    sized = (height >= low) & (height <= high) & (5 * width <= 8 * height) & (8 * area >= width * height) & (area > 4)
    sized[0] = False
    chosen = np.flatnonzero(sized)
    chosen = chosen[np.argsort(stats[chosen, 0], kind="stable")]
    return np.column_stack((stats[chosen, :4], chosen)).astype(np.int32), np.asarray(labels, np.int32)


def _lines(marks: Grey, frame: Grey) -> list[Box]:
    """Rows of at least four marks of about one height on one base line, close to each other, each drawn with one brightness."""
    if cv2.countNonZero(marks) < _LEAST_INK:
        return []
    glyphs, labels = _glyphs(marks)
    found = []
    for row in _rows(glyphs):
        flat = [glyph for glyph in glyphs[row] if _flat(glyph, labels, frame)]
        if len(flat) >= _GLYPHS_IN_A_LINE:
            found.append(_whole(np.array(flat), marks, frame))
    return found


def _whole(glyphs: NDArray[np.int32], marks: Grey, frame: Grey) -> Box:
    """The box around glyphs, and on either side what is as bright and no further away than a word: letters that touch, dots and dashes."""
    x0, y0, x1, y1 = _around(glyphs)
    height = int(np.median(glyphs[:, 3]))
    top, bottom = max(y0 - height // 4, 0), y1 + height // 3 + 1
    letters = frame[y0 : y1 + 1, x0 : x1 + 1][marks[y0 : y1 + 1, x0 : x1 + 1] > 0]
    bright = np.flatnonzero((frame[y0 : y1 + 1] >= _AS_BRIGHT * float(np.percentile(letters, 75))).sum(axis=0) >= _MARKED)
    left, right = _reached(bright[bright < x0][::-1], x0, height), _reached(bright[bright > x1], x1, height)
    return left, top, right, min(bottom, frame.shape[0] - 1)


def _reached(columns: NDArray[np.intp], edge: int, height: int) -> int:
    """How far marked columns go on from an edge without a gap wider than a word's; at most as far as a long word."""
    start = edge
    for column in columns.tolist():
        if abs(column - edge) > _WORD * height or abs(column - start) > _LONGEST * height:
            break
        edge = column
    return edge


def _rows(glyphs: NDArray[np.int32]) -> list[list[int]]:
    """Indices of marks that follow each other on one line; each mark follows the nearest one to its left that fits."""
    if len(glyphs) < _GLYPHS_IN_A_LINE:
        return []
    follows = _nearest_before(glyphs)
    rows: dict[int, list[int]] = {}
    row_of: list[int] = []
    for index, before in enumerate(follows.tolist()):
        row = row_of[before] if before >= 0 else index
        row_of.append(row)
        rows.setdefault(row, []).append(index)
    return [row for row in rows.values() if len(row) >= _GLYPHS_IN_A_LINE]


def _nearest_before(glyphs: NDArray[np.int32]) -> NDArray[np.intp]:
    """For each mark the index of the mark that it continues, or -1. Compared with the marks nearest to it by base line, then by place."""
    x, base, height, right = glyphs[:, 0], glyphs[:, 1] + glyphs[:, 3], glyphs[:, 3], glyphs[:, 0] + glyphs[:, 2]
    order = np.lexsort((x, base))
    reach = min(len(glyphs) - 1, _REACH)
    around = np.concatenate((np.arange(-reach, 0), np.arange(1, reach + 1)))
    places = np.arange(len(glyphs))[:, None] + around
    inside = (places >= 0) & (places < len(glyphs))
    other, own = order[np.clip(places, 0, len(glyphs) - 1)], order[:, None]
    tall, short, gap = np.maximum(height[other], height[own]), np.minimum(height[other], height[own]), x[own] - right[other]
    level = np.abs(base[other] - base[own]) <= np.maximum(1, tall // 5)
    fits = inside & level & (5 * short >= 3 * tall) & (gap >= -1) & (10 * gap <= 9 * tall) & (other < own)
    nearest = np.where(fits, gap, _FAR).argmin(axis=1)
    follows = np.full(len(glyphs), -1, np.intp)
    found = fits[np.arange(len(glyphs)), nearest]
    follows[order[found]] = other[np.flatnonzero(found), nearest[found]]
    return follows


def _flat(glyph: NDArray[np.int32], labels: NDArray[np.int32], frame: Grey) -> bool:
    """Whether the bright half of a mark has one brightness: graphics are drawn with one pen, speckle is not."""
    x, y, width, height, label = glyph
    place = slice(y, y + height), slice(x, x + width)
    inside = np.sort(frame[place][labels[place] == label])
    bright = inside[len(inside) // 2 :]
    return float(bright.std()) < min(_FLAT, 1 + _FLAT_SHARE * float(bright[0]))


def _around(marks: NDArray[np.int32]) -> Box:
    x0, y0 = marks[:, 0].min(), marks[:, 1].min()
    return int(x0), int(y0), int((marks[:, 0] + marks[:, 2]).max()) - 1, int((marks[:, 1] + marks[:, 3]).max()) - 1


def _merged(boxes: Sequence[Box]) -> tuple[Box, ...]:
    """Overlapping boxes as one, largest first, at most as many as a person can look at."""
    merged: list[Box] = []
    for box in sorted(set(boxes), key=lambda b: -(b[2] - b[0]) * (b[3] - b[1])):
        over = next((index for index, other in enumerate(merged) if _overlap(box, other)), None)
        if over is None:
            merged.append(box)
        else:
            other = merged[over]
            merged[over] = min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])
    return tuple(merged[:_LINES_KEPT])


def _roughly(box: Box) -> Box:
    x0, y0, x1, y1 = box
    return x0 // _SAME, y0 // _SAME, x1 // _SAME, y1 // _SAME


def _touches(box: Box, others: Sequence[Box]) -> bool:
    return any(_overlap(box, other) for other in others)


def _overlap(a: Box, b: Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
