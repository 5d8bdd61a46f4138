"""The performance goals, measured side by side: this program and its measure work in turns, and the median ratio counts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import thread_time

from corelab.domain.clock import SystemClock
from corelab.imaging import benchmark
from corelab.services import bench_agreement, bench_lab, bench_records, bench_trial
from corelab.services.labs import DATABASE
from corelab.services.verification import verify_lab
from corelab.storage.verify.bare import hash_every_row

Told = Callable[[str], None]
Maker = Callable[[Path, int, tuple[int, int]], None]
"""Writes a clip of so many frames of (columns, rows)."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal: met when ``value`` is at most ``limit``."""

    id: str
    what: str
    value: float
    limit: float

    @property
    def ok(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """What only the window can measure: one paint at 1.5 times, and the way from the key on the worklist to the first paint."""

    paint_ms: float
    first_paint_s: float


Window = Callable[[int], WindowFigures]
"""Measures the window with so many repetitions; handed in by the composition root."""


def measure(*, quick: bool = False, window: Window | None = None, told: Told | None = None) -> tuple[Goal, ...]:
    """All goals. ``quick``: fewer repetitions of the same work. ``told`` hears what is being measured now, and what cannot be."""
    say = told or (lambda _: None)
    goals: list[Goal] = []
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        goals += _jpeg_goals(Path(folder), 3 if quick else 7, say)
        goals += _lossless_goals(Path(folder), 11 if quick else 25, say)
        goals += _record_goals(Path(folder), 5 if quick else 15, say)
    goals += _verify_goals(2_500 if quick else 50_000, 3 if quick else 5, say)
    goals += _trial_goals(12, say)
    goals += _agreement_goals(3 if quick else 5, say)
    goals += _window_goals(window, 20 if quick else 100, say)
    return tuple(goals)


def _jpeg_goals(folder: Path, turns: int, say: Told) -> list[Goal]:
    """120 frames of 1024 x 768, as scanners send them."""
    say("JPEG, 120 frames of 1024 x 768")
    path = folder / "jpeg.dcm"
    benchmark.jpeg_clip(path, 120, (1024, 768))
    first, theirs_first, everything, theirs_all = _in_turns(
        (benchmark.open_first_frame, benchmark.pydicom_first_frame, benchmark.decode_all, benchmark.pydicom_all), path, turns
    )
    return [
        Goal("first-frame", "opening a clip to its first frame, beside pydicom's pixel_array(index=0)", _ratio(first, theirs_first), 0.20),
        Goal(
            "first-frame-of-all", "opening a clip to its first frame, beside pydicom's whole pixel_array", _ratio(first, theirs_all), 0.01
        ),
        Goal("frames-jpeg", "all frames of a JPEG clip on one thread, beside pydicom", _ratio(everything, theirs_all), 0.10),
    ]


def _lossless_goals(folder: Path, turns: int, say: Told) -> list[Goal]:
    if not benchmark.pydicom_reads_lossless():
        say("Lossless JPEG is not measured: pydicom has no decoder for it on this machine.")
        return []
    say("Lossless JPEG, 10 colour frames of 800 x 600")
    path = folder / "lossless.dcm"
    benchmark.lossless_clip(path, 10, (800, 600))
    ours, theirs = _in_turns((benchmark.decode_all, benchmark.pydicom_all), path, turns)
    return [Goal("frames-jpeg-lossless", "all frames of a lossless JPEG clip on one thread, beside pydicom", _ratio(ours, theirs), 0.70)]


def _record_goals(folder: Path, turns: int, say: Told) -> list[Goal]:
    say(f"Records, a reading of {bench_records.SEGMENTS} segments")
    figures = bench_records.measure(folder, SystemClock(), turns)
    say(f"A bare commit takes {figures.commit_ms:.1f} ms here, signing {figures.sign_ms:.1f} ms, saving {figures.save_ms:.1f} ms.")
    beside = "as a share of two bare durable commits of as many bytes and 1 ms"
    return [
        Goal("sign", f"signing a reading of {bench_records.SEGMENTS} segments but for the password, {beside}", figures.sign, 1.0),
        Goal("save-answer", f"saving one more answer of it, {beside}", figures.save, 1.0),
    ]


def _verify_goals(grades: int, turns: int, say: Told) -> list[Goal]:
    """Everything that verifying looks at, beside reading every row and hashing it once."""
    say(f"The records of a lab with {grades} grades")
    with TemporaryDirectory(prefix="corelab-bench-") as folder:
        lab = bench_lab.make(Path(folder), SystemClock(), grades)
        require_grades(lab, grades)
        ours, bare = _in_turns((_verify, _bare_pass), lab, turns)
    return [Goal("verify", f"verifying a lab with {grades} grades, beside a bare pass over its rows", _ratio(ours, bare), 3.0)]


def _trial_goals(exams: int, say: Told) -> list[Goal]:
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


def _agreement_goals(turns: int, say: Told) -> list[Goal]:
    say(f"Agreement of readers by subject, {bench_agreement.SUBJECTS} subjects, {bench_agreement.REPETITIONS} repetitions")
    seconds = median(bench_agreement.seconds(turn) for turn in range(turns))
    size = f"{bench_agreement.SUBJECTS} subjects with {bench_agreement.SEGMENTS} segments"
    return [Goal("agreement", f"{bench_agreement.REPETITIONS} repetitions of all figures of {size}, in s", seconds, 1.0)]


def _verify(lab: Path) -> None:
    verify_lab(lab)


def _bare_pass(lab: Path) -> None:
    hash_every_row(lab / DATABASE)


def _window_goals(window: Window | None, turns: int, say: Told) -> list[Goal]:
    if window is None:
        return []
    say("The window")
    figures = window(turns)
    return [
        Goal("paint", "painting one frame at 1.5 times its size, in ms", figures.paint_ms, 2.0),
        Goal("worklist-to-picture", "from the key on the worklist to the first picture, in s", figures.first_paint_s, 0.5),
    ]


def _in_turns(works: Sequence[Callable[[Path], None]], path: Path, turns: int) -> list[list[float]]:
    """The processor time of each work in each turn."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(turns):
        for work, spent in zip(works, times, strict=True):
            start = thread_time()
            work(path)
            spent.append(thread_time() - start)
    return times


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over turns: within one turn, what else the machine does slows both alike."""
    return median(mine / other for mine, other in zip(ours, theirs, strict=True))
