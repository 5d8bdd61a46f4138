"""A picture with mask boxes: drawn by drag, moved and sized by keys, and honest about which frames were on screen."""

from collections.abc import Sequence
from enum import Enum
from itertools import zip_longest
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.domain.intake import Box, HitClass
from corelab.ui.theme import RADIUS_CAP, Colour

_STEPS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
_STRIDE = 4
_SMALLEST = 4
_GRIP = 4.0


class Pixels(Protocol):
    """A frame as services give it: BGRA, ``stride`` bytes a row."""

    @property
    def pixels(self) -> memoryview | bytes: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def stride(self) -> int: ...


def image_of(frame: Pixels) -> QImage:
    """A picture of its own, so that the frame's buffer may be used again."""
    return QImage(bytes(frame.pixels), frame.width, frame.height, frame.stride, QImage.Format.Format_RGB32).copy()


class BoxLook(Enum):
    FRAMED = "framed"
    BLACK = "black"


class MaskView(QWidget):
    """One frame with the boxes that will be black. The page holds the boxes; this shows them and tells what was drawn.

    Signals:
        boxes_drawn: carries all boxes after a drag, a move, a removal.
        step_requested: an arrow without a chosen box: -1 or 1 frame.
        on_screen: carries the number of the frame that was painted.
        chosen: somebody clicked the picture.
    """

    boxes_drawn = Signal(object)
    step_requested = Signal(int)
    on_screen = Signal(int)
    chosen = Signal()

    def __init__(self, name: str, *, editable: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._image = QImage()
        self._frame: int | None = None
        self._boxes: tuple[Box, ...] = ()
        self._hits: tuple[tuple[Box, HitClass | None], ...] = ()
        self._current: int | None = None
        self._look = BoxLook.FRAMED
        self._editable = editable
        self._drawing = False
        self._from: QPointF | None = None
        if editable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        return QSize(640, 480) if self._editable else QSize(160, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 60)

    def show_picture(self, image: QImage, *, frame: int | None = None, look: BoxLook = BoxLook.FRAMED) -> None:
        self._image, self._frame, self._look = image, frame, look
        self.update()

    def show_boxes(self, boxes: Sequence[Box]) -> None:
        self._boxes = tuple(boxes)
        if self._current is not None and self._current >= len(self._boxes):
            self._current = len(self._boxes) - 1 if self._boxes else None
        self.update()

    def show_hits(self, hits: Sequence[Box], classes: Sequence[HitClass] = ()) -> None:
        """Where text may be: a thin frame around it, nothing over it; a strong one where it may name somebody."""
        self._hits = tuple(zip_longest(hits, classes[: len(hits)]))
        self.update()

    @property
    def current_box(self) -> int | None:
        return self._current

    def choose_box(self, at: int | None) -> None:
        self._current = at
        self.update()

    def draw(self, *, drawing: bool) -> None:
        """Drawing on: the next drag makes a box. A first box stands in the middle, for those who draw by keys."""
        self._drawing = drawing
        self.setCursor(Qt.CursorShape.CrossCursor if drawing else Qt.CursorShape.ArrowCursor)
        if drawing and not self._image.isNull():
            width, height = self._image.width(), self._image.height()
            self._add((width // 3, height // 2 - height // 20, width - width // 3, height // 2 + height // 20))
        elif not drawing:
            self.choose_box(None)

    def remove_current(self) -> None:
        if self._current is not None:
            kept = tuple(box for at, box in enumerate(self._boxes) if at != self._current)
            self._current = None
            self._tell(kept)

    # ------------------------------------------------------------ keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _STEPS.get(Qt.Key(event.key())) if self._editable else None
        if step is None:
            super().keyPressEvent(event)
        elif self._current is None:
            if step[0]:
                self.step_requested.emit(step[0])
        else:
            self._nudge(step, sizing=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def _nudge(self, step: tuple[int, int], *, sizing: bool) -> None:
        assert self._current is not None  # noqa: S101 - only called with a chosen box
        x0, y0, x1, y1 = self._boxes[self._current]
        dx, dy = step[0] * _STRIDE, step[1] * _STRIDE
        if sizing:
            moved = (x0, y0, max(x0 + _SMALLEST, x1 + dx), max(y0 + _SMALLEST, y1 + dy))
        else:
            dx = max(-x0, min(dx, self._image.width() - 1 - x1))
            dy = max(-y0, min(dy, self._image.height() - 1 - y1))
            moved = (x0 + dx, y0 + dy, x1 + dx, y1 + dy)
        self._tell(tuple(self._inside(moved) if at == self._current else box for at, box in enumerate(self._boxes)))

    # ------------------------------------------------------------ mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit()
        if not self._editable:
            return
        point = self._pixel(event.position())
        under = next((at for at, box in reversed(list(enumerate(self._boxes))) if _holds(box, point)), None)
        if self._drawing:
            self._from = point
            if self._current is not None:
                self.remove_current()
            self._add((round(point.x()), round(point.y()), round(point.x()), round(point.y())))
        else:
            self.choose_box(under)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None or self._current is None:
            return
        a, b = self._from, self._pixel(event.position())
        box = (round(min(a.x(), b.x())), round(min(a.y(), b.y())), round(max(a.x(), b.x())), round(max(a.y(), b.y())))
        self._boxes = tuple(self._inside(box) if at == self._current else each for at, each in enumerate(self._boxes))
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        if self._from is None:
            return
        self._from = None
        self._drawing = False
        self.setCursor(Qt.CursorShape.ArrowCursor)
        grown = tuple(box for box in self._boxes if box[2] - box[0] >= _SMALLEST and box[3] - box[1] >= _SMALLEST)
        self._current = len(grown) - 1 if len(grown) == len(self._boxes) else None
        self._tell(grown)

    # ------------------------------------------------------------ painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), Colour.IMAGE)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if not self._image.isNull():
                painter.drawImage(self._target(), self._image)
                self._paint_hits(painter)
                for at, box in enumerate(self._boxes):
                    self._paint_box(painter, self._on_widget(box), current=at == self._current)
            self._paint_edge(painter)
        if self._frame is not None and not self._image.isNull():
            self.on_screen.emit(self._frame)

    def _paint_hits(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for hit, kind in self._hits:
            painter.setPen(_pen_of(kind))
            painter.drawRect(self._on_widget(hit).adjusted(-2, -2, 2, 2))

    def _paint_box(self, painter: QPainter, box: QRectF, *, current: bool) -> None:
        fill = QColor(Colour.IMAGE if self._look is BoxLook.BLACK else Colour.ACCENT)
        fill.setAlphaF(1.0 if self._look is BoxLook.BLACK else 0.16)
        painter.setBrush(fill)
        painter.setPen(QPen(Colour.THIRD if self._look is BoxLook.BLACK else Colour.ACCENT, 1.0 if self._look is BoxLook.BLACK else 1.5))
        painter.drawRect(box)
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(Colour.STRONG)
            for corner in (box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()):
                painter.drawRect(QRectF(corner.x() - _GRIP, corner.y() - _GRIP, 2 * _GRIP, 2 * _GRIP))

    def _paint_edge(self, painter: QPainter) -> None:
        if self._editable and self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(Colour.ACCENT, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_CAP, RADIUS_CAP)

    def _target(self) -> QRectF:
        scale = min(self.width() / self._image.width(), self.height() / self._image.height())
        width, height = self._image.width() * scale, self._image.height() * scale
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def _on_widget(self, box: Box) -> QRectF:
        target = self._target()
        scale = target.width() / self._image.width()
        x0, y0, x1, y1 = box
        return QRectF(target.x() + x0 * scale, target.y() + y0 * scale, (x1 - x0 + 1) * scale, (y1 - y0 + 1) * scale)

    def _pixel(self, point: QPointF) -> QPointF:
        target = self._target()
        scale = target.width() / max(1, self._image.width())
        x, y = (point.x() - target.x()) / scale, (point.y() - target.y()) / scale
        return QPointF(min(max(x, 0), self._image.width() - 1), min(max(y, 0), self._image.height() - 1))

    def _inside(self, box: Box) -> Box:
        x0, y0, x1, y1 = box
        return (max(0, x0), max(0, y0), min(self._image.width() - 1, x1), min(self._image.height() - 1, y1))

    def _add(self, box: Box) -> None:
        self._boxes = (*self._boxes, self._inside(box))
        self._current = len(self._boxes) - 1
        if self._from is None:
            self.boxes_drawn.emit(self._boxes)
        self.update()

    def _tell(self, boxes: tuple[Box, ...]) -> None:
        self._boxes = boxes
        self.update()
        self.boxes_drawn.emit(boxes)


def _holds(box: Box, point: QPointF) -> bool:
    return box[0] <= point.x() <= box[2] and box[1] <= point.y() <= box[3]


def _pen_of(kind: HitClass | None) -> QPen:
    """Usual words are calmer, yet marked: what was read may be wrong."""
    if kind is HitClass.SUBJECT:
        return QPen(Colour.NONE, 2)
    return QPen(Colour.SECOND if kind is HitClass.ALLOWED else Colour.ATTENTION, 1.2, Qt.PenStyle.DotLine)


class FrameBar(QWidget):
    """All frames of a clip as ticks; flagged ones are amber, and bright once they were on screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(28)
        self._frames = 0
        self._flagged: frozenset[int] = frozenset()
        self._seen: frozenset[int] = frozenset()

    def show_frames(self, frames: int, flagged: Sequence[int], seen: Sequence[int] | frozenset[int]) -> None:
        self._frames, self._flagged, self._seen = frames, frozenset(flagged), frozenset(seen)
        self.setAccessibleName(f"{len(self._flagged & self._seen)} of {len(self._flagged)} flagged frames seen")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if not self._frames:
                return
            step = self.width() / self._frames
            wide = max(1.0, step - 1.6)
            for frame in range(self._frames):
                if frame not in self._flagged:
                    painter.fillRect(QRectF(frame * step, 0, wide, 10), Colour.LINE_STRONG)
            for frame in self._flagged:
                colour = Colour.ATTENTION if frame in self._seen else QColor("#7a6228")
                painter.fillRect(QRectF(frame * step, 0, max(2.5, wide), 10), colour)
            self._paint_ends(painter)

    def _paint_ends(self, painter: QPainter) -> None:
        painter.setPen(Colour.THIRD)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, "1")
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignRight, str(self._frames))
