"""What tells a clip that comes again, or at another time: keyed digests and shifted dates. Rows <-> values."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from corelab.domain.vocabulary import ClipId
from corelab.storage.schema import TABLES
from corelab.storage.snapshot import Row, Snapshot
from corelab.storage.transaction import NewRow


def fingerprint_row(clip: str, picture: str | None, sop_uid: str, study_date: str | None) -> NewRow:
    """What tells the same clip when it comes again; all are keyed or shifted, so that nothing can be looked up without the lab's key."""
    return NewRow("clip_fingerprint", {"clip_id": clip, "picture": picture, "sop_uid": sop_uid, "study_date": study_date})


def with_picture(snapshot: Snapshot, picture: str) -> tuple[ClipId, ...]:
    """Clips whose frames were these when they came, in the order in which they came."""
    return tuple(ClipId(row["clip_id"]) for row in snapshot.all("clip_fingerprint", picture=picture))


def with_sop_uid(snapshot: Snapshot, sop_uid: str) -> tuple[ClipId, ...]:
    """Clips that carry this keyed identifier, whatever they show."""
    return tuple(ClipId(row["clip_id"]) for row in snapshot.all("clip_fingerprint", sop_uid=sop_uid))


def fingerprint(snapshot: Snapshot, clip: str) -> Row | None:
    """None for a clip that came before they were kept."""
    return snapshot.one("clip_fingerprint", clip_id=clip)


def seen_again(snapshot: Snapshot, column: str) -> dict[str, tuple[ClipId, ...]]:
    """Each ``picture`` or ``sop_uid`` that more than one clip has, with those clips."""
    found: dict[str, list[ClipId]] = {}
    for row in snapshot.query(_again(column)):
        found.setdefault(row["said"], []).append(ClipId(row["clip_id"]))
    return {said: tuple(clips) for said, clips in found.items()}


@cache
def _again(column: str) -> Select[Any]:
    of = TABLES["clip_fingerprint"].columns
    said = of[column]
    often = select(said).where(said.is_not(None)).group_by(said).having(func.count() > 1)
    return select(of.clip_id, said.label("said")).where(said.in_(often)).order_by(of.event_seq)


def dates_of_exam(snapshot: Snapshot, exam: str) -> dict[ClipId, str]:
    """The shifted date (YYYY-MM-DD) of each clip that has one; of clips that came before they were kept, that of the released ones."""
    found = {ClipId(row["id"]): str(row["study_date"]) for row in snapshot.all("clip", exam_id=exam) if row["study_date"]}
    return found | {ClipId(row["clip_id"]): str(row["study_date"]) for row in snapshot.query(_dates(), exam=exam) if row["study_date"]}


@cache
def _dates() -> Select[Any]:
    of, received = TABLES["clip_fingerprint"].columns, TABLES["intake_object"].columns
    joined = TABLES["clip_fingerprint"].join(TABLES["intake_object"], received.id == of.clip_id)
    return select(of.clip_id, of.study_date).select_from(joined).where(received.exam_id == bindparam("exam"))
