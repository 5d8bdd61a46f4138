"""Subjects, exams, deliveries, clips and their checks: rows <-> domain."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, or_, select

from corelab.domain import audit
from corelab.domain.attributes import Attributes
from corelab.domain.clip import Clip
from corelab.domain.clip_json import regions_from, timing_from
from corelab.domain.clip_label import Mode, View
from corelab.domain.intake import Box, CheckAction, Outcome
from corelab.domain.record_errors import RecordDamagedError
from corelab.domain.vocabulary import AccountId, ClipId, ExamId, ExamState, SegmentId, Sha256, Side, SubjectCode, VisitId
from corelab.storage.rows import OWN
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow


@dataclass(frozen=True, slots=True)
class ExamRecord:
    """One exam as the coordinator's side knows it. ``code`` is its random pseudonym in files."""

    id: ExamId
    subject_id: str
    subject: SubjectCode
    visit: VisitId
    code: str
    charter_hash: str
    state: ExamState
    not_imaged: Mapping[SegmentId, str]


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """One received object. ``seq`` is its event, whose payload holds what was found in it."""

    id: ClipId
    delivery: str
    n: int
    sha256: Sha256
    outcome: Outcome
    code: str | None
    exam: ExamId | None
    seq: int = 0


@dataclass(frozen=True, slots=True)
class CheckStep:
    """One step of a pixel check; ``boxes`` are those drawn so far, ``candidate`` the digest of the bytes that were looked at."""

    n: int
    action: CheckAction
    person: AccountId
    candidate: Sha256 | None
    boxes: tuple[Box, ...]
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Label:
    """What a person said that a clip shows; ``view`` and ``mode`` are None where nobody said them."""

    n: int
    segment: SegmentId
    side: Side
    view: View | None = None
    mode: Mode | None = None


# ---------------------------------------------------------------- subjects


def subject_id(snapshot: Snapshot, code: str) -> str | None:
    row = snapshot.one("subject", code=code)
    return str(row["id"]) if row else None


def subject_row(id_: str, code: str, site: str | None = None) -> NewRow:
    return NewRow("subject", {"id": id_, "code": code, "site_code": site})


def attributes(snapshot: Snapshot, subject: str) -> Attributes:
    """The latest value of each attribute, of the whole subject and of its segments."""
    rows = sorted(snapshot.all("subject_attribute", subject_id=subject), key=lambda row: row["n"])
    return Attributes(
        MappingProxyType({row["attribute"]: row["value"] for row in rows if not row["segment"]}),
        MappingProxyType({(row["attribute"], SegmentId(row["segment"])): row["value"] for row in rows if row["segment"]}),
    )


def attribute_row(snapshot: Snapshot, subject: str, attribute: str, value: str, segment: str = "") -> NewRow:
    last = snapshot.latest("subject_attribute", subject_id=subject, attribute=attribute, segment=segment)
    n = (last["n"] if last else 0) + 1
    return NewRow("subject_attribute", {"subject_id": subject, "attribute": attribute, "segment": segment, "n": n, "value": value})


# ---------------------------------------------------------------- exams


def exam(snapshot: Snapshot, id_: str) -> ExamRecord | None:
    row = snapshot.one("exam", id=id_)
    return _exam(snapshot, row) if row else None


def exam_at(snapshot: Snapshot, subject: str, visit: str) -> ExamRecord | None:
    """The exam of a subject (its code) at a visit."""
    known = subject_id(snapshot, subject)
    row = snapshot.one("exam", subject_id=known, visit=visit) if known else None
    return _exam(snapshot, row) if row else None


def exam_named(snapshot: Snapshot, name: str) -> ExamRecord | None:
    """By id, by code, or as SUBJECT:VISIT."""
    row = snapshot.one("exam", id=name) or snapshot.one("exam", code=name)
    if row is not None:
        return _exam(snapshot, row)
    subject, _, visit = name.rpartition(":")
    return exam_at(snapshot, subject, visit)


