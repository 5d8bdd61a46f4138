"""Measuring on a page: its keys, what is drawn over the clips on screen, and what becomes of what was measured or moved."""

from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QObject

from corelab.domain.clip import Clip
from corelab.domain.measurement import MOST, Measurement
from corelab.services.measuring import Refusal
from corelab.ui.caliper import Shape
from corelab.ui.commands import key_of, with_keys
from corelab.ui.drawing import Tool
from corelab.ui.measuring import Shown, measurement_words, moved, shown
from corelab.ui.page import Page
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Viewports

_NUDGES: Final = {"nudge_left": (-1, 0), "nudge_right": (1, 0), "nudge_up": (0, -1), "nudge_down": (0, 1)}
_FULL: Final = f"{MOST} measurements are kept at most; pick one ({{point_next}}) and delete it ({{clear_written}}) first."


@dataclass(frozen=True, slots=True)
class Own:
    """The key of a measurement that no question asked for: its place among those kept."""

    place: int


class MeasureUser(Protocol):
    """The page: it holds what was measured, and changes it."""

    @property
    def measured(self) -> tuple[Measurement, ...]:
        """What is kept now that no question asked for."""

    def may_measure(self) -> bool:
        """Whether it can be changed; else it is said why not."""

    def keep_measured(self, measurements: tuple[Measurement, ...], words: str, *, again: bool) -> None:
        """Keeps these; ``again``: the same point was moved once more, which is one step to take back."""

    def others_shown(self, viewport: Viewport, clip: Clip) -> tuple[Shown, ...]:
        """What else is drawn there: calipers of answers, other reads."""

    def move_other(self, key: object, clip: Clip, shape: Shape) -> str:
        """Measures the caliper of an answer anew; why not, in words, or nothing."""


class MeasureDesk(QObject):
    """Bound to a page once. ``area`` is the command that draws outlines there."""

    def __init__(self, page: Page, viewports: Viewports, user: MeasureUser, *, area: str = "area") -> None:
        super().__init__(page)
        self._viewports, self._user = viewports, user
        self._moved: object = None
        """The key of what was moved last, while nothing else was done."""
        self._count = 0
        """How many are kept: while there are as many, each has its place."""
        for viewport in viewports.all:
            viewport.measures.made.connect(partial(self._on_made, viewport))
            viewport.measures.moved.connect(partial(self._on_moved, viewport))
        page.bind(area, partial(self._use, Tool.OUTLINE))
        page.bind("strip_caliper", partial(self._use, Tool.STRIP))
        page.bind("point_next", partial(self._on_pick, 1))
        page.bind("point_back", partial(self._on_pick, -1))
        for command, (dx, dy) in _NUDGES.items():
            page.bind(command, partial(self._on_nudge, dx, dy))

    def show(self, *, fixed: bool) -> None:
        """What is kept, over the clips on screen; ``fixed``: it can be looked at only."""
        other, self._count = self._count != len(self._user.measured), len(self._user.measured)
        for viewport in self._viewports.all:
            if other:
                viewport.measures.unpick()
            clip = viewport.clip
            if clip is not None:
                of_clip = ((n, one) for n, one in enumerate(self._user.measured) if one.clip == clip.sha256)
                own = tuple(shown(one, None if fixed else Own(n)) for n, one in of_clip)
                viewport.measures.show((*own, *self._user.others_shown(viewport, clip)))

    def keep(self, found: Measurement) -> str:
        """One more of one's own; why not, in words, or nothing."""
        if len(self._user.measured) >= MOST:
            return with_keys(_FULL)
        self._keep((*self._user.measured, found), f"{measurement_words(found)} kept - {key_of('undo')}")
        return ""

    def close(self) -> bool:
        """Enter: whether an outline was in hand to be closed."""
        return self._viewports.active.measures.close_outline()

    def delete(self) -> bool:
        """Del: whether a measurement of one's own was picked, and is gone."""
        picked = self._viewports.active.measures.picked
        if not isinstance(picked, Own) or not self._user.may_measure():
            return False
        kept = self._user.measured
        self._viewports.active.measures.leave()
        self._keep(
            (*kept[: picked.place], *kept[picked.place + 1 :]), f"{measurement_words(kept[picked.place])} deleted - {key_of('undo')}"
        )
        return True

    # -- keys ------------------------------------------------------------------------------------------------------------------

    def _use(self, tool: Tool) -> None:
        if self._viewports.active.clip is not None:
            self._viewports.active.use(tool)

    def _on_pick(self, steps: int) -> None:
        if self._viewports.active.clip is not None:
            self._viewports.active.player.cine.pause()
            self._viewports.active.show_overlays()
            self._viewports.active.measures.pick_next(steps)

    def _on_nudge(self, dx: int, dy: int) -> None:
        measures = self._viewports.active.measures
        if self._viewports.active.clip is not None and not measures.nudge(dx, dy):
            measures.refuse(with_keys("Pick a point first: click it, or {point_next}."))

    # -- what was drawn --------------------------------------------------------------------------------------------------------

    def _on_made(self, viewport: Viewport, found: Measurement) -> None:
        if not self._user.may_measure():
            viewport.measures.show_loose(found)
        elif refused := self.keep(found):
            viewport.measures.refuse(refused)

    def _on_moved(self, viewport: Viewport, key: object, shapes: tuple[Shape, ...]) -> None:
        clip = viewport.clip
        if clip is None or not self._user.may_measure():
            return
        again, self._moved = key == self._moved, None
        if isinstance(key, Own):
            self._move_own(viewport, clip, key, shapes, again=again)
            return
        refused = self._user.move_other(key, clip, shapes[0])
        if refused:
            viewport.measures.refuse(refused)

    def _move_own(self, viewport: Viewport, clip: Clip, key: Own, shapes: tuple[Shape, ...], *, again: bool) -> None:
        kept = self._user.measured
        found = moved(clip, kept[key.place], shapes)
        if isinstance(found, Refusal):
            viewport.measures.refuse(found.reason)
            return
        words = f"{measurement_words(kept[key.place])} is {measurement_words(found)} now - {key_of('undo')}"
        self._keep((*kept[: key.place], found, *kept[key.place + 1 :]), words, again=again)
        self._moved = key

    def _keep(self, measurements: tuple[Measurement, ...], words: str, *, again: bool = False) -> None:
        self._moved = None
        self._user.keep_measured(measurements, words, again=again)
