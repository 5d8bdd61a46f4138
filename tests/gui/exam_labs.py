"""Labs with exams whose clips are real files, so that pages show and decode what readers would see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from corelab.domain.clip_json import regions_text, timing_text
from corelab.domain.intake import Outcome
from corelab.domain.vocabulary import ClipId, ExamId, ExamState, SegmentId, Sha256, Side, SubjectCode, VisitId
from corelab.imaging.archive import FolderArchive
from corelab.imaging.header import read_header
from corelab.imaging.phantom import make_phantom
from corelab.storage import registry
from corelab.storage.registry import ExamRecord, ObjectRecord
from corelab.storage.store import NewRow, Transaction
from tests.builders import Lab
from tests.gui.exams import REQUIRED

FRAMES = 8


@cache
def a_clip_file(kind: str = "compressible", seed: int = 1, frames: int = FRAMES) -> bytes:
    return make_phantom(kind, seed, frames=frames, size=(320, 240)).dicom


@dataclass(frozen=True)
class _Stored:
    id: ClipId
    segment: str
    sha256: Sha256
    path: Path


def an_exam_with(
    lab: Lab,
    files: Mapping[str, Sequence[bytes]],
    *,
    subject: str = "S01",
    visit: str = "D10",
    limb: Side = Side.RIGHT,
    required: Sequence[str] = REQUIRED,
) -> ExamId:
    """A ready exam with these clips by segment, released by two coordinators; other required segments were not imaged."""
    people = {"checker_id": lab.coordinator.account, "verifier_id": lab.coordinator_2.account}
    stored = [_stored(lab, segment, data) for segment, clips in files.items() for data in clips]
    with lab.open.store.begin(lab.coordinator.actor(None)) as transaction:
        closed = {SegmentId(one): "NOT_SCANNED" for one in required if one not in files}
        exam = ExamRecord(
            ExamId(str(uuid4())), _subject(transaction, subject, limb), SubjectCode(subject), VisitId(visit), uuid4().hex[:8],
            lab.charter_sha256, ExamState.READY, closed,
        )  # fmt: skip
        rows = [
            registry.exam_row(exam),
            *_clip_rows(people, exam, stored, limb),
            registry.status_row(transaction, exam.id, ExamState.READY, closed),
        ]
        transaction.record("exam.made", "exam", exam.id, rows=rows)
    return exam.id


def _stored(lab: Lab, segment: str, data: bytes) -> _Stored:
    candidate = lab.open.folder / f"{uuid4()}.dcm"
    candidate.write_bytes(data)
    archive = FolderArchive(Path(lab.open.clips))
    digest = archive.put(candidate)
    return _Stored(ClipId(str(uuid4())), segment, digest, archive.path(digest))


def _subject(transaction: Transaction, subject: str, limb: Side) -> str:
    known = registry.subject_id(transaction, subject)
    if known:
        return known
    new = str(uuid4())
    transaction.record("subject.added", "subject", new, rows=[registry.subject_row(new, subject)])
    transaction.record("subject.changed", "subject", new, rows=[registry.attribute_row(transaction, new, "STUDY_LIMB", limb.value)])
    return new


def _clip_rows(people: Mapping[str, str], exam: ExamRecord, stored: Sequence[_Stored], limb: Side) -> list[NewRow]:
    delivery = str(uuid4())
    rows = [NewRow("delivery", {"id": delivery, "kind": "files"})]
    for number, clip in enumerate(stored, 1):
        source = Sha256(sha256(f"source {clip.id}".encode()).hexdigest())
        side = Side.UNPAIRED if clip.segment == "IVC" else limb
        rows += [
            registry.object_row(ObjectRecord(clip.id, delivery, number, source, Outcome.CHECKED, None, exam.id, 0)),
            NewRow("clip", _clip_values(clip, exam, source)),
            registry.label_row(clip.id, None, clip.segment, side),
            NewRow("clip_release", {"clip_id": clip.id, **people}),
        ]
    return rows


def _clip_values(clip: _Stored, exam: ExamRecord, source: Sha256) -> Mapping[str, object]:
    header = read_header(clip.path)
    return {
        "id": clip.id,
        "exam_id": exam.id,
        "sha256": clip.sha256,
        "sop_uid": f"2.25.{uuid4().int}",
        "sop_class": "1.2.840.10008.5.1.4.1.1.3.1",
        "transfer_syntax": "1.2.840.10008.1.2.4.50",
        "frames": len(header.timing.frame_times_ms),
        "rows": header.rows,
        "columns": header.columns,
        "frame_times": timing_text(header.timing),
        "calibration": regions_text(header.regions),
        "source_sha256": source,
        "rules_version": "test",
    }
