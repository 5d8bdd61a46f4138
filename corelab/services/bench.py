"""The performance goals, measured side by side: this program and its measure work in turns, and the median ratio counts."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time

from corelab.domain.clock import SystemClock
from corelab.services import (
    bench_agreement,
    bench_archive,
    bench_compression,
    bench_decoding,
    bench_export,
    bench_lab,
    bench_load,
    bench_masking,
    bench_memory,
    bench_playing,
    bench_records,
    bench_trial,
)
from corelab.services.bench_goals import Goal, NotMeasured, Report, Result, Spread, Theme, Told, under
from corelab.services.bench_playing import Plan, Window, WindowFigures
from corelab.services.labs import DATABASE
from corelab.services.verification import verify_lab
from corelab.storage.verify.bare import hash_every_row

__all__ = ["Goal", "Plan", "Report", "Sizes", "Window", "WindowFigures", "measure"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured of each theme. ``signings``, ``verifications`` and ``resamplings`` are turns."""

    decoding: bench_decoding.Sizes
    memory: bench_memory.Sizes
    playing: bench_playing.Sizes
    following: bench_compression.Sizes
    masking: bench_masking.Sizes
    packages: bench_export.Sizes
    archive: bench_archive.Sizes
    signings: int
    grades: int
    verifications: int
    exams: int
    resamplings: int


QUICK = Sizes(
    bench_decoding.QUICK,
    bench_memory.QUICK,
    bench_playing.QUICK,
    bench_compression.QUICK,
    bench_masking.QUICK,
    bench_export.QUICK,
    bench_archive.QUICK,
    signings=5,
    grades=2_500,
    verifications=3,
    exams=12,
    resamplings=3,
)
WHOLE = Sizes(
    bench_decoding.WHOLE,
    bench_memory.WHOLE,
    bench_playing.WHOLE,
    bench_compression.WHOLE,
    bench_masking.WHOLE,
    bench_export.WHOLE,
    bench_archive.WHOLE,
    signings=15,
    grades=50_000,
    verifications=5,
    exams=12,
    resamplings=5,
)


def measure(sizes: Sizes, *, window: Window | None = None, told: Told | None = None) -> Report:
    """All goals. ``told`` hears what is being measured now."""
    say = told or (lambda _: None)
    where = [f"{os.cpu_count() or 1} processors"]
    results: list[Result] = []
    with TemporaryDirectory(prefix="corelab-bench-") as name:
        folder = Path(name)
        results += _watched(Theme.PICTURES, partial(bench_decoding.measure, folder, sizes.decoding, say))
        results += _watched(Theme.ARCHIVE, partial(bench_archive.measure, folder, sizes.archive, say))
        results += _watched(Theme.MEMORY, partial(bench_memory.measure, folder, sizes.memory, say))
        results += _watched(None, partial(_window_goals, folder, sizes.playing, window, say, where))
        results += _watched(Theme.INTAKE, partial(bench_masking.measure, folder, sizes.masking, say))
        results += _watched(Theme.FOLLOWING, partial(_follow_goals, sizes.following, say))
        results += _watched(Theme.RECORDS, partial(_record_goals, folder, sizes.signings, say))
        results += _watched(Theme.PACKAGES, partial(bench_export.measure, folder, sizes.packages, say))
    results += _watched(Theme.RECORDS, partial(_verify_goals, sizes.grades, sizes.verifications, say))
    results += _watched(Theme.RECORDS, partial(_trial_goals, sizes.exams, say))
    results += _watched(Theme.STATISTICS, partial(_agreement_goals, sizes.resamplings, say))
    return Report(tuple(results), tuple(where))


def _watched(theme: Theme | None, part: Callable[[], Iterable[Result]]) -> tuple[Result, ...]:
    """The results of one part, each with how much of the machine others took while it was measured."""
    before = bench_load.ticks()
    results = tuple(part())
    return under(theme, results, bench_load.others(before, bench_load.ticks()))


def _window_goals(folder: Path, sizes: bench_playing.Sizes, window: Window | None, say: Told, where: list[str]) -> Iterator[Result]:
    if window is not None:
        results, seen = bench_playing.measure(folder, sizes, window, say)
        where.append(seen)
        yield from results