def all_exams(snapshot: Snapshot) -> tuple[ExamRecord, ...]:
    return tuple(_exam(snapshot, row) for row in snapshot.all("exam"))


def _exam(snapshot: Snapshot, row: Row) -> ExamRecord:
    subject = snapshot.one("subject", id=row["subject_id"])
    status = snapshot.latest("exam_status", exam_id=row["id"])
    return ExamRecord(
        ExamId(row["id"]),
        row["subject_id"],
        SubjectCode(subject["code"] if subject else ""),
        VisitId(row["visit"]),
        row["code"],
        row["charter_hash"],
        ExamState(status["state"]) if status else ExamState.RECEIVING,
        not_imaged_from(status["not_imaged"] if status else None),
    )


def exam_row(new: ExamRecord) -> NewRow:
    values = {"id": new.id, "subject_id": new.subject_id, "visit": new.visit, "charter_hash": new.charter_hash, "code": new.code}
    return NewRow("exam", values)


def status_row(snapshot: Snapshot, exam_id: str, state: ExamState, not_imaged: Mapping[SegmentId, str]) -> NewRow:
    """The next state of an exam, with the segments that were not imaged and why."""
    last = snapshot.latest("exam_status", exam_id=exam_id)
    text = json.dumps(dict(not_imaged), sort_keys=True, separators=(",", ":")) if not_imaged else None
    return NewRow("exam_status", {"exam_id": exam_id, "n": (last["n"] if last else 0) + 1, "state": state, "not_imaged": text})


def not_imaged(snapshot: Snapshot, exam_id: str) -> Mapping[SegmentId, str]:
    """Segments closed by the coordinator, with the reason code."""
    status = snapshot.latest("exam_status", exam_id=exam_id)
    return not_imaged_from(status["not_imaged"] if status else None)


def not_imaged_from(text: str | None) -> dict[SegmentId, str]:
    return {SegmentId(segment): str(reason) for segment, reason in json.loads(text).items()} if text else {}


# ---------------------------------------------------------------- objects and their checks


def objects(snapshot: Snapshot, **equals: Any) -> tuple[ObjectRecord, ...]:
    """Received objects in the order in which they came."""
    return tuple(_object(row) for row in snapshot.all("intake_object", **equals))


def objects_after(snapshot: Snapshot, exam_id: str, seq: int) -> tuple[ObjectRecord, ...]:
    """Those of an exam that came after the event of this number: who asks again and again reads each of them once."""
    return tuple(_object(row) for row in snapshot.query(_objects_after(), exam=exam_id, seq=seq))


@cache
def _objects_after() -> Select[Any]:
    of = TABLES["intake_object"].columns
    statement = select(TABLES["intake_object"]).where(of.exam_id == bindparam("exam"), of.event_seq > bindparam("seq"))
    return statement.order_by(of.event_seq)


def deliveries_for(snapshot: Snapshot, subject_id: str) -> tuple[str, ...]:
    """The deliveries that brought something for a subject, the latest first."""
    return tuple(row["delivery_id"] for row in snapshot.query(_deliveries_for(), subject=subject_id))


@cache
def _deliveries_for() -> Select[Any]:
    of, exam = TABLES["intake_object"].columns, TABLES["exam"].columns
    joined = TABLES["intake_object"].join(TABLES["exam"], exam.id == of.exam_id)
    statement = select(of.delivery_id).select_from(joined).where(exam.subject_id == bindparam("subject"))
    return statement.group_by(of.delivery_id).order_by(func.max(of.event_seq).desc())


def _object(row: Row) -> ObjectRecord:
    return ObjectRecord(
        ClipId(row["id"]),
        row["delivery_id"],
        row["n"],
        Sha256(row["sha256"]),
        Outcome(row["outcome"]),
        row["code"],
        ExamId(row["exam_id"]) if row["exam_id"] else None,
        row["event_seq"],
    )


