"""Drawing on a frame with the mouse: which tool is in hand, which points are set, when the shape is complete. No widget."""

from collections.abc import Callable, Sequence
from enum import Enum
from math import hypot

from corelab.ui.caliper import Caliper, Outline, Point, Shape

ToView = Callable[[float, float], tuple[float, float]]


class Tool(Enum):
    """``STRIP`` draws a line as ``LINE`` does; what it measures is time or velocity, on a spectral strip only."""

    LINE = "caliper"
    OUTLINE = "area"
    STRIP = "time and velocity"


class Drawing:
    """What is in hand: nothing, or a tool with the points set so far on one frame."""

    def __init__(self) -> None:
        self.tool: Tool | None = None
        self.points: tuple[Point, ...] = ()
        self._frame = 0

    def take(self, tool: Tool | None) -> None:
        """Takes a tool in hand, or none; what was begun is dropped."""
        self.tool, self.points = tool, ()

    def drop(self) -> None:
        """What was begun is dropped; the tool stays in hand."""
        self.points = ()

    def press(self, frame: int, point: Point) -> Shape | None:
        """Sets a point; the shape, when this completes one. What was begun on another frame is begun anew here."""
        if frame != self._frame:
            self.points = ()
        self._frame = frame
        if self.tool is Tool.OUTLINE:
            self.points = (*self.points, point)
            return None
        if not self.points:
            self.points = (point,)
            return None
        return self._completed(Caliper(frame, self.points[0], point))

    def close(self) -> Shape | None:
        """The outline of the points set so far; None where they are too few, or no outline is in hand."""
        if self.tool is not Tool.OUTLINE or len(self.points) < 3:
            return None
        return self._completed(Outline(self._frame, self.points))

    def so_far(self, frame: int, point: Point) -> Shape | None:
        """The shape as it would be with this as the next point; None where that would be no shape."""
        if frame != self._frame or not self.points or self.tool is None:
            return None
        if self.tool is Tool.OUTLINE:
            return Outline(frame, (*self.points, point)) if len(self.points) > 1 else None
        return Caliper(frame, self.points[0], point)

    def _completed(self, shape: Shape) -> Shape:
        self.points = ()
        return shape


def grip_at(shapes: Sequence[Shape], at: Point, to_view: ToView, reach: float) -> tuple[int, int] | None:
    """The nearest point of a shape within ``reach`` of ``at``, both in pixels of the view: (shape, point)."""
    grips = [((n, k), to_view(*point)) for n, shape in enumerate(shapes) for k, point in enumerate(shape.points)]
    near = [(hypot(x - at[0], y - at[1]), place) for place, (x, y) in grips]
    distance, place = min(near, default=(reach, (0, 0)))
    return place if distance < reach else None


def shape_at(shapes: Sequence[Shape], at: Point, to_view: ToView, reach: float) -> int | None:
    """The shape one of whose edges passes within ``reach`` of ``at``."""
    near = [(min(_distance(at, *edge) for edge in _edges(shape, to_view)), n) for n, shape in enumerate(shapes)]
    distance, number = min(near, default=(reach, 0))
    return number if distance < reach else None


def _edges(shape: Shape, to_view: ToView) -> list[tuple[Point, Point]]:
    points = [to_view(*point) for point in shape.points]
    closing = [points[0]] if isinstance(shape, Outline) else []
    return list(zip(points, [*points[1:], *closing], strict=False))


def _distance(at: Point, start: Point, end: Point) -> float:
    """From a point to the line between two others."""
    (x, y), (x0, y0), (x1, y1) = at, start, end
    along = (x1 - x0) ** 2 + (y1 - y0) ** 2
    share = max(0.0, min(1.0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / along)) if along else 0.0
    return hypot(x - x0 - share * (x1 - x0), y - y0 - share * (y1 - y0))
