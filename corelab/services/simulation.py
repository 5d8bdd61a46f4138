"""A whole simulated trial through the services of real work, in a lab of kind demo: the same seed gives the same clips, grades, results."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from pathlib import Path
from time import perf_counter
from types import MappingProxyType

from corelab.domain.accounts import Role
from corelab.domain.addresses import Place
from corelab.domain.charter import load_charter
from corelab.domain.clock import Clock
from corelab.domain.simulated import SimulatedTrial
from corelab.domain.vocabulary import SubjectCode, VisitId
from corelab.process import collecting_seldom
from corelab.services import archive_changes, assignment, comparison, packages
from corelab.services.demo_staff import Account, Staffed, staffed_lab
from corelab.services.labs import LabSecrets
from corelab.services.simulated_intake import Footage, deliver, release
from corelab.services.simulated_readers import adjudicate_all, read_all
from corelab.storage.keys import Kdf

__all__ = ["Account", "Plan", "Simulated", "Until", "simulate"]

Progress = Callable[[int, int, str], None]
_FAST = Kdf(1, 1024 * 1024)
"""Passwords of a simulated lab protect nothing; at the real cost, hundreds of signatures would take minutes for them alone."""
_SMALL = Footage(frames=6, size=(160, 120), layout="compact")


class Until(Enum):
    """Where a simulated trial stops."""

    INTAKE = "intake"
    SIGNED = "signed"
    COMPARED = "compared"
    ADJUDICATED = "adjudicated"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Plan:
    """``agreement``: share of questions on which two readers say the same; ``note`` goes into every reading's free text.

    ``archive`` is the address of the DICOMweb server on which the clips lie; none: they lie in the lab's folder.
    """

    subjects: int
    seed: int
    agreement: float = 0.9
    clips_per_segment: int = 1
    until: Until = Until.LOCKED
    note: str = ""
    archive: str = ""


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was made; ``seconds`` by step. ``lab`` is its folder; of one on a server, that of this workstation for it."""

    lab: Path
    accounts: tuple[Account, ...]
    subjects: int
    exams: int
    readings: int
    cases: int
    seconds: Mapping[str, float]


def simulate(place: Place, charter: bytes, plan: Plan, *, clock: Clock, configuration: Path, progress: Progress | None = None) -> Simulated:
    """Makes a lab in a new or empty folder, or in an empty database, and runs the trial to where the plan stops.

    Raises LabExistsError, CharterError, and what goes wrong between here and a server or an archive.
    """
    run = _Run(plan, SimulatedTrial(load_charter(charter), plan.seed, plan.agreement, plan.clips_per_segment), progress or _quiet)
    begun = perf_counter()
    with collecting_seldom(), staffed_lab(place, charter, (clock, configuration), _FAST, _secrets(plan.seed)) as here:
        if plan.archive:
            archive_changes.choose(here.lab, here.coordinator, plan.archive, "the archive of the simulated trial")
        run.seconds["lab"] = round(perf_counter() - begun, 3)
        for step in Until:
            run.timed(step, here)
            if step is plan.until:
                break
        return run.done(here)


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


def _secrets(seed: int) -> LabSecrets:
    """From the seed, so that identifiers and chance are the same again."""
    return LabSecrets(sha256(f"simulation deid {seed}".encode()).digest(), f"simulation-{seed}".encode("ascii"))


@dataclass(slots=True)
class _Run:
    plan: Plan
    trial: SimulatedTrial
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)

    def timed(self, step: Until, here: Staffed) -> None:
        begun = perf_counter()
        {
            Until.INTAKE: self._take_in,
            Until.SIGNED: self._read,
            Until.COMPARED: self._compare,
            Until.ADJUDICATED: self._adjudicate,
            Until.LOCKED: self._lock,
        }[step](here)
        self.seconds[step.value] = round(perf_counter() - begun, 3)

    @property
    def _exams(self) -> tuple[tuple[SubjectCode, VisitId], ...]:
        subjects = (SubjectCode(f"S{number:04d}") for number in range(1, self.plan.subjects + 1))
        return tuple((subject, VisitId(visit.id)) for subject in subjects for visit in self.trial.charter.visits)

    def _take_in(self, here: Staffed) -> None:
        for place, exam in enumerate(self._exams):
            self.progress(place, len(self._exams), f"Taking in {exam[0]} {exam[1]}")
            release(here, deliver(here, self.trial, exam, _SMALL))

    def _read(self, here: Staffed) -> None:
        """Batch by batch, reader by reader: neither waits for the other, as in life."""
        while total := assignment.assign(here.lab, here.coordinator).assigned:
            count = _Count(self.progress, total, "Reading")
            for session in here.having(Role.READER):
                read_all(here, session, self.trial, self.plan.note, count.up)

    def _compare(self, here: Staffed) -> None:
        comparison.release_and_compare(here.lab, here.coordinator, self.progress)

    def _adjudicate(self, here: Staffed) -> None:
        with here.lab.store.read() as snapshot:
            cases = len(snapshot.all("adj_case"))
        count = _Count(self.progress, cases, "Adjudicating")
        for session in here.having(Role.ADJUDICATOR):
            adjudicate_all(here, session, self.trial, count.up)
        self._compare(here)

    def _lock(self, here: Staffed) -> None:
        packages.lock(here.lab, here.coordinator, "end of the simulated trial", here.password(here.coordinator))

    def done(self, here: Staffed) -> Simulated:
        with here.lab.store.read() as snapshot:
            exams, readings, cases = (len(snapshot.all(table)) for table in ("exam", "reading", "adj_case"))
        return Simulated(here.lab.folder, here.accounts, self.plan.subjects, exams, readings, cases, MappingProxyType(dict(self.seconds)))


@dataclass(slots=True)
class _Count:
    """Counts pieces of work for the progress bar."""

    progress: Progress
    total: int
    words: str
    done: int = 0

    def up(self) -> None:
        self.done += 1
        self.progress(self.done, self.total, self.words)