def object_row(new: ObjectRecord) -> NewRow:
    values = {"id": new.id, "delivery_id": new.delivery, "n": new.n, "sha256": new.sha256, "outcome": new.outcome}
    return NewRow("intake_object", {**values, "code": new.code, "exam_id": new.exam})


def clear_payloads(snapshot: Snapshot, seqs: Collection[int]) -> dict[int, dict[str, Any]]:
    """The clear payloads of many events at once. Raises RecordDamagedError when one is not the recorded one."""
    event, stored = TABLES["event"].columns, TABLES["event_payload"].columns
    found: dict[int, dict[str, Any]] = {}
    wanted = sorted(seqs)
    for begin in range(0, len(wanted), _AT_ONCE):
        some = wanted[begin : begin + _AT_ONCE]
        statement = select(event.seq, event.payload, stored.body).join_from(
            TABLES["event"], TABLES["event_payload"], stored.seq == event.seq
        )
        for row in snapshot.query(statement.where(event.seq.in_(some), stored.form == "clear")):
            if row["body"] is None or audit.payload_digest(row["body"]) != row["payload"]:
                raise RecordDamagedError(row["seq"], "payload differs from its digest")
            found[row["seq"]] = audit.payload_of(row["body"])
    return found


_AT_ONCE = 500


def steps(snapshot: Snapshot, clip: str) -> tuple[CheckStep, ...]:
    """The pixel check of one clip so far, in order."""
    return tuple(_step(row) for row in sorted(snapshot.all("pixel_check", clip_id=clip), key=lambda row: row["n"]))


def is_rejected(snapshot: Snapshot, clip: str) -> bool:
    """Somebody rejected this clip to the site."""
    done = steps(snapshot, clip)
    return bool(done) and done[-1].action is CheckAction.REJECT


def all_steps(snapshot: Snapshot) -> dict[ClipId, tuple[CheckStep, ...]]:
    found: dict[ClipId, list[CheckStep]] = {}
    for row in sorted(snapshot.all("pixel_check"), key=lambda row: row["n"]):
        found.setdefault(ClipId(row["clip_id"]), []).append(_step(row))
    return {clip: tuple(listed) for clip, listed in found.items()}


def _step(row: Row) -> CheckStep:
    candidate = row["candidate_sha256"]
    boxes = tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in json.loads(row["boxes"] or "[]"))
    return CheckStep(
        row["n"], CheckAction(row["action"]), AccountId(row["person_id"]), Sha256(candidate) if candidate else None, boxes, row["event_seq"]
    )


def step_row(clip: str, new: CheckStep) -> NewRow:
    drawn = json.dumps([list(box) for box in new.boxes], separators=(",", ":"))
    values = {"clip_id": clip, "n": new.n, "action": new.action, "person_id": new.person, "candidate_sha256": new.candidate, "boxes": drawn}
    return NewRow("pixel_check", values)


def label_of(snapshot: Snapshot, clip: str) -> Label | None:
    row = snapshot.latest("clip_label", clip_id=clip)
    return _label(row) if row else None


def all_labels(snapshot: Snapshot) -> dict[ClipId, Label]:
    return _latest_labels(snapshot.all("clip_label"))


def _latest_labels(rows: Iterable[Row]) -> dict[ClipId, Label]:
    ordered = sorted(rows, key=lambda row: row["n"])
    return {ClipId(row["clip_id"]): label for row in ordered if (label := _label(row)) is not None}


def _label(row: Row) -> Label | None:
    if not row["segment"]:
        return None
    view, mode = View(row["view"]) if row["view"] else None, Mode(row["mode"]) if row["mode"] else None
    return Label(row["n"], SegmentId(row["segment"]), Side(row["side"]), view, mode)


def label_row(clip: str, last: Label | None, segment: str, side: Side, view: View | None = None, mode: Mode | None = None) -> NewRow:
    values = {"segment": segment, "side": side, "view": view, "mode": mode}
    return NewRow("clip_label", {"clip_id": clip, "n": (last.n if last else 0) + 1, **values})


