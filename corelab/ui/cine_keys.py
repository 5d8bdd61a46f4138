"""The keys of cine, image and measuring, at work on the active viewport: the same on every page with clips."""

from collections.abc import Callable
from functools import partial
from typing import Final

from corelab.ui.cine import Cine
from corelab.ui.page import Page
from corelab.ui.viewport import Viewport
from corelab.ui.viewports import Layout, Viewports

_CINE: Final[dict[str, Callable[[Cine], object]]] = {
    "frame_back": lambda cine: cine.step(-1),
    "frame_forward": lambda cine: cine.step(1),
    "frames_back": lambda cine: cine.step(-10),
    "frames_forward": lambda cine: cine.step(10),
    "first_frame": Cine.home,
    "last_frame": Cine.end,
    "slower": Cine.slower,
    "faster": Cine.faster,
    "own_rate": lambda cine: cine.set_speed(1.0),
    "loop": Cine.next_loop,
    "loop_in": Cine.set_in,
    "loop_out": Cine.set_out,
    "loop_clear": Cine.clear_range,
}
_VIEW: Final[dict[str, Callable[[Viewport], object]]] = {
    "reset_view": lambda viewport: viewport.view.reset(),
    "zoom_in": lambda viewport: viewport.view.zoom_by(1),
    "zoom_out": lambda viewport: viewport.view.zoom_by(-1),
    "one_to_one": lambda viewport: viewport.view.one_to_one(),
    "overlays": Viewport.toggle_overlays,
    "caliper": Viewport.toggle_caliper,
}


class CineKeys:
    """Binds them to a page once."""

    def __init__(self, page: Page, viewports: Viewports) -> None:
        page.bind("play", viewports.toggle_play)
        for command, act in _CINE.items():
            page.bind(command, _OnCine(viewports, act))
        for command, show in _VIEW.items():
            page.bind(command, _OnView(viewports, show))
        page.bind("viewport_next", viewports.activate_next)
        page.bind("synchronise", viewports.toggle_in_step)
        for layout in Layout:
            page.bind(f"layout_{layout.name.lower()}", partial(viewports.set_layout, layout))


class _OnCine:
    def __init__(self, viewports: Viewports, act: Callable[[Cine], object]) -> None:
        self._viewports, self._act = viewports, act

    def __call__(self) -> None:
        if self._viewports.active.clip is not None:
            self._act(self._viewports.active.player.cine)


class _OnView:
    def __init__(self, viewports: Viewports, act: Callable[[Viewport], object]) -> None:
        self._viewports, self._act = viewports, act

    def __call__(self) -> None:
        if self._viewports.active.clip is not None:
            self._act(self._viewports.active)
