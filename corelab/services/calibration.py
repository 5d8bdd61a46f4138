"""The calibration set: exams with known truth, through real intake, under subjects of their own; every trained reader reads it."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from corelab.domain.accounts import Command, Role
from corelab.domain.calibration import Drawn, draw, readable
from corelab.domain.charter import Charter
from corelab.domain.vocabulary import ExamState
from corelab.services.accounts import Session, held_custody, permit
from corelab.services.calibration_exams import NewExam, fill, open_exam
from corelab.services.calibration_pictures import Pictures
from corelab.services.calibration_reach import reach, whole_of
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.storage import registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class SetOfType:
    """How many exams the charter wants one reading type to read, and of how many the truth of something that it asks is known.

    ``drawn``: phantoms can show it. Where not, people agree on the truth of real clips.
    """

    label: str
    wanted: int
    known: int
    drawn: bool


@dataclass(frozen=True, slots=True)
class CalibrationSet:
    """How far the set is: ``wanted`` by the charter in force, ``made`` under its major version, ``ready`` of them can be read.

    ``clips`` wait for the pixel check by two people. ``types``: the same for each reading type that the set is for.
    """

    wanted: int
    made: int
    ready: int
    clips: int
    types: tuple[SetOfType, ...] = ()

    @property
    def to_draw(self) -> int:
        """Exams that phantoms can show and that are not made yet; nothing is drawn that nobody would read."""
        return max((one.wanted - one.known for one in self.types if one.drawn), default=0)


def wanted(charter: Charter) -> int:
    """As many exams as the longest list that anybody reads."""
    return max(charter.certification.calibration_exams, *(kind.calibration_exams for kind in charter.reading_types))


def calibration_set(lab: OpenLab, session: Session) -> CalibrationSet:
    permit(session, Command.STATUS)
    with lab.store.read(session.account) as snapshot:
        return _set(snapshot)


def make(lab: OpenLab, session: Session, exams: int | None = None, *, progress: Progress | None = None) -> CalibrationSet:
    """Makes what is missing of the set (of ``exams``, or of as many as the charter asks for) from phantoms, and answers how far it is.

    The clips wait for the pixel check like those of a site. What is true of them is drawn by chance, sealed to custody and known to
    nobody. Interrupted, what was finished stays; an exam whose clips did not all come in is made anew by the next call.
    Raises IntakeRefusedError, CustodyMissingError, LockedError.
    """
    role = permit(session, Command.TRAINING)
    held_custody(session)
    with lab.store.read(session.account) as snapshot:
        require_unlocked(snapshot)
        charter = effective_charter(snapshot)
        found = _set(snapshot)
        missing = found.to_draw if exams is None else exams - found.made
    chance = SystemRandom()
    pictures = Pictures(chance)
    for done in range(missing):
        (progress or _quiet)(done, missing, f"Calibration exam {done + 1} of {missing}")
        _make(lab, session, role, charter, draw(charter, chance), pictures)
    return calibration_set(lab, session)


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


def _make(lab: OpenLab, session: Session, role: Role, charter: Charter, drawn: Drawn, pictures: Pictures) -> None:
    new = NewExam(drawn.visit, drawn.side, drawn.facts, drawn.truth)
    exam = open_exam(lab, session, role, charter, new)
    with tempfile.TemporaryDirectory(prefix="corelab-calibration-") as folder:
        files = [(Path(folder) / f"{place:04d}.dcm", sent) for place, sent in enumerate(drawn.clips)]
        for file, sent in files:
            file.write_bytes(pictures.clip(sent.kind, exam.subject))
        fill(lab, session, exam, new, [(file, sent.segment) for file, sent in files])


# ---------------------------------------------------------------- how far it is


def _set(snapshot: Snapshot) -> CalibrationSet:
    charter = effective_charter(snapshot)
    whole = whole_of(snapshot, charter)
    ready = sum(exam.state is not ExamState.RECEIVING for exam in whole)
    waiting = sum(len(registry.waiting_in(snapshot, exam.id)) for exam in whole)
    return CalibrationSet(wanted(charter), len(whole), ready, waiting, tuple(_types(snapshot, charter, whole)))


def _types(snapshot: Snapshot, charter: Charter, whole: Sequence[ExamRecord]) -> Iterator[SetOfType]:
    known = reach(snapshot, charter)
    for kind in charter.reading_types:
        if kind.calibration_exams:
            yield SetOfType(kind.label, kind.calibration_exams, sum(kind.id in known[exam.id] for exam in whole), readable(charter, kind))
