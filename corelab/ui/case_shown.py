"""What the cards, the strip and the viewports of the adjudication page show of a Deciding."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from corelab.domain.adjudication import Take
from corelab.domain.charter.model_item import ChoiceItem, Item, MultiItem, NumberItem, TextItem
from corelab.domain.clip import Clip
from corelab.domain.measurement import Measurement, Quantity
from corelab.domain.vocabulary import Answer, Evidence, Grade, Missing, Sha256
from corelab.ui.caliper import Caliper, paint_caliper
from corelab.ui.capture import caliper_words, drawn_again
from corelab.ui.deciding import Deciding
from corelab.ui.exam_clips import ExamClips
from corelab.ui.frame_pictures import FramePictures
from corelab.ui.measuring import shapes_of
from corelab.ui.pair import Diameter, measured_on, measured_words, pair_of, residual_percent
from corelab.ui.read_card import CardPicture, ReadShown
from corelab.ui.segment_words import cell_of, drawn_grade, frame_words, grade_words, reason_words
from corelab.ui.time_line import StripMark

_ROUND_CALIPER = 2.4
"""So many times the length of a caliper is the height of the piece of its frame that a card shows."""
_LEAST = 0.45
"""Of the height of a frame, at least so much is shown round a caliper."""


def read_shown(deciding: Deciding, take: Take, exam: ExamClips, pictures: FramePictures) -> ReadShown:
    """The card of read A or B. Only of a case that shows them."""
    form, item, answer = deciding.draft.case.form, deciding.item, answer_of(deciding, take)
    if answer is None:
        return ReadShown(take.value, None, "Not asked in this read", swatched=False, may_take=False)
    decision, lengths = deciding.decision, lengths_of(deciding, take)
    drawn = (isinstance(item, ChoiceItem) and item.scale == "ordinal") or answer.grade.missing is not None
    may_take = deciding.draft.may_take(deciding.cell, take)
    return ReadShown(
        letter=take.value,
        grade=drawn_grade(item, answer.grade),
        word=grade_words(item, answer.grade),
        reason=reason_words(form.missing_reasons, answer.grade) or _in_full(deciding, answer.grade),
        pictures=tuple(_pictures(answer, exam, pictures, lengths)),
        frames="; ".join((*_residual(answer, exam, lengths), *(_evidence_words(each, exam) for each in answer.evidence))),
        others=tuple(_others(deciding, take)),
        taken=decision is not None and decision.take is take,
        swatched=drawn and (may_take or answer.grade.missing is not Missing.NOT_APPLICABLE),
        may_take=may_take,
    )


def answer_of(deciding: Deciding, take: Take) -> Answer | None:
    """What read A or B says in the cell on screen; None where it is hidden, or where this detail applies to neither read."""
    return deciding.sides[0 if take is Take.A else 1] if deciding.sides is not None else None


def _in_full(deciding: Deciding, grade: Grade) -> str:
    """The words of an answer that its short form cuts off."""
    item = deciding.item
    return (grade.value or "") if isinstance(item, TextItem) else grade_words(item, grade) if isinstance(item, MultiItem) else ""


# ---------------------------------------------------------------- evidence


Drawn = tuple[Sha256, Caliper]
"""A line, and the clip on whose frame it was drawn."""


def lengths_of(deciding: Deciding, take: Take) -> tuple[Drawn, ...]:
    """The lengths that a read measured in the segment on screen, as far as the case holds them; those of answers last."""
    case, side = deciding.draft.case, 0 if take is Take.A else 1
    beside, found = case.measured.get(deciding.cell.segment, ((), ()))[side], list[Evidence]()
    for one in (*case.disputes, *case.details):
        item = case.form.item(one.cell.item)
        if one.cell.segment == deciding.cell.segment and one.sides is not None and is_length(item):
            found += one.sides[side].evidence
    return (*lines_of(beside), *drawn_of(found))


def lines_of(measurements: Iterable[Measurement]) -> tuple[Drawn, ...]:
    """The lengths among what was measured beside the answers."""
    lengths = (one for one in measurements if one.quantity is Quantity.LENGTH)
    return tuple((one.clip, shape) for one in lengths for shape in shapes_of(one) if isinstance(shape, Caliper))


def drawn_of(evidence: Iterable[Evidence]) -> tuple[Drawn, ...]:
    """The calipers among pieces of evidence."""
    return tuple((one.clip, drawn) for one in evidence if (drawn := drawn_again(one)) is not None)


def is_length(item: Item) -> bool:
    """Whether a caliper on the image answers it."""
    return isinstance(item, NumberItem) and item.measure == "length"


def _diameter(lengths: Sequence[Drawn], clip: Clip, frame: int) -> Diameter | None:
    """The diameter that was measured on a frame."""
    drawn = measured_on(frame, [line for of, line in lengths if of == clip.sha256])
    return Diameter(drawn) if drawn is not None else None


def _residual(answer: Answer, exam: ExamClips, lengths: Sequence[Drawn]) -> Iterator[str]:
    """``Residual 46 %``, where a length was measured on both frames of the pair."""
    for pair in (pair_of(one, exam) for one in answer.evidence[:1]):
        sides = [_diameter(lengths, pair.clip, frame) for frame in pair.frames] if pair is not None else []
        if pair is not None and sides[0] is not None and sides[1] is not None:
            found = residual_percent(pair.clip, sides[0], sides[1])
            yield from (f"Residual {found[0]:.0f} %",) if found is not None else ()


def _caption(word: str, clip: Clip, found: Diameter | None) -> str:
    return f"{word} {measured_words(clip, found)}" if found is not None else word


def _pictures(answer: Answer, exam: ExamClips, pictures: FramePictures, lengths: Sequence[Drawn]) -> Iterator[CardPicture]:
    for evidence in answer.evidence[:1]:
        clip = exam.clip(evidence.clip)
        if clip is None:
            continue
        pair, first = evidence.frame_b is not None, pictures.picture(clip, evidence.frame_a)
        if evidence.caliper is not None:
            yield CardPicture(with_caliper(first, evidence), f"Frame {evidence.frame_a + 1}   {caliper_words(evidence.caliper)}")
            continue
        at_rest = _caption("Rest", clip, _diameter(lengths, clip, evidence.frame_a))
        yield CardPicture(first, at_rest if pair else f"Frame {evidence.frame_a + 1}")
        if evidence.frame_b is not None:
            under = _caption("Compressed", clip, _diameter(lengths, clip, evidence.frame_b))
            yield CardPicture(pictures.picture(clip, evidence.frame_b), under)


def with_caliper(picture: QImage, evidence: Evidence) -> QImage:
    """The piece of a frame round the caliper that was drawn on it, with the caliper."""
    drawn = drawn_again(evidence)
    if drawn is None or picture.isNull():
        return picture
    made, (x0, y0), (x1, y1) = picture.copy(), drawn.start, drawn.end
    length = max(abs(x1 - x0), abs(y1 - y0))
    height = min(float(made.height()), max(_ROUND_CALIPER * length, _LEAST * made.height()))
    with QPainter(made) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_caliper(painter, QPointF(x0, y0), QPointF(x1, y1), height / 110)
    width = min(float(made.width()), height * 1.9)
    left = max(0.0, min((x0 + x1 - width) / 2, made.width() - width))
    top = max(0.0, min((y0 + y1 - height) / 2, made.height() - height))
    return made.copy(QRectF(left, top, width, height).toRect())


def _evidence_words(evidence: Evidence, exam: ExamClips) -> str:
    clip = exam.clip(evidence.clip)
    place = f"{exam.place(clip)}, " if clip is not None else ""
    how = "caliper" if evidence.caliper is not None else evidence.bound.value
    return f"{place}{frame_words(evidence)}, {how}"


def stops_of(deciding: Deciding, take: Take, exam: ExamClips) -> tuple[tuple[Clip, int], ...]:
    """Every frame on which a read rests here, in order; one key goes from each to the next."""
    answer, found = answer_of(deciding, take), []
    for evidence in answer.evidence if answer is not None else ():
        clip = exam.clip(evidence.clip)
        frames = (evidence.frame_a, evidence.frame_b) if clip is not None else ()
        found += [(clip, frame) for frame in frames if frame is not None and clip is not None]
    return tuple(dict.fromkeys(found))


def first_of(deciding: Deciding, exam: ExamClips) -> Clip | None:
    """The clip to begin with where no frame is bound: of the segment; for the whole exam any."""
    own = exam.of(deciding.cell.segment) or (exam.clips if not deciding.cell.segment else ())
    return next(iter(own), None)


def case_marks(deciding: Deciding, clip: Clip | None) -> tuple[StripMark, ...]:
    """A's frames of this clip as filled diamonds, B's as hollow ones; those of the own grade by name."""
    if clip is None:
        return ()
    own = _frames(own_evidence(deciding), clip.sha256)
    sides = [mark for take in (Take.A, Take.B) for mark in _side_marks(deciding, take, clip.sha256)]
    at_right = {mark.frame for mark in sides if not mark.before}
    joined = (replace(mark, word=f"{mark.word}, own") if mark.frame in own and not mark.before else mark for mark in sides)
    return (*joined, *(StripMark(frame, "own") for frame in own if frame not in at_right))


def _side_marks(deciding: Deciding, take: Take, clip: Sha256) -> Iterator[StripMark]:
    answer = answer_of(deciding, take)
    for frame in _frames(answer.evidence if answer is not None else (), clip):
        yield StripMark(frame, take.value, hollow=take is Take.B, before=take is Take.A)


def _frames(evidence: tuple[Evidence, ...], clip: Sha256) -> tuple[int, ...]:
    both = (frame for one in evidence if one.clip == clip for frame in (one.frame_a, one.frame_b))
    return tuple(dict.fromkeys(frame for frame in both if frame is not None))


def own_evidence(deciding: Deciding) -> tuple[Evidence, ...]:
    """What proves the own grade, and the frame kept for one to come."""
    given = deciding.decision.evidence if deciding.own is not None and deciding.decision is not None else ()
    return (*given, *((deciding.kept,) if deciding.kept is not None else ()))


def calipers_of(deciding: Deciding, take: Take, clip: Clip | None) -> tuple[Caliper, ...]:
    """The calipers to be drawn over a clip in the viewport of A or of B: of this read, and of the own grade."""
    answer = answer_of(deciding, take)
    evidence = (*(answer.evidence if answer is not None else ()), *own_evidence(deciding))
    drawn = (drawn_again(one) for one in evidence if clip is not None and one.clip == clip.sha256)
    return tuple(one for one in drawn if one is not None)


# ---------------------------------------------------------------- the other questions of the segment


def _others(deciding: Deciding, take: Take) -> Iterator[tuple[str, str]]:
    """What this read says of the segment besides, or what both agree on; what does not apply is left out."""
    case = deciding.draft.case
    side = 0 if take is Take.A else 1
    shown = {one.cell: one.sides[side].grade for one in (*case.disputes, *case.details) if one.sides is not None}
    for item in case.form.questions_of(deciding.cell.segment):
        cell = cell_of(deciding.cell.segment, item)
        grade: Grade | None = shown.get(cell) or case.agreed.get(cell)
        if cell != deciding.cell and grade is not None and grade.missing is not Missing.NOT_APPLICABLE:
            yield item.label, grade_words(item, grade)
