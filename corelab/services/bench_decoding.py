"""How fast pictures come out of files: beside C libjpeg-turbo, pydicom, and the programs of others that are on the PATH."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, thread_time

import numpy as np

from corelab.imaging import benchmark
from corelab.imaging.frames import FrameFile
from corelab.services import bench_peers
from corelab.services.bench_goals import Beside, Goal, NotMeasured, Result, Spread, Told
from corelab.services.bench_peers import Peer, PeerFailedError

Work = Callable[[], object]
Clock = Callable[[], float]

_FASTER = 1.75
LIMITS = {"jpeg-lossless": 0.70, "jpeg-ls": 0.70, "htj2k": 0.45, "jpeg-2000": 1.10, "rle": None, "native": None}
"""All frames on one thread beside pydicom. Native and run lengths have no goal: both sides do little more than copy.

What other threads of the process do is counted: GDCM, by which pydicom decodes JPEG 2000, takes as many as there are processors.
"""
_STRICTER = "bare OpenJPEG, which pydicom's own decoder is made of (it has none here): a stricter measure than the goal's"
_NAMES = {
    "jpeg": "JPEG",
    "jpeg-lossless": "lossless JPEG",
    "jpeg-ls": "JPEG-LS",
    "htj2k": "HTJ2K",
    "jpeg-2000": "JPEG 2000",
    "rle": "RLE",
    "native": "native pixels",
}


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is decoded: (columns, rows), frames, and the turns taken by the work on JPEG and on all else."""

    jpeg: tuple[int, int] = (1024, 768)
    jpeg_frames: int = 120
    other: tuple[int, int] = (800, 600)
    other_frames: int = 10
    film: tuple[int, int] = (720, 576)
    turns: int = 7
    more_turns: int = 25
    seconds: float = 1.0
    """Of each turn of ``tjbench``."""


QUICK = Sizes(turns=3, more_turns=9, seconds=0.5)
WHOLE = Sizes()


def measure(folder: Path, sizes: Sizes, say: Told) -> Iterator[Result]:
    """All goals of decoding, then the figures beside others."""
    say(f"JPEG, {sizes.jpeg_frames} frames of {sizes.jpeg[0]} x {sizes.jpeg[1]}")
    path = folder / "jpeg.dcm"
    benchmark.jpeg_clip(path, sizes.jpeg_frames, sizes.jpeg)
    yield _beside_c(folder, path, sizes)
    yield _two_threads(path, sizes.more_turns)
    yield from _beside_pydicom(path, sizes.turns)
    yield from _beside_peers(path, "jpeg", 3)
    for name, limit in LIMITS.items():
        say(f"{_NAMES[name]}, {sizes.other_frames} colour frames of {sizes.other[0]} x {sizes.other[1]}")
        clip = folder / f"{name}.dcm"
        benchmark.clip(clip, sizes.other_frames, sizes.other, benchmark.SYNTAXES[name])
        yield _all_frames(clip, name, limit, sizes.more_turns)
        yield from _beside_peers(clip, name, 3)
    say(f"MPEG-2 video, {sizes.jpeg_frames} frames of {sizes.film[0]} x {sizes.film[1]}")
    yield _beside_ffmpeg(folder, sizes)


# ---------------------------------------------------------------- JPEG


def _beside_c(folder: Path, path: Path, sizes: Sizes) -> Result:
    """The same frame over and over on both sides, another one each turn."""
    coded = benchmark.streams(path)[: benchmark.DIFFERENT]
    turns, name = range(max(sizes.turns, 5)), "jpeg-cpu"
    begin = "the processor's time of a JPEG frame, beside"
    try:
        theirs = [_by_tjbench(folder / "frame.jpg", coded[turn % len(coded)], sizes.seconds) for turn in turns[:1]]
    except PeerFailedError:
        spread = Spread.of([_beside_bare(path, coded[turn % len(coded)], turn % len(coded), sizes) for turn in turns])
        what = "the bare call of the C libjpeg-turbo that the program itself holds (tjbench was not on the PATH)"
        return Goal.over(name, f"{begin} {what}", spread, 1.10)
    ratios = []
    for turn in turns:
        which = turn % len(coded)
        theirs_now = theirs.pop() if theirs else _by_tjbench(folder / "frame.jpg", coded[which], sizes.seconds)
        ratios.append(_ours(path, which, sizes) / theirs_now)
    return Goal.over(name, f"{begin} C libjpeg-turbo (tjbench)", Spread.of(ratios), 1.10)


def _by_tjbench(file: Path, coded: bytes, seconds: float) -> float:
    file.write_bytes(coded)
    return bench_peers.libjpeg_turbo(file, seconds)


def _ours(path: Path, frame: int, sizes: Sizes) -> float:
    """Seconds of the processor for one frame."""
    benchmark.decode_again(path, frame, 2)
    return spent(thread_time, partial(benchmark.decode_again, path, frame, sizes.jpeg_frames)) / sizes.jpeg_frames


