"""Finding and making exams, and bringing an exam's state in line with what is there; used by every step of intake."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.form import run_time_ids, side_of
from corelab.domain.intake import CODE, CheckAction, IntakeRefusedError, Outcome, Refusal
from corelab.domain.vocabulary import ExamId, ExamState, SegmentId, Side, SubjectCode, VisitId
from corelab.services.labs import charter_of
from corelab.services.received import completeness_of
from corelab.storage import intake_rows, registry
from corelab.storage.registry import ExamRecord, Label, ObjectRecord
from corelab.storage.snapshot import Snapshot
from corelab.storage.store import NewRow, Transaction

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_OPEN = frozenset({ExamState.RECEIVING, ExamState.READY})
_SIDES = {Side.LEFT: "left", Side.RIGHT: "right"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """An exam as somebody names it; it may not exist yet. ``replacing``: what comes takes the place of one of its clips."""

    subject: SubjectCode
    visit: VisitId
    side: Side | None = None
    site: str | None = None
    replacing: bool = False


def require_names(charter: Charter, subject: str, visit: str, side: Side | None = None) -> Wanted:
    """Raises IntakeRefusedError for a malformed subject, an unknown visit, a side where the charter has none under study."""
    if not CODE.fullmatch(subject):
        raise IntakeRefusedError(Refusal.SUBJECT, subject)
    if visit not in {each.id for each in charter.visits}:
        raise IntakeRefusedError(Refusal.VISIT, f"{visit}; it has {', '.join(each.id for each in charter.visits)}")
    if side is not None and (side not in _SIDES or not charter.exam.side_attribute):
        raise IntakeRefusedError(Refusal.SIDE, side.value)
    return Wanted(SubjectCode(subject), VisitId(visit), side)


def exam_rows(transaction: Snapshot, charter: Charter, wanted: Wanted, key: bytes) -> tuple[ExamRecord, list[NewRow]]:
    """The exam, and the rows that make it (and its subject, and the side under study) where they are missing."""
    known = registry.exam_at(transaction, wanted.subject, wanted.visit)
    if known is not None:
        require_open(transaction, known, replacing=wanted.replacing)
        return known, side_rows(transaction, charter, known.subject_id, wanted.side)
    subject = registry.subject_id(transaction, wanted.subject)
    if subject and any(transaction.one("calibration_exam", exam_id=row["id"]) for row in transaction.all("exam", subject_id=subject)):
        raise IntakeRefusedError(Refusal.RESERVED, wanted.subject)
    rows = [] if subject else [registry.subject_row(subject := str(uuid4()), wanted.subject, wanted.site)]
    code = pseudonym(transaction, key, wanted)
    new = ExamRecord(ExamId(str(uuid4())), subject or "", wanted.subject, wanted.visit, code, charter.hash, ExamState.RECEIVING, {})
    rows += [registry.exam_row(new), registry.status_row(transaction, new.id, ExamState.RECEIVING, {})]
    return new, rows + side_rows(transaction, charter, new.subject_id, wanted.side)


def pseudonym(snapshot: Snapshot, key: bytes, wanted: Wanted) -> str:
    """What files of the exam carry instead of the subject: without the key nothing but eight random letters."""
    for attempt in range(1000):
        digest = hmac.digest(key, f"exam\0{wanted.subject}\0{wanted.visit}\0{attempt}".encode(), sha256)
        code = "".join(_LETTERS[byte % len(_LETTERS)] for byte in digest[:8])
        if snapshot.one("exam", code=code) is None:
            return code
    raise IntakeRefusedError(Refusal.EXAM)


def side_rows(snapshot: Snapshot, charter: Charter, subject: str, side: Side | None) -> list[NewRow]:
    """A side fills the empty attribute of the side under study, and must agree with a filled one."""
    attribute = charter.exam.side_attribute
    if side is None or not attribute or side not in _SIDES:
        return []
    recorded = registry.attributes(snapshot, subject).of(attribute)
    if recorded == _SIDES[side]:
        return []
    if recorded is not None:
        raise IntakeRefusedError(Refusal.SIDE, side.value)
    return [registry.attribute_row(snapshot, subject, attribute, _SIDES[side])]


def require_open(snapshot: Snapshot, exam: ExamRecord, *, replacing: bool = False) -> None:
    """Nothing changes once readers have an exam; one of the calibration set stays ready all the same.

    A clip is replaced all the same once nobody has the exam any more: every reading of it was withdrawn or declared invalid.
    """
    if exam.state in _OPEN and not is_read_by_all(snapshot, exam):
        return
    if not replacing or exam.state is not ExamState.ASSIGNED:
        raise IntakeRefusedError(Refusal.REPLACED_READ if replacing else Refusal.EXAM_CLOSED, f"{exam.subject}:{exam.visit}")
    ended = {row["assignment_id"] for row in snapshot.all("assignment_end")}
    if any(row["id"] not in ended for row in snapshot.all("assignment", exam_id=exam.id)):
        raise IntakeRefusedError(Refusal.REPLACED_READ, f"{exam.subject}:{exam.visit}")


def require_open_for(snapshot: Snapshot, exam: ExamRecord, clip: str) -> None:
    """The same for a step of one clip."""
    require_open(snapshot, exam, replacing=intake_rows.replaces(snapshot, clip) is not None)


def is_read_by_all(snapshot: Snapshot, exam: ExamRecord) -> bool:
    """An exam of the calibration set that was dealt: the next reader has to see what the first one saw."""
    return snapshot.one("calibration_exam", exam_id=exam.id) is not None and bool(snapshot.all("assignment", exam_id=exam.id))


def exam_of_clip(snapshot: Snapshot, clip: str) -> tuple[ObjectRecord, ExamRecord]:
    """The received object of this id, and its exam. Raises IntakeRefusedError."""
    found = next(iter(registry.objects(snapshot, id=clip)), None)
    exam = registry.exam(snapshot, found.exam) if found and found.exam else None
    if found is None or exam is None or found.outcome in {Outcome.REJECTED, Outcome.DUPLICATE}:
        raise IntakeRefusedError(Refusal.CLIP, clip)
    return found, exam


def require_side(snapshot: Snapshot, subject: str, values: Mapping[str, str]) -> None:
    """The side under study is what labels of its segments already say: readers would be asked about one limb and shown the other."""
    attributes = Attributes({**registry.attributes(snapshot, subject).subject, **values})
    for row in snapshot.all("exam", subject_id=subject):
        charter = charter_of(snapshot, row["charter_hash"])
        if charter.exam.side_attribute not in values:
            continue
        study = {each.id: each for each in charter.segments if each.side == "study"}
        for label in live_labels(snapshot, row["id"]):
            if label.segment in study and side_of(charter, study[label.segment], attributes) is not label.side:
                raise IntakeRefusedError(Refusal.LABELLED_SIDE, f"{row['visit']} {label.segment}")


def run_time(charter: Charter, segment: SegmentId) -> tuple[SegmentId, ...]:
    """``R:CFV`` as ``CFV.R``; a segment of both sides without a side means both."""
    side, _, code = segment.rpartition(":")
    if side in {"L", "R"}:
        return (
            (SegmentId(f"{code}.{side}"),)
            if any(each.id == code and each.side == "both" for each in charter.segments)
            else (SegmentId(code),)
        )
    if any(each.id == code for each in charter.segments):
        return run_time_ids(charter, [code])
    return (SegmentId(code),)


# ---------------------------------------------------------------- what is there


def live_labels(snapshot: Snapshot, exam_id: str) -> tuple[Label, ...]:
    """What the exam's clips are said to show, but for rejected and withdrawn ones."""
    rejected = {clip for clip, steps in registry.all_steps(snapshot).items() if steps[-1].action is CheckAction.REJECT}
    gone = rejected | {row["clip_id"] for row in snapshot.all("clip_withdrawal")}
    return tuple(label for clip, label in registry.labels_in(snapshot, exam_id).items() if clip not in gone)


def settle(transaction: Transaction, exam_id: str) -> ExamState:
    """Records that an exam has become ready, or is no longer; what readers have already is left alone."""
    exam = registry.exam(transaction, exam_id)
    if exam is None or exam.state not in _OPEN:
        return exam.state if exam else ExamState.RECEIVING
    ready = not registry.waiting_in(transaction, exam.id) and _is_complete(transaction, exam)
    state = ExamState.READY if ready else ExamState.RECEIVING
    if state is not exam.state:
        row = registry.status_row(transaction, exam.id, state, exam.not_imaged)
        transaction.record(f"exam.{state.value}", "exam", exam.id, rows=[row])
    return state


def _is_complete(snapshot: Snapshot, exam: ExamRecord) -> bool:
    return completeness_of(snapshot, exam).ready and all(clip.segment for clip in registry.clips_of(snapshot, exam.id))
