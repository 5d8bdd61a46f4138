"""A vein followed through a clip: outline, both ways, second anchor, verdict, and the proposals that come of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from corelab.domain.compression import (
    Followed,
    FollowRefusedError,
    FollowStoppedError,
    LostReason,
    LumenFrame,
    LumenState,
    Point,
    RefusalReason,
)
from corelab.imaging.faults import FrameUnreadableError
from corelab.imaging.following.anchors import Second, blended, second_anchor
from corelab.imaging.following.curve import Curve
from corelab.imaging.following.film import Film, Tissue, tissue_under
from corelab.imaging.following.outline import Outline, outline_at
from corelab.imaging.following.pulse import pulsates
from corelab.imaging.following.still import stands_still
from corelab.imaging.following.tracking import Anchor, Step, Way, anchored
from corelab.imaging.following.verdict import Evidence, Verdict, judged
from corelab.imaging.following.walls import Walls, walls_of
from corelab.imaging.following.window import Field, FrameColouredError, Pictures, Scale, View, scale_of, view_of

Told = Callable[[int, int], None]
Stop = Callable[[], bool]
Grown = Callable[[LumenFrame], None]
"""Hears the lumen of each frame as it is found on the way, before the verdict: for a curve that is drawn while it grows."""

_REACH = 230.0
"""Working pixels around the click in which the outline is sought."""
_MARGINS = (105.0, 150.0, 105.0, 100.0)
"""Working pixels kept left of, above, right of and below the outline: pressing brings everything up."""
_LEAST_CONTRAST = 12.0
_LEAST_AP = 22.0
"""Working pixels (1.9 mm): a thinner lumen cannot be told from a gap between layers."""
_CUT = 0.06
_KEEPS_CALIBRE = 0.80


@dataclass(frozen=True, slots=True)
class _Tracked:
    """Steps of both ways together; AP = middle gap x ``chord``."""

    steps: dict[int, Step]
    curve: Curve
    anchor: Anchor
    chord: float
    second: Second | None
    meet: float | None
    compressed: int
    ends: dict[int, LostReason]


class _Watch:
    """Tells how far the work is, and ends it when nobody wants it any more."""

    def __init__(self, of: int, told: Told | None, stop: Stop | None) -> None:
        self._done, self._of, self._told, self._stop = 0, of, told, stop
        self.found: Callable[[Step], None] | None = None

    def over(self, steps: Iterable[Step]) -> dict[int, Step]:
        found = {}
        for step in steps:
            if self._stop is not None and self._stop():
                raise FollowStoppedError
            found[step.frame] = step
            if self.found is not None:
                self.found(step)
            self._done = min(self._done + 1, self._of)
            if self._told is not None:
                self._told(self._done, self._of)
        return found

    def ended(self) -> None:
        if self._told is not None:
            self._told(self._of, self._of)


def follow_film(
    film: Film, frame: int, point: Point, told: Told | None = None, stop: Stop | None = None, grown: Grown | None = None
) -> Followed:
    """Follows the vessel around ``point`` (pixels) of ``frame`` through the whole clip.

    Raises FollowRefusedError where that cannot be done, FollowStoppedError when ``stop`` answers True.
    """
    tissue = _accepted(film, frame, point)
    watch = _Watch(2 * film.frames, told, stop)
    pictures, anchor = _begun(film, tissue, frame, point)
    if stands_still(pictures, film.frames):
        raise FollowRefusedError(RefusalReason.STILL)
    if grown is not None:
        watch.found = partial(_growing, grown, tissue, pictures.view, anchor.walls.longest / anchor.walls.middle_gap)
    tracked = _tracked(pictures, film.frames, anchor, watch)
    rest = tracked.curve.rest_near(frame)
    if rest != frame:
        tracked = _restarted(pictures, film.frames, tracked, rest, watch)
        rest = tracked.anchor.frame
    watch.ended()
    return _answer(film, tissue, pictures.view, tracked, rest)


def _accepted(film: Film, frame: int, point: Point) -> Tissue:
    if not 0 <= frame < film.frames:
        raise FollowRefusedError(RefusalReason.NO_FRAME)
    tissue = tissue_under(film, point)
    if film.frames < 2:
        raise FollowRefusedError(RefusalReason.STILL)
    return tissue


def _around(tissue: Tissue, scale: Scale, point: Point) -> View:
    aside, down = _REACH / scale.x, _REACH / scale.y
    return view_of(tissue.box, scale, (point[0] - aside, point[1] - down, point[0] + aside, point[1] + down))


def _begun(film: Film, tissue: Tissue, frame: int, point: Point) -> tuple[Pictures, Anchor]:
    """The walls at the clicked frame, and the piece of the pictures around them.

    Raises FollowRefusedError where there is no vessel to be seen around the point.
    """
    try:
        return _outlined(film, tissue, frame, point)
    except FrameUnreadableError as error:
        raise FollowRefusedError(RefusalReason.UNREADABLE) from error
    except FrameColouredError as error:
        raise FollowRefusedError(RefusalReason.COLOUR) from error


def _outlined(film: Film, tissue: Tissue, frame: int, point: Point) -> tuple[Pictures, Anchor]:
    scale = scale_of(tissue.spacing, tissue.box[3] - tissue.box[1])
    around = _around(tissue, scale, point)
    x, y = around.to_work(np.array(point[0]), np.array(point[1]))
    outline = outline_at(around.cut(film.grey(frame, around.box)), float(x), float(y))
    _refuse(outline)
    fx, fy = around.to_frame(outline.x, outline.y)
    left, up, right, down = (each / across for each, across in zip(_MARGINS, (scale.x, scale.y) * 2, strict=True))
    wanted = (float(fx.min()) - left, float(fy.min()) - up, float(fx.max()) + right, float(fy.max()) + down)
    view = view_of(tissue.box, scale, wanted)
    pictures = Pictures(partial(film.grey, box=view.box), view)
    wx, wy = pictures.view.to_work(fx, fy)
    anchor = anchored(pictures[frame], frame, walls_of(replace(outline, x=wx, y=wy)))
    if anchor.walls.longest < _LEAST_AP:
        raise FollowRefusedError(RefusalReason.NO_OUTLINE)
    return pictures, anchor


def _refuse(outline: Outline) -> None:
    if outline.cut > _CUT:
        raise FollowRefusedError(RefusalReason.BORDER)
    if outline.contrast < _LEAST_CONTRAST:
        raise FollowRefusedError(RefusalReason.CONTRAST)


def _tracked(pictures: Pictures, frames: int, anchor: Anchor, watch: _Watch) -> _Tracked:
    """From the anchor both ways, then from where the vein is at rest again on the other side of the compression."""
    ways = [Way(pictures, anchor, end) for end in (frames - 1, 0)]
    first = {**watch.over(ways[0]), **watch.over(ways[1])}
    ends = {**ways[0].ended, **ways[1].ended}
    chord = anchor.walls.longest / anchor.walls.middle_gap
    compressed = _curve(first, chord).least()
    second = second_anchor(pictures, anchor, _beyond(anchor.frame, compressed, sorted(first)))
    if second is None:
        return _Tracked(first, _curve(first, chord), anchor, chord, None, None, compressed, ends)
    other = watch.over(Way(pictures, second.anchor, anchor.frame, one_view=True))
    outermost = max(first) if second.anchor.frame > anchor.frame else min(first)
    outward = watch.over(Way(pictures, second.anchor, outermost, one_view=True))
    steps = blended(first, {**other, **outward}, (anchor.frame, second.anchor.frame))
    curve = _curve(steps, chord)
    compressed = curve.least()
    meet = _meet(_curve(first, chord), _curve({**other, **outward}, chord), compressed, curve.around(anchor.frame))
    return _Tracked(steps, curve, anchor, chord, second, meet, compressed, ends)


def _beyond(anchor: int, compressed: int, frames: list[int]) -> range:
    """The frames on the other side of the compression, nearest last."""
    return range(compressed + 2, frames[-1] + 1) if compressed >= anchor else range(frames[0], compressed - 1)


def _meet(first: Curve, second: Curve, frame: int, rest: float) -> float | None:
    if not second.start <= frame < second.start + len(second.ap):
        return None
    return 100 * abs(float(first.steady()[frame - first.start]) - float(second.steady()[frame - second.start])) / rest


def _curve(steps: dict[int, Step], chord: float) -> Curve:
    start, end = min(steps), max(steps)
    ap = np.full(end - start + 1, np.nan)
    for frame, step in steps.items():
        ap[frame - start] = step.walls.middle_gap * chord
    return Curve(start, ap)


def _restarted(pictures: Pictures, frames: int, tracked: _Tracked, rest: int, watch: _Watch) -> _Tracked:
    """The clicked frame was not at rest: begin again from the plateau of the curve, if an outline is found there."""
    cx, cy = tracked.steps[rest].walls.centre
    outline = outline_at(pictures[rest], cx, cy)
    try:
        _refuse(outline)
    except FollowRefusedError:
        return tracked
    return _tracked(pictures, frames, anchored(pictures[rest], rest, walls_of(outline)), watch)


def _answer(film: Film, tissue: Tissue, view: View, tracked: _Tracked, rest: int) -> Followed:
    at_rest = tracked.curve.around(rest)
    shares = {frame: tracked.curve.at(frame) / at_rest for frame in tracked.steps}
    likeness = tracked.second.likeness if tracked.second else None
    verdict = judged(Evidence(tracked.steps, shares, tracked.compressed, tracked.meet, likeness, tracked.ends))
    residual = _residual(tracked, verdict, at_rest)
    lumens = tuple(_lumen(tissue, view, tracked, verdict, frame) for frame in range(film.frames))
    return Followed(
        frames=lumens,
        rest_frame=rest,
        compressed_frame=tracked.compressed if verdict.answered else None,
        residual_ap_percent=residual,
        lost=verdict.lost,
        one_sided=tracked.second is None,
        pulsates=residual is not None and residual >= 100 * _KEEPS_CALIBRE and _beats(tracked, film.frame_s),
    )


def _beats(tracked: _Tracked, frame_s: float) -> bool:
    steps = [tracked.steps[frame] for frame in sorted(tracked.steps)]
    ap = np.array([step.walls.middle_gap for step in steps])
    return pulsates(ap, np.array([step.walls.centre[1] for step in steps]), frame_s)


def _residual(tracked: _Tracked, verdict: Verdict, at_rest: float) -> float | None:
    if not verdict.answered:
        return None
    if LumenState.CLOSED in verdict.states.values():
        return 0.0
    curve = tracked.curve
    return round(100 * float(curve.steady()[tracked.compressed - curve.start]) / at_rest, 1)


def _lumen(tissue: Tissue, view: View, tracked: _Tracked, verdict: Verdict, frame: int) -> LumenFrame:
    state = verdict.states.get(frame, LumenState.LOST)
    if state is LumenState.LOST:
        return LumenFrame(frame, state, None, None, None, None)
    walls = tracked.steps[frame].walls
    shown = LumenFrame(frame, state, 0.0, 0.0, None, None, _line(view, walls.x, walls.top), _line(view, walls.x, walls.bottom))
    if state is LumenState.OPEN:
        shown = _sized(shown, walls, tracked.chord, view.scale)
    return _in_mm(shown, tissue)


def _growing(grown: Grown, tissue: Tissue, view: View, chord: float, step: Step) -> None:
    """Open as long as nothing is judged; a gap that closes shows as a small one."""
    walls = step.walls
    lines = _line(view, walls.x, walls.top), _line(view, walls.x, walls.bottom)
    shown = LumenFrame(step.frame, LumenState.OPEN, None, None, None, None, *lines)
    grown(_in_mm(_sized(shown, walls, chord, view.scale), tissue))


def _in_mm(shown: LumenFrame, tissue: Tissue) -> LumenFrame:
    if tissue.spacing is None or shown.ap_px is None or shown.area_px is None:
        return shown
    dx, dy = tissue.spacing
    return replace(shown, ap_mm=round(shown.ap_px * dy, 3), area_mm2=round(shown.area_px * dx * dy, 3))


def _sized(shown: LumenFrame, walls: Walls, chord: float, scale: Scale) -> LumenFrame:
    """Area of an ellipse-like lumen whose side walls are not seen: from the walls' area, as it was to the whole at rest."""
    ap = walls.middle_gap * chord / scale.y
    area = np.pi / 4 * walls.width / scale.x * ap
    return replace(shown, ap_px=round(float(ap), 2), area_px=round(float(area), 1))


def _line(view: View, x: Field, y: Field) -> tuple[Point, ...]:
    fx, fy = view.to_frame(x, y)
    return tuple((round(float(a), 2), round(float(b), 2)) for a, b in zip(fx, fy, strict=True))
