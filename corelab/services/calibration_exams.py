"""One exam of the calibration set: marked before anything of it is there, then filled through real intake like the files of a site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corelab.domain.accounts import Role
from corelab.domain.charter import Charter
from corelab.domain.completeness import Fact
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.room import room_for
from corelab.domain.vocabulary import Cell, ReadingTypeId, SegmentId, Side, SubjectCode, VisitId
from corelab.services import intake
from corelab.services.accounts import Session, lab_secret
from corelab.services.intake.exam_work import Wanted, exam_rows
from corelab.services.labs import OpenLab
from corelab.services.pinned import known_custody
from corelab.storage import calibration, registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Snapshot

RESERVED = "CAL-"
"""How the codes of subjects of the set begin."""


@dataclass(frozen=True, slots=True)
class NewExam:
    """``truth`` is sealed to custody. Of an exam from real clips ``agreed`` says who agreed, ``covers`` which reading types it is for."""

    visit: VisitId
    side: Side | None
    facts: Mapping[Fact, str]
    truth: Mapping[Cell, str] = field(repr=False)
    agreed: str = ""
    covers: tuple[ReadingTypeId, ...] | None = None

    def payload(self, n: int) -> dict[str, Any]:
        said = {"agreed": self.agreed} if self.agreed else {}
        return {"n": n, "truth": calibration.truth_json(self.truth), **said}


def open_exam(lab: OpenLab, session: Session, role: Role, charter: Charter, new: NewExam) -> ExamRecord:
    """The exam, marked as one of the set before anything of it is there, so that it is never dealt as an exam of the trial."""
    key = lab_secret(lab, session, "deid")
    with lab.store.begin(session.actor(role)) as transaction:
        n = calibration.next_number(transaction)
        exam, rows = exam_rows(transaction, charter, Wanted(_free_code(transaction, n), new.visit, new.side), key)
        transaction.record(
            calibration.MADE,
            "exam",
            exam.id,
            rows=[*rows, calibration.exam_row(exam.id, n)],
            payload=new.payload(n),
            seal_to=[known_custody(lab, transaction)],
            pad_to=room_for(charter),
        )
        if new.covers is not None:
            transaction.record(calibration.COVERS, "exam", exam.id, payload={"reading_types": list(new.covers)})
    return exam


def next_code(snapshot: Snapshot) -> SubjectCode:
    """The subject of the next exam of the set."""
    return _free_code(snapshot, calibration.next_number(snapshot))


def _free_code(snapshot: Snapshot, n: int) -> SubjectCode:
    while registry.subject_id(snapshot, f"{RESERVED}{n:03d}") is not None:
        n += 1
    return SubjectCode(f"{RESERVED}{n:03d}")


def fill(lab: OpenLab, session: Session, exam: ExamRecord, new: NewExam, files: Sequence[tuple[Path, SegmentId]]) -> None:
    """Takes the files in and labels each with the segment that it shows. Raises IntakeRefusedError, OSError."""
    if new.facts:
        intake.set_facts(lab, session, exam.subject, new.facts)
    report = intake.take_in(lab, session, [path for path, _ in files], subject=exam.subject, visit=exam.visit, side=new.side)
    if report.stopped:
        raise OSError(report.stopped)
    for one, (_, segment) in zip(report.objects, files, strict=True):
        if one.clip is None:
            raise IntakeRefusedError(Refusal.SOURCE)
        intake.label(lab, session, one.clip, segment, new.side if _is_sided(lab, segment) else None)


def _is_sided(lab: OpenLab, segment: str) -> bool:
    return lab.charter.segment(segment.partition(".")[0]).side == "study"
