"""Which segment and side a clip shows: said by a person, corrected by saying it again, never taken from the file."""

from collections.abc import Mapping

from corelab.domain.accounts import Command
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.form import SideUnknownError, side_of
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.vocabulary import ClipId, SegmentId, Side
from corelab.services.accounts import Session, permit
from corelab.services.intake.exam_work import exam_of_clip, require_open, settle, side_rows
from corelab.services.labs import OpenLab, charter_of
from corelab.services.packages.locking import require_unlocked
from corelab.storage import registry
from corelab.storage.store import Transaction


def label(lab: OpenLab, session: Session, clip: str, segment: SegmentId, side: Side | None) -> SegmentId:
    """Says that a clip shows ``segment`` (the charter's id, or that of a reading), and answers the segment's id in readings.

    A side fills the subject's empty side under study and must agree with a filled one. Raises IntakeRefusedError.
    """
    return label_all(lab, session, {ClipId(clip): (segment, side)})[0]


def label_all(lab: OpenLab, session: Session, labels: Mapping[ClipId, tuple[SegmentId, Side | None]]) -> tuple[SegmentId, ...]:
    """The same for several clips at once: all of them or none."""
    role = permit(session, Command.LABEL)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        return tuple(_label(transaction, clip, segment, side) for clip, (segment, side) in labels.items())


def _label(transaction: Transaction, clip: str, segment: SegmentId, side: Side | None) -> SegmentId:
    found, exam = exam_of_clip(transaction, clip)
    require_open(transaction, exam)
    charter = charter_of(transaction, exam.charter_hash)
    rows = side_rows(transaction, charter, exam.subject_id, side) if _is_study(charter, segment) else []
    known = registry.attributes(transaction, exam.subject_id)
    attributes = Attributes({**known.subject, **{row.values["attribute"]: row.values["value"] for row in rows}}, known.segments)
    shown, shown_side = placed(charter, segment, side, attributes)
    if known.absent(shown):
        raise IntakeRefusedError(Refusal.ABSENT, shown)
    rows.append(registry.label_row(found.id, registry.label_of(transaction, found.id), shown, shown_side))
    transaction.record("clip.labelled", "clip", found.id, rows=rows)
    settle(transaction, exam.id)
    return shown


def _is_study(charter: Charter, segment: str) -> bool:
    return any(each.id == segment and each.side == "study" for each in charter.segments)


def placed(charter: Charter, segment: str, side: Side | None, attributes: Attributes) -> tuple[SegmentId, Side]:
    """The segment's id in readings, and its side. Raises IntakeRefusedError where they do not fit the charter or the subject."""
    base, _, letter = segment.partition(".")
    said = {"L": Side.LEFT, "R": Side.RIGHT}.get(letter, side)
    known = next((each for each in charter.segments if each.id == base), None)
    if known is None or (letter and known.side != "both"):
        raise IntakeRefusedError(Refusal.SEGMENT, segment)
    match known.side:
        case "both":
            if said not in {Side.LEFT, Side.RIGHT}:
                raise IntakeRefusedError(Refusal.SIDE, segment)
            return SegmentId(f"{base}.{said.letter}"), said
        case "study":
            return SegmentId(base), _study_side(charter, base, side, attributes)
        case _:
            if said in {Side.LEFT, Side.RIGHT}:
                raise IntakeRefusedError(Refusal.SEGMENT, segment)
            return SegmentId(base), Side.UNPAIRED


def _study_side(charter: Charter, segment: str, side: Side | None, attributes: Attributes) -> Side:
    try:
        study = side_of(charter, charter.segment(segment), attributes)
    except SideUnknownError as error:
        raise IntakeRefusedError(Refusal.SIDE, segment) from error
    if side is not None and side is not study:
        raise IntakeRefusedError(Refusal.SIDE, side.value)
    return study
