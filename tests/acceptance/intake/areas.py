"""Cases 24 to 26 and 28: words painted into the picture, outside and inside its regions, and regions that cannot be believed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from tests.acceptance.intake.case import COLUMNS, REGION, ROWS, Box, Case, End, Maker, Person, Seed
from tests.acceptance.intake.objects import Frames, an_object, frames, painted
from tests.dicom_builders import a_region, file_bytes

C, R, EITHER = End.CLEANED, End.REFUSED, End.EITHER
_HELD = frozenset({"REGION_INVALID"})
BANNER: Box = (0, 0, COLUMNS - 1, 15)


def _box(word: str, at: tuple[int, int]) -> Box:
    return painted(np.zeros((1, ROWS, COLUMNS), np.uint8), word, at)


def _words(at: tuple[int, int], *, level: int = 255, only: int | None = None, dark: bool = False) -> Maker:
    """The word painted into speckle, or over black inside the region."""

    def make(seed: Seed, path: Path) -> None:
        pixels = frames(seed, count=5) // 2
        x0, y0, x1, y1 = _box(seed.word, at)
        if dark:
            pixels[:, max(y0 - 3, 0) : y1 + 4, max(x0 - 3, 0) : x1 + 4] = 0
        painted(pixels, seed.word, at, level=level, only=only)
        path.write_bytes(file_bytes(an_object(seed, pixels)))

    return make


def _bright(seed: Seed, path: Path) -> None:
    """Speckle nearly as bright as the words."""
    pixels = frames(seed, count=5)
    painted(pixels, seed.word, (18, 50))
    path.write_bytes(file_bytes(an_object(seed, pixels)))


def _page(seed: Seed, path: Path) -> None:
    """The last frame is a report page: words all over the picture."""
    pixels = frames(seed, count=4) // 3
    pixels[3] = 0
    for line in range(4):
        painted(pixels, seed.word, (18, 30 + 14 * line), only=3)
    path.write_bytes(file_bytes(an_object(seed, pixels)))


def _with_regions(build: Callable[[], Sequence[Dataset]]) -> Maker:
    """A banner with the word above regions that are wrong."""

    def make(seed: Seed, path: Path) -> None:
        pixels: Frames = frames(seed)
        painted(pixels, seed.word, (4, 12))
        made = an_object(seed, pixels, regions=build())
        if not build():
            del made.SequenceOfUltrasoundRegions
        path.write_bytes(file_bytes(made))

    return make


def _wrong(letter: str, what: str, *boxes: Box, types: Sequence[int] = (1,)) -> tuple[Case, Case]:
    """Held as it comes; and cleaned once a person has drawn the mask."""
    make = _with_regions(lambda: [a_region(box, kind) for box, kind in zip(boxes, [*types, *[1] * len(boxes)], strict=False)])
    return (
        Case(f"26{letter}1", what, R, make, _HELD),
        Case(f"26{letter}2", f"{what}; then masked by hand", C, make, _HELD, BANNER, Person.DRAWS, region=(0, 0, COLUMNS - 1, ROWS - 1)),
    )


def _over_banner() -> Sequence[Dataset]:
    return [a_region((0, 0, COLUMNS - 2, 79))]


def _duplex() -> Sequence[Dataset]:
    return [a_region((16, 16, 111, 40), 1), a_region((16, 48, 111, 70), 3), a_region((16, 76, 111, 79), 11)]


def _duplex_words(seed: Seed, path: Path) -> None:
    """The word stands in the gap between picture and spectrum."""
    pixels = frames(seed)
    pixels[:, 41:48] = 10
    pixels[:, 42:47, 20:70] = 200
    path.write_bytes(file_bytes(an_object(seed, pixels, regions=_duplex())))


def _at(case: str, at: tuple[int, int]) -> Box:
    return _box(Seed.of(case).word, at)


CASES = (
    Case("24a", "banner on one frame only, outside the region", C, _words((4, 12), only=2), text=_at("24a", (4, 12))),
    Case(
        "24b",
        "words on one frame only, inside the region",
        EITHER,
        _words((18, 50), only=2),
        text=_at("24b", (18, 50)),
        person=Person.MASKS_HITS,
    ),
    Case("24c", "report page at the end of the clip", EITHER, _page, text=_at("24c", (18, 44)), person=Person.MASKS_HITS),
    Case("25a", "name typed over speckle inside the region", C, _words((18, 50)), text=_at("25a", (18, 50)), person=Person.MASKS_HITS),
    Case("25b", "name typed over very bright speckle", C, _bright, text=_at("25b", (18, 50)), person=Person.MASKS_HITS),
    *_wrong("a", "no regions at all"),
    *_wrong("b", "region that covers the whole frame", (0, 0, COLUMNS - 1, ROWS - 1)),
    *_wrong("c", "region turned over", (111, 79, 16, 16)),
    *_wrong("d", "region outside the picture", (16, 16, 500, 79)),
    *_wrong("e", "region with a negative place", (0xFFFFFFF0, 16, 111, 79)),
    *_wrong("g", "region of no known kind", REGION, types=(0,)),
    Case(
        "26f",
        "region that reaches over the banner: flagged, then masked",
        C,
        _with_regions(_over_banner),
        text=_at("26f", (4, 12)),
        person=Person.MASKS_HITS,
        region=(0, 0, COLUMNS - 2, 79),
    ),
    Case("26h", "picture, spectrum and heart curve with words between them", C, _duplex_words, text=(20, 42, 69, 46), pixels=False),
    Case(
        "28a",
        "dark words (8 of 255) on black inside the region",
        C,
        _words((18, 50), level=8, dark=True),
        text=_at("28a", (18, 50)),
        person=Person.MASKS_HITS,
    ),
    Case("28b", "dark words (8 of 255) outside the region", C, _words((4, 12), level=8, dark=True), text=_at("28b", (4, 12))),
)
