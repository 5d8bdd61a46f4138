"""What of a picture stays, and the proof that nothing else does."""

import numpy as np
import pytest

from corelab.imaging.pixel_mask import Kept, Mask, RegionBox, kept_by_regions, usable_box, whole_frame
from tests.dicom_builders import speckle

ROWS, COLUMNS = 64, 96


def kept(*boxes: tuple[int, int, int, int], data_type: int = 1) -> Kept | None:
    return kept_by_regions([RegionBox(box, data_type) for box in boxes], ROWS, COLUMNS)


def test_regions_stay_and_all_else_goes() -> None:
    found = kept((10, 20, 29, 39), (50, 20, 59, 39))
    assert found is not None
    assert found.area().sum() == 20 * 20 + 10 * 20
    assert found.area()[20, 10]
    assert found.area()[39, 29]
    assert not found.area()[40, 29]


@pytest.mark.parametrize(
    "boxes",
    [
        (),
        ((0, 0, COLUMNS - 1, ROWS - 1),),
        ((0, 0, 47, ROWS - 1), (48, 0, COLUMNS - 1, ROWS - 1)),
        ((30, 20, 10, 39),),
        ((10, 20, COLUMNS + 5, 39),),
        ((-1, 20, 30, 39),),
        ((10, 20, 4294967295, 39),),
        ((10, 20, 29, 39), (50, 20, 40, 39)),
    ],
)
def test_regions_that_cannot_be_believed_leave_it_to_a_person(boxes: tuple[tuple[int, int, int, int], ...]) -> None:
    assert kept(*boxes) is None


def test_a_region_of_unknown_content_is_not_believed() -> None:
    assert kept((10, 20, 29, 39), data_type=0) is None


def test_a_strip_without_width_keeps_nothing_and_spoils_nothing() -> None:
    assert kept((10, 20, 29, 39), (50, 20, 50, 39)) == kept((10, 20, 29, 39))


def test_one_pixel_too_far_is_the_edge() -> None:
    found = kept((10, 20, COLUMNS, ROWS))
    assert found is not None
    assert found.rectangles == ((10, 20, COLUMNS - 1, ROWS - 1),)


@pytest.mark.parametrize(("photometric", "samples", "black"), [("MONOCHROME2", 1, 0), ("MONOCHROME1", 1, 255), ("RGB", 3, 0)])
def test_masks_are_exact(photometric: str, samples: int, black: int) -> None:
    frame = speckle(1, samples=samples)[0]
    area = Kept(ROWS, COLUMNS, ((10, 20, 29, 39),), ((15, 25, 17, 27),))
    masked = Mask.of(area, photometric).apply(frame)
    assert (masked[~area.area()] == black).all()
    assert (masked[area.area()] == frame[area.area()]).all()
    assert not area.area()[26, 16]


def test_the_proof_notices_a_single_changed_pixel() -> None:
    frame = speckle(1)[0]
    mask = Mask.of(whole_frame(ROWS, COLUMNS, [(0, 0, 95, 9)]), "MONOCHROME2")
    masked = mask.apply(frame)
    assert mask.proves(frame, masked)
    for row, value in ((5, 1), (30, int(masked[30, 40]) ^ 1)):
        forged = masked.copy()
        forged[row, 40] = value
        assert not mask.proves(frame, forged)


def test_a_picture_that_is_black_outside_already_is_not_changed() -> None:
    frame = speckle(1)[0]
    mask = Mask.of(whole_frame(ROWS, COLUMNS, [(0, 0, 95, 9)]), "MONOCHROME2")
    assert mask.changes(frame)
    frame[:10] = 0
    assert not mask.changes(frame)


def test_drawn_boxes_are_put_in_order_and_clipped() -> None:
    assert usable_box((50, 30, 10, 20), ROWS, COLUMNS) == (10, 20, 50, 30)
    assert usable_box((-5, -5, 500, 500), ROWS, COLUMNS) == (0, 0, COLUMNS - 1, ROWS - 1)
    assert usable_box((200, 10, 300, 20), ROWS, COLUMNS) is None


def test_the_area_of_all_boxes_is_their_union() -> None:
    rng = np.random.default_rng(3)
    boxes = tuple((int(x), int(y), int(x) + 9, int(y) + 7) for x, y in rng.integers(0, 50, (6, 2)))
    area = Kept(ROWS, COLUMNS, boxes).area()
    for y in range(0, ROWS, 3):
        for x in range(0, COLUMNS, 3):
            assert area[y, x] == any(x0 <= x <= x1 and y0 <= y <= y1 for x0, y0, x1, y1 in boxes)
