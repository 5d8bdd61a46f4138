"""An exam of the calibration set from real clips: people agreed on its truth, measured and typed values too."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from corelab.domain.accounts import Command
from corelab.domain.agreed_exam import AgreedExam, read_agreed
from corelab.domain.intake import Outcome
from corelab.domain.rehearsal.written import CaseFault, CaseRefusedError
from corelab.services import intake
from corelab.services.accounts import Session, held_custody, permit
from corelab.services.calibration import CalibrationSet, calibration_set
from corelab.services.calibration_exams import NewExam, fill, next_code, open_exam
from corelab.services.labs import OpenLab, effective_charter
from corelab.services.packages.locking import require_unlocked

Progress = Callable[[int, int, str], None]
_MAX_BYTES: Final = 1024 * 1024
_UNUSABLE: Final = frozenset({Outcome.REJECTED, Outcome.DUPLICATE})


def add(lab: OpenLab, session: Session, document: Path) -> CalibrationSet:
    """Takes in the exam that a JSON document describes; its clips lie beside it and wait for the pixel check by two people.

    Whether every clip can be taken is tried before anything is made. What is true of the exam is sealed to custody.
    Raises CaseRefusedError with everything that is wrong, IntakeRefusedError, CustodyMissingError, LockedError, OSError.
    """
    role = permit(session, Command.TRAINING)
    held_custody(session)
    with lab.store.read(session.account) as snapshot:
        require_unlocked(snapshot)
        charter, code = effective_charter(snapshot), next_code(snapshot)
    told = read_agreed(_document(document), charter)
    files = [(document.parent / name, segment) for name, segment in told.clips]
    faults = [*_missing(told, document.parent)] or [*_unusable(lab, session, told, document.parent, code)]
    if faults:
        raise CaseRefusedError(*faults)
    new = NewExam(told.visit, told.side, told.facts, told.truth, told.agreed, told.covers)
    exam = open_exam(lab, session, role, charter, new)
    fill(lab, session, exam, new, files)
    for reason in sorted(set(told.not_imaged.values())):
        closed = [segment for segment, why in told.not_imaged.items() if why == reason]
        intake.set_not_imaged(lab, session, exam.id, closed, reason)
    return calibration_set(lab, session)


def _document(path: Path) -> object:
    if path.stat().st_size > _MAX_BYTES:
        raise CaseRefusedError(CaseFault("(file)", "it is larger than 1 MiB"))
    try:
        return json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise CaseRefusedError(CaseFault("(file)", "it is not a JSON document")) from error


def _missing(told: AgreedExam, folder: Path) -> Iterator[CaseFault]:
    """A document may come from elsewhere: it names nothing but what came with it."""
    beside = folder.resolve()
    for name, _ in told.clips:
        file = folder / name
        if file.is_symlink() or not file.is_file() or not file.resolve().is_relative_to(beside):
            yield CaseFault(f"clips.{name}", "there is no such file beside the document")


def _unusable(lab: OpenLab, session: Session, told: AgreedExam, folder: Path, code: str) -> Iterator[CaseFault]:
    """What intake would not keep: a clip that is in the lab already would show an exam of the trial twice."""
    files = [folder / name for name, _ in told.clips]
    report = intake.take_in(lab, session, files, subject=code, visit=told.visit, side=told.side, dry_run=True)
    if len(report.objects) != len(files):
        yield CaseFault("clips", "each of them is one DICOM file, not a folder or an archive")
        return
    for (name, _), one in zip(told.clips, report.objects, strict=True):
        if one.outcome in _UNUSABLE:
            yield CaseFault(f"clips.{name}", one.message)
