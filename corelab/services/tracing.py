"""From a row of results.csv to its readings, signatures and frames, and from a frame to the results that rest on it.

Only those who read the trail may, and only what is released: a sealed grade has no row. That a frame was looked at is an event.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from corelab.domain.accounts import Command
from corelab.domain.charter import Charter
from corelab.domain.charter.model_item import TextItem
from corelab.domain.tracing import (
    FrameUnknownError,
    PackageForeignError,
    Piece,
    RecordRowId,
    Resting,
    Role,
    RowDiffersError,
    RowId,
    RowUnknownError,
    Trace,
    TracedRecord,
    TracedResult,
    row_named,
)
from corelab.domain.vocabulary import AccountId, Grade, Missing, Sha256
from corelab.export.manifest import MANIFEST
from corelab.export.row_cells import item_of, segment_of
from corelab.export.tables import TEXT
from corelab.export.written import Written
from corelab.imaging.frame_cache import Frame, frame_of
from corelab.imaging.proven import NotTheClipError, proven
from corelab.services import accounts
from corelab.services.accounts import Session
from corelab.services.archive import archive_of
from corelab.services.audit.reading_the_trail import signature_facts
from corelab.services.audit.values import question_words
from corelab.services.clips import ClipMissingError
from corelab.services.labs import OpenLab, charter_of
from corelab.services.packages.gather import pseudonyms_of
from corelab.storage import traces
from corelab.storage.readings import RecordType
from corelab.storage.snapshot import Row, Snapshot

__all__ = ["FrameUnknownError", "RowUnknownError", "picture", "results_on", "trace"]

_LEAST_PREFIX = 8
_ROLES: Mapping[str, Role] = {"primary": "reader", "repeat": "second reading", "adjudication": "adjudicator"}
_SAME = ("RESCD", "EVALSTAT", "RECID")
"""Columns that tell whether a row of a package is the record of the lab."""


def trace(lab: OpenLab, session: Session, row: str, package: Path | None = None) -> Trace:
    """The chain from a row, by its name, to the frames: as it stands now, or as it stood in the package that is named or given.

    Raises NotPermittedError, RowUnknownError, PackageForeignError, RowDiffersError, and OSError or ValueError for files that cannot be
    read.
    """
    accounts.permit(session, Command.AUDIT)
    named = row_named(row)
    with lab.store.read(session.account) as snapshot:
        transfer = None if package is None else _number_of(snapshot, package)
        tracer = _Tracer(snapshot)
        if isinstance(named, RecordRowId):
            found = tracer.of_record(named, transfer)
        else:
            found = tracer.of_result(named if transfer is None else replace(named, transfer=transfer))
    if package is not None:
        _require_same(package, found)
    return found


def results_on(lab: OpenLab, session: Session, clip: str, frame: int) -> tuple[Resting, ...]:
    """Every result that now rests on a frame (from 0) of a released clip, by its digest or the beginning of it.

    A result rests on what the records say whose grade it holds; the others of its readings are told too, as not accepted.
    Raises NotPermittedError, FrameUnknownError.
    """
    accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        known = _clip(snapshot, clip, frame)
        tracer = _Tracer(snapshot)
        found = [one for row in traces.resting_on(snapshot, known["sha256"], frame) for one in tracer.resting(row)]
    return tuple(sorted(set(found), key=lambda one: (one.result.row.text, not one.record.accepted, one.record.seq)))


def picture(lab: OpenLab, session: Session, clip: str, frame: int, row: str = "") -> Frame:
    """One frame (from 0) of a released clip, decoded from the bytes that were released; ``row`` is what led to it.

    That it was looked at, and for which row, is an event. Raises NotPermittedError, FrameUnknownError, ClipMissingError,
    FrameUnreadableError.
    """
    role = accounts.permit(session, Command.AUDIT)
    with lab.store.read(session.account) as snapshot:
        known = _clip(snapshot, clip, frame)
    made = _decoded(lab, session.account, Sha256(known["sha256"]), frame)
    if lab.store.writable:
        with lab.store.begin(session.actor(role)) as transaction:
            transaction.record("frame.looked_at", "clip", known["id"], payload={"frame": frame + 1, "row": row})
    return made


def _decoded(lab: OpenLab, account: AccountId, clip: Sha256, frame: int) -> Frame:
    try:
        file = proven(archive_of(lab, account), clip)
    except NotTheClipError as error:
        raise ClipMissingError(clip, changed=error.changed) from error
    with file:
        return frame_of(frame, file.decode(frame))


def _clip(snapshot: Snapshot, beginning: str, frame: int) -> Row:
    found = traces.released_clips(snapshot, beginning.lower()) if len(beginning) >= _LEAST_PREFIX else ()
    if len(found) != 1 or not 0 <= frame < found[0]["frames"]:
        raise FrameUnknownError(beginning, frame)
    return found[0]


# ---------------------------------------------------------------- packages


def _number_of(snapshot: Snapshot, package: Path) -> int:
    """The number of a package of this lab, by the bytes of its manifest."""
    try:
        manifest = (package / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise PackageForeignError from None
    found = snapshot.one("package", manifest_sha256=hashlib.sha256(manifest).hexdigest())
    if found is None:
        raise PackageForeignError
    return int(found["n"])


def _require_same(package: Path, found: Trace) -> None:
    """The row stands in the package, and says what the lab's record says."""
    row = found.result.row
    written = Written.of(package)
    place = row.subject, row.visit, row.segment, row.testcd
    held = next((one for one in written.rows("results") if _place(written.versions.main, one) == place), None)
    if held is None:
        raise RowUnknownError(row.text, named=True)
    grade, accepted = found.result.grade, next(one.record for one in found.records if one.accepted)
    words = isinstance(found.result.item, TextItem) and grade.missing is None
    said = {"RESCD": TEXT if words else grade.code, "EVALSTAT": grade.missing.value if grade.missing else "", "RECID": accepted}
    differs = next((column for column in _SAME if held[column] != said[column]), None)
    if differs is not None:
        raise RowDiffersError(row.text, differs)


