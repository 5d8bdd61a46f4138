"""What tells a clip that comes again, or at another time: keyed digests and shifted dates. Rows <-> values."""

from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select

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


def pictures_in(snapshot: Snapshot, exam: str) -> dict[ClipId, str]:
    """The picture of each clip of an exam, of those that came since pictures are kept."""
    return {ClipId(row["clip_id"]): str(row["picture"]) for row in snapshot.query(_of_exam(), exam=exam) if row["picture"]}


def dates_of_exam(snapshot: Snapshot, exam: str) -> dict[ClipId, str]:
    """The shifted date (YYYY-MM-DD) of each clip that has one; of clips that came before they were kept, that of the released ones."""
    found = {ClipId(row["id"]): str(row["study_date"]) for row in snapshot.all("clip", exam_id=exam) if row["study_date"]}
    return found | {ClipId(row["clip_id"]): str(row["study_date"]) for row in snapshot.query(_of_exam(), exam=exam) if row["study_date"]}


@cache
def _of_exam() -> Select[Any]:
    of, received = TABLES["clip_fingerprint"].columns, TABLES["intake_object"].columns
    joined = TABLES["clip_fingerprint"].join(TABLES["intake_object"], received.id == of.clip_id)
    return select(of.clip_id, of.picture, of.study_date).select_from(joined).where(received.exam_id == bindparam("exam"))
