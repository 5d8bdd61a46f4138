"""What the parts of the adjudication page show of a Deciding."""

from collections.abc import Iterator

from corelab.domain.adjudication import CaseDraft, DecisionFault, DecisionFaultKind, Dispute, Take
from corelab.domain.charter import ChoiceItem
from corelab.domain.clip import Clip
from corelab.domain.form import Form
from corelab.domain.vocabulary import Answer, Cell, Evidence, Grade, ItemId, SegmentId
from corelab.ui.deciding import Deciding
from corelab.ui.dispute_rail import AgreedRow, DisputeRow
from corelab.ui.exam_clips import ExamClips
from corelab.ui.frame_pictures import FramePictures
from corelab.ui.read_card import CardPicture, ReadShown
from corelab.ui.segment_words import code_words, drawn_grade, frame_words, grade_words, label_words, option_words, reason_words
from corelab.ui.time_line import StripMark

_FAULTS = {
    DecisionFaultKind.OPEN: "no decision yet",
    DecisionFaultKind.REASON_MISSING: "the decision has no reason yet",
    DecisionFaultKind.NOTE_MISSING: "this reason needs a note",
    DecisionFaultKind.FRAME_MISSING: "mark the frame that shows the own grade (K)",
    DecisionFaultKind.FRAME_UNKNOWN: "the frame of the own grade is not one of this exam; mark another (K)",
    DecisionFaultKind.CHECK_BROKEN: "the decisions break a check",
}


def dispute_label(form: Form, cell: Cell) -> str:
    return label_words(form.segment(cell.segment))


def dispute_rows(draft: CaseDraft) -> tuple[DisputeRow, ...]:
    open_cells = {fault.cell for fault in draft.faults}
    return tuple(_dispute_row(draft, dispute, decided=dispute.cell not in open_cells) for dispute in draft.case.disputes)


def _dispute_row(draft: CaseDraft, dispute: Dispute, *, decided: bool) -> DisputeRow:
    form, cell = draft.case.form, dispute.cell
    item, label = form.item(cell.item), dispute_label(form, cell)
    a, b = (grade_words(item, each.grade) for each in (dispute.a, dispute.b))
    words = f"{label} {item.label.lower()}: A {a.lower()}, B {b.lower()}{', decided' if decided else ''}"
    return DisputeRow(cell, label, item.label, drawn_grade(item, dispute.a.grade), drawn_grade(item, dispute.b.grade), decided, words)


def agreed_rows(draft: CaseDraft) -> tuple[AgreedRow, ...]:
    """One row per segment that both readers graded alike, with a swatch per question that has no default."""
    return tuple(row for segment in draft.case.form.segments if (row := _agreed_row(draft, segment.id)) is not None)


def _agreed_row(draft: CaseDraft, segment: SegmentId) -> AgreedRow | None:
    form = draft.case.form
    asked = [item for item in form.questions_of(segment) if not isinstance(item, ChoiceItem) or item.default is None]
    found = [(item, draft.case.agreed.get(Cell(segment, ItemId(item.id)))) for item in asked]
    known = [(item, grade) for item, grade in found if grade is not None]
    if not known:
        return None
    words = ", ".join(f"{item.label.lower()} {grade_words(item, grade).lower()}" for item, grade in known)
    drawn = tuple(drawn_grade(item, grade) for item, grade in known)
    return AgreedRow(code_words(form.segment(segment).code), drawn, f"{label_words(form.segment(segment))}: {words}")


def read_shown(deciding: Deciding, take: Take, exam: ExamClips, pictures: FramePictures) -> ReadShown:
    """The card of read A or B."""
    form, item, answer = deciding.draft.case.form, deciding.item, answer_of(deciding.dispute, take)
    decision = deciding.decision
    return ReadShown(
        letter=take.value,
        grade=drawn_grade(item, answer.grade),
        word=grade_words(item, answer.grade),
        reason=reason_words(form.missing_reasons, answer.grade),
        pictures=tuple(_pictures(answer, exam, pictures)),
        frames="; ".join(_evidence_words(each, exam) for each in answer.evidence),
        others=tuple(_others(deciding, take)),
        taken=decision is not None and decision.take is take,
    )


def answer_of(dispute: Dispute, take: Take) -> Answer:
    return dispute.a if take is Take.A else dispute.b


def _pictures(answer: Answer, exam: ExamClips, pictures: FramePictures) -> Iterator[CardPicture]:
    for evidence in answer.evidence[:1]:
        clip = exam.clip(evidence.clip)
        if clip is None:
            continue
        pair = evidence.frame_b is not None
        yield CardPicture(pictures.picture(clip, evidence.frame_a), "Rest" if pair else f"Frame {evidence.frame_a + 1}")
        if evidence.frame_b is not None:
            yield CardPicture(pictures.picture(clip, evidence.frame_b), "Compressed")


def _evidence_words(evidence: Evidence, exam: ExamClips) -> str:
    clip = exam.clip(evidence.clip)
    place = f"{exam.place(clip)}, " if clip is not None else ""
    return f"{place}{frame_words(evidence)}, {evidence.bound.value}"


def _others(deciding: Deciding, take: Take) -> Iterator[tuple[str, str]]:
    """The other questions of the segment: what this read says, or what both agree on."""
    case = deciding.draft.case
    disputed = {dispute.cell: answer_of(dispute, take).grade for dispute in case.disputes}
    for item in case.form.questions_of(deciding.cell.segment):
        cell = Cell(deciding.cell.segment, ItemId(item.id))
        grade: Grade | None = disputed.get(cell) or case.agreed.get(cell)
        if cell != deciding.cell and grade is not None:
            yield item.label, grade_words(item, grade)


def case_marks(deciding: Deciding, clip: Clip | None) -> tuple[StripMark, ...]:
    """A's frames of this clip as filled diamonds, B's as hollow ones."""
    if clip is None:
        return ()
    marks = []
    for take in (Take.A, Take.B):
        for evidence in answer_of(deciding.dispute, take).evidence:
            frames = (evidence.frame_a, evidence.frame_b) if evidence.clip == clip.sha256 else ()
            marks += [StripMark(each, take.value, hollow=take is Take.B, before=take is Take.A) for each in frames if each is not None]
    return tuple(marks)


def decision_words(deciding: Deciding, cell: Cell) -> str:
    """``R CFV: B taken, none``; of an open one ``R CFV: open again``."""
    form, decision = deciding.draft.case.form, deciding.draft.decisions.get(cell)
    label, item = dispute_label(form, cell), form.item(cell.item)
    if decision is None:
        return f"{label}: {item.label.lower()} open again"
    who = "own grade" if decision.take is Take.OWN else f"{decision.take.value} taken"
    reason = f", {option_words(decision.reason.label).lower()}" if decision.reason else ""
    return f"{label}: {who}, {grade_words(item, decision.grade).lower()}{reason}"


def fault_words(draft: CaseDraft, fault: DecisionFault) -> str:
    form = draft.case.form
    if fault.cell is None:
        return f"The note seems to name a person ({fault.found})"
    said = f" ({fault.found.rstrip('.')})" if fault.found else ""
    return f"{dispute_label(form, fault.cell)} {form.item(fault.cell.item).label.lower()}: {_FAULTS[fault.kind]}{said}"
