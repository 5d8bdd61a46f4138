"""The demo lab: three subjects with clips that look like ultrasound, and work in every state, so that each page has something to show."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from corelab.domain.accounts import Role
from corelab.domain.charter import load_charter
from corelab.domain.clock import Clock
from corelab.domain.simulated import SimulatedTrial
from corelab.domain.values import first_value
from corelab.domain.vocabulary import Cell, ClipId, Grade, SegmentId, Side, SubjectCode, VisitId
from corelab.domain.worklist import WorkKind
from corelab.services import assignment, charters, comparison, intake, reading
from corelab.services.demo_staff import Account, Staffed, staffed_lab
from corelab.services.simulated_intake import Footage, deliver, release
from corelab.services.simulated_readers import answered, next_of, read_all
from corelab.storage.keys import Kdf

__all__ = ["Account", "Cancelled", "Demo", "make"]

CHARTER = "dvt-lower-extremity"
Progress = Callable[[int, int, str], None]
Exam = tuple[SubjectCode, VisitId]

_MODERATE = Kdf(2, 64 * 1024 * 1024)
_FIRST, _SECOND, _THIRD = (SubjectCode(f"DEMO-00{number}") for number in (1, 2, 3))
_BASELINE, _DAY_10 = VisitId("BL"), VisitId("D10")
_AGREED: Exam = (_FIRST, _BASELINE)
_DISPUTED: Exam = (_FIRST, _DAY_10)
_UNREAD: Exam = (_SECOND, _BASELINE)
_ARRIVED: Exam = (_THIRD, _BASELINE)
_SIDES = {_FIRST: Side.RIGHT, _SECOND: Side.LEFT, _THIRD: Side.RIGHT}

# How many clips of each segment came; the others were not scanned.
_CLIPS: Mapping[Exam, Mapping[str, int]] = MappingProxyType(
    {
        _AGREED: {"EIV": 1, "CFV": 1, "FV_PROX": 1, "FV_MID": 1, "POPV": 1, "PTV": 1},
        _DISPUTED: {"EIV": 1, "CFV": 2, "FV_PROX": 1, "FV_MID": 1, "POPV": 2, "PTV": 1},
        _UNREAD: {"EIV": 1, "CFV": 2, "FV_PROX": 1, "FV_MID": 1, "POPV": 2, "PTV": 1},
        _ARRIVED: {"CFV": 2, "POPV": 1, "PTV": 1},
    }
)
# What the pictures show where a vein is not open and soft.
_ILL: Mapping[Exam, Mapping[str, str]] = MappingProxyType(
    {
        _AGREED: {"COMP.CFV": "none", "COMP.FV_PROX": "none", "COMP.FV_MID": "partial", "FLOW.CFV": "partial", "FLOW.FV_PROX": "absent"},
        _DISPUTED: {"COMP.CFV": "partial", "COMP.FV_PROX": "partial", "FLOW.CFV": "partial"},
        _UNREAD: {"COMP.POPV": "partial", "FLOW.POPV": "partial", "COMP.PTV": "none", "FLOW.PTV": "absent"},
        _ARRIVED: {"COMP.CFV": "none", "FLOW.CFV": "absent"},
    }
)
# Where the reader of slot 2 sees something else: with the worst grade of the leg, the endpoint hangs on it.
_OTHERWISE: Mapping[Exam, Mapping[str, str]] = MappingProxyType({_DISPUTED: {"COMP.CFV": "none", "COMP.FV_MID": "partial"}})


class Cancelled(Exception):  # noqa: N818 - the person asked for it; nothing went wrong
    """The person stopped the making of the demo lab; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Demo:
    """The new lab, and who can sign in to it."""

    lab: Path
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class _DemoTrial(SimulatedTrial):
    """A trial in which everything that is seen and said is chosen, not drawn."""

    def side(self, subject: SubjectCode) -> Side:
        return _SIDES[subject]

    def clips(self, subject: SubjectCode, visit: VisitId, segment: SegmentId) -> int:
        return _CLIPS[subject, visit].get(segment, 0)

    def truth(self, subject: SubjectCode, visit: VisitId, cell: Cell, again: int = 0) -> Grade:
        chosen = _ILL[subject, visit].get(f"{cell.item}.{cell.segment}")
        first = first_value(self.charter.item(cell.item))
        return Grade(chosen or first) if chosen or first else super().truth(subject, visit, cell, again)

    def said(self, subject: SubjectCode, visit: VisitId, cell: Cell, slot: int, again: int = 0) -> Grade:  # noqa: ARG002 - as drawn
        other = _OTHERWISE.get((subject, visit), {}).get(f"{cell.item}.{cell.segment}")
        return Grade(other) if slot == 2 and other is not None else self.truth(subject, visit, cell)


def make(
    folder: Path, *, clock: Clock, configuration: Path, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None
) -> Demo:
    """Makes the demo lab in a new or empty folder. Raises LabExistsError, Cancelled; after a failure nothing is left of it."""
    charter = charters.read(CHARTER)
    trial = _DemoTrial(load_charter(charter), seed=1, agreement=1.0)
    steps = _Steps(progress or _quiet, cancelled or _never)
    steps.next("Making the lab")
    here = staffed_lab(folder, charter, (clock, configuration), _MODERATE)
    try:
        with here:
            _fill(here, trial, steps)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Demo(folder, here.accounts)


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


def _never() -> bool:
    return False


@dataclass(slots=True)
class _Steps:
    """Tells what is being done, and stops between two steps when asked."""

    progress: Progress
    cancelled: Callable[[], bool]
    done: int = 0
    total: int = 9

    def next(self, words: str) -> None:
        if self.cancelled():
            raise Cancelled
        self.progress(self.done, self.total, words)
        self.done += 1


def _fill(here: Staffed, trial: SimulatedTrial, steps: _Steps) -> None:
    """Two exams read and compared, one of them disputed; one being read; one that waits for its pixel check."""
    footage = Footage(frames=24, size=(576, 432))
    for exam in (_AGREED, _DISPUTED):
        _take_in(here, trial, exam, footage, steps)
    assignment.assign(here.lab, here.coordinator)
    for session in here.having(Role.READER):
        steps.next(f"Reading as {session.printed_name.lower()}")
        read_all(here, session, trial, "", lambda: None)
    steps.next("Comparing")
    comparison.release_and_compare(here.lab, here.coordinator)
    _take_in(here, trial, _UNREAD, footage, steps)
    assignment.assign(here.lab, here.coordinator)
    steps.next("Beginning a reading")
    _begin_reading(here, trial)
    steps.next(f"Taking in {_ARRIVED[0]} {_ARRIVED[1]}")
    _check_in_part(here, deliver(here, trial, _ARRIVED, footage).clips)


def _take_in(here: Staffed, trial: SimulatedTrial, exam: Exam, footage: Footage, steps: _Steps) -> None:
    steps.next(f"Taking in {exam[0]} {exam[1]}")
    release(here, deliver(here, trial, exam, footage))


def _begin_reading(here: Staffed, trial: SimulatedTrial) -> None:
    """The first reader has answered the first four questions of the next exam."""
    session = here.having(Role.READER)[0]
    waiting = next_of(here, session, WorkKind.READING)
    if waiting is not None:
        opened = reading.open_reading(here.lab, session, waiting)
        reading.save(here.lab, session, answered(here, opened, trial, most=4))


def _check_in_part(here: Staffed, clips: tuple[tuple[ClipId, SegmentId], ...]) -> None:
    """One clip was passed by the first person and waits for the second; the others wait for the first."""
    intake.pass_pixels(here.lab, here.coordinator, [clips[0][0]], attended=False)
