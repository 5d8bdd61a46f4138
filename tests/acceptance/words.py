"""Finds words on a picture of the screen: renders them in the program's own type and looks for the same strokes."""

from dataclasses import dataclass
from functools import cache
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from corelab.ui.theme import Size, Weight, font
from tests.acceptance.screen import Pixels

_SMALL = (Size.BODY, Size.OPTION, Size.HINT, Size.TICK)
_FACES = (*product(_SMALL, Weight), *((size, Weight.HEADING) for size in Size if size not in _SMALL))
"""The faces in which the program writes, the most used first: larger sizes are headings only."""

ALIKE = 0.93
"""The least correlation of strokes: the same word is above 0.97 in any colours, another word of the same length far below."""
LETTER = 6
"""About the width of a letter, in pixels."""
DIFFERS = 0.14
"""The least mean difference over the width of a letter, in shares of the contrast, that makes it another letter."""


@dataclass(frozen=True)
class Seen:
    """Words at a place: left, top, width, height in pixels of the screen."""

    box: tuple[int, int, int, int]
    likeness: float

    @property
    def middle(self) -> tuple[int, int]:
        left, top, width, height = self.box
        return left + width // 2, top + height // 2


def look_for(screen: Pixels, words: str, *, within: tuple[int, int, int, int] | None = None) -> tuple[Seen, ...]:
    """Every place where the words stand in one face, from top to bottom; ``within`` is left, top, right, bottom."""
    left, top, right, bottom = within or (0, 0, screen.shape[1], screen.shape[0])
    grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(screen[top:bottom, left:right]), cv2.COLOR_RGB2GRAY), np.uint8)
    for face in _FACES:
        strokes = _strokes(words, *face)
        if strokes.shape[0] <= grey.shape[0] and strokes.shape[1] <= grey.shape[1]:
            found = _distinct(_places(grey, strokes, (left, top)))
            if found:
                return tuple(sorted(found, key=lambda each: (each.box[1], each.box[0])))
    return ()


def _places(grey: NDArray[np.uint8], strokes: NDArray[np.uint8], origin: tuple[int, int]) -> list[Seen]:
    """Light words on dark correlate positively, dark words on an accent negatively; flat areas have no correlation at all."""
    likeness = np.nan_to_num(np.abs(cv2.matchTemplate(grey, strokes, cv2.TM_CCOEFF_NORMED)), posinf=0.0, neginf=0.0)
    rows, columns = np.nonzero((likeness > ALIKE) & (likeness <= 1.001))
    height, width = strokes.shape
    return [
        Seen((column + origin[0], row + origin[1], width, height), float(likeness[row, column]))
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
        if _letter_by_letter(grey[row : row + height, column : column + width], strokes)
    ]


def _letter_by_letter(patch: NDArray[np.uint8], strokes: NDArray[np.uint8]) -> bool:
    """No letter differs: a whole line may be alike where one digit is another one."""
    ink, seen = strokes.astype(float) / 255, patch.astype(float)
    contrast = float(((ink - ink.mean()) * (seen - seen.mean())).mean() / ink.var())
    if abs(contrast) < 12:
        return False
    off = np.abs(seen - seen.mean() - contrast * (ink - ink.mean())) / abs(contrast)
    return all(float(letter.mean()) < DIFFERS for letter in np.array_split(off, max(1, off.shape[1] // LETTER), axis=1))


def _distinct(found: list[Seen]) -> list[Seen]:
    """The best of each group of neighbours."""
    kept: list[Seen] = []
    for each in sorted(found, key=lambda one: -one.likeness):
        if all(abs(each.middle[0] - one.middle[0]) > 6 or abs(each.middle[1] - one.middle[1]) > 6 for one in kept):
            kept.append(each)
    return kept


@cache
def _strokes(words: str, size: Size, weight: Weight) -> NDArray[np.uint8]:
    """The words in white on black, cut to their ink."""
    face = font(size, weight)
    metrics = QFontMetricsF(face)
    width, height = int(metrics.horizontalAdvance(words)) + 8, int(metrics.height()) + 8
    image = QImage(width, height, QImage.Format.Format_Grayscale8)
    image.fill(QColor(0, 0, 0))
    painter = QPainter(image)
    painter.setFont(face)
    painter.setPen(Qt.GlobalColor.white)
    painter.drawText(QPointF(4, 4 + round(metrics.ascent())), words)
    painter.end()
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(height, image.bytesPerLine())[:, :width]
    rows, columns = np.nonzero(lines > 32)
    assert rows.size, f"no ink in {words!r}"
    return np.ascontiguousarray(lines[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])
