"""The calibration set: exams with known truth, through real intake, under subjects of their own; every trained reader reads it."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from corelab.domain.accounts import Command, Role
from corelab.domain.calibration import Drawn, draw
from corelab.domain.charter import Charter
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.room import room_for
from corelab.domain.vocabulary import Cell, ExamId, ExamState, Grade, SubjectCode
from corelab.services import intake
from corelab.services.accounts import Session, held_custody, lab_secret, permit
from corelab.services.calibration_pictures import Pictures
from corelab.services.intake.exam_work import Wanted, exam_rows
from corelab.services.labs import OpenLab, charter_of, effective_charter
from corelab.services.packages.locking import require_unlocked
from corelab.services.pinned import known_custody
from corelab.storage import calibration, registry
from corelab.storage.keys import BoxSecret
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot

Progress = Callable[[int, int, str], None]
RESERVED = "CAL-"
"""How the codes of subjects of the set begin."""


@dataclass(frozen=True, slots=True)
class CalibrationSet:
    """How far the set is: ``wanted`` by the charter in force, ``made`` under its major version, ``ready`` of them can be read.

    ``clips`` wait for the pixel check by two people.
    """

    wanted: int
    made: int
    ready: int
    clips: int


def wanted(charter: Charter) -> int:
    """As many exams as the longest list that anybody reads."""
    return max(charter.certification.calibration_exams, *(kind.calibration_exams for kind in charter.reading_types))


def calibration_set(lab: OpenLab, session: Session) -> CalibrationSet:
    permit(session, Command.STATUS)
    with lab.store.read() as snapshot:
        return _set(snapshot)


def make(lab: OpenLab, session: Session, exams: int | None = None, *, progress: Progress | None = None) -> CalibrationSet:
    """Makes what is missing of the set (of ``exams``, or of as many as the charter asks for) from phantoms, and answers how far it is.

    The clips wait for the pixel check like those of a site. What is true of them is drawn by chance, sealed to custody and known to
    nobody. Interrupted, what was finished stays; an exam whose clips did not all come in is made anew by the next call.
    Raises IntakeRefusedError, CustodyMissingError, LockedError.
    """
    role = permit(session, Command.TRAINING)
    held_custody(session)
    with lab.store.read() as snapshot:
        require_unlocked(snapshot)
        charter = effective_charter(snapshot)
        missing = (wanted(charter) if exams is None else exams) - _set(snapshot).made
    chance = SystemRandom()
    pictures = Pictures(chance)
    for done in range(missing):
        (progress or _quiet)(done, missing, f"Calibration exam {done + 1} of {missing}")
        drawn = draw(charter, chance)
        exam = _open(lab, session, role, charter, drawn)
        _fill(lab, session, exam, drawn, pictures)
    return calibration_set(lab, session)


def _quiet(_done: int, _total: int, _words: str) -> None:
    return


def _open(lab: OpenLab, session: Session, role: Role, charter: Charter, drawn: Drawn) -> ExamRecord:
    """The exam, marked as one of the set before anything of it is there, so that it is never dealt as an exam of the trial."""
    key = lab_secret(lab, session, "deid")
    with lab.store.begin(session.actor(role)) as transaction:
        n = calibration.next_number(transaction)
        wanted = Wanted(_free_code(transaction, n), drawn.visit, drawn.side)
        exam, rows = exam_rows(transaction, charter, wanted, key)
        transaction.record(
            calibration.MADE,
            "exam",
            exam.id,
            rows=[*rows, calibration.exam_row(exam.id, n)],
            payload={"n": n, "truth": calibration.truth_json(drawn.truth)},
            seal_to=[known_custody(lab, transaction)],
            pad_to=room_for(charter),
        )
    return exam


def _free_code(snapshot: Snapshot, n: int) -> SubjectCode:
    while registry.subject_id(snapshot, f"{RESERVED}{n:03d}") is not None:
        n += 1
    return SubjectCode(f"{RESERVED}{n:03d}")


def _fill(lab: OpenLab, session: Session, exam: ExamRecord, drawn: Drawn, pictures: Pictures) -> None:
    if drawn.facts:
        intake.set_facts(lab, session, exam.subject, drawn.facts)
    with tempfile.TemporaryDirectory(prefix="corelab-calibration-") as folder:
        files = [Path(folder) / f"{place:04d}.dcm" for place in range(len(drawn.clips))]
        for file, sent in zip(files, drawn.clips, strict=True):
            file.write_bytes(pictures.clip(sent.kind, exam.subject))
        report = intake.take_in(lab, session, files, subject=exam.subject, visit=exam.visit, side=drawn.side)
    if report.stopped:
        raise OSError(report.stopped)
    taken = [one.clip for one in report.objects]
    for clip, sent in zip(taken, drawn.clips, strict=True):
        if clip is None:
            raise IntakeRefusedError(Refusal.SOURCE)
        intake.label(lab, session, clip, sent.segment, drawn.side if _is_sided(lab, sent.segment) else None)


def _is_sided(lab: OpenLab, segment: str) -> bool:
    return lab.charter.segment(segment.partition(".")[0]).side == "study"


# ---------------------------------------------------------------- how far it is


def exams_of(snapshot: Snapshot, charter: Charter) -> tuple[ExamRecord, ...]:
    """The exams of the set under the charter's major version, in their order."""
    found = (registry.exam(snapshot, exam) for exam in calibration.exams(snapshot))
    return tuple(exam for exam in found if exam is not None and charter_of(snapshot, exam.charter_hash).major == charter.major)


def _set(snapshot: Snapshot) -> CalibrationSet:
    charter = effective_charter(snapshot)
    exams = exams_of(snapshot, charter)
    waiting = {exam.id: len(registry.waiting_in(snapshot, exam.id)) for exam in exams}
    ready = sum(exam.state is not ExamState.RECEIVING for exam in exams)
    whole = sum(exam.state is not ExamState.RECEIVING or waiting[exam.id] > 0 for exam in exams)
    return CalibrationSet(wanted(charter), whole, ready, sum(waiting.values()))


def truths(snapshot: Snapshot, custody: BoxSecret) -> Mapping[ExamId, Mapping[Cell, Grade]]:
    """What is known of every exam of the set, for whoever holds custody; that it was opened is recorded by the caller, before."""
    return {exam: calibration.truth_of(snapshot, exam, custody) for exam in calibration.exams(snapshot)}
