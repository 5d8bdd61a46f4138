"""How long it takes to mask JPEG frames in their coefficients, beside jpegtran's lossless transform of the same frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import process_time

from corelab.imaging import benchmark
from corelab.services.bench_decoding import spent
from corelab.services.bench_goals import Beside, Goal, NotMeasured, Result, Spread, Told
from corelab.services.bench_peers import Peer, PeerFailedError, run

JPEGTRAN = Peer("jpegtran", ("-copy", "none", "-wipe", "{width}x{height}+0+0", "-outfile", "{out}", "{file}"))
LIMIT = 2.0


@dataclass(frozen=True, slots=True)
class Sizes:
    """(columns, rows) of the frames, and turns; each turn masks every different frame once."""

    size: tuple[int, int] = (1024, 768)
    turns: int = 9


QUICK = Sizes(turns=5)
WHOLE = Sizes()


def measure(folder: Path, sizes: Sizes, say: Told) -> Iterator[Result]:
    """The goal, and beside it what the proof adds: both frames decoded and compared, which jpegtran does not do."""
    columns, rows = sizes.size
    what = f"masking JPEG frames of {columns} x {rows} in their coefficients"
    if not JPEGTRAN.here:
        yield NotMeasured("mask", f"{what}, beside jpegtran", "jpegtran is not on the PATH")
        return
    say(f"Masking {benchmark.DIFFERENT} JPEG frames of {columns} x {rows}")
    clip = folder / "masked.dcm"
    benchmark.jpeg_clip(clip, benchmark.DIFFERENT, sizes.size)
    streams = benchmark.streams(clip)
    files = [folder / f"frame-{number}.jpg" for number in range(len(streams))]
    for file, stream in zip(files, streams, strict=True):
        file.write_bytes(stream)
    benchmark.mask_streams(streams[:1], sizes.size)  # tables that every frame of a clip shares are made once
    try:
        turns = [_turn(streams, files, sizes.size) for _ in range(sizes.turns)]
    except PeerFailedError as error:
        yield NotMeasured("mask", f"{what}, beside jpegtran", f"jpegtran: {error.said}")
        return
    ours, proof, theirs = ([turn[n] for turn in turns] for n in range(3))
    yield Goal.over("mask", f"{what}, beside jpegtran's lossless transform of them", Spread.ratio(ours, theirs), LIMIT)
    yield Beside("mask-proof", "the proof of these masks, both frames decoded and compared, beside the same", Spread.ratio(proof, theirs))


def _turn(streams: list[bytes], files: list[Path], size: tuple[int, int]) -> tuple[float, float, float]:
    """Processor time of masking, of its proof, and of jpegtran with its start."""
    ours = spent(process_time, partial(benchmark.mask_streams, streams, size))
    both = spent(process_time, partial(benchmark.mask_streams, streams, size, proved=True))
    return ours, max(both - ours, 0.0), sum(_transformed(file, size) for file in files)


def _transformed(file: Path, size: tuple[int, int]) -> float:
    """A strip over the top is wiped, as a banner's would be; the rest is coded again without loss."""
    columns, rows = size
    places = {"width": columns, "height": rows // 8 // 16 * 16 or 16, "file": file, "out": file.with_suffix(".out")}
    found = run(["jpegtran", *(word.format(**places) for word in JPEGTRAN.arguments)])
    return found.processor or found.wall
