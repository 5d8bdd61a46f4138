"""Which frames stand in the document as pictures: those that the results rest on, disputes and measurements first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from corelab.domain.measurement import Quantity
from corelab.domain.vocabulary import Binding, Sha256
from corelab.export.reread_proof import points_of
from corelab.export.subject_pdf.content import Frame, KeyPicture, Stroke
from corelab.export.subject_pdf.words import unit_words
from corelab.export.writers import Row

MOST: Final = 12
"""So many frames of one visit at most: they fill about one page, and a document stays small enough to send."""
Place = tuple[str, str, str]
"""SIDE, SEGCD, TESTCD."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A row of evidence with what is known of its grade. ``words`` say the grade, ``whose`` by whom."""

    row: Row
    disputed: bool
    accepted: bool
    healthy: bool
    words: str
    whose: str

    @property
    def rank(self) -> int:
        """What is shown first where not all can be: disputes, measurements, frames that the reader marked, what is not healthy."""
        proof = bool(self.row["FRAMEB"]) or self.row["BOUND"] == Binding.CALIPER.value
        steps = (self.disputed, self.accepted and proof, self.accepted and self.row["BOUND"] == Binding.MARKED.value)
        return next((rank for rank, holds in enumerate((*steps, self.accepted and not self.healthy, self.accepted)) if holds), _NEVER)


_NEVER: Final = 5
"""Of a reading that the result does not rest on, and nobody disputes it: its frames stand in evidence.csv only."""


@dataclass(slots=True)
class _Shown:
    """One frame or pair with all that rests on it."""

    rank: int
    order: int
    row: Row
    said: dict[str, dict[str, None]] = field(default_factory=dict)
    records: set[str] = field(default_factory=set)

    @property
    def frames(self) -> int:
        return 2 if self.row["FRAMEB"] else 1


def key_pictures(
    weighed: Iterable[Weighed], measured: Sequence[Row], clips: Mapping[str, Row], heading: Callable[[Row], str]
) -> tuple[tuple[KeyPicture, ...], int]:
    """The pictures in the order of the form, and how many frames were left out. ``clips`` are rows of clips.csv by clip."""
    shown = _merged(weighed)
    chosen, room = list[_Shown](), MOST
    for one in sorted(shown, key=lambda one: (one.rank, one.order)):
        if one.rank < _NEVER and one.frames <= room:
            chosen.append(one)
            room -= one.frames
    chosen.sort(key=lambda one: one.order)
    left = sum(one.frames for one in shown) - sum(one.frames for one in chosen)
    return tuple(_picture(one, measured, clips, heading(one.row)) for one in chosen), left


def _merged(weighed: Iterable[Weighed]) -> list[_Shown]:
    """Each frame or pair once, with every grade that rests on it."""
    shown: dict[tuple[str, str, str], _Shown] = {}
    for order, one in enumerate(weighed):
        row = one.row
        held = shown.setdefault((row["CLIPID"], row["FRAMEA"], row["FRAMEB"]), _Shown(one.rank, order, row))
        held.rank = min(held.rank, one.rank)
        held.records.add(row["RECID"])
        held.said.setdefault(one.words, {})[one.whose] = None
    return list(shown.values())


def _picture(one: _Shown, measured: Sequence[Row], clips: Mapping[str, Row], heading: str) -> KeyPicture:
    row, clip = one.row, clips.get(one.row["CLIPID"])
    size = (int(clip["COLS"]), int(clip["ROWS"])) if clip is not None and clip["COLS"] and clip["ROWS"] else None
    told = ((row["FRAMEA"], "without pressure"), (row["FRAMEB"], "under pressure")) if row["FRAMEB"] else ((row["FRAMEA"], ""),)
    frames = (Frame(int(number) - 1, words, tuple(_strokes(measured, one, number))) for number, words in told)
    grades = tuple(f"{words} ({' and '.join(whose)})" for words, whose in one.said.items())
    return KeyPicture(Sha256(row["CLIPID"]), size, tuple(frames), heading, grades)


def _strokes(measured: Iterable[Row], one: _Shown, frame: str) -> Iterable[Stroke]:
    for row in measured:
        if (row["CLIPID"], row["FRAME"]) == (one.row["CLIPID"], frame) and row["RECID"] in one.records:
            yield from _stroke(row)


def _stroke(row: Row) -> Iterable[Stroke]:
    quantity, points = Quantity(row["QUANTITY"]), points_of(row["POINTS"])
    words = f"{row['MVAL']} {unit_words(row['UNIT'])}"
    if quantity is Quantity.RATIO:
        yield Stroke(points[:2], closed=False, words="")
        yield Stroke(points[2:], closed=False, words=words)
    else:
        yield Stroke(points, closed=quantity is Quantity.AREA, words=words)
