"""The time line of a clip: ticks, the loop range with its grips, the play head, marks of evidence, and the compression curve asked for."""

from bisect import bisect_right
from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.ui.cine import Cine
from corelab.ui.curve_shown import AXIS, CurveShown, paint_curve
from corelab.ui.mark_words import apart, places
from corelab.ui.parts import paint_diamond
from corelab.ui.theme import Colour, Size, Weight, font

_STEPS: Final = ((0.1, 0.5), (0.2, 1.0), (0.5, 2.0), (1.0, 5.0), (2.0, 10.0), (5.0, 30.0), (10.0, 60.0), (60.0, 300.0))
"""Seconds between ticks and between labels, from fine to coarse."""
_LABEL_ROOM: Final = 60.0
_GRIP: Final = 7.0
_RULER: Final = 28


@dataclass(frozen=True, slots=True)
class StripMark:
    """A frame that proves something. ``hollow`` tells read B from read A where both are shown; ``before`` puts the word to its left.

    ``proposed``: it proves nothing yet; it is what the compression curve proposes.
    """

    frame: int
    word: str
    hollow: bool = False
    before: bool = False
    proposed: bool = False


class Handle(Enum):
    HEAD = "head"
    IN = "in"
    OUT = "out"


class TimeLine(QWidget):
    """One clip from left to right.

    Signals:
        sought: the reader points at a frame.
        range_chosen: a grip was moved; carries the first and the last frame of the loop.
    """

    sought = Signal(int)
    range_chosen = Signal(int, int)

    def __init__(self, cine: Cine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cine, self._marks = cine, ()  # type: Cine, tuple[StripMark, ...]
        self._held: Handle | None = None
        self._mark_pressed: float | None = None
        """Where the press that went to a mark was: the head stays on the mark's frame until it is dragged away."""
        self._slim = False
        self._curve: CurveShown | None = None
        self._ground: QPixmap | None = None
        """All but the play head, as it was painted last; None where something of it has changed."""
        self.setAccessibleName("Time line")
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._watch(cine)

    def show_cine(self, cine: Cine) -> None:
        """Another viewport is the active one."""
        if cine is not self._cine:
            self._cine.moved.disconnect(self._on_moved)
            self._cine.changed.disconnect(self._redraw)
            self._cine = cine
            self._watch(cine)
        self._redraw()

    def show_marks(self, marks: tuple[StripMark, ...]) -> None:
        self._marks = marks
        self.setAccessibleDescription("; ".join(f"{mark.word}: frame {mark.frame + 1}" for mark in marks))
        self._redraw()

    def show_curve(self, curve: CurveShown | None) -> None:
        """The curve the reader asked for; None: there is none."""
        self._curve = curve
        self._redraw()

    def show_slim(self, *, slim: bool) -> None:
        """One low band with its marks inside, as on the adjudication page."""
        self._slim = slim
        self._redraw()

    def sizeHint(self) -> QSize:
        return QSize(320, 48 if self._slim else 104)

    def _watch(self, cine: Cine) -> None:
        cine.moved.connect(self._on_moved)
        cine.changed.connect(self._redraw)

    def _on_moved(self) -> None:
        self.update()

    def _redraw(self) -> None:
        self._ground = None
        self.update()

    def resizeEvent(self, _event: QEvent) -> None:
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._redraw()
        super().changeEvent(event)

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        """While a clip plays only the head moves: what lies behind it is painted once."""
        if self._ground is None:
            self._ground = self._painted_ground()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._ground)
        self._paint_head(painter)

    def _painted_ground(self) -> QPixmap:
        ground = QPixmap(self.size() * self.devicePixelRatioF())
        ground.setDevicePixelRatio(self.devicePixelRatioF())
        ground.fill(Qt.GlobalColor.transparent)
        with QPainter(ground) as painter:
            self._paint_ground(painter)
        return ground

    def _paint_ground(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self._band, Colour.WINDOW)
        self._paint_range(painter)
        if self._curve is not None:
            paint_curve(painter, self._band, self._curve, self._x_of_frame)
        self._paint_ruler(painter)
        for mark in self._marks:
            self._paint_mark(painter, mark)
        painter.setFont(font(Size.TICK, Weight.VALUE))
        painter.setPen(Colour.STRONG)
        for mark, box in zip(self._marks, self.words_at(painter.fontMetrics()), strict=True):
            if box is not None:
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, mark.word)

    def _paint_range(self, painter: QPainter) -> None:
        band, loop = self._band, self._cine.range
        first, last = loop or (0, self._cine.frames - 1)
        left, right = self._x(self._start_of(first)), self._x(self._end_of(last))
        painter.fillRect(QRectF(left, band.top(), right - left, band.height()), Colour.SELECTED if loop else Colour.RAISED)
        if loop:
            for x, inward in ((left, 1.0), (right, -1.0)):
                painter.setPen(QPen(Colour.SECOND, 1.6))
                painter.drawLine(QLineF(x, band.top(), x, band.bottom()))
                painter.fillRect(QRectF(min(x, x + 5 * inward), band.top(), 5, _GRIP), Colour.TEXT)

    def _paint_ruler(self, painter: QPainter) -> None:
        minor, major = self._steps
        bottom, duration = self._band.bottom(), self._cine.duration_ms / 1000
        painter.setFont(font(Size.TICK))
        for tick in range(int(duration / minor + 1e-6) + 1):
            seconds = tick * minor
            labelled = abs(seconds / major - round(seconds / major)) < 1e-6
            x = self._x(seconds * 1000)
            painter.setPen(QPen(Colour.THIRD if labelled else Colour.LINE_STRONG, 1))
            painter.drawLine(QLineF(x, bottom, x, bottom + (7 if labelled else 4)))
            if labelled:
                words = f"{seconds:.1f}" if tick else "0.0 s"
                painter.setPen(Colour.SECOND)
                painter.drawText(QRectF(x - 30, bottom + 8, 60, 16), Qt.AlignmentFlag.AlignCenter, words)

    def _paint_mark(self, painter: QPainter, mark: StripMark) -> None:
        band, centre = self._band, self._centre(mark)
        if not self._slim:
            painter.setPen(QPen(Colour.STRONG, 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(centre.x(), band.top(), centre.x(), band.bottom()))
        colour = Colour.ACCENT if mark.proposed else Colour.STRONG if self._slim else Colour.ATTENTION
        paint_diamond(painter, centre, half=5.5, hollow=mark.hollow or mark.proposed, colour=colour)

    def _centre(self, mark: StripMark) -> QPointF:
        """On the curve, where there is one."""
        band, height = self._band, self._curve.height(mark.frame) if self._curve is not None else None
        y = band.center().y() if height is None else band.bottom() - height * band.height()
        return QPointF(self._x(self._start_of(mark.frame)), y)

    def words_at(self, metrics: QFontMetrics) -> tuple[QRectF | None, ...]:
        """The box of the word of each mark; None where there is no room for it beside the others."""
        wanted = []
        for mark in self._marks:
            centre = self._centre(mark)
            levels = self._levels(centre.y())
            wanted.append(places(centre, metrics.horizontalAdvance(mark.word) + 2, levels, before=mark.before))
        return apart(wanted, self._band.left() if self._curve is not None else 0.0, self.width())

    def _levels(self, y: float) -> tuple[float, ...]:
        """The tops of words beside a mark at this height, the best first."""
        if self._slim:
            return (y - 9,)
        over, under = (y - 21, y + 3) if self._curve is None else (y - 24, y + 4)
        high = self._curve is not None and y < self._band.center().y()
        return (under, over) if high else (over, under)

    def _paint_head(self, painter: QPainter) -> None:
        band, x = self._band, self._x(self._cine.time_ms)
        painter.setPen(QPen(Colour.STRONG, 2))
        painter.drawLine(QLineF(x, band.top() - 4, x, band.bottom() + 4))
        if not self._slim:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Colour.STRONG)
            top = band.top() - 8
            painter.drawPolygon(QPolygonF([QPointF(x - 6, top), QPointF(x + 6, top), QPointF(x, top + 8)]))

    # -- geometry --------------------------------------------------------------------------------------------------------------

    @property
    def _band(self) -> QRectF:
        top = 10.0 if not self._slim else 4.0
        height = self.height() - _RULER - top if not self._slim else 20.0
        left = 16.0 + (AXIS if self._curve is not None else 0.0)
        return QRectF(left, top, max(self.width() - 24.0 - left, 1.0), max(height, 8.0))

    @property
    def _steps(self) -> tuple[float, float]:
        seconds = max(self._cine.duration_ms / 1000, 1e-3)
        return next((step for step in _STEPS if self._band.width() * step[1] / seconds >= _LABEL_ROOM), _STEPS[-1])

    def _x(self, at_ms: float) -> float:
        band = self._band
        return band.left() + band.width() * at_ms / max(self._cine.duration_ms, 1e-6)

    def _x_of_frame(self, frame: int) -> float:
        return self._x(self._start_of(frame) if frame < self._cine.frames else self._cine.duration_ms)

    def _start_of(self, frame: int) -> float:
        return self._cine.starts_ms[max(0, min(frame, self._cine.frames - 1))]

    def _end_of(self, frame: int) -> float:
        return self._start_of(frame + 1) if frame + 1 < self._cine.frames else self._cine.duration_ms

    def _frame_at(self, x: float) -> int:
        band = self._band
        share = min(max((x - band.left()) / band.width(), 0.0), 1.0)
        return max(0, bisect_right(self._cine.starts_ms, share * self._cine.duration_ms + 1e-6) - 1)

    # -- hands -----------------------------------------------------------------------------------------------------------------

    def handle_at(self, x: float) -> Handle:
        """What a press there takes hold of: a grip within reach, else the play head."""
        loop = self._cine.range
        if loop is not None:
            if abs(x - self._x(self._start_of(loop[0]))) <= _GRIP:
                return Handle.IN
            if abs(x - self._x(self._end_of(loop[1]))) <= _GRIP:
                return Handle.OUT
        return Handle.HEAD

    def _mark_at(self, x: float) -> int | None:
        """The very frame of the mark that is pointed at: in a long clip one pixel is many frames."""
        near = min(self._marks, key=lambda mark: abs(x - self._x(self._start_of(mark.frame))), default=None)
        return near.frame if near is not None and abs(x - self._x(self._start_of(near.frame))) <= _GRIP else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            at = event.position().x()
            self._held = self.handle_at(at)
            marked = self._mark_at(at) if self._held is Handle.HEAD else None
            if marked is not None:
                self._mark_pressed = at
                self.sought.emit(marked)
            else:
                self._move(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is None:
            grip = self.handle_at(event.position().x()) is not Handle.HEAD
            self.setCursor(Qt.CursorShape.SizeHorCursor if grip else Qt.CursorShape.ArrowCursor)
        elif self._mark_pressed is None or abs(event.position().x() - self._mark_pressed) > _GRIP:
            self._mark_pressed = None
            self._move(event.position().x())

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = self._mark_pressed = None

    def _move(self, x: float) -> None:
        frame, loop = self._frame_at(x), self._cine.range
        if self._held is Handle.HEAD or loop is None:
            self.sought.emit(frame)
        elif self._held is Handle.IN:
            self.range_chosen.emit(min(frame, loop[1]), loop[1])
        else:
            self.range_chosen.emit(loop[0], max(frame, loop[0]))
