"""The goals of the window: what is played in it for how long, and what its figures are judged by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from corelab.imaging import benchmark
from corelab.services.bench_goals import Beside, Goal, NotMeasured, Result, Spread, Theme, Told, under

JPEG, TWO, JPEG_2000 = "jpeg", "two", "jpeg-2000"
RATE = 30


@dataclass(frozen=True, slots=True)
class Sizes:
    """Frames of (columns, rows), how many to a clip, how long each is played, how often paints and keys are measured."""

    size: tuple[int, int] = (1024, 768)
    frames: int = 120
    seconds: float = 60.0
    turns: int = 100


QUICK = Sizes(seconds=10.0, turns=20)
WHOLE = Sizes()


@dataclass(frozen=True, slots=True)
class Plan:
    """What the window is to measure: ``turns`` paints and keys, and each play of one clip or of several in step, by its files."""

    turns: int
    seconds: float
    plays: Mapping[str, tuple[Path, ...]]


@dataclass(frozen=True, slots=True)
class Played:
    """``dropped`` of ``due`` frames were never painted, ``drift`` in frames at the end; stalls of the window's thread in ms."""

    due: int
    dropped: int
    drift: float
    stall_p95_ms: float
    stall_max_ms: float


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """What only the window can measure; ``next_clip_s`` is None where the lab had no two clips. ``platform`` is Qt's name of the screen.

    ``idle_ms``: how late the window's thread was while nothing played, 95 in 100, at best and at worst: that much is the machine's.
    """

    paint_ms: Spread
    first_paint_s: Spread
    next_clip_s: Spread | None
    plays: Mapping[str, Played]
    idle_ms: Spread
    platform: str


class NothingSeenError(Exception):
    """The window showed nothing to open, or no picture came in time."""


Window = Callable[[Plan], WindowFigures]
"""Measures the window; handed in by the composition root. Raises NothingSeenError."""


def plan(folder: Path, sizes: Sizes) -> Plan:
    """Makes the clips that are played: JPEG by itself and two in step, and lossless JPEG 2000."""
    made = {name: folder / f"{name}.dcm" for name in ("one", "other", JPEG_2000)}
    benchmark.clip(made["one"], sizes.frames, sizes.size, benchmark.SYNTAXES[JPEG])
    benchmark.clip(made["other"], sizes.frames, sizes.size, benchmark.SYNTAXES[JPEG], seed=2)
    benchmark.clip(made[JPEG_2000], sizes.frames, sizes.size, benchmark.SYNTAXES[JPEG_2000])
    plays = {JPEG: (made["one"],), TWO: (made["one"], made["other"]), JPEG_2000: (made[JPEG_2000],)}
    return Plan(sizes.turns, sizes.seconds, MappingProxyType(plays))


def measure(folder: Path, sizes: Sizes, window: Window, say: Told) -> tuple[tuple[Result, ...], str]:
    """The results of both themes, and where they were measured."""
    say(f"The window: {len((JPEG, TWO, JPEG_2000))} clips of {sizes.size[0]} x {sizes.size[1]}, {sizes.seconds:.0f} s each")
    try:
        figures = window(plan(folder, sizes))
    except NothingSeenError:
        return (NotMeasured("window", "how the window plays and answers keys", "no picture came in time", Theme.WINDOW),), "no window"
    results = under(Theme.PLAYING, (*_plays(figures.plays, sizes), _idle(figures.idle_ms)), None) + under(
        Theme.WINDOW, tuple(_window(figures)), None
    )
    return results, f"a window on {figures.platform}"


def _plays(plays: Mapping[str, Played], sizes: Sizes) -> Iterator[Result]:
    size = f"{sizes.size[0]} x {sizes.size[1]}"
    one, two, hard = plays[JPEG], plays[TWO], plays[JPEG_2000]
    after = f"behind the clock after {sizes.seconds:.0f} s, in frames"
    yield Goal("drift", f"JPEG of {size}, {RATE}/s, {after}", one.drift, 1.0)
    yield Goal("dropped", f"JPEG of {size}, {RATE}/s, frames never shown of {one.due}", one.dropped, 0.0)
    yield Goal("drift-two", f"two such clips in step, {after}", two.drift, 1.0)
    yield Goal("dropped-two", f"two such clips in step, frames never shown of {two.due}", two.dropped, 0.0)
    yield Goal("dropped-jpeg-2000", f"lossless JPEG 2000, frames never shown of {hard.due}, their share", _share(hard), 0.05)
    yield Goal("stalls", "how late the window's thread was while JPEG played, 95 in 100, in ms", one.stall_p95_ms, 8.0)
    yield Goal("longest-stall", "how late it was at worst, in ms", one.stall_max_ms, 33.0)


def _idle(idle_ms: Spread) -> Beside:
    return Beside("stalls-idle", "how late it was while nothing played, 95 in 100, at best, at worst, in ms: the machine's share", idle_ms)


def _share(played: Played) -> float:
    return played.dropped / played.due if played.due else 1.0


def _window(figures: WindowFigures) -> Iterator[Result]:
    yield Goal.over("paint", "painting one frame at 1.5 times its size, in ms", figures.paint_ms, 2.0)
    yield Goal.over("worklist-to-picture", "from the key on the worklist to the first picture, in s", figures.first_paint_s, 0.5)
    what = "from the key for the next clip to its first picture, in ms"
    if figures.next_clip_s is None:
        yield NotMeasured("next-clip", what, "no segment of the lab that was made for it had two clips")
    else:
        yield Goal.over("next-clip", what, figures.next_clip_s.times(1000), 50.0)
