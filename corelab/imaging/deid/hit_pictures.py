"""The small pictures of text that was found, cut from the frames in which it was found: few and small, whatever the clip is like."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from corelab.domain.intake import Box
from corelab.imaging.text_finder import Grey, Shown

MOST = 40
"""Pictures of one clip; the first of each hit come first."""
_MARGIN = 4
_HIGHEST, _WIDEST = 160, 1600
"""Rows and columns: higher ones hold no line of text."""


@dataclass(frozen=True, slots=True)
class HitPicture:
    """``hit``: its place among the boxes that were found."""

    hit: int
    picture: Grey


def hit_pictures(shown: Sequence[Sequence[Shown]], frame: Callable[[int], Grey]) -> tuple[HitPicture, ...]:
    """``shown``: for each hit, where and in which frames; ``frame`` gives a frame by that number."""
    rounds = zip_longest(*([(number, each) for each in places] for number, places in enumerate(shown)))
    wanted = [each for each in chain.from_iterable(rounds) if each is not None and _is_small(each[1].box)][:MOST]
    return tuple(_cut(wanted, frame))


def _cut(wanted: Sequence[tuple[int, Shown]], frame: Callable[[int], Grey]) -> Iterator[HitPicture]:
    """Each frame is decoded once."""
    for number in sorted({each.frame for _, each in wanted}):
        picture = frame(number)
        for hit, each in wanted:
            if each.frame == number:
                x0, y0, x1, y1 = each.box
                yield HitPicture(hit, picture[max(y0 - _MARGIN, 0) : y1 + _MARGIN + 1, max(x0 - _MARGIN, 0) : x1 + _MARGIN + 1])


def _is_small(box: Box) -> bool:
    return box[3] - box[1] < _HIGHEST and box[2] - box[0] < _WIDEST
