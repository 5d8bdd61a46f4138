"""Text in a picture is found where it stands and in the frame that shows it; speckle is not taken for text."""

from collections.abc import Iterable

import cv2
import numpy as np
import pytest

from corelab.imaging.text_finder import Findings, Grey, TextFinder

ROWS, COLUMNS = 240, 320


def tissue(frames: int, seed: int = 5) -> list[Grey]:
    """Smooth speckle as a scanner shows it, other in each frame."""
    rng = np.random.default_rng(seed)
    noise = [cv2.GaussianBlur(rng.gamma(1.0, 30.0, (ROWS, COLUMNS)).astype(np.float32), (0, 0), 2.6, sigmaY=1.3) for _ in range(frames)]
    return [np.clip(each, 0, 255).astype(np.uint8) for each in noise]


def written(frame: Grey, *, level: int = 255, at: tuple[int, int] = (60, 120)) -> Grey:
    return np.asarray(cv2.putText(frame.copy(), "QUORLIMAX 71300", at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, level, 1, cv2.LINE_8), np.uint8)


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
