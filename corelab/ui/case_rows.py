"""The rows of a case in its rail: disputes, the details that follow them, what both reads agree on."""

from collections.abc import Iterator

from corelab.domain.adjudication import CaseDraft, Detail, DetailState, Dispute
from corelab.domain.charter.model_item import ChoiceItem, Item, NumberItem
from corelab.domain.form import Use
from corelab.domain.vocabulary import Cell, Grade, Missing, SegmentId
from corelab.ui.case_words import cell_words, dispute_label, follows_words
from corelab.ui.deciding import Deciding, under_disputes
from corelab.ui.dispute_rows import AgreedRow, DisputeRow, FollowRow, RailRows, Said
from corelab.ui.segment_words import cell_of, code_words, drawn_grade, grade_words, label_words, lowered

_FOLLOWING = frozenset({DetailState.TAKEN, DetailState.INHERITED, DetailState.GONE})


def case_rows(deciding: Deciding) -> RailRows:
    """Each dispute, under it the details it asks anew; of the segment on screen also those that follow by themselves."""
    return tuple(_rows(deciding))


def _rows(deciding: Deciding) -> Iterator[DisputeRow | FollowRow]:
    draft = deciding.draft
    open_cells = {fault.cell for fault in draft.faults}
    below, now = under_disputes(draft), set(draft.cells)
    for dispute in draft.case.disputes:
        details, here = below[dispute.cell], dispute.cell.segment == deciding.cell.segment
        following = [detail for detail in details if detail.state in _FOLLOWING and _concerns(draft, detail)]
        more = "does not apply" if dispute.cell not in now else "" if here else _more(following)
        yield _dispute_row(draft, dispute, decided=dispute.cell not in open_cells, more=more)
        for detail in details:
            if detail.state is DetailState.ASKED:
                yield _asked_row(draft, detail, decided=detail.cell not in open_cells)
            elif here and detail in following:
                yield _follow_row(draft, detail)


def _concerns(draft: CaseDraft, detail: Detail) -> bool:
    """Whether anybody has to know: what was taken along, and what a read that is shown said and does not stand."""
    shown = next((one.sides for one in draft.case.details if one.cell == detail.cell), None)
    if detail.state is not DetailState.GONE:
        return detail.state is DetailState.TAKEN or draft.case.shows_sides
    return shown is not None and any(side.grade.missing is not Missing.NOT_APPLICABLE for side in shown)


def _more(following: list[Detail]) -> str:
    taken = [detail for detail in following if detail.state is DetailState.TAKEN]
    return f"+{len(taken)}" if taken else ""


def _dispute_row(draft: CaseDraft, dispute: Dispute, *, decided: bool, more: str) -> DisputeRow:
    form, cell = draft.case.form, dispute.cell
    item, label = form.item(cell.item), dispute_label(form, cell)
    said = f": {_sides_words(item, dispute)}" if dispute.sides is not None else ""
    along = f", {more[1:]} details along" if more.startswith("+") else f", {more}" if more else ""
    words = f"{label} {lowered(item.label)}{said}{', decided' if decided else ''}{along}"
    return DisputeRow(cell, label, item.label, _sides(draft, item, cell), decided=decided, words=words, more=more)


def _sides_words(item: Item, dispute: Dispute) -> str:
    return f"A {lowered(grade_words(item, dispute.a.grade))}, B {lowered(grade_words(item, dispute.b.grade))}"


def _sides(draft: CaseDraft, item: Item, cell: Cell) -> tuple[Said, ...]:
    """What A and B say; where they are hidden, or silent, what was decided."""
    found = next((one.sides for one in (*draft.case.disputes, *draft.case.details) if one.cell == cell), None)
    decision = draft.decisions.get(cell)
    if found is not None and not all(side.grade.missing is Missing.NOT_APPLICABLE for side in found):
        return _drawn_pair(item, (found[0].grade, found[1].grade))
    return tuple(said for said in [said_of(item, decision.grade)] if said is not None) if decision is not None else ()


def _drawn_pair(item: Item, grades: tuple[Grade, Grade]) -> tuple[Said, ...]:
    """Nothing where the two could not be told from each other in so little room."""
    drawn = [said_of(item, grade) for grade in grades]
    return tuple(one for one in drawn if one is not None) if all(one is not None for one in drawn) else ()


def said_of(item: Item, grade: Grade) -> Said | None:
    """A grade in little room: a swatch of a rank or a kind of missing, a number; None for what needs words."""
    if grade.value is None or (isinstance(item, ChoiceItem) and item.scale == "ordinal"):
        return Said(drawn_grade(item, grade))
    return Said(None, grade.value) if isinstance(item, NumberItem) else None


def _asked_row(draft: CaseDraft, detail: Detail, *, decided: bool) -> DisputeRow:
    form, cell = draft.case.form, detail.cell
    item = form.item(cell.item)
    own = draft.decisions.get(cell)
    answer = f", {lowered(grade_words(item, own.grade))}" if own is not None else ", asked anew" if draft.case.shows_sides else ", asked"
    said = said_of(item, own.grade) if own is not None else None
    words = f"{cell_words(form, cell)}{answer}"
    return DisputeRow(cell, "", item.label, (said,) if said else (), decided=decided, words=words, detail=True)


def _follow_row(draft: CaseDraft, detail: Detail) -> FollowRow:
    form = draft.case.form
    item, how = form.item(detail.cell.item), follows_words(draft, detail.state, detail.take)
    answer = grade_words(item, detail.answer.grade) if detail.answer is not None and detail.state is not DetailState.GONE else ""
    said = ", ".join(one for one in (lowered(answer), how) if one)
    short = detail.take.value if detail.take is not None else how
    return FollowRow(detail.cell, item.label, answer, short, f"{cell_words(form, detail.cell)}: {said}, read only")


# ---------------------------------------------------------------- agreed


def agreed_rows(draft: CaseDraft) -> tuple[AgreedRow, ...]:
    """One row per segment that both readers graded alike, with a swatch per question that must be answered and has no default."""
    return tuple(row for segment in draft.case.form.segments if (row := _agreed_row(draft, segment.id)) is not None)


def _agreed_row(draft: CaseDraft, segment: SegmentId) -> AgreedRow | None:
    known = list(_agreed(draft, segment))
    if not known:
        return None
    form = draft.case.form
    words = ", ".join(f"{lowered(item.label)} {lowered(grade_words(item, grade))}" for item, grade in known)
    core = [(item, grade) for item, grade in known if form.questions[cell_of(segment, item)].use is Use.CORE]
    drawn = tuple(said.drawn for item, grade in core if (said := said_of(item, grade)) is not None and not said.words)
    found = form.segment(segment)
    code = found.name if found.is_exam else code_words(found.code)
    return AgreedRow(code, drawn[-3:], f"{label_words(found)}: {words}")


def _agreed(draft: CaseDraft, segment: SegmentId) -> Iterator[tuple[Item, Grade]]:
    decided = {detail.cell for detail in draft.details if detail.state is not DetailState.AGREED}
    for cell, question in draft.case.form.questions.items():
        grade = draft.case.agreed.get(cell)
        plain = isinstance(question.item, ChoiceItem) and question.item.default is not None
        said = grade is not None and grade.missing is not Missing.NOT_APPLICABLE
        if grade is not None and said and cell.segment == segment and cell not in decided and not plain:
            yield question.item, grade
