"""Reads words in small pictures by tesseract, where it is installed: never to show or keep them, only to sort the places they stand at.

All pictures lie one below the other on one sheet, as they are and twice as large, so that a clip costs two starts of the program.
"""

import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]

SECONDS = 20.0
"""At most, for one clip; what is not read by then counts as not read."""
_SPARSE = (11, 12)
"""Page segmentation modes of tesseract: words anywhere, without and with a look at how the sheet lies."""
_AROUND, _BETWEEN = 20, 30
_LARGEST = 1 << 24
"""Pixels of one sheet."""
_DARKEST, _BRIGHTEST = 1, 99


@dataclass(frozen=True, slots=True)
class Tesseract:
    """Where the program is, and where its ``data`` are when they do not lie where it expects them."""

    program: str
    data: str | None = None

    @classmethod
    def installed(cls) -> "Tesseract | None":
        """None without the program, or without the package that talks to it."""
        program = shutil.which("tesseract")
        return cls(os.path.abspath(program), os.environ.get("TESSDATA_PREFIX")) if program and library() else None  # noqa: PTH100

    def to_json(self) -> list[str | None]:
        return [self.program, self.data]

    @classmethod
    def from_json(cls, stored: Sequence[str | None]) -> "Tesseract":
        """Raises TypeError or ValueError for another form."""
        program, data = stored
        if not isinstance(program, str):
            raise TypeError("no program")
        return cls(program, data)


@dataclass(frozen=True, slots=True)
class Read:
    """What one look read in one picture: words from left to right, and the share of the picture's width that they cover."""

    words: tuple[str, ...]
    covered: float


@cache
def library() -> ModuleType | None:
    """It comes with the optional extra ``ocr``."""
    try:
        import pytesseract  # noqa: PLC0415 - optional
    except ImportError:
        return None
    return pytesseract if isinstance(pytesseract, ModuleType) else None


def words_in(pictures: Sequence[Grey], reader: Tesseract, seconds: float) -> tuple[tuple[Read, ...], ...] | None:
    """For each picture of bright letters what the looks read; None where nothing could be read with: no program, no data, no time."""
    talks = library()
    if not pictures or talks is None:
        return None
    talks.pytesseract.tesseract_cmd = reader.program
    if reader.data is not None:
        os.environ["TESSDATA_PREFIX"] = reader.data
    sheet, places = _sheet(pictures)
    until, read = time.monotonic() + seconds, [list[Read]() for _ in pictures]
    looks = sum(_looked(talks, mode, sheet, places, until, read) for mode in _SPARSE)
    return tuple(tuple(each) for each in read) if looks else None


def _looked(talks: ModuleType, mode: int, sheet: Grey, places: "Sequence[_Place]", until: float, read: list[list[Read]]) -> bool:
    left = until - time.monotonic()
    if left <= 0:
        return False
    try:
        found = talks.image_to_data(Image.fromarray(sheet), config=f"--psm {mode} --dpi 150", timeout=left, output_type=talks.Output.DICT)
    except (OSError, RuntimeError, ValueError, SystemExit):  # its errors quote what it said: nothing of that is kept
        return False
    for place in places:
        read[place.picture].append(_read_at(place, found))
    return True


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one form of a picture lies on the sheet."""

    picture: int
    top: int
    bottom: int
    width: int


def _read_at(place: _Place, found: Mapping[str, Sequence[Any]]) -> Read:
    words = sorted(
        (left, width, text)
        for text, left, top, width, height in zip(*(found[name] for name in ("text", "left", "top", "width", "height")), strict=True)
        if text.strip() and place.top <= top + height // 2 <= place.bottom
    )
    return Read(tuple(text for _, _, text in words), sum(width for _, width, _ in words) / max(1, place.width))


def _sheet(pictures: Sequence[Grey]) -> tuple[Grey, list[_Place]]:
    forms = list(_forms(pictures))
    sheet = np.full((sum(form.shape[0] + _BETWEEN for _, form in forms) + _BETWEEN, _widest(forms) + 2 * _AROUND), 255, np.uint8)
    places, top = [], _BETWEEN
    for picture, form in forms:
        rows, columns = form.shape
        sheet[top : top + rows, _AROUND : _AROUND + columns] = form
        places.append(_Place(picture, top - _BETWEEN // 2, top + rows + _BETWEEN // 2, columns))
        top += rows + _BETWEEN
    return sheet, places


def _widest(forms: Sequence[tuple[int, Grey]]) -> int:
    return max((form.shape[1] for _, form in forms), default=0)


def _forms(pictures: Sequence[Grey]) -> Iterator[tuple[int, Grey]]:
    """Dark letters on white: each picture stretched to full contrast, the same twice as large, and that in black and white."""
    used = 0
    for number, picture in enumerate(pictures):
        used += 9 * picture.size
        if used > _LARGEST:
            return
        low, high = np.percentile(picture, (_DARKEST, _BRIGHTEST))
        stretched = np.clip((picture.astype(np.float32) - low) * (255 / max(1.0, high - low)), 0, 255)
        dark = np.asarray(255 - stretched.astype(np.uint8), np.uint8)
        large = np.asarray(cv2.resize(dark, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8)
        yield number, dark
        yield number, large
        yield number, np.asarray(cv2.threshold(large, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1], np.uint8)