def _beside_bare(path: Path, coded: bytes, frame: int, sizes: Sizes) -> float:
    with FrameFile.open(path) as file:
        out = np.empty(file.shape, np.uint8)
    benchmark.bare_jpeg(coded, out, 2)
    bare = spent(thread_time, partial(benchmark.bare_jpeg, coded, out, sizes.jpeg_frames)) / sizes.jpeg_frames
    return _ours(path, frame, sizes) / bare


def _two_threads(path: Path, turns: int) -> Result:
    works = [partial(benchmark.decode_on_threads, path, threads) for threads in (2, 1)]
    spread = Spread.ratio(*in_turns(works, turns, perf_counter))
    return Goal.over("jpeg-two-threads", f"all JPEG frames on two threads, beside one: {_FASTER} times as fast", spread, 1 / _FASTER)


def _beside_pydicom(path: Path, turns: int) -> Iterator[Result]:
    works = (benchmark.open_first_frame, benchmark.pydicom_first_frame, benchmark.decode_all, benchmark.pydicom_all)
    first, theirs_first, everything, theirs_all = in_turns([partial(work, path) for work in works], turns, process_time)
    begin = "opening a clip to its first frame, beside pydicom's"
    yield Goal.over("first-frame", f"{begin} pixel_array(index=0)", Spread.ratio(first, theirs_first), 0.20)
    yield Goal.over("first-frame-of-all", f"{begin} whole pixel_array", Spread.ratio(first, theirs_all), 0.01)
    yield Goal.over("frames-jpeg", _what("jpeg", "pydicom"), Spread.ratio(everything, theirs_all), 0.10)


# ---------------------------------------------------------------- all syntaxes


def _what(name: str, other: str) -> str:
    return f"all frames of {_NAMES[name]} on one thread, beside {other}"


def _all_frames(path: Path, name: str, limit: float | None, turns: int) -> Result:
    """Beside pydicom; beside OpenJPEG itself where pydicom lacks its decoder that is made of it."""
    theirs, other = benchmark.pydicom_all, "pydicom"
    if not benchmark.pydicom_reads(benchmark.SYNTAXES[name]):
        if name not in {"htj2k", "jpeg-2000"}:
            return NotMeasured(f"frames-{name}", _what(name, other), "pydicom has no decoder for it on this machine")
        theirs, other = benchmark.openjpeg_all, _STRICTER
    spread = Spread.ratio(*in_turns([partial(benchmark.decode_all, path), partial(theirs, path)], turns, process_time))
    if limit is None:
        return Beside(f"frames-{name}", _what(name, other), spread)
    return Goal.over(f"frames-{name}", _what(name, other), spread, limit)


def _beside_peers(path: Path, name: str, turns: int) -> Iterator[Result]:
    for peer in bench_peers.BESIDE.get(name, ()):
        yield _beside_peer(path, name, peer, turns)


def _beside_peer(path: Path, name: str, peer: Peer, turns: int) -> Result:
    """Their time is that of a whole program, which also writes what it decoded."""
    key, what = f"{peer.program}-{name}", _what(name, f"a run of {peer.program}")
    if not peer.here:
        return NotMeasured(key, what, f"{peer.program} was not on the PATH")
    ratios = []
    try:
        for _ in range(turns):
            ours = spent(process_time, partial(benchmark.decode_all, path))
            ratios.append(ours / max(bench_peers.work(peer, path, path.with_suffix(".out")), 1e-6))
    except PeerFailedError as error:
        return NotMeasured(key, what, f"{peer.program} failed: {error.said.strip() or 'no words'}")
    return Beside(key, what, Spread.of(ratios))


def _beside_ffmpeg(folder: Path, sizes: Sizes) -> Result:
    """The time of all threads of both."""
    key, what, peer = "frames-mpeg2", "all frames of MPEG-2 video, beside ffmpeg", bench_peers.FFMPEG
    if not peer.here:
        return NotMeasured(key, what, "ffmpeg was not on the PATH")
    path, stream = folder / "mpeg2.dcm", folder / "stream.mpg"
    benchmark.clip(path, sizes.jpeg_frames, sizes.film, benchmark.SYNTAXES["mpeg2"])
    stream.write_bytes(benchmark.streams(path)[0])
    ratios = []
    try:
        for _ in range(sizes.turns):
            ours = spent(process_time, partial(benchmark.decode_all, path))
            ratios.append(ours / max(bench_peers.work(peer, stream, folder / "stream.raw"), 1e-6))
    except PeerFailedError as error:
        return NotMeasured(key, what, f"ffmpeg failed: {error.said.strip() or 'no words'}")
    return Beside(key, what, Spread.of(ratios))


# ---------------------------------------------------------------- turns


def in_turns(works: Sequence[Work], turns: int, clock: Clock) -> list[list[float]]:
    """What each work takes by ``clock`` in each turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(turns):
        for work, each in zip(works, times, strict=True):
            each.append(spent(clock, work))
    return times


def spent(clock: Clock, work: Work) -> float:
    start = clock()
    work()
    return clock() - start
