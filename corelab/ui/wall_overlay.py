"""The walls of a followed vein, drawn over the frame they belong to, and the one click that says which vein is meant."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from corelab.ui.clip_view import ClipView
from corelab.ui.theme import Colour

if TYPE_CHECKING:
    from collections.abc import Mapping

    from corelab.domain.compression import LumenFrame


class WallOverlay(QWidget):
    """Lies over a view and lets every mouse event through; hidden while there is nothing to draw.

    Signals:
        pointed: while a point is asked for, the left button went down on the image; carries the frame and the point in pixels from
            the centre of the upper left one.
    """

    pointed = Signal(int, float, float)

    def __init__(self, view: ClipView) -> None:
        super().__init__(view)
        self._view = view
        self._frames: Mapping[int, LumenFrame] = {}
        self._wanted, self._asking = True, False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        view.installEventFilter(self)

    def show_walls(self, frames: "Mapping[int, LumenFrame]") -> None:
        """The walls by frame; empty: none."""
        self._frames = frames
        self._arrange()

    def set_wanted(self, *, wanted: bool) -> None:
        """Whether overlays are switched on."""
        self._wanted = wanted
        self._arrange()

    @property
    def asking(self) -> bool:
        return self._asking

    def ask_point(self, *, on: bool) -> None:
        """The next click of the left button on the image is a point, and nothing else."""
        if on is not self._asking:
            self._asking = on
            self._view.setCursor(Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self.resize(self._view.size())
        if self._asking and isinstance(event, QMouseEvent) and event.button() is Qt.MouseButton.LeftButton:
            return self._on_mouse(event)
        return super().eventFilter(watched, event)

    def _on_mouse(self, event: QMouseEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress:
            self._view.activated.emit()
            at, frame = event.position() * self._view.devicePixelRatioF(), self._view.frame
            point = self._view.placement.to_image(at.x(), at.y())
            if frame is not None and self._view.placement.inside(*point):
                self.pointed.emit(frame.index, point[0] - 0.5, point[1] - 0.5)
        return True

    def _arrange(self) -> None:
        self.resize(self._view.size())
        self.setVisible(self._wanted and bool(self._frames))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        frame = self._view.frame
        lumen = self._frames.get(frame.index) if frame is not None else None
        if lumen is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for wall in (lumen.anterior, lumen.posterior):
                line = QPolygonF([self._at(*point) for point in wall])
                for colour, width in ((Colour.CALIPER_EDGE, 3.0), (Colour.ACCENT, 1.4)):
                    painter.setPen(QPen(colour, width))
                    painter.drawPolyline(line)

    def _at(self, x: float, y: float) -> QPointF:
        ratio = self._view.devicePixelRatioF()
        return QPointF(*self._view.placement.to_view(x + 0.5, y + 0.5)) / ratio
