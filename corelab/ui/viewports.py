"""One or two viewports side by side, which of them the keys belong to, and whether they play in step."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from corelab.services.clips import ClipShelf
from corelab.ui.cine import Stopwatch
from corelab.ui.cine_strip import CineStrip
from corelab.ui.jobs import Jobs
from corelab.ui.theme import Colour
from corelab.ui.viewport import Viewport


class Layout(Enum):
    ONE = "1x1"
    TWO = "1x2"


class Viewports(QWidget):
    """The image area.

    Signals:
        activated: another viewport is the active one.
        clip_stepped: Shift+wheel over the active viewport asks for another clip.
        shown: a frame was painted; carries the clip's digest and the frame.
        measured: a caliper that a question asked for was drawn; carries the Caliper. Its viewport is the active one.
    """

    activated = Signal()
    clip_stepped = Signal(int)
    shown = Signal(str, int)
    measured = Signal(object)

    def __init__(
        self, jobs: Jobs, shelf: ClipShelf, *, layout: Layout = Layout.ONE, in_step: bool = False, stopwatch: Stopwatch | None = None
    ) -> None:
        super().__init__()
        self.all = (Viewport(jobs, shelf, stopwatch), Viewport(jobs, shelf, stopwatch))
        self._active, self._layout, self._large, self._in_step = 0, layout, False, in_step
        self._strip: CineStrip | None = None
        self._placing = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        palette = self.palette()
        palette.setColor(self.backgroundRole(), Colour.LINE)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(1)
        for number, viewport in enumerate(self.all):
            row.addWidget(viewport, 1)
            viewport.activated.connect(partial(self.activate, number))
            viewport.enlarged.connect(self._on_enlarged)
            viewport.clip_stepped.connect(self.clip_stepped)
            viewport.shown.connect(self.shown)
            viewport.measured.connect(self.measured)
            viewport.player.cine.moved.connect(partial(self._on_moved, number))
        self._arrange()

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
    def other(self) -> Viewport:
        return self.all[1 - self._active]

    @property
    def two(self) -> bool:
        return self._layout is Layout.TWO

    @property
    def in_step(self) -> bool:
        return self._in_step and self.two

    def activate(self, number: int) -> None:
        if number == self._active or not self.two:
            return
        if self._in_step:
            self.active.player.cine.pause()
        self._active = number
        self._arrange()
        self.activated.emit()

    def activate_next(self) -> None:
        if self.two:
            self.activate(1 - self._active)

    def set_layout(self, layout: Layout) -> None:
        """One viewport keeps the active clip; two show it beside the other."""
        if layout is Layout.ONE:
            self.other.player.cine.pause()
        self._layout, self._large = layout, False
        self._arrange()
        self.activated.emit()

    def toggle_in_step(self) -> None:
        self._in_step = not self._in_step
        self.other.player.cine.pause()
        self._arrange()

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
        """The strip shows the active viewport's clip."""
        if self._strip is not None:
            clip = self.active.clip
            self._strip.show_cine(self.active.player.cine, clip.timing if clip else None)
        other = self.other.clip
        self.active.player.cine.follow([other.timing] if self.in_step and other else [])

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
            self.other.player.show_time(at_ms)

    def _on_sought(self, frame: int) -> None:
        self.active.player.cine.seek(frame)

    def _on_range(self, first: int, last: int) -> None:
        self.active.player.cine.set_range(first, last)

    # -- layout ----------------------------------------------------------------------------------------------------------------

    def _on_enlarged(self) -> None:
        if self.two:
            self._large = not self._large
            self._arrange()

    def _arrange(self) -> None:
        alone = not self.two or self._large
        hint = "In step" if self.in_step and not alone else "F3 1x1" if not self.two else ""
        for viewport in self.all:
            viewport.setVisible(not alone or viewport is self.active)
            viewport.show_active(marked=viewport is self.active and not alone, hint=hint)
        self.refresh_strip()
