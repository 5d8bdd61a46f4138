"""The demo lab: a few exams with clips that look like ultrasound, and work in every state, so that each page has something to show."""

import shutil
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corelab.domain.accounts import Role
from corelab.domain.charter import load_charter
from corelab.domain.clip_quality import ClipQuality, Quality, QualityReason
from corelab.domain.clock import Clock
from corelab.domain.simulated import ChosenExam, ChosenExams, ChosenTrial, chosen_trial
from corelab.domain.vocabulary import ClipId, SegmentId
from corelab.domain.worklist import WorkKind
from corelab.resources import resource
from corelab.services import assignment, charters, comparison, intake, reading
from corelab.services.demo_staff import Account, Staffed, staffed_lab
from corelab.services.simulated_intake import Footage, deliver, release
from corelab.services.simulated_readers import answered, next_of, read_all
from corelab.storage.keys import Kdf

__all__ = ["Account", "Cancelled", "Demo", "make"]

Progress = Callable[[int, int, str], None]

_MODERATE = Kdf(2, 64 * 1024 * 1024)
_OTHER_STEPS = 3
"""Steps that are neither the intake of an exam nor a reader at work: the lab, the comparison, the reading begun."""


_UNLABELLED = 2
"""Clips of an exam that arrived today for which the file's own word is proposed, and nobody has confirmed it yet."""


class Cancelled(Exception):  # noqa: N818 - the person asked for it; nothing went wrong
    """The person stopped the making of the demo lab; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The new lab, and who can sign in to it."""

    lab: Path
    accounts: tuple[Account, ...]


def make(
    folder: Path, *, clock: Clock, configuration: Path, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
) -> Demo:
    """Makes the demo lab in a new or empty folder. Raises LabExistsError, Cancelled; after a failure nothing is left of it."""
    chosen = _chosen()
    charter = charters.read(chosen.charter)
    trial = chosen_trial(load_charter(charter), chosen)
    steps = _Steps(progress or _quiet, cancelled or _never, len(chosen.exams) + _OTHER_STEPS)
    steps.next("Making the lab")
    here = staffed_lab(folder, charter, (clock, configuration), _MODERATE)
    try:
        with here:
            steps.total += len(here.having(Role.READER))
            _fill(here, trial, chosen.exams, steps)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Demo(folder, here.accounts)


def _chosen() -> ChosenExams:
    """What the shipped file says."""
    return ChosenExams.model_validate(tomllib.loads(resource("demo", "lab.toml").read_text(encoding="utf-8")))


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


def _never() -> bool:
    return False


@dataclass(slots=True)
class _Steps:
    """Tells what is being done, and stops between two steps when asked."""

    progress: Progress
    cancelled: Callable[[], bool]
    total: int
    done: int = 0

    def next(self, words: str) -> None:
        if self.cancelled():
            raise Cancelled
        self.progress(self.done, self.total, words)
        self.done += 1


def _fill(here: Staffed, trial: ChosenTrial, exams: Sequence[ChosenExam], steps: _Steps) -> None:
    """Exams read and compared, some of them disputed; then one being read; then one that waits for its pixel check."""
    footage = Footage(frames=20, size=(576, 432))
    read, begun, arrived = ([one for one in exams if one.stage == stage] for stage in ("read", "begun", "arrived"))
    _take_in(here, trial, read, footage, steps)
    for session in here.having(Role.READER):
        steps.next(f"Reading as {session.printed_name.lower()}")
        read_all(here, session, trial, "", lambda: None)
    steps.next("Comparing")
    comparison.release_and_compare(here.lab, here.coordinator)
    _take_in(here, trial, begun, footage, steps)
    steps.next("Beginning a reading")
    for exam in begun:
        _begin_reading(here, trial, exam.answers)
    for exam in arrived:
        steps.next(f"Taking in {exam.subject} {exam.visit}")
        _check_in_part(here, deliver(here, trial, exam.key, footage, unlabelled=_UNLABELLED).clips)


def _take_in(here: Staffed, trial: ChosenTrial, exams: Sequence[ChosenExam], footage: Footage, steps: _Steps) -> None:
    for exam in exams:
        steps.next(f"Taking in {exam.subject} {exam.visit}")
        release(here, deliver(here, trial, exam.key, footage))
    assignment.assign(here.lab, here.coordinator)


def _begin_reading(here: Staffed, trial: ChosenTrial, answers: int) -> None:
    """The first reader has answered the first questions of the next exam."""
    session = here.having(Role.READER)[0]
    waiting = next_of(here, session, WorkKind.READING)
    if waiting is not None:
        opened = reading.open_reading(here.lab, session, waiting)
        reading.save(here.lab, session, answered(here, opened, trial, most=answers))


def _check_in_part(here: Staffed, clips: tuple[tuple[ClipId, SegmentId], ...]) -> None:
    """One clip was passed by the first person and waits for the second, one of the others is of limited use; the last wait for a label."""
    intake.pass_pixels(here.lab, here.coordinator, [clips[0][0]], attended=False)
    clip, segment = clips[1]
    side = next(one.side for one in intake.waiting(here.lab, here.coordinator) if one.clip == clip)
    intake.label(here.lab, here.coordinator, clip, segment, side, quality=ClipQuality(Quality.LIMITED, (QualityReason.GAIN,)))
