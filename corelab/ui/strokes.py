"""What is drawn over a frame, and the hand that draws it: a tool that sets points, a grip that moves one. It belongs to one view."""

from typing import Final

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QPainter

from corelab.ui.caliper import Caliper, Point, Shape, paint_caliper, paint_grip, paint_outline
from corelab.ui.drawing import Drawing, Tool, grip_at, shape_at
from corelab.ui.placement import Placement

_REACH: Final = 9.0
"""Logical pixels within which a click takes hold of a point, or of a line."""


class Strokes(QObject):
    """Positions are in device pixels of the view; ``ratio`` is device pixels per logical pixel.

    Signals:
        changed: it looks another way now.
        measured: the second point of a caliper was set; carries the Caliper.
        outlined: an outline was closed; carries the Outline.
        sketched: what is drawn, or moved, would be this shape now; carries it, or None where nothing is in hand.
        grasped: a click took hold of a point of what is drawn, or let go: carries (shape, point), or None.
        moved: a point was moved and let go; carries the number of the shape and the shape as it is now.
    """

    changed = Signal()
    measured = Signal(object)
    outlined = Signal(object)
    sketched = Signal(object)
    grasped = Signal(object)
    moved = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.shapes: tuple[Shape, ...] = ()
        self.placement, self.frame, self.ratio = Placement(), -1, 1.0
        """Where the image lies now, and which frame it is; -1: none."""
        self._drawing, self._pointer = Drawing(), (0.0, 0.0)
        self._held: tuple[int, ...] = ()
        """The shapes that can be taken hold of."""
        self._picked: tuple[int, int] | None = None
        self._dragged: tuple[int, Shape] | None = None
        """The shape one of whose points is in the hand, as it is now."""
        self._before: Shape | None = None

    # -- what is there ---------------------------------------------------------------------------------------------------------

    def show(self, shapes: tuple[Shape, ...], held: tuple[int, ...], picked: tuple[int, int] | None) -> None:
        """Each is painted while its own frame is on screen. ``picked`` is a point of one that is held."""
        self.shapes, self._held, self._picked, self._dragged = shapes, held, picked, None
        self.changed.emit()

    def forget(self) -> None:
        """Another clip comes."""
        self._drawing.drop()
        self.show((), (), None)

    @property
    def tool(self) -> Tool | None:
        return self._drawing.tool

    @property
    def points_set(self) -> int:
        """Of the shape that was begun."""
        return len(self._drawing.points)

    def use(self, tool: Tool | None) -> None:
        """Takes a tool in hand, or none; what was begun is dropped."""
        self._drawing.take(tool)
        self.sketched.emit(None)
        self.changed.emit()

    def close_outline(self) -> None:
        """The outline that was begun is complete, where it has points enough."""
        shape = self._drawing.close()
        if shape is not None:
            self._complete(shape)

    # -- the hand --------------------------------------------------------------------------------------------------------------

    def press(self, at: Point) -> None:
        """With a tool a point is set; without, the point or line under it is taken hold of."""
        self._pointer = at
        if self.tool is None:
            self._grasp(at)
            return
        point = self.placement.to_image(*at)
        if self.frame >= 0 and self.placement.inside(*point):
            shape = self._drawing.press(self.frame, point)
            if shape is not None:
                self._complete(shape)
            self.changed.emit()

    def move(self, at: Point) -> None:
        """The pointer goes there; so does what is in the hand."""
        before, self._pointer = self._pointer, at
        if self._dragged is not None:
            self._drag((at[0] - before[0], at[1] - before[1]))
        elif self._drawing.points:
            point = self.placement.to_image(*at)
            if self.placement.inside(*point):
                self.sketched.emit(self._drawing.so_far(self.frame, point))
            self.changed.emit()

    def release(self) -> None:
        """What is in the hand is let go where it is."""
        dragged, before, self._dragged, self._before = self._dragged, self._before, None, None
        if dragged is not None and dragged[1] != before:
            self.sketched.emit(None)
            self.moved.emit(*dragged)

    def found(self, at: Point) -> tuple[int, int] | None:
        """The point of a shape on this frame within reach; on a line, its nearer end or corner."""
        numbers = [n for n in self._held if self.shapes[n].frame == self.frame]
        shapes, reach = [self.shapes[n] for n in numbers], _REACH * self.ratio
        grip = grip_at(shapes, at, self.placement.to_view, reach)
        if grip is not None:
            return numbers[grip[0]], grip[1]
        line = shape_at(shapes, at, self.placement.to_view, reach)
        if line is None:
            return None
        nearest = grip_at([shapes[line]], at, self.placement.to_view, float("inf"))
        return numbers[line], nearest[1] if nearest is not None else 0

    def _grasp(self, at: Point) -> None:
        found = self.found(at)
        self.grasped.emit(found)
        if found is not None and self._picked == found:
            self._before = self.shapes[found[0]]
            self._dragged = found[0], self._before

    def _drag(self, by: Point) -> None:
        """The picked point goes with the pointer, as far as the image."""
        if self._dragged is None or self._picked is None:
            return
        number, shape = self._dragged
        x, y = self.placement.to_view(*shape.points[self._picked[1]])
        wanted = self.placement.to_image(x + by[0], y + by[1])
        self._dragged = number, shape.moved(self._picked[1], self.placement.clamped(*wanted))
        self.sketched.emit(self._dragged[1])
        self.changed.emit()

    def _complete(self, shape: Shape) -> None:
        self.sketched.emit(None)
        (self.measured if isinstance(shape, Caliper) else self.outlined).emit(shape)
        self.changed.emit()

    # -- painting --------------------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter) -> None:
        for number, shape in enumerate(self.shapes):
            if shape.frame == self.frame:
                now = self._dragged[1] if self._dragged is not None and self._dragged[0] == number else shape
                self._paint_shape(painter, now)
                self._paint_grips(painter, number, now)
        if self._drawing.points and self.frame >= 0:
            points = [*map(self._seen, self._drawing.points), QPointF(*self._pointer)]
            if self.tool is Tool.OUTLINE:
                paint_outline(painter, points, self.ratio, closed=False)
            else:
                paint_caliper(painter, points[0], points[-1], self.ratio)

    def _seen(self, point: Point) -> QPointF:
        return QPointF(*self.placement.to_view(*point))

    def _paint_shape(self, painter: QPainter, shape: Shape) -> None:
        if isinstance(shape, Caliper):
            paint_caliper(painter, self._seen(shape.start), self._seen(shape.end), self.ratio, dashed=shape.dashed)
        else:
            paint_outline(painter, [*map(self._seen, shape.points)], self.ratio, dashed=shape.dashed)

    def _paint_grips(self, painter: QPainter, number: int, shape: Shape) -> None:
        """Only what was picked shows its grips: a picture full of circles hides the vein."""
        if self._picked is not None and self._picked[0] == number:
            for n, point in enumerate(shape.points):
                paint_grip(painter, self._seen(point), self.ratio, picked=n == self._picked[1])
