"""A case as it is sealed to the adjudicator: A and B of every disputed segment, without ids, times, names or free text; and its key."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from corelab.domain.adjudication import Case, CaseDraft, Decision, Dispute, Mode, Sides, Take
from corelab.domain.allocation import Slot
from corelab.domain.content import Json, answer_json, answer_of, grade_json, grade_of
from corelab.domain.form import Form
from corelab.domain.measurement import Measurement
from corelab.domain.vocabulary import Answer, Cell, Grade, ItemId, SegmentId


def case_json(case: Case) -> Json:
    """``disputed`` is to be decided (``closure``: what no class disputes), ``details`` wait for it, ``segments`` hold A and B of both.

    ``agreed`` is what both readers say; ``stands`` what a condition or check must know beside. Where the adjudicator grades without
    seeing A and B, ``segments`` is empty: nobody finds them in the sealed case either.
    """
    segments: dict[str, dict[str, Json]] = {}
    for dispute in (*case.disputes, *case.details):
        if dispute.sides is not None:
            sides = segments.setdefault(dispute.cell.segment, {"A": {}, "B": {}})
            sides["A"][dispute.cell.item], sides["B"][dispute.cell.item] = map(_side, dispute.sides)
    measured = {segment: {"A": _measured_json(a), "B": _measured_json(b)} for segment, (a, b) in case.measured.items() if a or b}
    return ({"measured": measured} if measured else {}) | {
        "agreed": _by_segment(case.agreed),
        "closure": [_pair(dispute.cell) for dispute in case.disputes if dispute.by_closure],
        "details": [_pair(detail.cell) for detail in case.details],
        "disputed": [_pair(dispute.cell) for dispute in case.disputes],
        "mode": case.mode.value,
        "segments": segments,
        "stands": _by_segment(case.stands),
    }


def _by_segment(grades: Mapping[Cell, Grade]) -> Json:
    told: dict[str, Json] = {}
    for cell, grade in grades.items():
        told.setdefault(cell.segment, {})[cell.item] = grade_json(grade)
    return told


def case_of(value: Mapping[str, Any], form: Form, *, reason_required: bool) -> Case:
    """The case for the adjudicator's page; agreed cells in form order. Cases of before details were asked have none."""
    closure = {_cell(pair) for pair in value["closure"]}
    segments = value["segments"]
    disputed, waiting = (tuple(map(_cell, value.get(key, []))) for key in ("disputed", "details"))
    return Case(
        form,
        tuple(Dispute(cell, _sides(segments, cell), cell in closure) for cell in disputed),
        MappingProxyType(_in_order(value["agreed"], form)),
        reason_required,
        Mode(value.get("mode", Mode.REVIEW.value)),
        tuple(Dispute(cell, _sides(segments, cell)) for cell in waiting),
        MappingProxyType(_in_order(value.get("stands", {}), form)),
        MappingProxyType(
            {SegmentId(one): (_measured(both["A"]), _measured(both["B"])) for one, both in value.get("measured", {}).items()},
        ),
    )


def _measured_json(measurements: Sequence[Measurement]) -> list[Json]:
    """In the order of clips and frames: in which order they were made is nobody's business."""
    ordered = sorted(measurements, key=lambda one: (one.clip, one.frame, one.points))
    return [one.to_json() for one in ordered]


def _measured(value: Sequence[Mapping[str, Any]]) -> tuple[Measurement, ...]:
    return tuple(map(Measurement.from_json, value))


def _sides(segments: Mapping[str, Any], cell: Cell) -> Sides | None:
    sides = segments.get(cell.segment)
    return (_answer(cell, sides["A"][cell.item]), _answer(cell, sides["B"][cell.item])) if sides else None


def _in_order(value: Mapping[str, Any], form: Form) -> dict[Cell, Grade]:
    return {cell: grade_of(value[cell.segment][cell.item]) for cell in form.grid if cell.item in value.get(cell.segment, {})}


def _side(answer: Answer) -> Json:
    return {key: value for key, value in answer_json(answer).items() if key not in {"item", "segment"}}


def _answer(cell: Cell, side: Mapping[str, Any]) -> Answer:
    return answer_of({**side, "item": cell.item, "segment": cell.segment})


def _pair(cell: Cell) -> list[str]:
    return [cell.segment, cell.item]


def _cell(pair: list[str]) -> Cell:
    return Cell(SegmentId(pair[0]), ItemId(pair[1]))


def key_json(readings: Mapping[Slot, str], slot_of_a: Mapping[SegmentId, Slot]) -> Json:
    """Which reading stands as A and which as B, by segment: the only place that tells, sealed to custody alone."""
    sides = {segment: {"A": readings[slot], "B": readings[2 if slot == 1 else 1]} for segment, slot in slot_of_a.items()}
    return {"segments": sides}


def misplaced(case: Case, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    """The decisions that this case does not allow.

    Their cell is not open, a grade that was taken is not the one that stands there, or what they bring for a detail is not what follows
    from the others.
    """
    chosen = {one.cell: one for one in decisions if one.take is not Take.FOLLOWS}
    expected = {one.cell: (one.take, one.grade) for one in CaseDraft(case, MappingProxyType(chosen)).standing}
    return tuple(one for one in decisions if expected.get(one.cell) != (one.take, one.grade) or not _is_shown(case, one))


def _is_shown(case: Case, decision: Decision) -> bool:
    if decision.take not in {Take.A, Take.B}:
        return True
    answer = case.dispute(decision.cell).side(decision.take)
    return answer is not None and answer.grade == decision.grade
