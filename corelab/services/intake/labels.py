"""What a clip shows, and how well: said by a person, corrected by saying it again, never taken from the file."""

from collections.abc import Mapping

from corelab.domain.accounts import Command
from corelab.domain.attributes import Attributes
from corelab.domain.charter import Charter
from corelab.domain.clip_label import Mode, Said, View
from corelab.domain.clip_quality import AS_IT_SHOULD_BE, ClipQuality, Quality
from corelab.domain.form import SideUnknownError, side_of
from corelab.domain.intake import IntakeRefusedError, Refusal
from corelab.domain.queries import QueryKind
from corelab.domain.vocabulary import ClipId, SegmentId, Side
from corelab.services.accounts import Session, permit
from corelab.services.intake.exam_work import exam_of_clip, require_open_for, settle, side_rows
from corelab.services.labs import OpenLab, charter_of
from corelab.services.packages.locking import require_unlocked
from corelab.services.queries import met
from corelab.services.received import quality_from
from corelab.storage import intake_rows, registry
from corelab.storage.store import NewRow, Transaction


def label(  # noqa: PLR0913, PLR0917 - all that is said of a clip at once
    lab: OpenLab,
    session: Session,
    clip: str,
    segment: SegmentId,
    side: Side | None,
    view: View | None = None,
    mode: Mode | None = None,
    quality: ClipQuality | None = None,
) -> SegmentId:
    """Says that a clip shows ``segment`` (the charter's id, or that of a reading), and answers the segment's id in readings.

    A side fills the subject's empty side under study and must agree with a filled one. ``view`` and ``mode`` that are left out stay as
    they were said before; so does the quality, which is diagnostic at first. Raises IntakeRefusedError.
    """
    return label_all(lab, session, {ClipId(clip): Said(segment, side, view, mode, quality)})[0]


def label_all(lab: OpenLab, session: Session, labels: Mapping[ClipId, Said | tuple[SegmentId, Side | None]]) -> tuple[SegmentId, ...]:
    """The same for several clips at once: all of them or none."""
    role = permit(session, Command.LABEL)
    with lab.store.begin(session.actor(role)) as transaction:
        require_unlocked(transaction)
        return tuple(_label(transaction, clip, Said(*said)) for clip, said in labels.items())


def _label(transaction: Transaction, clip: str, said: Said) -> SegmentId:
    found, exam = exam_of_clip(transaction, clip)
    require_open_for(transaction, exam, found.id)
    charter = charter_of(transaction, exam.charter_hash)
    segment, side = said.segment, said.side
    rows = side_rows(transaction, charter, exam.subject_id, side) if _is_study(charter, segment) else []
    known = registry.attributes(transaction, exam.subject_id)
    attributes = Attributes({**known.subject, **{row.values["attribute"]: row.values["value"] for row in rows}}, known.segments)
    shown, shown_side = placed(charter, segment, side, attributes)
    if known.absent(shown):
        raise IntakeRefusedError(Refusal.ABSENT, shown)
    last = registry.label_of(transaction, found.id)
    view, mode = said.view or (last.view if last else None), said.mode or (last.mode if last else None)
    graded = _quality_rows(transaction, found.id, said.quality)
    if graded and last is not None and (last.segment, last.side, last.view, last.mode) == (shown, shown_side, view, mode):
        transaction.record("clip.graded", "clip", found.id, rows=graded)
    else:
        rows.append(registry.label_row(found.id, last, shown, shown_side, view, mode))
        transaction.record("clip.labelled", "clip", found.id, rows=[*rows, *graded])
        shows = {"segment": shown, "view": view.value if view else "", "mode": mode.value if mode else ""}
        if said.quality is None or said.quality.grade is not Quality.NON_DIAGNOSTIC:
            met(transaction, QueryKind.VIEW_MISSING, exam=exam.id, facts=shows)
    settle(transaction, exam.id)
    return shown


def _quality_rows(transaction: Transaction, clip: ClipId, said: ClipQuality | None) -> list[NewRow]:
    """What is new about the quality: a clip that nobody graded yet is as it should be."""
    last = intake_rows.quality_of(transaction, clip)
    quality = said or (AS_IT_SHOULD_BE if last is None else None)
    if quality is None or quality == quality_from(last):
        return []
    return [intake_rows.quality_row(clip, last, quality.grade.value, tuple(reason.value for reason in quality.reasons))]


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
