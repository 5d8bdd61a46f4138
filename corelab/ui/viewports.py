"""One to four viewports, which of them the keys belong to, and whether they play in step."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from corelab.services.clips import ClipShelf
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_strip import CineStrip
from corelab.ui.commands import KEYS, key_of
from corelab.ui.jobs import Jobs
from corelab.ui.theme import Colour
from corelab.ui.viewport import Viewport


class Layout(Enum):
    """How the viewports lie: the value says rows x columns, ``key`` the key that chooses it."""

    ONE = "1x1"
    TWO = "1x2"
    STACKED = "2x1"
    FOUR = "2x2"

    @property
    def columns(self) -> int:
        return int(self.value[-1])

    @property
    def count(self) -> int:
        return int(self.value[0]) * self.columns

    @property
    def words(self) -> str:
        """``F4 1x2``, with its key."""
        return f"{key_of(f'layout_{self.name.lower()}')} {self.value}"


MOST = max(layout.count for layout in Layout)


class Viewports(QWidget):
    """The image area.

    Signals:
        activated: another viewport is the active one.
        laid_out: somebody chose a layout; told before ``activated``.
        clip_stepped: Shift+wheel over the active viewport asks for another clip.
        shown: a frame was painted; carries the clip's digest, the frame and the speed, as of the viewport.
        measured: a caliper that a question asked for was drawn; carries the Caliper. Its viewport is the active one.
    """

    activated = Signal()
    laid_out = Signal()
    clip_stepped = Signal(int)
    shown = Signal(str, int, int)
    measured = Signal(object)

    def __init__(
        self, jobs: Jobs, shelf: ClipShelf, *, layout: Layout = Layout.ONE, in_step: bool = False, stopwatch: Stopwatch | None = None
    ) -> None:
        super().__init__()
        self.all = tuple(Viewport(jobs, shelf, stopwatch) for _ in range(MOST))
        self._layout, self._large, self._in_step = layout, False, in_step
        self._slots = list(range(layout.count))
        """The numbers of the viewports that the layout shows, in order."""
        self._active = 0
        self._strip: CineStrip | None = None
        self._placing = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        palette = self.palette()
        palette.setColor(self.backgroundRole(), Colour.LINE)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(1)
        for number, viewport in enumerate(self.all):
            viewport.setParent(self)
            viewport.activated.connect(partial(self._on_pressed, number))
            viewport.enlarged.connect(partial(self._on_enlarged, number))
            viewport.clip_stepped.connect(self.clip_stepped)
            viewport.shown.connect(self.shown)
            viewport.measured.connect(self.measured)
            viewport.player.cine.moved.connect(partial(self._on_moved, number))
        self._arrange()
        KEYS.changed.connect(self._arrange)  # a hint names a key

    def serve(self, strip: CineStrip) -> None:
        """Let this strip show the active viewport, and do what is asked there."""
        self._strip = strip
        strip.play_toggled.connect(self.toggle_play)
        strip.sought.connect(self._on_sought)
        strip.range_chosen.connect(self._on_range)
        self.refresh_strip()

    # -- which one -------------------------------------------------------------------------------------------------------------

    @property
    def active(self) -> Viewport:
        return self.all[self._active]

    @property
    def laid(self) -> tuple[Viewport, ...]:
        """Those of the layout, in order; while one is large the others keep their place behind it."""
        return tuple(self.all[number] for number in self._slots)

    @property
    def others(self) -> tuple[Viewport, ...]:
        """Those of the layout but the active one."""
        return tuple(viewport for viewport in self.laid if viewport is not self.active)

    @property
    def layout_shown(self) -> Layout:
        return self._layout

    @property
    def several(self) -> bool:
        return self._layout.count > 1

    @property
    def in_step(self) -> bool:
        return self._in_step and self.several

    @property
    def step_chosen(self) -> bool:
        """Whether they play in step wherever there are several."""
        return self._in_step

    @property
    def playing(self) -> bool:
        return any(viewport.player.cine.playing for viewport in self.all)

    def activate(self, number: int) -> None:
        """The keys belong to this one now. One that the layout does not show comes in the place of the active one."""
        if number == self._active:
            return
        before, self._active = self.active, number
        if number not in self._slots:
            before.player.cine.pause()
            self._slots[self._slots.index(self.all.index(before))] = number
        if self.in_step and self.active.clip is not None:
            self.active.player.cine.take_over(before.player.cine)
        self._arrange()
        self.activated.emit()

    def activate_next(self) -> None:
        """The next one of the layout that shows a clip, and from the last to the first."""
        at = self._slots.index(self._active)
        following = next((number for number in (*self._slots[at + 1 :], *self._slots[:at]) if self._filled(number)), None)
        if following is not None:
            self.activate(following)

    def set_layout(self, layout: Layout) -> None:
        """The active viewport stays, with its clip; as many others as the layout has room for lie beside it.

        An active one without a clip gives way to one that has one.
        """
        if not self._filled(self._active):
            self._active = next((number for number in self._slots if self._filled(number)), self._active)
        first = list(range(layout.count))
        self._slots = first if self._active in first else [*first[:-1], self._active]
        self._layout, self._large = layout, False
        for viewport in self.all:
            if viewport not in self.laid:
                viewport.player.cine.pause()
        self._arrange()
        self.laid_out.emit()
        self.activated.emit()

    def _filled(self, number: int) -> bool:
        return self.all[number].clip is not None

    def _on_pressed(self, number: int) -> None:
        """A press where no clip is would leave every key without one."""
        if self._filled(number) or not self._filled(self._active):
            self.activate(number)

    def toggle_in_step(self) -> None:
        self.set_in_step(on=not self._in_step)

    def set_in_step(self, *, on: bool) -> None:
        if on is self._in_step:
            return
        self._in_step = on
        for viewport in self.others:
            viewport.player.cine.pause()
        self._arrange()
        if self.in_step:
            self._on_moved(self._active, self.active.player.cine.moment_ms)

    # -- measuring -------------------------------------------------------------------------------------------------------------

    def ask_caliper(self, words: str) -> None:
        """``words``: the question for which the next calipers are; empty: for none, and a caliper that was begun for one is left."""
        for viewport in self.all:
            viewport.ask_caliper(words)

    def leave_caliper(self) -> None:
        for viewport in self.all:
            viewport.leave_caliper()

    # -- time ------------------------------------------------------------------------------------------------------------------

    def toggle_play(self) -> None:
        self.active.player.cine.toggle()

    def pause(self) -> None:
        for viewport in self.all:
            viewport.player.cine.pause()

    def refresh_strip(self) -> None:
        """The strip shows the active viewport's clip; those in step with it follow its clock."""
        cine, clip = self.active.player.cine, self.active.clip
        if self._strip is not None:
            self._strip.show_cine(cine, clip.timing if clip else None)
        in_step = [viewport for viewport in self._in_sight if viewport is not self.active] if self.in_step else []
        for viewport in self.all:
            viewport.player.follow(cine if viewport in in_step else None)
        cine.follow([viewport.clip.timing for viewport in in_step if viewport.clip is not None])

    @contextmanager
    def apart(self) -> Iterator[None]:
        """While clips are put where they belong, the viewports do not follow each other."""
        self._placing = True
        try:
            yield
        finally:
            self._placing = False
            self.refresh_strip()

    def _on_moved(self, number: int, at_ms: float) -> None:
        if self.in_step and number == self._active and not self._placing:
            for viewport in self._in_sight:
                if viewport is not self.active:
                    viewport.player.show_time(at_ms)

    def _on_sought(self, frame: int) -> None:
        self.active.player.cine.seek(frame)

    def _on_range(self, first: int, last: int) -> None:
        self.active.player.cine.set_range(first, last)

    # -- layout ----------------------------------------------------------------------------------------------------------------

    @property
    def _in_sight(self) -> tuple[Viewport, ...]:
        return (self.active,) if self._large else self.laid

    def _on_enlarged(self, number: int) -> None:
        if self.several:
            self.activate(number)
            self._large = not self._large
            self._arrange()
            self._on_moved(self._active, self.active.player.cine.moment_ms)

    def _arrange(self) -> None:
        in_sight = self._in_sight
        columns = 1 if self._large else self._layout.columns
        for viewport in self.all:
            self._grid.removeWidget(viewport)
            viewport.setVisible(viewport in in_sight)
            viewport.show_active(active=viewport is self.active, several=len(in_sight) > 1, hint=self._hint(viewport))
        for at, viewport in enumerate(in_sight):
            self._grid.addWidget(viewport, at // columns, at % columns)
        for line in range(2):
            self._grid.setRowStretch(line, int(line <= (len(in_sight) - 1) // columns))
            self._grid.setColumnStretch(line, int(line < columns))
        self._grid.activate()  # at once: a click that comes before the next turn of events must find its viewport
        self.refresh_strip()

    def _hint(self, viewport: Viewport) -> str:
        if self._large:
            return f"Double click: back to {self._layout.value}"
        if self.in_step:
            return "In step"
        return self._layout.words if viewport is self.active else ""
