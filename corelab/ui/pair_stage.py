"""Both viewports on one clip at the same scale, zoom and place moving together; afterwards what was on screen before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QObject

from corelab.domain.clip import Clip
from corelab.ui.exam_desk import ExamDesk
from corelab.ui.placement import Placement
from corelab.ui.viewport import STATUS_HEIGHT, Viewport
from corelab.ui.viewports import Layout

_NEARER: Final = 2.0
"""At most so many times the scale at which a whole image fits: a side is filled where the vein stays in sight."""


@dataclass(frozen=True, slots=True)
class _Before:
    layout: Layout
    in_step: bool
    active: int
    shown: tuple[tuple[Viewport, Clip | None, int, Placement], ...]


class PairStage(QObject):
    """The viewports stay what they are, so every key of cine, image and caliper works on both sides."""

    def __init__(self, parent: QObject, clips: ExamDesk) -> None:
        super().__init__(parent)
        self._clips, self._viewports = clips, clips.viewports
        self._before: _Before | None = None
        self._clip: Clip | None = None
        self.busy = False
        """While clips are put where they belong."""
        for viewport in self._viewports.all:
            viewport.view.viewed.connect(partial(self._on_viewed, viewport))

    @property
    def sides(self) -> tuple[Viewport, ...]:
        """At rest, and under pressure; none while it is closed."""
        return self._viewports.laid[:2] if self._clip is not None else ()

    @property
    def frames(self) -> tuple[int, int]:
        """The frames on both sides now."""
        rest, under = (viewport.player.cine.frame for viewport in self.sides)
        return rest, under

    @property
    def stands(self) -> bool:
        """Whether both sides still show the clip."""
        return self._viewports.layout_shown is Layout.TWO and all(viewport.clip == self._clip for viewport in self.sides)

    def open(self, clip: Clip, frames: tuple[int, int], middle: tuple[float, float]) -> None:
        """The clip on both sides, standing on these frames, nearer than the whole image about ``middle``.

        Where both sides show it already, zoom and place stay: two pairs of one clip are compared at one scale.
        """
        again = self._clip == clip
        if self._clip is None:
            self._before = self._now()
        with self._placing():
            self._clip = clip
            self._viewports.pause()
            self._viewports.set_in_step(on=False)
            if self._viewports.layout_shown is not Layout.TWO:
                self._viewports.set_layout(Layout.TWO)
            with self._viewports.apart():
                for viewport, frame in zip(self.sides, frames, strict=True):
                    viewport.show_clip(clip, self._clips.exam.place(clip), frame=frame)
            self._viewports.activate(self._viewports.all.index(self.sides[0]))
        if not again:
            self._focus(clip, middle)

    def close(self) -> None:
        """Back to the clips that were on screen."""
        before, self._before, self._clip = self._before, None, None
        if before is None:
            return
        with self._placing():
            self._lay_back(before, layout=True)
            with self._viewports.apart():
                for viewport, clip, frame, placement in before.shown:
                    if clip is not None:
                        viewport.show_clip(clip, self._clips.exam.place(clip), frame=frame)
                        viewport.view.look(placement.zoom, placement.centre)
            self._viewports.activate(before.active)

    def drop(self, *, layout: bool) -> None:
        """Other clips are chosen and stay; in step as before, and where it is not chosen anew the ``layout`` too."""
        before, self._before, self._clip = self._before, None, None
        if before is not None:
            with self._placing():
                self._lay_back(before, layout=layout)

    def _focus(self, clip: Clip, middle: tuple[float, float]) -> None:
        width, height = self._viewports.width() / 2, self._viewports.height() - STATUS_HEIGHT
        fitted, filling = sorted((width / clip.columns, height / clip.rows))
        zoom = min(filling, _NEARER * fitted) * self._viewports.devicePixelRatioF()
        for viewport in self.sides:
            viewport.view.look(zoom, middle)

    def _now(self) -> _Before:
        views = self._viewports
        shown = tuple((each, each.clip, each.player.cine.frame, each.view.placement) for each in views.laid)
        return _Before(views.layout_shown, views.step_chosen, views.all.index(views.active), shown)

    def _lay_back(self, before: _Before, *, layout: bool) -> None:
        if layout and self._viewports.layout_shown is not before.layout:
            self._viewports.set_layout(before.layout)
        self._viewports.set_in_step(on=before.in_step)

    @contextmanager
    def _placing(self) -> Iterator[None]:
        self.busy = True
        try:
            yield
        finally:
            self.busy = False

    def _on_viewed(self, viewport: Viewport) -> None:
        for other in self.sides if viewport in self.sides else ():
            if other is not viewport:
                other.view.look(viewport.view.placement.zoom, viewport.view.placement.centre)