# ---------------------------------------------------------------- released clips


def clips_of(snapshot: Snapshot, exam_id: str) -> tuple[Clip, ...]:
    """The released clips of an exam that were not withdrawn, in the order in which they were received; a replacement in its old place."""
    rows = snapshot.all("clip", exam_id=exam_id)
    if not rows:
        return ()
    withdrawn, labels = withdrawn_in(snapshot, exam_id), labels_in(snapshot, exam_id)
    received = {row["id"]: number for number, row in enumerate(snapshot.all("intake_object", exam_id=exam_id))}
    shown = sorted((row for row in rows if row["id"] not in withdrawn), key=lambda row: received[_first_of(snapshot, row["id"])])
    return tuple(clip_from(row, labels.get(row["id"])) for row in shown)


def _first_of(snapshot: Snapshot, clip: str) -> str:
    """The clip whose place this one has, or that one's in turn."""
    while row := snapshot.one("clip_replacement", clip_id=clip):
        clip = row["replaced_id"]
    return clip


def withdrawn_in(snapshot: Snapshot, exam_id: str) -> Collection[ClipId]:
    """The released clips of an exam that were taken back."""
    return frozenset(ClipId(row["clip_id"]) for row in snapshot.query(_withdrawn_in(), exam=exam_id))


@cache
def _withdrawn_in() -> Select[Any]:
    gone, clip = TABLES["clip_withdrawal"], TABLES["clip"].columns
    asked = select(gone.columns.clip_id).join(TABLES["clip"], clip.id == gone.columns.clip_id).where(clip.exam_id == bindparam("exam"))
    return asked.execution_options(**{OWN: "withdrawn_in"})


def labels_in(snapshot: Snapshot, exam_id: str) -> dict[ClipId, Label]:
    """The latest label of each clip of an exam."""
    return _latest_labels(snapshot.query(_labels_in(), exam=exam_id))


@cache
def _labels_in() -> Select[Any]:
    """Composed once: that takes longer than asking."""
    label, of = TABLES["clip_label"], TABLES["intake_object"].columns
    asked = select(label).join(TABLES["intake_object"], of.id == label.columns.clip_id).where(of.exam_id == bindparam("exam"))
    return asked.execution_options(**{OWN: "labels_in"})


def own_statements() -> tuple[Select[Any], ...]:
    """What readers ask of the clips of an exam: each has a function on a server that answers it."""
    return (_withdrawn_in(), _labels_in())


def waiting_in(snapshot: Snapshot, exam_id: str) -> tuple[ClipId, ...]:
    """Clips of an exam that are neither released nor rejected, in the order in which they were received."""
    return tuple(ClipId(row["id"]) for row in snapshot.query(_waiting_in(), exam=exam_id))


@cache
def _waiting_in() -> Select[Any]:
    """Composed once: that takes longer than asking."""
    of, release, check = TABLES["intake_object"].columns, TABLES["clip_release"].columns, TABLES["pixel_check"].columns
    return (
        select(of.id)
        .where(of.exam_id == bindparam("exam"), or_(of.outcome == Outcome.CHECKED.value, of.outcome == Outcome.HELD.value))
        .where(~exists().where(release.clip_id == of.id))
        .where(~exists().where(check.clip_id == of.id, check.action == CheckAction.REJECT.value))
        .order_by(of.event_seq)
    )


def clip_from(row: Row, label: Label | None) -> Clip:
    return Clip(
        Sha256(row["sha256"]),
        row["rows"],
        row["columns"],
        timing_from(row["frame_times"]),
        regions_from(row["calibration"]),
        label.segment if label else None,
        label.side if label else None,
    )


def released_digests(snapshot: Snapshot) -> Collection[str]:
    """The digests of all files that a record names."""
    return frozenset(snapshot.values("clip", "sha256"))


def released(snapshot: Snapshot) -> Collection[ClipId]:
    return frozenset(ClipId(row["clip_id"]) for row in snapshot.all("clip_release"))
