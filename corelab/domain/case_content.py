"""A case as it is sealed to the adjudicator: A and B of every disputed segment, without ids, times, names or free text; and its key."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from corelab.domain.adjudication import Case, Decision, Dispute, Take
from corelab.domain.allocation import Slot
from corelab.domain.content import Json, answer_json, answer_of, grade_json, grade_of
from corelab.domain.form import Form
from corelab.domain.vocabulary import Answer, Cell, Grade, ItemId, SegmentId


def case_json(case: Case) -> Json:
    """``disputed`` and ``segments`` hold what is to be decided, ``agreed`` what both readers say; ``closure`` what no class disputes."""
    segments: dict[str, dict[str, Json]] = {}
    for dispute in case.disputes:
        sides = segments.setdefault(dispute.cell.segment, {"A": {}, "B": {}})
        sides["A"][dispute.cell.item] = _side(dispute.a)
        sides["B"][dispute.cell.item] = _side(dispute.b)
    agreed: dict[str, Json] = {}
    for cell, grade in case.agreed.items():
        agreed.setdefault(cell.segment, {})[cell.item] = grade_json(grade)
    return {
        "agreed": agreed,
        "closure": [_pair(dispute.cell) for dispute in case.disputes if dispute.by_closure],
        "disputed": [_pair(dispute.cell) for dispute in case.disputes],
        "segments": segments,
    }


def case_of(value: Mapping[str, Any], form: Form, *, reason_required: bool) -> Case:
    """The case for the adjudicator's page; agreed cells in form order."""
    closure = {_cell(pair) for pair in value["closure"]}
    disputes = []
    for cell in map(_cell, value["disputed"]):
        sides = value["segments"][cell.segment]
        a, b = (_answer(cell, sides[side][cell.item]) for side in ("A", "B"))
        disputes.append(Dispute(cell, a, b, cell in closure))
    return Case(form, tuple(disputes), MappingProxyType(_agreed(value["agreed"], form)), reason_required)


def _agreed(value: Mapping[str, Any], form: Form) -> dict[Cell, Grade]:
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


def stands_in(case: Case, decision: Decision) -> bool:
    """Whether a decision is one that this case allows: its cell is disputed, and a grade that was taken is the one that stands there."""
    dispute = next((one for one in case.disputes if one.cell == decision.cell), None)
    if dispute is None or decision.take is Take.OWN:
        return dispute is not None
    return decision.grade == (dispute.a if decision.take is Take.A else dispute.b).grade
