"""The calibration set: which exams belong to it, what is known to be true of them (sealed to custody), and who was certified by it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from corelab.domain.vocabulary import AccountId, Cell, ExamId, Grade, ItemId, SegmentId
from corelab.storage import released
from corelab.storage.keys import BoxSecret
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow

MADE: Final = "calibration.made"
COVERS: Final = "calibration.covers"


@dataclass(frozen=True, slots=True)
class CertificationRow:
    """One verdict about one person; its figures stand in the sealed payload of event ``seq``."""

    id: str
    account: AccountId
    charter_hash: str
    verdict: str
    seq: int
    at: datetime


def exams(snapshot: Snapshot) -> tuple[ExamId, ...]:
    """The exams of the set, in its order."""
    return tuple(ExamId(row["exam_id"]) for row in sorted(snapshot.all("calibration_exam"), key=lambda row: row["n"]))


def marked(snapshot: Snapshot) -> frozenset[ExamId]:
    """They are no part of the trial: they enter no result, no count and no package but as a check of quality."""
    return frozenset(exams(snapshot))


def trial_exams(snapshot: Snapshot) -> tuple[Row, ...]:
    """The rows of every exam of the trial itself."""
    apart = marked(snapshot)
    return tuple(row for row in snapshot.all("exam") if row["id"] not in apart)


def next_number(snapshot: Snapshot) -> int:
    last = snapshot.latest("calibration_exam")
    return (last["n"] if last else 0) + 1


def exam_row(exam: ExamId, n: int) -> NewRow:
    return NewRow("calibration_exam", {"exam_id": exam, "n": n})


# ---------------------------------------------------------------- the truth


def truth_json(truth: Mapping[Cell, str]) -> dict[str, dict[str, str]]:
    """Segment -> item -> value, as the cases of a charter are written."""
    made: dict[str, dict[str, str]] = {}
    for cell, value in truth.items():
        made.setdefault(cell.segment, {})[cell.item] = value
    return made


def truth_from(value: Mapping[str, Mapping[str, str]]) -> dict[Cell, Grade]:
    return {Cell(SegmentId(place), ItemId(item)): Grade(said) for place, items in value.items() for item, said in items.items()}


def truth_of(snapshot: Snapshot, exam: ExamId, custody: BoxSecret) -> dict[Cell, Grade]:
    """What is known of an exam of the set; cells that nobody knows the truth of are left out. Raises KeyRefusedError."""
    events = snapshot.events(kind=MADE, entity="exam", id=exam)
    if not events:
        return {}
    return truth_from(released.opened(snapshot, events[-1]["seq"], custody).json["truth"])


def covered(snapshot: Snapshot) -> Mapping[ExamId, frozenset[str]]:
    """The reading types that an exam from real clips is for; who reads it is no secret. A drawn exam is not among them."""
    events = snapshot.events(kind=COVERS, entity="exam")
    return {ExamId(event["id"]): frozenset(snapshot.opening_of(event["seq"])["reading_types"]) for event in events}


# ---------------------------------------------------------------- verdicts


def certifications(snapshot: Snapshot, **equals: Any) -> tuple[CertificationRow, ...]:
    """Every verdict, in the order in which they were recorded."""
    rows = sorted(snapshot.all("certification", **equals), key=lambda row: row["event_seq"])
    return tuple(_certification(snapshot, row) for row in rows)


def _certification(snapshot: Snapshot, row: Mapping[str, Any]) -> CertificationRow:
    event = snapshot.one("event", seq=row["event_seq"]) or {}
    return CertificationRow(row["id"], AccountId(row["account_id"]), row["charter_hash"], row["verdict"], row["event_seq"], event["at"])


def certification_row(id_: str, account: AccountId, charter_hash: str, verdict: str) -> NewRow:
    return NewRow("certification", {"id": id_, "account_id": account, "charter_hash": charter_hash, "verdict": verdict})