def _follow_goals(sizes: bench_compression.Sizes, say: Told) -> Iterator[Result]:
    """Against what is really in phantom clips: how far the residual AP is off, in percentage points."""
    say(f"Following a vein through {sizes.clips} phantom clips")
    found = bench_compression.measure(
        sizes.clips, frames=sizes.frames, size=sizes.size, told=lambda done, of: say(f"  {done} of {of} clips") if done % 10 == 0 else None
    )
    of = f"residual AP of {sizes.clips} phantom clips"
    error = "in percentage points"
    if found.errors:
        spread = Spread(found.mean_error, min(found.errors), max(found.errors))
        yield Goal.over("follow-error", f"{of}, its mean error {error}", spread, 2.5)
        yield Goal("follow-largest-error", f"{of}, its largest error {error}", found.largest_error, 10.0)
    else:
        yield NotMeasured("follow-error", f"{of}, its mean error {error}", "no clip was followed to an answer")
    yield Goal("follow-lost", f"{of}, share without an answer", found.lost / max(1, found.clips), 0.05)
    yield Goal("follow-false-closure", f"{of}, read as 0 % where more than 15 % is left", found.false_closures, 0.0)


def _record_goals(folder: Path, turns: int, say: Told) -> list[Result]:
    say(f"Records, a reading of {bench_records.SEGMENTS} segments")
    figures = bench_records.measure(folder, SystemClock(), turns)
    say(f"A bare commit takes {figures.commit_ms:.1f} ms here, signing {figures.sign_ms:.1f} ms, saving {figures.save_ms:.1f} ms.")
    beside = "as a share of two bare durable commits of as many bytes and 1 ms"
    return [
        Goal.over("sign", f"signing a reading of {bench_records.SEGMENTS} segments but for the password, {beside}", figures.sign, 1.0),
        Goal.over("save-answer", f"saving one more answer of it, {beside}", figures.save, 1.0),
    ]


def _verify_goals(grades: int, turns: int, say: Told) -> list[Result]:
    """Everything that verifying looks at, beside reading every row and hashing it once."""
    say(f"The records of a lab with {grades} grades")
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        lab = bench_lab.make(Path(folder), SystemClock(), grades)
        require_grades(lab, grades)
        ours, bare = bench_decoding.in_turns((partial(verify_lab, lab), partial(hash_every_row, lab / DATABASE)), turns, thread_time)
    what = f"verifying a lab with {grades} grades, beside a bare pass over its rows"
    return [Goal.over("verify", what, Spread.ratio(ours, bare), 3.0)]


def _trial_goals(exams: int, say: Told) -> list[Result]:
    """Every step of a trial but for intake and passwords."""
    say(f"A trial of {2 * exams} readings, from the first one to the lock")
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        figures = bench_trial.measure(Path(folder), SystemClock(), exams)
    steps = ", ".join(f"{step} {each:.0f} ms" for step, each in figures.steps.items())
    say(f"The processor's time for each reading: {steps}; bare commits and seals {figures.bare:.1f} ms.")
    what = "the processor's time of a trial but for intake, beside bare durable commits and seals of as many bytes"
    return [Goal("trial", what, figures.ratio, 25.0)]


def require_grades(lab: Path, grades: int) -> None:
    """What is measured is a lab that verifies, with as many grades as is said. Raises ValueError."""
    found = verify_lab(lab)
    if not found.ok or found.checked["grades"] < grades:
        raise ValueError(found)


def _agreement_goals(turns: int, say: Told) -> list[Result]:
    say(f"Agreement of readers by subject, {bench_agreement.SUBJECTS} subjects, {bench_agreement.REPETITIONS} repetitions")
    seconds = Spread.of([bench_agreement.seconds(turn) for turn in range(turns)])
    size = f"{bench_agreement.SUBJECTS} subjects with {bench_agreement.SEGMENTS} segments"
    return [Goal.over("agreement", f"{bench_agreement.REPETITIONS} repetitions of all figures of {size}, in s", seconds, 1.0)]
