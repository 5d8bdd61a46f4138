"""Text in a picture is found where it stands and in the frame that shows it; speckle is not taken for text."""

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from corelab.imaging.text_finder import Findings, Grey, TextFinder

ROWS, COLUMNS = 240, 320


def tissue(frames: int, seed: int = 5) -> list[Grey]:
    """Smooth speckle as a scanner shows it, other in each frame."""
    rng = np.random.default_rng(seed)
    noise = [cv2.GaussianBlur(rng.gamma(1.0, 30.0, (ROWS, COLUMNS)).astype(np.float32), (0, 0), 2.6, sigmaY=1.3) for _ in range(frames)]
    return [np.clip(each, 0, 255).astype(np.uint8) for each in noise]


def written(frame: Grey, *, level: int = 255, at: tuple[int, int] = (60, 120)) -> Grey:
    return np.asarray(cv2.putText(frame.copy(), "QUORLIMAX 71300", at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, level, 1, cv2.LINE_8), np.uint8)


FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, "DejaVuSans", "DejaVuSansMono")
DEJAVU = Path("/usr/share/fonts/truetype/dejavu")


def speckled(low: int, high: int, frames: int = 5) -> list[Grey]:
    """Speckle between two levels, other in each frame."""
    return [np.clip(low + (high - low) / 110.0 * frame, 0, high).astype(np.uint8) for frame in tissue(frames, seed=high)]


def ink(font: int | str, height: int) -> Grey:
    """255 where the words are written."""
    empty = np.zeros((ROWS, COLUMNS), np.uint8)
    if isinstance(font, int):
        return np.asarray(cv2.putText(empty, "QUORLIMAX 71300", (30, 120), font, height / 21, 255, 1, cv2.LINE_AA), np.uint8)
    if not (DEJAVU / f"{font}.ttf").exists():
        pytest.skip("the DejaVu fonts are not installed")
    picture = Image.fromarray(empty)
    letters = ImageFont.truetype(str(DEJAVU / f"{font}.ttf"), round(height * 1.35))
    ImageDraw.Draw(picture).text((30, 120 - height), "QUORLIMAX 71300", font=letters, fill=255)
    return np.asarray(picture)


def share_found(boxes: Iterable[tuple[int, int, int, int]], written_at: Grey) -> float:
    """Of what is written, how much would go if each hit were masked with 3 pixels around it."""
    left = written_at > 100
    all_ink = left.sum()
    for x0, y0, x1, y1 in boxes:
        left[max(y0 - 3, 0) : y1 + 4, max(x0 - 3, 0) : x1 + 4] = False
    return float(1 - left.sum() / all_ink)


def find_text(frames: Iterable[Grey]) -> Findings:
    finder = TextFinder()
    for frame in frames:
        finder.add(frame)
    return finder.findings()


def touches_the_line(boxes: tuple[tuple[int, int, int, int], ...]) -> bool:
    return any(box[0] < 200 and box[2] > 60 and box[1] < 122 and box[3] > 108 for box in boxes)


def test_tissue_sends_nobody_to_every_frame() -> None:
    assert len(find_text(tissue(8)).frames) <= 1
    assert find_text([]).boxes == ()


@pytest.mark.parametrize("level", [255, 200, 140])
def test_text_that_stands_in_every_frame_is_shown_by_the_first(level: int) -> None:
    found = find_text([written(frame // 2, level=level) for frame in tissue(6)])
    assert touches_the_line(found.boxes)
    assert found.frames == (0,)


def test_text_in_one_frame_is_found_in_that_frame() -> None:
    frames = tissue(6)
    frames[4] = written(frames[4] // 2)
    found = find_text(frames)
    assert touches_the_line(found.boxes)
    assert found.frames == (4,)


def test_dim_text_on_black_is_found() -> None:
    found = find_text([written(np.zeros((ROWS, COLUMNS), np.uint8), level=40)])
    assert touches_the_line(found.boxes)


@pytest.mark.parametrize("height", [10, 16])
@pytest.mark.parametrize("font", FONTS)
@pytest.mark.parametrize(("low", "high", "level"), [(0, 0, 255), (0, 0, 90), (15, 110, 255), (15, 110, 160), (30, 220, 255)])
def test_words_on_one_frame_are_found_as_a_whole(font: int | str, height: int, low: int, high: int, level: int) -> None:
    """Over black, over tissue and over bright speckle: every letter lies in a hit, and the frame is to be looked at."""
    frames, letters = speckled(low, high), ink(font, height)
    part = letters.astype(np.float32) / 255
    frames[3] = (frames[3] * (1 - part) + level * part).astype(np.uint8)
    found = find_text(frames)
    assert 3 in found.frames
    assert share_found(found.boxes, letters) > 0.98


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize("level", [8, 16])
@pytest.mark.parametrize("font", FONTS)
def test_letters_that_nobody_sees_are_found(font: int | str, level: int, everywhere: bool) -> None:  # noqa: FBT001 - a parameter
    """Level 8 of 255 on black: invisible on most screens, readable with the levels spread."""
    letters = (ink(font, 14) > 100).astype(np.uint8) * 255
    plain = np.zeros((ROWS, COLUMNS), np.uint8)
    plain[150:] = tissue(1)[0][150:]
    dark = np.where(letters > 0, np.uint8(level), plain)
    found = find_text([dark if everywhere or number == 2 else plain for number in range(4)])
    assert share_found(found.boxes, letters) > 0.98
    assert found.frames == ((0,) if everywhere else (2,))