def _place(charter: Charter, row: Mapping[str, str]) -> tuple[str, str, str, str]:
    return row["USUBJID"], row["VISIT"], segment_of(charter, row), row["TESTCD"]


# ---------------------------------------------------------------- chains


class _Tracer:
    """Reads chains from one moment of the lab."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._pseudonyms = pseudonyms_of(snapshot)

    def of_result(self, row: RowId) -> Trace:
        """Raises RowUnknownError."""
        exam, charter = self._exam(row)
        item = self._item(charter, row.testcd, row.text)
        found = traces.result_at(self._snapshot, exam["id"], (row.segment, item), self._until(row))
        if found is None:
            raise RowUnknownError(row.text, named=True)
        result, latest = found
        told = self._result(row, charter, result, latest=latest)
        records = self._records(exam["id"], charter, result)
        return Trace(told, records, result["from_id"])

    def of_record(self, row: RecordRowId, transfer: int | None = None) -> Trace:
        """The chain of the result of the cell that a row of readings.csv is about, with that record chosen; as it stood in a package."""
        found = traces.readings_beginning(self._snapshot, row.record)
        if len(found) != 1:
            raise RowUnknownError(row.text, named=bool(found))
        ((kind, record),) = found
        exam = self._exam_of(kind, record)
        subject = self._snapshot.all("subject", id=exam["subject_id"])[0]["code"]
        made = self.of_result(RowId(subject, exam["visit"], row.segment, row.testcd, transfer))
        if record["id"] not in {one.record for one in made.records}:
            raise RowUnknownError(row.text, named=True)
        return Trace(made.result, made.records, record["id"])

    def resting(self, evidence: Row) -> Iterator[Resting]:
        """What rests on a piece of evidence: the result that stands now, where its records are these."""
        kind: RecordType = evidence["record_type"]
        record = self._snapshot.all(kind, id=evidence["record_id"])[0]
        exam, cell = self._exam_of(kind, record), (evidence["segment"], evidence["item"])
        found = traces.result_at(self._snapshot, exam["id"], cell)
        if found is None:
            return
        charter = charter_of(self._snapshot, exam["charter_hash"])
        subject = self._snapshot.all("subject", id=exam["subject_id"])[0]["code"]
        row = RowId(subject, exam["visit"], cell[0], charter.item(cell[1]).export.testcd)
        result = self._result(row, charter, found[0], latest=True)
        own = (one for one in self._records(exam["id"], charter, found[0]) if one.record == record["id"])
        yield from (Resting(result, one) for one in own)

    # ------------------------------------------------------------ what a row names

    def _exam(self, row: RowId) -> tuple[Row, Charter]:
        subject = self._snapshot.one("subject", code=row.subject)
        exam = self._snapshot.one("exam", subject_id=subject["id"], visit=row.visit) if subject else None
        if exam is None:
            raise RowUnknownError(row.text, named=True)
        return exam, charter_of(self._snapshot, exam["charter_hash"])

    def _item(self, charter: Charter, testcd: str, text: str) -> str:
        try:
            return item_of(charter, testcd)
        except LookupError:
            raise RowUnknownError(text, named=True) from None

    def _until(self, row: RowId) -> int | None:
        if row.transfer is None:
            return None
        package = self._snapshot.one("package", n=row.transfer)
        if package is None:
            raise RowUnknownError(row.text, named=True)
        return int(package["cutoff_seq"])

    def _exam_of(self, kind: RecordType, record: Row) -> Row:
        if kind == "adjudication":
            comparison = self._snapshot.all("adj_case", id=record["case_id"])[0]["comparison_id"]
            exam = self._snapshot.all("comparison", id=comparison)[0]["exam_id"]
        else:
            exam = self._snapshot.all("assignment", id=record["assignment_id"])[0]["exam_id"]
        return self._snapshot.all("exam", id=exam)[0]

    # ------------------------------------------------------------ what stands there

    def _result(self, row: RowId, charter: Charter, result: Row, *, latest: bool) -> TracedResult:
        source = traces.grade_of(self._snapshot, result["from_type"], result["from_id"], (result["segment"], result["item"]))
        grade = _grade(source) if source is not None else Grade(result["value"])
        item = charter.item(result["item"])
        question = question_words(charter, result["segment"], result["item"])
        return TracedResult(row, question, item, grade, result["source"], result["event_seq"], latest)

    def _records(self, exam: str, charter: Charter, result: Row) -> tuple[TracedRecord, ...]:
        """Every released record of this exam that says something of the cell, the accepted one first."""
        kind = next(one.id for one in charter.reading_types if result["item"] in charter.items_of(one))
        read = tuple(traces.readings_of(self._snapshot, exam, kind))
        decided = tuple(traces.decisions_on(self._snapshot, (row["id"] for _, row in read)))
        held: list[tuple[RecordType, Row, Row]] = [
            *(("reading", *one) for one in read),
            *(("adjudication", *one) for one in decided),
        ]
        found = [one for record in held if (one := self._record(record, result)) is not None]
        return tuple(sorted(found, key=lambda one: (not one.accepted, one.seq)))

    def _record(self, held: tuple[RecordType, Row, Row], result: Row) -> TracedRecord | None:
        kind, assignment, record = held
        cell = result["segment"], result["item"]
        grade = traces.grade_of(self._snapshot, kind, record["id"], cell)
        if grade is None:
            return None
        signature = traces.signed(self._snapshot, kind, record["id"])
        pieces = traces.evidence_of(self._snapshot, kind, record["id"], cell)
        return TracedRecord(
            record=record["id"],
            role=_ROLES[assignment["kind"]],
            slot=assignment["slot"],
            pseudonym=self._pseudonyms[assignment["account_id"]],
            revision=record["revision"],
            counts=self._counts(kind, record),
            accepted=record["id"] == result["from_id"],
            grade=_grade(grade),
            signature=signature_facts(signature),
            seq=record["event_seq"],
            pieces=tuple(Piece(Sha256(one["clip_sha256"]), one["frame_a"], one["frame_b"]) for one in pieces),
        )

    def _counts(self, kind: RecordType, record: Row) -> bool:
        """Whether nothing superseded or invalidated it: an adjudication falls with a reading that it decided on."""
        if kind == "adjudication":
            comparison = self._snapshot.all("adj_case", id=record["case_id"])[0]["comparison_id"]
            compared = self._snapshot.all("comparison", id=comparison)[0]
            return not any(self._invalidated(compared[name]) for name in ("reading_1", "reading_2"))
        return self._snapshot.one("reading", supersedes_id=record["id"]) is None and not self._invalidated(record["id"])

    def _invalidated(self, reading: str) -> bool:
        return self._snapshot.one("reading_invalidation", reading_id=reading) is not None


def _grade(row: Row) -> Grade:
    kinds = {kind.value: kind for kind in Missing}
    kind = kinds.get(row["value"]) if row["reason_code"] is not None else None
    return Grade(row["value"]) if kind is None else Grade(missing=kind, reason=row["reason_code"])
