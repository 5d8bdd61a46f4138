"""The compression curve as it is drawn on the time line: values, scale, gaps. Pure; painted by the time line."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPen

from corelab.domain.compression import LumenFrame
from corelab.ui.curves import Curve
from corelab.ui.theme import Colour, Size, font

_TOPS: Final = (5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 60.0)
_PERCENT: Final = 100.0
_ROUND_PERCENT: Final = 50.0

AXIS: Final = 48.0
"""What the labels of the axis take at the left of the band."""


@dataclass(frozen=True, slots=True)
class CurveShown:
    """AP by frame, in ``unit`` from 0 to ``top``, as pieces without gaps; area on a scale of its own, as a part of the band (0 to 1).

    ``lost``: first and last frame of each gap. ``end``: so far it has grown (None: it is complete).
    """

    unit: str
    top: float
    ap: tuple[tuple[tuple[int, float], ...], ...] = ()
    area: tuple[tuple[tuple[int, float], ...], ...] = ()
    lost: tuple[tuple[int, int], ...] = ()
    share: float | None = None

    def height(self, frame: int) -> float | None:
        """Where the curve is at a frame, as a part of the band from its bottom."""
        found = next((value for piece in self.ap for at, value in piece if at == frame), None)
        return None if found is None else min(found / self.top, 1.0)


def shown_of(curve: Curve | None) -> CurveShown | None:
    """What is drawn of a curve; None where nobody asked for one. In mm where calibrated, else in percent of the diameter at rest."""
    if curve is None:
        return None
    frames = sorted(curve.frames.values(), key=lambda one: one.frame)
    rest = _rest(curve, frames)
    calibrated = all(one.ap_mm is not None for one in frames if one.ap_px is not None)
    scale = _PERCENT / rest if rest else 1.0
    ap = [(one.frame, one.ap_mm if calibrated else _times(one.ap_px, scale)) for one in frames]
    top = _top(max((value for _, value in ap if value is not None), default=0.0), calibrated=calibrated)
    areas = [one.area_px for one in frames if one.area_px]
    largest = max(areas, default=0.0)
    area = [(one.frame, None if one.area_px is None or not largest else 0.9 * one.area_px / largest) for one in frames]
    lost = tuple((one.first, one.last) for one in curve.followed.lost) if curve.followed else ()
    share = None if curve.followed else curve.done / max(curve.total, 1)
    return CurveShown("mm" if calibrated else "%", top, _pieces(ap), _pieces(area), lost, share)


def _rest(curve: Curve, frames: list[LumenFrame]) -> float:
    """The diameter that counts as 100 %: at the proposed frame, else at the clicked one, else the largest."""
    asked = curve.followed.rest_frame if curve.followed is not None and curve.followed.rest_frame is not None else curve.frame
    at_rest = curve.frames.get(asked)
    largest = max((one.ap_px for one in frames if one.ap_px is not None), default=0.0)
    return (at_rest.ap_px if at_rest is not None and at_rest.ap_px else None) or largest


def _times(value: float | None, scale: float) -> float | None:
    return None if value is None else value * scale


def _top(largest: float, *, calibrated: bool) -> float:
    if not calibrated:
        return max(_PERCENT, _ROUND_PERCENT * -(-largest // _ROUND_PERCENT))
    return next((top for top in _TOPS[1:] if largest <= top), max(largest, _TOPS[-1]))


def _pieces(values: list[tuple[int, float | None]]) -> tuple[tuple[tuple[int, float], ...], ...]:
    """What hangs together: neighbouring frames that have a value."""
    pieces: list[list[tuple[int, float]]] = []
    for before, (frame, value) in pairwise([(-2, None), *values]):
        if value is None:
            continue
        if before[1] is None or before[0] != frame - 1:
            pieces.append([])
        pieces[-1].append((frame, value))
    return tuple(tuple(piece) for piece in pieces)


# ---------------------------------------------------------------- painting


def paint_curve(painter: QPainter, band: QRectF, shown: CurveShown, x_of: Callable[[int], float]) -> None:
    """Axis, gaps, area and AP in ``band``; ``x_of`` is the place of a frame."""
    _paint_axis(painter, band, shown)
    for first, last in shown.lost:
        _paint_gap(painter, QRectF(x_of(first), band.top(), max(x_of(last + 1) - x_of(first), 3.0), band.height()))
    if shown.share is not None:
        painter.fillRect(QRectF(band.left(), band.bottom() - 2, band.width() * shown.share, 2), Colour.ACCENT)
    for piece in shown.area:
        _paint_piece(painter, band, [QPointF(x_of(at), band.bottom() - value * band.height()) for at, value in piece], thin=True)
    if shown.area:
        _name_area(painter, band)
    for piece in shown.ap:
        points = [QPointF(x_of(at), band.bottom() - min(value / shown.top, 1.0) * band.height()) for at, value in piece]
        _paint_piece(painter, band, points, thin=False)


def _paint_axis(painter: QPainter, band: QRectF, shown: CurveShown) -> None:
    painter.setFont(font(Size.TICK))
    for value in (0.0, shown.top / 2, shown.top):
        y = band.bottom() - value / shown.top * band.height()
        painter.setPen(QPen(Colour.LINE_STRONG, 1, Qt.PenStyle.DotLine))
        painter.drawLine(QLineF(band.left(), y, band.right(), y))
        painter.setPen(Colour.SECOND)
        box = QRectF(band.left() - AXIS, y - 8, AXIS - 8, 16)
        words = f"{value:g} {shown.unit}" if value == shown.top else f"{value:g}"
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)


def _paint_gap(painter: QPainter, box: QRectF) -> None:
    painter.fillRect(box, QBrush(Colour.THIRD, Qt.BrushStyle.BDiagPattern))
    painter.setFont(font(Size.TICK))
    if painter.fontMetrics().horizontalAdvance("lost") + 6 < box.width():
        painter.setPen(Colour.TEXT)
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, "lost")


def _paint_piece(painter: QPainter, band: QRectF, points: list[QPointF], *, thin: bool) -> None:
    path = QPainterPath(points[0])
    for point in points[1:]:
        path.lineTo(point)
    if len(points) == 1:
        path.lineTo(points[0] + QPointF(1.5, 0))
    if not thin:
        under = QPainterPath(path)
        under.lineTo(QPointF(points[-1].x(), band.bottom()))
        under.lineTo(QPointF(points[0].x(), band.bottom()))
        painter.fillPath(under, _fill(band))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Colour.SECOND, 1, Qt.PenStyle.DashLine) if thin else QPen(Colour.ACCENT, 1.8))
    painter.drawPath(path)


def _name_area(painter: QPainter, band: QRectF) -> None:
    """Under the axis, which does not measure it: the dashes, and what they are."""
    left, y = band.left() - AXIS - 10, band.bottom() + 16
    painter.setPen(QPen(Colour.SECOND, 1, Qt.PenStyle.DashLine))
    painter.drawLine(QLineF(left, y, left + 12, y))
    painter.setFont(font(Size.TICK))
    painter.drawText(QRectF(left + 15, y - 8, 30, 16), Qt.AlignmentFlag.AlignVCenter, "area")


def _fill(band: QRectF) -> QBrush:
    gradient = QLinearGradient(band.topLeft(), band.bottomLeft())
    for at, alpha in ((0.0, 110), (1.0, 25)):
        colour = QColor(Colour.ACCENT)
        colour.setAlpha(alpha)
        gradient.setColorAt(at, colour)
    return QBrush(gradient)
