"""The veins of one visit, drawn from its results: the line of each segment says its grade by colour and by its kind."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from corelab.domain.vocabulary import Missing
from corelab.export.subject_pdf import look
from corelab.export.subject_pdf.content import Drawn, Segment
from corelab.export.subject_pdf.sheet import Sheet, shortened, width_of
from corelab.export.subject_pdf.vein_paths import Piece, Point, Vein, VeinTree

_LABEL: Final = 6.4
_STEP: Final = 8.6
"""Labels stand so far apart at least."""
_KINDS: Final[tuple[tuple[Drawn, str], ...]] = (
    (Missing.NOT_EVALUABLE, "not evaluable (NE)"),
    (Missing.NOT_IMAGED, "not imaged (NI)"),
    (None, "not graded"),
)
_SIDES: Final = {"left": -1.0, "right": 1.0, "": 1.0}


@dataclass(frozen=True, slots=True)
class Box:
    """Where a map lies: its lower left corner and its size; ``labels`` is the room for words on each side of the drawing."""

    x: float
    y: float
    wide: float
    high: float
    labels: float = 0.0


@dataclass(frozen=True, slots=True)
class _Label:
    segment: Segment
    right: bool
    y: float
    tip: Point


class VeinMap:
    """One map within a box."""

    def __init__(self, sheet: Sheet, tree: VeinTree, box: Box) -> None:
        self._sheet, self._tree, self._box = sheet, tree, box
        wide, high = tree.box
        self._scale = min(box.high / high, (box.wide - 2 * box.labels) / wide)

    def draw(self, segments: Sequence[Segment]) -> None:
        sides = ("right",) if self._tree.single else ("right", "left")
        for side in sides:
            self._limb(side, segments)
        for segment, vein in sorted(self._placed(segments), key=lambda held: held[1].calibre):
            self._vein(vein, segment.side, segment.drawn)
        if self._box.labels:
            self._labels(segments)
            if not self._tree.single:
                self._letters()

    # ------------------------------------------------------------ where

    def _at(self, side: str, point: Point) -> Point:
        """From the drawing of the right limb (seen from the front, y down) to the page."""
        wide, high = self._tree.box
        across = point[0] - wide / 2
        x = across if self._tree.single else across * _SIDES[side]
        middle = self._box.x + self._box.wide / 2
        return middle + x * self._scale, self._box.y + (self._box.high + high * self._scale) / 2 - point[1] * self._scale

    def _path(self, side: str, pieces: Iterable[Piece]) -> PDFPathObject:
        path = self._sheet.canvas.beginPath()
        for piece in pieces:
            points = [each for point in piece for each in self._at(side, point)]
            path.moveTo(*points) if len(piece) == 1 else path.curveTo(*points)
        return path

    def _placed(self, segments: Iterable[Segment]) -> Iterable[tuple[Segment, Vein]]:
        return ((segment, self._tree.veins[segment.lies]) for segment in segments if segment.lies in self._tree.veins)

    # ------------------------------------------------------------ lines

    def _limb(self, side: str, segments: Sequence[Segment]) -> None:
        """The soft shape of the limb, and every vein of it that nobody graded."""
        canvas = self._sheet.canvas
        self._sheet.fill(look.LIMB)
        canvas.drawPath(self._path(side, self._tree.silhouette), stroke=0, fill=1)
        graded = {segment.lies for segment in segments if segment.side in (side, "")}
        for vein in self._tree.veins.values():
            if vein.map not in graded and not (vein.unpaired and side == "left"):
                self._vein(vein, side, None)

    def _vein(self, vein: Vein, side: str, drawn: Drawn) -> None:
        canvas, style = self._sheet.canvas, look.style_of(drawn)
        thin = min(max(self._scale, 0.42), 1.0)
        width = max(0.7, style.width * vein.calibre * thin)
        canvas.saveState()
        canvas.setStrokeColor(style.colour)
        canvas.setLineWidth(width)
        canvas.setLineCap(1 if style.round or not style.dash else 0)
        canvas.setLineJoin(1)
        canvas.setDash([each * max(thin, 0.6) for each in style.dash] if style.dash else [])
        canvas.drawPath(self._path(side, vein.pieces), stroke=1, fill=0)
        canvas.restoreState()

    # ------------------------------------------------------------ words

    def _letters(self) -> None:
        for side in ("right", "left"):
            x, y = self._at(side, (27.0, 16.0))
            self._sheet.text(x - 3, y, side[:1].upper(), 9, look.SECOND, strong=True)

    def _labels(self, segments: Sequence[Segment]) -> None:
        labels = [self._label(segment, vein) for segment, vein in self._placed(segments)]
        for right in (False, True):
            own = sorted((one for one in labels if one.right is right), key=lambda one: -one.y)
            for one, y in zip(own, _spread([one.y for one in own], self._box.y, self._box.y + self._box.high), strict=True):
                self._write(one, y)

    def _label(self, segment: Segment, vein: Vein) -> _Label:
        """Beside its limb; of one organ on the side that the drawing says. The height of its end where none is told."""
        tip = self._at(segment.side, vein.tip or vein.pieces[-1][-1])
        right = vein.label_right if self._tree.single else segment.side == "left" or vein.unpaired
        height = self._at(segment.side, (0.0, vein.label))[1] if vein.label is not None else tip[1]
        return _Label(segment, right, height, tip)

    def _write(self, label: _Label, y: float) -> None:
        sheet, box, words = self._sheet, self._box, label.segment.code
        said = shortened(label.segment.drawn_words, box.labels - 14 - width_of(f"{words}  ", _LABEL, strong=True), _LABEL)
        wide = width_of(words, _LABEL, strong=True) + width_of(f"  {said}", _LABEL)
        x = box.x + box.wide - box.labels + 8 if label.right else box.x + box.labels - 8 - wide
        near = x - 3 if label.right else x + wide + 3
        _leader(sheet.canvas, (near, y + 2.2), label.tip)
        sheet.text(x, y, words, _LABEL, look.INK, strong=True)
        sheet.text(x + width_of(f"{words}  ", _LABEL, strong=True), y, said, _LABEL, look.SECOND)


def _leader(canvas: Canvas, near: Point, tip: Point) -> None:
    canvas.setStrokeColor(look.LINE)
    canvas.setLineWidth(0.4)
    canvas.setDash()
    canvas.line(*near, *tip)


def _spread(wanted: Sequence[float], low: float, high: float) -> list[float]:
    """Heights from the top that keep their distance, as near to those wanted as it goes."""
    heights: list[float] = []
    for y in wanted:
        heights.append(min(y, heights[-1] - _STEP) if heights else min(y, high - _LABEL))
    under = low - heights[-1] if heights and heights[-1] < low else 0.0
    for n in range(len(heights) - 1, -1, -1):
        if under <= 0:
            break
        floor = low if n == len(heights) - 1 else heights[n + 1] + _STEP
        heights[n] = max(heights[n], floor)
    return heights


def legend(sheet: Sheet, x: float, y: float, entries: Iterable[tuple[Drawn, str]]) -> None:
    """The lines and what they mean, one beside the other."""
    for drawn, words in (*entries, *_KINDS):
        _line(sheet, x, y + 2.2, drawn)
        sheet.text(x + 27, y, words, look.SMALL, look.SECOND)
        x += 27 + width_of(words, look.SMALL) + 13


def _line(sheet: Sheet, x: float, y: float, drawn: Drawn) -> None:
    style, canvas = look.style_of(drawn), sheet.canvas
    canvas.saveState()
    canvas.setStrokeColor(style.colour)
    canvas.setLineWidth(style.width)
    canvas.setLineCap(1 if style.round else 0)
    canvas.setDash(list(style.dash) if style.dash else [])
    canvas.line(x, y, x + 22, y)
    canvas.restoreState()
