"""What a package tells of the lab beside its readings: clips and expected cells of one subject after the other, and the queries."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from corelab.domain.charter import Charter
from corelab.domain.completeness import completeness
from corelab.domain.intake import ObjectRefusedError
from corelab.domain.vocabulary import ClipId, ExamId, Sha256, VisitId
from corelab.export.asked import query_row
from corelab.export.received import OfVisit, ReleasedClip, clip_row, expected_rows
from corelab.export.versions import Versions
from corelab.export.writers import Row
from corelab.imaging.archive import Archive
from corelab.services.queries.reading import all_queries
from corelab.services.received import completeness_of, quality_from
from corelab.storage import archives, calibration, intake_rows, registry
from corelab.storage.registry import ExamRecord
from corelab.storage.snapshot import Row as Stored
from corelab.storage.snapshot import Snapshot

if TYPE_CHECKING:
    from corelab.imaging.study_uid import Uids

Rows = Mapping[str, tuple[Row, ...]]


def trial_subjects(snapshot: Snapshot) -> tuple[Stored, ...]:
    """The rows of every subject of the trial by code, also of those without a final exam: none of the calibration set."""
    apart = calibration.marked(snapshot)
    reserved = {row["subject_id"] for row in snapshot.all("exam") if row["id"] in apart}
    return tuple(sorted((row for row in snapshot.all("subject") if row["id"] not in reserved), key=lambda row: row["code"]))


def rows_of_subject(snapshot: Snapshot, versions: Versions, archive: Archive, subject: Stored) -> Rows:
    """The rows of ``clips`` and ``expected`` of one subject (its row of the lab), in no order. ``archive`` holds the released files.

    An exam under a version of the charter that the package does not carry has none. Raises OSError for a clip whose file is not there.
    """
    work = _Subject(snapshot, versions, archive, subject)
    return {"clips": tuple(work.clips()), "expected": tuple(work.expected())}


def rows_of_lab(snapshot: Snapshot, versions: Versions) -> Rows:
    """The rows of ``queries``: those of the trial, whatever their state."""
    study, apart = _study(snapshot), calibration.marked(snapshot)
    known = {visit.id for charter in versions.all for visit in charter.visits}
    released = {row["id"]: Sha256(row["sha256"]) for row in snapshot.all("clip")}
    raised = {row.id: row.seq for row in intake_rows.queries(snapshot)}
    asked = (one for one in all_queries(snapshot) if one.exam not in apart)
    return {"queries": tuple(query_row(study, one, raised[one.id], known, released.get(one.clip or "")) for one in asked)}


def _study(snapshot: Snapshot) -> str:
    return str(snapshot.all("lab")[0]["trial_id"])


@dataclass(frozen=True, slots=True)
class _Subject:
    snapshot: Snapshot
    versions: Versions
    archive: Archive
    subject: Stored
    exams: Mapping[VisitId, ExamRecord] = field(init=False)

    def __post_init__(self) -> None:
        rows = self.snapshot.all("exam", subject_id=self.subject["id"])
        found = [exam for row in rows if (exam := registry.exam(self.snapshot, row["id"])) is not None]
        object.__setattr__(self, "exams", {exam.visit: exam for exam in found})

    def _of(self, visit: VisitId) -> OfVisit:
        return OfVisit(_study(self.snapshot), self.subject["site_code"] or "", self.subject["code"], visit)

    def _charter(self, exam: ExamRecord) -> Charter | None:
        return self.versions.by_hash.get(exam.charter_hash)

    def clips(self) -> Iterator[Row]:
        for exam in self.exams.values():
            charter = self._charter(exam)
            if charter is not None:
                yield from (clip_row(charter, self._of(exam.visit), clip) for clip in self._released(exam.id))

    def _released(self, exam: ExamId) -> Iterator[ReleasedClip]:
        rows = self.snapshot.all("clip", exam_id=exam)
        labels, qualities = registry.labels_in(self.snapshot, exam), intake_rows.qualities_in(self.snapshot, exam)
        digests = {ClipId(row["id"]): Sha256(row["sha256"]) for row in rows}
        gone = registry.withdrawn_in(self.snapshot, exam)
        for row in rows:
            label, uids = labels.get(row["id"]), self._uids(row["id"], digests[row["id"]])
            yield ReleasedClip(
                sha256=digests[row["id"]],
                segment=label.segment if label else None,
                side=label.side if label else None,
                view=label.view if label else None,
                mode=label.mode if label else None,
                frames=row["frames"],
                seconds=seconds_of(row["frame_times"]),
                rows=row["rows"],
                columns=row["columns"],
                quality=quality_from(qualities.get(row["id"])),
                study_uid=uids.study,
                series_uid=uids.series,
                sop_uid=row["sop_uid"],
                sop_class=row["sop_class"],
                withdrawn=row["id"] in gone,
                replaced_by=self._replacing(row["id"], digests) if row["id"] in gone else None,
            )

    def _replacing(self, clip: ClipId, digests: Mapping[ClipId, Sha256]) -> Sha256 | None:
        """The released clip of the same exam that took this one's place; one that was only said to, and never released, did not."""
        return next((digests[new] for new in intake_rows.replacements_of(self.snapshot, clip) if new in digests), None)

    def _uids(self, clip: ClipId, sha256: Sha256) -> "Uids":
        """From what is recorded of a clip on a server, else from its file."""
        from corelab.imaging.frame_plan import FramePlan  # noqa: PLC0415 - brings what reads DICOM: the start stays short
        from corelab.imaging.study_uid import Uids, released_uids, uids_in  # noqa: PLC0415 - as above

        packed = archives.frames_of(self.snapshot, clip)
        if packed is not None:
            return uids_in(FramePlan.unpacked(*packed).rest)
        try:
            return released_uids(self.archive.fetch(sha256))
        except ObjectRefusedError:
            return Uids()

    def expected(self) -> Iterator[Row]:
        """Of each exam that came, and of each visit of the charter that has to come and did not."""
        for exam in self.exams.values():
            charter = self._charter(exam)
            if charter is not None:
                yield from expected_rows(charter, self._of(exam.visit), completeness_of(self.snapshot, exam), came=True)
        attributes, main = registry.attributes(self.snapshot, self.subject["id"]), self.versions.main
        for visit in main.visits:
            if visit.required and visit.id not in self.exams:
                nothing = completeness(main, VisitId(visit.id), attributes, {}, (), {})
                yield from expected_rows(main, self._of(VisitId(visit.id)), nothing, came=False)


def seconds_of(frame_times: str) -> Decimal:
    """How long a clip plays, from its record: in decimal arithmetic, so that it is the same on every machine."""
    stored = json.loads(frame_times)
    times = map(Decimal, stored["ms"]) if "ms" in stored else (Decimal(stored["each"]) * stored["frames"],)
    return sum(times, Decimal(0)) / 1000
