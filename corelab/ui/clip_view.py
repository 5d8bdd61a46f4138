"""Paints one frame: zoom, pan, window and level, calipers. Knows nothing of clips, time or grades."""

from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from corelab.ui.caliper import Point, Shape
from corelab.ui.drawing import Tool
from corelab.ui.placement import Placement
from corelab.ui.strokes import Strokes
from corelab.ui.theme import Colour, Size, font
from corelab.ui.windowing import Windowing

if TYPE_CHECKING:
    from corelab.services.clips import Frame

_NOTCH: Final = 120
_ZOOM_STEP: Final = 1.15


class Drag(Enum):
    PAN = "pan"
    WINDOW = "window"


class ClipView(QWidget):
    """One frame on black.

    At a whole number of device pixels per image pixel the painted pixels are the decoded ones, unchanged; in between they are smoothed.

    Signals:
        activated: a button went down here.
        stepped: the wheel asks for so many frames forward.
        clip_stepped: the wheel with Shift asks for the next (1) or previous (-1) clip.
        enlarged: a double click asks for the whole area, or for its share again.
        measured: the second point of a caliper was set; carries the Caliper.
        viewed: zoom, pan, window or level changed.
        painted: this frame has just been painted on screen.
    """

    activated = Signal()
    stepped = Signal(int)
    clip_stepped = Signal(int)
    enlarged = Signal()
    measured = Signal(object)
    viewed = Signal()
    painted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(QSize(160, 48))  # two of them above each other must not make a small window taller than its screen
        self.setMouseTracking(True)
        self.setAccessibleName("Clip")
        self._frame: Frame | None = None
        self._image, self._message = QImage(), ""
        self._pixels: memoryview | None = None
        """The bytes under the image, which does not keep them alive itself."""
        self._placement, self._windowing = Placement(), Windowing()
        self._drag: tuple[Drag, QPointF] | None = None
        self._wheel = 0
        self.strokes = Strokes(self)
        self.strokes.measured.connect(self.measured)
        self.strokes.changed.connect(self._on_strokes)

    # -- what it shows ---------------------------------------------------------------------------------------------------------

    def show_frame(self, frame: "Frame") -> None:
        self._frame, self._message = frame, ""
        self._placement = Placement((frame.width, frame.height), self._device_size, self._placement.zoom, self._placement.centre)
        self._dress()

    def show_words(self, message: str) -> None:
        """Instead of a picture: what is missing, or what comes."""
        self._frame, self._image, self._message = None, QImage(), message
        self._pixels = None
        self.update()

    def show_calipers(self, calipers: tuple[Shape, ...], *, held: tuple[int, ...] = (), picked: tuple[int, int] | None = None) -> None:
        """Each is painted while its own frame is on screen. ``held``: those that can be taken hold of; ``picked``: a point of one."""
        self.strokes.show(calipers, held, picked)

    @property
    def frame(self) -> "Frame | None":
        """The frame on screen; None while there are only words."""
        return self._frame

    @property
    def words(self) -> str:
        return self._message

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self._placement.scale

    @property
    def windowing(self) -> Windowing:
        return self._windowing

    @property
    def placement(self) -> Placement:
        return self._placement

    # -- what a person does with the view --------------------------------------------------------------------------------------

    def reset(self) -> None:
        """The whole image, as it was stored."""
        self._windowing = Windowing()
        self._place(self._placement.fitted())
        self._dress()

    def forget_view(self) -> None:
        """Another clip comes: zoom and pan of the last one make no sense on it."""
        self._placement, self._frame = self._placement.fitted(), None
        self.strokes.forget()

    def look(self, zoom: float | None, centre: tuple[float, float] | None) -> None:
        """At the zoom and the place of another view; None: the whole image."""
        if (self._placement.zoom, self._placement.centre) != (zoom, centre):
            self._place(replace(self._placement, zoom=zoom, centre=centre))

    def one_to_one(self) -> None:
        """Each image pixel is one pixel of the screen; again: the whole image."""
        self._place(self._placement.fitted() if self._placement.zoom == 1.0 else self._placement.at_scale(1.0))

    def zoom_by(self, steps: int) -> None:
        """Nearer by so many steps, about the middle of the view; farther where they are negative."""
        width, height = self._device_size
        self._place(self._placement.zoomed(_ZOOM_STEP**steps, width / 2, height / 2))

    @property
    def measuring(self) -> bool:
        return self.strokes.tool is not None

    def measure(self, *, on: bool) -> None:
        """With calipers on, two clicks set the ends of a line."""
        self.use(Tool.LINE if on else None)

    def use(self, tool: Tool | None) -> None:
        """Takes a tool in hand, or none; what was begun is dropped."""
        self.strokes.use(tool)
        self.setCursor(Qt.CursorShape.CrossCursor if tool is not None else Qt.CursorShape.ArrowCursor)

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), Colour.IMAGE)
        if self._image.isNull():
            self._paint_words(painter)
            return
        self._paint_image(painter)
        if self._frame is not None:
            self.painted.emit(self._frame.index)

    def _paint_image(self, painter: QPainter) -> None:
        ratio = self.devicePixelRatioF()
        origin = self._snapped_origin(painter)
        painter.translate(origin)
        painter.scale(1 / ratio, 1 / ratio)
        left, top, width, height = self._placement.rect
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._placement.exact)
        painter.drawImage(QRect(left, top, width, height), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._tell_strokes()
        self.strokes.paint(painter)

    def _snapped_origin(self, painter: QPainter) -> QPointF:
        """How far the view is from a whole device pixel: at 150 % it may begin in the middle of one, which would blur every pixel."""
        ratio, whole = self.devicePixelRatioF(), painter.deviceTransform()
        return QPointF((round(whole.dx()) - whole.dx()) / ratio, (round(whole.dy()) - whole.dy()) / ratio)

    def _paint_words(self, painter: QPainter) -> None:
        painter.setFont(font(Size.OPTION))
        painter.setPen(QPen(QColor(Colour.SECOND)))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(QRectF(self.rect()).adjusted(24, 24, -24, -24), flags, self._message)

    # -- hands -----------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, _event: QEvent) -> None:
        self._refit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._refit()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta().y() or event.angleDelta().x()  # Shift turns the wheel sideways on some systems
        self._wheel += delta
        notches = int(self._wheel / _NOTCH)
        self._wheel -= notches * _NOTCH
        if notches:
            self._turned(notches, event)
        event.accept()

    def _turned(self, notches: int, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            at = event.position() * self.devicePixelRatioF()
            self._place(self._placement.zoomed(_ZOOM_STEP**notches, at.x(), at.y()))
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.clip_stepped.emit(-notches)
        else:
            self.stepped.emit(-notches)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        if event.button() is Qt.MouseButton.MiddleButton:
            self._drag = (Drag.PAN, event.position())
        elif event.button() is Qt.MouseButton.RightButton:
            self._drag = (Drag.WINDOW, event.position())
        elif event.button() is Qt.MouseButton.LeftButton:
            self._tell_strokes()
            self.strokes.press(self._device(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            kind, before = self._drag
            self._drag = (kind, event.position())
            self._dragged(kind, event.position() - before)
        else:
            self.strokes.move(self._device(event.position()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._drag = None
        self.strokes.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)
        elif self.strokes.tool is Tool.OUTLINE:
            self.strokes.close_outline()  # the first click of the two has set the last point already
        elif self.measuring or self.strokes.found(self._device(event.position())) is not None:
            self.mousePressEvent(event)
        else:
            self.enlarged.emit()

    def _dragged(self, kind: Drag, moved: QPointF) -> None:
        if kind is Drag.PAN:
            ratio = self.devicePixelRatioF()
            self._place(self._placement.panned(moved.x() * ratio, moved.y() * ratio))
        else:
            self._windowing = self._windowing.dragged(moved.x(), moved.y())
            self._dress()
            self.viewed.emit()

    # -- strokes ---------------------------------------------------------------------------------------------------------------

    def _tell_strokes(self) -> None:
        """Where the image lies now, and which frame it is."""
        self.strokes.placement, self.strokes.ratio = self._placement, self.devicePixelRatioF()
        self.strokes.frame = self._frame.index if self._frame is not None else -1

    def _on_strokes(self) -> None:
        self.update()

    def _device(self, position: QPointF) -> Point:
        at = position * self.devicePixelRatioF()
        return at.x(), at.y()

    # -- geometry --------------------------------------------------------------------------------------------------------------

    @property
    def _device_size(self) -> tuple[int, int]:
        ratio = self.devicePixelRatioF()
        return max(1, round(self.width() * ratio)), max(1, round(self.height() * ratio))

    def _refit(self) -> None:
        before = self._placement
        self._placement = Placement(before.image, self._device_size, before.zoom, before.centre)
        self.viewed.emit()
        self.update()

    def _place(self, placement: Placement) -> None:
        self._placement = placement
        self.viewed.emit()
        self.update()

    def _dress(self) -> None:
        """The image over the frame's own bytes, or over a copy through window and level."""
        if self._frame is None:
            return
        frame = self._frame
        pixels = frame.pixels if self._windowing.plain else self._windowing.applied(frame.pixels).data
        self._image = QImage(pixels, frame.width, frame.height, frame.stride, QImage.Format.Format_RGB32)
        self._pixels = pixels
        self.update()
