"""The measuring of one viewport: tools, what is drawn on the frame on screen, which point is picked, what the status line says of it."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from corelab.domain.clip import Clip
from corelab.domain.measurement import Measurement
from corelab.ui.caliper import Caliper, Shape
from corelab.ui.clip_view import ClipView
from corelab.ui.drawing import Tool
from corelab.ui.key_words import nudge_keys
from corelab.ui.measuring import Shown, live_words, measured, shown, strip_needed
from corelab.ui.theme import Colour

Fact = tuple[str, QColor]
_HINTS: Final = {
    Tool.LINE: "click both ends, Esc leaves",
    Tool.OUTLINE: "click round it, Enter or a double click closes",
    Tool.STRIP: "click both ends on the spectral strip, Esc leaves",
}
_IN_HAND: Final = "Esc leaves"
"""Said as long as a tool is in hand, beside what was measured: the next click draws again, and its key puts it away."""
SECOND_LINE: Final = "Not calibrated: draw a second line for a ratio"


class Measures(QObject):
    """Draws what a page gives it (``show``), and tells what was drawn anew.

    Signals:
        asked_measured: both ends of a caliper that a question asked for were set; carries the Caliper.
        made: something was measured that no question asked for; carries the Measurement.
        moved: a point of what is shown was moved; carries its key and its shapes as they are now.
        described: the status line says something else now.
        taken_up: a tool is being taken in hand.
    """

    asked_measured = Signal(object)
    made = Signal(object)
    moved = Signal(object, object)
    described = Signal()
    taken_up = Signal()

    def __init__(self, view: ClipView, clip: Callable[[], Clip | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._view, self._clip = view, clip
        self._asked = ""
        self._shown: tuple[Shown, ...] = ()
        self._loose: tuple[Shown, ...] = ()
        """What was measured here and is kept by nobody: for the eye alone."""
        self._kept: tuple[Caliper, ...] = ()
        self._picked: tuple[Hashable, int] | None = None
        """The key of one that is shown, and which of its points."""
        self._first: Caliper | None = None
        """On an image that is not calibrated, the line that the next one is compared with."""
        self._paired = False
        """Lines here are sides of a pair, whose ratio the pair tells."""
        self._refused: tuple[int, str] | None = None
        self._live = ""
        self._overlays = True
        self._drawn: list[tuple[Shown | None, int]] = []
        """What each shape of the view is of: a measurement, and which of its shapes."""
        view.measured.connect(self._on_drawn)
        view.strokes.outlined.connect(self._on_drawn)
        view.strokes.sketched.connect(self._on_sketched)
        view.strokes.grasped.connect(self._on_grasped)
        view.strokes.moved.connect(self._on_moved)

    # -- what is shown ---------------------------------------------------------------------------------------------------------

    def show(self, measurements: tuple[Shown, ...]) -> None:
        """What is kept of this clip, each on its frame; what is picked stays so while it is there."""
        if measurements != self._shown:
            self._shown = measurements
            if self._picked is not None and self._picked[0] not in {one.key for one in measurements}:
                self._picked = None
            self._draw()

    def show_kept(self, calipers: tuple[Caliper, ...]) -> None:
        """Calipers that are only drawn, each on its frame."""
        if calipers != self._kept:
            self._kept = calipers
            self._draw()

    def show_loose(self, measurement: Measurement) -> None:
        """What was measured and cannot be kept, until another clip comes."""
        self._loose = (*self._loose, shown(measurement, of="Not kept: "))
        self._draw()

    def forget(self) -> None:
        """Another clip comes."""
        self._shown = self._loose = self._kept = ()
        self._picked = self._first = self._refused = None
        self._live = ""

    def unpick(self) -> None:
        """The keys mean other measurements now."""
        if self._picked is not None:
            self._picked = None
            self._draw()

    def toggle_overlays(self) -> None:
        self._overlays = not self._overlays
        self._draw()

    # -- tools -----------------------------------------------------------------------------------------------------------------

    def use(self, tool: Tool) -> None:
        """Takes this tool in hand; the one that is in hand already is put away."""
        self._refused = None
        clip = self._clip()
        if tool is Tool.STRIP and clip is not None and (words := strip_needed(clip)):
            self.refuse(words)
            return
        self._first = self._picked = None
        wanted = None if self._view.strokes.tool is tool else tool
        if wanted is not None:
            self.taken_up.emit()
        self._view.use(wanted)
        self._draw()

    def leave(self) -> bool:
        """Whether there was a tool, or something picked, to leave."""
        if self._view.measuring:
            self._view.use(None)
        elif self._picked is not None:
            self._picked = None
        else:
            return False
        self._first = None
        self._draw()
        return True

    def ask(self, words: str) -> None:
        """While ``words`` say what a caliper is for, it is only told (``asked_measured``); empty: whatever is drawn is measured."""
        if words != self._asked:
            self._asked = words
            self.described.emit()

    def serve_pair(self, *, on: bool) -> None:
        """While this is a side of a pair, a line is its diameter, and no second one is asked for."""
        self._paired = on
        if on and self._first is not None:
            self._first = None
            self._draw()

    def close_outline(self) -> bool:
        """Whether an outline was in hand to be closed."""
        if self._view.strokes.tool is not Tool.OUTLINE:
            return False
        if 0 < self._view.strokes.points_set < 3:
            self.refuse("An outline needs three points.")
        self._view.strokes.close_outline()
        return True

    def refuse(self, words: str) -> None:
        """Says in the status line of this frame why nothing was measured; what was moved lies again where it was."""
        frame = self._view.frame
        self._refused = (frame.index if frame is not None else 0, words)
        self._draw()

    # -- picking ---------------------------------------------------------------------------------------------------------------

    @property
    def picked(self) -> Hashable | None:
        """The key of what is picked on the frame on screen."""
        one = self._picked_one
        return one.key if one is not None else None

    def pick_next(self, steps: int) -> None:
        """The next point of what lies on the frame on screen, round all of them."""
        frame = self._view.frame
        here = [one for one in self._changeable if frame is not None and one.frame == frame.index]
        points = [(one.key, n) for one in here for n in range(sum(len(shape.points) for shape in one.shapes))]
        if not points:
            self.refuse("Nothing is measured on this frame.")
            return
        at = points.index(self._picked) if self._picked in points else (-1 if steps > 0 else 0)
        self._view.use(None)
        self._refused, self._picked = None, points[(at + steps) % len(points)]
        self._draw()

    def nudge(self, dx: int, dy: int) -> bool:
        """Moves the picked point by so many pixels of the image, as far as that goes. Whether one is picked."""
        one = self._picked_one
        if one is None or self._picked is None:
            return False
        number, point = _place(one, self._picked[1])
        x, y = one.shapes[number].points[point]
        to = self._view.placement.clamped(x + dx, y + dy)
        self._tell_moved(one, number, one.shapes[number].moved(point, to))
        return True

    @property
    def _changeable(self) -> tuple[Shown, ...]:
        return tuple(one for one in self._shown if one.key is not None)

    @property
    def _picked_one(self) -> Shown | None:
        frame = self._view.frame
        if self._picked is None or frame is None or not self._overlays:
            return None
        return next((one for one in self._changeable if one.key == self._picked[0] and one.frame == frame.index), None)

    # -- what the view tells ---------------------------------------------------------------------------------------------------

    def _on_drawn(self, shape: Shape) -> None:
        clip, tool = self._clip(), self._view.strokes.tool
        if clip is None or tool is None:
            return
        self._refused = None
        if self._asked and isinstance(shape, Caliper):
            self.asked_measured.emit(shape)
            return
        found = measured(clip, shape, tool, self._first)
        self._first = None
        if isinstance(found, Measurement):
            self.made.emit(found)
        elif found.comparable and isinstance(shape, Caliper):
            self._first = None if self._paired else shape
            self._draw()
        else:
            self.refuse(found.reason)

    def _on_sketched(self, shape: Shape | None) -> None:
        clip = self._clip()
        words = live_words(clip, shape) if shape is not None and clip is not None else ""
        if words != self._live:
            self._live = words
            self.described.emit()

    def _on_grasped(self, found: tuple[int, int] | None) -> None:
        self._refused = None
        if found is None:
            picked = None
        else:
            one, number = self._drawn[found[0]]
            picked = (one.key, _before(one, number) + found[1]) if one is not None else None
        if picked != self._picked:
            self._picked = picked
            self._draw()

    def _on_moved(self, place: int, shape: Shape) -> None:
        one, number = self._drawn[place]
        if one is not None:
            self._tell_moved(one, number, shape)

    def _tell_moved(self, one: Shown, number: int, shape: Shape) -> None:
        self._refused = None
        shapes = (*one.shapes[:number], shape, *one.shapes[number + 1 :])
        self.moved.emit(one.key, shapes)
        self._draw()

    # -- drawing ---------------------------------------------------------------------------------------------------------------

    def _draw(self) -> None:
        """What is drawn twice, as the caliper of an answer may be, is painted once."""
        every = [(one, number) for one in (*self._shown, *self._loose) for number in range(len(one.shapes))]
        own = {replace(shape, dashed=False) for one in self._shown for shape in one.shapes}
        more = [shape for shape in (*self._kept, *((self._first,) if self._first else ())) if shape not in own]
        self._drawn = [*every, *((None, 0) for _ in more)]
        shapes = (*(one.shapes[number] for one, number in every), *more)
        held = tuple(n for n, (one, _) in enumerate(every) if one.key is not None)
        picked = self._picked_place(every)
        if self._overlays:
            self._view.show_calipers(shapes, held=held, picked=picked)
        else:
            self._view.show_calipers(())
        self.described.emit()

    def _picked_place(self, every: list[tuple[Shown, int]]) -> tuple[int, int] | None:
        if self._picked is None:
            return None
        key, at = self._picked
        places = ((n, at - _before(one, number)) for n, (one, number) in enumerate(every) if one.key == key)
        return next(((n, point) for n, point in places if 0 <= point < len(every[n][0].shapes[every[n][1]].points)), None)

    # -- words -----------------------------------------------------------------------------------------------------------------

    def facts(self, frame: int) -> list[Fact]:
        """What the status line says while this frame is on screen: what is in hand, why not, and every value that was measured."""
        said = [(self._refused[1], Colour.ATTENTION)] if self._refused is not None and self._refused[0] == frame else []
        here = [one for one in (*self._shown, *self._loose) if one.frame == frame] if self._overlays else []
        values = [(self._words(one), Colour.CALIPER) for one in here]
        if self._first is not None and self._first.frame == frame:
            values.append((SECOND_LINE, Colour.CALIPER))
        if self._live:
            return [*said, (self._live, Colour.CALIPER)]
        tool = self._view.strokes.tool
        if tool is None:
            return [*values, *said]
        wanted = f"{tool.value.capitalize()}{f' for {self._asked}' if self._asked and tool is not Tool.OUTLINE else ''}"
        return [*values, *said, (f"{wanted}: {_IN_HAND if values or said else _HINTS[tool]}", Colour.CALIPER)]

    def _words(self, one: Shown) -> str:
        picked = self._picked is not None and self._picked[0] == one.key and self._picked_one is not None
        return f"{one.words} (drag or {nudge_keys()} move the point)" if picked else one.words


def _before(one: Shown, number: int) -> int:
    """How many points of a measurement come before those of its shape of this number."""
    return sum(len(shape.points) for shape in one.shapes[:number])


def _place(one: Shown, point: int) -> tuple[int, int]:
    """The shape that a point of a measurement belongs to, and its number there."""
    number = next(n for n in range(len(one.shapes)) if point < _before(one, n + 1))
    return number, point - _before(one, number)
