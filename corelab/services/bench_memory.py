"""How much memory playing takes: a short and a long clip, each played in a process of its own, through the cache and its two threads."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from corelab.domain.clip import Clip
from corelab.domain.vocabulary import Sha256
from corelab.imaging import benchmark
from corelab.imaging.frame_cache import FrameCache
from corelab.imaging.frames import FrameFile
from corelab.services.bench_goals import Goal, NotMeasured, Result, Told
from corelab.services.clips import READ_AHEAD, OpenClip

_MEGABYTE = 1024 * 1024
_ALLOWED = 25.0
"""Megabytes above the budget, and between a short and a long clip: what the allocator keeps in pieces, nothing that grows with the clip."""
_ROLLUP = Path("/proc/self/smaps_rollup")
_WARM = 4
"""Frames decoded before memory is first looked at: the codec's own tables are not what grows."""
_LOOKS = 100
"""So often memory is looked at while a clip plays."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Frames of (columns, rows) in the short and the long clip; even the short one is more than fits into ``budget`` bytes."""

    size: tuple[int, int] = (1280, 960)
    budget: int = 256 * _MEGABYTE
    short: int = 60
    long: int = 6000


QUICK = Sizes((640, 480), 64 * _MEGABYTE)
WHOLE = Sizes()


def measure(folder: Path, sizes: Sizes, say: Told) -> Iterator[Result]:
    """Private memory above the budget, and that of the long clip above that of the short one; both in megabytes."""
    budget = sizes.budget // _MEGABYTE
    above = f"private memory while {sizes.long} frames play, above the budget of {budget} MB, in MB"
    longer = f"private memory while {sizes.long} frames play, above that of {sizes.short}, in MB"
    if not _ROLLUP.exists():
        reason = "the system does not tell a program's private memory (no /proc)"
        yield from (NotMeasured("memory", above, reason), NotMeasured("memory-long", longer, reason))
        return
    say(f"Memory, {sizes.short} and {sizes.long} frames of {sizes.size[0]} x {sizes.size[1]}, budget {budget} MB")
    try:
        peaks = {frames: _in_a_child(folder, frames, sizes) / _MEGABYTE for frames in (sizes.short, sizes.long)}
    except BrokenProcessPool:
        reason = "the process that played was ended by the system"
        yield from (NotMeasured("memory", above, reason), NotMeasured("memory-long", longer, reason))
        return
    yield Goal("memory", above, max(peaks.values()) - budget, _ALLOWED)
    yield Goal("memory-long", longer, peaks[sizes.long] - peaks[sizes.short], _ALLOWED)


def _in_a_child(folder: Path, frames: int, sizes: Sizes) -> int:
    path = folder / "long.dcm"
    benchmark.jpeg_clip(path, frames, sizes.size)
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(played, path, sizes.budget).result()
    finally:
        path.unlink()


def played(path: Path, budget: int) -> int:
    """The most private memory, in bytes, that playing a clip to its end took beside what was there before."""
    with FrameFile.open(path) as file, ThreadPoolExecutor(2, "pixels") as pool:
        for index in range(min(_WARM, file.frames)):
            file.decode(index)
        before, most = private_bytes(_ROLLUP.read_text("ascii")), 0
        clip = Clip(Sha256("0" * 64), file.header.rows, file.header.columns, file.header.timing, file.header.regions)
        opened, every = OpenClip(clip, file, FrameCache(budget)), max(1, file.frames // _LOOKS)
        for index in range(file.frames):
            ahead = range(index + 1, min(index + 1 + READ_AHEAD, file.frames))
            if index % READ_AHEAD == 0:
                list(pool.map(opened.prepare, ahead))
            opened.frame(index)
            if index % every == 0 or index == file.frames - 1:
                most = max(most, private_bytes(_ROLLUP.read_text("ascii")) - before)
        return most


def private_bytes(rollup: str) -> int:
    """By the text of smaps_rollup. Clean pages of the file itself are not counted: the system takes them back whenever it likes."""
    return sum(_kilobytes(rollup.splitlines(), ("Private_Dirty:", "Private_Hugetlb:"))) * 1024


def _kilobytes(lines: Iterable[str], names: tuple[str, ...]) -> Iterator[int]:
    for line in lines:
        words = line.split()
        if words and words[0] in names:
            yield int(words[1])
