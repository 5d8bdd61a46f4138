"""Colours, sizes and lines of the printed document: those of the window, on white."""

from dataclasses import dataclass
from typing import Final

from reportlab.lib.colors import Color, HexColor

from corelab.domain.vocabulary import Missing
from corelab.export.subject_pdf.content import Drawn

INK: Final = HexColor("#14191d")
SECOND: Final = HexColor("#55616a")
THIRD: Final = HexColor("#8a959d")
LINE: Final = HexColor("#c9d0d6")
HAIR: Final = HexColor("#e4e8eb")
WASH: Final = HexColor("#f4f6f8")
DIFFERS: Final = HexColor("#fdf4e0")
ACCENT: Final = HexColor("#1f6fae")
BADGE: Final = HexColor("#9a6a00")
ACROSS: Final = HexColor("#f7f4ec")
LIMB: Final = HexColor("#eff2f4")
CALIPER: Final = HexColor("#ffe08a")
BLACK: Final = HexColor("#000000")

BODY: Final = 7.6
SMALL: Final = 6.6
LEADING: Final = 9.8


@dataclass(frozen=True, slots=True)
class GradeStyle:
    """How a grade is drawn: colour and line together, so that neither has to be seen. ``dash`` in points for a line of this width."""

    colour: Color
    width: float
    dash: tuple[float, ...] = ()
    round: bool = False


_RANKS: Final = (
    GradeStyle(HexColor("#1f9a83"), 2.4),
    GradeStyle(HexColor("#d08e0b"), 2.4, (5.5, 3.2)),
    GradeStyle(HexColor("#d8502b"), 4.2),
)
_NOT_EVALUABLE: Final = GradeStyle(HexColor("#66747f"), 1.8, (0.01, 3.6), round=True)
_NOT_IMAGED: Final = GradeStyle(HexColor("#8a959d"), 1.5, (0.01, 6.0), round=True)
_NOT_ASKED: Final = GradeStyle(HexColor("#cdd4d9"), 1.1)


def style_of(drawn: Drawn) -> GradeStyle:
    """The style of a rank, of a kind of missing, or (None) of a segment of which nothing is drawn."""
    if isinstance(drawn, int):
        return _RANKS[min(max(drawn, 0), len(_RANKS) - 1)]
    return {Missing.NOT_EVALUABLE: _NOT_EVALUABLE, Missing.NOT_IMAGED: _NOT_IMAGED}.get(drawn or Missing.NOT_APPLICABLE, _NOT_ASKED)
