"""Exams ready to be dealt, and readers who answer them, so that a test about reading says only what matters."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from corelab.domain.clip import Clip, Timing, TimingSource
from corelab.domain.clip_json import regions_text, timing_text
from corelab.domain.intake import Outcome
from corelab.domain.reading import Reading
from corelab.domain.room import room_for
from corelab.domain.vocabulary import (
    AssignmentId,
    Binding,
    Cell,
    ClipId,
    Evidence,
    ExamId,
    ExamState,
    Grade,
    LabKind,
    SegmentId,
    Sha256,
    Side,
    SubjectCode,
    VisitId,
)
from corelab.services import accounts, assignment, own_work, reading
from corelab.services.accounts import Session
from corelab.services.labs import OpenLab
from corelab.storage import registry
from corelab.storage.registry import ExamRecord, ObjectRecord
from corelab.storage.store import NewRow, Snapshot, Transaction
from tests.builders import PASSWORD, Lab, a_lab
from tests.exam_builders import cell, grade, reduced

REQUIRED = tuple(SegmentId(one.id) for one in reduced().segments if one.presence == "required")
FRAMES = 10
_TIMING = Timing(TimingSource.FRAME_TIME, (40.0,) * FRAMES)


def a_ready_exam(
    lab: Lab, subject: str = "S01", visit: str = "D10", *, received: Collection[str] = ("CFV", "POPV"), dated: str | None = None
) -> ExamId:
    """An exam with one released clip of each received segment, its file in its place; the other required ones were not imaged.

    ``dated`` is the day of its clips, in ISO form.
    """
    session, people = lab.coordinator, {"checker_id": lab.coordinator.account, "verifier_id": lab.coordinator_2.account}
    with lab.open.store.begin(session.actor(None)) as transaction:
        subject_id = registry.subject_id(transaction, subject) or _new_subject(transaction, subject)
        closed = {one: "NOT_SCANNED" for one in REQUIRED if one not in received}
        new = ExamRecord(
            ExamId(str(uuid4())),
            subject_id,
            SubjectCode(subject),
            VisitId(visit),
            uuid4().hex[:8],
            lab.charter_sha256,
            ExamState.READY,
            closed,
        )
        status = registry.status_row(transaction, new.id, ExamState.READY, closed)
        rows = [registry.exam_row(new), *_clips(new, received, people, dated), status]
        transaction.record("exam.made", "exam", new.id, rows=rows)
    for segment in received:
        _write_clip(lab, f"{subject} {visit} {segment}".encode())
    return new.id


def _write_clip(lab: Lab, content: bytes) -> None:
    """A file of the digest that ``_clip`` says; nothing here looks at its pictures."""
    digest = sha256(content).hexdigest()
    place = lab.open.clips / digest[:2] / f"{digest}.dcm"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)


def _new_subject(transaction: Transaction, subject: str) -> str:
    new = str(uuid4())
    rows = [registry.subject_row(new, subject)]
    transaction.record("subject.added", "subject", new, rows=rows)
    limb = registry.attribute_row(transaction, new, "STUDY_LIMB", "left")
    transaction.record("subject.changed", "subject", new, rows=[limb])
    return new


def _clips(exam: ExamRecord, received: Collection[str], people: Mapping[str, str], dated: str | None) -> list[NewRow]:
    delivery = str(uuid4())
    rows = [NewRow("delivery", {"id": delivery, "kind": "files"})]
    for n, segment in enumerate(received, 1):
        clip = ClipId(str(uuid4()))
        source = Sha256(sha256(f"source {exam.subject} {exam.visit} {segment}".encode()).hexdigest())
        rows.append(registry.object_row(ObjectRecord(clip, delivery, n, source, Outcome.CHECKED, None, exam.id, 0)))
        rows.append(NewRow("clip", {**_clip(clip, exam, segment, source), **({"study_date": dated} if dated else {})}))
        rows.append(registry.label_row(clip, None, segment, Side.LEFT))
        rows.append(NewRow("clip_release", {"clip_id": clip, **people}))
    return rows


def _clip(clip: ClipId, exam: ExamRecord, segment: str, source: Sha256) -> Mapping[str, object]:
    return {
        "id": clip,
        "exam_id": exam.id,
        "sha256": sha256(f"{exam.subject} {exam.visit} {segment}".encode()).hexdigest(),
        "sop_uid": f"2.25.{uuid4().int}",
        "sop_class": "1.2.840.10008.5.1.4.1.1.3.1",
        "transfer_syntax": "1.2.840.10008.1.2.1",
        "frames": FRAMES,
        "rows": 48,
        "columns": 64,
        "frame_times": timing_text(_TIMING),
        "calibration": regions_text(()),
        "source_sha256": source,
        "rules_version": "test",
    }


# ---------------------------------------------------------------- readers at work


def first(lab: Lab, session: Session) -> AssignmentId:
    """What this person can open now."""
    row = reading.worklist(lab.open, session).next
    assert row is not None
    return row.assignment


def filled(opened: reading.OpenReading, note: str = "", **said: int | str) -> Reading:
    """Every question answered: a clean limb but for what is said, e.g. ``COMP_CFV=2``, each with a marked frame."""
    made = opened.reading.with_note(note)
    stated = {cell(name.replace("_", ".", 1)): value for name, value in said.items()}
    for one in made.form.cells:
        if one.item != "QUAL" or one in stated:
            made = made.answered(one, _grade(one, stated.get(one, 0)), _proof(opened.clips, one.segment))
    return made


def _grade(one: Cell, said: int | str) -> Grade:
    return Grade(str(said)) if one.item == "QUAL" else grade(one.item, said)


def _proof(clips: Collection[Clip], segment: SegmentId) -> list[Evidence]:
    own = [clip for clip in clips if clip.segment == segment]
    return [Evidence(own[0].sha256, 3, bound=Binding.MARKED)]


def signs(lab: Lab, session: Session, note: str = "", **said: int | str) -> reading.Signed:
    """Opens what is next, answers all of it, saves and signs."""
    opened = reading.open_reading(lab.open, session, first(lab, session))
    made = filled(opened, note, **said)
    version = reading.save(lab.open, session, made, version=opened.version).version
    return reading.sign(lab.open, session, made, PASSWORD, version=version)


def a_staffed_lab(folder: Path, kind: LabKind = LabKind.DEMO) -> Lab:
    """Two readers and an adjudicator, trained."""
    made = a_lab(folder, kind=kind)
    for person in (made.reader_1, made.reader_2, made.adjudicator):
        assert person.account
    return made


def a_dealt_lab(folder: Path, *subjects: str) -> Lab:
    """A staffed lab whose readers have an exam of each subject to read."""
    made = a_staffed_lab(folder)
    for subject in subjects or ("S01",):
        a_ready_exam(made, subject)
    assignment.assign(made.open, made.coordinator)
    return made


def opened_next(lab: Lab, session: Session) -> reading.OpenReading:
    return reading.open_reading(lab.open, session, first(lab, session))


def saves(lab: Lab, *steps: Reading) -> int:
    """The first reader's saves, each on top of the one before; answers the version that stands."""
    version = 0
    for step in steps:
        version = reading.save(lab.open, lab.reader_1, step, version=version).version
    return version


def rows_of(lab: Lab, table: str) -> list[dict[str, Any]]:
    with lab.open.store.read() as snapshot:
        return [dict(row) for row in snapshot.all(table)]


def a_lab_with_a_bad_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Three exams, read by both; one reading was sealed to its author alone."""
    lab = a_staffed_lab(tmp_path)
    for visit in ("BL", "D10", "M6"):
        a_ready_exam(lab, visit=visit)
    assignment.assign(lab.open, lab.coordinator)
    for session in (lab.reader_1, lab.reader_1, lab.reader_1, lab.reader_2, lab.reader_2):
        signs(lab, session)
    with monkeypatch.context() as patched:  # verify, which has no key, cannot see to whom a record was sealed
        patched.setattr(own_work, "envelope", _sealed_to_the_author_alone)
        signs(lab, lab.reader_2)
    return lab


def _sealed_to_the_author_alone(lab: OpenLab, _snapshot: Snapshot, session: Session, _of: AssignmentId, clips: int) -> own_work.Envelope:
    return own_work.Envelope((session.box.public, session.box.public), accounts.custody_public(lab), room_for(lab.charter, clips))
